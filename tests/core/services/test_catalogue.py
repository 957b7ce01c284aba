"""The catalogue is made again only of other rows: whoever reads the same gets the same."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core.services._catalogue import Catalogue, _made_of, _read, catalogue
from core.services._kitchen import planned
from core.session import Database, read_session, rehearsal, session_scope
from tests.builders import KitchenBuilder

EDITS = [
    "UPDATE item SET name = 'Biscuit' WHERE slug = 'cookie'",
    "UPDATE item SET always_on_hand = NOT always_on_hand WHERE slug = 'flour'",
    "UPDATE item_unit SET factor = '2/1'",
    "UPDATE recipe SET batch_step = '1/2'",
    "UPDATE recipe_output SET amount = '7/1'",
    "UPDATE recipe_line SET amount = '7/3'",
    "UPDATE bundle_line SET amount = '7/1'",
    "DELETE FROM bundle_line",
]


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    build = KitchenBuilder()
    build.ingredient("flour")
    build.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    build.bundle("bag", {"cookie": 6})
    build.event("fair", {"bag": 30})
    return build


def now() -> Catalogue:
    with read_session() as session:
        return catalogue(session)


def test_readers_of_the_same_rows_share_a_catalogue_and_the_shape_of_its_plan(
    bakery: KitchenBuilder,
) -> None:
    with read_session() as session:
        planned(session)
        first = catalogue(session)
    bakery.want("fair", "bag", 40)
    with read_session() as session:
        planned(session)
        second = catalogue(session)
    assert second is first
    assert first.shape is not None


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_gives_another_catalogue_and_taking_it_back_the_old_one(
    bakery: KitchenBuilder, edit: str
) -> None:
    before = now()
    with rehearsal() as session:
        session.execute(text(edit))
        edited = catalogue(session)
        anew = _made_of(*_read(session))
        assert edited is not before
        assert facts(edited) == facts(anew)
        assert facts(edited) != facts(before)
    assert now() is before
    with session_scope() as session:
        session.execute(text(edit))
    assert facts(now()) == facts(edited)


def facts(known: Catalogue) -> tuple[object, ...]:
    return known.items, known.recipes, known.bundles, known.factors

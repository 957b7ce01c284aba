"""Lots that are named are used first, and expired ones only when named (domain.md §4)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from core.commands.registry import run
from core.errors import LotNotFound, RuleBroken, Shortage
from core.services import journal_service
from core.session import Database, session_scope
from tests.builders import KitchenBuilder

LAST_WEEK = date(2026, 11, 15)


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    """Give 300 g of expired flour in lot 1, 1 kg in lots 2 and 3, and cookies for two events."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.supply("ribbon")
    bakery.recipe("cookies", {"cookie": 10}, {"flour": "100 g"})
    bakery.bundle("box", {"cookie": 5, "ribbon": 1})
    bakery.event("fair", {"box": 2})
    bakery.event("later", {"box": 2}, date(2026, 12, 20))
    bakery.buy("flour", "300 g", "3.00", expires=LAST_WEEK)
    bakery.buy("flour", "500 g", "1.00")
    bakery.buy("flour", "500 g", "2.00")
    bakery.buy("ribbon", 10, "1.00")
    return bakery


def left(bakery: KitchenBuilder, item: str) -> list[int]:
    return [int(lot.left) for lot in bakery.lots(item, empty=True)]


def test_an_expired_lot_is_left_alone_unless_it_is_named(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 2)
    assert left(bakery, "flour") == [300, 300, 500]

    bakery.make("cookies", 2, lots=[1])
    assert left(bakery, "flour") == [100, 300, 500]


def test_what_a_named_lot_lacks_comes_from_the_others(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 4, lots=[3, 1])
    assert left(bakery, "flour") == [300, 500, 100]

    bakery.make("cookies", 5, lots=[3, 1])
    assert left(bakery, "flour") == [0, 400, 0]


def test_undo_gives_an_expired_lot_back(bakery: KitchenBuilder) -> None:
    before = bakery.state()
    bakery.make("cookies", 3, lots=[1])
    assert bakery.lots("cookie")[0].paid == 3

    journal_service.undo()
    assert bakery.state() == before


def test_a_shortage_names_the_expired_lots_that_would_help(bakery: KitchenBuilder) -> None:
    with pytest.raises(Shortage) as refused:
        bakery.make("cookies", 12)
    assert "Lot L1, 300 g Flour, expired on 2026-11-15; name it" in str(refused.value)

    bakery.make("cookies", 12, lots=[1])
    assert sum(left(bakery, "flour")) == 100


def test_a_box_of_expired_cookies_has_expired_too(bakery: KitchenBuilder) -> None:
    bakery.edit_item("cookie", shelf_life_days=3)
    bakery.make("cookies", 1, at=datetime(2026, 11, 15, 12))
    with pytest.raises(Shortage, match="expired on 2026-11-18"):
        bakery.assemble("box", 1)

    [cookies] = bakery.lots("cookie")
    bakery.assemble("box", 1, lots=[cookies.id])
    [box] = bakery.lots("box")
    assert box.expires == date(2026, 11, 18)
    assert bakery.left("cookie") == 5


def test_a_named_lot_that_is_kept_for_another_event_is_still_kept(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1, event="later")
    [kept] = bakery.lots("cookie")
    with pytest.raises(Shortage, match="kept for another event"):
        bakery.assemble("box", 1, event="fair", lots=[kept.id])

    bakery.assemble("box", 1, event="fair", lots=[kept.id], borrow=True)
    assert bakery.left("cookie") == 5


def test_lots_that_cannot_be_used_are_refused_by_name(bakery: KitchenBuilder) -> None:
    state, revision = bakery.state(), journal_service.revision()
    with pytest.raises(RuleBroken, match="Lot L4 is Ribbon, of which nothing is used here"):
        bakery.make("cookies", 1, lots=[4])
    with pytest.raises(LotNotFound, match="99"):
        bakery.make("cookies", 1, lots=[99])
    with pytest.raises(LotNotFound, match="99"):
        bakery.assemble("box", 1, lots=[99])
    assert (bakery.state(), journal_service.revision()) == (state, revision)

    bakery.make("cookies", 3, lots=[1])
    with pytest.raises(RuleBroken, match="Nothing is left of lot L1"):
        bakery.make("cookies", 1, lots=[1])


def test_commands_name_lots_as_people_do(bakery: KitchenBuilder) -> None:
    with session_scope() as session:
        run("make", {"recipe": "cookies", "batches": "1", "lot": ["L1"]}, session)
        run("make", {"recipe": "cookies", "batches": "1", "lot": ["3", "l2"]}, session)
        run("assemble", {"bundle": "box", "quantity": "1", "lot": ["L4"]}, session)
    assert left(bakery, "flour") == [200, 500, 400]

    with session_scope() as session, pytest.raises(LotNotFound):
        run("make", {"recipe": "cookies", "batches": "1", "lot": ["flour"]}, session)

"""Allergens on Bakehouse's own sample kitchen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from types import ModuleType

import bakehouse_allergens
import pytest
from bakehouse_allergens.checking import read_avoid, recipients
from bakehouse_allergens.lists import EU, US, canonical, covered, hinted

from bakehouse.plugin import Finding, Table, ViewContext
from bakehouse.testing import CheckConformance, ViewConformance, Views
from core.documents import EventDoc, EventLineDoc
from core.services import event_service

Lend = Callable[[int | None], AbstractContextManager[ViewContext]]


class TestViews(ViewConformance):
    plugin = bakehouse_allergens


class TestChecks(CheckConformance):
    plugin = bakehouse_allergens


@pytest.fixture
def party(bakehouse_kitchen: object) -> int:
    """Give an event with a gift bag for Aunt Mary and one for Tom."""
    lines = [
        EventLineDoc(item="christmas-gift-bag", amount="1", recipient=who)
        for who in ("Aunt Mary", "Tom")
    ]
    event_service.save_event(EventDoc(slug="party", name="Party", date="2026-12-20", lines=lines))
    return event_service.find_event("party").id


def avoiding(lend: Lend, event_id: int | None, avoid: str) -> list[Finding]:
    with lend(event_id) as ctx:
        return list(recipients(replace(ctx, settings={"avoid": avoid})))


def test_the_law_names_fourteen_and_nine() -> None:
    assert (len(set(EU)), len(set(US))) == (14, 9)


def test_a_bundle_shows_what_its_cakes_hold_and_how_it_gets_there(
    bakehouse_views_of: Callable[[ModuleType], Views], party: int
) -> None:
    table = bakehouse_views_of(bakehouse_allergens).load("allergens", party)

    assert isinstance(table, Table)
    names = [column.name for column in table.columns]
    assert {"milk", "egg", "wheat", "gluten"} <= set(names)
    bag = dict(zip(names, table.rows[0].cells, strict=True))
    assert bag["for"] == "Aunt Mary"
    assert " in " in str(bag["milk"])


def test_somebody_who_must_not_have_it_is_a_problem_with_its_cause(
    bakehouse_context: Lend, party: int
) -> None:
    [found] = avoiding(bakehouse_context, party, "aunt mary: Dairy; Nobody: egg")

    assert "Aunt Mary holds milk" in found.message
    assert "Butter" in found.effect
    assert found.event_id == party


def test_the_whole_kitchen_is_checked_without_an_event(bakehouse_context: Lend, party: int) -> None:
    assert avoiding(bakehouse_context, None, "Tom: milk")


def test_nobody_to_care_for_is_no_problem(bakehouse_context: Lend, party: int) -> None:
    assert avoiding(bakehouse_context, party, "") == []


def test_a_setting_that_cannot_be_read_says_which_part() -> None:
    with pytest.raises(ValueError, match="“Tom” must be a name, a colon"):
        read_avoid("Mary: milk; Tom")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Butter, unsalted", {"milk"}),
        ("Peanut butter", {"peanuts"}),
        ("Cocoa butter", set()),
        ("Walnuts, chopped", {"walnuts"}),
        ("Flour, all purpose", set()),
    ],
)
def test_a_name_says_what_an_ingredient_holds(name: str, expected: set[str]) -> None:
    assert hinted(name) == expected


def test_other_words_and_narrower_ones_are_understood() -> None:
    assert canonical(" Shellfish ") == "crustaceans"
    assert covered("Walnut") == {"walnuts", "tree nuts"}
    assert covered("spelt") == {"spelt", "wheat", "gluten"}
    assert canonical("Kiwi") == "kiwi"


def test_an_ingredient_without_its_allergen_is_found(
    bakehouse_views_of: Callable[[ModuleType], Views],
    bakehouse_kitchen: object,
) -> None:
    from core.services import catalog_service

    butter = catalog_service.get_item(catalog_service.find_item("butter").id)
    butter.allergens = []
    catalog_service.save_item(butter)

    found = bakehouse_views_of(bakehouse_allergens).findings()

    told = [each.message for each in found if each.check == "allergens.missing"]
    assert any("Butter" in message for message in told), told

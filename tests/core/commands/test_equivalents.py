"""What an amount of an item is in another unit."""

from __future__ import annotations

import pytest

from core.commands import run
from core.commands.equivalents import equivalents_of, with_equivalent, with_equivalents
from core.documents import ItemDoc
from core.errors import RuleBroken
from core.services import catalog_service
from core.session import Database


def item(unit: str = "g") -> ItemDoc:
    return ItemDoc(slug="x", name="X", kind="ingredient", unit=unit)


def test_a_cup_in_grams_is_a_measure_of_what_is_weighed() -> None:
    assert with_equivalent(item(), "1 cup", "120 g").measures == {"cup": "120 g"}
    assert with_equivalent(item(), "2 cup", "240 g").measures == {"cup": "120 g"}
    assert with_equivalent(item(), "120 g", "cup").measures == {"cup": "120 g"}
    assert with_equivalent(item(), "stick", "113.4 g").measures == {"stick": "113.4 g"}


def test_a_cup_in_grams_is_the_density_of_what_is_poured() -> None:
    doc = with_equivalent(item("ml"), "1 l", "1030 g")
    assert (doc.measures, doc.grams_per_ml) == ({}, "1.03")


def test_what_one_weighs() -> None:
    assert with_equivalent(item("each"), "1", "50 g").grams_each == "50"
    assert with_equivalent(item(), "1 dozen", "600 g").grams_each == "50"


def test_what_says_nothing_new_is_refused() -> None:
    with pytest.raises(RuleBroken, match="as 1 cup = 120 g"):
        with_equivalent(item(), "1 kg", "1000 g")
    with pytest.raises(RuleBroken, match="as 1 cup = 120 g"):
        with_equivalents(item(), ["cup"])
    with pytest.raises(RuleBroken, match="Say which length X is counted in, as 1 m = 1"):
        with_equivalent(item("each"), "1 m", "100 cm")


def test_a_density_is_said_as_it_was_entered() -> None:
    for line in ("1 cup = 140 g", "1 ml = 0.592 g", "1 cup = 5 oz"):
        assert equivalents_of(with_equivalents(item("ml"), [line])) == [line]


def test_an_item_counted_in_a_length_is_shown_in_it() -> None:
    ribbon = with_equivalent(item("each"), "1 metre", "1")
    assert (ribbon.measures, ribbon.display_unit) == ({"metre": "1 each"}, "metre")
    assert with_equivalent(ribbon, "roll", "25").display_unit == "metre"


def test_lines_replace_all_that_was_known() -> None:
    lines = ["1 cup = 125 g", "1 stick = 113.4 g", "1 ml = 0.9586 g", "1 each = 50 g"]
    doc = with_equivalents(item(), lines)
    assert equivalents_of(doc) == lines
    assert equivalents_of(with_equivalents(doc, ["none"])) == []


def test_an_equivalent_mends_every_line(sqlite_kitchen: Database) -> None:
    run("item add", {"name": "Flour"})
    run("recipe add", {"name": "Rolls", "makes": ["12"], "line": ["1 c flour"], "new_items": True})
    assert catalog_service.list_recipes()[0].unknown_lines == 1
    change = run("item equal", {"item": "flour", "amount": "cup", "equals": "120 g"})
    assert change.summary == "Edited item Flour"
    assert catalog_service.list_recipes()[0].unknown_lines == 0


def test_all_of_an_equation_may_stand_where_its_right_side_is_asked_for(
    sqlite_kitchen: Database,
) -> None:
    run("item add", {"name": "Cocoa"})
    run("item equal", {"item": "cocoa", "amount": "1 tbsp", "equals": "1 cup = 85 g"})
    doc = catalog_service.get_item(catalog_service.find_item("cocoa").id)
    assert doc.measures == {"cup": "85 g"}
    with pytest.raises(RuleBroken, match="as 1 cup = 120 g"):
        run("item equal", {"item": "cocoa", "amount": "1 tbsp", "equals": "1 cup = 85 g = 3 oz"})

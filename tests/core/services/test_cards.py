"""Cards: one thing of the kitchen whole, with what it costs and what uses it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import RecipeNotFound
from core.services import card_service
from core.session import Database
from tests.builders import KitchenBuilder


@pytest.fixture
def baker(sqlite_kitchen: Database) -> KitchenBuilder:
    """Build a cake with its frosting, in a box, for an event."""
    kitchen = KitchenBuilder()
    kitchen.ingredient("flour", measures={"cup": "125 g"}, allergens=["wheat"])
    kitchen.ingredient("butter", allergens=["milk"])
    kitchen.ingredient("water", "ml", always_on_hand=True)
    kitchen.recipe("frosting", {"frosting": 2}, {"butter": "100 g"})
    kitchen.recipe("cake", {"cake": 4}, {"flour": "2 cup", "frosting": 1, "water": "1 cup"})
    kitchen.bundle("box", {"cake": 2})
    kitchen.event("fair", {"box": 3})
    return kitchen


def test_a_batch_costs_what_was_last_paid_for_all_that_goes_into_it(baker: KitchenBuilder) -> None:
    baker.buy("flour", "1 kg", "2.00")
    baker.buy("butter", "100 g", "3.00")
    card = card_service.recipe_card(baker.recipe_id("cake"))
    assert [line.cost for line in card.lines] == [Decimal("0.50"), Decimal("1.50"), Decimal(0)]
    assert card.cost == Decimal("2.00")
    assert card_service.bundle_card(baker.item("box")).cost == Decimal("1.00")


def test_a_cost_with_an_unknown_part_is_unknown_and_names_it(baker: KitchenBuilder) -> None:
    baker.buy("flour", "1 kg", "2.00")
    card = card_service.recipe_card(baker.recipe_id("cake"))
    assert (card.cost, card.at_least, card.unpriced) == (None, Decimal("0.50"), ("Butter",))


def test_an_unknown_line_says_what_mends_it(baker: KitchenBuilder) -> None:
    baker.edit_item("flour", measures={})
    line = card_service.recipe_card(baker.recipe_id("cake")).lines[0]
    assert (line.entered, line.amount, line.cost) == ("2 cup", None, None)
    assert line.fix == "set a density (grams per ml) or a measure for 'cup' of Flour"


def test_allergens_are_those_of_everything_inside(baker: KitchenBuilder) -> None:
    assert card_service.recipe_card(baker.recipe_id("cake")).allergens == ("milk", "wheat")
    assert card_service.bundle_card(baker.item("box")).allergens == ("milk", "wheat")


def test_what_uses_it(baker: KitchenBuilder) -> None:
    def told(slug: str) -> list[tuple[str, str, str]]:
        return [(u.kind, u.name, u.amount) for u in card_service.item_card(baker.item(slug)).uses]

    assert told("frosting") == [("recipe", "Cake", "1")]
    assert told("cake") == [("bundle", "Box", "2")]
    assert told("box") == [("event", "Fair", "3")]
    made_by = card_service.item_card(baker.item("cake")).made_by
    assert made_by is not None
    assert (made_by.name, made_by.amount) == ("Cake", "4 a batch")


def test_a_product_comes_with_its_item(baker: KitchenBuilder) -> None:
    key = baker.product("flour-bag", "flour", "5 kg", "6.00", preferred=True)
    product, item = card_service.product_card(key)
    assert (product.pack, product.price, item.doc.name) == ("5 kg", Decimal("6.00"), "Flour")
    assert item.products == (product,)


def test_no_such_recipe(baker: KitchenBuilder) -> None:
    with pytest.raises(RecipeNotFound):
        card_service.recipe_card(999)

"""The shopping list: what to buy, in which packs, for how much, and when it is done."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.errors import EventNotFound
from core.services import event_service, journal_service
from core.services.planning import plan_service
from core.services.planning.shopping_list import (
    get_items_to_buy,
    get_shopping_summary,
    is_shopping_complete,
    mark_shopping_complete,
    unmark_shopping_complete,
)
from core.session import Database, session_scope
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a fair for which flour and sugar must be bought, and nuts are there."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour", category="Baking")
    bakery.ingredient("sugar")
    bakery.ingredient("nuts")
    bakery.ingredient("water", "ml", always_on_hand=True)
    bakery.product("flour-1kg", "flour", "1 kg", "1.20", store="Mill", preferred=True)
    bakery.product("flour-10kg", "flour", "10 kg", "9.00", store="Mill")
    bakery.product("sugar-500g", "sugar", "500 g", "0.80", store="Market")
    batter = {"flour": "1.3 kg", "sugar": "600 g", "nuts": "100 g", "water": "1 l"}
    bakery.recipe("cookies", {"cookie": 48}, batter)
    bakery.event("fair", {"cookie": 48})
    bakery.buy("nuts", "1 kg", "10.00")
    return bakery


def test_the_list_holds_all_that_is_used_and_says_what_to_buy(bakery: KitchenBuilder) -> None:
    rows = bakery.shopping("fair")

    assert {slug: row["status"] for slug, row in rows.items()} == {
        "flour": "buy",
        "nuts": "enough",
        "sugar": "buy",
        "water": "always",
    }
    assert (rows["flour"]["category"], rows["flour"]["store"]) == ("Baking", "Mill")
    assert (rows["water"]["needed"], rows["water"]["to_buy"], rows["water"]["packs"]) == (
        1000,
        0,
        [],
    )
    to_buy = get_items_to_buy(bakery.event_id("fair"))
    assert [row["item_name"] for row in to_buy] == ["Flour", "Sugar"]


def test_the_preferred_product_is_bought(bakery: KitchenBuilder) -> None:
    row = bakery.shopping("fair")["flour"]

    assert [(p["label"], p["packs"], p["amount"], p["cost"]) for p in row["packs"]] == [
        ("Flour 1kg", 2, 2000, Decimal("2.40"))
    ]
    assert (row["left_over"], row["estimated_cost"]) == (700, Decimal("2.40"))


def test_the_summary_adds_up_by_store(bakery: KitchenBuilder) -> None:
    summary = get_shopping_summary(bakery.event_id("fair"))

    assert (summary.items_to_buy, summary.checked, summary.unknown) == (2, 0, 0)
    assert summary.estimated_cost == Decimal("4.00")
    assert [(s.store, s.items, s.cost) for s in summary.stores] == [
        ("Market", 1, Decimal("1.60")),
        ("Mill", 1, Decimal("2.40")),
    ]


def test_a_missing_price_is_said_and_the_sum_is_unknown(bakery: KitchenBuilder) -> None:
    bakery.product("sugar-500g", "sugar", "500 g", None)

    row = bakery.shopping("fair")["sugar"]
    assert (row["problem"], row["estimated_cost"]) == ("no price", None)
    assert [(p["packs"], p["cost"]) for p in row["packs"]] == [(2, None)]
    assert get_shopping_summary(bakery.event_id("fair")).estimated_cost is None
    assert [p.kind for p in plan_service.problems()] == ["no price"]


def test_packs_that_are_not_proven_to_be_the_cheapest_say_so(bakery: KitchenBuilder) -> None:
    bakery.ingredient("yeast")
    for size in ("701.234567", "811.345678", "977.456789", "1009.567891"):
        bakery.product(f"yeast-{size.replace('.', '-')}", "yeast", f"{size} g", size)
    bakery.recipe("dough", {"dough": 1}, {"yeast": "10000 kg"})
    bakery.event("world-record", {"dough": 1})

    row = bakery.shopping("world-record")["yeast"]
    assert row["problem"] == "not proven: other packs may be cheaper or fewer"
    assert row["packs"]
    assert round(row["estimated_cost"], 2) == Decimal("10000000.00")


def test_an_archived_product_is_not_bought(bakery: KitchenBuilder) -> None:
    bakery.product("sugar-500g", "sugar", "500 g", "0.80", archived=True)
    assert bakery.shopping("fair")["sugar"]["problem"].startswith("no product")


def test_ticking_an_item_off_shows_on_the_list(bakery: KitchenBuilder) -> None:
    event, flour = bakery.event_id("fair"), bakery.item("flour")
    event_service.check_item(event, flour)

    assert bakery.shopping("fair")["flour"]["checked"] is True
    assert get_shopping_summary(event).checked == 1


def test_shopping_is_marked_as_done_and_not_done(bakery: KitchenBuilder) -> None:
    event = bakery.event_id("fair")
    assert is_shopping_complete(event) is False
    mark_shopping_complete(event)
    assert is_shopping_complete(event) is True
    assert get_shopping_summary(event).is_complete is True
    unmark_shopping_complete(event)
    assert is_shopping_complete(event) is False
    journal_service.undo()
    assert is_shopping_complete(event) is True


def test_marking_in_a_session_is_the_callers_to_commit(bakery: KitchenBuilder) -> None:
    event = bakery.event_id("fair")
    with session_scope() as session:
        mark_shopping_complete(event, session)
        assert is_shopping_complete(event, session) is True
        session.rollback()
    assert is_shopping_complete(event) is False


def test_a_kept_lot_another_event_needs_is_reserved(bakery: KitchenBuilder) -> None:
    bakery.recipe("frosting", {"frosting": 10})
    bakery.recipe("cake", {"cake": 1}, {"frosting": 4, "flour": "100 g"})
    bakery.event("wedding", {"cake": 2}, date(2026, 12, 1))

    wedding, fair = bakery.shopping("wedding"), bakery.shopping("fair")
    assert wedding["flour"]["needed"] == 200
    bakery.buy("flour", "1 kg", "1.00")
    wedding, fair = bakery.shopping("wedding"), bakery.shopping("fair")
    assert (wedding["flour"]["available"], wedding["flour"]["to_buy"]) == (1000, 0)
    assert (fair["flour"]["reserved"], fair["flour"]["available"]) == (200, 800)
    assert fair["flour"]["to_buy"] == 500


def test_expired_stock_is_not_on_hand(bakery: KitchenBuilder) -> None:
    bakery.buy("sugar", "5 kg", "5.00", expires=date(2026, 11, 21))
    row = bakery.shopping("fair")["sugar"]
    assert (row["on_hand"], row["to_buy"]) == (0, 600)


def test_a_ledger_rounding_is_not_bought(bakery: KitchenBuilder) -> None:
    bakery.recipe("thirds", {"third": 1}, {"nuts": "1000/3 g"})
    bakery.event("party", {"third": 3}, date(2026, 11, 30))
    bakery.count("nuts", "999.9995 g")

    assert bakery.shopping("party")["nuts"]["to_buy"] == 0
    bakery.make("thirds", 3, event="party")
    assert bakery.left("nuts") == 0


def test_the_shopping_of_an_unknown_event_is_refused(bakery: KitchenBuilder) -> None:
    for ask in (
        get_items_to_buy,
        get_shopping_summary,
        is_shopping_complete,
        mark_shopping_complete,
        unmark_shopping_complete,
    ):
        with pytest.raises(EventNotFound):
            ask(999)

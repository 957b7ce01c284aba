"""The acceptance vectors of the domain (domain.md §5), each through the public services.

Every test is named after the vector's number and checks all that its row says.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import delete

from core.errors import Shortage
from core.interchange.demo import make_demo
from core.interchange.exporting import export_kitchen, write_kitchen
from core.interchange.importing import import_file
from core.models import Base
from core.services import (
    assembly_service,
    event_service,
    journal_service,
    production_service,
    saying,
    stock_service,
)
from core.services.doctor_service import check_kitchen
from core.services.planning import plan_service
from core.services.planning.progress import get_event_progress
from core.services.planning.shopping_list import get_items_to_buy, get_shopping_summary
from core.services.rows.plan import PlannedItem
from core.session import Database, session_scope
from core.units import to_decimal
from tests.builders import KitchenBuilder, gift_bags

BAG = {"pack": "5 lb", "price": "6.00"}


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    """Give a builder on an empty kitchen, on each database."""
    return KitchenBuilder()


def planned(event: str, item: str) -> PlannedItem:
    """Return what the plan says of an item for an event."""
    [found] = [e for e in plan_service.get_plan().events if e.slug == event]
    return next(row for row in found.items if row.slug == item)


def test_vector_01_fifty_gift_bags_take_seven_batches_each(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)

    assert bakery.batches("christmas", "cookies") == 7
    assert bakery.batches("christmas", "brownies") == 7
    cookie, brownie = bakery.output("christmas", "cookie"), bakery.output("christmas", "brownie")
    assert (cookie["needed"], cookie["to_make"], cookie["spare"]) == (300, 336, 36)
    assert (brownie["needed"], brownie["to_make"], brownie["spare"]) == (150, 168, 18)
    assert bakery.bundle_row("christmas", "gift-bag")["short"] == 0


def test_vector_02_six_batches_of_each_are_named_two_bags_short(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 6, short_ok=True)
    bakery.target("christmas", "brownies", 6, short_ok=True)

    assert bakery.output("christmas", "cookie")["to_make"] == 288
    assert bakery.output("christmas", "brownie")["to_make"] == 144
    bags = bakery.bundle_row("christmas", "gift-bag")
    assert (bags["remaining"], bags["can_assemble_after_production"], bags["short"]) == (50, 48, 2)
    named = [p for p in plan_service.problems() if p.kind == "short"]
    assert len(named) == 2
    assert all("2 Gift bag short" in problem.effect for problem in named)
    [event] = plan_service.get_plan().events
    assert {row.slug: row.batches for row in event.recipes} == {"cookies": 6, "brownies": 6}
    assert all(row.short for row in event.recipes)


def test_vector_02_without_short_ok_a_target_never_under_produces(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 6)

    assert bakery.batches("christmas", "cookies") == 7
    assert bakery.bundle_row("christmas", "gift-bag")["short"] == 0


def test_vector_02_baking_the_short_target_fills_forty_eight_bags(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 6, short_ok=True)
    bakery.target("christmas", "brownies", 6, short_ok=True)
    bakery.make("cookies", 6, event="christmas")
    bakery.make("brownies", 6, event="christmas")

    bags = bakery.bundle_row("christmas", "gift-bag")
    assert (bags["can_assemble_now"], bags["short"]) == (48, 2)
    bakery.assemble("gift-bag", 48, event="christmas")
    assert bakery.assembly("christmas")["is_complete"] is False
    assert bakery.bundle_row("christmas", "gift-bag")["remaining"] == 2


def test_vector_03_two_boxes_share_three_batches(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.bundle("box-a", {"cookie": 6})
    bakery.bundle("box-b", {"cookie": 4})
    bakery.event("fair", {"box-a": 10, "box-b": 10})

    cookie = bakery.output("fair", "cookie")
    assert (cookie["needed"], cookie["spare"]) == (100, 44)
    assert bakery.batches("fair", "cookies") == 3


def test_vector_04_the_same_forty_cookies_are_promised_once(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.bundle("box-a", {"cookie": 6})
    bakery.bundle("box-b", {"cookie": 4})
    bakery.event("fair", {"box-a": 10, "box-b": 10})
    bakery.make("cookies", 2)

    assert bakery.left("cookie") == 96
    assert bakery.bundle_row("fair", "box-a")["can_assemble_now"] == 10
    assert bakery.bundle_row("fair", "box-b")["can_assemble_now"] == 9


def test_vector_05_mini_and_large_cookies_share_the_dough(bakery: KitchenBuilder) -> None:
    bakery.recipe("dough", {"mini": 48, "large": 24})
    bakery.event("party", {"mini": 30, "large": 30})

    dough = bakery.recipe_row("party", "dough")
    assert dough["remaining_batches"] == 2
    reason = plan_service.explain(bakery.event_id("party"), "mini")
    assert reason.amount == 30
    [event] = plan_service.get_plan().events
    assert [row.batches for row in event.recipes] == [2]
    # 0.625 + 1.25 = 1.875 batches are needed; the eighth left over goes to the first output.
    assert {o["item_name"]: o["to_make"] for o in dough["outputs"]} == {"Mini": 36, "Large": 30}
    bakery.make("dough", 2, event="party")
    assert (bakery.left("mini"), bakery.left("large")) == (36, 30)


def test_vector_06_whole_cakes_and_slices_share_the_batches(bakery: KitchenBuilder) -> None:
    bakery.recipe("cake", {"whole-cake": 1, "slice": 12})
    bakery.event("wedding", {"whole-cake": 4, "slice": 12})

    assert bakery.batches("wedding", "cake") == 5
    assert bakery.output("wedding", "whole-cake")["to_make"] == 4
    assert bakery.output("wedding", "slice")["to_make"] == 12


def test_vector_07_four_pans_of_two_are_exactly_two_batches(bakery: KitchenBuilder) -> None:
    bakery.recipe("lasagne", {"pan": 2})
    bakery.event("supper", {"pan": 4})

    assert bakery.batches("supper", "lasagne") == 2
    assert bakery.output("supper", "pan")["spare"] == 0


def frosted_cakes(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour", measures={"cup": "125 g"})
    bakery.ingredient("butter", measures={"cup": "227 g"})
    bakery.recipe("frosting", {"frosting-portion": 1}, {"butter": "1 cup"})
    bakery.recipe(
        "cake", {"cake": 1}, {"flour": "3 cup", "butter": "1/2 cup", "frosting-portion": 2}
    )
    bakery.event("birthday", {"cake": 3})


def test_vector_08_plan_shopping_use_and_cost_agree(bakery: KitchenBuilder) -> None:
    frosted_cakes(bakery)
    flour, butter = 9 * Decimal(125), Decimal("7.5") * 227

    assert planned("birthday", "flour").net == flour
    assert planned("birthday", "butter").net == butter
    shopping = bakery.shopping("birthday")
    assert (shopping["flour"]["to_buy"], shopping["butter"]["to_buy"]) == (flour, butter)

    bakery.buy("flour", "9 cup", "4.50")
    bakery.buy("butter", "7.5 cup", "15.00")
    assert all(row["to_buy"] == 0 for row in bakery.shopping("birthday").values())
    bakery.make("frosting", 6, event="birthday")
    bakery.make("cake", 3, event="birthday")

    assert (bakery.left("flour"), bakery.left("butter")) == (0, 0)
    assert bakery.left("frosting-portion") == 0
    [cakes] = bakery.lots("cake")
    assert (cakes.amount, cakes.paid) == (3, Decimal("19.50"))
    assert bakery.production("birthday")["is_complete"] is True


def test_vector_09_two_pounds_of_flour_are_842_grams_short(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour", measures={"cup": "125 g"}, display_unit="cup")
    bakery.product("flour-5lb", "flour", **BAG)
    bakery.recipe("bread", {"loaf": 1}, {"flour": "14 cup"})
    bakery.event("fair", {"loaf": 1})
    bakery.buy("flour", "2 lb", "2.40")

    row = bakery.shopping("fair")["flour"]
    assert row["to_buy"] == Decimal("842.81526")
    assert round(row["to_buy"] / 125, 2) == Decimal("6.74")
    assert saying.amounts().amount(bakery.item("flour"), row["to_buy"]).startswith("6.74")
    assert [(pack["label"], pack["packs"]) for pack in row["packs"]] == [("Flour 5lb", 1)]
    assert row["estimated_cost"] == Decimal("6.00")


def test_vector_10_cups_without_a_density_are_unknown_and_say_so(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.product("flour-5lb", "flour", **BAG)
    bakery.recipe("bread", {"loaf": 1}, {"flour": "14 cup"})
    bakery.event("fair", {"loaf": 1})
    bakery.buy("flour", "2 lb", "2.40")

    row = bakery.shopping("fair")["flour"]
    assert (row["status"], row["needed"], row["to_buy"]) == ("unknown", None, None)
    assert row["packs"] == []
    assert row["estimated_cost"] is None
    for part in ("Bread", "14 cup", "Flour", "density"):
        assert part.casefold() in row["problem"].casefold()
    assert get_items_to_buy(bakery.event_id("fair")) == []
    assert get_shopping_summary(bakery.event_id("fair")).estimated_cost is None
    [problem] = [p for p in plan_service.problems() if p.kind == "unknown"]
    assert "Flour" in problem.message
    assert "density" in problem.fix

    bakery.edit_item("flour", grams_per_ml="0.5")
    assert bakery.shopping("fair")["flour"]["status"] == "buy"


def test_vector_11_ten_are_used_first_in_first_out_for_5_50(bakery: KitchenBuilder) -> None:
    bakery.supply("box")
    for amount, each, day in ((5, "0.50", 1), (8, "0.60", 2), (20, "0.55", 3)):
        bakery.buy("box", amount, amount * Decimal(each), received=date(2026, 11, day))
    bakery.recipe("set", {"boxed-set": 1}, {"box": 10})

    bakery.make("set", 1)

    assert [lot.left for lot in bakery.lots("box", empty=True)] == [0, 3, 20]
    assert bakery.lots("boxed-set")[0].paid == Decimal("5.50")
    journal_service.undo()
    assert [lot.left for lot in bakery.lots("box", empty=True)] == [5, 8, 20]
    assert [lot.value for lot in bakery.lots("box")] == [
        Decimal("2.50"),
        Decimal("4.80"),
        Decimal("11.00"),
    ]
    assert bakery.lots("boxed-set") == []


@pytest.mark.parametrize(
    "path", ["amount", "packs of the preferred product", "packs of a product", "in bags", "ounces"]
)
def test_vector_12_two_bags_for_twelve_are_ten_pounds(bakery: KitchenBuilder, path: str) -> None:
    bakery.ingredient("flour", measures={"bag": "5 lb"})
    bakery.product("flour-5lb", "flour", "5 lb", preferred=True)
    match path:
        case "amount":
            bakery.buy("flour", "10 lb", "12.00")
        case "packs of the preferred product":
            bakery.buy("flour", packs=2, paid="$12")
        case "packs of a product":
            bakery.buy("flour", packs="2", product="flour-5lb", paid=12)
        case "in bags":
            bakery.buy("flour", "2 bags", Decimal(12))
        case "ounces":
            bakery.buy("flour", "160 oz", "12,00")

    [lot] = bakery.lots("flour")
    pound = Decimal("453.59237")
    assert lot.amount == 10 * pound
    assert lot.value == Decimal("12.00")
    assert lot.value / (lot.amount / pound) == Decimal("1.20")


def test_vector_13_two_and_a_half_bags_for_fifteen(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.product("flour-5lb", "flour", "5 lb", preferred=True)

    bakery.buy("flour", packs="2.5", paid="15.00")

    [lot] = bakery.lots("flour")
    pound = Decimal("453.59237")
    assert lot.amount == Decimal("12.5") * pound
    assert lot.value == Decimal("15.00")
    assert lot.value / (lot.amount / pound) == Decimal("1.20")


def test_vector_14_forty_cups_with_one_bag_in_stock_need_two_more(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour", measures={"cup": "125 g"})
    bakery.product("flour-5lb", "flour", preferred=True, **BAG)
    bakery.recipe("bread", {"loaf": 1}, {"flour": "40 cup"})
    bakery.event("fair", {"loaf": 1})
    bakery.buy("flour", packs=1, paid="6.00")

    row = bakery.shopping("fair")["flour"]
    assert [(pack["label"], pack["packs"]) for pack in row["packs"]] == [("Flour 5lb", 2)]
    assert row["estimated_cost"] == Decimal("12.00")


def test_vector_15_burnt_batches_leave_four_to_make(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    bakery.event("fair", {"cookie": 192})
    bakery.buy("flour", "2 kg", "3.00")
    bakery.make("cookies", 1, good={"cookie": 40}, lost={"cookie": (8, "burnt")}, event="fair")
    for _ in range(3):
        bakery.make("cookies", 1, lost={"cookie": (48, "burnt")}, event="fair")

    row, cookie = bakery.recipe_row("fair", "cookies"), bakery.output("fair", "cookie")
    assert (cookie["produced"], cookie["lost"], cookie["remaining"]) == (40, 152, 152)
    assert (row["remaining_batches"], row["batches_run"]) == (4, 4)
    assert row["progress_pct"] == Decimal("20.833333")
    shopping = bakery.shopping("fair")
    assert shopping["flour"]["to_buy"] == 2000


def test_vector_15_three_burnt_batches_are_no_progress(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.event("fair", {"cookie": 192})
    bakery.make("cookies", 3, lost={"cookie": (144, "burnt")}, event="fair")

    assert bakery.production("fair")["progress_pct"] == 0


def test_vector_16_a_batch_of_24_dollars_gives_a_good_lot_of_24(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.buy("flour", "1 kg", "24.00")
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "1 kg"})

    bakery.make("cookies", 1, good={"cookie": 40}, lost={"cookie": (8, "broken")})

    [lot] = bakery.lots("cookie")
    assert (lot.amount, lot.paid, lot.value) == (40, Decimal("24.00"), Decimal("24.00"))


def test_vector_17_forty_nine_of_forty_eight_leave_one_spare(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.event("fair", {"cookie": 48})

    bakery.make("cookies", 1, good={"cookie": 49}, event="fair")

    cookie = bakery.output("fair", "cookie")
    assert (cookie["produced"], cookie["remaining"], cookie["spare"]) == (49, 0, 1)
    assert bakery.production("fair")["is_complete"] is True


def test_vector_18_a_missing_ribbon_is_named_and_on_the_list(bakery: KitchenBuilder) -> None:
    bakery.supply("ribbon")
    bakery.recipe("cookies", {"cookie": 48})
    bakery.bundle("box", {"cookie": 6, "ribbon": 1})
    bakery.event("fair", {"box": 8})
    bakery.make("cookies", 1, event="fair")

    box = bakery.bundle_row("fair", "box")
    assert (box["can_assemble_now"], box["can_assemble_after_production"]) == (0, 0)
    assert [(b["item_name"], b["missing"]) for b in box["blockers"]] == [("Ribbon", 8)]
    assert bakery.shopping("fair")["ribbon"]["to_buy"] == 8
    with pytest.raises(Shortage, match="Ribbon"):
        bakery.assemble("box", 1, event="fair")


def test_vector_19_three_more_boxes_can_be_assembled(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.bundle("box", {"cookie": 2})
    bakery.event("fair", {"box": 10})
    bakery.make("cookies", 20, event="fair")
    bakery.assemble("box", 7, event="fair")

    box = bakery.bundle_row("fair", "box")
    assert (box["assembled_quantity"], box["remaining"], box["can_assemble_now"]) == (7, 3, 3)


def test_vector_20_a_target_accepted_at_25_is_stale_at_100(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 1})
    bakery.event("fair", {"cookie": 25})
    plan_service.accept_targets(bakery.event_id("fair"))
    assert bakery.recipe_row("fair", "cookies")["is_stale"] is False

    bakery.want("fair", "cookie", 100)

    row = bakery.recipe_row("fair", "cookies")
    assert (row["is_stale"], row["target_batches"], row["remaining_batches"]) == (True, 25, 100)
    [stale] = [p for p in plan_service.problems() if p.kind == "stale target"]
    assert "25" in stale.effect
    assert "100" in stale.effect
    plan_service.accept_targets(bakery.event_id("fair"))
    assert bakery.recipe_row("fair", "cookies")["is_stale"] is False


def test_vector_20_baking_does_not_make_a_target_stale(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 10})
    bakery.event("fair", {"cookie": 25})
    plan_service.accept_targets(bakery.event_id("fair"))

    bakery.make("cookies", 2, event="fair")

    assert bakery.recipe_row("fair", "cookies")["is_stale"] is False


def test_vector_21_shopping_is_for_the_batches_still_to_make(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.recipe("cookies", {"cookie": 10}, {"flour": "100 g"})
    bakery.event("fair", {"cookie": 100})
    bakery.buy("flour", "900 g", "1.00")
    bakery.make("cookies", 7, event="fair")

    assert bakery.left("flour") == 200
    row = bakery.shopping("fair")["flour"]
    assert (row["needed"], row["on_hand"], row["to_buy"]) == (300, 200, 100)


def everything_shown() -> dict[str, object]:
    """Return all that a person can see of a kitchen: plan, progress, stock and journal."""
    events = event_service.list_events(archived=True)
    return {
        "plan": plan_service.get_plan(),
        "progress": [get_event_progress(event.id) for event in events],
        "problems": plan_service.problems(),
        "stock": stock_service.list_stock(),
        "lots": stock_service.list_lots(empty=True),
        "runs": production_service.list_runs(),
        "journal": journal_service.list_changes(),
    }


def wipe() -> None:
    """Delete every row of the kitchen."""
    with session_scope() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))


def test_vector_22_an_export_restores_the_same_kitchen(bakery: KitchenBuilder) -> None:
    frosted_cakes(bakery)
    gift_bags(bakery)
    bakery.product("flour-5lb", "flour", **BAG)
    bakery.target("christmas", "cookies", 6, short_ok=True)
    bakery.buy("flour", packs="2.5", product="flour-5lb", paid="15.00", expires=date(2027, 1, 1))
    bakery.buy("butter", "7 1/2 cup", None)
    bakery.make("frosting", 2, event="birthday")
    bakery.make("cookies", 2, lost={"cookie": (5, "burnt")}, event="christmas")
    bakery.make("brownies", 1, event="christmas")
    bakery.assemble("gift-bag", 4, event="christmas")
    bakery.deliver("christmas", "gift-bag", 1, to="Ann")
    bakery.count("butter", "40%")
    bakery.discard("cookie", 3)
    journal_service.undo()
    journal_service.redo()
    journal_service.undo()
    before = everything_shown()
    file = write_kitchen(export_kitchen())

    wipe()
    assert event_service.list_events() == []
    import_file(file)

    assert everything_shown() == before
    assert write_kitchen(export_kitchen()) == file
    assert check_kitchen() == []


def test_vector_23_two_events_share_five_hundred_grams(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.recipe("bread", {"loaf": 1}, {"flour": "400 g"})
    bakery.event("first", {"loaf": 1}, date(2026, 12, 1))
    bakery.event("second", {"loaf": 1}, date(2026, 12, 2))
    bakery.buy("flour", "500 g", "1.00")

    first, second = bakery.shopping("first")["flour"], bakery.shopping("second")["flour"]
    assert (first["available"], first["to_buy"], first["status"]) == (500, 0, "enough")
    assert (second["reserved"], second["available"], second["to_buy"]) == (400, 100, 300)


def test_vector_24_one_batch_serves_two_events(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.event("first", {"cookie": 10}, date(2026, 12, 1))
    bakery.event("second", {"cookie": 20}, date(2026, 12, 2))

    assert bakery.batches("first", "cookies") == 1
    assert bakery.batches("second", "cookies") == 0
    assert bakery.output("first", "cookie")["spare"] == 18
    assert bakery.output("second", "cookie")["remaining"] == 20


def test_vector_25_the_later_event_keeps_its_boxes(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.bundle("box", {"cookie": 6})
    bakery.event("earlier", {"box": 5}, date(2026, 12, 1))
    bakery.event("later", {"box": 5}, date(2026, 12, 20))
    bakery.make("cookies", 1, event="later")
    bakery.assemble("box", 5, event="later")

    assert bakery.bundle_row("earlier", "box")["remaining"] == 5
    assert bakery.bundle_row("later", "box")["remaining"] == 0
    assert bakery.batches("earlier", "cookies") == 1
    with pytest.raises(Shortage, match="5 Box more is kept for another event"):
        bakery.deliver("earlier", "box", 5)


def test_vector_26_twelfths_of_batches_go_through_three_levels(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.recipe("c", {"cee": 6}, {"flour": "600 g"}, step="1/12")
    bakery.recipe("b", {"bee": 4}, {"cee": 3}, step="1/12")
    bakery.recipe("a", {"ay": 1}, {"bee": 2}, step="1/12")
    bakery.event("fair", {"ay": 1})

    assert bakery.batches("fair", "a") == 1
    assert bakery.batches("fair", "b") == Decimal("0.5")
    assert bakery.batches("fair", "c") == Decimal("0.25")
    assert bakery.shopping("fair")["flour"]["to_buy"] == 150


def test_vector_27_both_paths_to_an_ingredient_count(bakery: KitchenBuilder) -> None:
    bakery.ingredient("butter")
    bakery.recipe("frosting", {"frosting": 1}, {"butter": "100 g"})
    bakery.recipe("cake", {"cake": 1}, {"butter": "200 g", "frosting": 1})
    bakery.event("fair", {"cake": 2})

    assert bakery.shopping("fair")["butter"]["to_buy"] == 600
    reason = plan_service.explain(bakery.event_id("fair"), "butter")
    [need] = reason.parts
    assert sorted(part.amount for part in need.parts) == [200, 400]


def test_vector_28_four_grams_of_saffron_are_not_dropped(bakery: KitchenBuilder) -> None:
    bakery.ingredient("saffron")
    bakery.recipe("buns", {"bun": 20}, {"saffron": "0.004 kg"})
    bakery.event("lucia", {"bun": 20})

    row = bakery.shopping("lucia")["saffron"]
    assert (row["to_buy"], row["status"]) == (4, "buy")


def test_vector_29_two_small_packs_are_the_cheapest(bakery: KitchenBuilder) -> None:
    bakery.ingredient("sugar")
    bakery.product("small", "sugar", "250 g", "3")
    bakery.product("large", "sugar", "1 kg", "10")
    bakery.recipe("syrup", {"bottle": 1}, {"sugar": "450 g"})
    bakery.event("fair", {"bottle": 1})

    row = bakery.shopping("fair")["sugar"]
    assert [(pack["label"], pack["packs"]) for pack in row["packs"]] == [("Small", 2)]
    assert row["estimated_cost"] == Decimal("6.00")
    assert row["left_over"] == 50


def test_vector_30_three_times_two_thirds_of_a_cake_are_two(bakery: KitchenBuilder) -> None:
    bakery.recipe("cake", {"cake": 1})
    bakery.bundle("plate", {"cake": "2/3"})
    bakery.event("fair", {"plate": 3})

    assert bakery.batches("fair", "cake") == 2
    assert bakery.output("fair", "cake")["spare"] == 0
    assert plan_service.explain(bakery.event_id("fair"), "cake").amount == Fraction(2)


# -- the kitchen as a whole ----------------------------------------------------------------------


def test_what_is_bought_by_the_list_is_exactly_what_is_used(bakery: KitchenBuilder) -> None:
    """Buy what the shopping list says, make what the plan says: nothing is missing or left."""
    frosted_cakes(bakery)
    event_id = bakery.event_id("birthday")
    for row in event_service.get_shopping_list(event_id):
        stock_service.receive(row["item_id"], amount=row["to_buy"], paid="1.00")

    for recipe in ("frosting", "cake"):
        bakery.make(recipe, bakery.batches("birthday", recipe) or 0, event="birthday")

    assert bakery.production("birthday")["is_complete"] is True
    assert bakery.shopping("birthday") == {}
    assert (bakery.left("flour"), bakery.left("butter")) == (0, 0)
    assert bakery.lots("cake")[0].value == Decimal("2.00")


def test_the_demo_kitchen_agrees_with_itself(kitchen: Database) -> None:
    """In the demo plan, progress and shopping say the same, and its books balance."""
    make_demo()
    assert check_kitchen() == []
    plan = plan_service.get_plan()
    assert plan.events
    for event in plan.events:
        items = {row.item_id: row for row in event.items}
        progress = get_event_progress(event.event_id)
        for row in progress["shopping"]:
            item = items[row["item_id"]]
            assert (row["needed"], row["to_buy"]) == (item.need, item.net)
            reason = plan_service.explain(event.event_id, item.slug)
            told = row["needed"] if row["status"] == "always" else row["to_buy"]
            assert told == (None if reason.amount is None else to_decimal(reason.amount))
        for recipe in progress["production"]["recipes"]:
            for output in recipe["outputs"]:
                if output["item_id"] in items:
                    assert output["remaining"] == items[output["item_id"]].net
        for bundle in progress["assembly"]["bundles"]:
            assert bundle["remaining"] == items[bundle["bundle_id"]].net


def test_the_demo_can_be_bought_and_made_to_the_end(kitchen: Database) -> None:
    """Following the plan of the demo to the letter completes its events, without a shortage."""
    make_demo()
    bakery = KitchenBuilder()
    for event in plan_service.get_plan().events:
        follow_the_plan(bakery, event.slug)
        progress = get_event_progress(event.event_id)
        assert [row for row in progress["shopping"] if row["status"] == "buy"] == []
        if progress["unknown"] == 0:
            assert progress["production"]["total_remaining"] == 0
            assert all(row["remaining"] == row["short"] for row in progress["assembly"]["bundles"])
    assert check_kitchen() == []


def follow_the_plan(bakery: KitchenBuilder, event: str) -> None:
    """Buy what the list says, make what can be made until nothing is left, then assemble."""
    event_id = bakery.event_id(event)
    for row in get_items_to_buy(event_id):
        stock_service.receive(row["item_id"], amount=row["to_buy"], paid="1.00")
    for _ in range(10):
        for row in bakery.production(event)["recipes"]:
            if row["can_make"]:
                production_service.record_production(
                    row["recipe_id"], row["can_make"], event_id=event_id
                )
    for bundle in bakery.assembly(event)["bundles"]:
        if bundle["can_assemble_now"] and not bundle["nested"]:
            assembly_service.record_assembly(
                bundle["bundle_id"], bundle["can_assemble_now"], event_id=event_id
            )

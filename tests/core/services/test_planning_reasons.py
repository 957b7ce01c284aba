"""Why and what for, contention, packs with trips, and problems, through the public services."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from core.clock import today
from core.errors import AmountError, ItemNotFound, LotNotFound, RuleBroken
from core.planning.why import Reason
from core.services import (
    catalog_service,
    event_service,
    journal_service,
    saying,
    settings_service,
    stock_service,
)
from core.services.planning import plan_service, shopping_list, telling
from core.services.planning.plan_service import PlanProblem
from core.services.planning.telling import Told
from core.services.settings_service import SettingNotFound
from core.session import Database
from tests.builders import KitchenBuilder, gift_bags, ladder

EASTER = date(2027, 3, 28)


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    built = KitchenBuilder()
    built.ingredient("flour")
    gift_bags(built)
    built.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    built.product("flour-2kg", "flour", "2 kg", "3.00")
    return built


def flat(told: Told) -> list[str]:
    return [f"{told.amount} {told.said}", *(line for part in told.inner for line in flat(part))]


def tell(bakery: KitchenBuilder, reason: Reason, item: str) -> list[str]:
    return flat(telling.tell(reason, bakery.item(item), saying.amounts()))


# -- why, both ways --------------------------------------------------------------------------------


def test_a_purchase_is_explained_from_its_packs_to_the_event_lines(
    bakery: KitchenBuilder,
) -> None:
    bakery.buy("flour", "600 g", "1")

    reason = plan_service.explain_purchase(bakery.event_id("christmas"), "flour")

    assert tell(bakery, reason, "flour") == [
        "4 kg to buy: 2 × Flour 2kg of Flour",
        "2.9 kg Flour to buy",
        "3.5 kg for 7 batches of Cookies, 500 g a batch",
        "6 1/4 batches for 300 Cookie, 48 a batch",
        "300 for 50 Gift bag, 6 in each",
        "50 for Christmas",
        "3/4 batch rounded up to steps of 1: 36 Cookie more than needed",
        "−600 g in stock already",
        "1.1 kg left over, because it is sold in packs",
    ]


def test_what_is_made_is_explained_from_its_batches(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "5 kg", "1")
    bakery.make("cookies", 1, good={"cookie": 43}, event="christmas")

    reason = plan_service.explain_purchase(bakery.event_id("christmas"), "cookie")

    assert tell(bakery, reason, "cookie") == [
        "6 batches of Cookies",
        "5.354 batches for 257 Cookie, 48 a batch",
        "300 for 50 Gift bag, 6 in each",
        "50 for Christmas",
        "−43 made already and kept for this event",
        "0.646 batch rounded up to steps of 1: 31 Cookie more than needed",
    ]
    assert reason.amount == sum(part.amount or 0 for part in reason.parts)


def test_what_was_lost_is_told_where_it_is_made_again(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "5 kg", "1")
    bakery.make("cookies", 1, lost={"cookie": (8, "burnt")}, event="christmas")

    reason = plan_service.explain(bakery.event_id("christmas"), "cookie")
    assert reason.note == "lost so far: 8 burnt"
    assert any("lost so far: 8 burnt" in line for line in tell(bakery, reason, "cookie"))


def test_a_lot_is_followed_to_the_event_lines(bakery: KitchenBuilder) -> None:
    bakery.event("easter", {"cookie": 10}, EASTER)
    bakery.buy("flour", "5 kg", "1")

    reason = plan_service.explain_feeds(lot_id=bakery.lots("flour")[0].id)

    # The 36 cookies over of Christmas give Easter its 10, so Easter needs no flour.
    assert tell(bakery, reason, "flour") == [
        "5 kg Flour in this lot",
        "3.5 kg for Christmas",
        "3.5 kg into 7 batches of Cookies, 500 g a batch",
        "6 1/4 batches for 300 Cookie, 48 a batch",
        "300 into 50 Gift bag, 6 in each",
        "50 for Christmas",
        "0.208 batch for 10 Cookie for Easter, 48 a batch",
        "10 for Easter",
        "0.542 batch made beyond what open events need",
        "1.5 kg free: no open event needs it",
    ]


def test_an_event_line_is_followed_to_what_is_bought(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "600 g", "1")

    reason = plan_service.explain_line(bakery.event_id("christmas"), "gift-bag")

    told = tell(bakery, reason, "gift-bag")
    assert told[:3] == [
        "50 for Gift bag for Christmas",
        "50 to assemble",
        "300 Cookie, 6 in each: from 6 1/4 batches of Cookies, 48 a batch",
    ]
    # 6 1/4 batches take 3.125 kg; the rest of the flour goes into what is rounded up.
    assert "600 g in stock already" in told
    assert "2.525 kg to buy" in told


def test_forward_refuses_what_there_is_not(bakery: KitchenBuilder) -> None:
    with pytest.raises(LotNotFound):
        plan_service.explain_feeds(lot_id=99)
    with pytest.raises(ItemNotFound):
        plan_service.explain_feeds("saffron")
    with pytest.raises(RuleBroken, match="either"):
        plan_service.explain_feeds()
    with pytest.raises(RuleBroken, match="no line for Cookie"):
        plan_service.explain_line(bakery.event_id("christmas"), "cookie")


@pytest.mark.parametrize(
    ("a_batch", "each", "said", "both"),
    [
        ("12345.5", "each", "12345 1/2", "24691"),
        ("12345.5", "g", "12.3455 kg", "24.691 kg"),
        ("99999.5", "g", "99.9995 kg", "199.999 kg"),
        ("0.0625", "g", "0.0625 g", "0.125 g"),
    ],
)
def test_large_and_small_amounts_are_said_so_that_they_multiply(
    kitchen: Database, a_batch: str, each: str, said: str, both: str
) -> None:
    built = KitchenBuilder()
    built.ingredient("flour", unit=each)
    built.recipe("cookies", {"cookie": 1}, {"flour": a_batch})
    built.event("fair", {"cookie": 2})

    reason = plan_service.explain(built.event_id("fair"), "flour")

    assert tell(built, reason, "flour") == [
        f"{both} Flour to buy",
        f"{both} for 2 batches of Cookies, {said} a batch",
        "2 batches for 2 Cookie, 1 a batch",
        "2 for Fair",
    ]


def test_a_yield_is_told_in_its_own_unit(kitchen: Database) -> None:
    built = KitchenBuilder()
    built.ingredient("flour")
    built.made("cream", unit="g", measures={"cup": "195 g"}, display_unit="cup")
    built.recipe("whipping", {"cream": "5 cup"}, {"flour": "1 g"}, step="1/20")
    built.event("fair", {"cream": "11 3/4 cup"})

    reason = plan_service.explain_purchase(built.event_id("fair"), "cream")

    assert tell(built, reason, "cream")[:2] == [
        "2.35 batches of Whipping",
        "2.35 batches for 11 3/4 cup Cream, 5 cup a batch",
    ]


# -- many ways to the same -------------------------------------------------------------------------

LEVELS = 14


@pytest.fixture
def tall(kitchen: Database) -> KitchenBuilder:
    built = KitchenBuilder()
    ladder(built, LEVELS)
    return built


def test_what_many_numbers_rest_on_is_told_once(tall: KitchenBuilder) -> None:
    reason = plan_service.explain(tall.event_id("fair"), "sugar")

    assert reason.amount == 2**LEVELS
    told = tell(tall, reason, "sugar")
    assert len(told) < 10 * LEVELS
    assert sum(line.endswith("(told above)") for line in told) == LEVELS


def test_what_stock_goes_into_by_many_ways_is_told_once(tall: KitchenBuilder) -> None:
    told = tell(tall, plan_service.explain_feeds("sugar"), "sugar")

    assert len(told) < 10 * LEVELS
    assert sum(line.endswith("(told above)") for line in told) == LEVELS


def test_what_a_line_takes_by_many_ways_is_followed_as_far_as_anybody_reads(
    tall: KitchenBuilder,
) -> None:
    told = tell(tall, plan_service.explain_line(tall.event_id("fair"), f"step-{LEVELS}"), "sugar")

    assert len(told) < 3000
    assert any(line.endswith("(not followed further)") for line in told)


def test_where_a_lot_goes_is_unknown_while_a_need_is(bakery: KitchenBuilder) -> None:
    bakery.recipe("bread", {"loaf": 1}, {"flour": "2 cup"})
    bakery.event("fair", {"loaf": 1}, date(2026, 12, 1))
    bakery.buy("flour", "5 kg", "1")

    reason = plan_service.explain_feeds(lot_id=bakery.lots("flour")[0].id)

    assert [(part.kind, part.amount) for part in reason.parts] == [("unknown", 5000)]
    assert tell(bakery, reason, "flour")[1:] == [
        "5 kg where it goes is unknown: so is what Fair needs"
    ]


# -- contention ------------------------------------------------------------------------------------


def test_contention_says_who_gets_it_and_what_a_move_would_change(
    bakery: KitchenBuilder,
) -> None:
    bakery.event("easter", {"gift-bag": 50}, EASTER)
    bakery.buy("flour", "4 kg", "1")

    [flour] = [row for row in plan_service.contention() if row.name == "Flour"]

    assert [(row.event_name, row.need, row.from_stock, row.short) for row in flour.events] == [
        ("Christmas", 3500, 3500, 0),
        ("Easter", 3000, 500, 2500),
    ]
    assert flour.runs_out_at == "Easter"
    assert flour.rest == 0
    assert flour.moves is not None
    sooner = next(move for move in flour.moves if move.where == "before")
    assert (sooner.event_name, sooner.other_name) == ("Easter", "Christmas")
    assert [(c.event_name, c.before, c.after) for c in sooner.changes] == [
        ("Christmas", 0, 2500),
        ("Easter", 2500, 0),
    ]


def test_what_a_move_says_is_what_moving_the_date_does(bakery: KitchenBuilder) -> None:
    bakery.event("easter", {"gift-bag": 50}, EASTER)
    bakery.buy("flour", "4 kg", "1")

    event_service.set_event(bakery.event_id("easter"), date=date(2026, 12, 1))

    assert bakery.shopping("easter")["flour"]["to_buy"] == 0
    assert bakery.shopping("christmas")["flour"]["to_buy"] == 2500


def test_stock_of_which_an_unknown_amount_is_needed_is_not_called_enough(
    bakery: KitchenBuilder,
) -> None:
    bakery.recipe("bread", {"loaf": 1}, {"flour": "2 cup"})
    bakery.event("fair", {"loaf": 1}, date(2026, 12, 1))
    bakery.buy("flour", "5 kg", "1")

    [flour] = [row for row in plan_service.contention() if row.name == "Flour"]
    assert not flour.is_enough
    assert flour.ends == "whether it is enough is unknown"

    bakery.edit_item("flour", grams_per_ml="0.5")
    [flour] = [row for row in plan_service.contention() if row.name == "Flour"]
    assert flour.ends == "enough for all of them"


def test_moves_are_left_out_where_nobody_asks(bakery: KitchenBuilder) -> None:
    bakery.event("easter", {"gift-bag": 50}, EASTER)
    bakery.buy("flour", "4 kg", "1")

    assert {row.moves for row in plan_service.contention(moves=False)} == {None}


def test_what_another_event_keeps_and_needs_is_no_contention(bakery: KitchenBuilder) -> None:
    bakery.event("easter", {"gift-bag": 20}, EASTER)
    bakery.buy("flour", "10 kg", "1")
    bakery.make("cookies", 7, event="christmas")
    bakery.make("brownies", 7, event="christmas")
    bakery.assemble("gift-bag", 45, event="christmas")

    assert "Gift bag" not in {each.name for each in plan_service.contention()}
    assert "contention" not in {each.kind for each in plan_service.problems()}


# -- packs -----------------------------------------------------------------------------------------


@pytest.fixture
def two_stores(kitchen: Database) -> KitchenBuilder:
    built = KitchenBuilder()
    built.ingredient("flour")
    built.ingredient("sugar")
    built.product("mill-flour", "flour", "1 kg", "2.00", store="Mill")
    built.product("mill-sugar", "sugar", "1 kg", "4.00", store="Mill")
    built.product("market-sugar", "sugar", "1 kg", "3.00", store="Market")
    built.recipe("cake", {"cake": 1}, {"flour": "1 kg", "sugar": "500 g"})
    built.event("fair", {"cake": 1})
    return built


def stores(bakery: KitchenBuilder) -> list[str | None]:
    return [row["store"] for row in bakery.shopping("fair").values()]


def test_an_extra_store_has_to_save_its_trip(two_stores: KitchenBuilder) -> None:
    assert stores(two_stores) == ["Mill", "Market"]

    settings_service.set_setting("store_trip_cost", "1.50")
    assert stores(two_stores) == ["Mill", "Mill"]

    settings_service.set_setting("store_trip_cost", "0.50")
    assert stores(two_stores) == ["Mill", "Market"]


def test_the_summary_says_how_many_trips_and_what_they_cost(two_stores: KitchenBuilder) -> None:
    event_id = two_stores.event_id("fair")
    settings_service.set_setting("store_trip_cost", "0.50")
    summary = shopping_list.get_shopping_summary(event_id)
    assert (summary.trips, summary.trips_cost) == (2, Decimal("0.50"))

    settings_service.set_setting("store_trip_cost", "1.50")
    summary = shopping_list.get_shopping_summary(event_id)
    assert (summary.trips, summary.trips_cost) == (1, Decimal("0.00"))


def test_a_setting_is_an_entry_that_can_be_undone(two_stores: KitchenBuilder) -> None:
    settings_service.set_setting("store_trip_cost", "1.50")
    settings_service.set_setting("store_trip_cost", "2")
    [row, *_] = settings_service.list_settings()
    assert row.value == "2.00"

    journal_service.undo()
    assert settings_service.list_settings()[0].value == "1.50"
    journal_service.undo()
    assert settings_service.list_settings()[0].value is None
    journal_service.redo()
    assert settings_service.list_settings()[0].value == "1.50"
    settings_service.set_setting("store_trip_cost", None)
    assert settings_service.list_settings()[0].value is None


def test_a_setting_that_there_is_not_or_no_money_is_refused(kitchen: Database) -> None:
    with pytest.raises(SettingNotFound):
        settings_service.set_setting("oven", "1")
    with pytest.raises(AmountError):
        settings_service.set_setting("store_trip_cost", "a lot")
    with pytest.raises(RuleBroken, match="not set"):
        settings_service.set_setting("store_trip_cost", None)


def test_what_is_left_over_says_its_worth_and_who_needs_it_next(
    two_stores: KitchenBuilder,
) -> None:
    row = two_stores.shopping("fair")["sugar"]
    assert (row["left_over"], row["left_over_worth"]) == (500, Decimal("1.50"))
    assert row["left_over_for"] is None

    two_stores.event("easter", {"cake": 1}, EASTER)
    assert two_stores.shopping("fair")["sugar"]["left_over_for"] == "Easter"


def test_the_price_history_holds_purchases_that_stand(two_stores: KitchenBuilder) -> None:
    two_stores.buy("flour", packs=2, paid="5.00", product="mill-flour")
    two_stores.buy("flour", "500 g", None)
    two_stores.count("flour", "5 kg")
    two_stores.buy("flour", "1 kg", "9.00")
    journal_service.undo()

    rows = stock_service.price_history(two_stores.item("flour"))
    assert [(row.product, row.amount, row.paid, row.price) for row in rows] == [
        (None, 500, None, None),
        ("Mill flour", 2000, Decimal("5.00"), Decimal("0.0025")),
    ]


def test_the_packs_that_save_a_trip_say_which(bakery: KitchenBuilder) -> None:
    bakery.ingredient("sugar")
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "500 g", "sugar": "10 g"})
    bakery.product("flour-here", "flour", "2 kg", "1.00", store="Corner")
    bakery.product("flour-there", "flour", "2 kg", "2.00", store="Market")
    bakery.product("sugar-there", "sugar", "1 kg", "1.00", store="Market")
    catalog_service.save_product(
        msgspec.structs.replace(
            catalog_service.get_product(catalog_service.find_product("flour-2kg").id),
            archived=True,
        )
    )
    settings_service.set_setting("store_trip_cost", "4.00")

    reason = plan_service.explain_purchase(bakery.event_id("christmas"), "flour")

    assert reason.note == (
        "$2.00 dearer than without trips in mind, but saves going to Corner, $4.00"
    )
    sugar = plan_service.explain_purchase(bakery.event_id("christmas"), "sugar")
    assert sugar.note == ""


# -- problems --------------------------------------------------------------------------------------


def problem(kind: str) -> PlanProblem:
    [found] = [each for each in plan_service.problems() if each.kind == kind]
    return found


def test_a_made_lot_that_does_not_keep_until_its_event_is_a_problem(
    bakery: KitchenBuilder,
) -> None:
    bakery.edit_item("cookie", shelf_life_days=5)
    bakery.buy("flour", "5 kg", "1")
    bakery.make("cookies", 2, event="christmas")

    found = problem("expiring")
    assert found.message == "96 Cookie for Christmas expire on 2026-11-27, 18 days before it."
    assert found.effect == "Christmas counts on 96 that will not keep until then."


def test_what_is_carried_to_a_later_event_has_to_keep_that_long(bakery: KitchenBuilder) -> None:
    bakery.edit_item("cookie", shelf_life_days=30)
    bakery.event("easter", {"cookie": 10}, EASTER)

    found = problem("shelf life")
    assert found.message == "Cookie keeps 30 days, and is baked for Christmas 103 days before."
    assert found.effect == "10 of those Easter counts on may be stale."


def test_stock_that_would_do_for_one_event_is_a_problem_of_two(bakery: KitchenBuilder) -> None:
    bakery.event("easter", {"gift-bag": 50}, EASTER)
    bakery.buy("flour", "4 kg", "1")

    found = problem("contention")
    assert (found.place, found.item_id) == ("Easter", bakery.item("flour"))
    assert found.effect == ("Of 4 kg in stock 3.5 kg go to Christmas; Easter is short of 2.5 kg.")


def test_an_old_price_says_how_much_rests_on_it(bakery: KitchenBuilder) -> None:
    doc = catalog_service.get_product(catalog_service.find_product("flour-2kg").id)
    doc.priced_on = (today() - timedelta(days=400)).isoformat()
    catalog_service.save_product(doc)

    assert problem("old price").effect == (
        "$6.00 of the estimated cost rest on a price that is 400 days old."
    )


def test_a_line_without_a_price_says_how_much_is_left_out(bakery: KitchenBuilder) -> None:
    doc = catalog_service.get_product(catalog_service.find_product("flour-2kg").id)
    doc.price = None
    catalog_service.save_product(doc)

    assert problem("no price").effect == "The estimated cost leaves out 3.5 kg of it."


def test_what_several_events_share_is_one_problem_that_names_them(bakery: KitchenBuilder) -> None:
    doc = catalog_service.get_product(catalog_service.find_product("flour-2kg").id)
    doc.price = None
    catalog_service.save_product(doc)
    bakery.event("easter", {"gift-bag": 50}, EASTER)

    found = problem("no price")

    assert found.place == "Flour 2kg"
    assert found.effect == ("The estimated cost of Christmas and Easter leaves out 6.5 kg of it.")
    assert found.event_id is None
    assert found.event_ids == (bakery.event_id("christmas"), bakery.event_id("easter"))
    [own] = [p for p in plan_service.problems(bakery.event_id("easter")) if p.kind == "no price"]
    assert own.effect == "The estimated cost leaves out 3 kg of it."
    assert own.event_id == bakery.event_id("easter")


def test_what_only_old_purchases_price_is_a_problem(bakery: KitchenBuilder) -> None:
    bakery.ingredient("honey")
    bakery.recipe("bread", {"loaf": 1}, {"honey": "100 g"})
    bakery.event("fair", {"loaf": 5})
    bakery.buy("honey", "200 g", "4.00", received=today() - timedelta(days=400))

    found = [p for p in plan_service.problems(bakery.event_id("fair")) if p.place == "Honey"]

    assert [p.kind for p in found] == ["old purchase"]
    assert found[0].effect == "$6.00 of the cost rest on a price that is 400 days old."


def test_a_cycle_is_no_problem_because_it_is_refused(bakery: KitchenBuilder) -> None:
    from core.errors import Cycle

    with pytest.raises(Cycle):
        bakery.recipe("cookies", {"cookie": 48}, {"gift-bag": 1})
    assert "cycle" not in {each.kind for each in plan_service.problems()}

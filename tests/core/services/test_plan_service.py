"""The one plan: what it says, why, what is wrong with it, and the decisions that steer it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy.event import listen

from core.errors import EventNotFound, ItemNotFound, RecipeNotFound, RuleBroken
from core.services import event_service, journal_service, settings_service
from core.services.planning import cost_service, plan_service
from core.services.planning.plan_service import (
    accept_targets,
    explain,
    get_plan,
    get_plan_through,
    problems,
    set_target,
)
from core.services.planning.standings import get_standings
from core.session import Database, read_session, rehearsal
from tests.builders import KitchenBuilder, gift_bags


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    return KitchenBuilder()


# -- batch targets -------------------------------------------------------------------------------


def test_accepted_targets_are_the_planned_batches(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    accept_targets(bakery.event_id("christmas"))

    targets = event_service.get_event(bakery.event_id("christmas")).targets
    assert [(t.recipe, t.batches, t.accepted_need) for t in targets] == [
        ("brownies", "7", "6 1/4"),
        ("cookies", "7", "6 1/4"),
    ]
    assert bakery.production("christmas")["total_target"] == 14


def test_accepting_counts_what_is_already_made(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.make("cookies", 2, good={"cookie": 60}, event="christmas")
    accept_targets(bakery.event_id("christmas"))

    # 1.25 batches' worth is there and five are planned: two and five make the target.
    assert bakery.recipe_row("christmas", "cookies")["target_batches"] == 7
    assert bakery.batches("christmas", "cookies") == 5


def test_a_target_above_the_need_is_made_and_carried(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 10})
    bakery.event("first", {"cookie": 15}, date(2026, 12, 1))
    bakery.event("second", {"cookie": 12}, date(2026, 12, 2))
    bakery.target("first", "cookies", 3)

    assert bakery.batches("first", "cookies") == 3
    assert bakery.batches("second", "cookies") == 0
    assert bakery.output("first", "cookie")["spare"] == 3


def test_a_target_below_the_need_is_raised_to_it(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 10})
    bakery.event("fair", {"cookie": 35})
    bakery.target("fair", "cookies", 2)

    assert bakery.batches("fair", "cookies") == 4
    assert problems() == []


def test_what_was_produced_counts_towards_a_target(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 10}, step="1/2")
    bakery.event("fair", {"cookie": 10})
    bakery.target("fair", "cookies", 4)
    bakery.make("cookies", 2, good={"cookie": 17}, event="fair")

    # 4 - 1.7 = 2.3 batches, rounded down to halves.
    assert bakery.batches("fair", "cookies") == 2


def test_a_short_target_keeps_boxes_and_other_components(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 3, short_ok=True)

    assert bakery.bundle_row("christmas", "gift-bag")["remaining"] == 50
    assert bakery.batches("christmas", "brownies") == 7
    # 144 cookies fill 24 bags.
    assert bakery.bundle_row("christmas", "gift-bag")["short"] == 26
    [short] = problems()
    assert (short.kind, short.place) == ("short", "Christmas, Cookies")
    assert short.effect == "26 Gift bag short"


def test_a_made_input_made_short_is_named_in_the_bundles(bakery: KitchenBuilder) -> None:
    bakery.recipe("frosting", {"frosting": 10})
    bakery.recipe("cake", {"cake": 1}, {"frosting": 5})
    bakery.bundle("box", {"cake": 1})
    bakery.event("fair", {"box": 8})
    bakery.target("fair", "frosting", 3, short_ok=True)

    assert bakery.bundle_row("fair", "box")["short"] == 2


def test_a_target_is_taken_away(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 9)
    bakery.target("christmas", "cookies", None)

    assert bakery.batches("christmas", "cookies") == 7
    journal_service.undo()
    assert bakery.batches("christmas", "cookies") == 9


def test_accepting_keeps_a_short_target_while_its_need_is_the_same(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 6, short_ok=True)
    accept_targets(bakery.event_id("christmas"))
    assert bakery.batches("christmas", "cookies") == 6

    bakery.want("christmas", "gift-bag", 60)
    assert bakery.recipe_row("christmas", "cookies")["is_stale"] is True
    accept_targets(bakery.event_id("christmas"))
    assert bakery.batches("christmas", "cookies") == 8


def test_bad_targets_are_refused(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    event, recipe = bakery.event_id("christmas"), bakery.recipe_id("cookies")
    with pytest.raises(EventNotFound):
        set_target(999, recipe, 1)
    with pytest.raises(RecipeNotFound):
        set_target(event, 999, 1)
    with pytest.raises(RuleBroken, match="steps of 1"):
        set_target(event, recipe, "1/2")
    with pytest.raises(EventNotFound):
        accept_targets(999)
    event_service.set_status(event, "done")
    with pytest.raises(RuleBroken, match="not open"):
        accept_targets(event)


def test_an_unknown_number_of_batches_is_not_accepted(bakery: KitchenBuilder) -> None:
    bakery.made("syrup", "ml")
    bakery.recipe("syrup", {"syrup": "200 g"})
    bakery.event("fair", {"syrup": 100})

    with pytest.raises(RuleBroken, match="unknown"):
        accept_targets(bakery.event_id("fair"))


# -- why -----------------------------------------------------------------------------------------


def test_a_number_is_explained_down_to_the_event_lines(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    gift_bags(bakery)
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    bakery.want("christmas", "cookie", 10, to="Ann")
    bakery.buy("flour", "1 kg", "1.00")

    flour = explain(bakery.event_id("christmas"), "flour")

    # 310 cookies are 7 batches (6.458 rounded up) of 500 g, of which 1 kg is there.
    assert (flour.kind, flour.amount, flour.unit) == ("buy", 2500, "g")
    need, stock = flour.parts
    assert (need.amount, stock.label, stock.amount) == (3500, "from stock", -1000)
    [use] = need.parts
    assert (use.kind, use.label, use.factor) == ("recipe", "Cookies", 500)
    batches = use.source
    assert batches is not None
    assert [(part.kind, part.amount) for part in batches.parts] == [
        ("output", Fraction(310, 48)),
        ("rounding", 7 - Fraction(310, 48)),
    ]
    cookies = batches.parts[0].source
    assert cookies is not None
    [asked] = cookies.parts
    assert [(part.kind, part.label, part.amount) for part in asked.parts] == [
        ("event", "Christmas, for Ann", 10),
        ("bundle", "Gift bag", 300),
    ]


def test_what_is_not_needed_is_explained_as_nothing(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    bakery.ingredient("saffron")
    assert explain(bakery.event_id("christmas"), "saffron").amount == 0


def test_explaining_what_is_not_there_is_refused(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    event = bakery.event_id("christmas")
    with pytest.raises(EventNotFound):
        explain(999, "cookie")
    with pytest.raises(ItemNotFound):
        explain(event, "kookie-monster")
    event_service.set_status(event, "cancelled")
    with pytest.raises(RuleBroken, match="not open"):
        explain(event, "cookie")


# -- through a day -------------------------------------------------------------------------------


def test_the_plan_through_a_day_leaves_later_events_out(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 10})
    bakery.event("first", {"cookie": 15}, date(2026, 12, 1))
    bakery.event("second", {"cookie": 15}, date(2026, 12, 2))
    bakery.make("cookies", 1, event="second")

    through = get_plan_through(date(2026, 12, 1))

    assert [event.slug for event in through.events] == ["first"]
    [item] = through.events[0].items
    assert (item.need, item.from_stock, item.net) == (15, 0, 15), "what is kept stays kept"
    assert [event.slug for event in get_plan().events] == ["first", "second"]


# -- the view ------------------------------------------------------------------------------------


def test_the_plan_lists_items_and_recipes_with_what_to_do(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.ingredient("water", "ml", always_on_hand=True)
    bakery.supply("ribbon")
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "500 g", "water": "1 l"})
    bakery.bundle("box", {"cookie": 6, "ribbon": 1})
    bakery.event("fair", {"box": 10})
    bakery.count("ribbon", 20)

    [event] = get_plan().events

    assert [(row.slug, row.net, row.status) for row in event.items] == [
        ("box", 10, "assemble"),
        ("cookie", 60, "make"),
        ("flour", 1000, "buy"),
        ("water", 0, "always"),
        ("ribbon", 0, "enough"),
    ]
    assert [(row.slug, row.batches, row.target, row.short) for row in event.recipes] == [
        ("cookies", 2, None, 0)
    ]


def test_two_rehearsals_of_one_revision_do_not_share_a_plan(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    seen = []
    for quantity in (10, 20):
        with rehearsal() as session:
            KitchenBuilder(session).want("christmas", "gift-bag", quantity)
            seen.append((get_plan(session).revision, get_plan(session).events[0].items[0].net))
    assert seen[0][0] == seen[1][0]
    assert [net for _, net in seen] == [10, 20]


def test_one_session_follows_its_own_writes(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    with rehearsal() as session:
        inside = KitchenBuilder(session)
        assert inside.batches("christmas", "cookies") == 7
        inside.want("christmas", "gift-bag", 100)
        assert inside.batches("christmas", "cookies") == 13
        inside.make("cookies", 3, event="christmas")
        assert inside.batches("christmas", "cookies") == 10


# -- what is unknown -----------------------------------------------------------------------------


def test_an_unknown_need_does_not_hide_what_others_need(bakery: KitchenBuilder) -> None:
    """Two events share flour and one of them is unknown: the other's need is still a number."""
    bakery.ingredient("flour")
    bakery.recipe("bread", {"loaf": 1}, {"flour": "3 cup"})
    bakery.recipe("buns", {"bun": 1}, {"flour": "100 g"})
    bakery.event("first", {"loaf": 1}, date(2026, 12, 1))
    bakery.event("second", {"bun": 5}, date(2026, 12, 2))
    bakery.buy("flour", "2 kg", "2.00")

    row = bakery.shopping("second")["flour"]
    assert (row["needed"], row["to_buy"], row["status"]) == (500, None, "unknown")
    assert "Bread, line '3 cup Flour'" in row["problem"], "it names what is to be mended"


def test_an_unknown_need_takes_nothing_from_events_before_it(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.recipe("bread", {"loaf": 1}, {"flour": "3 cup"})
    bakery.recipe("buns", {"bun": 1}, {"flour": "100 g"})
    bakery.event("first", {"bun": 5}, date(2026, 12, 1))
    bakery.event("second", {"loaf": 1}, date(2026, 12, 2))
    bakery.buy("flour", "2 kg", "2.00")

    row = bakery.shopping("first")["flour"]
    assert (row["needed"], row["to_buy"], row["reserved"]) == (500, 0, 0)


def test_a_mended_fact_makes_everything_known_again(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.recipe("bread", {"loaf": 1}, {"flour": "3 cup"})
    bakery.event("fair", {"loaf": 2})
    [problem] = problems(bakery.event_id("fair"))
    assert problem.kind == "unknown"

    bakery.edit_item("flour", measures={"cup": "125 g"})

    assert bakery.shopping("fair")["flour"]["to_buy"] == 750
    assert [p.kind for p in problems()] == ["no product"]


def test_each_kind_of_problem_is_told_with_its_fix(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.ingredient("cream", "ml")
    bakery.product("flour-1kg", "flour", "1 kg", "1.00", priced_on="2025-01-01")
    bakery.product("cream-cup", "cream", "200 ml")
    bakery.made("tart")
    bakery.recipe("cookies", {"cookie": 10}, {"flour": "100 g", "cream": "50 ml"})
    bakery.bundle("empty", {})
    bakery.event("fair", {"cookie": 10, "tart": 1, "empty": 2})
    bakery.buy("cream", "10 ml", None, expires=date(2026, 11, 1))
    bakery.buy("cream", "10 ml", None, expires=date(2026, 12, 1))

    found = problems()

    assert [p.kind for p in found] == [
        "no recipe",
        "empty bundle",
        "expired",
        "expiring",
        "no price",
        "old price",
    ]
    assert all(p.message and p.effect and p.fix and p.place for p in found)


def test_problems_of_an_unknown_event_are_refused(bakery: KitchenBuilder) -> None:
    with pytest.raises(EventNotFound):
        problems(999)


@pytest.mark.parametrize("trip_cost", ["0", "4.00"])
def test_the_number_of_queries_does_not_grow_with_the_kitchen(
    bakery: KitchenBuilder, trip_cost: str
) -> None:
    """Neither with events and lines, nor with what is unknown, unpriced or out of date."""

    def queries() -> int:
        seen: list[str] = []
        with read_session() as session:
            connection = session.connection()
            listen(connection, "before_cursor_execute", lambda *told: seen.append(told[2]))
            plan_service.get_plan(session)
            event_service.get_shopping_list(bakery.event_id("christmas"), session=session)
            event_service.get_production_progress(bakery.event_id("christmas"), session=session)
            get_standings(session)
            plan_service.problems(session=session)
            plan_service.contention(session=session)
            cost_service.get_event_costs(bakery.event_id("christmas"), session=session)
        return len(seen)

    def grow(name: str, wanted: dict[str, int]) -> None:
        for kind in ("plain", "vague"):
            bakery.ingredient(f"{kind}-{name}")
        bakery.product(f"bag-{name}", f"plain-{name}", "1 kg", price="1.00")
        bakery.recipe(f"breads-{name}", {f"bread-{name}": 3}, {f"plain-{name}": 5})
        bakery.recipe(f"rolls-{name}", {f"roll-{name}": 3}, {f"vague-{name}": "2 cup"})
        bakery.event(name, {f"bread-{name}": 7, f"roll-{name}": 7, "gift-bag": 2} | wanted)
        bakery.target(name, f"breads-{name}", 1)
        bakery.buy(f"plain-{name}", 1, Decimal("1.00"), expires=date(2026, 11, 23))

    settings_service.set_setting("store_trip_cost", trip_cost)
    gift_bags(bakery)
    grow("first", {})
    few = queries()
    for number in range(6):
        grow(f"more-{number}", {"bread-first": 2, "roll-first": 1})
    assert queries() == few


def test_an_event_that_is_over_and_still_open_is_named_with_what_it_takes(
    bakery: KitchenBuilder,
) -> None:
    bakery.ingredient("apple")
    bakery.recipe("pies", {"pie": 1}, {"apple": "1 kg"})
    bakery.event("fete", {"pie": 2}, date(2026, 11, 13))
    bakery.event("served", [], date(2026, 11, 13))
    bakery.event("feast", {"pie": 2})
    bakery.buy("apple", "3 kg", "3.00")

    [past] = [problem for problem in plan_service.problems() if problem.kind == "past"]
    assert past.message == "Fete was 9 days ago and is still open."
    assert past.effect.endswith("and gives it 2 kg Apple of the stock.")
    assert past.event_id == bakery.event_id("fete")

    event_service.set_status(bakery.event_id("fete"), "done")
    assert "past" not in [problem.kind for problem in plan_service.problems()]

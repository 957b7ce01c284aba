"""The timeline of an event: its days, what is done, and days that are too full."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import AmountError, EventNotFound
from core.services import catalog_service, event_service, settings_service
from core.services.planning import plan_service, timeline_service
from core.services.planning.shopping_list import mark_shopping_complete
from core.services.planning.timeline_service import Timeline, TimelineTask
from core.session import Database
from tests.builders import CHRISTMAS, KitchenBuilder, gift_bags

DAY = timedelta(days=1)


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    built = KitchenBuilder()
    built.ingredient("flour")
    gift_bags(built)
    built.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    timed(built, "cookies", 60, 30)
    return built


def timed(bakery: KitchenBuilder, recipe: str, minutes: int | None, oven: int | None) -> None:
    doc = catalog_service.get_recipe(bakery.recipe_id(recipe))
    doc.minutes, doc.oven_minutes = minutes, oven
    catalog_service.save_recipe(doc)


def timeline(bakery: KitchenBuilder, event: str = "christmas") -> Timeline:
    return timeline_service.get_timeline(bakery.event_id(event))


def task(found: Timeline, name: str) -> TimelineTask:
    days = [each for day in found.days for each in day.tasks]
    return next(each for each in (*found.done, *days) if each.name == name)


def test_each_day_has_what_is_to_be_done(bakery: KitchenBuilder) -> None:
    found = timeline(bakery)
    assert [(day.day, [each.name for each in day.tasks]) for day in found.days] == [
        (CHRISTMAS - 3 * DAY, ["Shopping"]),
        (CHRISTMAS - 2 * DAY, ["Brownies", "Cookies"]),
        (CHRISTMAS - DAY, ["Gift bag"]),
    ]
    assert task(found, "Cookies").amount == 7
    assert task(found, "Cookies").hands_minutes == 7 * 60
    assert task(found, "Shopping").amount == 1


def test_a_recipe_without_minutes_is_named_and_one_with_work_only_is_not_baked(
    bakery: KitchenBuilder,
) -> None:
    [_, making, _] = timeline(bakery).days
    assert (making.hands_minutes, making.oven_minutes) == (420, 210)
    assert making.untimed == ("Brownies",)
    timed(bakery, "brownies", 10, None)
    [_, making, _] = timeline(bakery).days
    assert (making.hands_minutes, making.oven_minutes, making.untimed) == (490, 210, ())


def test_a_batch_of_which_nothing_came_out_good_is_not_done(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "9 kg", "9.00")
    bakery.make("cookies", 3, event="christmas")
    bakery.make("cookies", 1, lost={"cookie": (48, "burnt")}, event="christmas")
    assert task(timeline(bakery), "Cookies").done == 3


def test_what_was_recorded_is_done(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "9 kg", "9.00")
    bakery.make("cookies", 3, event="christmas")
    half = task(timeline(bakery), "Cookies")
    assert (half.amount, half.done, half.complete) == (4, 3, False)

    bakery.make("cookies", 4, event="christmas")
    whole = task(timeline(bakery), "Cookies")
    assert (whole.done, whole.complete) == (7, True)
    assert timeline(bakery).days[0].tasks[0].name == "Brownies"


def test_shopping_is_done_when_it_is_marked(bakery: KitchenBuilder) -> None:
    mark_shopping_complete(bakery.event_id("christmas"))
    assert task(timeline(bakery), "Shopping").complete


def test_a_day_counts_the_work_for_all_events(bakery: KitchenBuilder) -> None:
    bakery.event("party", {"cookie": 96}, CHRISTMAS - DAY)
    loads = {day.day: day.hands_minutes for day in timeline(bakery).days}
    party = timeline(bakery, "party")
    assert [day.day for day in party.days if day.hands_minutes] == [CHRISTMAS - 2 * DAY]
    assert loads[CHRISTMAS - 2 * DAY] == party.days[-1].hands_minutes == 9 * 60


def test_a_day_that_is_too_full_is_a_problem_and_is_not_moved(bakery: KitchenBuilder) -> None:
    def overloads() -> list[str]:
        found = plan_service.problems(bakery.event_id("christmas"))
        return [each.message for each in found if each.kind == "overload"]

    assert overloads() == []
    settings_service.set_setting("hands_hours", "6 1/2")
    settings_service.set_setting("oven_hours", "4")
    assert overloads() == ["2026-12-13 has 7 h of work, and a day has 6 h 30 min."]
    [_, making, _] = timeline(bakery).days
    assert making.too_full
    assert making.day == date(2026, 12, 13)
    settings_service.set_setting("hands_hours", "7")
    assert overloads() == []
    assert timeline(bakery).hands_limit == 420


def test_hours_are_a_number(bakery: KitchenBuilder) -> None:
    for text in ("many", "0", "-1", "3 kg"):
        with pytest.raises(AmountError):
            settings_service.set_setting("oven_hours", text)


def test_an_event_that_is_over_has_only_what_was_done(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "9 kg", "9.00")
    bakery.make("cookies", 1, event="christmas")
    event_service.set_status(bakery.event_id("christmas"), "done")
    found = timeline(bakery)
    assert found.days == ()
    assert [each.name for each in found.done] == ["Cookies"]
    assert found.done[0].done == Decimal(1)
    with pytest.raises(EventNotFound):
        timeline_service.get_timeline(999)


def test_stock_by_day_follows_the_shopping_the_batches_and_the_assembly(
    bakery: KitchenBuilder,
) -> None:
    bakery.buy("flour", "1 kg", "2.00")
    event = bakery.event_id("christmas")

    def amounts(item: str) -> list[Decimal | None]:
        days = timeline_service.get_stock_by_day(event, bakery.item(item))
        assert [days[0].day, days[-1].day] == [date(2026, 11, 22), CHRISTMAS]
        return [each.amount for each in days[-5:]]

    assert amounts("flour") == [1000, 3500, 0, 0, 0]
    assert amounts("cookie") == [0, 0, 336, 36, 36]
    assert amounts("gift-bag") == [0, 0, 0, 50, 50]

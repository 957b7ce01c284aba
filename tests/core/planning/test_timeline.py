"""The timeline: counted back from the event, inputs first, as late as freshness and order allow."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from core.planning.kitchen import Event, EventLine, Item, Kitchen, Line, Recipe
from core.planning.netting import make_plan
from core.planning.timeline import Minutes, Task, tasks_of
from tests.core.planning.kitchens import FIRST_DAY, kitchens

EVENT = date(2026, 12, 15)
LONG_BEFORE = date(2026, 11, 1)

FLOUR, FROSTING, CAKE, BOX, HAMPER = range(1, 6)


def a_kitchen() -> Kitchen:
    """Hampers of boxes of cakes that are covered with frosting made of flour."""
    kinds = ("ingredient", "made", "made", "bundle", "bundle")
    names = ("flour", "frosting", "cake", "box", "hamper")
    items = {
        n: Item(n, name, name.capitalize(), kind, "each")
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1)
    }
    one = Fraction(1)
    recipes = {
        1: Recipe(1, "frosting", "Frosting", one, (Line(FROSTING, one),), (Line(FLOUR, one),)),
        2: Recipe(2, "cake", "Cake", one / 2, (Line(CAKE, Fraction(2)),), (Line(FROSTING, one),)),
    }
    bundles = {BOX: (Line(CAKE, one),), HAMPER: (Line(BOX, Fraction(2)),)}
    event = Event(1, "fair", "Fair", EVENT, True, (EventLine(HAMPER, Fraction(3)),))
    return Kitchen(items, recipes, bundles, (event,))


def tasks(
    today: date = LONG_BEFORE,
    keeps: dict[int, int | None] | None = None,
    minutes: dict[int, Minutes] | None = None,
    to_buy: int = 1,
) -> dict[str, Task]:
    plan = make_plan(a_kitchen())
    found = tasks_of(plan, 0, today=today, minutes=minutes or {}, keeps=keeps or {}, to_buy=to_buy)
    names = {"make": {1: "frosting", 2: "cake"}, "assemble": {BOX: "box", HAMPER: "hamper"}}
    return {names[t.kind][t.id] if t.id else "shop": t for t in found}


def days_before(found: dict[str, Task]) -> dict[str, int]:
    return {name: (EVENT - task.day).days for name, task in found.items()}


def test_it_counts_back_from_the_event_assembly_last_and_shopping_first() -> None:
    found = tasks()
    assert list(found) == ["shop", "frosting", "cake", "box", "hamper"]
    assert days_before(found) == {"shop": 4, "frosting": 3, "cake": 2, "box": 1, "hamper": 1}
    assert not any(task.late for task in found.values())


def test_amounts_and_minutes_are_those_of_all_batches_rounded_up() -> None:
    found = tasks(minutes={2: Minutes(25, 31)})
    assert found["cake"].amount == 3
    assert (found["cake"].hands, found["cake"].oven) == (75, 93)
    assert (found["frosting"].hands, found["frosting"].oven) == (None, None)
    assert (found["hamper"].amount, found["hamper"].hands) == (3, 0)
    assert found["shop"].amount == 1


def test_what_does_not_keep_is_made_on_the_day_it_is_used() -> None:
    found = tasks(keeps={CAKE: 1, FROSTING: 0})
    assert found["cake"].earliest == EVENT - timedelta(days=1)
    assert days_before(found)["cake"] == 1
    # Frosting goes into the cake: it has to keep until then and no longer.
    assert found["frosting"].earliest == EVENT - timedelta(days=2)
    assert not found["cake"].late


def test_what_keeps_says_from_which_day_it_may_be_made() -> None:
    found = tasks(keeps={CAKE: 10, HAMPER: 3})
    assert found["cake"].earliest == EVENT - timedelta(days=10)
    assert found["hamper"].earliest == EVENT - timedelta(days=3)
    assert days_before(found)["cake"] == 2


def test_what_should_have_been_done_is_for_today_and_moves_what_rests_on_it() -> None:
    found = tasks(today=EVENT - timedelta(days=1))
    assert {task.day for task in found.values()} == {EVENT - timedelta(days=1)}
    assert [name for name, task in found.items() if task.late] == ["shop", "frosting", "cake"]
    assert list(found)[-2:] == ["box", "hamper"]


def test_nothing_to_buy_is_no_shopping() -> None:
    assert "shop" not in tasks(to_buy=0)


@settings(max_examples=60)
@given(kitchens(), st.dictionaries(st.integers(1, 12), st.integers(0, 9)), st.integers(-3, 30))
def test_inputs_come_first_and_nothing_is_in_the_past(
    kitchen: Kitchen, keeps: dict[int, int], past: int
) -> None:
    plan = make_plan(kitchen)
    today = FIRST_DAY - timedelta(days=past)
    for e, event in enumerate(plan.kitchen.events):
        found = tasks_of(plan, e, today=today, minutes={}, keeps=keeps, to_buy=1)
        assert len({(task.kind, task.id) for task in found}) == len(found)
        place = {(task.kind, task.id): number for number, task in enumerate(found)}
        for task in found:
            assert task.day >= today
            if task.kind == "shop" or task.id is None:
                assert task is found[0]
                continue
            assert task.day < event.date or task.late or task.earliest == task.day
            lines = (
                kitchen.recipes[task.id].lines if task.kind == "make" else kitchen.bundles[task.id]
            )
            used = {line.item_id for line in lines}
            for other in found:
                gives = (
                    {line.item_id for line in kitchen.recipes[other.id].outputs}
                    if other.kind == "make" and other.id is not None
                    else {other.id}
                )
                if other.kind != "shop" and used & gives:
                    assert other.day <= task.day
                    if other.kind == task.kind or other.kind == "make":
                        assert place[other.kind, other.id] < place[task.kind, task.id]

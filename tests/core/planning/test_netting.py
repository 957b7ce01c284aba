"""Netting in small, rule by rule (domain.md §3); see test_against_naive.py for every number."""

from __future__ import annotations

import gc
from datetime import date, timedelta
from fractions import Fraction
from weakref import ref

import pytest

from core.errors import Cycle
from core.planning.kitchen import (
    MICRO,
    Event,
    EventLine,
    Item,
    Kitchen,
    Line,
    Recipe,
    Target,
)
from core.planning.netting import make_plan
from core.planning.plan import Plan

FLOUR, COOKIE, LARGE, BOX = 1, 2, 3, 4
COOKIES = 1

ITEMS = {
    FLOUR: Item(FLOUR, "flour", "Flour", "ingredient", "g"),
    COOKIE: Item(COOKIE, "cookie", "Cookie", "made", "each"),
    LARGE: Item(LARGE, "large", "Large cookie", "made", "each"),
    BOX: Item(BOX, "box", "Box", "bundle", "each"),
}


def recipe(step: int | Fraction = 1, large: int | None = 5) -> Recipe:
    """Return a recipe for 10 cookies or `large` large ones from 100 g of flour."""
    outputs = (Line(COOKIE, Fraction(10)), Line(LARGE, None if large is None else Fraction(large)))
    lines = (Line(FLOUR, Fraction(100)),)
    return Recipe(COOKIES, "cookies", "Cookies", Fraction(step), outputs, lines)


def event(number: int, lines: dict[int, int | Fraction | None], **facts: object) -> Event:
    wanted = tuple(EventLine(i, None if n is None else Fraction(n)) for i, n in lines.items())
    day = date(2026, 12, 1) + timedelta(days=number)
    return Event(number, f"event-{number}", f"Event {number}", day, True, wanted, **facts)  # type: ignore[arg-type]


def plan(*events: Event, **facts: object) -> Plan:
    given: dict[str, object] = {
        "items": ITEMS,
        "recipes": {COOKIES: recipe()},
        "bundles": {BOX: (Line(COOKIE, Fraction(4)),)},
        "events": events,
    }
    return make_plan(Kitchen(**{**given, **facts}))  # type: ignore[arg-type]


def test_what_is_kept_covers_its_event_first_and_the_rest_is_free() -> None:
    found = plan(event(0, {COOKIE: 10}), event(1, {COOKIE: 3}), kept={COOKIE: {1: 8 * MICRO}})

    assert [found.net(COOKIE, e) for e in (0, 1)] == [5, 0]
    assert found.given(COOKIE, 0) == 5
    assert (found.reserved(COOKIE, 0), found.reserved(COOKIE, 1)) == (3, 5)


def test_the_free_pool_covers_events_in_order() -> None:
    found = plan(event(0, {COOKIE: 10}), event(1, {COOKIE: 10}), free={COOKIE: 15 * MICRO})

    assert [found.net(COOKIE, e) for e in (0, 1)] == [0, 5]


def test_needs_are_added_before_they_are_rounded_to_batches() -> None:
    found = plan(event(0, {COOKIE: 5, LARGE: 2}))

    # 0.5 + 0.4 batches are one.
    assert found.batches(COOKIES, 0) == 1
    assert (found.to_make(COOKIES, 0, 0), found.to_make(COOKIES, 1, 0)) == (6, 2)


def test_left_over_dough_is_carried_to_whichever_output_needs_it() -> None:
    found = plan(event(0, {COOKIE: 5}), event(1, {LARGE: 2}))

    assert [found.batches(COOKIES, e) for e in (0, 1)] == [1, 0]
    assert (found.to_make(COOKIES, 1, 0), found.covered(COOKIES, 1, 1)) == (2, 2)
    assert found.left_over(COOKIES, 0, 0) == 1


def test_batches_are_carried_across_several_events() -> None:
    found = plan(*(event(n, {COOKIE: 4}) for n in range(5)))

    assert [found.batches(COOKIES, e) for e in range(5)] == [1, 0, 1, 0, 0]


def test_bundles_are_rounded_up_to_whole_ones_and_not_carried() -> None:
    found = plan(event(0, {BOX: Fraction(3, 2)}), event(1, {BOX: Fraction(1, 2)}))

    assert [found.net(BOX, e) for e in (0, 1)] == [2, 1]
    assert [found.need(COOKIE, e) for e in (0, 1)] == [8, 4]


@pytest.mark.parametrize(
    ("stock", "net"), [(9_999_001, 0), (9_999_000, Fraction(1, 1000)), (0, 10)]
)
def test_less_than_a_thousandth_missing_is_ledger_rounding(stock: int, net: Fraction) -> None:
    assert plan(event(0, {COOKIE: 10}), free={COOKIE: stock}).net(COOKIE, 0) == net


def test_a_small_need_without_stock_is_no_rounding() -> None:
    found = plan(event(0, {COOKIE: Fraction(1, 2000)}))
    assert found.net(COOKIE, 0) == Fraction(1, 2000)


def test_a_small_need_beside_an_unknown_one_is_no_rounding() -> None:
    small = Fraction(1, 2000)
    found = plan(event(1, {COOKIE: None}), event(2, {COOKIE: small}))
    assert found.net(COOKIE, 1) == small


def test_only_planned_batches_ask_for_flour() -> None:
    short = Target(Fraction(1), short_ok=True)
    found = plan(event(0, {COOKIE: 30}, targets={COOKIES: short}))

    assert (found.batches(COOKIES, 0), found.need(FLOUR, 0)) == (1, 100)
    assert found.net(COOKIE, 0) == 30


def test_a_target_without_any_need_is_made_all_the_same() -> None:
    found = plan(event(0, {}, targets={COOKIES: Target(Fraction(2))}), event(1, {COOKIE: 15}))

    assert [found.batches(COOKIES, e) for e in (0, 1)] == [2, 0]


def test_what_an_event_produced_counts_towards_its_target_rounded_down() -> None:
    done = event(
        0, {COOKIE: 0}, targets={COOKIES: Target(Fraction(3))}, good={COOKIE: Fraction(12)}
    )
    found = plan(done, recipes={COOKIES: recipe(Fraction(1, 2))})

    assert found.batches(COOKIES, 0) == Fraction(3, 2)


def test_an_unknown_need_makes_what_it_is_made_from_unknown() -> None:
    found = plan(event(0, {COOKIE: None}), event(1, {COOKIE: 10}))

    assert found.need(COOKIE, 0) is None
    assert [found.batches(COOKIES, e) for e in (0, 1)] == [None, None]
    assert [found.need(FLOUR, e) for e in (0, 1)] == [None, None]


def test_an_unknown_need_leaves_known_what_does_not_depend_on_it() -> None:
    found = plan(
        event(0, {COOKIE: 10}), event(1, {COOKIE: None}), event(2, {COOKIE: 10}),
        free={COOKIE: 25 * MICRO},
    )  # fmt: skip

    assert [found.need(COOKIE, e) for e in range(3)] == [10, None, 10]
    assert [found.net(COOKIE, e) for e in range(3)] == [0, None, None]
    assert [found.reserved(COOKIE, e) for e in range(3)] == [0, 10, None]


def test_an_unknown_output_makes_its_batches_unknown_only_when_it_is_needed() -> None:
    recipes = {COOKIES: recipe(large=None)}

    assert plan(event(0, {COOKIE: 10}), recipes=recipes).batches(COOKIES, 0) == 1
    assert plan(event(0, {LARGE: 1}), recipes=recipes).batches(COOKIES, 0) is None


def test_a_recipe_that_needs_its_own_output_is_a_cycle_by_name() -> None:
    circular = Recipe(
        COOKIES, "cookies", "Cookies", Fraction(1), (Line(COOKIE, Fraction(1)),),
        (Line(BOX, Fraction(1)),),
    )  # fmt: skip
    with pytest.raises(Cycle) as refused:
        plan(event(0, {COOKIE: 1}), recipes={COOKIES: circular})
    assert refused.value.path == ("Cookie", "Cookies", "Box", "Cookie")


def test_a_plan_that_nobody_holds_is_gone_without_collecting_garbage() -> None:
    found = plan(event(0, {BOX: 3}), free={COOKIE: 5 * MICRO})
    for recipe in found.recipes.values():
        assert recipe.flows_of(0)
    items, gone = found.items, ref(found)

    gc.collect()
    gc.disable()
    try:
        del found, recipe
        assert gone() is None
        assert gc.collect() == 0
    finally:
        gc.enable()
    with pytest.raises(ReferenceError, match="hold it"):
        items[FLOUR]

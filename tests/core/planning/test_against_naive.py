"""The planner against a second, deliberately naive one: equal on every number."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.planning.kitchen import Event, Kitchen
from core.planning.netting import make_plan
from core.planning.plan import Plan
from core.planning.shape import shape_of
from tests.core.planning.kitchens import kitchens
from tests.core.planning.naive import NaivePlan, plan_naively

EXAMPLES = settings().max_examples * 8


def assert_equal(kitchen: Kitchen, plan: Plan, naive: NaivePlan) -> None:
    """Compare every number of two plans, items and recipes that nobody asks for included."""
    for place, event in enumerate(kitchen.events):
        for item_id in kitchen.items:
            where = f"{kitchen.items[item_id].slug} for {event.slug}"
            key = item_id, place
            assert plan.need(item_id, place) == naive.need[key], f"need of {where}"
            # To an event whose need is unknown the planner never says what it gives.
            known = naive.need[key] is not None or kitchen.items[item_id].always_on_hand
            given_ = naive.given[key] if known else None
            assert plan.given(item_id, place) == given_, f"given of {where}"
            assert plan.net(item_id, place) == naive.net[key], f"net of {where}"
            assert plan.reserved(item_id, place) == naive.reserved[key], f"reserved of {where}"
        for recipe_id, recipe in kitchen.recipes.items():
            where = f"{recipe.slug} for {event.slug}"
            batches = plan.batches(recipe_id, place)
            assert batches == naive.batches[recipe_id, place], f"batches of {where}"
            if batches is None:
                continue
            found = plan.recipes.get(recipe_id)
            short = Fraction(found.short.get(place, 0), found.scale) if found else 0
            assert short == naive.short[recipe_id, place], f"short of {where}"
            for number in range(len(recipe.outputs)):
                output = recipe_id, number, place
                shaped = plan.to_make(recipe_id, number, place)
                assert shaped == naive.to_make[output], f"to make of {where}"
                over = plan.left_over(recipe_id, number, place)
                assert over == naive.left_over[output], f"left over of {where}"
                covered = plan.covered(recipe_id, number, place)
                assert covered == naive.covered[output], f"covered by {where}"


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_both_planners_agree_on_kitchens_where_all_is_known(kitchen: Kitchen) -> None:
    assert_equal(kitchen, make_plan(kitchen), plan_naively(kitchen))


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_both_planners_agree_on_what_is_unknown(kitchen: Kitchen) -> None:
    assert_equal(kitchen, make_plan(kitchen), plan_naively(kitchen))


@pytest.mark.thorough
@settings(max_examples=20_000)
@given(kitchens())
def test_both_planners_agree_on_many_kitchens(kitchen: Kitchen) -> None:
    assert_equal(kitchen, make_plan(kitchen), plan_naively(kitchen))


@settings(max_examples=EXAMPLES)
@given(kitchens(), st.randoms(use_true_random=False))
def test_a_plan_of_the_same_items_in_another_order_takes_the_shape_over(
    kitchen: Kitchen, dice: Random
) -> None:
    shape = shape_of(kitchen)
    first = make_plan(kitchen, shape)
    assert all(item.scale for item in first.items.values()), "all terms are worked out"
    events = [_with_other_quantities(event, dice) for event in kitchen.events]
    dice.shuffle(events)
    shuffled = replace(kitchen, events=tuple(events))
    plan = make_plan(shuffled, shape)
    assert_equal(shuffled, plan, plan_naively(shuffled))


def _with_other_quantities(event: Event, dice: Random) -> Event:
    factor = Fraction(dice.randint(1, 9), dice.randint(1, 9))
    return replace(
        event,
        lines=tuple(
            line._replace(quantity=line.quantity and line.quantity * factor) for line in event.lines
        ),
    )


@settings(max_examples=EXAMPLES)
@given(kitchens(), st.randoms(use_true_random=False))
def test_the_flows_of_each_event_are_those_of_all_events(kitchen: Kitchen, dice: Random) -> None:
    places = list(range(len(kitchen.events)))
    dice.shuffle(places)
    whole, part = make_plan(kitchen), make_plan(kitchen)
    for key, recipe in whole.recipes.items():
        for e in places:
            concerned = [flow for flow in recipe.flows if e in (flow.source, flow.taker)]
            assert part.recipes[key].flows_of(e) == concerned


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_an_event_alone_has_no_stock_and_no_history(kitchen: Kitchen) -> None:
    for event in kitchen.events:
        alone = kitchen.alone(event)
        assert_equal(alone, make_plan(alone), plan_naively(alone))

"""Why a number is what it is: the parts add up exactly, down to the event lines."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hypothesis import given, settings

from core.planning.kitchen import Kitchen
from core.planning.netting import make_plan
from core.planning.plan import Plan
from core.planning.why import Reason, explain_batches, explain_item
from tests.core.planning.kitchens import kitchens

EXAMPLES = settings().max_examples * 3
WITH_PARTS = {"always", "buy", "make", "assemble", "batches"}
"""Reasons that several numbers may rest on."""


def reasons(plan: Plan) -> Iterator[tuple[Reason, Fraction | None]]:
    """Yield the explanation of every number of a plan with the number itself."""
    for place in range(len(plan.kitchen.events)):
        for item_id in plan.kitchen.items:
            whole = explain_item(plan, item_id, place)
            yield whole.parts[0], plan.need(item_id, place)
            if not plan.kitchen.items[item_id].always_on_hand:
                yield whole, plan.net(item_id, place)
        for recipe_id in plan.recipes:
            yield explain_batches(plan, recipe_id, place), plan.batches(recipe_id, place)


def every(reason: Reason) -> Iterator[Reason]:
    yield reason
    for part in reason.parts:
        yield from every(part)
    if reason.source is not None:
        yield from every(reason.source)


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_every_explanation_explains_the_number_of_the_plan(kitchen: Kitchen) -> None:
    for reason, number in reasons(make_plan(kitchen)):
        assert reason.amount == number


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_the_parts_of_every_reason_add_up_exactly(kitchen: Kitchen) -> None:
    for reason, number in reasons(make_plan(kitchen)):
        assert number is not None
        if not reason.parts:
            assert reason.amount == 0
        for inner in every(reason):
            if inner.parts:
                assert sum(part.amount or 0 for part in inner.parts) == inner.amount
            if inner.source is not None:
                assert inner.factor is not None
                assert inner.source.amount is not None
                assert inner.factor * inner.source.amount == inner.amount


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_the_parts_in_one_unit_share_it(kitchen: Kitchen) -> None:
    for reason, _ in reasons(make_plan(kitchen)):
        for inner in every(reason):
            assert all(part.unit == inner.unit for part in inner.parts)


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_every_unknown_number_rests_on_a_named_unknown(kitchen: Kitchen) -> None:
    """No number is unknown out of nowhere: some part is, or it shares stock with one that is."""
    plan = make_plan(kitchen)
    for reason, number in reasons(plan):
        if number is None and reason.kind == "need":
            assert any(part.amount is None for part in reason.parts)


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_what_is_told_again_is_told_whole_above(kitchen: Kitchen) -> None:
    for reason, _ in reasons(make_plan(kitchen)):
        told = {}
        for inner in every(reason):
            key = (inner.kind, inner.about)
            if inner.again:
                assert not inner.parts
                assert told[key].amount == inner.amount
            elif inner.kind in WITH_PARTS:
                assert key not in told
                told[key] = inner

"""Where stock goes, and what a wish takes: exact amounts that add up, from lot to event line."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hypothesis import given, settings

from core.planning.feeds import LotShare, allot, feeds_of_item, feeds_of_lot, needs_of_line
from core.planning.kitchen import Kitchen
from core.planning.netting import make_plan
from core.planning.plan import Plan
from core.planning.why import Reason
from tests.core.planning.kitchens import kitchens

EXAMPLES = settings().max_examples * 3


def every(reason: Reason) -> Iterator[Reason]:
    yield reason
    for inner in (*reason.parts, *reason.inputs, *([reason.source] if reason.source else [])):
        yield from every(inner)


def assert_adds_up(reason: Reason) -> None:
    for inner in every(reason):
        if inner.parts:
            assert sum(part.amount or 0 for part in inner.parts) == inner.amount
        if inner.source is not None:
            assert inner.factor is not None
            assert inner.source.amount is not None
            assert inner.factor * inner.source.amount == inner.amount
        for taken in inner.inputs:
            assert taken.factor is not None
            assert inner.amount is not None
            assert taken.amount == taken.factor * inner.amount


def lots_of(kitchen: Kitchen, item_id: int) -> list[LotShare]:
    """Return the stock of an item as two free lots and one kept lot for each event."""
    free = kitchen.free.get(item_id, 0)
    rows = [(free // 3, None), (free - free // 3, None)]
    rows += [(left, event) for event, left in kitchen.kept.get(item_id, {}).items()]
    return [LotShare(number, left, event) for number, (left, event) in enumerate(rows)]


def stocked(plan: Plan) -> Iterator[int]:
    yield from {*plan.kitchen.free, *plan.kitchen.kept}


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_where_each_lot_goes_adds_up_to_the_lot(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for item_id in stocked(plan):
        lots = lots_of(kitchen, item_id)
        for lot in lots:
            if lot.left:
                feeds = feeds_of_lot(plan, item_id, lots, lot.id)
                assert feeds.amount == Fraction(lot.left, 10**6)
                assert_adds_up(feeds)


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_what_the_lots_give_each_event_is_what_the_plan_gives_it(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for item_id in stocked(plan):
        if kitchen.items[item_id].always_on_hand:
            continue
        found = allot(plan, item_id, lots_of(kitchen, item_id))
        for e in range(len(kitchen.events)):
            given_ = plan.given(item_id, e)
            shares = [s.high - s.low for rows in found.values() for s in rows if s.e == e]
            if given_ is not None:
                assert sum(shares) == given_


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_what_an_item_feeds_adds_up_to_its_needs(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for item_id in plan.items:
        feeds = feeds_of_item(plan, item_id)
        assert feeds.amount == sum(plan.need(item_id, e) or 0 for e in range(len(kitchen.events)))
        assert_adds_up(feeds)
        if feeds.amount:
            assert feeds.parts


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_what_a_line_takes_adds_up_down_to_what_is_bought(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for e, event in enumerate(kitchen.events):
        for item_id in {line.item_id for line in event.lines}:
            takes = needs_of_line(plan, item_id, e)
            wanted = sum((line.need or 0) for line in event.lines if line.item_id == item_id)
            assert takes.amount == wanted
            assert_adds_up(takes)


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_what_all_lines_buy_is_never_more_than_the_plan_buys(kitchen: Kitchen) -> None:
    """The lines together take all of what is bought but for rounding, which no line asks for."""
    plan = make_plan(kitchen)
    bought: dict[int, Fraction] = {}
    for e, event in enumerate(kitchen.events):
        for item_id in {line.item_id for line in event.lines}:
            for inner in every(needs_of_line(plan, item_id, e)):
                for part in inner.parts:
                    if part.kind == "to-buy" and inner.about is not None:
                        key = inner.about[1]
                        bought[key] = bought.get(key, Fraction(0)) + (part.amount or 0)
    for item_id, amount in bought.items():
        nets = [plan.net(item_id, e) or Fraction(0) for e in range(len(kitchen.events))]
        assert amount <= sum(nets)


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_unknown_amounts_stop_no_walk(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for item_id in plan.items:
        feeds_of_item(plan, item_id)
    for e, event in enumerate(kitchen.events):
        for line in event.lines:
            needs_of_line(plan, line.item_id, e)


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_what_is_told_again_is_told_whole_above(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for item_id in stocked(plan):
        told = set()
        for inner in every(feeds_of_item(plan, item_id)):
            key = (inner.kind, inner.about, inner.amount)
            if inner.again:
                assert not inner.parts
                assert key in told
            told.add(key)

"""Who gets what of a stock that several events want: it adds up, and a move is a new plan."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from msgspec.structs import replace

from core.planning.contention import carried_to, claim_of, contentions
from core.planning.kitchen import MICRO, Kitchen
from core.planning.moves import with_moves
from core.planning.netting import make_plan
from tests.core.planning.kitchens import kitchens

EXAMPLES = settings().max_examples * 3


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_what_events_get_and_the_rest_add_up_to_the_stock(kitchen: Kitchen) -> None:
    for found in contentions(make_plan(kitchen)):
        stock = kitchen.free.get(found.item_id, 0) + sum(
            kitchen.kept.get(found.item_id, {}).values()
        )
        assert found.stock == Fraction(stock, MICRO)
        given_ = sum((claim.kept or 0) + (claim.free or 0) for claim in found.claims)
        assert found.rest is not None
        assert given_ + found.rest == found.stock
        assert found.rest >= 0


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_what_an_event_gets_and_lacks_add_up_to_its_need(kitchen: Kitchen) -> None:
    for found in contentions(make_plan(kitchen)):
        for claim in found.claims:
            assert claim.need is not None
            covered = (claim.kept or 0) + (claim.free or 0) + claim.carried
            rounding = claim.need - covered - (claim.short or 0)
            assert abs(rounding) < Fraction(1, 1000)


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_an_item_runs_out_at_the_first_event_that_lacks_some(kitchen: Kitchen) -> None:
    for found in contentions(make_plan(kitchen)):
        assert len(found.claims) >= 2
        lacking = [claim.e for claim in found.claims if claim.short]
        assert found.runs_out_at == (lacking[0] if lacking else None)


@settings(max_examples=EXAMPLES)
@given(kitchens(unknown=False))
def test_a_move_says_what_the_plan_says_in_that_order(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for found in with_moves(plan, contentions(plan)):
        for move in found.moves or ():
            events = [event for e, event in enumerate(kitchen.events) if e != move.e]
            place = events.index(kitchen.events[move.past]) + (0 if move.before else 1)
            events.insert(place, kitchen.events[move.e])
            moved = make_plan(replace(kitchen, events=tuple(events)))
            for effect in move.effects:
                net = moved.net(found.item_id, moved.index[kitchen.events[effect.e].id])
                assert effect.before != effect.after
                assert effect.after is not None
                assert net is not None
                if kitchen.items[found.item_id].bought:
                    assert effect.after == net


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_unknown_amounts_are_never_taken_for_nothing(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for found in with_moves(plan, contentions(plan)):
        for claim in found.claims:
            assert (claim.need is None) <= (claim.short is None)


@settings(max_examples=EXAMPLES)
@given(kitchens())
def test_a_move_leaves_out_nobody_whose_shortage_it_changes(kitchen: Kitchen) -> None:
    plan = make_plan(kitchen)
    for found in with_moves(plan, contentions(plan)):
        for move in found.moves or ():
            events = [event for e, event in enumerate(kitchen.events) if e != move.e]
            place = events.index(kitchen.events[move.past]) + (0 if move.before else 1)
            events.insert(place, kitchen.events[move.e])
            moved = make_plan(replace(kitchen, events=tuple(events)))
            item = moved.items[found.item_id]
            carried = carried_to(moved, found.item_id)
            after = {
                claim.e: claim_of(item, moved.index[kitchen.events[claim.e].id], carried).short
                for claim in found.claims
            }
            changed = {
                claim.e: after[claim.e] for claim in found.claims if after[claim.e] != claim.short
            }
            assert {effect.e: effect.after for effect in move.effects} == changed

"""Contention: what several open events want of one stock, who gets it, and what a move changes.

Events are served in the order of their dates. So the answer to "what if it were moved?" is the
plan made again with the events in another order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from core.planning.kitchen import MICRO, Kitchen
from core.planning.netting import make_plan
from core.planning.plan import Plan

NOTHING = Fraction(0)
MOST_PLANS = 24
"""How often a contention plans again at most, to find out what moving an event changes."""
MOST_WORK = 6_000
"""The same bound for big kitchens, in event lines planned."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one event wants of a contended item and gets; in stock units, None where unknown.

    need = kept + free + rounding + carried + short, and for an event that makes the item itself
    `short` is what it has to make; `carried` is what earlier events' batches leave it.
    """

    e: int
    need: Fraction | None
    kept: Fraction | None
    free: Fraction | None
    carried: Fraction
    short: Fraction | None

    @property
    def given(self) -> Fraction | None:
        """Return what it gets of the stock."""
        return None if self.kept is None or self.free is None else self.kept + self.free


@dataclass(frozen=True, slots=True)
class Effect:
    """What an event is short of the item: as planned, and after a move."""

    e: int
    before: Fraction | None
    after: Fraction | None


@dataclass(frozen=True, slots=True)
class Move:
    """Event `e` served before (or after) event `past` instead, and whose shortage that changes."""

    e: int
    past: int
    before: bool
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Contention:
    """An item that several open events want of one stock.

    `stock` is what there is of it, unexpired; `carried` what batches leave over for later events.
    stock = what the claims are given + `rest`. `runs_out_at` is the first event that does not get
    all it needs, None where there is enough. `moves` is None where they were not worked out.
    """

    item_id: int
    stock: Fraction
    carried: Fraction
    rest: Fraction | None
    claims: tuple[Claim, ...]
    runs_out_at: int | None
    moves: tuple[Move, ...] | None = None


def contentions(plan: Plan) -> list[Contention]:
    """Return the items that at least two open events want of stock or of carried batches.

    Those that run out come first, then by the name of the item.
    """
    found = [c for item_id in plan.items if (c := _contention(plan, item_id)) is not None]
    items = plan.kitchen.items
    return sorted(found, key=lambda c: (c.runs_out_at is None, items[c.item_id].name, c.item_id))


def _contention(plan: Plan, item_id: int) -> Contention | None:
    kitchen = plan.kitchen
    if kitchen.items[item_id].always_on_hand:
        return None
    # Who wants more than its own kept lots cover contends for the rest.
    item = plan.items[item_id]
    places = sorted({*item.unknown, *(e for e, need in item.need.items() if need)})
    if sum(e in item.unknown or item.need[e] > item.kept.get(e, 0) for e in places) < 2:
        return None
    stock = Fraction(
        kitchen.free.get(item_id, 0) + sum(kitchen.kept.get(item_id, {}).values()), MICRO
    )
    carried = _carried(plan, item_id)
    if not stock and not carried:
        return None
    claims = tuple(_claim(plan, item_id, e, carried.get(e, NOTHING)) for e in places)
    given: Fraction | None = NOTHING
    for claim in claims:
        given = None if given is None or claim.given is None else given + claim.given
    return Contention(
        item_id,
        stock,
        sum(carried.values(), NOTHING),
        None if given is None else stock - given,
        claims,
        next((claim.e for claim in claims if claim.short), None),
    )


def _claim(plan: Plan, item_id: int, e: int, carried: Fraction) -> Claim:
    found = plan.items[item_id]
    need, net = plan.need(item_id, e), plan.net(item_id, e)
    if need is None or net is None:
        return Claim(e, need, None, None, carried, None)
    kept = Fraction(found.kept.get(e, 0), found.scale)
    free = Fraction(found.free.get(e, 0), found.scale)
    rounding = Fraction(found.rounding.get(e, 0), found.scale)
    short = max(NOTHING, need - kept - free - rounding - carried)
    return Claim(e, need, kept, free, carried, short)


def _carried(plan: Plan, item_id: int) -> dict[int, Fraction]:
    """Return, by event, what earlier events' batches leave it of an item."""
    recipe = plan.made_by.get(item_id)
    batches = None if recipe is None else plan.recipes.get(recipe.id)
    if recipe is None or batches is None:
        return {}
    number = [line.item_id for line in recipe.outputs].index(item_id)
    per_batch = recipe.outputs[number].amount or NOTHING
    found: dict[int, Fraction] = {}
    for flow in batches.flows:
        if flow.output == number and flow.taker is not None and flow.taker != flow.source:
            amount = Fraction(flow.worth, batches.scale) * per_batch
            found[flow.taker] = found.get(flow.taker, NOTHING) + amount
    return found


# -- what moving an event would change ------------------------------------------------------------


def with_moves(plan: Plan, found: Sequence[Contention]) -> list[Contention]:
    """Return the contentions with what moving an involved event past its neighbour would change.

    Only those that run out are worked out, in their order, and only as many as `MOST_PLANS` and
    `MOST_WORK` allow; the others keep `moves` None.
    """
    work = sum(len(event.lines) for event in plan.kitchen.events) or 1
    budget = min(MOST_PLANS, MOST_WORK // work)
    plans: dict[tuple[int, int], Plan] = {}
    result = []
    for contention in found:
        pairs = list(_neighbours(contention))
        new = {pair for pair in pairs if pair not in plans}
        if contention.runs_out_at is None or len(plans) + len(new) > budget:
            result.append(contention)
            continue
        for pair in new:
            plans[pair] = make_plan(_reordered(plan.kitchen, *pair))
        moves = [
            Move(e, past, e > past, tuple(_effects(plan, plans[e, past], contention)))
            for e, past in pairs
        ]
        result.append(replace(contention, moves=tuple(moves)))
    return result


def _neighbours(contention: Contention) -> Iterator[tuple[int, int]]:
    """Yield (event, the involved event it would be moved past): earlier ones first."""
    places = [claim.e for claim in contention.claims]
    for number, e in enumerate(places):
        if number:
            yield e, places[number - 1]
        if number + 1 < len(places):
            yield e, places[number + 1]


def _reordered(kitchen: Kitchen, e: int, past: int) -> Kitchen:
    """Return the kitchen with event `e` right before (if it came after) or after `past`."""
    events = list(kitchen.events)
    moved = events.pop(e)
    events.insert(past, moved)
    return replace(kitchen, events=tuple(events))


def _effects(plan: Plan, moved: Plan, contention: Contention) -> Iterator[Effect]:
    carried = _carried(moved, contention.item_id)
    for claim in contention.claims:
        e = moved.index[plan.kitchen.events[claim.e].id]
        after = _claim(moved, contention.item_id, e, carried.get(e, NOTHING)).short
        if after != claim.short:
            yield Effect(claim.e, claim.short, after)

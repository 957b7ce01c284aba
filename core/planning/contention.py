"""Contention: what several open events want of one stock, and who gets it.

What moving one of them would change is in `core.planning.moves`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct

from core.planning.kitchen import MICRO
from core.planning.plan import ItemPlan, Plan

NOTHING = Fraction(0)


class Claim(NamedTuple):
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
        if self.kept is None or self.free is None:
            return None
        return self.kept + self.free if self.kept else self.free


class Effect(Struct, frozen=True):
    """What an event is short of the item: as planned, and after a move."""

    e: int
    before: Fraction | None
    after: Fraction | None


class Move(Struct, frozen=True):
    """Event `e` served before (or after) event `past` instead, and whose shortage that changes."""

    e: int
    past: int
    before: bool
    effects: tuple[Effect, ...]


class Contention(Struct, frozen=True):
    """An item that several open events want of one stock.

    `stock` is what there is of it, unexpired; `carried` what batches leave over for later events.
    stock = what the claims are given + `rest`. `rest` is None where a need is unknown,
    `runs_out_at` is the first event that is known not to get all it needs, None where there is
    none. `moves` is None where they were not worked out.
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


def lacking(plan: Plan, places: Collection[int]) -> list[tuple[Contention, list[Claim]]]:
    """Return what events are short of although the stock would do for each of them alone.

    Only the events at `places` are looked at; each contention comes with their claims. What other
    events keep and need does nothing for an event, alone or not.
    """
    found = []
    for item_id, item in plan.items.items():
        shared = _stock(plan, item_id) * (item.scale // MICRO) - sum(item.kept.values())
        alone = {
            e
            for e, net in item.net.items()
            if net and e in places and item.need[e] - item.kept.get(e, 0) <= shared
        }
        contention = _contention(plan, item_id) if alone else None
        if contention is None:
            continue
        claims = [claim for claim in contention.claims if claim.short and claim.e in alone]
        if claims:
            found.append((contention, claims))
    items = plan.kitchen.items
    return sorted(found, key=lambda pair: (items[pair[0].item_id].name, pair[0].item_id))


def _stock(plan: Plan, item_id: int) -> int:
    """Return the unexpired stock of an item, in micro-units."""
    kitchen = plan.kitchen
    return kitchen.free.get(item_id, 0) + sum(kitchen.kept.get(item_id, {}).values())


def _contention(plan: Plan, item_id: int) -> Contention | None:
    kitchen = plan.kitchen
    if kitchen.items[item_id].always_on_hand:
        return None
    # Who wants more than its own kept lots cover contends for the rest.
    item = plan.items[item_id]
    places = sorted({*item.unknown, *(e for e, need in item.need.items() if need)})
    if sum(e in item.unknown or item.need[e] > item.kept.get(e, 0) for e in places) < 2:
        return None
    stock = _stock(plan, item_id)
    carried = carried_to(plan, item_id)
    if not carried and stock * (item.scale // MICRO) == sum(item.kept.values()):
        return None
    claims = tuple(claim_of(item, e, carried) for e in places)
    given = sum(item.kept.values()) + sum(item.free.values())
    return Contention(
        item_id,
        Fraction(stock, MICRO),
        sum(carried.values(), NOTHING),
        None if item.unsure else Fraction(stock, MICRO) - Fraction(given, item.scale),
        claims,
        next((claim.e for claim in claims if claim.short), None),
    )


def claim_of(item: ItemPlan, e: int, carried: Mapping[int, Fraction]) -> Claim:
    """Return what an event wants of an item and gets; `carried` is what batches leave, by event."""
    scale, need = item.scale, item.need.get(e, 0)
    left = carried.get(e, NOTHING)
    if e in item.unsure:
        known = None if e in item.unknown else Fraction(need, scale)
        return Claim(e, known, None, None, left, None)
    kept, free = item.kept.get(e, 0), item.free.get(e, 0)
    lacking = need - kept - free - item.rounding.get(e, 0)
    wanted = Fraction(need, scale)
    short = wanted if lacking == need else Fraction(lacking, scale) if lacking else NOTHING
    return Claim(
        e,
        wanted,
        Fraction(kept, scale) if kept else NOTHING,
        Fraction(free, scale) if free else NOTHING,
        left,
        max(NOTHING, short - left) if left else short,
    )


def carried_to(plan: Plan, item_id: int) -> dict[int, Fraction]:
    """Return, by event, what earlier events' batches leave it of an item."""
    recipe = plan.made_by.get(item_id)
    batches = None if recipe is None else plan.recipes.get(recipe.id)
    if recipe is None or batches is None:
        return {}
    number = [line.item_id for line in recipe.outputs].index(item_id)
    per_batch = recipe.outputs[number].amount or NOTHING
    worth: dict[int, int] = {}
    for flow in batches.flows:
        if flow.output == number and flow.taker is not None and flow.taker != flow.source:
            worth[flow.taker] = worth.get(flow.taker, 0) + flow.worth
    return {e: Fraction(part, batches.scale) * per_batch for e, part in worth.items()}

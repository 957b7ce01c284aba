"""The plan: netting of all open events against one stock (domain.md §3).

Items are taken parents first, so that every need of an item is known before it is covered from
stock. All arithmetic is on integers: each item has one denominator under which everything that
can be asked of it is whole, and so has each recipe for its batches' worth. It fits because
batches are rounded to their step and bundles to whole ones at every level, so denominators do
not grow with the depth of nesting.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import islice
from math import gcd, lcm

from core.planning.kitchen import MICRO, Event, Kitchen, Recipe
from core.planning.plan import ItemPlan, Items, Plan, RecipePlan
from core.planning.shape import Shape, shape_of, terms_of

ROUNDING_PER_UNIT = 1000
"""A remainder under 1/1000 stock unit after netting is ledger rounding (domain.md §2)."""


def make_plan(kitchen: Kitchen, shape: Shape | None = None) -> Plan:
    """Plan all events of a kitchen; its shape may be told. Raises `Cycle`."""
    shape = shape or shape_of(kitchen)
    plan = Plan(
        kitchen=kitchen,
        made_by=shape.made_by,
        order=shape.order,
        users=shape.users,
        terms=shape.terms,
        wanted=_wanted(kitchen),
        targeted=_targeted(kitchen),
        index={event.id: e for e, event in enumerate(kitchen.events)},
        items=Items(shape.users, _net),
    )
    plan.items.belong_to(plan)
    for kind, key in shape.order:
        if kind == "recipe":
            _plan_batches(plan, kitchen.recipes[key])
        elif key in kitchen.bundles:
            _assemble(plan, plan.items[key])
    return plan


def _wanted(kitchen: Kitchen) -> dict[int, list[tuple[int, Fraction | None]]]:
    """Return what the event lines want, by item: event and amount, None where it is unknown."""
    wanted: dict[int, list[tuple[int, Fraction | None]]] = {}
    for e, event in enumerate(kitchen.events):
        for line in event.lines:
            need = line.need
            if need is None or need:
                wanted.setdefault(line.item_id, []).append((e, need))
    return wanted


def _targeted(kitchen: Kitchen) -> dict[int, list[int]]:
    """Return the events that have a batch target, by recipe."""
    targeted: dict[int, list[int]] = {}
    for e, event in enumerate(kitchen.events):
        for recipe_id in event.targets:
            targeted.setdefault(recipe_id, []).append(e)
    return targeted


def _net(plan: Plan, item_id: int) -> ItemPlan:
    """Net one item for all events, once all that uses it is planned."""
    item = _asked_of(plan, item_id)
    if plan.kitchen.items[item_id].always_on_hand:
        return item
    if item.unknown:
        _cover_within_bounds(plan, item)
    else:
        _cover_from_stock(plan, item)
    return item


def _asked_of(plan: Plan, item_id: int) -> ItemPlan:
    """Add up what is asked of an item, under a denominator that makes all of it whole."""
    scale, takes = terms_of(plan, item_id)
    need: dict[int, int] = {}
    unknown: set[int] = set()
    finer = 1
    if lines := plan.wanted.get(item_id):
        finer = lcm(scale, *(amount.denominator for _, amount in lines if amount)) // scale
        scale *= finer
        for e, amount in lines:
            if amount is None:
                unknown.add(e)
            else:
                need[e] = need.get(e, 0) + amount.numerator * (scale // amount.denominator)
    for kind, key, amount_each in takes:
        if kind == "recipe":
            batches = plan.recipes[key]
            times, unsure = batches.steps, batches.unknown
        else:
            times, unsure = plan.assembled[key], plan.items[key].unsure
        if unsure:
            unknown |= unsure
        if amount_each is None:
            unknown.update(times)
            continue
        each = amount_each * finer
        for e, number in times.items():
            need[e] = need.get(e, 0) + number * each
    for e in unknown:
        need.setdefault(e, 0)
    return ItemPlan(item_id, scale, need, unknown=unknown)


def _cover_from_stock(plan: Plan, item: ItemPlan) -> None:
    """Cover the needs of an item: kept lots first, then the free pool in event order."""
    kitchen, need, kept = plan.kitchen, item.need, item.kept
    per_micro = item.scale // MICRO
    pool = kitchen.free.get(item.item_id, 0) * per_micro
    for event_id, micro in kitchen.kept.get(item.item_id, {}).items():
        e, there = plan.index[event_id], micro * per_micro
        used = min(there, need.get(e, 0))
        if used:
            kept[e] = used
        pool += there - used
    if not pool and not kept:
        item.net = dict(need)
        return
    places = sorted(need)
    for number, e in enumerate(places):
        if not pool and not kept:
            # Nothing is left for anybody: this is how it goes on for most events.
            for later in islice(places, number, None):
                item.net[later] = need[later]
            return
        wanted = need[e] - kept.get(e, 0)
        if wanted <= pool:
            pool -= wanted
            if wanted:
                item.free[e] = wanted
            continue
        _book_cover(item, e, wanted, pool)
        pool = 0


def _cover_within_bounds(plan: Plan, item: ItemPlan) -> None:
    """Cover an item that an event needs an unknown amount of.

    What that leaves in the pool lies between two bounds; an event for which both give the same
    is covered by a known amount.
    """
    kitchen = plan.kitchen
    per_micro = item.scale // MICRO
    least = most = kitchen.free.get(item.item_id, 0) * per_micro
    for event_id, micro in kitchen.kept.get(item.item_id, {}).items():
        e = plan.index[event_id]
        kept = micro * per_micro
        if e in item.unknown:
            most += kept
            continue
        used = min(kept, item.need.get(e, 0))
        if used:
            item.kept[e] = used
        least += kept - used
        most += kept - used
    item.unsure |= item.unknown
    for e in sorted(item.need):
        if e in item.unknown:
            least = 0
            if most:
                item.takers.add(e)
            continue
        wanted = item.need[e] - item.kept.get(e, 0)
        taken, at_most = min(least, wanted), min(most, wanted)
        least -= taken
        most -= at_most
        if taken != at_most:
            item.unsure.add(e)
            item.takers.add(e)
            continue
        _book_cover(item, e, wanted, taken)


def _book_cover(item: ItemPlan, e: int, wanted: int, taken: int) -> None:
    """Note what the pool gives an event; a rest under 0.001 is ledger rounding."""
    if taken:
        item.free[e] = taken
    covered, rest = taken + item.kept.get(e, 0), wanted - taken
    if covered and 0 < rest * ROUNDING_PER_UNIT < item.scale:
        item.rounding[e] = rest
    elif rest:
        item.net[e] = rest


def _assemble(plan: Plan, bundle: ItemPlan) -> None:
    """Round what stock lacks of a bundle up to whole ones."""
    whole = {e: -(-net // bundle.scale) for e, net in bundle.net.items()}
    bundle.net = {e: count * bundle.scale for e, count in whole.items()}
    plan.assembled[bundle.item_id] = whole


def _plan_batches(plan: Plan, recipe: Recipe) -> None:
    """Turn the net needs of a recipe's outputs into batches."""
    batches = plan.recipes[recipe.id] = _recipe_plan(plan, recipe)
    wanted, unknown = _batches_wanted(batches)
    targeted = plan.targeted.get(recipe.id, ())
    step, over, over_unknown = batches.step, 0, False
    for e in sorted({*wanted, *unknown, *targeted}):
        need = wanted.get(e, 0)
        steps: int | None = None
        if e not in unknown and not (over_unknown and need):
            carried = need if need < over else over
            steps = needed = -((carried - need) // step)
            if e in targeted:
                steps = _with_target(plan.kitchen.events[e], recipe, needed)
        if steps is None:
            batches.unknown.add(e)
            over_unknown = True
            continue
        batches.need[e] = need
        if carried:
            batches.carried[e] = carried
        if needed:
            batches.needed_steps[e] = needed
        if steps:
            batches.steps[e] = steps
        over += steps * step - need
        if over < 0:
            batches.short[e], over = -over, 0


def _batches_wanted(batches: RecipePlan) -> tuple[dict[int, int], set[int]]:
    """Return what each event wants in batches' worth, and the events for which it is unknown."""
    wanted: dict[int, int] = {}
    unknown: set[int] = set()
    for item, worth in zip(batches.outputs, batches.worth, strict=True):
        if item is None:
            continue
        unknown |= item.unsure
        if worth is None:
            unknown.update(item.net)
            continue
        for e, net in item.net.items():
            wanted[e] = wanted.get(e, 0) + net * worth
    return wanted, unknown


def _recipe_plan(plan: Plan, recipe: Recipe) -> RecipePlan:
    """Choose a denominator under which the batches' worth of every net need is whole."""
    step, in_step = recipe.step.as_integer_ratio()
    scale = in_step
    outputs: list[ItemPlan | None] = []
    # What the smallest amount of each output is worth, as a fraction of a batch.
    parts: list[tuple[int, int] | None] = []
    for line in recipe.outputs:
        item = plan.items.get(line.item_id)
        outputs.append(item)
        if item is None or line.amount is None:
            parts.append(None)
            continue
        per_batch, bottom = line.amount.as_integer_ratio()
        top = per_batch * item.scale
        scale = lcm(scale, top // gcd(bottom, top))
        parts.append((bottom, top))
    worth = tuple(None if part is None else part[0] * scale // part[1] for part in parts)
    return RecipePlan(recipe, scale, step * scale // in_step, tuple(outputs), worth)


def produced_batches(good_output: Mapping[int, Fraction], recipe: Recipe) -> Fraction | None:
    """Return good output (by item) in batches' worth of a recipe; None when unknown."""
    total = Fraction(0)
    for line in recipe.outputs:
        good = good_output.get(line.item_id)
        if good:
            if line.amount is None:
                return None
            total += good / line.amount
    return total


def _with_target(event: Event, recipe: Recipe, needed: int) -> int | None:
    """Apply the event's batch target, in steps (domain.md §3.6).

    None where it is unknown how much of the target has been produced, and that matters.
    """
    target = event.targets.get(recipe.id)
    if target is None:
        return needed
    produced = produced_batches(event.good, recipe)
    wanted = max(0, (target.batches - (produced or 0)) // recipe.step)
    least = 0 if target.short_ok else needed
    if produced is None and wanted > least:
        return None
    return max(wanted, least)

"""What can be done now, and what still stands in the way (domain.md §3, joint feasibility).

Everything draws on one pool, so that nothing is promised twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from core.planning.kitchen import Line
from core.planning.netting import Plan

Pool = dict[int, Fraction]
"""What may be drawn, by item; `None` as the pool of an item never occurs: unknown is absent."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A component that is still missing; amounts in its stock unit."""

    item_id: int
    needed: Fraction
    available: Fraction

    @property
    def missing(self) -> Fraction:
        """Return what is still to come."""
        return self.needed - self.available


@dataclass(frozen=True, slots=True)
class Assembly:
    """What an event can do with one bundle. `None` where an amount it rests on is unknown."""

    bundle_id: int
    nested: bool
    now: int | None
    after_production: int | None
    short: int | None
    blockers: tuple[Blocker, ...]


def bundles_of(plan: Plan, e: int) -> Iterator[tuple[int, bool]]:
    """Yield the bundles of an event by event line, each followed by those nested in it.

    Last come those that only recipes use.
    """
    bundles = plan.kitchen.bundles
    seen: set[int] = set()
    wanted = {line.item_id for line in plan.kitchen.events[e].lines}

    def inside(bundle_id: int) -> Iterator[tuple[int, bool]]:
        for line in bundles[bundle_id]:
            if line.item_id in bundles and line.item_id not in seen | wanted:
                seen.add(line.item_id)
                yield line.item_id, True
                yield from inside(line.item_id)

    for event_line in plan.kitchen.events[e].lines:
        if event_line.item_id in bundles and event_line.item_id not in seen:
            seen.add(event_line.item_id)
            yield event_line.item_id, False
            yield from inside(event_line.item_id)
    for kind, key in plan.order:
        if kind == "item" and key in bundles and key not in seen and plan.need(key, e) != 0:
            seen.add(key)
            yield key, True


def assemblies(plan: Plan, e: int) -> list[Assembly]:
    """Return what can be assembled for an event: now, after production, and what falls short."""
    now = _walk(plan, e, _given(plan, e))
    after = _walk(plan, e, _given(plan, e, produced=True))
    filled = _walk(plan, e, _given(plan, e, produced=True, bought=True))
    result = []
    for bundle_id, nested in bundles_of(plan, e):
        remaining = plan.net(bundle_id, e)
        fills = filled.can[bundle_id]
        result.append(
            Assembly(
                bundle_id,
                nested,
                now.can[bundle_id],
                after.can[bundle_id],
                None if remaining is None or fills is None else int(remaining) - fills,
                tuple(after.blockers.get(bundle_id, ())),
            )
        )
    return result


def can_make(plan: Plan, e: int) -> dict[int, Fraction | None]:
    """Return, by recipe, the batches that the stock given to an event allows now.

    Recipes draw on one pool, those that make other recipes' inputs first, then by name; never
    more than is planned. `None` where a line is unknown.
    """
    pool = _given(plan, e)
    planned_here = {r: batches for r in plan.recipes if (batches := plan.batches(r, e)) != 0}
    depths = _depths(plan, planned_here)
    result: dict[int, Fraction | None] = {}
    for recipe_id in sorted(depths, key=lambda r: (depths[r], plan.kitchen.recipes[r].name)):
        recipe = plan.kitchen.recipes[recipe_id]
        planned = planned_here[recipe_id]
        if planned is None or any(_is_unknown(plan, line, e) for line in recipe.lines):
            result[recipe_id] = None
            continue
        steps = _most(plan, pool, recipe.lines, int(planned / recipe.step), recipe.step)
        result[recipe_id] = steps * recipe.step
    return result


def _depths(plan: Plan, recipes: Collection[int]) -> dict[int, int]:
    """Return how many of these recipes deep the inputs of each go."""
    depths: dict[int, int] = {}
    for kind, recipe_id in reversed(plan.order):
        if kind == "recipe" and recipe_id in recipes:
            makers = (
                plan.made_by.get(line.item_id) for line in plan.kitchen.recipes[recipe_id].lines
            )
            inner = [depths.get(maker.id, 0) for maker in makers if maker is not None]
            depths[recipe_id] = 1 + max(inner, default=0)
    return depths


def _is_unknown(plan: Plan, line: Line, e: int) -> bool:
    if plan.kitchen.items[line.item_id].always_on_hand:
        return False
    return line.amount is None or plan.given(line.item_id, e) is None


def _given(plan: Plan, e: int, *, produced: bool = False, bought: bool = False) -> Pool:
    """Return the stock the plan gives an event, and on top what is to be produced and bought."""
    pool: Pool = {}
    for item_id, item in plan.items.items():
        if e in item.need:
            given = plan.given(item_id, e)
            if given is not None:
                pool[item_id] = given
    if produced:
        for recipe_id, recipe in plan.recipes.items():
            for number, line in enumerate(recipe.recipe.outputs):
                if line.item_id not in pool or not plan.items[line.item_id].net.get(e):
                    continue
                covered = plan.covered(recipe_id, number, e)
                if covered:
                    pool[line.item_id] += covered
    if bought:
        for item_id, item in plan.items.items():
            if item_id in pool and plan.kitchen.items[item_id].bought:
                pool[item_id] += Fraction(item.net.get(e, 0), item.scale)
        _take_back_short_inputs(plan, e, pool)
    return pool


def _take_back_short_inputs(plan: Plan, e: int, pool: Pool) -> None:
    """Take out of the pool what cannot be made because an input is itself made short.

    A recipe that lacks a made input makes fewer batches; its left-over goes first, then its
    outputs from the last to the first.
    """
    for kind, recipe_id in reversed(plan.order):
        if kind != "recipe":
            continue
        recipe = plan.kitchen.recipes[recipe_id]
        batches = plan.batches(recipe_id, e)
        if not batches:
            continue
        possible = batches
        for line in recipe.lines:
            lacking = (plan.need(line.item_id, e) or Fraction(0)) - pool.get(
                line.item_id, Fraction(0)
            )
            if line.item_id not in plan.made_by or line.amount is None or lacking <= 0:
                continue
            item = plan.items[line.item_id]
            if lacking <= Fraction(item.rounding.get(e, 0), item.scale):
                continue
            possible = min(possible, max(Fraction(0), batches - lacking / line.amount))
        lost = batches - possible // recipe.step * recipe.step
        for number in reversed(range(len(recipe.outputs))):
            per_batch = recipe.outputs[number].amount
            if per_batch is None:
                continue
            lost -= (plan.left_over(recipe_id, number, e) or Fraction(0)) / per_batch
        for number in reversed(range(len(recipe.outputs))):
            output = recipe.outputs[number]
            if lost <= 0 or output.amount is None or output.item_id not in pool:
                continue
            taken = min(pool[output.item_id], lost * output.amount)
            pool[output.item_id] -= taken
            lost -= taken / output.amount


@dataclass(slots=True)
class _Walk:
    can: dict[int, int | None]
    blockers: dict[int, list[Blocker]]


def _walk(plan: Plan, e: int, pool: Pool) -> _Walk:
    """Walk an event's lines in order, drawing what each can have; then the nested bundles."""
    walk = _Walk({}, {})
    done_inside: dict[int, int] = {}
    rows = dict(bundles_of(plan, e))
    for line in plan.kitchen.events[e].lines:
        if line.item_id in rows:
            if line.item_id not in walk.can:
                _assemble(plan, e, line.item_id, pool, walk, done_inside)
        elif line.item_id in pool and line.need:
            pool[line.item_id] -= min(pool[line.item_id], line.need)
    for bundle_id, nested in rows.items():
        if nested:
            _assemble(plan, e, bundle_id, pool, walk, done_inside)
    return walk


def _assemble(
    plan: Plan, e: int, bundle_id: int, pool: Pool, walk: _Walk, done_inside: dict[int, int]
) -> None:
    """Draw as many of one bundle as the pool allows, and note what stops the rest."""
    remaining = plan.net(bundle_id, e)
    lines = plan.kitchen.bundles[bundle_id]
    if remaining is None or any(_is_unknown(plan, line, e) for line in lines):
        walk.can[bundle_id] = None
        return
    before = done_inside.get(bundle_id, 0)
    wanted = max(0, int(remaining) - before)
    can = _most(plan, pool, lines, wanted, Fraction(1), done_inside)
    walk.can[bundle_id] = before + can
    if can < wanted:
        walk.blockers[bundle_id] = _blockers(plan, pool, lines, wanted - can, can)


def _most(
    plan: Plan,
    pool: Pool,
    lines: tuple[Line, ...],
    limit: int,
    step: Fraction,
    done_inside: dict[int, int] | None = None,
) -> int:
    """Draw the components of the most steps (up to `limit`) that the pool allows; return them."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if _draw(plan, dict(pool), lines, middle * step, {}):
            low = middle
        else:
            high = middle - 1
    if low:
        _draw(plan, pool, lines, low * step, {} if done_inside is None else done_inside)
    return low


def _draw(
    plan: Plan, pool: Pool, lines: tuple[Line, ...], times: Fraction, done_inside: dict[int, int]
) -> bool:
    """Take the components of `times` from the pool, assembling inner bundles on the way."""
    for line in lines:
        if plan.kitchen.items[line.item_id].always_on_hand:
            continue
        if line.amount is None or line.item_id not in pool:
            return False
        wanted = line.amount * times
        taken = min(pool[line.item_id], wanted)
        lacking = wanted - taken
        pool[line.item_id] -= taken
        if _is_rounding(plan, line.item_id, lacking, taken):
            continue
        inner = plan.kitchen.bundles.get(line.item_id)
        if inner is None:
            return False
        whole = ceil(lacking)
        if not _draw(plan, pool, inner, Fraction(whole), done_inside):
            return False
        done_inside[line.item_id] = done_inside.get(line.item_id, 0) + whole
        pool[line.item_id] += whole - lacking
    return True


def _is_rounding(plan: Plan, item_id: int, lacking: Fraction, taken: Fraction) -> bool:
    return lacking <= 0 or (taken > 0 and lacking < Fraction(1, 1000))


def _blockers(
    plan: Plan, pool: Pool, lines: tuple[Line, ...], still: int, done: int
) -> list[Blocker]:
    """Name what the bundles that cannot be assembled lack; of inner bundles, what these lack."""
    lacking = _lacking(plan, dict(pool), lines, Fraction(still))
    used = _use(plan, lines, Fraction(done))
    found = []
    for item_id, missing in lacking.items():
        available = used.get(item_id, Fraction(0)) + pool.get(item_id, Fraction(0))
        found.append(Blocker(item_id, available + missing, available))
    return found


def _lacking(plan: Plan, pool: Pool, lines: tuple[Line, ...], times: Fraction) -> Pool:
    """Draw as far as the pool goes and return what was missing, by item."""
    missing: Pool = {}
    for line in lines:
        if plan.kitchen.items[line.item_id].always_on_hand or line.amount is None:
            continue
        wanted = line.amount * times
        there = pool.get(line.item_id, Fraction(0))
        taken = min(there, wanted)
        pool[line.item_id] = there - taken
        lacking = wanted - taken
        if _is_rounding(plan, line.item_id, lacking, taken):
            continue
        inner = plan.kitchen.bundles.get(line.item_id)
        parts = (
            {line.item_id: lacking}
            if inner is None
            else _lacking(plan, pool, inner, Fraction(ceil(lacking)))
        )
        for item_id, amount in parts.items():
            missing[item_id] = missing.get(item_id, Fraction(0)) + amount
    return missing


def _use(plan: Plan, lines: tuple[Line, ...], times: Fraction) -> Mapping[int, Fraction]:
    return {line.item_id: line.amount * times for line in lines if line.amount is not None}

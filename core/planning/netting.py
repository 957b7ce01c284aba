"""The plan: netting of all open events against one stock (domain.md §3).

Items are taken parents first, so that every need of an item is known before it is covered from
stock. All arithmetic is on integers: each item has one denominator under which everything that
can be asked of it is whole, and so has each recipe for its batches' worth. It fits because
batches are rounded to their step and bundles to whole ones at every level, so denominators do
not grow with the depth of nesting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import gcd, lcm

from core.errors import Cycle
from core.planning.kitchen import MICRO, Event, Kitchen, Line, Recipe
from core.planning.plan import ItemPlan, Plan, RecipePlan, wanted_of

ROUNDING_PER_UNIT = 1000
"""A remainder under 1/1000 stock unit after netting is ledger rounding (domain.md §2)."""


def make_plan(kitchen: Kitchen) -> Plan:
    """Plan all events of a kitchen. Raises `Cycle` when recipes or bundles contain themselves."""
    made_by = {line.item_id: r for r in kitchen.recipes.values() for line in r.outputs}
    order = list(_parents_first(kitchen, made_by))
    plan = Plan(
        kitchen=kitchen,
        items={},
        recipes={},
        order=order,
        made_by=made_by,
        index={event.id: e for e, event in enumerate(kitchen.events)},
        targeted=_targeted(kitchen),
    )
    for item_id, scale in _item_scales(kitchen, order).items():
        plan.items[item_id] = ItemPlan(item_id, scale)
    _add_event_lines(plan)
    for kind, key in order:
        if kind == "item":
            _cover_from_stock(plan, plan.items[key])
            if key in kitchen.bundles:
                _assemble(plan, key)
        else:
            _plan_batches(plan, kitchen.recipes[key])
    return plan


def _targeted(kitchen: Kitchen) -> dict[int, list[int]]:
    """Return the events that have a batch target, by recipe."""
    targeted: dict[int, list[int]] = {}
    for e, event in enumerate(kitchen.events):
        for recipe_id in event.targets:
            targeted.setdefault(recipe_id, []).append(e)
    return targeted


def _parents_first(kitchen: Kitchen, made_by: Mapping[int, Recipe]) -> Iterator[tuple[str, int]]:
    """Yield the items and recipes that demand reaches, each after all that may ask for it."""
    roots: dict[tuple[str, int], None] = {}
    for event in kitchen.events:
        for wanted in event.lines:
            roots[("item", wanted.item_id)] = None
        for recipe_id in event.targets:
            for line in kitchen.recipes[recipe_id].outputs:
                roots[("item", line.item_id)] = None
    finished: dict[tuple[str, int], None] = {}
    path: dict[tuple[str, int], None] = {}

    def children(node: tuple[str, int]) -> Iterator[tuple[str, int]]:
        kind, key = node
        if kind == "recipe":
            recipe = kitchen.recipes[key]
            yield from (("item", line.item_id) for line in recipe.lines)
        elif key in kitchen.bundles:
            yield from (("item", line.item_id) for line in kitchen.bundles[key])
        elif key in made_by:
            recipe = made_by[key]
            yield ("recipe", recipe.id)

    for root in sorted(roots, key=lambda node: node[1]):
        if root in finished:
            continue
        stack = [(root, children(root))]
        path[root] = None
        while stack:
            node, rest = stack[-1]
            child = next(rest, None)
            if child is None:
                stack.pop()
                del path[node]
                finished[node] = None
            elif child in path:
                _raise_cycle(kitchen, list(path), child)
            elif child not in finished:
                path[child] = None
                stack.append((child, children(child)))
    # The other outputs of a reached recipe ask for its batches too, though nobody reached them:
    # they have no need and so no say in the order.
    yield from reversed(finished)


def _raise_cycle(kitchen: Kitchen, path: list[tuple[str, int]], again: tuple[str, int]) -> None:
    loop = [*path[path.index(again) :], again]
    names = [
        kitchen.items[key].name if kind == "item" else kitchen.recipes[key].name
        for kind, key in loop
    ]
    raise Cycle(names)


def _item_scales(kitchen: Kitchen, order: list[tuple[str, int]]) -> dict[int, int]:
    """Return for each item a denominator under which everything asked of it is whole."""
    scales: dict[int, int] = {key: MICRO for kind, key in order if kind == "item"}

    def widen(lines: tuple[Line, ...], step: Fraction) -> None:
        for line in lines:
            if line.amount is not None:
                # The denominator of amount x step, without making a fraction of it.
                top = line.amount.numerator * step.numerator
                bottom = line.amount.denominator * step.denominator
                scales[line.item_id] = lcm(scales[line.item_id], bottom // gcd(top, bottom))

    for kind, key in order:
        if kind == "recipe":
            recipe = kitchen.recipes[key]
            widen(recipe.lines, recipe.step)
        elif key in kitchen.bundles:
            widen(kitchen.bundles[key], Fraction(1))
    for event in kitchen.events:
        for wanted in event.lines:
            need = wanted.need
            if need is not None and need.denominator != 1:
                scales[wanted.item_id] = lcm(scales[wanted.item_id], need.denominator)
    return scales


def _add_event_lines(plan: Plan) -> None:
    for e, event in enumerate(plan.kitchen.events):
        for line in event.lines:
            item = plan.items[line.item_id]
            need = line.need
            if need is None:
                item.need.setdefault(e, 0)
                item.unknown.add(e)
            elif need:
                item.need[e] = item.need.get(e, 0) + _scaled(need, item.scale)


def _scaled(amount: Fraction, scale: int) -> int:
    """Return amount x scale, which is whole; a fraction's own product would take ten times it."""
    return amount.numerator * scale // amount.denominator


Components = tuple[list[tuple[dict[int, int], int]], list[ItemPlan]]
"""The needs that one step (or one bundle) adds to, with how much, and the items it does unknown."""


def _components(plan: Plan, lines: tuple[Line, ...], step: Fraction) -> Components:
    known: list[tuple[dict[int, int], int]] = []
    unknown: list[ItemPlan] = []
    for line in lines:
        item = plan.items[line.item_id]
        if line.amount is None:
            unknown.append(item)
        else:
            top = line.amount.numerator * step.numerator * item.scale
            known.append((item.need, top // (line.amount.denominator * step.denominator)))
    return known, unknown


def _ask(components: Components, e: int, times: int) -> None:
    """Add the need of `times` steps or bundles to their components."""
    known, unknown = components
    for need, amount in known:
        need[e] = need.get(e, 0) + times * amount
    for item in unknown:
        item.need.setdefault(e, 0)
        item.unknown.add(e)


def _ask_unknown(plan: Plan, lines: tuple[Line, ...], e: int) -> None:
    """Make the need of all components unknown, because nobody knows how many are made."""
    for line in lines:
        item = plan.items[line.item_id]
        item.need.setdefault(e, 0)
        item.unknown.add(e)


def _cover_from_stock(plan: Plan, item: ItemPlan) -> None:
    """Cover the needs of an item: kept lots first, then the free pool in event order."""
    kitchen = plan.kitchen
    if kitchen.items[item.item_id].always_on_hand:
        return
    if item.unknown:
        _cover_within_bounds(plan, item)
        return
    per_micro = item.scale // MICRO
    pool = kitchen.free.get(item.item_id, 0) * per_micro
    for event_id, micro in kitchen.kept.get(item.item_id, {}).items():
        e, kept = plan.index[event_id], micro * per_micro
        used = min(kept, item.need.get(e, 0))
        if used:
            item.kept[e] = used
        pool += kept - used
    for e in sorted(item.need):
        wanted = item.need[e] - item.kept.get(e, 0)
        taken = min(pool, wanted)
        pool -= taken
        if taken or e in item.kept:
            _book_cover(item, e, wanted, taken)
        elif wanted:
            item.net[e] = wanted


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


def _assemble(plan: Plan, bundle_id: int) -> None:
    """Round what stock lacks of a bundle up to whole ones and ask for their components."""
    bundle = plan.items[bundle_id]
    lines = plan.kitchen.bundles[bundle_id]
    components = _components(plan, lines, Fraction(1))
    for e in sorted(bundle.need):
        if e in bundle.unsure:
            _ask_unknown(plan, lines, e)
            continue
        net = bundle.net.get(e, 0)
        if net:
            whole = -(-net // bundle.scale)
            bundle.net[e] = whole * bundle.scale
            _ask(components, e, whole)


def _plan_batches(plan: Plan, recipe: Recipe) -> None:
    """Turn the net needs of a recipe's outputs into batches, and ask for their inputs."""
    batches = _recipe_plan(plan, recipe)
    plan.recipes[recipe.id] = batches
    components = _components(plan, recipe.lines, recipe.step)
    asking = {e for item in batches.outputs if item is not None for e in item.need}
    asking.update(plan.targeted.get(recipe.id, ()))
    over, over_unknown = 0, False
    for e in sorted(asking):
        wanted = wanted_of(batches, e)
        steps: int | None = None
        if wanted is not None and not (over_unknown and wanted):
            need = sum(worth for _, worth in wanted)
            carried = min(need, over)
            needed = -(-(need - carried) // batches.step)
            steps = _with_target(plan.kitchen.events[e], recipe, needed)
        if steps is None:
            batches.unknown.add(e)
            _ask_unknown(plan, recipe.lines, e)
            over_unknown = True
            continue
        batches.need[e] = need
        batches.carried[e] = carried
        batches.needed_steps[e] = needed
        batches.steps[e] = steps
        over += steps * batches.step - need
        if over < 0:
            batches.short[e], over = -over, 0
        if steps:
            _ask(components, e, steps)


def _recipe_plan(plan: Plan, recipe: Recipe) -> RecipePlan:
    """Choose a denominator under which the batches' worth of every net need is whole."""
    outputs = tuple(plan.items.get(line.item_id) for line in recipe.outputs)
    parts = [
        None if item is None or line.amount is None else 1 / (item.scale * line.amount)
        for line, item in zip(recipe.outputs, outputs, strict=True)
    ]
    denominators = [part.denominator for part in parts if part is not None]
    scale = lcm(recipe.step.denominator, *denominators)
    worth = tuple(None if part is None else int(part * scale) for part in parts)
    return RecipePlan(recipe, scale, int(recipe.step * scale), outputs, worth)


def produced_batches(event: Event, recipe: Recipe) -> Fraction | None:
    """Return the good output of an event's runs in batches' worth; None when unknown."""
    total = Fraction(0)
    for line in recipe.outputs:
        good = event.good.get(line.item_id)
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
    produced = produced_batches(event, recipe)
    wanted = max(0, (target.batches - (produced or 0)) // recipe.step)
    least = 0 if target.short_ok else needed
    if produced is None and wanted > least:
        return None
    return max(wanted, least)

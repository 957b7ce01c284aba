"""The plan: netting of all open events against one stock (domain.md §3).

Items are taken parents first, so that every need of an item is known before it is covered from
stock. All arithmetic is on integers: each item has one denominator under which everything that
can be asked of it is whole, and so has each recipe for its batches' worth. It fits because
batches are rounded to their step and bundles to whole ones at every level, so denominators do
not grow with the depth of nesting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from core.errors import Cycle
from core.planning.kitchen import MICRO, Event, Kitchen, Line, Recipe

ROUNDING_PER_UNIT = 1000
"""A remainder under 1/1000 stock unit after netting is ledger rounding (domain.md §2)."""


@dataclass(slots=True)
class ItemPlan:
    """The needs of one item by event, and what covers them; in 1/`scale` of the stock unit.

    need = kept + free + rounding + net, for every event that is not in `unsure`. The need of the
    events in `unknown` is unknown; those in `unsure` are these and the events whose need is known
    but not what covers it, because an unknown need shares their stock. Those in `takers` take an
    unknown amount of the free pool.
    """

    item_id: int
    scale: int
    need: dict[int, int] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    free: dict[int, int] = field(default_factory=dict)
    rounding: dict[int, int] = field(default_factory=dict)
    net: dict[int, int] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    unsure: set[int] = field(default_factory=set)
    takers: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Flow:
    """Batches' worth (in 1/`scale` batch) of one output, from one event's batches to another's."""

    source: int
    taker: int | None
    output: int
    worth: int


FlowTest = Callable[[Flow], bool]


@dataclass(slots=True)
class RecipePlan:
    """The batches of one recipe by event; `need`, `carried` and `spare` in 1/`scale` batch.

    `worth` is, per output, the batches' worth of the smallest amount of its item. `steps` counts
    planned batches in the recipe's `batch_step`. `flows` say which event's batches
    cover which need; a flow without taker is what nobody needs.
    """

    recipe: Recipe
    scale: int
    step: int
    worth: tuple[int | None, ...]
    need: dict[int, int] = field(default_factory=dict)
    carried: dict[int, int] = field(default_factory=dict)
    steps: dict[int, int] = field(default_factory=dict)
    needed_steps: dict[int, int] = field(default_factory=dict)
    short: dict[int, int] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    unknown: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Plan:
    """One plan of one state of the kitchen. Events are told by their place in `kitchen.events`.

    The accessors return exact amounts in stock units or batches, or `None` where the answer is
    unknown.
    """

    kitchen: Kitchen
    items: dict[int, ItemPlan]
    recipes: dict[int, RecipePlan]
    order: list[tuple[str, int]]
    made_by: Mapping[int, Recipe]
    index: dict[int, int]

    def need(self, item_id: int, e: int) -> Fraction | None:
        """Return the gross requirement of an item for an event."""
        return self._amount(item_id, e, "need")

    def net(self, item_id: int, e: int) -> Fraction | None:
        """Return what stock does not cover: to buy, to make or to assemble."""
        return self._amount(item_id, e, "net")

    def given(self, item_id: int, e: int) -> Fraction | None:
        """Return the stock the plan gives an event: its own kept lots and its free share."""
        kept, free = self._amount(item_id, e, "kept"), self._amount(item_id, e, "free")
        return None if kept is None or free is None else kept + free

    def _amount(self, item_id: int, e: int, what: str) -> Fraction | None:
        found = self.items.get(item_id)
        if found is None:
            return Fraction(0)
        if e in (found.unknown if what == "need" else found.unsure):
            return None
        amounts: dict[int, int] = getattr(found, what)
        return Fraction(amounts.get(e, 0), found.scale)

    def reserved(self, item_id: int, e: int) -> Fraction | None:
        """Return the stock given to other events: kept lots they need, earlier free takings."""
        found = self.items.get(item_id)
        if found is None or self.kitchen.items[item_id].always_on_hand:
            return Fraction(0)
        kept = self.kitchen.kept.get(item_id, {})
        total = 0
        for other in found.need:
            if other == e:
                continue
            if other in found.unknown and self.kitchen.events[other].id in kept:
                return None
            if other < e and other in found.takers:
                return None
            total += found.kept.get(other, 0)
            if other < e:
                total += found.free.get(other, 0)
        return Fraction(total, found.scale)

    def batches(self, recipe_id: int, e: int) -> Fraction | None:
        """Return the planned batches of a recipe for an event."""
        found = self.recipes.get(recipe_id)
        if found is None:
            return Fraction(0)
        if e in found.unknown:
            return None
        return found.steps.get(e, 0) * found.recipe.step

    def batch_need(self, recipe_id: int, e: int) -> Fraction | None:
        """Return the net need of a recipe's outputs for an event, in batches' worth."""
        found = self.recipes.get(recipe_id)
        if found is None:
            return Fraction(0)
        if e in found.unknown:
            return None
        return Fraction(found.need.get(e, 0), found.scale)

    def to_make(self, recipe_id: int, output: int, e: int) -> Fraction | None:
        """Return what to shape of one output from an event's planned batches (domain.md §3.5)."""
        return self._flowing(recipe_id, output, e, lambda flow: flow.source == e)

    def covered(self, recipe_id: int, output: int, e: int) -> Fraction | None:
        """Return what planned batches, carried ones included, give an event of one output."""
        return self._flowing(recipe_id, output, e, lambda flow: flow.taker == e)

    def left_over(self, recipe_id: int, output: int, e: int) -> Fraction | None:
        """Return what an event's batches make of one output that nobody needs."""
        return self._flowing(
            recipe_id, output, e, lambda flow: flow.source == e and flow.taker is None
        )

    def _flowing(self, recipe_id: int, output: int, e: int, chosen: FlowTest) -> Fraction | None:
        found = self.recipes.get(recipe_id)
        if found is None:
            return Fraction(0)
        per_batch = found.recipe.outputs[output].amount
        if e in found.unknown:
            return None
        worth = sum(f.worth for f in found.flows if f.output == output and chosen(f))
        if not worth:
            return Fraction(0)
        return None if per_batch is None else Fraction(worth, found.scale) * per_batch


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
            if line.amount is not None and line.item_id in scales:
                scale = scales[line.item_id]
                scales[line.item_id] = lcm(scale, (line.amount * step).denominator)

    for kind, key in order:
        if kind == "recipe":
            recipe = kitchen.recipes[key]
            widen(recipe.lines, recipe.step)
        elif key in kitchen.bundles:
            widen(kitchen.bundles[key], Fraction(1))
    for event in kitchen.events:
        for wanted in event.lines:
            if wanted.need is not None:
                scale = scales[wanted.item_id]
                scales[wanted.item_id] = lcm(scale, wanted.need.denominator)
    return scales


def _add_event_lines(plan: Plan) -> None:
    for e, event in enumerate(plan.kitchen.events):
        for line in event.lines:
            item = plan.items[line.item_id]
            if line.need is None:
                item.need.setdefault(e, 0)
                item.unknown.add(e)
            elif line.need:
                item.need[e] = item.need.get(e, 0) + int(line.need * item.scale)


def _components(
    plan: Plan, lines: tuple[Line, ...], step: Fraction
) -> list[tuple[ItemPlan, int | None]]:
    """Return each component with what one step (or one bundle) asks of it; None if unknown."""
    return [
        (item, None if line.amount is None else int(line.amount * step * item.scale))
        for line in lines
        for item in (plan.items[line.item_id],)
    ]


def _ask(components: list[tuple[ItemPlan, int | None]], e: int, times: int | None) -> None:
    """Add the need of `times` steps or bundles to their components; None is unknown."""
    for item, amount in components:
        if amount is None or times is None:
            item.need.setdefault(e, 0)
            item.unknown.add(e)
        else:
            item.need[e] = item.need.get(e, 0) + times * amount


def _cover_from_stock(plan: Plan, item: ItemPlan) -> None:
    """Cover the needs of an item: kept lots first, then the free pool in event order."""
    kitchen = plan.kitchen
    if kitchen.items[item.item_id].always_on_hand:
        return
    per_micro = item.scale // MICRO
    # What an unknown need leaves in the pool lies between two bounds; an event for which both
    # give the same is covered by a known amount.
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
    components = _components(plan, plan.kitchen.bundles[bundle_id], Fraction(1))
    for e in sorted(bundle.need):
        if e in bundle.unsure:
            _ask(components, e, None)
            continue
        net = bundle.net.get(e, 0)
        if net:
            whole = -(-net // bundle.scale)
            bundle.net[e] = whole * bundle.scale
            _ask(components, e, whole)


def _plan_batches(plan: Plan, recipe: Recipe) -> None:
    """Turn the net needs of a recipe's outputs into batches, and ask for their inputs."""
    outputs = [plan.items.get(line.item_id) for line in recipe.outputs]
    batches = _recipe_plan(recipe, outputs)
    plan.recipes[recipe.id] = batches
    components = _components(plan, recipe.lines, recipe.step)
    asking = {e for item in outputs if item is not None for e in item.need}
    asking.update(e for e, event in enumerate(plan.kitchen.events) if recipe.id in event.targets)
    over: list[tuple[int, int]] = []
    carry_unknown = False
    for e in sorted(asking):
        event = plan.kitchen.events[e]
        wanted = _wanted(batches, outputs, e)
        if wanted is None or (carry_unknown and wanted):
            batches.unknown.add(e)
            _ask(components, e, None)
            carry_unknown = True
            continue
        need = sum(worth for _, worth in wanted)
        carried = min(need, sum(worth for _, worth in over))
        needed = -(-(need - carried) // batches.step)
        steps = _with_target(event, recipe, needed)
        batches.need[e] = need
        batches.carried[e] = carried
        batches.needed_steps[e] = needed
        batches.steps[e] = steps
        over = _share_out(batches, e, wanted, over, steps)
        if steps:
            _ask(components, e, steps)
    batches.flows.extend(Flow(source, None, 0, worth) for source, worth in over)


def _recipe_plan(recipe: Recipe, outputs: list[ItemPlan | None]) -> RecipePlan:
    """Choose a denominator under which the batches' worth of every net need is whole."""
    parts = [
        None if item is None or line.amount is None else 1 / (item.scale * line.amount)
        for line, item in zip(recipe.outputs, outputs, strict=True)
    ]
    denominators = [part.denominator for part in parts if part is not None]
    scale = lcm(recipe.step.denominator, *denominators)
    worth = tuple(None if part is None else int(part * scale) for part in parts)
    return RecipePlan(recipe, scale, int(recipe.step * scale), worth)


def _wanted(
    batches: RecipePlan, outputs: list[ItemPlan | None], e: int
) -> list[tuple[int, int]] | None:
    """Return what an event wants of each output, in batches' worth; None when unknown."""
    wanted = []
    for number, item in enumerate(outputs):
        if item is None:
            continue
        if e in item.unsure:
            return None
        net = item.net.get(e, 0)
        if net:
            worth = batches.worth[number]
            if worth is None:
                return None
            wanted.append((number, net * worth))
    return wanted


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


def _with_target(event: Event, recipe: Recipe, needed: int) -> int:
    """Apply the event's batch target, in steps (domain.md §3.6)."""
    target = event.targets.get(recipe.id)
    if target is None:
        return needed
    produced = produced_batches(event, recipe) or Fraction(0)
    wanted = max(0, (target.batches - produced) // recipe.step)
    return wanted if target.short_ok else max(wanted, needed)


def _share_out(
    batches: RecipePlan,
    e: int,
    wanted: list[tuple[int, int]],
    over: list[tuple[int, int]],
    steps: int,
) -> list[tuple[int, int]]:
    """Cover an event's needs from earlier left-overs, oldest first, then from its own batches.

    Returns what is left over now, as (source event, worth).
    """
    supply = [*over, (e, steps * batches.step)]
    for number, worth in wanted:
        while worth and supply:
            source, there = supply[0]
            used = min(worth, there)
            if used:
                batches.flows.append(Flow(source, e, number, used))
            worth -= used
            supply[0] = (source, there - used)
            if there == used:
                supply.pop(0)
        if worth:
            batches.short[e] = batches.short.get(e, 0) + worth
    return [(source, worth) for source, worth in supply if worth]

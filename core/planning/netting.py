"""The plan: netting of all open events against one stock (domain.md §3).

Items are taken parents first, so that every need of an item is known before it is covered from
stock. All arithmetic is on integers: each item has one denominator under which everything that
can be asked of it is whole, and so has each recipe for its batches' worth. It fits because
batches are rounded to their step and bundles to whole ones at every level, so denominators do
not grow with the depth of nesting.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

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


class Flow(NamedTuple):
    """Batches' worth (in 1/`scale` batch) of one output, from one event's batches to another's."""

    source: int
    taker: int | None
    output: int
    worth: int


FlowTest = Callable[[Flow], bool]


@dataclass(slots=True)
class RecipePlan:
    """The batches of one recipe by event; `need`, `carried` and `short` in 1/`scale` batch.

    `outputs` are the plans of its outputs that anybody reached, `worth` is, per output, the
    batches' worth of the smallest amount of its item. `steps` counts planned batches in the
    recipe's `batch_step`, `needed_steps` those that it takes without a target.
    """

    recipe: Recipe
    scale: int
    step: int
    outputs: tuple[ItemPlan | None, ...]
    worth: tuple[int | None, ...]
    need: dict[int, int] = field(default_factory=dict)
    carried: dict[int, int] = field(default_factory=dict)
    steps: dict[int, int] = field(default_factory=dict)
    needed_steps: dict[int, int] = field(default_factory=dict)
    short: dict[int, int] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    _flows: list[Flow] | None = None
    _by_event: dict[int, list[Flow]] | None = None

    @property
    def flows(self) -> list[Flow]:
        """Which event's batches cover which need; without taker, what nobody needs.

        Worked out when it is first asked for: the plan itself needs only the sums.
        """
        if self._flows is None:
            self._flows = _share_out(self)
        return self._flows

    def flows_of(self, e: int) -> list[Flow]:
        """Return the flows from and to an event."""
        if self._by_event is None:
            self._by_event = {}
            for flow in self.flows:
                self._by_event.setdefault(flow.source, []).append(flow)
                if flow.taker is not None and flow.taker != flow.source:
                    self._by_event.setdefault(flow.taker, []).append(flow)
        return self._by_event.get(e, [])


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
    targeted: Mapping[int, list[int]]

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
        worth = sum(f.worth for f in found.flows_of(e) if f.output == output and chosen(f))
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
        wanted = _wanted(batches, e)
        if wanted is None or (over_unknown and wanted):
            batches.unknown.add(e)
            _ask_unknown(plan, recipe.lines, e)
            over_unknown = True
            continue
        need = sum(worth for _, worth in wanted)
        carried = min(need, over)
        needed = -(-(need - carried) // batches.step)
        steps = _with_target(plan.kitchen.events[e], recipe, needed)
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


def _wanted(batches: RecipePlan, e: int) -> list[tuple[int, int]] | None:
    """Return what an event wants of each output, in batches' worth; None when unknown."""
    wanted = []
    for number, item in enumerate(batches.outputs):
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


def _share_out(batches: RecipePlan) -> list[Flow]:
    """Cover each event's needs from earlier left-overs, oldest first, then its own batches."""
    flows: list[Flow] = []
    supply: deque[tuple[int, int]] = deque()
    for e, steps in batches.steps.items():
        if steps:
            supply.append((e, steps * batches.step))
        for number, worth in _wanted(batches, e) or ():
            while worth and supply:
                source, there = supply.popleft()
                used = min(worth, there)
                flows.append(Flow(source, e, number, used))
                worth -= used
                if there > used:
                    supply.appendleft((source, there - used))
    flows.extend(Flow(source, None, 0, worth) for source, worth in supply)
    return flows

"""The plan as data: the needs of items and the batches of recipes, by event.

It is made by `core.planning.netting`; here it answers in exact amounts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple
from weakref import ref

from msgspec import Struct, field

from core.planning.kitchen import Kitchen, Line, Recipe


class ItemPlan(Struct):
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


class Items(Mapping[int, ItemPlan]):
    """The plans of all items that demand reaches, by id.

    What is made or assembled decides what else is needed, so it is netted with the plan. Nothing
    follows from what is bought: that is netted when it is first asked for, one by one.

    They know their plan but do not hold it, so that it is gone at once when nobody holds it.
    """

    def __init__(self, reached: Collection[int], net: Callable[[Plan, int], ItemPlan]) -> None:
        self._reached = reached
        self._net = net
        self._plan: Callable[[], Plan | None] = lambda: None
        self._netted: dict[int, ItemPlan] = {}

    def __getitem__(self, item_id: int) -> ItemPlan:
        found = self._netted.get(item_id)
        if found is None:
            if item_id not in self._reached:
                raise KeyError(item_id)
            plan = self._plan()
            if plan is None:
                raise ReferenceError("The plan of these items is gone: hold it while asking them.")
            found = self._netted[item_id] = self._net(plan, item_id)
        return found

    def belong_to(self, plan: Plan) -> None:
        """Net from now on for this plan."""
        self._plan = ref(plan)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._reached

    def __iter__(self) -> Iterator[int]:
        return iter(self._reached)

    def __len__(self) -> int:
        return len(self._reached)


class Flow(NamedTuple):
    """Batches' worth (in 1/`scale` batch) of one output, from one event's batches to another's."""

    source: int
    taker: int | None
    output: int
    worth: int


FlowTest = Callable[[Flow], bool]
Outputs = tuple[ItemPlan | None, ...]
"""The plans of a recipe's outputs; None for one that nobody reached."""
OutputWanted = tuple[int, Mapping[int, int], int]
"""The number of an output, its net needs by event, and what its smallest amount is worth."""


class RecipePlan(Struct):
    """The batches of one recipe by event; `need`, `carried` and `short` in 1/`scale` batch.

    `outputs` are the plans of its outputs that anybody reached, `worth` is, per output, the
    batches' worth of the smallest amount of its item. `steps` counts planned batches in the
    recipe's `batch_step`, of the events that have any, `needed_steps` those that it takes without
    a target.
    """

    recipe: Recipe
    scale: int
    step: int
    outputs: Outputs
    worth: tuple[int | None, ...]
    need: dict[int, int] = field(default_factory=dict)
    carried: dict[int, int] = field(default_factory=dict)
    steps: dict[int, int] = field(default_factory=dict)
    needed_steps: dict[int, int] = field(default_factory=dict)
    short: dict[int, int] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    _sharing: Iterator[Flow] | None = None
    _flows: list[Flow] = field(default_factory=list)
    _indexed: int = 0
    _by_event: dict[int, list[Flow]] = field(default_factory=dict)

    def concerns(self, e: int) -> bool:
        """Tell whether batches are planned for an event, be it an unknown number."""
        return e in self.steps or e in self.unknown

    @property
    def flows(self) -> list[Flow]:
        """Which event's batches cover which need; without taker, what nobody needs.

        Worked out when it is first asked for: the plan itself needs only the sums.
        """
        self._flows.extend(self._shared_out())
        return self._flows

    def flows_of(self, e: int) -> list[Flow]:
        """Return the flows from and to an event.

        Sources come in order and serve nobody before them, so that with the first one after the
        event all that comes from it and goes to it is told.
        """
        while not self._flows or self._flows[-1].source <= e:
            flow = next(self._shared_out(), None)
            if flow is None:
                break
            self._flows.append(flow)
        for flow in islice(self._flows, self._indexed, None):
            self._by_event.setdefault(flow.source, []).append(flow)
            if flow.taker is not None and flow.taker != flow.source:
                self._by_event.setdefault(flow.taker, []).append(flow)
        self._indexed = len(self._flows)
        return self._by_event.get(e, [])

    @property
    def made(self) -> dict[int, int]:
        """What the planned batches of each event are worth."""
        return {place: steps * self.step for place, steps in self.steps.items()}

    @property
    def wanted(self) -> list[OutputWanted]:
        """What is wanted of each output; of an unknown amount no event is told."""
        return [
            (number, item.net, worth)
            for number, (item, worth) in enumerate(zip(self.outputs, self.worth, strict=True))
            if item is not None and worth is not None
        ]

    def _shared_out(self) -> Iterator[Flow]:
        """Return what is still to come of the flows."""
        if self._sharing is None:
            self._sharing = _share_out(self.need, self.made, self.wanted)
        return self._sharing


Use = tuple[str, int, Line]
"""What uses an item: "item" (a bundle) or "recipe", its id, and the line with the item."""


class Terms(NamedTuple):
    """In what an item is counted: what each use of it takes is whole in 1/`scale` stock unit.

    `takes` says of each use (kind and id) what one bundle, or one step of batches, takes; None is
    unknown.
    """

    scale: int
    takes: list[tuple[str, int, int | None]]


class Plan(Struct, weakref=True):
    """One plan of one state of the kitchen. Events are told by their place in `kitchen.events`.

    `order` has the made items, bundles and recipes that demand reaches, parents first; `users`
    has, by item, what in that order uses it, and `terms`, as far as they have been asked for, how
    much of it. `wanted` are the event lines by item, as far as they
    are not delivered (event, amount); `assembled` the whole bundles to assemble by event;
    `targeted` the events with a batch target by recipe.

    The accessors return exact amounts in stock units or batches, or `None` where the answer is
    unknown.
    """

    kitchen: Kitchen
    made_by: Mapping[int, Recipe]
    order: list[tuple[str, int]]
    users: Mapping[int, list[Use]]
    terms: dict[int, Terms]
    wanted: Mapping[int, list[tuple[int, Fraction | None]]]
    targeted: Mapping[int, list[int]]
    index: dict[int, int]
    items: Items
    recipes: dict[int, RecipePlan] = field(default_factory=dict)
    assembled: dict[int, dict[int, int]] = field(default_factory=dict)
    _needed: dict[int, dict[int, ItemPlan]] = field(default_factory=dict)

    def needed(self, e: int) -> Mapping[int, ItemPlan]:
        """Return the items that an event needs, a known amount or an unknown one."""
        if e not in self._needed:
            asked = dict.fromkeys(line.item_id for line in self.kitchen.events[e].lines)
            for kind, key in self.order:
                if kind == "recipe":
                    batches = self.recipes[key]
                    lines = batches.recipe.lines if batches.concerns(e) else ()
                elif key in self.assembled:
                    concerned = e in self.assembled[key] or e in self.items[key].unsure
                    lines = self.kitchen.bundles[key] if concerned else ()
                else:
                    continue
                for line in lines:
                    asked[line.item_id] = None
            plans = ((item_id, self.items[item_id]) for item_id in asked)
            self._needed[e] = {
                i: item for i, item in plans if item.need.get(e) or e in item.unknown
            }
        return self._needed[e]

    def need(self, item_id: int, e: int) -> Fraction | None:
        """Return the gross requirement of an item for an event."""
        return self._amount(item_id, e, "need")

    def net(self, item_id: int, e: int) -> Fraction | None:
        """Return what stock does not cover: to buy, to make or to assemble."""
        return self._amount(item_id, e, "net")

    def given(self, item_id: int, e: int) -> Fraction | None:
        """Return the stock the plan gives an event: its own kept lots and its free share."""
        found = self.items.get(item_id)
        if found is None:
            return Fraction(0)
        if e in found.unsure:
            return None
        return Fraction(found.kept.get(e, 0) + found.free.get(e, 0), found.scale)

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
        if any(o != e and self.kitchen.events[o].id in kept for o in found.unknown):
            return None
        if any(other < e for other in found.takers):
            return None
        total = sum(found.kept.values()) - found.kept.get(e, 0)
        total += sum(free for other, free in found.free.items() if other < e)
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


def _share_out(
    need: Iterable[int], made: Mapping[int, int], wanted: Sequence[OutputWanted]
) -> Iterator[Flow]:
    """Cover each event's needs from earlier left-overs, oldest first, then its own batches.

    `need` are the events of which it is known what they need, and `made` is what their batches
    are worth. It does not hold the plan of the recipe, which holds it.
    """
    supply: deque[tuple[int, int]] = deque()
    for e in need:
        if e in made:
            supply.append((e, made[e]))
        for number, net, worth_each in wanted:
            worth = net.get(e, 0) * worth_each
            while worth and supply:
                source, there = supply[0]
                if there > worth:
                    supply[0] = source, there - worth
                    yield Flow(source, e, number, worth)
                    break
                supply.popleft()
                yield Flow(source, e, number, there)
                worth -= there
    for source, worth in supply:
        yield Flow(source, None, 0, worth)

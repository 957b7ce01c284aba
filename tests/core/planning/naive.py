"""A second planner, naive on purpose: domain.md §3 written down with fractions, nothing else.

It shares no code with `core.planning` and only reads the attributes of a kitchen. It takes its
time: whole scenarios are computed anew where the real planner keeps bounds, and left-overs are
found by laying supply and demand on one line instead of passing them on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

Amounts = dict[tuple[int, int], Fraction | None]
"""Amounts by item (or recipe) id and place of the event; None is unknown."""

MICRO = 10**6
PLENTY = Fraction(10**15)


@dataclass
class NaivePlan:
    """Every number of the plan, by (item or recipe id, place of the event)."""

    need: Amounts = field(default_factory=dict)
    net: Amounts = field(default_factory=dict)
    given: Amounts = field(default_factory=dict)
    reserved: Amounts = field(default_factory=dict)
    batches: Amounts = field(default_factory=dict)
    short: Amounts = field(default_factory=dict)
    to_make: dict[tuple[int, int, int], Fraction | None] = field(default_factory=dict)
    left_over: dict[tuple[int, int, int], Fraction | None] = field(default_factory=dict)
    covered: dict[tuple[int, int, int], Fraction | None] = field(default_factory=dict)


def plan_naively(kitchen: Any) -> NaivePlan:
    """Plan all open events of a kitchen."""
    return _Planner(kitchen).plan()


class _Planner:
    def __init__(self, kitchen: Any) -> None:
        self.kitchen = kitchen
        self.places = range(len(kitchen.events))
        self.result = NaivePlan()
        self.asked: dict[tuple[int, int], list[Fraction | None]] = defaultdict(list)

    def plan(self) -> NaivePlan:
        for place, event in enumerate(self.kitchen.events):
            for line in event.lines:
                self.asked[line.item_id, place].append(still_wanted(line))
        waiting_items = set(self.kitchen.items)
        waiting_recipes = set(self.kitchen.recipes)
        while waiting_items or waiting_recipes:
            item_id = next(
                (i for i in sorted(waiting_items) if not self._askers(i, waiting_items)
                 and not self._recipes_asking(i, waiting_recipes)),
                None,
            )  # fmt: skip
            if item_id is not None:
                waiting_items.remove(item_id)
                self._take_item(item_id)
                continue
            recipe_id = next(
                r
                for r in sorted(waiting_recipes)
                if not any(o.item_id in waiting_items for o in self.kitchen.recipes[r].outputs)
            )
            waiting_recipes.remove(recipe_id)
            self._take_recipe(self.kitchen.recipes[recipe_id])
        return self.result

    def _askers(self, item_id: int, waiting: set[int]) -> bool:
        return any(
            bundle in waiting and any(line.item_id == item_id for line in lines)
            for bundle, lines in self.kitchen.bundles.items()
        )

    def _recipes_asking(self, item_id: int, waiting: set[int]) -> bool:
        return any(
            any(line.item_id == item_id for line in self.kitchen.recipes[r].lines) for r in waiting
        )

    # -- stock -----------------------------------------------------------------------------------

    def _take_item(self, item_id: int) -> None:
        item = self.kitchen.items[item_id]
        needs = [_total(self.asked[item_id, place]) for place in self.places]
        kept = {
            self._place(event_id): Fraction(micro, MICRO)
            for event_id, micro in self.kitchen.kept.get(item_id, {}).items()
        }
        free = Fraction(self.kitchen.free.get(item_id, 0), MICRO)
        own, shares = self._shares(item, needs, kept, free)
        for place in self.places:
            key = item_id, place
            self.result.need[key] = needs[place]
            self.result.reserved[key] = self._reserved(place, own, shares)
            self.result.given[key] = _total([own[place], shares[place]])
            self.result.net[key] = self._net(item, needs[place], own[place], shares[place])
            if item_id in self.kitchen.bundles:
                net = self.result.net[key]
                whole = None if net is None else Fraction(ceil(net))
                self.result.net[key] = whole
                self._ask(self.kitchen.bundles[item_id], place, whole)

    def _place(self, event_id: int) -> int:
        return next(p for p in self.places if self.kitchen.events[p].id == event_id)

    def _shares(
        self,
        item: Any,
        needs: list[Fraction | None],
        kept: dict[int, Fraction],
        free: Fraction,
    ) -> tuple[list[Fraction | None], list[Fraction | None]]:
        """Return what each event uses of its kept lots, and what it takes of the free pool.

        Known is what comes out the same, whichever of the unknown needs are nothing or endless.
        """
        if item.always_on_hand:
            nothing: list[Fraction | None] = [Fraction(0) for _ in self.places]
            return nothing, list(nothing)
        choices = [[need] if need is not None else [Fraction(0), PLENTY] for need in needs]
        scenarios = [_share(list(chosen), kept, free) for chosen in product(*choices)]
        own, shares = (
            [_the_same([scenario[part][place] for scenario in scenarios]) for place in self.places]
            for part in (0, 1)
        )
        return own, shares

    def _reserved(
        self, place: int, own: list[Fraction | None], shares: list[Fraction | None]
    ) -> Fraction | None:
        return _total(
            [own[p] for p in self.places if p != place] + [shares[p] for p in range(place)]
        )

    def _net(
        self, item: Any, need: Fraction | None, own: Fraction | None, share: Fraction | None
    ) -> Fraction | None:
        if item.always_on_hand:
            return Fraction(0)
        if need is None or own is None or share is None:
            return None
        rest = need - own - share
        return Fraction(0) if own + share > 0 and rest < Fraction(1, 1000) else rest

    def _ask(self, lines: Any, place: int, times: Fraction | None) -> None:
        if times == 0:
            return
        for line in lines:
            known = times is not None and line.amount is not None
            self.asked[line.item_id, place].append(times * line.amount if known else None)

    # -- batches ---------------------------------------------------------------------------------

    def _take_recipe(self, recipe: Any) -> None:
        wants = {place: self._wants(recipe, place) for place in self.places}
        doubtful = False
        demand: list[tuple[int, int, Fraction]] = []
        supply: list[tuple[int, Fraction]] = []
        unknown: set[int] = set()
        for place in self.places:
            event = self.kitchen.events[place]
            want = wants[place]
            made_before = sum((worth for _, worth in supply), Fraction(0))
            used_before = sum((worth for _, _, worth in demand), Fraction(0))
            left = made_before - used_before
            batches = None
            if want is not None and not (doubtful and any(want)):
                needed = _up(max(Fraction(0), sum(want, Fraction(0)) - left), recipe.step)
                batches = self._decide(event, recipe, needed)
            if want is None or batches is None:
                doubtful = True
                unknown.add(place)
                self.result.batches[recipe.id, place] = None
                self.result.short[recipe.id, place] = None
                self._ask(recipe.lines, place, None)
                continue
            supply.append((place, batches))
            there = left + batches
            for number, worth in enumerate(want):
                used = min(worth, there)
                there -= used
                demand.append((place, number, used))
            self.result.batches[recipe.id, place] = batches
            self.result.short[recipe.id, place] = max(
                Fraction(0), sum(want, Fraction(0)) - left - batches
            )
            self._ask(recipe.lines, place, batches)
        self._shape(recipe, demand, supply, unknown)

    def _wants(self, recipe: Any, place: int) -> list[Fraction] | None:
        """Return the batches' worth of the net need of each output; None when unknown."""
        worths = []
        for line in recipe.outputs:
            net = self.result.net[line.item_id, place]
            if net is None or (net and line.amount is None):
                return None
            worths.append(net / line.amount if net else Fraction(0))
        return worths

    def _decide(self, event: Any, recipe: Any, needed: Fraction) -> Fraction | None:
        """Return the planned batches; of an unknown yield, what all yields make them."""
        target = event.targets.get(recipe.id)
        if target is None:
            return needed
        produced = Fraction(0)
        doubtful = False
        for line in recipe.outputs:
            good = event.good.get(line.item_id, 0)
            doubtful = doubtful or bool(good and line.amount is None)
            if good and line.amount is not None:
                produced += good / line.amount
        choices = {Fraction(0), PLENTY} if doubtful else {produced}
        answers = set()
        for done in choices:
            still = max(Fraction(0), floor((target.batches - done) / recipe.step) * recipe.step)
            answers.add(still if target.short_ok else max(still, needed))
        return answers.pop() if len(answers) == 1 else None

    def _shape(
        self,
        recipe: Any,
        demand: list[tuple[int, int, Fraction]],
        supply: list[tuple[int, Fraction]],
        unknown: set[int],
    ) -> None:
        """Lay what is made and what is used on one line; where they overlap, one goes to the other.

        What is made first is used first; what nobody uses is shaped as the first output.
        """
        for number, line in enumerate(recipe.outputs):
            for place in self.places:
                made = taken = spare = Fraction(0)
                start = Fraction(0)
                for source, batches in supply:
                    end = start + batches
                    begin = Fraction(0)
                    for taker, output, worth in demand:
                        overlap = max(Fraction(0), min(end, begin + worth) - max(start, begin))
                        begin += worth
                        if output == number and source == place:
                            made += overlap
                        if output == number and taker == place:
                            taken += overlap
                    if source == place and number == 0:
                        spare += max(Fraction(0), end - max(start, begin))
                    start = end
                key = recipe.id, number, place
                for numbers, worth in (
                    (self.result.to_make, made + spare),
                    (self.result.left_over, spare),
                    (self.result.covered, taken),
                ):
                    numbers[key] = None if place in unknown else _times(worth, line.amount)


def still_wanted(line: Any) -> Fraction | None:
    """Return what of an event line is not handed out; what the ledger rounds off is nothing."""
    if line.quantity is None or not line.delivered:
        return None if line.quantity is None else Fraction(line.quantity)
    rest = line.quantity - line.delivered
    return Fraction(0) if rest < Fraction(1, 1000) else rest


def _share(
    needs: list[Fraction], kept: dict[int, Fraction], free: Fraction
) -> tuple[list[Fraction], list[Fraction]]:
    """Cover known needs: kept lots first, then the pool in order."""
    own = [min(kept.get(place, Fraction(0)), need) for place, need in enumerate(needs)]
    pool = free + sum((kept[place] - own[place] for place in kept), Fraction(0))
    shares = []
    for place, need in enumerate(needs):
        taken = min(pool, need - own[place])
        pool -= taken
        shares.append(taken)
    return own, shares


def _the_same(values: list[Fraction]) -> Fraction | None:
    return values[0] if len(set(values)) == 1 else None


def _total(amounts: list[Fraction | None]) -> Fraction | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Fraction(0)) if len(known) == len(amounts) else None


def _times(worth: Fraction, amount: Fraction | None) -> Fraction | None:
    if not worth:
        return Fraction(0)
    return None if amount is None else worth * amount


def _up(amount: Fraction, step: Fraction) -> Fraction:
    return ceil(amount / step) * step

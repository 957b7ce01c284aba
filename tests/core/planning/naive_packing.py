"""What can be packed and made, naively: one by one from one pool (domain.md §3, joint feasibility).

It shares no code with `core.planning`; it tries every number from the most downwards, and copies
the pool for each try.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from tests.core.planning.naive import NaivePlan, still_wanted

ZERO = Fraction(0)
ROUNDING = Fraction(1, 1000)


class NotEnough(Exception):
    """A try that did not work out."""


@dataclass
class NaivePool:
    """What an event has of each item, None where nobody knows; and the bundles packed from it."""

    kitchen: Any
    there: dict[int, Fraction | None]
    packed: dict[int, int]

    def copy(self) -> NaivePool:
        return NaivePool(self.kitchen, dict(self.there), dict(self.packed))

    def knows(self, lines: Any) -> bool:
        """Tell whether all amounts that these lines, and bundles inside, rest on are known."""
        return all(
            self.kitchen.items[line.item_id].always_on_hand
            or (
                line.amount is not None
                and self.there.get(line.item_id, ZERO) is not None
                and self.knows(self.kitchen.bundles.get(line.item_id, ()))
            )
            for line in lines
        )

    def draw(self, item_id: int, amount: Fraction) -> None:
        """Take an amount, packing what is lacking of a bundle. Raises `NotEnough`."""
        there = self.there.get(item_id, ZERO) or ZERO
        taken = min(there, amount)
        self.there[item_id] = there - taken
        lacking = amount - taken
        if lacking == 0 or (taken > 0 and lacking < ROUNDING):
            return
        if item_id not in self.kitchen.bundles:
            raise NotEnough
        number = ceil(lacking)
        self.draw_lines(self.kitchen.bundles[item_id], Fraction(number))
        self.packed[item_id] = self.packed.get(item_id, 0) + number
        self.there[item_id] = (self.there[item_id] or ZERO) + number - lacking

    def draw_lines(self, lines: Any, times: Fraction) -> None:
        for line in lines:
            if self.kitchen.items[line.item_id].always_on_hand:
                continue
            if line.amount is None:
                raise NotEnough
            self.draw(line.item_id, line.amount * times)

    def most(self, limit: int, lines_or_item: Any, size: Any) -> int:
        """Draw the most of `limit` that there are, found by trying downwards; return the number."""
        for number in range(limit, 0, -1):
            trial = self.copy()
            try:
                if isinstance(lines_or_item, int):
                    trial.draw(lines_or_item, size(number))
                else:
                    trial.draw_lines(lines_or_item, size(number))
            except NotEnough:
                continue
            self.there, self.packed = trial.there, trial.packed
            return number
        return 0


def stock_pool(kitchen: Any, plan: NaivePlan, place: int) -> NaivePool:
    """Return the usable stock the plan gives an event."""
    there = {
        item_id: None if plan.need[item_id, place] is None else plan.given[item_id, place]
        for item_id, item in kitchen.items.items()
        if not item.always_on_hand
    }
    return NaivePool(kitchen, there, {})


def pool_after_production(kitchen: Any, plan: NaivePlan, place: int) -> NaivePool:
    """Return it with what planned batches give the event, less what these batches use."""
    pool = stock_pool(kitchen, plan, place)
    for recipe_id, recipe in kitchen.recipes.items():
        for number, line in enumerate(recipe.outputs):
            if pool.there[line.item_id] is None or not plan.net[line.item_id, place]:
                continue
            if plan.batches[recipe_id, place] is None:
                pool.there[line.item_id] = None
                continue
            covered = plan.covered[recipe_id, number, place]
            there = pool.there[line.item_id] or ZERO
            pool.there[line.item_id] = None if covered is None else there + covered
    return pool


def use_inputs(pool: NaivePool, plan: NaivePlan, place: int) -> bool:
    """Take out what the planned batches use; tell whether all of it was there."""
    for recipe_id in sorted(pool.kitchen.recipes):
        batches = plan.batches[recipe_id, place]
        if not batches:
            continue
        for line in pool.kitchen.recipes[recipe_id].lines:
            if line.amount is None:
                continue
            try:
                pool.draw(line.item_id, line.amount * batches)
            except NotEnough:
                return False
    return True


def pack(pool: NaivePool, plan: NaivePlan, place: int) -> dict[int, int | None]:
    """Walk an event's lines in order, then what else is to be packed; return how many of each."""
    kitchen = pool.kitchen
    for line in kitchen.events[place].lines:
        wanted = still_wanted(line)
        if not wanted:
            continue
        if line.item_id not in kitchen.bundles:
            there = pool.there.get(line.item_id, ZERO)
            if there is not None:
                pool.there[line.item_id] = there - min(there, wanted)
            continue
        pool.most(ceil(wanted), line.item_id, lambda n, most=wanted: min(most, Fraction(n)))
    order = by_line(kitchen, place)
    for bundle_id in [*order, *only_in_recipes(kitchen, plan, place)]:
        still = int(plan.net[bundle_id, place] or 0) - pool.packed.get(bundle_id, 0)
        if still > 0 and pool.knows(kitchen.bundles[bundle_id]):
            number = pool.most(still, kitchen.bundles[bundle_id], Fraction)
            pool.packed[bundle_id] = pool.packed.get(bundle_id, 0) + number
    found: dict[int, int | None] = {}
    for bundle_id, lines in kitchen.bundles.items():
        net = plan.net[bundle_id, place]
        known = net == 0 or (net is not None and pool.knows(lines))
        found[bundle_id] = min(int(net or 0), pool.packed.get(bundle_id, 0)) if known else None
    return found


def only_in_recipes(kitchen: Any, plan: NaivePlan, place: int) -> list[int]:
    """Return the bundles that are wanted though no line of the event leads to them."""
    order = by_line(kitchen, place)
    return [key for key in kitchen.bundles if key not in order and plan.need[key, place] != 0]


def by_line(kitchen: Any, place: int) -> list[int]:
    """Return the bundles by event line, each followed by those inside it."""
    lines = kitchen.events[place].lines
    wanted = {line.item_id for line in lines}
    order: list[int] = []

    def add(bundle_id: int) -> None:
        order.append(bundle_id)
        for line in kitchen.bundles[bundle_id]:
            inner = line.item_id
            if inner in kitchen.bundles and inner not in wanted and inner not in order:
                add(inner)

    for line in lines:
        if line.item_id in kitchen.bundles and line.item_id not in order:
            add(line.item_id)
    return order


def makeable(kitchen: Any, plan: NaivePlan, place: int) -> dict[int, Fraction | None]:
    """Return the batches that the stock given to an event allows; innermost recipes draw first."""
    pool = stock_pool(kitchen, plan, place)
    planned = {r: plan.batches[r, place] for r in kitchen.recipes if plan.batches[r, place] != 0}
    found: dict[int, Fraction | None] = {}
    for recipe_id in sorted(
        planned, key=lambda r: (_depth(kitchen, r, set(planned)), kitchen.recipes[r].name)
    ):
        recipe, batches = kitchen.recipes[recipe_id], planned[recipe_id]
        if batches is None or not pool.knows(recipe.lines):
            found[recipe_id] = None
            continue
        step = recipe.step
        most = pool.most(int(batches / step), recipe.lines, lambda n, step=step: n * step)
        found[recipe_id] = most * step
    return found


def _depth(kitchen: Any, recipe_id: int, planned: set[int]) -> int:
    made_in = {o.item_id: r for r, recipe in kitchen.recipes.items() for o in recipe.outputs}
    inner = [
        _depth(kitchen, made_in[line.item_id], planned)
        for line in kitchen.recipes[recipe_id].lines
        if made_in.get(line.item_id) in planned
    ]
    return 1 + max(inner, default=0)

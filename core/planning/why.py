"""Why a number of the plan is what it is: the tree from a requirement up to the event lines.

Two relations explain a number, and both are exact. Its `parts` are in its own unit and add up to
it (a need of two cakes, less stock, plus rounding). Its `source` is in another unit and gives it
when multiplied by `factor` (1,000 g of flour come from 4 batches of 250 g). `core.planning.feeds`
goes the other way.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from msgspec import Struct, field

from core.planning.kitchen import Line, Recipe
from core.planning.plan import Plan

BATCH = "batch"
NOTHING = Fraction(0)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Reason:
    """One number and what it is made of. `amount` is None where it is unknown.

    `about` is what it is about: an item, a recipe, an event or a lot, by id. `inputs` are what
    goes into it: the amount of each is this one's times its own `factor`. `note` adds what
    is no number of the sum. What several numbers rest on is told whole once, where it comes
    first; `again` marks it where it comes next, without its parts.
    """

    kind: str
    label: str
    amount: Fraction | None
    unit: str
    parts: tuple[Reason, ...] = ()
    source: Reason | None = None
    factor: Fraction | None = None
    about: tuple[str, int] | None = None
    inputs: tuple[Reason, ...] = ()
    note: str = ""
    again: bool = False


def once(told: dict[Key, Reason], key: Key, make: Callable[[], Reason]) -> Reason:
    """Return a reason whole the first time, and after that as one that is told above.

    So a tree grows with what there is to tell, not with the ways that lead there.
    """
    if key not in told:
        told[key] = make()
        return told[key]
    return replace(told[key], parts=(), note="", again=True)


def explain_item(
    plan: Plan,
    item_id: int,
    e: int,
    notes: Mapping[int, str] | None = None,
) -> Reason:
    """Explain what an event needs of an item beyond stock: to buy, to make or to assemble.

    Its first part is the gross requirement: the event lines, bundles and batches that ask.
    `notes` are put on the items they are about, wherever these occur in the tree.
    """
    return _Why(plan, e, notes or {}).item(item_id)


def explain_batches(
    plan: Plan, recipe_id: int, e: int, notes: Mapping[int, str] | None = None
) -> Reason:
    """Explain the planned batches of a recipe: outputs, what is carried in, rounding, target."""
    return _Why(plan, e, notes or {}).batches(recipe_id)


class _Why(Struct):
    """The explanation of one event's numbers; what several numbers rest on is told once."""

    plan: Plan
    e: int
    notes: Mapping[int, str]
    items: dict[int, Reason] = field(default_factory=dict)
    runs: dict[int, Reason] = field(default_factory=dict)

    def item(self, item_id: int) -> Reason:
        return once(self.items, item_id, lambda: self._item(item_id))

    def _item(self, item_id: int) -> Reason:
        plan, e = self.plan, self.e
        item = plan.kitchen.items[item_id]
        kind = "buy" if item.bought else "assemble" if item.kind == "bundle" else "make"
        need = self.need(item_id)
        about, note = ("item", item_id), self.notes.get(item_id, "")
        if item.always_on_hand:
            return Reason("always", item.name, need.amount, item.unit, (need,), about=about)
        net = plan.net(item_id, e)
        if net is None:
            return Reason(kind, item.name, None, item.unit, (need,), about=about, note=note)
        found = plan.items.get(item_id)
        covered = []
        if found is not None:
            for what, label, amounts in (
                ("kept", "kept for this event", found.kept),
                ("stock", "from stock", found.free),
                ("ledger", "ledger rounding", found.rounding),
            ):
                if amounts.get(e):
                    amount = -Fraction(amounts[e], found.scale)
                    covered.append(Reason(what, label, amount, item.unit))
        rest = net - (need.amount or 0) - sum(part.amount or 0 for part in covered)
        if rest:
            covered.append(Reason("rounding", "rounded up to whole", rest, item.unit))
        parts = (need, *covered)
        return Reason(kind, item.name, net, item.unit, parts, about=about, note=note)

    def need(self, item_id: int) -> Reason:
        item = self.plan.kitchen.items[item_id]
        parts = tuple(self._asked_by(item_id))
        amount = self.plan.need(item_id, self.e)
        return Reason("need", item.name, amount, item.unit, parts, about=("item", item_id))

    def _asked_by(self, item_id: int) -> Iterator[Reason]:
        plan, e = self.plan, self.e
        event = plan.kitchen.events[e]
        unit = plan.kitchen.items[item_id].unit
        for line in event.lines:
            if line.item_id == item_id and line.need != 0:
                label = event.name + (f", for {line.recipient}" if line.recipient else "")
                delivered = (
                    ()
                    if not line.delivered or line.quantity is None
                    else (
                        Reason("ordered", "ordered", line.quantity, unit),
                        Reason("delivered", "delivered", -min(line.delivered, line.quantity), unit),
                    )
                )
                yield Reason("event", label, line.need, unit, delivered, about=("event", event.id))
        for kind, key, used in self.plan.users.get(item_id, ()):
            if kind == "item" and plan.net(key, e) != 0:
                yield _times(used, unit, self.item(key), "bundle")
            elif kind == "recipe" and plan.batches(key, e) != 0:
                yield _times(used, unit, self.batches(key), "recipe")

    def batches(self, recipe_id: int) -> Reason:
        return once(self.runs, recipe_id, lambda: self._batches(recipe_id))

    def _batches(self, recipe_id: int) -> Reason:
        plan, e = self.plan, self.e
        batches = plan.recipes[recipe_id]
        recipe = batches.recipe
        about = ("recipe", recipe_id)
        planned = plan.batches(recipe_id, e)
        parts: list[Reason] = []
        for number, output in enumerate(recipe.outputs):
            if output.item_id not in plan.items or plan.net(output.item_id, e) == 0:
                continue
            source = self.item(output.item_id)
            worth = None
            factor = None if not output.amount else 1 / output.amount
            if factor is not None and source.amount is not None:
                worth = source.amount * factor
            label = plan.kitchen.items[output.item_id].name
            parts.append(
                Reason("output", label, worth, BATCH, (), source, factor, ("output", number))
            )
        if planned is None:
            return Reason("batches", recipe.name, None, BATCH, tuple(parts), about=about)
        scale = batches.scale
        carried = Fraction(batches.carried.get(e, 0), scale)
        need = Fraction(batches.need.get(e, 0), scale)
        needed = batches.needed_steps.get(e, 0) * recipe.step
        rounding = needed - (need - carried)
        if carried:
            parts.append(Reason("carry", "left over from earlier events", -carried, BATCH))
        if rounding:
            parts.append(self._rounding(recipe, rounding))
        if planned != needed:
            parts.append(Reason("target", "batch target", planned - needed, BATCH))
        return Reason("batches", recipe.name, planned, BATCH, tuple(parts), about=about)

    def _rounding(self, recipe: Recipe, amount: Fraction) -> Reason:
        """Explain what rounding adds to batches; of an only output, in its own unit too."""
        label = f"rounded up to steps of {recipe.step}"
        [first, *others] = recipe.outputs
        if others or not first.amount:
            return Reason("rounding", label, amount, BATCH)
        item = self.plan.kitchen.items[first.item_id]
        more = Reason("more", item.name, amount * first.amount, item.unit, about=("item", item.id))
        return Reason("rounding", label, amount, BATCH, (), more, 1 / first.amount)


def _times(line: Line, unit: str, source: Reason, kind: str) -> Reason:
    known = line.amount is not None and source.amount is not None
    amount = line.amount * source.amount if known else None  # type: ignore[operator]
    return Reason(kind, source.label, amount, unit, (), source, line.amount)

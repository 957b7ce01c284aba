"""Why a number of the plan is what it is: the tree from a requirement up to the event lines.

Two relations explain a number, and both are exact. Its `parts` are in its own unit and add up to
it (a need of two cakes, less stock, plus rounding). Its `source` is in another unit and gives it
when multiplied by `factor` (1,000 g of flour come from 4 batches of 250 g).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from core.planning.kitchen import Line
from core.planning.netting import Plan

BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Reason:
    """One number and what it is made of. `amount` is None where it is unknown."""

    kind: str
    label: str
    amount: Fraction | None
    unit: str
    parts: tuple[Reason, ...] = ()
    source: Reason | None = None
    factor: Fraction | None = None
    about: tuple[str, int] | None = None


def explain_item(plan: Plan, item_id: int, e: int) -> Reason:
    """Explain what an event needs of an item beyond stock: to buy, to make or to assemble."""
    item = plan.kitchen.items[item_id]
    kind = "buy" if item.bought else "assemble" if item.kind == "bundle" else "make"
    need = explain_need(plan, item_id, e)
    if item.always_on_hand:
        parts: tuple[Reason, ...] = (need,)
        return Reason("always", item.name, need.amount, item.unit, parts, about=("item", item_id))
    net = plan.net(item_id, e)
    if net is None:
        return Reason(kind, item.name, None, item.unit, (need,), about=("item", item_id))
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
    return Reason(kind, item.name, net, item.unit, (need, *covered), about=("item", item_id))


def explain_need(plan: Plan, item_id: int, e: int) -> Reason:
    """Explain the gross requirement of an item: event lines, bundles and batches that ask."""
    item = plan.kitchen.items[item_id]
    parts = tuple(_asked_by(plan, item_id, e))
    return Reason("need", item.name, plan.need(item_id, e), item.unit, parts)


def _asked_by(plan: Plan, item_id: int, e: int) -> Iterator[Reason]:
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
    for kind, key in plan.order:
        if kind == "item" and key in plan.kitchen.bundles:
            for used in plan.kitchen.bundles[key]:
                if used.item_id == item_id and plan.net(key, e) != 0:
                    yield _times(plan, used, unit, explain_item(plan, key, e), "bundle")
        elif kind == "recipe":
            for used in plan.kitchen.recipes[key].lines:
                if used.item_id == item_id and plan.batches(key, e) != 0:
                    yield _times(plan, used, unit, explain_batches(plan, key, e), "recipe")


def _times(plan: Plan, line: Line, unit: str, source: Reason, kind: str) -> Reason:
    known = line.amount is not None and source.amount is not None
    amount = line.amount * source.amount if known else None  # type: ignore[operator]
    return Reason(kind, source.label, amount, unit, (), source, line.amount)


def explain_batches(plan: Plan, recipe_id: int, e: int) -> Reason:
    """Explain the planned batches of a recipe: outputs, what is carried in, rounding, target."""
    batches = plan.recipes[recipe_id]
    recipe = batches.recipe
    about = ("recipe", recipe_id)
    planned = plan.batches(recipe_id, e)
    parts: list[Reason] = []
    for number, output in enumerate(recipe.outputs):
        if output.item_id not in plan.items or plan.net(output.item_id, e) == 0:
            continue
        source = explain_item(plan, output.item_id, e)
        worth = None
        factor = None if not output.amount else 1 / output.amount
        if factor is not None and source.amount is not None:
            worth = source.amount * factor
        label = plan.kitchen.items[output.item_id].name
        parts.append(Reason("output", label, worth, BATCH, (), source, factor, ("output", number)))
    if planned is None:
        return Reason("batches", recipe.name, None, BATCH, tuple(parts), about=about)
    scale = batches.scale
    carried = Fraction(batches.carried.get(e, 0), scale)
    need = Fraction(batches.need.get(e, 0), scale)
    needed = batches.needed_steps.get(e, 0) * recipe.step
    rounding = needed - (need - carried)
    for kind, label, amount in (
        ("carry", "left over from earlier events", -carried),
        ("rounding", f"rounded up to steps of {recipe.step}", rounding),
        ("target", "batch target", planned - needed),
    ):
        if amount:
            parts.append(Reason(kind, label, amount, BATCH))
    return Reason("batches", recipe.name, planned, BATCH, tuple(parts), about=about)

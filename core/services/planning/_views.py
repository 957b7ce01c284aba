"""The three views of an event, read off one plan (domain.md §3, contract §1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import EventNotFound
from core.planning.feasibility import Assembly, Blocker, assemblies, bundles_of, can_make
from core.planning.kitchen import Recipe
from core.planning.netting import produced_batches
from core.schema import RUN
from core.services._kitchen import EventPlan, Made, event_plan, load_made
from core.services._naming import sorting
from core.services._reading import is_id, rows_of
from core.services.planning.shapes import (
    AssemblyProgress,
    BlockerRow,
    BundleProgress,
    OutputProgress,
    ProductionProgress,
    RecipeProgress,
)
from core.units import from_micro, to_decimal

ZERO = Fraction(0)
HUNDRED = Decimal(100)


def find_event(session: Session, event_id: int) -> EventPlan:
    """Return what the plan says of an event. Raises `EventNotFound`."""
    found = event_plan(session, event_id) if is_id(event_id) else None
    if found is None:
        raise EventNotFound(event_id)
    return found


def decimal(value: Fraction | int | None) -> Decimal | None:
    """Return an exact amount as contract §1 has it; None stays unknown."""
    return None if value is None else known(value)


def known(value: Fraction | int) -> Decimal:
    """Return a known exact amount as contract §1 has it."""
    # Most amounts are whole, and for these the digits need not be worked out.
    return Decimal(value.numerator) if value.denominator == 1 else to_decimal(Fraction(value))


def total(values: Iterable[Fraction | None]) -> Fraction | None:
    """Add up; unknown if any is."""
    result = ZERO
    for value in values:
        if value is None:
            return None
        result += value
    return result


def percent(needed: Fraction | None, remaining: Fraction | None) -> Decimal | None:
    """Return progress within 0 and 100; 100 when nothing is needed (domain.md §3)."""
    if needed is None or remaining is None:
        return None
    if needed <= 0:
        return HUNDRED
    done = min(Fraction(1), max(ZERO, (needed - remaining) / needed))
    return to_decimal(done * 100)


# -- production -----------------------------------------------------------------------------------


def production(session: Session, found: EventPlan) -> ProductionProgress:
    """Return the production progress of an event."""
    made = load_made(session, found.event.id)
    possible = {} if found.place is None else can_make(found.plan, found.place)
    recipes = sorted(recipes_of(found, made.batches), key=lambda r: (sorting(r.name), r.id))
    rows = [
        _recipe_progress(found, recipe, made, possible.get(recipe.id, ZERO)) for recipe in recipes
    ]
    parts = [row.part for row in rows]
    whole = Part(total(part.needed for part in parts), total(part.remaining for part in parts))
    progress_pct, is_complete = progress_of(parts)
    return ProductionProgress(
        event_id=found.event.id,
        event_name=found.event.name,
        total_needed=decimal(whole.needed),
        total_covered=decimal(whole.covered),
        total_target=decimal(total(row.target for row in rows)),
        total_produced=decimal(total(row.produced for row in rows)),
        total_remaining=decimal(total(row.batches for row in rows)),
        progress_pct=progress_pct,
        is_complete=is_complete,
        recipes=[row.row for row in rows],
    )


def recipes_of(found: EventPlan, made: Iterable[int]) -> list[Recipe]:
    """Return the recipes an event has to do with, those `made` for it among them; in no order."""
    involved = {*found.alone.recipes, *made, *found.event.targets}
    if found.place is not None:
        involved |= {
            key for key, batches in found.plan.recipes.items() if batches.concerns(found.place)
        }
    return [found.plan.kitchen.recipes[key] for key in involved]


class Part(NamedTuple):
    """What an event needs of an item and what of it is still to be made; None is unknown."""

    needed: Fraction | None
    remaining: Fraction | None

    @property
    def covered(self) -> Fraction | None:
        """What is there already; worked out before anything is rounded."""
        if self.needed is None or self.remaining is None:
            return None
        return max(ZERO, self.needed - self.remaining)


def part_of(found: EventPlan, item_id: int) -> Part:
    """Return what an event needs of an item, gross, and what stock and plan do not cover."""
    rest = ZERO if found.place is None else found.plan.net(item_id, found.place)
    return Part(found.alone.need(item_id, 0), rest)


def worth(recipe: Recipe, parts: Sequence[Part]) -> Part:
    """Add up the parts of a recipe's outputs, in batches' worth."""
    pairs = list(zip(recipe.outputs, parts, strict=True))
    return Part(
        total(_worth(part.needed, line.amount) for line, part in pairs),
        total(_worth(part.remaining, line.amount) for line, part in pairs),
    )


def progress_of(parts: Sequence[Part]) -> tuple[Decimal | None, bool]:
    """Return how far the parts of an event are in percent, and whether all of them are done."""
    rest = total(part.remaining for part in parts)
    return percent(total(part.needed for part in parts), rest), rest == 0


class _Row:
    """One recipe's row with the exact numbers that totals are made of, in batches' worth."""

    def __init__(
        self,
        row: RecipeProgress,
        part: Part,
        produced: Fraction | None,
        target: Fraction | None,
        batches: Fraction | None,
    ) -> None:
        self.row = row
        self.part = part
        self.produced = produced
        self.target = target
        self.batches = batches


def _recipe_progress(
    found: EventPlan,
    recipe: Recipe,
    made: Made,
    possible: Fraction | int | None,
) -> _Row:
    target = found.event.targets.get(recipe.id)
    produced = produced_batches(made.good, recipe)
    place = found.place
    batches = ZERO if place is None else found.plan.batches(recipe.id, place)
    accepted = (
        target.batches
        if target is not None
        else None
        if produced is None or batches is None
        else produced + batches
    )
    outputs = []
    parts = [part_of(found, line.item_id) for line in recipe.outputs]
    for number, (line, part) in enumerate(zip(recipe.outputs, parts, strict=True)):
        item = found.plan.kitchen.items[line.item_id]
        outputs.append(
            OutputProgress(
                item_id=item.id,
                item_name=item.name,
                unit=item.unit,
                per_batch=decimal(line.amount),
                ordered=decimal(_ordered(found, item.id)),
                needed=decimal(part.needed),
                covered=decimal(part.covered),
                produced=known(made.good.get(item.id, ZERO)),
                lost=known(made.lost.get(item.id, ZERO)),
                delivered=known(_delivered(found, item.id)),
                remaining=decimal(part.remaining),
                to_make=decimal(
                    ZERO if place is None else found.plan.to_make(recipe.id, number, place)
                ),
                spare=decimal(_spare(found, recipe.id, number, item.id)),
            )
        )
    whole = worth(recipe, parts)
    row = RecipeProgress(
        recipe_id=recipe.id,
        recipe_name=recipe.name,
        needed_batches=decimal(whole.needed),
        covered_batches=decimal(whole.covered),
        has_target=target is not None,
        target_batches=decimal(accepted),
        produced_batches=decimal(produced),
        batches_run=known(made.batches.get(recipe.id, ZERO)),
        remaining_batches=decimal(batches),
        progress_pct=percent(*whole),
        is_complete=whole.remaining == 0,
        is_stale=is_stale(found, recipe.id),
        can_make=decimal(possible),
        outputs=outputs,
    )
    return _Row(row, whole, produced, accepted, batches)


def _worth(amount: Fraction | None, per_batch: Fraction | None) -> Fraction | None:
    if amount == 0:
        return ZERO
    return None if amount is None or per_batch is None else amount / per_batch


def is_stale(found: EventPlan, recipe_id: int) -> bool:
    """Tell whether the gross need has changed since a batch target was accepted."""
    target = found.event.targets.get(recipe_id)
    if target is None or target.accepted_need is None:
        return False
    return found.alone.batch_need(recipe_id, 0) != target.accepted_need


def _spare(found: EventPlan, recipe_id: int, number: int, item_id: int) -> Fraction | None:
    """Return available stock the event does not need, and what rounding leaves over."""
    if found.place is None:
        return ZERO
    need = found.plan.need(item_id, found.place)
    there = available(found, item_id)
    left_over = found.plan.left_over(recipe_id, number, found.place)
    if need is None or there is None or left_over is None:
        return None
    return max(ZERO, there - need) + left_over


def on_hand(found: EventPlan, item_id: int) -> Fraction:
    """Return the usable stock of an item: what has not expired."""
    kitchen = found.plan.kitchen
    kept = sum(kitchen.kept.get(item_id, {}).values())
    return from_micro(kitchen.free.get(item_id, 0) + kept)


def available(found: EventPlan, item_id: int) -> Fraction | None:
    """Return usable stock less what the plan gives to other events."""
    if found.place is None:
        return on_hand(found, item_id)
    reserved = found.plan.reserved(item_id, found.place)
    return None if reserved is None else on_hand(found, item_id) - reserved


def _ordered(found: EventPlan, item_id: int) -> Fraction | None:
    """Return what the event's lines want of an item, delivered or not."""
    return total(line.quantity for line in found.event.lines if line.item_id == item_id)


def _delivered(found: EventPlan, item_id: int) -> Fraction:
    """Return what was delivered of an item by the event's own lines for it."""
    return sum((line.delivered for line in found.event.lines if line.item_id == item_id), ZERO)


# -- assembly -------------------------------------------------------------------------------------


def assembly(session: Session, found: EventPlan) -> AssemblyProgress:
    """Return the assembly progress of an event."""
    made = _assembled(session, found.event.id)
    can = (
        {} if found.place is None else {a.bundle_id: a for a in assemblies(found.plan, found.place)}
    )
    rows, parts = [], []
    for bundle_id, nested in bundles_of(found.alone, 0):
        parts.append(part := part_of(found, bundle_id))
        done = Fraction(made.get(bundle_id, 0))
        rows.append(_bundle_progress(found, bundle_id, nested, part, done, can))
    progress_pct, is_complete = progress_of(parts)
    return AssemblyProgress(
        event_id=found.event.id,
        event_name=found.event.name,
        total_target=decimal(total(part.needed for part in parts)),
        total_assembled=known(sum((Fraction(n) for n in made.values()), ZERO)),
        progress_pct=progress_pct,
        is_complete=is_complete,
        bundles=rows,
    )


def _bundle_progress(
    found: EventPlan,
    bundle_id: int,
    nested: bool,
    part: Part,
    done: Fraction,
    can: dict[int, Assembly],
) -> BundleProgress:
    possible = can.get(bundle_id)
    return BundleProgress(
        bundle_id=bundle_id,
        bundle_name=found.plan.kitchen.items[bundle_id].name,
        nested=nested,
        target_quantity=decimal(part.needed),
        assembled_quantity=known(done),
        delivered_quantity=known(_delivered(found, bundle_id)),
        remaining=decimal(part.remaining),
        progress_pct=percent(*part),
        is_complete=part.remaining == 0,
        can_assemble_now=decimal(0 if possible is None else possible.now),
        can_assemble_after_production=decimal(0 if possible is None else possible.after_production),
        short=decimal(0 if possible is None else possible.short),
        blockers=[_blocker(found, b) for b in (possible.blockers if possible else ())],
    )


def _blocker(found: EventPlan, blocker: Blocker) -> BlockerRow:
    item = found.plan.kitchen.items[blocker.item_id]
    return BlockerRow(
        item_id=item.id,
        item_name=item.name,
        unit=item.unit,
        needed=known(blocker.needed),
        available=known(blocker.available),
        missing=known(blocker.missing),
    )


def _assembled(session: Session, event_id: int) -> dict[int, int]:
    """Return how many bundles an event's runs have assembled, by bundle."""
    query = select(RUN.c.bundle_id, RUN.c.batches).where(
        RUN.c.event_id == event_id, RUN.c.kind == "assembly", RUN.c.undone.is_(False)
    )
    total: dict[int, int] = {}
    for bundle_id, batches in rows_of(session, query):
        total[bundle_id or 0] = total.get(bundle_id or 0, 0) + int(batches)
    return total

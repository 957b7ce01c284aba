"""What a dialog can be opened with beyond what the row under the cursor says."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct
from sqlalchemy.orm import Session

from core.services import catalog_service, event_service, on_hand_service
from core.services.planning.shapes import RecipeProgress
from core.units import Amount, exact, parse_amount, plain_decimal


class Ordered(Struct, frozen=True):
    """What an event ordered, by the ids of the items, and for whom."""

    items: frozenset[int]
    recipients: tuple[str, ...]


def ordered(event_id: int, session: Session) -> Ordered:
    """Return what can be handed out for an event, and to whom."""
    lines = event_service.get_event(event_id, session).lines
    slugs = {line.item for line in lines}
    items = catalog_service.list_items(session, archived=True)
    return Ordered(
        frozenset(row.id for row in items if row.slug in slugs),
        tuple(dict.fromkeys(line.recipient for line in lines if line.recipient)),
    )


def deliver_quantity(event_id: int, item_id: int, session: Session) -> str:
    """Return what can be handed out now: what was delivered already is not handed out again."""
    quantity = on_hand_service.get_deliverable(event_id, item_id, session)
    return plain_decimal(quantity) if quantity else ""


def target_batches(event_id: int, recipe_id: int, session: Session) -> str:
    """Return the batches that are decided on, or would be if the plan were accepted."""
    progress = event_service.get_production_progress(event_id, session=session)
    row = next((row for row in progress["recipes"] if row["recipe_id"] == recipe_id), None)
    batches = decided_batches(event_id, recipe_id, row, session)
    return exact(Amount(batches, None)) if batches else ""


def decided_batches(
    event_id: int, recipe_id: int, row: RecipeProgress | None, session: Session
) -> Fraction | None:
    """Return the target of a recipe, else what came out good and is planned; None is unknown."""
    recipe = catalog_service.get_recipe(recipe_id, session=session)
    for target in event_service.get_event(event_id, session=session).targets:
        if target.recipe == recipe.slug:
            return parse_amount(target.batches, allow_zero=True).value
    if row is None:
        return Fraction(0)
    if row["remaining_batches"] is None:
        return None
    step = parse_amount(recipe.batch_step).value
    return produced_batches(row, step) + fraction_of(row["remaining_batches"])


def produced_batches(row: RecipeProgress | None, step: Fraction) -> Fraction:
    """Return the good batches so far, rounded up to whole steps."""
    if row is None or row["produced_batches"] is None:
        return Fraction(0)
    return -(-fraction_of(row["produced_batches"]) // step) * step


def fraction_of(value: object) -> Fraction:
    """Return the fraction that a rounded decimal of a progress row stands for."""
    return Fraction(str(value)).limit_denominator(1000)

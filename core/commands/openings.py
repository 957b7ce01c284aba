"""What a dialog can be opened with beyond what the row under the cursor says."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct
from sqlalchemy.orm import Session

from core.documents import EventLineDoc
from core.services import catalog_service, event_service, on_hand_service
from core.services.planning.shapes import RecipeProgress
from core.units import Amount, exact, parse_amount, plain_decimal, unrounded


class Ordered(Struct, frozen=True):
    """The lines of an event, by the ids of their items."""

    lines: tuple[tuple[int, EventLineDoc], ...]

    @property
    def items(self) -> frozenset[int]:
        """What can be handed out."""
        return frozenset(item_id for item_id, _ in self.lines)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who has ordered something, in the order of the lines."""
        return tuple(dict.fromkeys(line.recipient for _, line in self.lines if line.recipient))

    def of(self, item_id: int) -> list[EventLineDoc]:
        """Return the lines of an item."""
        return [line for each, line in self.lines if each == item_id]


def ordered(event_id: int, session: Session) -> Ordered:
    """Return what an event ordered, and for whom."""
    ids = {row.slug: row.id for row in catalog_service.list_items(session, archived=True)}
    lines = event_service.get_event(event_id, session).lines
    return Ordered(tuple((ids[line.item], line) for line in lines))


def line_of(found: Ordered, item_id: int) -> Mapping[str, str]:
    """Return the quantity and recipient of the one line of an item; of several, nobody knows."""
    lines = found.of(item_id)
    if len(lines) != 1:
        return {}
    return {"quantity": lines[0].amount, "to": lines[0].recipient or ""}


def event_fields(event_id: int, session: Session) -> Mapping[str, str]:
    """Return what an event is called and when it is, as one would type it."""
    doc = event_service.get_event(event_id, session)
    return {
        "name": doc.name,
        "date": doc.date,
        "people": "" if doc.people is None else str(doc.people),
        "notes": doc.notes or "",
    }


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
    return produced_batches(row, step) + unrounded(row["remaining_batches"])


def produced_batches(row: RecipeProgress | None, step: Fraction) -> Fraction:
    """Return the good batches so far, rounded up to whole steps."""
    if row is None or row["produced_batches"] is None:
        return Fraction(0)
    return -(-unrounded(row["produced_batches"]) // step) * step

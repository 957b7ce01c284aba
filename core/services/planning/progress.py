"""The three views of an event together, and whether it is ready."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from sqlalchemy.orm import Session

from core.services import event_service
from core.services._kitchen import no_collecting
from core.services.planning._views import find_event
from core.services.planning.shapes import EventProgress, ShoppingRow
from core.session import reading, revision_of


def get_event_progress(event_id: int, session: Session | None = None) -> EventProgress:
    """Return production, assembly and shopping of an event, and a summary, of one state.

    `overall_pct` is the mean of production and assembly, as far as the event has them, rounded
    down so that 100 means complete; None while one of them is unknown.

    Raises:
        EventNotFound: No such event.
    """
    with no_collecting(), reading(session) as reader:
        event = find_event(reader, event_id).event
        production = event_service.get_production_progress(event_id, session=reader)
        assembly = event_service.get_assembly_progress(event_id, session=reader)
        shopping = event_service.get_shopping_list(event_id, session=reader)
        parts: list[Decimal | None] = []
        if production["recipes"]:
            parts.append(production["progress_pct"])
        if assembly["bundles"]:
            parts.append(assembly["progress_pct"])
        to_buy = [row for row in shopping if row["status"] == "buy"]
        unknown = [row for row in shopping if row["status"] == "unknown"]
        return EventProgress(
            event_id=event.id,
            event_name=event.name,
            revision=revision_of(reader),
            production=production,
            assembly=assembly,
            shopping=shopping,
            overall_pct=_mean(parts),
            is_complete=production["is_complete"] and assembly["is_complete"] and not to_buy,
            items_to_buy=len(to_buy),
            unknown=len(unknown),
            estimated_cost=estimated_cost(shopping),
        )


def _mean(parts: list[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if not known:
        return Decimal(100)
    return (sum(known, Decimal(0)) / len(known)).quantize(Decimal("0.01"), ROUND_FLOOR)


def estimated_cost(shopping: list[ShoppingRow]) -> Decimal | None:
    """Add up what a shopping list will cost; None while a line to buy has no known cost."""
    total = Decimal("0.00")
    for row in shopping:
        if row["status"] in ("enough", "always"):
            continue
        if row["estimated_cost"] is None:
            return None
        total += row["estimated_cost"]
    return total

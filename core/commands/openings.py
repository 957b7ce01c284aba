"""What a dialog can be opened with beyond what the row under the cursor says."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.services import on_hand_service
from core.units import plain_decimal


def deliver_quantity(event_id: int, item_id: int, session: Session) -> str:
    """Return what can be handed out now: what was delivered already is not handed out again."""
    quantity = on_hand_service.get_deliverable(event_id, item_id, session)
    return plain_decimal(quantity) if quantity else ""

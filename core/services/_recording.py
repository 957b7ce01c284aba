"""What all records share: the event they are for, and how long what they bring in keeps."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from core.errors import EventNotFound, RuleBroken
from core.models import OPEN, Event, Item
from core.services._rows import get_fresh


def keeps_until(item: Item, made: date) -> date | None:
    """Return the last good day of an item made or received on a day; None without shelf life.

    What would keep beyond the calendar keeps until its last day.
    """
    days = item.shelf_life_days
    return None if days is None else made + timedelta(days=min(days, (date.max - made).days))


def open_event(session: Session, event_id: int | None) -> Event | None:
    """Return the event a record is for. Raises `EventNotFound`, or `RuleBroken` if not open."""
    if event_id is None:
        return None
    event = get_fresh(session, Event, event_id)
    if event is None:
        raise EventNotFound(event_id)
    if event.status not in OPEN:
        raise RuleBroken(
            f"{event.name} is {event.status}. Set its status to started to record for it."
        )
    return event

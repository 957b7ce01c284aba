"""Ticks on shopping lists: what was ticked off as being in the bag, until it is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import Checked, Event, Item
from core.schema import OPEN
from core.services._journal import Fields, difference
from core.services._read_documents import read_events
from core.services._write_documents import write_document


def take_ticks(session: Session, items: Sequence[Item]) -> list[list[Fields]]:
    """Take ticks off the lists of open events: what was in the bag is in stock now.

    Returns the edits of those events for each item. Whoever notes them in the change being
    recorded has undo take them back with it.
    """
    query = (
        select(Event.slug)
        .join(Checked, Checked.event_id == Event.id)
        .where(Checked.item_id.in_({item.id for item in items}), Event.status.in_(OPEN))
        .distinct()
    )
    slugs = session.scalars(query).all()
    events = read_events(session, slugs) if slugs else []
    edits: list[list[Fields]] = []
    for item in items:
        taken = []
        for place, before in enumerate(events):
            left = [slug for slug in before.checked if slug != item.slug]
            events[place] = after = replace(before, checked=left)
            taken.append(difference("event", before.slug, before, after))
        edits.append([edit for edit in taken if edit is not None])
    for doc in events:
        write_document(session, doc)
    return edits

"""Ticks on shopping lists: what was ticked off as being in the bag, until it is recorded."""

from __future__ import annotations

from copy import deepcopy

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import Checked, Event, Item
from core.schema import OPEN
from core.services._journal import put
from core.services._read_documents import read_events


def take_ticks(session: Session, item: Item) -> None:
    """Take an item's ticks off the lists of open events: what was in the bag is in stock now.

    It is an edit of those events in the change being recorded, which undo takes back with it.
    """
    query = (
        select(Event.slug)
        .join(Checked, Checked.event_id == Event.id)
        .where(Checked.item_id == item.id, Event.status.in_(OPEN))
    )
    slugs = session.scalars(query).all()
    for before in read_events(session, slugs) if slugs else ():
        doc = deepcopy(before)
        doc.checked.remove(item.slug)
        put(session, doc, before)

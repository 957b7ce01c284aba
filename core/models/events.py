"""What is wanted and when: events, their lines, batch targets and checked-off shopping."""

from __future__ import annotations

import datetime
from fractions import Fraction

from sqlalchemy.orm import Mapped

from core import schema
from core.models.base import Base


class Event(Base):
    """A dated demand. It is open while planned or started."""

    __table__ = schema.EVENT

    id: Mapped[int]
    slug: Mapped[str]
    name: Mapped[str]
    date: Mapped[datetime.date]
    status: Mapped[str]
    people: Mapped[int | None]
    notes: Mapped[str | None]
    shopping_complete: Mapped[bool]
    archived: Mapped[bool]


class EventLine(Base):
    """A quantity of a bundle or made item wanted at an event. `price` is micro-money each."""

    __table__ = schema.EVENT_LINE

    id: Mapped[int]
    event_id: Mapped[int]
    position: Mapped[int]
    item_id: Mapped[int]
    amount: Mapped[Fraction]
    unit: Mapped[str]
    recipient: Mapped[str | None]
    price: Mapped[int | None]


class BatchTarget(Base):
    """The user's decision on batches of one recipe for one event (domain.md §3.6).

    `accepted_need` is the gross need, in batches' worth, at which it was accepted.
    """

    __table__ = schema.BATCH_TARGET

    event_id: Mapped[int]
    recipe_id: Mapped[int]
    batches: Mapped[Fraction]
    short_ok: Mapped[bool]
    accepted_need: Mapped[Fraction | None]


class Checked(Base):
    """An item ticked off an event's shopping list."""

    __table__ = schema.CHECKED

    event_id: Mapped[int]
    item_id: Mapped[int]

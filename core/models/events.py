"""What is wanted and when: events, their lines, batch targets and checked-off shopping."""

from __future__ import annotations

import datetime
from fractions import Fraction

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base, Exact, one_of, positive

STATUSES = ("planned", "started", "done", "cancelled")
OPEN = ("planned", "started")


class Event(Base):
    """A dated demand. It is open while planned or started."""

    __tablename__ = "event"
    __table_args__ = (
        one_of("status", *STATUSES),
        CheckConstraint("people IS NULL OR people > 0", name="people"),
        Index("ix_event_status_date", "status", "date", "slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    date: Mapped[datetime.date]
    status: Mapped[str] = mapped_column(default="planned")
    people: Mapped[int | None]
    notes: Mapped[str | None]
    shopping_complete: Mapped[bool] = mapped_column(default=False)
    archived: Mapped[bool] = mapped_column(default=False)


class EventLine(Base):
    """A quantity of a bundle or made item wanted at an event. `price` is micro-money each."""

    __tablename__ = "event_line"
    __table_args__ = (
        positive("amount"),
        UniqueConstraint("event_id", "position"),
        CheckConstraint("price IS NULL OR price >= 0", name="price_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    amount: Mapped[Fraction] = mapped_column(Exact)
    unit: Mapped[str]
    recipient: Mapped[str | None]
    price: Mapped[int | None] = mapped_column(BigInteger)


class BatchTarget(Base):
    """The user's decision on batches of one recipe for one event (domain.md §3.6).

    `accepted_need` is the gross need, in batches' worth, at which it was accepted.
    """

    __tablename__ = "batch_target"
    __table_args__ = (
        CheckConstraint("batches NOT LIKE '-%' AND batches LIKE '%/%'", name="batches"),
    )

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    recipe_id: Mapped[int] = mapped_column(
        ForeignKey("recipe.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    batches: Mapped[Fraction] = mapped_column(Exact)
    short_ok: Mapped[bool] = mapped_column(default=False)
    accepted_need: Mapped[Fraction | None] = mapped_column(Exact)


class Checked(Base):
    """An item ticked off an event's shopping list."""

    __tablename__ = "checked"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True
    )

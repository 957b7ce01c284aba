"""The journal: the append-only list of what was done, and the kitchen's settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base


class Change(Base):
    """One entry of the journal; its id is a revision of the kitchen.

    `undoes` is the entry that this one takes back (or, of a redo, brings back); `undone_by` is
    set while another entry has taken this one back. `edits` holds what was edited, before and
    after; the ledger's part is in the moves and runs that name this change.
    """

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_terminal", "terminal", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    terminal: Mapped[str]
    kind: Mapped[str]
    summary: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("change.id"), index=True)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("change.id"))
    edits: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class Setting(Base):
    """A setting of this kitchen, such as its currency."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]

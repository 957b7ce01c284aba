"""The journal: the append-only list of what was done, and the kitchen's settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped

from core import schema
from core.models.base import Base


class Change(Base):
    """One entry of the journal; its id is a revision of the kitchen.

    `undoes` is the entry that this one takes back (or, of a redo, brings back); `undone_by` is
    set while another entry has taken this one back. `edits` holds what was edited, before and
    after; the ledger's part is in the moves and runs that name this change.
    """

    __table__ = schema.CHANGE

    id: Mapped[int]
    at: Mapped[datetime]
    terminal: Mapped[str]
    kind: Mapped[str]
    summary: Mapped[str]
    undoes: Mapped[int | None]
    undone_by: Mapped[int | None]
    edits: Mapped[list[dict[str, Any]]]


class Setting(Base):
    """A setting of this kitchen, such as its currency."""

    __table__ = schema.SETTING

    key: Mapped[str]
    value: Mapped[str]

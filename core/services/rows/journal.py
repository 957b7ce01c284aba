"""Rows of entries of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

UNDO, REDO = "undo", "redo"
"""The kinds of entries that take another one back, or bring it back."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One entry of the journal; `id` is its revision. `undone_by` is set while it is taken back."""

    id: int
    at: datetime
    terminal: str
    kind: str
    summary: str
    undoes: int | None
    undone_by: int | None

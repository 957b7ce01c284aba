"""Rows of events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in a list."""

    id: int
    slug: str
    name: str
    date: date
    status: str
    people: int | None
    archived: bool

"""Sorting rows by a column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from bakehouse.plugin import Column, Row
from tui.widgets.cells import sort_key


class Sorting(Struct, frozen=True):
    """The column that rows are sorted by, and which way."""

    column: str
    down: bool


def ordered(rows: Iterable[Row], columns: Sequence[Column], sorting: Sorting | None) -> list[Row]:
    """Return rows by one column; what is empty or unknown stays last either way."""
    names = [column.name for column in columns]
    if sorting is None or sorting.column not in names:
        return list(rows)
    place = names.index(sorting.column)
    keyed = [(sort_key(row.cells[place]), row) for row in rows]
    known = [pair for pair in keyed if pair[0][0] < 2]
    rest = [row for key, row in keyed if key[0] == 2]
    known.sort(key=lambda pair: pair[0], reverse=sorting.down)
    return [row for _, row in known] + rest


def after(names: Sequence[str], sorting: Sorting | None) -> Sorting | None:
    """Return the sorting by the next of some columns; after the last one, none."""
    if not names:
        return None
    if sorting is None or sorting.column not in names:
        return Sorting(names[0], False)
    place = names.index(sorting.column) + 1
    return Sorting(names[place], False) if place < len(names) else None

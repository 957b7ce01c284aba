"""Finding the rows of a table that have some words."""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.plugin import Column, Row, Table
from tui.widgets.cells import said
from tui.widgets.plain import folded, plain


class Search:
    """The rows of one table with their texts, each folded once, when something is first looked for.

    Whoever types on looks only through what was found before.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._all: list[tuple[str, Row]] | None = None
        self._wanted: list[str] = []
        self._found: list[tuple[str, Row]] = []

    def rows(self, words: str) -> Sequence[Row]:
        """Return the rows that have each of these words, case and accents ignored."""
        wanted = folded(words).split()
        if not wanted:
            return self._table.rows
        found = self._found if self._narrows(wanted) else self._texts()
        for word in wanted:
            found = [pair for pair in found if word in pair[0]]
        self._wanted, self._found = wanted, found
        return [row for _, row in found]

    def _narrows(self, wanted: list[str]) -> bool:
        """Tell whether rows with these words are all among those found last."""
        before = self._wanted
        return bool(before) and all(any(old in new for new in wanted) for old in before)

    def _texts(self) -> list[tuple[str, Row]]:
        if self._all is None:
            columns = self._table.columns
            self._all = [(_text(row, columns), row) for row in self._table.rows]
        return self._all


def _text(row: Row, columns: Sequence[Column]) -> str:
    """Return everything that stands in a row, folded."""
    words = [
        cell if type(cell) is str and column.kind == "text" else said(cell, column, row.style)
        for cell, column in zip(row.cells, columns, strict=True)
    ]
    return folded(plain(" ".join(words)))

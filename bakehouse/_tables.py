"""Tables: rows under columns, as frozen data that checks itself.

`bakehouse.plugin` makes all of it public. Text is shown as it is, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from bakehouse._cells import Amount, Cell, Money, checked_cell
from bakehouse._checking import (
    at_most,
    check_choice,
    checked_text,
    kind_of,
    plain_text,
    put_texts,
)

ColumnKind: TypeAlias = Literal["text", "amount", "money", "date", "percent", "status", "integer"]
Edit: TypeAlias = Literal["target", "quantity", "stock"]
Align: TypeAlias = Literal["left", "right"]
RefKind: TypeAlias = Literal["item", "recipe", "bundle", "lot", "event", "change"]
RowStyle: TypeAlias = Literal["done", "short", "unknown", "muted"]

MOST_ROWS: Final = 200_000
"""More rows than this are no list that anybody reads; they are refused."""
MOST_TEXT: Final = 20_000_000
"""So many characters may stand in the cells of a table."""
MOST_COLUMNS: Final = 200
"""More columns than this are no table that fits anywhere."""
MOST_ID: Final = 2**63
"""Ids of the kitchen are below this."""

_NUMERIC = frozenset(("amount", "money", "percent", "integer"))


@dataclass(frozen=True, slots=True)
class Ref:
    """What a row stands for: it gives the row why, make, buy, what-if."""

    kind: RefKind
    id: int

    def __post_init__(self) -> None:
        check_choice(self.kind, RefKind, "Ref", "kind")
        if type(self.id) is not int:
            raise TypeError(f"Ref {self.kind!r}: id must be a number, not {kind_of(self.id)}")
        if not 0 < self.id < MOST_ID:
            raise ValueError(f"Ref {self.kind!r}: there is no such id")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: Its name in exports; unique in the table.
        title: Its heading; left out, the name in words.
        kind: How cells are shown and aligned. A percentage is a Decimal from 0 to 100.
        edit: What typing into the column changes, through the command of the same meaning.
        width: The width it would like, in characters.
        align: Left or right; left out, by kind.
        priority: Which columns give way on a narrow screen: the highest number first, 0 never.
    """

    name: str
    title: str | None = None
    kind: ColumnKind = "text"
    edit: Edit | None = None
    width: int | None = None
    align: Align | None = None
    priority: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError("a Column needs a name")
        where = f"Column {self.name!r}"
        put_texts(self, where, "name", *(() if self.title is None else ("title",)))
        check_choice(self.kind, ColumnKind, where, "kind")
        if self.edit is not None:
            check_choice(self.edit, Edit, where, "edit")
        if self.align is not None:
            check_choice(self.align, Align, where, "align")
        if self.width is not None and (type(self.width) is not int or self.width < 1):
            raise ValueError(f"{where}: width must be at least 1, not {self.width!r}")
        if type(self.priority) is not int or self.priority < 0:
            raise ValueError(f"{where}: priority must be 0 or more, not {self.priority!r}")

    @property
    def heading(self) -> str:
        """Return the title, or the name in words."""
        return self.name.replace("_", " ").capitalize() if self.title is None else self.title

    @property
    def side(self) -> Align:
        """Return the side cells keep to; numbers keep right unless `align` says otherwise."""
        if self.align is not None:
            return self.align
        return "right" if self.kind in _NUMERIC else "left"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a key that is its own in the table and stays the same, cells, and its subject."""

    key: str
    cells: tuple[Cell, ...]
    about: Ref | None = None
    style: RowStyle | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not self.key:
            raise ValueError(f"a Row needs a text as its key, not {self.key!r}")
        if self.style is not None:
            check_choice(self.style, RowStyle, f"Row {self.key!r}", "style")
        if self.about is not None and type(self.about) is not Ref:
            raise TypeError(f"Row {self.key!r}: about must be a Ref, not {kind_of(self.about)}")
        if type(self.key) is not str or not self.key.isascii():
            object.__setattr__(self, "key", plain_text(self.key))
        if type(self.cells) is not tuple:
            object.__setattr__(self, "cells", at_most(self.cells, MOST_COLUMNS, "a Row has cells,"))


@dataclass(frozen=True, slots=True, init=False)
class Table:
    """Rows under columns.

    Plain tuples may stand for rows that are about nothing; their keys are their positions.

    Attributes:
        columns: At least one; names are unique.
        rows: In the order to show them, with as many cells as there are columns.
        totals: The cells of a last row, or None.
        data: What `--json` prints; left out, one object per row.
        empty: What to say when there are no rows.
        note: One line under the table.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Cell, ...] | None
    data: object
    empty: str
    note: str

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Iterable[Row | tuple[Cell, ...]] = (),
        *,
        totals: tuple[Cell, ...] | None = None,
        data: object = None,
        empty: str = "nothing here yet",
        note: str = "",
    ) -> None:
        put = object.__setattr__
        checked = _checked_columns(columns)
        put(self, "columns", checked)
        put(self, "rows", _checked_rows(rows, checked))
        put(self, "totals", None if totals is None else _checked_totals(totals, checked))
        put(self, "data", data)
        put(self, "empty", checked_text(empty, "Table: empty"))
        put(self, "note", checked_text(note, "Table: note"))

    def as_data(self) -> object:
        """Return `data`, or one dict per row; amounts and money as their exact values."""
        if self.data is not None:
            return self.data
        names = [column.name for column in self.columns]
        return [dict(zip(names, map(_plain, row.cells), strict=True)) for row in self.rows]


# -- checking -----------------------------------------------------------------------------------


def _checked_columns(columns: Iterable[Column]) -> tuple[Column, ...]:
    checked = at_most(columns, MOST_COLUMNS, "a Table has columns,")
    if not checked:
        raise ValueError("a Table needs at least one column")
    seen: set[str] = set()
    for column in checked:
        if type(column) is not Column:
            raise TypeError(f"a Table takes columns of Column, not {kind_of(column)}")
        if column.name in seen:
            raise ValueError(f"two columns are named {column.name!r}")
        seen.add(column.name)
    return checked


def _checked_rows(rows: Iterable[object], columns: tuple[Column, ...]) -> tuple[Row, ...]:
    """Return rows; of too many, not even all are read, and `ValueError` says so."""
    checked = []
    seen: set[str] = set()
    size = 0
    for number, given in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise ValueError(f"a Table has at most {MOST_ROWS:,} rows; show fewer, or sums of them")
        row = _row(number, given, columns)
        if row.key in seen:
            raise ValueError(f"two rows have the key {row.key!r}")
        seen.add(row.key)
        checked.append(row)
        size += sum(map(_length, row.cells))
        if size > MOST_TEXT:
            raise ValueError(f"a Table has at most {MOST_TEXT:,} characters; show less of each row")
    return tuple(checked)


def _row(number: int, given: object, columns: tuple[Column, ...]) -> Row:
    row: Row
    if type(given) is Row:
        row = given
    elif isinstance(given, tuple):
        row = Row(str(number), given)
    else:
        raise TypeError(f"row {number} must be a Row or a tuple, not {kind_of(given)}")
    cells = _checked_cells(columns, row.cells, row.key)
    return row if cells is row.cells else replace(row, cells=cells)


def _checked_totals(totals: Iterable[Cell], columns: tuple[Column, ...]) -> tuple[Cell, ...]:
    return _checked_cells(columns, at_most(totals, MOST_COLUMNS, "totals are"), None)


def _checked_cells(
    columns: tuple[Column, ...], cells: tuple[Cell, ...], key: str | None
) -> tuple[Cell, ...]:
    """Return the cells of the row of a key, or of the totals, as plain data: mostly as they are."""
    if len(cells) != len(columns):
        raise ValueError(f"{_said(key)} has {len(cells)} cells for {len(columns)} columns")
    changed: dict[int, Cell] = {}
    for place, cell in enumerate(cells):
        try:
            checked = checked_cell(cell)
        except (TypeError, ValueError) as error:
            where = f"{_said(key)}, column {columns[place].name!r}"
            raise type(error)(f"{where}: {error}") from None
        if checked is not cell:
            changed[place] = checked
    if not changed:
        return cells
    return tuple(changed.get(place, cell) for place, cell in enumerate(cells))


def _length(cell: Cell) -> int:
    """Return how many characters of a text are kept for a cell."""
    if type(cell) is str:
        return len(cell)
    return len(cell.said) if isinstance(cell, Amount | Money) else 0


def _said(key: str | None) -> str:
    return "the totals" if key is None else f"row {key!r}"


def _plain(cell: Cell) -> str | int | Decimal | date | None:
    return cell.value if isinstance(cell, Amount | Money) else cell

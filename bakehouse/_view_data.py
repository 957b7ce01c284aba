"""What views return: cells, rows, tables and texts, as frozen data that checks itself.

`bakehouse.plugin` makes all of it public. Text is shown as it is, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

ColumnKind: TypeAlias = Literal["text", "amount", "money", "date", "percent", "status", "integer"]
Edit: TypeAlias = Literal["target", "quantity", "stock"]
Align: TypeAlias = Literal["left", "right"]
RefKind: TypeAlias = Literal["item", "recipe", "bundle", "lot", "event", "change"]
RowStyle: TypeAlias = Literal["done", "short", "unknown", "muted"]
ChartKind: TypeAlias = Literal["bars", "lines"]

MOST_ROWS = 200_000
"""More rows than this are no list that anybody reads; they are refused."""
MOST_TEXT = 50_000_000
"""So many characters may stand in the cells of a table."""

_NUMERIC = frozenset(("amount", "money", "percent", "integer"))


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount to sort by and how people say it.

    `value` is in the item's stock unit, or a number of batches or pieces; None is unknown.
    """

    value: Decimal | None
    said: str

    def __post_init__(self) -> None:
        _check_value(self.value, self.said, "Amount")


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in the kitchen's currency to sort by and how people say it; None is unknown."""

    value: Decimal | None
    said: str

    def __post_init__(self) -> None:
        _check_value(self.value, self.said, "Money")


Cell: TypeAlias = str | int | Decimal | date | Amount | Money | None
"""What stands in one cell. None is shown as "unknown"; an empty text as nothing."""

_CELLS = (str, int, Decimal, date, Amount, Money, type(None))


@dataclass(frozen=True, slots=True)
class Ref:
    """What a row stands for: it gives the row why, make, buy, what-if."""

    kind: RefKind
    id: int

    def __post_init__(self) -> None:
        _check_choice(self.kind, RefKind, "Ref", "kind")
        if not isinstance(self.id, int) or isinstance(self.id, bool):
            raise TypeError(f"Ref {self.kind!r}: id must be a number, not {_kind_of(self.id)}")


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
        _check_choice(self.kind, ColumnKind, where, "kind")
        if self.edit is not None:
            _check_choice(self.edit, Edit, where, "edit")
        if self.align is not None:
            _check_choice(self.align, Align, where, "align")
        if self.width is not None and self.width < 1:
            raise ValueError(f"{where}: width must be at least 1, not {self.width}")
        if self.priority < 0:
            raise ValueError(f"{where}: priority must be 0 or more, not {self.priority}")

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
            _check_choice(self.style, RowStyle, f"Row {self.key!r}", "style")
        if self.about is not None and not isinstance(self.about, Ref):
            raise TypeError(f"Row {self.key!r}: about must be a Ref, not {_kind_of(self.about)}")
        object.__setattr__(self, "cells", tuple(self.cells))


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
        put(self, "columns", _checked_columns(columns))
        put(self, "rows", _checked_rows(rows))
        put(self, "totals", None if totals is None else tuple(totals))
        put(self, "data", data)
        put(self, "empty", empty)
        put(self, "note", note)
        _check_rows(self)

    def as_data(self) -> object:
        """Return `data`, or one dict per row; amounts and money as their exact values."""
        if self.data is not None:
            return self.data
        names = [column.name for column in self.columns]
        return [dict(zip(names, map(_plain, row.cells), strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text in Markdown. Names and notes of the kitchen that go into it must be escaped."""

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"Markdown takes a text, not {_kind_of(self.text)}")

    def as_data(self) -> object:
        """Return the text under the name `markdown`."""
        return {"markdown": self.text}


Number: TypeAlias = Decimal | int | Fraction | None
"""One value of a chart; None is unknown."""


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers under one name, one for each label of the chart."""

    name: str
    values: tuple[Number, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError("a Series needs a name")
        object.__setattr__(self, "values", tuple(self.values))
        for value in self.values:
            if isinstance(value, bool) or not isinstance(value, Decimal | int | Fraction | None):
                raise TypeError(
                    f"Series {self.name!r}: a value is a Decimal, a whole number, a Fraction or "
                    f"None, not {_kind_of(value)}"
                )
            if isinstance(value, Decimal) and not value.is_finite():
                raise ValueError(f"Series {self.name!r}: {value} is no number to draw")


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, or lines along labels that follow each other, of one or more series of numbers.

    Attributes:
        kind: How it is drawn where there is room for a drawing.
        labels: What the numbers belong to, in the order to show them.
        series: At least one, of different names, each with as many values as there are labels.
        unit: What stands behind each number.
        title: One line above it.
        data: What `--json` prints; left out, the chart itself.
    """

    kind: ChartKind
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    title: str = ""
    data: object = None

    def __post_init__(self) -> None:
        _check_choice(self.kind, ChartKind, "Chart", "kind")
        for text in ("unit", "title"):
            if not isinstance(getattr(self, text), str):
                raise TypeError(f"Chart: {text} must be a text")
        object.__setattr__(self, "labels", tuple(self.labels))
        object.__setattr__(self, "series", tuple(self.series))
        if not all(isinstance(label, str) for label in self.labels):
            raise TypeError("Chart: labels must be texts")
        _check_series(self)

    def as_table(self) -> Table:
        """Return the same numbers as a table: a row for each label, a column for each series."""
        names = [series.name for series in self.series]
        label = "label" if "label" not in names else "label_"
        columns = [Column(label, title=""), *(Column(n, title=n, kind="amount") for n in names)]
        values = zip(*(series.values for series in self.series), strict=True)
        rows = [
            (label, *(_exact(value) for value in row))
            for label, row in zip(self.labels, values, strict=True)
        ]
        return Table(columns, rows, data=self.as_data())

    def as_data(self) -> object:
        """Return `data`, or the labels and series with their exact values."""
        if self.data is not None:
            return self.data
        return {
            "kind": self.kind,
            "unit": self.unit,
            "labels": list(self.labels),
            "series": [
                {"name": series.name, "values": list(map(_exact, series.values))}
                for series in self.series
            ],
        }


Part: TypeAlias = Table | Markdown | Chart
"""What stands by itself, or under a title in `Sections`."""


@dataclass(frozen=True, slots=True)
class Sections:
    """Several parts under each other, each with its title."""

    parts: tuple[tuple[str, Part], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        for part in self.parts:
            if not (isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str)):
                raise TypeError("Sections takes pairs of a title and a Table, Markdown or Chart")
            if not isinstance(part[1], Part):
                raise TypeError(
                    f"section {part[0]!r} must be a Table, Markdown or Chart, "
                    f"not {_kind_of(part[1])}"
                )

    def as_data(self) -> object:
        """Return one object per part: its title and its data."""
        return [{"title": title, "data": part.as_data()} for title, part in self.parts]


ViewData: TypeAlias = Table | Sections | Markdown | Chart
"""What a view's `load` returns."""


# -- checking -----------------------------------------------------------------------------------


def _check_value(value: object, said: object, what: str) -> None:
    if value is not None and not isinstance(value, Decimal):
        raise TypeError(f"{what}: value must be a Decimal or None, not {_kind_of(value)}")
    if not isinstance(said, str):
        raise TypeError(f"{what}: said must be a text, not {_kind_of(said)}")


def _check_choice(value: object, choices: object, where: str, what: str) -> None:
    known = get_args(choices)
    if value not in known:
        raise ValueError(f"{where}: {what} must be one of {', '.join(known)}, not {value!r}")


def _checked_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    for column in columns:
        if not isinstance(column, Column):
            raise TypeError(f"a Table takes columns of Column, not {_kind_of(column)}")
    names = [column.name for column in columns]
    if not names:
        raise ValueError("a Table needs at least one column")
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two columns are named {name!r}")
    return tuple(columns)


def _checked_rows(rows: Iterable[object]) -> tuple[Row, ...]:
    """Return rows; of too many, not even all are read, and `ValueError` says so."""
    checked = []
    size = 0
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise ValueError(f"a Table has at most {MOST_ROWS:,} rows; show fewer, or sums of them")
        checked.append(_row(number, row))
        size += sum(len(cell) for cell in checked[-1].cells if isinstance(cell, str))
        if size > MOST_TEXT:
            raise ValueError(f"a Table has at most {MOST_TEXT:,} characters; show less of each row")
    return tuple(checked)


def _row(number: int, row: object) -> Row:
    if isinstance(row, Row):
        return row
    if isinstance(row, tuple):
        return Row(str(number), row)
    raise TypeError(f"row {number} must be a Row or a tuple, not {_kind_of(row)}")


def _check_rows(table: Table) -> None:
    seen: set[str] = set()
    for row in table.rows:
        if row.key in seen:
            raise ValueError(f"two rows have the key {row.key!r}")
        seen.add(row.key)
        _check_cells(table.columns, row.cells, f"row {row.key!r}")
    if table.totals is not None:
        _check_cells(table.columns, table.totals, "the totals")


def _check_cells(columns: tuple[Column, ...], cells: tuple[Cell, ...], where: str) -> None:
    if len(cells) != len(columns):
        raise ValueError(f"{where} has {len(cells)} cells for {len(columns)} columns")
    for column, cell in zip(columns, cells, strict=True):
        if not isinstance(cell, _CELLS) or isinstance(cell, bool):
            raise TypeError(
                f"{where}, column {column.name!r}: a cell is a text, a whole number, a Decimal, "
                f"a date, an Amount, Money or None, not {_kind_of(cell)}"
            )


def _check_series(chart: Chart) -> None:
    if not chart.series:
        raise ValueError("a Chart needs at least one Series")
    seen: set[str] = set()
    for series in chart.series:
        if not isinstance(series, Series):
            raise TypeError(f"a Chart takes series of Series, not {_kind_of(series)}")
        if series.name in seen:
            raise ValueError(f"two series are named {series.name!r}")
        seen.add(series.name)
        if len(series.values) != len(chart.labels):
            raise ValueError(
                f"series {series.name!r} has {len(series.values)} values "
                f"for {len(chart.labels)} labels"
            )


def _exact(value: Number) -> Decimal | int | None:
    """Return a number as a cell; a fraction without a finite decimal with 6 places."""
    if not isinstance(value, Fraction):
        return value
    with localcontext(prec=60) as context:
        context.clear_flags()
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        return quotient.quantize(Decimal("0.000001")) if context.flags[Inexact] else quotient


def _plain(cell: Cell) -> str | int | Decimal | date | None:
    return cell.value if isinstance(cell, Amount | Money) else cell


def _kind_of(value: object) -> str:
    return "None" if value is None else type(value).__name__

"""What views return: tables, texts, charts and several of them, as frozen data that checks itself.

`bakehouse.plugin` makes all of it public. Text is shown as it is, never as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Final, Literal, TypeAlias, get_args

from bakehouse._cells import MOST_DIGITS, Number, plain_number
from bakehouse._checking import (
    at_most,
    check_choice,
    checked_text,
    kind_of,
    plain_text,
    put_texts,
)
from bakehouse._tables import MOST_ROWS, Column, Table

ChartKind: TypeAlias = Literal["bars", "lines"]

MOST_SECTIONS: Final = 50
"""More parts than this under each other are looked for in a table, with a filter."""
MOST_NUMBERS: Final = 5_000
"""So many numbers may be drawn in one chart; a drawing has no room for more."""
MOST_SERIES: Final = 50
"""So many series may stand in one chart; nobody tells more of them apart."""
MOST_LINES: Final = 1_000
"""So many lines a text may have."""
MOST_CHARACTERS: Final = 50_000
"""So many characters a text may have."""


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text in Markdown. Names and notes of the kitchen that go into it must be escaped."""

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"Markdown takes a text, not {kind_of(self.text)}")
        object.__setattr__(self, "text", plain_text(self.text))
        if len(self.text) > MOST_CHARACTERS or self.lines > MOST_LINES:
            raise ValueError(
                f"a Markdown has at most {MOST_LINES:,} lines and {MOST_CHARACTERS:,} characters; "
                "show less, or a Table"
            )

    @property
    def lines(self) -> int:
        """How many lines it has as it is written."""
        return len(self.text.splitlines())

    def as_data(self) -> object:
        """Return the text under the name `markdown`."""
        return {"markdown": self.text}


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers under one name, one for each label of the chart."""

    name: str
    values: tuple[Number, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError("a Series needs a name")
        put_texts(self, "Series", "name")
        where = f"Series {self.name!r}"
        values = at_most(self.values, MOST_NUMBERS, f"{where} has values,")
        object.__setattr__(self, "values", tuple(_checked_number(each, where) for each in values))


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
        check_choice(self.kind, ChartKind, "Chart", "kind")
        put_texts(self, "Chart", "unit", "title")
        labels = at_most(self.labels, MOST_NUMBERS, "a Chart has labels,")
        labels = tuple(checked_text(label, "Chart: label") for label in labels)
        object.__setattr__(self, "labels", labels)
        series = at_most(self.series, MOST_SERIES, "a Chart has series,")
        object.__setattr__(self, "series", series)
        _check_series(self)

    @property
    def numbers(self) -> int:
        """How many numbers it has: one for each label and series."""
        return len(self.labels) * len(self.series)

    def as_table(self) -> Table:
        """Return the same numbers as a table: a row for each label, a column for each series."""
        names = [series.name for series in self.series]
        label = "label"
        while label in names:
            label += "_"
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
        pairs = at_most(self.parts, MOST_SECTIONS, "Sections have parts,")
        object.__setattr__(self, "parts", tuple(map(_checked_pair, pairs)))
        _check_together([part for _, part in self.parts])

    def as_data(self) -> object:
        """Return one object per part: its title and its data."""
        return [{"title": title, "data": part.as_data()} for title, part in self.parts]


ViewData: TypeAlias = Table | Sections | Markdown | Chart
"""What a view's `load` returns."""


# -- checking -----------------------------------------------------------------------------------


def _checked_number(value: object, where: str) -> Number:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Decimal | int | Fraction):
        raise TypeError(
            f"{where}: a value is a Decimal, a whole number, a Fraction or None, "
            f"not {kind_of(value)}"
        )
    try:
        return plain_number(value)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _checked_pair(pair: object) -> tuple[str, Part]:
    if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
        raise TypeError("Sections takes pairs of a title and a Table, Markdown or Chart")
    title, part = checked_text(pair[0], "Sections: title"), pair[1]
    if type(part) not in get_args(Part):
        raise TypeError(
            f"section {title!r} must be a Table, Markdown or Chart, not {kind_of(part)}"
        )
    return title, part


def _check_together(parts: Sequence[Part]) -> None:
    """Refuse parts that are too much together, though each alone is not."""
    rows = sum(len(part.rows) for part in parts if isinstance(part, Table))
    lines = sum(part.lines for part in parts if isinstance(part, Markdown))
    numbers = sum(part.numbers for part in parts if isinstance(part, Chart))
    for found, most, what in (
        (rows, MOST_ROWS, "rows"),
        (lines, MOST_LINES, "lines of text"),
        (numbers, MOST_NUMBERS, "numbers in charts"),
    ):
        if found > most:
            raise ValueError(f"Sections have at most {most:,} {what} together, not {found:,}")


def _check_series(chart: Chart) -> None:
    if not chart.series:
        raise ValueError("a Chart needs at least one Series")
    if chart.numbers > MOST_NUMBERS:
        raise ValueError(f"a Chart has at most {MOST_NUMBERS:,} numbers, not {chart.numbers:,}")
    seen: set[str] = set()
    for series in chart.series:
        if type(series) is not Series:
            raise TypeError(f"a Chart takes series of Series, not {kind_of(series)}")
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
    with localcontext(prec=2 * MOST_DIGITS) as context:
        context.clear_flags()
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        return quotient.quantize(Decimal("0.000001")) if context.flags[Inexact] else quotient

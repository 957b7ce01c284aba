"""What views return, as text for people and as CSV and Markdown for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import click
from msgspec import Raw
from msgspec.json import encode

from bakehouse.plugin import (
    Amount,
    Cell,
    Chart,
    Column,
    Markdown,
    Money,
    Number,
    Part,
    Row,
    Sections,
    Table,
    ViewData,
)
from bakehouse.terminal.output import (
    Heading,
    csv_text,
    jsonable,
    markdown_table,
    pad,
    plain,
    print_table,
    say,
    width_of,
)
from plugins.failing import writing

LONGEST_BAR = 40
"""Characters of the longest bar of a chart."""


def print_view(data: ViewData) -> None:
    """Print what a view returned for people."""
    for heading, part in _parts(data):
        if heading:
            click.echo(plain(heading))
        if isinstance(part, Markdown):
            click.echo(plain(part.text, lines=True))
        elif isinstance(part, Chart):
            _print_chart(part)
        else:
            _print_table(part)


def view_as_json(data: ViewData) -> Raw:
    """Return what `--json` prints of a view, as JSON already.

    Raises:
        Unwritable: What the plugin gives as `data` is no JSON.
    """
    with writing("JSON"):
        return Raw(encode(jsonable(data.as_data())))


def view_as_csv(data: ViewData) -> str:
    """Return the exact values of a view as CSV; a text as it is."""
    parts = []
    for _, part in _parts(data):
        if isinstance(part, Markdown):
            parts.append(part.text + "\n")
            continue
        table = _as_table(part)
        names = [column.name for column in table.columns]
        parts.append(csv_text(names, [[_value(c) for c in row.cells] for row in table.rows]))
    return "\n".join(parts)


def view_as_markdown(data: ViewData) -> str:
    """Return a view as Markdown, as people read it."""
    parts = []
    for heading, part in _parts(data):
        text = f"## {plain(heading)}\n\n" if heading else ""
        if isinstance(part, Markdown):
            text += part.text + "\n"
        else:
            table = _as_table(part)
            titles = [column.heading for column in table.columns]
            text += markdown_table(titles, [_row(row, table.columns) for row in table.rows])
        parts.append(text)
    return "\n".join(parts)


def _parts(data: ViewData) -> Sequence[tuple[str, Part]]:
    """Return what a view returned as titled parts."""
    if isinstance(data, Sections):
        return data.parts
    return [(data.title if isinstance(data, Chart) else "", data)]


def _as_table(part: Table | Chart) -> Table:
    return part.as_table() if isinstance(part, Chart) else part


# -- tables ---------------------------------------------------------------------------------------


def _print_table(table: Table) -> None:
    totals = table.totals
    print_table(
        [Heading(c.name, c.heading, c.kind) for c in table.columns],
        [_row(row, table.columns) for row in table.rows],
        None
        if totals is None
        else [_said(cell, c) for cell, c in zip(totals, table.columns, strict=True)],
        table.empty,
    )
    if table.note:
        say(table.note)


def _row(row: Row, columns: Sequence[Column]) -> list[str]:
    return [_said(cell, column) for cell, column in zip(row.cells, columns, strict=True)]


def _said(cell: Cell, column: Column) -> str:
    """Return a cell as people read it."""
    from core.units import plain_decimal

    if cell is None:
        return "unknown"
    if isinstance(cell, Amount | Money):
        return cell.said
    if isinstance(cell, Decimal):
        if column.kind == "percent":
            return f"{int(cell)} %"
        return plain_decimal(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _value(cell: Cell) -> object:
    """Return a cell as programs read it; what is not said to people is not told to them either."""
    if isinstance(cell, Amount | Money):
        return cell.value if cell.said else None
    return cell


# -- charts ---------------------------------------------------------------------------------------


def _print_chart(chart: Chart) -> None:
    """Print a bar and its number for each label, and for each series where there are several."""
    if not chart.labels:
        say("Nothing to draw yet.")
        return
    several = len(chart.series) > 1
    values = [value for series in chart.series for value in series.values]
    sizes = [abs(Fraction(value)) for value in values if value is not None]
    most = max(sizes, default=Fraction(0)) or Fraction(1)
    lines = [
        (label if not number else "", series.name if several else "", series.values[place])
        for place, label in enumerate(chart.labels)
        for number, series in enumerate(chart.series)
    ]
    rows = [
        (plain(label), plain(name), _bar(value, most), plain(_number(value, chart.unit)))
        for label, name, value in lines
    ]
    widths = [max(width_of(row[n]) for row in rows) for n in range(len(rows[0]))]
    right = [False, False, False, True]
    for row in rows:
        cells = [pad(c, w, right=r) for c, w, r in zip(row, widths, right, strict=True) if w]
        click.echo("  ".join(cells).rstrip())


def _bar(value: Number, most: Fraction) -> str:
    """Return a bar; one that stands for less than nothing is drawn lighter."""
    if value is None:
        return ""
    length = round(abs(Fraction(value)) / most * LONGEST_BAR)
    return ("█" if value >= 0 else "░") * (length or (1 if value else 0))


def _number(value: Number, unit: str) -> str:
    from core.units import plain_decimal, to_decimal

    if value is None:
        return "unknown"
    text = plain_decimal(to_decimal(Fraction(value)))
    return f"{text} {unit}" if unit else text

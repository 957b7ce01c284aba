"""Printing: tables for people, and JSON, CSV and Markdown for programs."""

from __future__ import annotations

import csv
import dataclasses
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import click

RIGHT = {"amount", "money", "percent", "integer", "number"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(text: str, *, lines: bool = False) -> str:
    """Return text with control characters made visible, so that no name steers a terminal."""
    kept = "\n" if lines else ""
    return "".join(
        c if c in kept or not unicodedata.category(c).startswith("C") or c == "‍" else "�"
        for c in text
    )


def say(message: str) -> None:
    """Talk to the person: on stderr, so that stdout stays data."""
    click.echo(plain(message, lines=True), err=True)


# -- JSON -----------------------------------------------------------------------------------------


def jsonable(value: Any) -> Any:
    """Return data with exact numbers: Decimals as plain JSON numbers, dates as ISO texts."""
    import msgspec

    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | Fraction):
        from core.units import plain_decimal, to_decimal

        exact = to_decimal(value) if isinstance(value, Fraction) else value
        return msgspec.Raw(plain_decimal(exact).encode())
    if isinstance(value, datetime | date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: jsonable(getattr(value, field.name)) for field in fields}
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(found) for key, found in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(found) for found in value]
    return value


def print_json(value: Any) -> None:
    """Print data as JSON on stdout."""
    click.echo(json_text(value))


def json_text(value: Any) -> str:
    """Return data as indented JSON."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(jsonable(value)), indent=2).decode()


# -- tables ---------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Heading:
    """A column: its name in exports, its title for people, and its kind."""

    name: str
    title: str
    kind: str = "text"


def print_table(
    headings: Sequence[Heading],
    rows: Sequence[Sequence[str]],
    totals: Sequence[str] | None = None,
    empty: str = "Nothing here yet.",
) -> None:
    """Print a table for people; where no column has a title, without a line of titles."""
    if not rows:
        say(empty)
        return
    cells = [[plain(cell) for cell in row] for row in rows]
    foot = [] if totals is None else [[plain(cell) for cell in totals]]
    titles = [plain(heading.title) for heading in headings]
    widths = [max(width_of(row[n]) for row in [titles, *cells, *foot]) for n in range(len(titles))]
    right = [heading.kind in RIGHT for heading in headings]
    rule = "  ".join("─" * width for width in widths)
    if any(titles):
        click.echo(_line(titles, widths, right))
        click.echo(rule)
    for row in cells:
        click.echo(_line(row, widths, right))
    if foot:
        click.echo(rule)
        click.echo(_line(foot[0], widths, right))


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        pad(cell, width, right=to_right)
        for cell, width, to_right in zip(row, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()


def pad(cell: str, width: int, *, right: bool = False) -> str:
    """Return a text in at least `width` columns of a terminal."""
    room = " " * (width - width_of(cell))
    return room + cell if right else cell + room


def width_of(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def csv_text(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as CSV; texts that a spreadsheet would take for a formula are quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return out.getvalue()


def _csv_cell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        from core.units import plain_decimal

        return plain_decimal(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA) else text


def markdown_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a Markdown table."""

    def line(cells: Iterable[str]) -> str:
        safe = (plain(cell).replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
        return f"| {' | '.join(safe)} |"

    parts = [line(titles), line("---" for _ in titles)]
    return "\n".join([*parts, *(line(row) for row in rows)]) + "\n"

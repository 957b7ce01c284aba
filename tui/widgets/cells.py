"""Cells of plugin tables as text and as something to sort by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bakehouse.plugin import Amount, Cell, Column, Money, RowStyle
from tui.widgets.plain import folded, plain

UNKNOWN = "unknown"
MOST_DRAWN = 2000
"""Characters of a cell that are looked at to draw it."""
GLYPHS: dict[RowStyle | None, str] = {"done": "✓", "short": "!", "unknown": "?", "muted": "·"}
"""The sign beside a row's word, so that no meaning is in colour alone."""


def drawn(cell: Cell, column: Column, style: RowStyle | None = None) -> str:
    """Return as much of what stands in a cell as any line has room for."""
    if isinstance(cell, str) and len(cell) > MOST_DRAWN:
        cell = cell[:MOST_DRAWN]
    elif isinstance(cell, Amount | Money) and len(cell.said) > MOST_DRAWN:
        cell = replace(cell, said=cell.said[:MOST_DRAWN])
    return said(cell, column, style)


def said(cell: Cell, column: Column, style: RowStyle | None = None) -> str:
    """Return what stands in a cell; in a status column the row's sign comes before its word."""
    text = _said(cell, column)
    if column.kind == "status" and text and style in GLYPHS:
        return f"{GLYPHS[style]} {text}"
    return text


def _said(cell: Cell, column: Column) -> str:
    if cell is None:
        return UNKNOWN
    if isinstance(cell, Amount | Money):
        return plain(cell.said)
    if isinstance(cell, date):
        return cell.isoformat()
    if column.kind == "percent" and isinstance(cell, int | Decimal):
        return percent(Decimal(cell))
    return plain(cell)


def percent(value: Decimal) -> str:
    """Say a percentage without decimals, rounded down: 100 means all of it."""
    return f"{int(value)}%"


def is_unknown(cell: Cell) -> bool:
    """Tell whether the value of a cell is unknown."""
    return cell is None or (isinstance(cell, Amount | Money) and cell.value is None)


SortKey = tuple[int, Decimal, str]


def sort_key(cell: Cell) -> SortKey:
    """Return what a cell sorts by: numbers first, then texts, then what is empty or unknown."""
    value = cell.value if isinstance(cell, Amount | Money) else cell
    if isinstance(value, int | Decimal):
        return (0, Decimal(value), "")
    if isinstance(value, date):
        return (0, Decimal(value.toordinal()), "")
    if value:
        return (1, Decimal(0), folded(str(value).strip()))
    return (2, Decimal(0), "")

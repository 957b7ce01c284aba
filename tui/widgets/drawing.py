"""Drawing cells and bars as segments."""

from __future__ import annotations

from decimal import Decimal

from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget

from bakehouse.plugin import Cell, RowStyle
from tui.widgets.bars import bar
from tui.widgets.cells import said
from tui.widgets.columns import BAR_FROM, Fitted
from tui.widgets.plain import fitted

NUMBER = 5
"""Cells for the number beside a bar: " 100%"."""


def part(widget: Widget, name: str) -> Style:
    """Return the style of a part of a table."""
    return widget.get_component_rich_style(f"table--{name}", partial=True)


def drawn_cell(widget: Widget, cell: Cell, where: Fitted, style: RowStyle | None) -> list[Segment]:
    """Draw one cell in its width; a percentage with room for it as a bar and its number."""
    column = where.column
    text = said(cell, column, style)
    if column.kind == "percent" and where.width >= BAR_FROM and text:
        value = Decimal(cell) if isinstance(cell, int | Decimal) else None
        return drawn_bar(widget, value, text, where.width)
    return [Segment(fitted(text, where.width, right=column.side == "right"))]


def drawn_bar(widget: Widget, value: Decimal | None, text: str, width: int) -> list[Segment]:
    """Draw a bar with a text at its right end, in `width` cells."""
    room = max(NUMBER, len(text) + 1)
    full, rest = bar(value, width - room)
    return [
        Segment(full, part(widget, "bar")),
        Segment(rest, part(widget, "rest")),
        Segment(text.rjust(room)),
    ]

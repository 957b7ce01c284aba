"""Drawing cells and bars as segments."""

from __future__ import annotations

from decimal import Decimal

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from bakehouse.plugin import Cell, RowStyle
from tui.widgets.bars import bar
from tui.widgets.cells import said
from tui.widgets.columns import BAR_FROM, Fitted
from tui.widgets.plain import fitted

NUMBER = 5
"""Cells for the number beside a bar: " 100%"."""


def style_of(widget: Widget, name: str) -> Style:
    """Return the style of a part of a widget: only what its rules say, faint colours blended."""
    rules = widget.get_component_styles(name)
    behind = widget.background_colors[1]
    shade: Color | None = None
    if rules.has_rule("background") and not rules.background.is_transparent:
        shade = behind + rules.background
    color: Color | None = None
    if rules.has_rule("color"):
        color = (shade or behind) + rules.color
    return rules.text_style + Style(
        color=None if color is None else color.rich_color,
        bgcolor=None if shade is None else shade.rich_color,
    )


def part(widget: Widget, name: str) -> Style:
    """Return the style of a part of a table."""
    return style_of(widget, f"table--{name}")


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

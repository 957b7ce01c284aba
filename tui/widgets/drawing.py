"""Drawing the lines of a table, its cells and its bars, as segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.widget import Widget

from bakehouse.plugin import Amount, Cell, Column, Row, RowStyle
from tui.widgets.bars import bar
from tui.widgets.cells import drawn, is_unknown
from tui.widgets.changed import Changed
from tui.widgets.columns import BAR_FROM, Fitted
from tui.widgets.ordering import Sorting
from tui.widgets.plain import fitted, plain

Parts = Callable[[str], Style]
"""What returns the style of a part of a table by its name."""
NUMBER = 5
"""Cells for the number beside a bar: " 100%"."""


def style_of(widget: Widget, name: str) -> Style:
    """Return the style of a part of a widget: only what its rules say, faint colours blended."""
    try:
        rules = widget.get_component_styles(name)
    except KeyError:
        # Under a dialog a list may be drawn before it is styled; then it is drawn again.
        return Style()
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


def drawn_cell(part: Parts, cell: Cell, where: Fitted, style: RowStyle | None) -> list[Segment]:
    """Draw one cell in its width; a percentage with room for it as a bar and its number."""
    column = where.column
    text = drawn(cell, column, style)
    if column.kind == "percent" and where.width >= BAR_FROM and text:
        number = cell.value if isinstance(cell, Amount) else cell
        value = Decimal(number) if isinstance(number, int | Decimal) else None
        return drawn_bar(part, value, text, where.width)
    return [Segment(fitted(text, where.width, right=column.side == "right"))]


def drawn_bar(part: Parts, value: Decimal | None, text: str, width: int) -> list[Segment]:
    """Draw a bar with a text at its right end, in `width` cells."""
    room = max(NUMBER, len(text) + 1)
    full, rest = bar(value, width - room)
    return [
        Segment(full, part("bar")),
        Segment(rest, part("rest")),
        Segment(text.rjust(room)),
    ]


def heading_line(columns: Sequence[Fitted], sorting: Sorting | None) -> list[Segment]:
    """Draw the headings; an arrow marks the column that rows are sorted by."""
    texts = []
    for each in columns:
        heading = plain(each.column.heading)
        if sorting is not None and sorting.column == each.column.name:
            heading = f"{heading}{'▼' if sorting.down else '▲'}"
        texts.append(fitted(heading, each.width, right=each.column.side == "right"))
    return _line(columns, [[Segment(text)] for text in texts])


def totals_line(cells: Sequence[Cell], columns: Sequence[Fitted]) -> list[Segment]:
    """Draw the totals."""
    texts = [
        fitted(drawn(cells[each.index], each.column), each.width, right=each.column.side == "right")
        for each in columns
    ]
    return _line(columns, [[Segment(text)] for text in texts])


def row_line(part: Parts, row: Row, columns: Sequence[Fitted]) -> list[Segment]:
    """Draw a row; its word and what is unknown stand out."""
    cells = []
    for each in columns:
        cell = row.cells[each.index]
        segments = drawn_cell(part, cell, each, row.style)
        marked = _marked(row, cell, each.column)
        if marked is not None:
            segments = [Segment(segment.text, part(marked)) for segment in segments]
        cells.append(segments)
    return _line(columns, cells)


def _marked(row: Row, cell: Cell, column: Column) -> str | None:
    """Return the style that a cell stands out by: a change, its row's word, what is unknown."""
    if isinstance(cell, Changed):
        return "changed"
    if row.style is not None and column.kind == "status":
        return row.style
    return "unknown" if is_unknown(cell) else None


def _line(columns: Sequence[Fitted], cells: Sequence[list[Segment]]) -> list[Segment]:
    """Put cells in their places; texts without a style are joined, since each segment costs."""
    line: list[Segment] = []
    text = ""
    end = 0
    for each, segments in zip(columns, cells, strict=True):
        text += " " * (each.start - end)
        for segment in segments:
            if segment.style is None:
                text += segment.text
            else:
                line += [Segment(text), segment]
                text = ""
        end = each.start + each.width
    return [*line, Segment(text)]

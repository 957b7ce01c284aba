"""A list of rows from a plugin's table: drawn line by line, whatever its length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.color import TRANSPARENT
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from bakehouse.plugin import Column, Ref, Row, Table
from tui.widgets.cells import said
from tui.widgets.columns import Columns, Fitted
from tui.widgets.drawing import heading_line, row_line, style_of, totals_line
from tui.widgets.ordering import Sorting, after, ordered
from tui.widgets.plain import plain
from tui.widgets.searching import Search

if TYPE_CHECKING:
    from tui.app import BakehouseApp

EMPTY = Table([Column("nothing", "")], empty="")
COPYING: tuple[BindingType, ...] = (
    Binding("c", "copy_cell", "Copy cell", show=False),
    Binding("C", "copy_row", "Copy row", show=False),
)
"""Keys of a table that stands in no listing, which has them otherwise."""
WHOLE_ROWS = ("done", "muted")
"""Styles that colour a whole row; the others colour its status only."""
NEAR_END = 20
"""Rows before the last at which more are asked for."""


KEPT = 512
"""Rows that are kept as they were drawn."""


def same(one: Ref | None, other: Ref) -> bool:
    """Tell whether two stand for one thing; a bundle is an item too."""
    if one is None or one.id != other.id:
        return False
    return one.kind == other.kind or {one.kind, other.kind} == {"item", "bundle"}


class TableView(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a fixed heading, with a cursor that stays on its row when the table changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--totals",
        "table--note",
        "table--done",
        "table--short",
        "table--unknown",
        "table--muted",
        "table--changed",
        "table--bar",
        "table--rest",
    }

    KEYS_OF = "moving"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("home,g", "move_to(0)", "First row", show=False),
        Binding("end,G", "move_to(-1)", "Last row", show=False),
    ]

    cursor: reactive[int] = reactive(0, init=False, repaint=False)

    class Moved(Message):
        """The cursor is on another row, or on none."""

    class Selected(Message):
        """A double click on a row."""

        def __init__(self, row: Row) -> None:
            self.row = row
            super().__init__()

    class NearEnd(Message):
        """The cursor comes close to the last row."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.table = EMPTY
        self._search = Search(EMPTY)
        self.rows: Sequence[Row] = ()
        self.words = ""
        self.sorting: Sorting | None = None
        self._styles: dict[str, Style] = {}
        self._behind = TRANSPARENT
        """The colour behind all of it, for as long as it is drawn."""
        self.shared: Columns | None = None
        """The columns of several tables that are to have the same widths."""
        self._columns = Columns(EMPTY)
        self._fitted: list[Fitted] = []
        self._fitted_for = 0, 0
        """The width of all of it, and of its rows."""
        self._drawn: LRUCache[int, Strip] = LRUCache(KEPT)
        """Rows as they were drawn when the cursor was elsewhere, by their numbers."""
        self._top = 0
        self._shown = 0
        """The first row in sight and for how many there is room, for as long as they are drawn."""
        self._stays = False

    # -- what is shown -----------------------------------------------------------------------------

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    @property
    def has_cursor(self) -> bool:
        """Whether the row under the cursor is marked."""
        return True

    @property
    def lines(self) -> int:
        """How many lines all of it needs, heading, totals and note included."""
        return max(1, len(self.rows)) + self._around if self.table.rows else 1

    @property
    def column(self) -> int:
        """The place of the column that is meant: the one sorted by, else the first with texts."""
        columns = self.table.columns
        for place, column in enumerate(columns):
            if self.sorting is not None and column.name == self.sorting.column:
                return place
        wide = (
            n for n, column in enumerate(columns) if column.kind == "text" and column.heading != "✓"
        )
        return next(wide, 0)

    def texts(self) -> list[str]:
        """Return what stands in the row under the cursor."""
        if self.row is None:
            return []
        pairs = zip(self.row.cells, self.table.columns, strict=True)
        return [said(cell, column) for cell, column in pairs]

    def action_copy_cell(self) -> None:
        """Copy the cell of the row that the table is sorted by, else its name."""
        self._copy(self.texts()[self.column : self.column + 1])

    def action_copy_row(self) -> None:
        """Copy the row."""
        self._copy(self.texts())

    def _copy(self, texts: Sequence[str]) -> None:
        if texts:
            cast("BakehouseApp", self.app).copy("\t".join(texts))

    def show_table(self, table: Table) -> None:
        """Show a table; the cursor stays on the row with the same key."""
        self.table = table
        self._search = Search(table)
        self._columns = self.shared or Columns(table)
        self._arrange()
        self._stays = False

    def stay(self) -> None:
        """With the next table, keep the cursor at its place if its row, being done, moves down."""
        self._stays = True

    def filter_by(self, words: str) -> None:
        """Show only rows that have each of these words."""
        self.words = words
        self._arrange()

    def sort_by(self, sorting: Sorting | None) -> None:
        """Sort by a column, or keep the table's own order."""
        self.sorting = sorting
        self._arrange()

    def sort_next(self) -> None:
        """Sort by the next column shown; after the last one, not at all."""
        self.sort_by(after([each.column.name for each in self._fitted], self.sorting))

    def turn_sorting(self) -> None:
        """Sort the other way round."""
        if self.sorting is not None:
            self.sort_by(Sorting(self.sorting.column, not self.sorting.down))

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on the row with this key, if it is shown."""
        place = self.place_of(key)
        if place is None:
            return False
        self.cursor = place
        return True

    def place_of(self, key: str) -> int | None:
        """Return where the row with this key is shown, if it is."""
        return next((place for place, row in enumerate(self.rows) if row.key == key), None)

    def arranged(self) -> Sequence[Row]:
        """Return the rows that have the words of the filter, sorted."""
        return ordered(self._search.rows(self.words), self.table.columns, self.sorting)

    def _arrange(self) -> None:
        here = self.row
        self.rows = self.arranged()
        self._fit()
        place = None if here is None else self.place_of(here.key)
        moved_away = self._stays and place is not None and place > self.cursor
        kept = self.cursor if place is None or moved_away else place
        self.set_reactive(TableView.cursor, max(0, min(kept, len(self.rows) - 1)))
        self._keep_cursor_in_sight()
        self.refresh()
        self.post_message(self.Moved())

    def _fit(self) -> None:
        self._fit_columns((self.outer_size.width, self.scrollable_content_region.width))
        self.virtual_size = Size(1, self.lines)
        if self.lines > (self.size.height or self.app.size.height):
            # Else all of it would be drawn twice, and could not be scrolled before that.
            self.show_vertical_scrollbar = True

    def _fit_columns(self, shape: tuple[int, int]) -> None:
        self._fitted_for = shape
        self._fitted = self._columns.fit(max(1, shape[1]))
        self._drawn.clear()

    # -- moving ------------------------------------------------------------------------------------

    @property
    def _around(self) -> int:
        return 1 + self._foot

    @property
    def _foot(self) -> int:
        return int(self.table.totals is not None) + int(bool(self.table.note))

    @property
    def _body(self) -> int:
        return max(1, self.size.height - self._around)

    def watch_scroll_y(self, before: float, now: float) -> None:
        """Draw what is in sight now, and the scrollbar where it has moved as far as can be seen."""
        bar = self.vertical_scrollbar
        finest = self.virtual_size.height / max(1, 8 * self.size.height)
        if now in (0, self.max_scroll_y) or abs(now - bar.position) >= finest:
            bar.position = now
        if round(before) != round(now):
            self.refresh(self.size.region)

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, len(self.rows) - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        """Show the row and tell."""
        top = self.scroll_offset.y
        self._keep_cursor_in_sight()
        if self.scroll_offset.y == top:
            width = self.size.width
            self.refresh(*(Region(0, row - top + 1, width, 1) for row in (before, now)))
        else:
            self.refresh()
        self.post_message(self.Moved())
        if self.cursor >= len(self.rows) - NEAR_END:
            self.post_message(self.NearEnd())

    def _keep_cursor_in_sight(self) -> None:
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + self._body:
            self.scroll_to(y=self.cursor - self._body + 1, animate=False, immediate=True)

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by a page."""
        self.cursor += pages * self._body

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self.cursor = row if row >= 0 else len(self.rows) - 1

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in sight; the columns are fitted to the width when they are drawn."""
        self._keep_cursor_in_sight()

    def on_focus(self) -> None:
        """Tell that another row is under the cursor now."""
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a row, open it on a double click, sort by a heading."""
        place = event.get_content_offset(self)
        if place is None:
            return
        if place.y == 0:
            self._sort_by_heading(place.x)
            return
        number = place.y - 1 + self.scroll_offset.y
        if place.y > self._body or not 0 <= number < len(self.rows):
            return
        self.cursor = number
        if event.chain == 2:
            self.post_message(self.Selected(self.rows[number]))

    def _sort_by_heading(self, x: int) -> None:
        for each in self._fitted:
            if each.start <= x < each.start + each.width + 1:
                same = self.sorting is not None and self.sorting.column == each.column.name
                if same and self.sorting is not None and self.sorting.down:
                    self.sort_by(None)
                else:
                    self.sort_by(Sorting(each.column.name, same))
                return

    # -- drawing -----------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines, a row only once: it is kept until it changes, wherever it stands by then.

        Textual would keep lines by their place, and have all of them drawn again for one step down.
        """
        shape = self.outer_size.width, self.scrollable_content_region.width
        if shape != self._fitted_for:
            # What is drawn first may come before the word of its size.
            self._fit_columns(shape)
        self._styles = {"": self.rich_style}
        self._behind = self.background_colors[1]
        self._top, self._shown = self.scroll_offset.y, self._body
        start, end = crop.column_span
        return [self._drawn_line(y).crop(start, end) for y in crop.line_range]

    def notify_style_update(self) -> None:
        """Forget the rows as they were drawn."""
        super().notify_style_update()
        self._drawn.clear()

    def _drawn_line(self, y: int) -> Strip:
        number = self._row_at(y)
        if number is None or number == self.cursor:
            return self._beside_space(self.render_line(y))
        if number not in self._drawn:
            self._drawn[number] = self._beside_space(self.render_line(y))
        return self._drawn[number]

    def _beside_space(self, line: Strip) -> Strip:
        """Return a line with the space beside it, in the colours that the terminal has."""
        (outer, width), left = self._fitted_for, self.styles.padding.left
        blank = Style(bgcolor=self._styles[""].bgcolor)
        spaces = (Segment(" " * cells, blank) for cells in (left, outer - left - width))
        line = Strip([next(spaces), *line, next(spaces)], outer)
        for filter_ in self.get_line_filters():
            line = line.apply_filter(filter_, self._behind)
        return line

    def render_line(self, y: int) -> Strip:
        """Draw one line of what can be seen, where it was scrolled to when it was painted."""
        segments, style = self._line(y)
        style = self._styles[""] + style
        line = Strip(Segment.apply_style(segments, style))
        return line.adjust_cell_length(self._fitted_for[1], style)

    def _part(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = style_of(self, f"table--{name}")
        return self._styles[name]

    def _line(self, y: int) -> tuple[list[Segment], Style]:
        if not self.table.rows:
            words = [Segment(plain(self.table.empty))] if y == 0 else []
            return words, self._part("muted")
        if y == 0:
            return heading_line(self._fitted, self.sorting), self._part("header")
        foot = y - 1 - min(self._shown, max(1, len(self.rows)))
        if foot >= 0:
            return self._foot_line(foot)
        if not self.rows and y == 1:
            return [Segment(plain(f"nothing has “{self.words}”"), self._part("muted"))], Style()
        number = self._row_at(y)
        return ([], Style()) if number is None else self._row_line(number)

    def _row_at(self, y: int) -> int | None:
        """Return the number of the row that a line shows, if it shows one."""
        number = y - 1 + self._top
        return number if 0 < y <= self._shown and number < len(self.rows) else None

    def _foot_line(self, line: int) -> tuple[list[Segment], Style]:
        if self.table.totals is not None and line == 0:
            return totals_line(self.table.totals, self._fitted), self._part("totals")
        if self.table.note and line == self._foot - 1:
            return [Segment(plain(self.table.note))], self._part("note")
        return [], Style()

    def _row_line(self, number: int) -> tuple[list[Segment], Style]:
        row = self.rows[number]
        style = self._part(row.style) if row.style in WHOLE_ROWS else Style()
        line = row_line(self._part, row, self._fitted)
        if number != self.cursor or not self.has_cursor:
            return line, style
        cursor = self._part("cursor")
        if not self.has_focus:
            return line, style + cursor
        return [Segment("".join(segment.text for segment in line))], cursor

"""Several tables, texts and charts under each other: one list to the keys, with one cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Region

from bakehouse.plugin import Chart, Column, Markdown, Ref, Row, Sections, Table
from tui.widgets.chart import ChartView
from tui.widgets.columns import Columns
from tui.widgets.table import TableView, same
from tui.widgets.words import Words

if TYPE_CHECKING:
    from typing import Self

Place = tuple[int, str]
"""Where the cursor is: the number of the table among the tables, and the key of the row."""


class SectionTable(TableView):
    """One table of several: all of it is shown, and the cursor goes on into the next one."""

    def __init__(self, table: Table, shared: Columns, sections: SectionsView) -> None:
        super().__init__(classes="section")
        self.shared = shared
        self._sections = sections
        self.show_table(table)
        self.styles.height = self.lines

    @property
    def has_cursor(self) -> bool:
        """Whether this is the table of several that has the cursor."""
        return self._sections.current is self

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows, out of the table if it ends here."""
        if 0 <= self.cursor + rows < len(self.rows):
            super().action_move(rows)
        else:
            self._sections.go_on(self, rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor to the end of the table, or out of it."""
        end = len(self.rows) - 1 if pages > 0 else 0
        if self.cursor == end:
            self._sections.go_on(self, pages)
        else:
            self.cursor = end


class SectionsView(VerticalScroll):
    """Several tables and texts under each other."""

    def __init__(self, data: Sections, place: Place | None = None) -> None:
        super().__init__()
        self._data = data
        self._place = place
        tables = [part for _, part in data.parts if isinstance(part, Table)]
        alike: dict[tuple[Column, ...], list[Table]] = {}
        for table in tables:
            alike.setdefault(table.columns, []).append(table)
        shared = {columns: Columns(*each, several=True) for columns, each in alike.items()}
        self.tables = [SectionTable(table, shared[table.columns], self) for table in tables]
        self.current = next((table for table in self.tables if table.rows), None)
        """The table that has the cursor."""

    def compose(self) -> ComposeResult:
        """Lay out a title and what belongs to it, one after the other."""
        tables = iter(self.tables)
        for title, part in self._data.parts:
            if title:
                yield Words(title, classes="section-title")
            if isinstance(part, Markdown):
                # Slow to import, and few views have texts.
                from tui.widgets.prose import Prose

                yield Prose(part.text)
            elif isinstance(part, Chart):
                yield ChartView(part)
            else:
                yield next(tables)

    def on_mount(self) -> None:
        """Put the cursor where it was."""
        if self._place is not None:
            number, key = self._place
            for table in self.tables[number : number + 1]:
                if table.rows:
                    table.move_to_key(key)
                    self.current = table

    def on_focus(self) -> None:
        """Hand the focus on to the table that has the cursor, once that can take it."""
        if self.current is not None:
            self.can_focus = False
            self.focus()

    def focus(self, scroll_visible: bool = True) -> Self:
        """Put the focus on the table that has the cursor, else on all of it."""
        if self.current is None or not self.current.is_attached:
            return super().focus(scroll_visible)
        self.current.focus(scroll_visible=False)
        self.call_after_refresh(self._keep_cursor_in_sight)
        return self

    # -- the cursor --------------------------------------------------------------------------------

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return None if self.current is None else self.current.row

    @property
    def place(self) -> Place | None:
        """Where the cursor is."""
        if self.current is None or self.current.row is None:
            return None
        return self.tables.index(self.current), self.current.row.key

    def go_on(self, table: SectionTable, step: int) -> None:
        """Go from the first or last row of a table into the table before or after it."""
        number = self.tables.index(table)
        others = self.tables[number + 1 :] if step > 0 else self.tables[:number][::-1]
        for other in others:
            if other.rows:
                other.cursor = 0 if step > 0 else len(other.rows) - 1
                other.focus(scroll_visible=False)
                return
        self._keep_cursor_in_sight()

    def go_to(self, about: Ref) -> bool:
        """Put the cursor on the first row that stands for a thing."""
        for table in self.tables:
            for row in table.rows:
                if same(row.about, about):
                    table.move_to_key(row.key)
                    self._take_cursor(table)
                    return True
        return False

    def _take_cursor(self, table: SectionTable) -> None:
        before, self.current = self.current, table
        if before is not None:
            before.refresh()
        table.refresh()

    def on_descendant_focus(self) -> None:
        """Follow the focus with the cursor."""
        for table in self.tables:
            if table.has_focus and table is not self.current:
                self._take_cursor(table)
                self._keep_cursor_in_sight()

    @on(TableView.Moved)
    def _moved(self) -> None:
        self._keep_cursor_in_sight()

    def _keep_cursor_in_sight(self) -> None:
        """Show the row under the cursor, with the title and heading above the first one."""
        table = self.current
        if table is None or not table.is_attached:
            return
        y = table.virtual_region.y
        first, last = (y - 1, y + 1) if table.cursor == 0 else (y + table.cursor, y + table.cursor)
        region = Region(0, max(0, first), 1, last - max(0, first) + 1 + int(table.cursor > 0))
        self.scroll_to_region(region, animate=False, force=True)

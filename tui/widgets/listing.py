"""A table with a filter under it, sorting and copying."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from bakehouse.plugin import Table, ViewData
from tui.widgets.table import TableView

if TYPE_CHECKING:
    from tui.app import BakehouseApp


class Listing(Vertical):
    """A list that can be filtered by words, sorted by column and copied from."""

    KEYS_OF = "lists"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="list.filter"),
        Binding("s", "sort", "Sort", show=False, id="list.sort", tooltip="by the next column"),
        Binding("S", "turn", "Sort the other way", show=False, id="list.turn"),
        Binding("c", "copy_cell", "Copy cell", show=False, id="list.copy-cell"),
        Binding("C", "copy_row", "Copy row", show=False, id="list.copy-row"),
        Binding(
            "e",
            "export",
            "Export",
            show=False,
            id="list.export",
            tooltip="to a CSV, Markdown or JSON file",
        ),
        Binding("escape", "clear", "Clear filter", key_display="Esc", id="list.clear"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the table; the filter is added when it is wanted."""
        yield self.make_table()

    def make_table(self) -> TableView:
        """Return the table; other lists have one of another kind."""
        return TableView()

    @property
    def table(self) -> TableView:
        """The list."""
        return self.query_one(TableView)

    @cached_property
    def filter(self) -> Input:
        """The line one types the filter in."""
        line = Input(placeholder="filter: words; Esc clears it", compact=True, classes="filter")
        line.display = False
        return line

    @property
    def is_filtering(self) -> bool:
        """Whether the line of the filter is there; most lists are never filtered."""
        return "filter" in vars(self) and self.filter.display

    @property
    def after_filter(self) -> Widget | None:
        """What stands under the filter, if anything."""
        return None

    def filtered(self) -> None:
        """Hear that the filter has changed; for those who show it elsewhere too."""

    def copied(self) -> list[str]:
        """Return what is copied with a row."""
        return self.table.texts()

    @property
    def title(self) -> str:
        """What the list is called in exports."""
        return self.app.current_mode

    @property
    def source(self) -> str:
        """Whose the rows are, where they are a plugin's."""
        return ""

    def exported(self) -> ViewData:
        """Return what is exported: the rows as they are filtered and sorted now."""
        shown, rows = self.table.table, self.table.rows
        whole = len(rows) == len(shown.rows)
        return Table(shown.columns, rows, totals=shown.totals if whole else None,
                     data=shown.data if whole else None, note=shown.note)  # fmt: skip

    def action_export(self) -> None:
        """Write the list into a file."""
        cast("BakehouseApp", self.app).export(self)

    def action_filter(self) -> None:
        """Type a filter."""
        if not self.filter.is_attached:
            self.mount(self.filter, before=self.after_filter)
        self.filter.display = True
        self.filter.focus()

    @on(Input.Changed, ".filter")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.table.filter_by(event.value)
        self.filtered()

    @on(Input.Submitted, ".filter")
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()
        self.filter.display = bool(event.value)

    def action_clear(self) -> None:
        """Take the filter away."""
        self.filter.value = ""
        self.table.focus()
        self.filter.display = False

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.table.sort_next()

    def action_turn(self) -> None:
        """Sort the other way round."""
        self.table.turn_sorting()

    def action_copy_cell(self) -> None:
        """Copy the cell of the row that the list is sorted by, else its name."""
        self._copy(self.table.texts()[self.table.column : self.table.column + 1])

    def action_copy_row(self) -> None:
        """Copy the row."""
        self._copy(self.copied())

    def _copy(self, texts: list[str]) -> None:
        if texts:
            cast("BakehouseApp", self.app).copy("\t".join(texts))

    @property
    def _types_filter(self) -> bool:
        return self.is_filtering and self.filter.has_focus

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what a list allows."""
        if not self.is_mounted:
            return False
        if action in ("filter", "sort", "turn", "copy_cell"):
            return self.display and self.table.display and not self._types_filter
        if action == "clear":
            return self.is_filtering
        if action == "export":
            return bool(cast("BakehouseApp", self.app).writers) and not self._types_filter
        return True

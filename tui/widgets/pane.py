"""A pane: one plugin view with its title, its filter, and its error if it has one."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets import Markdown as MarkdownText

from bakehouse.plugin import Markdown, Row, Sections, Table
from plugins.host import Failure, Loaded, View
from tui.widgets.plain import plain
from tui.widgets.table import TableView
from tui.widgets.words import Words


class Pane(Vertical):
    """A view on the screen. What it shows is changed by `show` only."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="list.filter"),
        Binding("s", "sort", "Sort", show=False, id="list.sort", tooltip="by the next column"),
        Binding("S", "turn", "Sort the other way", show=False, id="list.turn"),
        Binding("c", "copy_cell", "Copy cell", show=False, id="list.copy-cell"),
        Binding("C", "copy_row", "Copy row", show=False, id="list.copy-row"),
        Binding("escape", "clear", "Clear filter", show=False),
    ]

    class Retry(Message):
        """A view that failed is to be tried again."""

        def __init__(self, view_id: str) -> None:
            self.view_id = view_id
            super().__init__()

    def __init__(self, view: View) -> None:
        super().__init__(classes="pane")
        self.view = view
        self.number = 0
        self.failure: Failure | None = None
        self._note = ""

    def compose(self) -> ComposeResult:
        """A title, a table, a place for other things, and the filter."""
        yield Words(classes="pane-title")
        yield TableView()
        yield Input(placeholder="filter: words, Esc clears", compact=True, classes="pane-filter")

    def on_mount(self) -> None:
        """Wait for data."""
        self.filter.display = False
        self.table.loading = True
        self._show_title()

    @property
    def table(self) -> TableView:
        """The list, also where the view has none."""
        return self.query_one(TableView)

    @property
    def filter(self) -> Input:
        """The line one types the filter in."""
        return self.query_one(".pane-filter", Input)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.table.row if self.table.display else None

    @property
    def lines(self) -> int:
        """How many lines it would like."""
        return (self.table.lines if self.table.display else 8) + 1 + int(self.filter.display)

    # -- what is shown -----------------------------------------------------------------------------

    def show(self, outcome: Loaded | Failure) -> None:
        """Show what the view returned, or why it failed."""
        self.table.loading = False
        self.failure = outcome if isinstance(outcome, Failure) else None
        if isinstance(outcome, Failure):
            self._note = "failed"
            self._show_instead(ErrorPanel(outcome))
        else:
            self._note = f"slow, {outcome.ms:.0f} ms" if outcome.slow else ""
            self._show_data(outcome.data)
        self._show_title()

    def _show_data(self, data: Table | Sections | Markdown) -> None:
        if isinstance(data, Table):
            self._drop_instead()
            self.table.display = True
            self.table.show_table(data)
        elif isinstance(data, Markdown):
            self._show_instead(MarkdownView(data))
        else:
            self._show_instead(SectionsView(data))

    def _show_instead(self, widget: Widget) -> None:
        focused = self.has_focus_within
        self._drop_instead()
        self.table.display = False
        widget.add_class("instead")
        self.mount(widget, before=self.filter)
        if focused:
            widget.focus()

    def _drop_instead(self) -> None:
        for widget in self.query(".instead"):
            if self.app.focused is not None and widget in self.app.focused.ancestors_with_self:
                self.table.display = True
                self.table.focus()
            widget.remove()

    def focus_content(self) -> None:
        """Put the focus on what the pane shows."""
        for widget in self.query(".instead"):
            widget.focus()
            return
        self.table.focus()

    def _show_title(self) -> None:
        parts = [f"{self.number} {self.view.title}" if self.number else self.view.title]
        if self.table.words:
            parts.append(f"filter “{self.table.words}”: {len(self.table.rows)} of "
                         f"{len(self.table.table.rows)}")
        if self._note:
            parts.append(f"! {self._note}")
        mark = "▸" if self.has_focus_within else " "
        self.query_one(".pane-title", Words).say(f"{mark} {plain('  ·  '.join(parts))}")

    def on_descendant_focus(self) -> None:
        """Mark the pane that has the focus."""
        self.add_class("-focused")
        self._show_title()

    def on_descendant_blur(self) -> None:
        """Take the mark away."""
        self.remove_class("-focused")
        self._show_title()

    # -- keys --------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type a filter."""
        self.filter.display = True
        self.filter.focus()

    @on(Input.Changed, ".pane-filter")
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self.table.filter_by(event.value)
        self._show_title()

    @on(Input.Submitted, ".pane-filter")
    def _filter_kept(self, event: Input.Submitted) -> None:
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
        """Copy the first cell of the row: its name."""
        self._copy(self.table.texts()[:1])

    def action_copy_row(self) -> None:
        """Copy the row, or the traceback of a failure."""
        self._copy([self.failure.traceback_text or str(self.failure)] if self.failure else self.table.texts())

    def _copy(self, texts: list[str]) -> None:
        if not texts:
            return
        self.app.copy_to_clipboard("\t".join(texts))
        self.notify("Copied.", timeout=2, markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A pane that shows no list has nothing to filter."""
        if action in ("filter", "sort", "turn", "copy_cell"):
            return self.is_mounted and self.table.display
        if action == "clear":
            return self.is_mounted and self.filter.display
        return True


class ErrorPanel(VerticalScroll):
    """Why a view failed, and what to do about it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,t", "retry", "Try again", key_display="Enter", id="error.retry")
    ]

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def compose(self) -> ComposeResult:
        """The plugin, its message, and the keys."""
        failure = self._failure
        yield Words(f"✗ {failure.view or failure.plugin} could not be shown", classes="error-title")
        yield Words(failure.message)
        yield Words(f"plugin {failure.plugin} {failure.version}", classes="muted")
        yield Words("Enter tries again · C copies the report · the other panes go on", classes="muted")

    def action_retry(self) -> None:
        """Ask for another try."""
        self.post_message(Pane.Retry(self._failure.view))


class MarkdownView(VerticalScroll):
    """A text of a plugin."""

    def __init__(self, data: Markdown) -> None:
        super().__init__()
        self._data = data

    def compose(self) -> ComposeResult:
        """The text."""
        yield MarkdownText(self._data.text, open_links=False)


class SectionsView(VerticalScroll):
    """Several tables and texts under each other."""

    def __init__(self, data: Sections) -> None:
        super().__init__()
        self._data = data

    def compose(self) -> ComposeResult:
        """A title and what belongs to it, one after the other."""
        for title, part in self._data.parts:
            yield Words(title, classes="section-title")
            if isinstance(part, Markdown):
                yield MarkdownText(part.text, open_links=False)
                continue
            table = TableView(classes="section")
            table.show_table(part)
            table.styles.height = table.lines
            yield table

"""A pane: one plugin view with its title, its filter, and its error if it has one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from bakehouse.plugin import Chart, Markdown, Ref, Row, Sections, Table, ViewData
from plugins.host import Failure, Loaded, View
from tui.widgets.guest import Guest
from tui.widgets.listing import Listing
from tui.widgets.plain import plain
from tui.widgets.table import TableView, same
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.widgets.sections import SectionsView


class Pane(Listing):
    """A view on the screen. What it shows is changed by `show` only."""

    class Filled(Message):
        """Something else is shown, which may need more room or less."""

    class Retry(Message):
        """A view that failed is to be tried again."""

        def __init__(self, view_id: str) -> None:
            self.view_id = view_id
            super().__init__()

    class TurnOff(Message):
        """A plugin whose view failed is to be turned off."""

        def __init__(self, plugin: str) -> None:
            self.plugin = plugin
            super().__init__()

    def __init__(self, view: View, number: int = 0) -> None:
        super().__init__(classes="pane")
        self.view = view
        self.number = number
        self.alone = False
        self.failure: Failure | None = None
        self.outcome: Loaded | Failure | None = None
        """What its view returned last, or None before that."""
        self._ready = False
        self._wants_focus = False
        self._note = ""
        self._sections: SectionsView | None = None

    def compose(self) -> ComposeResult:
        """Lay out a title and a table; where it comes from is added when somebody asks."""
        yield Words(classes="pane-title")
        yield from super().compose()

    def on_mount(self) -> None:
        """Wait for data."""
        self._ready = True
        self.table.loading = self.outcome is None
        self.watch(self.app, "sources", self._show_source)
        self._show_title()
        if self.outcome is not None:
            self.show(self.outcome)
        if self._wants_focus:
            self.focus_content()

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        listed = self.listed
        return None if listed is None else listed.row

    @property
    def listed(self) -> TableView | None:
        """The table that has the cursor, its own or that of a section."""
        if not self._ready or self.outcome is None:
            return None
        if self._sections is not None:
            return self._sections.current
        return self.table if self.table.display else None

    def go_to(self, about: Ref) -> bool:
        """Put the cursor on the first row that stands for a thing, taking the filter away."""
        if self._sections is not None:
            return self._sections.go_to(about)
        if not self._ready or not self.table.display:
            return False
        for row in self.table.table.rows:
            if same(row.about, about):
                if not self.table.move_to_key(row.key):
                    self.filter.value = ""
                    self.table.filter_by("")
                    self.filter.display = False
                    self.table.move_to_key(row.key)
                return True
        return False

    def stand_alone(self, alone: bool) -> None:
        """Leave out the title where a tab says it already."""
        self.alone = alone
        if self._ready:
            self._show_title()

    @property
    def lines(self) -> int:
        """How many lines it would like."""
        if not self._ready:
            return 0
        around = 1 + int(self.is_filtering) + int(self._shows_source)
        return (self.table.lines if self.table.display else 8) + around

    # -- what is shown -----------------------------------------------------------------------------

    def show(self, outcome: Loaded | Failure) -> None:
        """Show what the view returned, or why it failed."""
        self.outcome = outcome
        if not self._ready:
            return
        self.table.loading = False
        self.failure = outcome if isinstance(outcome, Failure) else None
        if isinstance(outcome, Failure):
            self._note = "failed"
            self._show_instead(ErrorPanel(outcome, self.view))
        else:
            self._note = "slow" if outcome.slow else ""
            if outcome.own is not None:
                self._show_instead(Guest(outcome.view, outcome.own))
            else:
                self._show_data(outcome.data)
        self._show_title()
        self._show_source()
        self.post_message(self.Filled())

    def forget(self) -> None:
        """Show nothing: what is there is of another state than what is beside it."""
        if self.outcome is None:
            return
        self.outcome = None
        if self._ready:
            self._drop_instead()
            self.table.display = True
            self.table.loading = True

    def _show_data(self, data: ViewData) -> None:
        if isinstance(data, Table):
            self._drop_instead()
            self.table.display = True
            self.table.show_table(data)
            return
        if isinstance(data, Markdown):
            self._show_instead(MarkdownView(data))
            return
        # The workspace shows none to begin with.
        from tui.widgets.sections import SectionsView

        if isinstance(data, Chart):
            self._show_instead(SectionsView(Sections((("", data),))))
        else:
            sections = SectionsView(data, None if self._sections is None else self._sections.place)
            self._show_instead(sections)
            self._sections = sections

    @on(Guest.Failed)
    def _guest_failed(self, message: Guest.Failed) -> None:
        """Show why the plugin's own widget is gone."""
        message.stop()
        self.show(message.failure)

    def _show_instead(self, widget: Widget) -> None:
        focused = self.has_focus_within
        self._drop_instead()
        self.table.display = False
        widget.add_class("instead")
        self.mount(widget, after=self.table)
        if focused:
            widget.focus()

    def _drop_instead(self) -> None:
        self._sections = None
        for widget in self.query(".instead"):
            if self.app.focused is not None and widget in self.app.focused.ancestors_with_self:
                self.table.display = True
                self.table.focus()
            widget.remove()

    def focus_content(self) -> None:
        """Put the focus on what the pane shows, as soon as it is there."""
        if not self._ready:
            self._wants_focus = True
            return
        for widget in self.query(".instead"):
            widget.focus()
            return
        self.table.focus()

    def _show_title(self) -> None:
        parts = [f"{self.number} {self.view.title}" if self.number else self.view.title]
        if self.table.words:
            parts.append(
                f"filter “{self.table.words}”: {len(self.table.rows)} of "
                f"{len(self.table.table.rows)}"
            )
        if self._note:
            parts.append(f"! {self._note}")
        title = self.query_one(".pane-title", Words)
        title.display = not self.alone or len(parts) > 1
        mark = "▸" if self.has_focus_within else " "
        title.say(f"{mark} {plain('  ·  '.join(parts))}")

    @cached_property
    def _source(self) -> Words:
        return Words(classes="pane-source")

    @property
    def _shows_source(self) -> bool:
        return "_source" in vars(self) and self._source.display

    def _show_source(self) -> None:
        """Say which plugin this comes from, how long it took and what state it is of, or not."""
        before, wanted = self._shows_source, bool(getattr(self.app, "sources", False))
        if not (before or wanted):
            return
        if not self._source.is_attached:
            self.mount(self._source)
        outcome, view = self.outcome, self.view
        facts = [f"{view.plugin} {view.version}", view.id]
        if isinstance(outcome, Loaded):
            facts += [f"{outcome.ms:.0f} of {view.spec.budget_ms} ms", f"rev {outcome.revision}"]
        self._source.say(" · ".join(facts))
        self._source.display = wanted
        if before != wanted:
            self.post_message(self.Filled())

    @property
    def after_filter(self) -> Widget | None:
        """What stands under the filter: where the view comes from."""
        return self._source if self._shows_source else None

    @property
    def title(self) -> str:
        """What the view is called in exports."""
        return self.view.title

    @property
    def source(self) -> str:
        """The plugin and the view the rows come from."""
        return self.view.source

    def exported(self) -> ViewData:
        """Return what the view returned where it is no list, else the rows as they are shown."""
        outcome = self.outcome
        if isinstance(outcome, Loaded) and not isinstance(outcome.data, Table):
            return outcome.data
        return super().exported()

    def on_descendant_focus(self) -> None:
        """Mark the pane that has the focus."""
        self._show_focus()

    def on_descendant_blur(self) -> None:
        """Take the mark away, unless the focus has gone to the filter of the same pane."""
        self._show_focus()

    def _show_focus(self) -> None:
        self.set_class(self.has_focus_within, "-focused")
        self._show_title()

    def filtered(self) -> None:
        """Say in the title what the list is filtered by."""
        self._show_title()

    def copied(self) -> list[str]:
        """Return the row, or the report of a failure."""
        failure = self.failure
        if failure is not None:
            return [f"{failure}\n{failure.traceback_text}"]
        return [] if self.listed is None else self.listed.texts()


class ErrorPanel(VerticalScroll):
    """Why a view failed, and what to do about it."""

    KEYS_OF = "what failed"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,t", "retry", "Try again", key_display="Enter", id="error.retry"),
        Binding("x", "turn_off", "Turn off", id="error.off",
                tooltip="turn this plugin off, now and for later"),
    ]  # fmt: skip

    def __init__(self, failure: Failure, view: View) -> None:
        super().__init__()
        self._failure = failure
        self._view = view

    def compose(self) -> ComposeResult:
        """Lay out the plugin, its message, and the keys."""
        failure = self._failure
        off = "" if self._view.builtin else " · x turns the plugin off"
        yield Words(f"✗ {self._view.title} could not be shown", classes="error-title")
        yield Words(failure.message)
        yield Words(
            f"plugin {failure.plugin} {failure.version}, view {failure.view}", classes="muted"
        )
        yield Words(
            f"Enter tries again · C copies the report{off} · the other panes go on",
            classes="muted",
        )

    def action_retry(self) -> None:
        """Ask for another try."""
        self.post_message(Pane.Retry(self._failure.view))

    def action_turn_off(self) -> None:
        """Ask that its plugin be turned off."""
        self.post_message(Pane.TurnOff(self._view.plugin))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to turn off what is not the program's own."""
        return action != "turn_off" or not self._view.builtin


class MarkdownView(VerticalScroll):
    """A text of a plugin."""

    def __init__(self, data: Markdown) -> None:
        super().__init__()
        self._data = data

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        # Slow to import, and few views are texts.
        from tui.widgets.prose import Prose

        yield Prose(self._data.text)

"""The home: every event, how many days are left and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from bakehouse.plugin import Ref
from core import clock
from core.commands.model import Given
from core.errors import BakehouseError
from core.services.rows.events import EventRow
from core.services.rows.journal import ChangeRow
from core.session import KitchenSession
from tui.screens.base import KitchenScreen
from tui.screens.events.next_time import a_year_on, renamed
from tui.screens.events.reading import Home, read_home
from tui.screens.form.offers import Prefilled
from tui.widgets.footer import Footer
from tui.widgets.headline import Head, Headline
from tui.widgets.listing import Listing
from tui.widgets.notice import Notice
from tui.widgets.table import TableView


class EventList(Listing):
    """The list of events, where `c` copies an event and not a cell, and `e` edits one."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave `c` and `e` to the screen."""
        return action not in ("copy_cell", "export") and super().check_action(action, parameters)


class EventsScreen(KitchenScreen[Home]):
    """Every event."""

    KEYS_OF = "events"
    CSS_PATH = Path(__file__).with_name("events.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="events.open"),
        Binding("n", "ask('event add')", "New", id="events.new"),
        Binding(
            "c",
            "ask('event copy')",
            "Copy",
            id="events.copy",
            tooltip="a new event with the lines of this one",
        ),
        Binding("e", "ask('event set')", "Edit", id="events.edit", show=False),
        Binding(
            "t",
            "ask('event status')",
            "Status",
            id="events.status",
            show=False,
            tooltip="start it, or set it to planned, done or cancelled",
        ),
        Binding("x", "archive", "Archive", id="events.archive", tooltip="or bring it back"),
        Binding(
            "z",
            "archived",
            "Archived",
            id="events.archived",
            show=False,
            tooltip="show what is put away too, or not",
        ),
        Binding("D", "demo", "Demo kitchen", id="events.demo"),
        Binding("r", "reload", "Refresh", id="screen.refresh", show=False),
    ]

    _events: tuple[EventRow, ...] = ()
    is_empty = False
    """Whether there is nothing at all in the kitchen."""
    with_archived = False
    _before: frozenset[str] | None = None
    """The events there were before one was written; the new one gets the cursor."""

    def compose(self) -> ComposeResult:
        """Lay out the headline, the list, a notice in its place, the keys."""
        yield Headline()
        with Container(id="events-body"):
            yield EventList()
            yield Notice()
        yield Footer()

    def on_mount(self) -> None:
        """Say that it is coming."""
        self.head(Head("Bakehouse"))
        self._show_notice("Opening the kitchen …")
        super().on_mount()

    def reader(self) -> Callable[[KitchenSession], Home]:
        """Return what reads all events."""
        host, stuck, archived = self.kitchen.host, self.giving_up(), self.with_archived
        return lambda session: read_home(host, session, stuck, archived=archived)

    def catch_up(self, change: ChangeRow) -> None:
        """Read again, and go to the event that was written here."""
        if change.kind == "event":
            self._before = frozenset(f"event:{event.id}" for event in self._events)
        super().catch_up(change)

    def present(self, data: Home) -> None:
        """Show the events, or what to do where there are none."""
        self.remove_class("-failed")
        self._events = data.events
        coming = f"{data.coming} open event{'s' * (data.coming != 1)}"
        archived = " with archived" if self.with_archived else ""
        self.head(Head("Bakehouse", (f"{coming}{archived}",) if data.events else ()))
        if not data.events:
            self._show_empty(data)
            return
        self.is_empty = False
        self.query_one(Notice).display = False
        listing = self.query_one(Listing)
        shown_before = listing.display
        listing.display = True
        listing.table.show_table(data.table)
        before, self._before = self._before, None
        for row in data.table.rows:
            if before is not None and row.key not in before:
                listing.table.move_to_key(row.key)
        if not shown_before and self.focused is None:
            listing.table.focus()
        self.refresh_bindings()

    def _show_empty(self, data: Home) -> None:
        self.is_empty = not data.items
        if data.items:
            self._show_notice(
                "No event yet",
                "An event is what you bake for: a market, a wedding, Christmas. Give it a name "
                "and a day, then say how many of what it wants.",
                (("n", "new event"), ("ctrl+p", "everything else")),
            )
            return
        self._show_notice(
            "An empty kitchen",
            "Nothing is in it yet. Look around in a worked example first, bring your recipes in "
            "from a file, or begin with an event.",
            (
                ("D", "a worked example, in a file of its own"),
                ("n", "new event"),
                ("ctrl+p", "file: import, a kitchen or a catalogue from a file"),
                ("ctrl+p", "everything else: items, recipes, bundles"),
            ),
        )

    def present_error(self, error: BakehouseError) -> None:
        """Say why the kitchen cannot be read; what is shown stays."""
        if self.stays(error):
            return
        self.add_class("-failed")
        self._show_notice(
            "The kitchen cannot be read", str(error), (("r", "try again"), ("ctrl+q", "quit"))
        )
        self.head(Head("Bakehouse", alert="not refreshed"))

    def _show_notice(
        self, title: str, message: str = "", keys: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.query_one(Listing).display = False
        notice = self.query_one(Notice)
        notice.display = True
        notice.set_class(self.has_class("-failed"), "-error")
        notice.say(title, message, keys)
        self.refresh_bindings()

    @property
    def event_id(self) -> int | None:
        """The event under the cursor."""
        listing = self.query_one(Listing)
        row = listing.table.row if listing.display else None
        return None if row is None or row.about is None else row.about.id

    @property
    def event(self) -> EventRow | None:
        """What is known of the event under the cursor."""
        return next((each for each in self._events if each.id == self.event_id), None)

    @on(TableView.Selected)
    def action_open(self) -> None:
        """Open the event under the cursor."""
        if self.event_id is not None:
            self.kitchen.open_event(self.event_id)

    def action_ask(self, name: str) -> None:
        """Open a dialog about the event under the cursor."""
        given: dict[str, Prefilled] = {}
        if name != "event add" and self.event_id is not None:
            given = {"event": Ref("event", self.event_id)}
        if name == "event copy":
            given.update(self._next_time())
        self.kitchen.ask(name, given, event_id=self.event_id)

    def _next_time(self) -> dict[str, Prefilled]:
        """Return the name and the date of the event under the cursor, a year on."""
        event = self.event
        if event is None:
            return {}
        day = a_year_on(event.date, clock.today())
        return {"name": renamed(event.name, event.date, day), "date": day.isoformat()}

    def action_demo(self) -> None:
        """Leave this empty kitchen for the worked example."""
        self.kitchen.open_demo()

    def action_archive(self) -> None:
        """Put the event under the cursor away, or bring it back."""
        event = self.event
        if event is not None:
            given: dict[str, Given] = {"event": str(event.id), "restore": event.archived}
            self.kitchen.do("event archive", given)

    def action_archived(self) -> None:
        """Show what is put away too, or not."""
        self.with_archived = not self.with_archived
        self.load()

    @on(TableView.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is an event for."""
        if action == "demo":
            return self.is_empty
        if action in ("ask", "archive") and self.kitchen.readonly:
            return False
        if action in ("open", "archive") or (action == "ask" and parameters[0] != "event add"):
            return self.is_mounted and self.event_id is not None
        return True

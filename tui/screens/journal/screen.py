"""The journal: everything that was done, newest first, undone or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from msgspec import Struct
from sqlalchemy.orm import Session
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer

from bakehouse.plugin import Column, Ref, Row, Table
from core import clock
from core.errors import BakehouseError, Interrupted
from core.services import journal_service, trace_service
from core.services.rows.journal import UNDO, ChangeRow
from core.services.rows.traces import Trace
from core.session import KitchenSession
from tui.screens.base import KitchenScreen
from tui.screens.journal.details import DetailsScreen
from tui.widgets.footer import Footer
from tui.widgets.headline import Head, Headline
from tui.widgets.listing import Listing
from tui.widgets.notice import Notice
from tui.widgets.table import TableView

PAGE = 200
DEBOUNCE = 0.15
COLUMNS = (
    Column("revision", "#", "integer", priority=0),
    Column("when", "When", width=16, priority=0),
    Column("summary", "What", width=40, priority=0),
    Column("kind", priority=2),
    Column("terminal", "Terminal", width=12, priority=3),
    Column("state", "", "status", priority=0),
)


class Found(Struct, frozen=True):
    """Entries that have the words, and whether there are no more."""

    words: str
    changes: list[ChangeRow]
    complete: bool


class JournalList(Listing):
    """Entries; a filter looks through all of them, not only through those that are shown."""

    class Filtered(Message):
        """Other words are wanted."""

    def filtered(self) -> None:
        """Tell that more than what is shown is to be looked through."""
        self.post_message(self.Filtered())


class JournalScreen(KitchenScreen[Found]):
    """Every change, a page at a time."""

    KEYS_OF = "journal"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "details", "Details", id="journal.details"),
        Binding(
            "u",
            "undo_this",
            "Undo this",
            id="journal.undo",
            tooltip="take the entry under the cursor back",
        ),
        Binding(
            "U",
            "redo_this",
            "Redo this",
            id="journal.redo",
            tooltip="bring the entry under the cursor back",
        ),
        Binding(
            "w,t",
            "trace",
            "Trace",
            key_display="w",
            id="journal.trace",
            tooltip="where what was recorded came from, and where it went",
        ),
        Binding("r", "reload", "Refresh", id="screen.refresh", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[ChangeRow] = []
        self.complete = False
        self.words = ""
        """What the entries that are shown were looked for with."""
        self._timer: Timer | None = None
        self._to_newest = False

    def compose(self) -> ComposeResult:
        """Lay out the headline, the list, a notice in its place, the keys."""
        yield Headline()
        with Container():
            yield JournalList()
            yield Notice()
        yield Footer()

    def on_mount(self) -> None:
        """Say that it is coming."""
        self.head(Head("Journal"))
        self._show_notice("Opening the journal …")
        self.app.mode_change_signal.subscribe(self, self._come_back)
        super().on_mount()

    def _come_back(self, _: str) -> None:
        """Go to what was done meanwhile, unless somebody left off in the midst of something.

        Keys wait for it: they would undo the entry that was under the cursor before.
        """
        self._to_newest = self.app.screen is self and self.stale and not self.wanted
        self.keys_wait = self.keys_wait or self._to_newest

    @property
    def wanted(self) -> str:
        """The words of the filter."""
        return self.query_one(JournalList).filter.value.strip()

    def reader(self) -> Callable[[KitchenSession], Found]:
        """Return what reads as many entries as are shown, at least a page."""
        words = self.wanted
        limit = max(PAGE, len(self.changes) if words == self.words else 0)

        def read(session: KitchenSession) -> Found:
            changes = journal_service.list_changes(limit=limit, words=words, session=session)
            return Found(words, changes, len(changes) < limit)

        return read

    def present(self, data: Found) -> None:
        """Show the newest entries."""
        self.words, self.changes, self.complete = data.words, data.changes, data.complete
        self._show()
        if self._to_newest and self.changes:
            self.query_one(Listing).table.move_to_key(str(self.changes[0].id))
        self._to_newest = False

    @on(JournalList.Filtered)
    def _look_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DEBOUNCE, self._look_through)

    def _look_through(self) -> None:
        """Look through all entries for other words; a search for fewer is given up."""
        if self.wanted != self.words and self._session is not None:
            self._session.interrupt()
            self.load()

    def present_error(self, error: BakehouseError) -> None:
        """Say why the journal cannot be read."""
        if isinstance(error, Interrupted) or self.stays(error):
            return
        self._show_notice("The journal cannot be read", str(error), (("r", "try again"),))

    def _show(self) -> None:
        if not (self.changes or self.words):
            self._show_notice(
                "Nothing has been done yet",
                "Whatever is recorded or edited is listed here and can be undone.",
                ((self.kitchen.said_key("go.events"), "all events"),),
            )
            return
        self.query_one(Notice).display = False
        listing = self.query_one(Listing)
        listing.display = True
        more = "" if self.complete else ", more below"
        many = f"{len(self.changes)} entr{'y' if len(self.changes) == 1 else 'ies'}"
        found = f" with “{self.words}”" if self.words else ""
        self.head(Head("Journal", (f"{many}{found}{more}",)))
        rows = [_row(change) for change in self.changes]
        listing.table.show_table(Table(COLUMNS, rows, empty=f"nothing has “{self.words}”"))
        if self.focused is None:
            listing.table.focus()
        self.refresh_bindings()

    def _show_notice(
        self, title: str, message: str = "", keys: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.query_one(Listing).display = False
        notice = self.query_one(Notice)
        notice.display = True
        notice.say(title, message, keys)

    @on(TableView.NearEnd)
    def _near_end(self) -> None:
        if not self.complete and self.changes:
            self.load_more(self.changes[-1].id)

    @work(exclusive=True, group="more")
    async def load_more(self, before: int) -> None:
        """Read the next page."""
        session = self._session
        assert session is not None
        words = self.words
        read = partial(journal_service.list_changes, limit=PAGE, before=before, words=words)
        try:
            older = await asyncio.wrap_future(session.submit(lambda own: read(session=own)))
        except BakehouseError as error:
            self.kitchen.say(str(error), "error")
            return
        if self.words == words and self.changes and self.changes[-1].id == before:
            self.changes += older
            self.complete = len(older) < PAGE
            self._show()

    @property
    def change(self) -> ChangeRow | None:
        """The entry under the cursor."""
        listing = self.query_one(Listing)
        row = listing.table.row if listing.display else None
        if row is None:
            return None
        return next((each for each in self.changes if str(each.id) == row.key), None)

    @on(TableView.Selected)
    def action_details(self) -> None:
        """Show all of the entry under the cursor."""
        if self.change is not None:
            self.app.push_screen(DetailsScreen(self.change))

    def action_trace(self) -> None:
        """Show where the lots and runs of the entry under the cursor came from and went."""
        from tui.screens.why.following import follow
        from tui.screens.why.trace import TraceScreen

        change = self.change
        if change is not None:
            find = partial(_traces, change.id)
            nothing = f"#{change.id} moved no stock, or was taken back: there is nothing to trace."
            screen = TraceScreen(f"#{change.id} {change.summary}", find, nothing)
            self.app.push_screen(screen, partial(follow, self.kitchen))

    def action_undo_this(self) -> None:
        """Take the entry under the cursor back, or say why not."""
        change = self.change
        if change is None:
            return
        if change.undone_by is not None or change.kind == UNDO:
            self.kitchen.say(f"#{change.id} is taken back already; U brings it back.", "warning")
            return
        self.kitchen.do("undo", {"change": str(change.id)})

    def action_redo_this(self) -> None:
        """Bring the entry under the cursor back, or say why not."""
        change = self.change
        if change is None:
            return
        by = change.id if change.kind == UNDO and change.undone_by is None else change.undone_by
        if by is None or (change.kind == UNDO and change.undone_by is not None):
            self.kitchen.say(f"#{change.id} is in force; u takes it back.", "warning")
            return
        self.kitchen.do("undo", {"change": str(by)})

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done with an entry."""
        if action in ("details", "trace"):
            return self.is_mounted and self.change is not None
        if action in ("undo_this", "redo_this"):
            return self.is_mounted and self.change is not None and not self.kitchen.readonly
        return True


def _traces(change_id: int, session: Session) -> list[Trace]:
    return trace_service.trace_change(change_id, session=session)


def _row(change: ChangeRow) -> Row:
    undone = change.undone_by is not None
    return Row(
        str(change.id),
        (
            change.id,
            said_when(change),
            change.summary,
            change.kind,
            change.terminal,
            "undone" if undone else "",
        ),
        about=Ref("change", change.id),
        style="muted" if undone else None,
    )


def said_when(change: ChangeRow) -> str:
    """Say when: the time, and the day unless it was today."""
    at = change.at
    return f"today {at:%H:%M}" if at.date() == clock.today() else f"{at:%Y-%m-%d %H:%M}"

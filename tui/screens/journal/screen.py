"""The journal: everything that was done, newest first, undone or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Footer

from bakehouse.plugin import Column, Ref, Row, Table
from core import clock
from core.errors import BakehouseError
from core.services import journal_service
from core.services.rows import ChangeRow
from core.session import KitchenSession
from tui.screens.base import KitchenScreen
from tui.screens.journal.details import DetailsScreen
from tui.widgets.headline import Head, Headline
from tui.widgets.listing import Listing
from tui.widgets.notice import Notice
from tui.widgets.table import TableView

PAGE = 200
COLUMNS = (
    Column("revision", "#", "integer", priority=0),
    Column("when", "When", width=16, priority=0),
    Column("summary", "What", width=40, priority=0),
    Column("kind", priority=2),
    Column("terminal", "Terminal", width=12, priority=3),
    Column("state", "", "status", priority=0),
)


class JournalScreen(KitchenScreen[list[ChangeRow]]):
    """Every change, a page at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "details", "Details", id="journal.details"),
        Binding("u", "app.undo", "Undo", id="journal.undo-here"),
        Binding("U", "app.redo", "Redo", id="journal.redo-here"),
        Binding("r", "reload", "Refresh", id="screen.refresh", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[ChangeRow] = []
        self.complete = False

    def compose(self) -> ComposeResult:
        """Lay out the headline, the list, a notice in its place, the keys."""
        yield Headline()
        with Container():
            yield Listing()
            yield Notice()
        yield Footer()

    def on_mount(self) -> None:
        """Say that it is coming."""
        self.head(Head("Journal"))
        self._show_notice("Opening the journal …")
        super().on_mount()

    def reader(self) -> Callable[[KitchenSession], list[ChangeRow]]:
        """Return what reads as many entries as are shown, at least a page."""
        limit = max(PAGE, len(self.changes))
        return lambda session: journal_service.list_changes(limit=limit, session=session)

    def present(self, data: list[ChangeRow]) -> None:
        """Show the newest entries."""
        limit = max(PAGE, len(self.changes))
        self.complete = len(data) < limit
        self.changes = data
        self._show()

    def present_error(self, error: BakehouseError) -> None:
        """Say why the journal cannot be read."""
        self._show_notice("The journal cannot be read", str(error), (("r", "try again"),))

    def _show(self) -> None:
        if not self.changes:
            self._show_notice(
                "Nothing has been done yet",
                "Whatever is recorded or edited is listed here and can be undone.",
                (("F1", "all events"),),
            )
            return
        self.query_one(Notice).display = False
        listing = self.query_one(Listing)
        listing.display = True
        more = "" if self.complete else ", more below"
        self.head(Head("Journal", (f"{len(self.changes)} entries{more}",)))
        listing.table.show_table(Table(COLUMNS, [_row(change) for change in self.changes]))
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
        read = partial(journal_service.list_changes, limit=PAGE, before=before)
        try:
            older = await asyncio.wrap_future(session.submit(lambda own: read(session=own)))
        except BakehouseError as error:
            self.kitchen.say(str(error), "error")
            return
        if self.changes and self.changes[-1].id == before:
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer details where there is an entry."""
        if action == "details":
            return self.is_mounted and self.change is not None
        return True


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

"""The app: modes, keys, themes, palette, and what every screen shares."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from rich.text import Text
from textual import events, work
from textual.binding import Binding, BindingType
from textual.reactive import var

from core.commands import run
from core.commands.model import Given
from core.errors import BakehouseError
from core.services.rows import ChangeRow
from core.session import database
from plugins.host import Host
from tui.contain import ContainingApp
from tui.crash import write_report
from tui.heartbeat import BEAT, Heartbeat
from tui.palette import Commands
from tui.screens.base import KitchenScreen
from tui.screens.event.screen import EventScreen
from tui.screens.events.screen import EventsScreen
from tui.screens.form.offers import Prefilled
from tui.screens.form.screen import FormScreen
from tui.screens.help.screen import HelpScreen
from tui.screens.journal.screen import JournalScreen
from tui.screens.receipt.form import Draft
from tui.screens.receipt.screen import ReceiptScreen
from tui.screens.stock.screen import StockScreen
from tui.screens.kitchen.entry import EntryScreen, is_entry
from tui.screens.kitchen.screen import CatalogueScreen
from tui.threads import Lookout, in_thread
from tui.widgets.plain import plain_lines

LOOK_EVERY = 1.0
"""Seconds between two looks at whether somebody else has changed the kitchen."""
DEMO: Final = "demo"
"""What the app ends with when the demo kitchen is asked for."""

Severity = Literal["information", "warning", "error"]


class BakehouseApp(ContainingApp[str]):
    """The kitchen on a terminal."""

    TITLE = "Bakehouse"
    CSS_PATH: ClassVar = [
        "app.tcss",
        "widgets/table.tcss",
        "widgets/headline.tcss",
        "widgets/pane.tcss",
        "widgets/tabs.tcss",
        "widgets/notice.tcss",
        "screens/events/events.tcss",
        "screens/event/event.tcss",
        "screens/stock/stock.tcss",
        "screens/journal/journal.tcss",
        "screens/form/form.tcss",
        "screens/receipt/receipt.tcss",
        "screens/kitchen/kitchen.tcss",
        "screens/help/help.tcss",
        "screens/why/why.tcss",
        "screens/look/look.tcss",
        "screens/problems/problems.tcss",
    ]
    MODES: ClassVar = {
        "events": EventsScreen,
        "event": EventScreen,
        "stock": StockScreen,
        "kitchen": CatalogueScreen,
        "journal": JournalScreen,
    }
    DEFAULT_MODE = "events"
    COMMANDS: ClassVar = {Commands}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "go('events')", "Events", show=False, id="go.events"),
        Binding("f2", "go('event')", "Event", show=False, id="go.event"),
        Binding("f3", "go('stock')", "Stock", show=False, id="go.stock"),
        Binding("f4", "go('kitchen')", "Kitchen", show=False, id="go.kitchen"),
        Binding("f5", "go('journal')", "Journal", show=False, id="go.journal"),
        Binding("u", "undo", "Undo", id="journal.undo", tooltip="take back what was done last"),
        Binding("U", "redo", "Redo", show=False, id="journal.redo", tooltip="bring it back"),
        Binding(
            "B",
            "receipt",
            "Receipt",
            show=False,
            id="stock.receipt",
            tooltip="everything of one purchase in one form",
        ),
        Binding("question_mark", "keys", "Keys", key_display="?", id="app.keys"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
    ]

    newest: var[int] = var(0)
    """The newest revision that anybody has told of."""
    event_id: var[int | None] = var(None)
    """The event of the workspace."""

    def __init__(
        self, host: Host, *, event: str | None = None, look_every: float = LOOK_EVERY
    ) -> None:
        super().__init__()
        self.host = host
        self.first_event = event
        self.readonly = database().readonly
        self.last_key = time.monotonic()
        self._heartbeat: Heartbeat | None = None
        self.receipt: Draft | None = None
        """A receipt that was put aside."""
        self.drafts: dict[tuple[str, str], dict[str, str]] = {}
        """What was typed in entries that were left, by command and slug."""
        self._lookout = Lookout(
            database(),
            lambda revision: self._tell(self._moved, revision),
            lambda why: self._tell(self.say, why, "error"),
            every=look_every,
        )

    @property
    def idle_for(self) -> float:
        """Seconds since the last key or click."""
        return time.monotonic() - self.last_key

    def on_mount(self) -> None:
        """Begin to follow the database."""
        self._lookout.start()
        if any(not record.builtin for record in self.host.records()):
            self._heartbeat = Heartbeat(self.host, lambda _, said: self.say(said, "warning"))
            self.set_interval(BEAT, self._heartbeat.beat)
        for note in self.host.notes:
            self.say(note, "warning")
        if self.first_event is not None:
            self.open_named_event(self.first_event)

    def on_unmount(self) -> None:
        """Stop following."""
        self._lookout.end()
        if self._heartbeat is not None:
            self._heartbeat.end()

    async def on_event(self, event: events.Event) -> None:
        """Note when a person last did something."""
        if isinstance(event, events.Key | events.MouseDown):
            self.last_key = time.monotonic()
        await super().on_event(event)

    def _tell(self, function: object, *values: object) -> None:
        # The program may be ending while another thread still has something to say.
        if self._running and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *values)  # type: ignore[arg-type]

    def _moved(self, revision: int) -> None:
        self.newest = max(self.newest, revision)

    # -- saying ------------------------------------------------------------------------------------

    def say(self, text: str, severity: Severity = "information") -> None:
        """Say something in a corner; it may hold anything people typed."""
        timeout = 4 if severity == "information" else 10
        self.notify(plain_lines(text), severity=severity, timeout=timeout, markup=False)

    # -- going -------------------------------------------------------------------------------------

    def action_go(self, mode: str) -> None:
        """Go to another mode."""
        if mode == "event" and self.event_id is None:
            self.open_next_event()
            return
        self.switch_mode(mode)

    def open_event(self, event_id: int) -> None:
        """Open an event in the workspace."""
        self.event_id = event_id
        self.switch_mode("event")

    @work(exclusive=True, group="open")
    async def open_named_event(self, name: str) -> None:
        """Open the event of this name."""
        from core.services import event_service

        try:
            found = await asyncio.wrap_future(in_thread(lambda: event_service.find_event(name)))
        except BakehouseError as error:
            self.say(str(error), "error")
            return
        self.open_event(found.id)

    @work(exclusive=True, group="open")
    async def open_next_event(self) -> None:
        """Open the first event that is not over."""
        from core.services import event_service

        try:
            rows = await asyncio.wrap_future(in_thread(event_service.list_events))
        except BakehouseError as error:
            self.say(str(error), "error")
            return
        still_open = [row for row in rows if row.status in ("planned", "started")]
        if not (still_open or rows):
            self.say("There is no event yet; n makes one.", "warning")
            return
        self.open_event((still_open or rows)[0].id)

    # -- doing -------------------------------------------------------------------------------------

    def ask(
        self,
        name: str,
        given: Mapping[str, Prefilled] | None = None,
        *,
        event_id: int | None = None,
        field: str = "",
    ) -> None:
        """Open the dialog of a command, with the cursor in `field` if one is named."""
        if self.readonly:
            self.say("This kitchen is open for reading only.", "warning")
            return
        if name == "receipt":
            self.action_receipt()
            return
        known = given or {}
        if is_entry(name, known):
            self.push_screen(EntryScreen(name, known, field=field), self.done)
        else:
            self.push_screen(FormScreen(name, known, event_id=event_id), self.done)

    def action_receipt(self) -> None:
        """Enter a receipt, or go on with the one that was put aside."""
        event_id = getattr(self.screen, "event_id", None)
        self.push_screen(ReceiptScreen(self.receipt, event_id=event_id), self._receipt_left)

    def _receipt_left(self, left: ChangeRow | Draft | None) -> None:
        self.receipt = left if isinstance(left, Draft) else None
        if isinstance(left, Draft):
            self.say("The receipt is put aside; B goes on with it.")
        else:
            self.done(left)

    @work(group="do")
    async def do(self, name: str, given: Mapping[str, Given], *, quiet: bool = False) -> None:
        """Do a command at once, without a dialog."""
        try:
            change = await asyncio.wrap_future(in_thread(lambda: run(name, given)))
        except BakehouseError as error:
            self.say(str(error), "warning")
            return
        if quiet:
            self.catch_up(change)
        else:
            self.done(change)

    def done(self, change: ChangeRow | None) -> None:
        """Say what was done, and how to take it back."""
        if change is None:
            return
        then = "U to redo" if change.kind == "undo" else "u to undo"
        self.say(f"{change.summary} — {then}")
        self.catch_up(change)

    def catch_up(self, change: ChangeRow) -> None:
        """Show at once what was done here; other modes follow when they are opened."""
        self._moved(change.id)
        for screen in self.screen_stack:
            if isinstance(screen, KitchenScreen):
                screen.load()

    def action_undo(self) -> None:
        """Take back what this terminal did last."""
        self.do("undo", {})

    def action_redo(self) -> None:
        """Bring back what was taken back last."""
        self.do("redo", {})

    def open_demo(self) -> None:
        """Leave this kitchen for the worked example, which whoever runs the app opens."""
        self.exit(DEMO)

    def action_keys(self) -> None:
        """Show every key that works here."""
        self.push_screen(HelpScreen(self.screen))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide what cannot be done now."""
        if action in ("undo", "redo"):
            return not self.readonly and not self.screen.is_modal and self.newest > 0
        if action == "receipt":
            return not self.readonly and not self.screen.is_modal
        if action in ("go", "keys"):
            return not self.screen.is_modal
        return True

    # -- crashing ----------------------------------------------------------------------------------

    def _fatal_error(self) -> None:
        """End with a report instead of Textual's traceback, which prints local variables."""
        error = self._exception
        path = None if error is None else write_report(error, revision=self.newest)
        where = f"A report is in {path}." if path else "No report could be written."
        kind = type(error).__name__
        self._exit_renderables.append(
            Text(f"Bakehouse stopped because of an error of its own ({kind}). {where}\n")
            + Text("Nothing that was recorded is lost.")
        )
        self._close_messages_no_wait()


def run_app(host: Host | None = None, *, event: str | None = None) -> int | str:
    """Run the screen on the configured kitchen.

    Args:
        host: The plugins; left out, a host of its own.
        event: The event to open first, by slug, id or part of its name.

    Returns:
        The exit code, or `DEMO` where somebody asked for the demo kitchen.
    """
    app = BakehouseApp(host or Host(), event=event)
    return app.run() or app.return_code or 0

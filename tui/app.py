"""The app: modes, keys, themes, palette, and what every screen shares."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.text import Text
from textual import events, work
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.screen import Screen

from core.config import Config, config
from core.errors import BakehouseError
from core.places import state_folder
from core.session import database
from plugins.host import Host
from tui import modes
from tui.collector import keep_what_is_there
from tui.crash import write_report
from tui.drafts import Drafts, said_drafts
from tui.heartbeat import BEAT, Heartbeat
from tui.key_names import said_keys
from tui.lookout import Lookout
from tui.quicker import make_quicker
from tui.saying import SayingApp
from tui.screens.base import KitchenScreen
from tui.settings import apply_config
from tui.signals import end_on_signals
from tui.styling import KeptStylesheet
from tui.themes import remember_theme, theme_of
from tui.threads import in_thread
from tui.typing_ahead import TypingAhead

if TYPE_CHECKING:
    from textual.command import Provider

    from core.commands.model import Given
    from core.services.rows.journal import ChangeRow
    from tui.exporting import Writers
    from tui.screens.form.offers import Prefilled
    from tui.widgets.listing import Listing

LOOK_EVERY = 1.0
"""Seconds between two looks at whether somebody else has changed the kitchen."""
DEMO: Final = "demo"
"""What the app ends with when the demo kitchen is asked for."""
ASK_THE_SCREEN = (events.InputEvent, events.AppFocus, events.AppBlur)
"""Events that Textual hands to the screen; typed ahead, they come when there is none any more."""

log = logging.getLogger("bakehouse.screen")


def _commands() -> type[Provider]:
    """Return what fills the palette, which nobody wants at the start."""
    from tui.palette import Commands

    return Commands


def _formats() -> type[Provider]:
    """Return what fills the palette with the formats of files."""
    from tui.palette import Formats

    return Formats


class BakehouseApp(TypingAhead[str], SayingApp[str]):
    """The kitchen on a terminal."""

    TITLE = "Bakehouse"
    CSS_PATH: ClassVar = [
        "app.tcss",
        "widgets/table.tcss",
        "widgets/headline.tcss",
        "widgets/footer.tcss",
        "widgets/pane.tcss",
        "widgets/tabs.tcss",
        "widgets/notice.tcss",
    ]
    MODES: ClassVar = modes.FACTORIES
    DEFAULT_MODE = modes.MODES[0].name
    COMMANDS: ClassVar = {_commands, _formats}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(mode.binding for mode in modes.MODES),
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
        Binding("ctrl+o", "jump", "Jump", show=False, id="app.jump",
                tooltip="letters on whatever can be gone to"),
        Binding("ctrl+t", "sources", "Sources", show=False, id="app.sources",
                tooltip="plugin, version, time and revision of every pane"),
        Binding("f12", "copy_said", "Copy message", show=False, priority=True, id="app.copy-said",
                tooltip="the error on the screen, else what was said last"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True,
                id="app.suspend", tooltip="back to the shell; fg comes back"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
    ]  # fmt: skip

    newest: var[int] = var(0)
    """The newest revision that anybody has told of."""
    event_id: var[int | None] = var(None)
    """The event of the workspace."""
    lost: var[str] = var("")
    """Why the kitchen cannot be reached now; nothing while it can."""
    generation: var[int] = var(0)
    """Grows when everything must be read anew: another database, other plugins."""
    sources: var[bool] = var(False)
    """Whether panes say where what they show comes from."""

    def __init__(
        self,
        host: Host,
        *,
        event: str | None = None,
        look_every: float = LOOK_EVERY,
        settings: Config | None = None,
        writers: Writers | None = None,
    ) -> None:
        self._named, self._not_found = _found(event)
        if self._named is not None:
            # Else the home would be read and drawn first, for nobody to see.
            vars(self)["DEFAULT_MODE"] = "event"
        make_quicker()
        super().__init__()
        self.host = host
        self.settings = settings or config()
        self.writers = writers or {}
        self.readonly = database().readonly
        self.set_reactive(BakehouseApp.event_id, self._named)
        self._heartbeat: Heartbeat | None = None
        self.drafts = Drafts(
            state_folder(), str(database()), lambda said: self.say(said, "warning")
        )
        """What was typed but not recorded."""
        self.troubles = apply_config(self, self.settings)
        self.stylesheet = KeptStylesheet(variables=self.get_css_variables())
        self._lookout = Lookout(
            database(),
            moved=lambda revision: self._tell(self._moved, revision),
            replaced=lambda revision: self._tell(self._replace, revision),
            lost=lambda why: self._tell(self._lose, why),
            found=lambda revision: self._tell(self._find, revision),
            every=look_every,
        )

    def on_mount(self) -> None:
        """Begin to follow the database."""
        self._lookout.start()
        end_on_signals(self)
        if any(not record.builtin for record in self.host.records()):
            self._heartbeat = Heartbeat(self.host, lambda _, said: self.say(said, "warning"))
            self.set_interval(BEAT, self._heartbeat.beat)
        self.app_resume_signal.subscribe(self, self._back)
        for note in self.host.notes:
            self.say(note, "warning")
        if self.troubles:
            self.say_troubles()
        if self._not_found:
            self.say(self._not_found, "error")
        left = self.drafts.all()
        if left:
            self.say(said_drafts(left, self.said_key("stock.receipt")), "warning")

    def on_unmount(self) -> None:
        """Stop following."""
        self._lookout.end()
        self.drafts.end()
        if self._heartbeat is not None:
            self._heartbeat.end()

    def _load_screen_css(self, screen: Screen[Any]) -> None:
        """Read the rules of a screen; they are for it alone, so nothing else is styled anew."""
        new = [path for path in screen.css_path if not self.stylesheet.has_source(str(path))]
        if new:
            self.stylesheet.read_all(new)
            self.stylesheet.parse()
        if not screen.is_mounted:
            # What is on it finds all rules when it is mounted.
            self.stylesheet.apply(screen)
            screen._css_update_count = self._css_update_count

    def _back(self, _: object) -> None:
        """Draw everything anew: after `fg` the terminal is empty."""
        self.refresh(layout=True)

    async def on_event(self, event: events.Event) -> None:
        """Note when a person last did something; drop what comes once the screens are gone."""
        if isinstance(event, events.Key | events.MouseDown):
            self.last_key = time.monotonic()
        if self.screen_stack or not isinstance(event, ASK_THE_SCREEN):
            await super().on_event(event)

    def _tell(self, function: object, *values: object) -> None:
        # The program may be ending while another thread still has something to say.
        if self._running and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *values)  # type: ignore[arg-type]

    def _moved(self, revision: int) -> None:
        self.newest = max(self.newest, revision)

    def _lose(self, why: str) -> None:
        if not self.lost:
            log.warning("the kitchen was lost")
        self.lost = why
        self.say(f"{why}\nWhat is on the screen stays; it is read again once it is back.", "error")

    def _find(self, revision: int) -> None:
        """Read everything anew: what is there now may be another kitchen, with another journal."""
        log.info("the kitchen was found again, at revision %d", revision)
        self.lost = ""
        self._begin_anew(revision)
        self.say("The kitchen was opened again.")

    def _replace(self, revision: int) -> None:
        """Read everything anew: a backup was restored, or another kitchen was copied over it."""
        log.warning("the kitchen was replaced, by one at revision %d", revision)
        self._begin_anew(revision)
        self.say(
            f"The kitchen was replaced, as by a restore: this is revision {revision} of another "
            "journal. Everything was read again.",
            "warning",
        )

    def _begin_anew(self, revision: int) -> None:
        """Forget which revisions were seen: another journal counts its own."""
        self.newest = revision
        self.read_anew()

    def read_anew(self) -> None:
        """Have every screen read again: this one now, the others when they are opened."""
        self.generation += 1
        self._load_shown()

    # -- saying ------------------------------------------------------------------------------------

    def say_troubles(self) -> None:
        """Say what is wrong with the config, the first of it in full."""
        first, rest = str(self.troubles[0]), len(self.troubles) - 1
        more = f"\n{rest} more: `bakehouse doctor` lists them." if rest else ""
        self.say(f"{first}{more}", "warning")

    def said_key(self, id_: str) -> str:
        """Return the key of one of the app's own bindings as people read it."""
        if id_ in self._keymap:
            return said_keys(self._keymap[id_])
        return next(said_keys(key) for key, binding in self._bindings if binding.id == id_)

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

    def open_item(self, item_id: int) -> None:
        """Open an item and its lots in the stock."""
        from tui.screens.stock.screen import StockScreen

        self.switch_mode("stock")
        for screen in self.screen_stack:
            if isinstance(screen, StockScreen):
                screen.go_to(item_id)

    def open_next_event(self) -> None:
        """Open the first event that is not over; what is typed meanwhile is for it."""
        self.hold_keys()
        self._find_next_event()

    @work(group="open")
    async def _find_next_event(self) -> None:
        from core.services import event_service

        try:
            rows = await asyncio.wrap_future(in_thread(event_service.list_events))
        except BakehouseError as error:
            self.say(str(error), "error")
        else:
            still_open = [row for row in rows if row.status in ("planned", "started")]
            if still_open or rows:
                self.open_event((still_open or rows)[0].id)
            else:
                self.say("There is no event yet; n makes one on F1.", "warning")
        finally:
            self.release_keys()

    def action_command_palette(self) -> None:
        """Open the palette."""
        from tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_jump(self) -> None:
        """Put letters on whatever can be gone to, and go where the next letter says."""
        from tui.screens.jump.screen import JumpScreen

        self.push_screen(JumpScreen(self.screen))

    def action_sources(self) -> None:
        """Show where what the panes show comes from, or no longer."""
        self.sources = not self.sources

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
        from tui.screens.form.screen import FormScreen
        from tui.screens.kitchen.entry import EntryScreen, is_entry

        if self.readonly:
            self.say("This kitchen is open for reading only.", "warning")
            return
        if name == "receipt":
            self.action_receipt()
            return
        self.clear_notifications()
        known = given or {}
        if is_entry(name, known):
            self.push_screen(EntryScreen(name, known, field=field), self.done)
        else:
            self.push_screen(FormScreen(name, known, event_id=event_id), self.done)

    def action_receipt(self) -> None:
        """Enter a receipt, or go on with the one that was put aside."""
        from tui.screens.receipt.screen import ReceiptScreen

        self.clear_notifications()
        event_id = getattr(self.screen, "event_id", None)
        self.push_screen(ReceiptScreen(self.drafts, event_id=event_id), self.done)

    @work(group="do")
    async def do(self, name: str, given: Mapping[str, Given], *, quiet: bool = False) -> None:
        """Do a command at once, without a dialog."""
        from core.commands import run

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
        undone = change.kind == "undo"
        key = self.said_key("journal.redo" if undone else "journal.undo")
        self.say(f"{change.summary} — {key} to {'redo' if undone else 'undo'}")
        self.catch_up(change)

    def catch_up(self, change: ChangeRow) -> None:
        """Show at once what was done here; other modes follow when they are opened."""
        self._moved(change.id)
        for screen in self.screen_stack:
            if isinstance(screen, KitchenScreen):
                screen.catch_up(change)

    def _load_shown(self) -> None:
        """Have what stands under dialogs read again too."""
        for screen in self.screen_stack:
            if isinstance(screen, KitchenScreen):
                screen.load()

    def action_undo(self) -> None:
        """Take back what this terminal did last."""
        self.do("undo", {})

    def action_redo(self) -> None:
        """Bring back what was taken back last."""
        self.do("redo", {})

    def export(self, listing: Listing) -> None:
        """Ask where to write what a list shows."""
        from tui.exporting import formats_of, said_of
        from tui.screens.export.screen import ExportScreen

        data = listing.exported()
        formats = formats_of(data, self.writers, listing.source)
        self.push_screen(ExportScreen(listing.title, said_of(data), formats))

    @work(exclusive=True, group="theme")
    async def choose_theme(self, name: str) -> None:
        """Take another theme, and remember it in the config file."""
        self.theme = theme_of(name)
        path = self.settings.path
        try:
            await asyncio.wrap_future(in_thread(lambda: remember_theme(path, name)))
        except BakehouseError as error:
            self.say(f"The theme is for now only. {error}", "warning")

    def open_demo(self) -> None:
        """Leave this kitchen for the worked example, which whoever runs the app opens."""
        self.exit(DEMO)

    def action_keys(self) -> None:
        """Show every key that works here."""
        from tui.screens.help.screen import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide what cannot be done now."""
        if action in ("undo", "redo"):
            means_this = not self.screen.is_modal and getattr(self.screen, "UNDOES", True)
            return not self.readonly and means_this and self.newest > 0
        if action == "receipt":
            return not self.readonly and not self.screen.is_modal
        if action in ("go", "keys", "jump", "sources"):
            return not self.screen.is_modal
        return True

    # -- crashing ----------------------------------------------------------------------------------

    def _fatal_error(self) -> None:
        """End with a report instead of Textual's traceback, which prints local variables."""
        error = self._exception
        path = None if error is None else write_report(error, revision=self.newest)
        where = f"A report is in {path}." if path else "No report could be written."
        kind = type(error).__name__
        log.error("stopped because of %s; report: %s", kind, path)
        self._exit_renderables.append(
            Text(f"Bakehouse stopped because of an error of its own ({kind}). {where}\n")
            + Text("Nothing that was recorded is lost.")
        )
        self._close_messages_no_wait()


def _found(event: str | None) -> tuple[int | None, str]:
    """Return the id of the event of a name, or why there is none; before there is a screen."""
    if event is None:
        return None, ""
    from core.services import event_service

    try:
        # The workspace reads all of them anyway, and to look for one takes two more queries.
        slugs = {row.slug: row.id for row in event_service.list_events(archived=True)}
        return slugs.get(event) or event_service.find_event(event).id, ""
    except BakehouseError as error:
        return None, str(error)


def run_app(
    host: Host | None = None, *, event: str | None = None, writers: Writers | None = None
) -> int | str:
    """Run the screen on the configured kitchen.

    Args:
        host: The plugins; left out, a host of its own.
        event: The event to open first, by slug, id or part of its name.
        writers: The formats that lists can be exported in.

    Returns:
        The exit code, or `DEMO` where somebody asked for the demo kitchen.
    """
    from core.logs import start_log, stop_log

    settings = config()
    start_log(settings.log_level)
    app = BakehouseApp(host or Host(), event=event, settings=settings, writers=writers)
    log.info("opened %s", "a server" if database().path is None else database().path)
    keep_what_is_there()
    try:
        return app.run() or app.return_code or 0
    finally:
        log.info("closed")
        stop_log()

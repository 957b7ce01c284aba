"""The workspace: plan, buy, make, assemble and deliver for one event without leaving."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input

from bakehouse.plugin import Action, Ref, Row
from core import clock
from core.errors import BakehouseError, EventNotFound
from core.session import KitchenSession
from tui.screens.event import prefill
from tui.screens.event.banner import Banner
from tui.screens.event.board import Board
from tui.screens.event.keys import ASKED_ANYWHERE, BINDINGS, KEYS_OF_LISTS
from tui.screens.event.plugin_keys import action_under, command_of, plugin_keys, view_under
from tui.screens.event.reading import Snapshot, read_snapshot, rehearse_snapshot
from tui.screens.event.rehearsing import FIRST, RehearsingScreen
from tui.threads import in_thread
from tui.widgets.days import days_left
from tui.widgets.footer import Footer
from tui.widgets.headline import Head, Headline
from tui.widgets.notice import Notice
from tui.widgets.pane import Pane
from tui.widgets.table import TableView

if TYPE_CHECKING:
    from core.services.planning.telling import Told
    from core.services.rows.journal import ChangeRow
    from tui.screens.form.offers import Prefilled

CHECKED_BY = {"recipe": "make", "bundle": "assemble"}
"""The dialog that checks off a row by what it is about."""
RECORDS = ("ask", "check", "lose", "order")
"""Actions that record something."""


class EventScreen(RehearsingScreen):
    """One event: its plugin views side by side, or as tabs."""

    KEYS_OF = "event"
    CSS_PATH = Path(__file__).with_name("event.tcss")
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    @property
    def event_id(self) -> int | None:
        """The event that is open."""
        return self.kitchen.event_id

    def compose(self) -> ComposeResult:
        """Lay out the headline, the panes, a notice in their place, the keys."""
        yield Headline()
        yield Banner()
        with Container(id="event-body"):
            yield Board()
            yield Notice(id="event-notice")
        yield Footer()

    def on_mount(self) -> None:
        """Say that it is coming, and follow the choice of the event."""
        self._show_notice("Opening the event …")
        self.watch(self.app, "event_id", self._other_event, init=False)
        super().on_mount()

    def _other_event(self) -> None:
        # What is typed from now on is meant for the event that comes.
        self.keys_wait = True
        self.load()

    # -- reading and showing -----------------------------------------------------------------------

    def reader(self) -> Callable[[KitchenSession], Snapshot]:
        """Return what reads the event and its views."""
        stuck, event_id = self.giving_up(), self.event_id or 0
        host, wanted = self.kitchen.host, self.query_one(Board).wanted
        known = None if self.snapshot is None or self.outdated else self.snapshot.kept
        tries = self.tries_to_read()
        if not tries:
            return lambda session: read_snapshot(host, session, event_id, wanted, stuck)
        return lambda session: rehearse_snapshot(
            host, session, event_id, wanted, stuck, tries, known
        )

    def present(self, data: Snapshot) -> None:
        """Show one state in all panes."""
        anew = self.snapshot is None or not self.snapshot.is_of_state(data)
        self.snapshot = data
        self.query_one(Notice).display = False
        board = self.query_one(Board)
        board.display = True
        board.show(data.views, data.outcomes, anew=anew)
        if not data.views:
            self._show_notice(
                "No plugin shows anything of an event.",
                "`bakehouse plugins list` says which there are.",
            )
        problems = len(data.problems)
        facts = [days_left(data.event.date, clock.today())]
        if data.event.status != "planned":
            facts.append(data.event.status)
        if problems:
            facts.append(f"! {problems} problem{'s' if problems > 1 else ''} (p)")
        empty = not (data.progress["production"]["recipes"] or data.progress["assembly"]["bundles"])
        if empty:
            facts.append("empty: n adds a line")
        value = None if empty else data.progress["overall_pct"]
        self.head(Head(data.event.name, tuple(facts), value))
        self.show_what_if(data)
        if self.focused is None and not self.app.screen.is_modal:
            board.focus_open()
        self.refresh_bindings()

    async def presented(self) -> None:
        """Wait for the panes, so that they are drawn once, with the room they get."""
        board = self.query_one(Board)
        await board.laid_out()
        board.share_room()
        # The banner may have come or gone, which is known once it is drawn.
        self.call_after_refresh(board.share_room)

    def present_error(self, error: BakehouseError) -> None:
        """Say why the event cannot be shown."""
        if isinstance(error, EventNotFound):
            self.snapshot = None
            self._show_notice(
                "This event is not there any more.",
                "Somebody has taken it back, or it was never kept.",
                (
                    (self.kitchen.said_key("go.events"), "all events"),
                    (self.kitchen.said_key("go.journal"), "the journal"),
                ),
            )
            self.head(Head("No event"))
            return
        if self.snapshot is not None:
            self.head(
                Head(
                    self._head.title,
                    self._head.facts,
                    self._head.value,
                    alert="not refreshed, r tries again",
                )
            )
            self.kitchen.say(str(error), "error")
            return
        self._show_notice("The event cannot be read.", str(error), (("r", "try again"),))

    def _show_notice(
        self, title: str, message: str = "", keys: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.query_one(Board).display = False
        notice = self.query_one(Notice)
        notice.display = True
        notice.say(title, message, keys)

    # -- panes -------------------------------------------------------------------------------------

    @property
    def row(self) -> Row | None:
        """The row under the cursor of the pane that has the focus."""
        pane = self.query_one(Board).current
        return None if pane is None else pane.row

    async def action_pane(self, number: int) -> None:
        """Go to a pane; what is typed next waits until it is there."""
        board = self.query_one(Board)
        if board.go(number):
            self._load_opened()
        await board.laid_out()

    @on(Board.Opened)
    def _load_opened(self) -> None:
        if self.query_one(Board).awaits_data:
            self.keys_wait = True
        self.load()

    @on(Pane.Retry)
    def _retry(self, message: Pane.Retry) -> None:
        self.kitchen.host.retry(message.view_id)
        self.load()

    @on(Pane.TurnOff)
    def _turn_off(self, message: Pane.TurnOff) -> None:
        self.turn_off(message.plugin)

    @work(group="plugins")
    async def turn_off(self, plugin: str) -> None:
        """Turn a plugin off for good; its panes go, and the others are read anew."""
        host = self.kitchen.host
        try:
            await asyncio.wrap_future(in_thread(lambda: host.disable(plugin)))
        except BakehouseError as error:
            self.kitchen.say(str(error), "error")
            return
        key = self.kitchen.said_key("go.plugins")
        self.kitchen.say(f"{plugin} is turned off; {key}, then a, turns it on.")
        self.kitchen.read_anew()

    @on(TableView.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(TableView.Selected)
    def _selected(self, message: TableView.Selected) -> None:
        if message.row.about is not None:
            self.action_why()

    # -- keys that are no bindings -----------------------------------------------------------------

    @property
    def more_keys(self) -> list[tuple[str, str, str]]:
        """The keys that are no bindings now, for the list of keys."""
        if self.snapshot is None:
            return []
        hidden = [key for key in ASKED_ANYWHERE if key not in self.active_bindings]
        ours = (
            []
            if self.kitchen.readonly
            else [(ASKED_ANYWHERE[key].capitalize(), self.KEYS_OF, key) for key in hidden]
        )
        return ours + plugin_keys(self.snapshot.views, self._taken)

    @property
    def _taken(self) -> set[str]:
        return {*self.active_bindings, *KEYS_OF_LISTS, *ASKED_ANYWHERE}

    async def on_key(self, event: events.Key) -> None:
        """Do what a key means that the row under the cursor does not offer, or a plugin's."""
        # A key comes here before the bindings are looked at.
        typing = isinstance(self.focused, Input)
        if self.snapshot is None or typing or event.key in self.active_bindings:
            return
        if event.key in ASKED_ANYWHERE and not self.kitchen.readonly:
            event.stop()
            if self.rehearsing:
                self.kitchen.say(FIRST, "warning")
                return
            self._open(ASKED_ANYWHERE[event.key], {})
            return
        pane, row = self.query_one(Board).current, self.row
        action = None if pane is None else action_under(pane.view, event)
        if action is not None and row is not None:
            event.stop()
            self._act(action, row)
            return
        view = view_under(self.snapshot.views, event, self._taken)
        if view is not None:
            event.stop()
            await self.action_pane(self.snapshot.views.index(view) + 1)

    def _act(self, action: Action, row: Row) -> None:
        if self.rehearsing:
            self.kitchen.say(FIRST, "warning")
            return
        try:
            name, given = command_of(action, row, self.event_id)
        except BakehouseError as error:
            self.kitchen.say(str(error), "warning")
        else:
            self.kitchen.ask(name, given, event_id=self.event_id)

    # -- doing -------------------------------------------------------------------------------------

    def action_ask(self, name: str) -> None:
        """Open a dialog, filled from the row under the cursor."""
        if self.snapshot is None:
            return
        about = None if self.row is None else self.row.about
        self._open(name, prefill.DIALOGS[name](self.snapshot.progress, about))

    def _open(self, name: str, known: Mapping[str, Prefilled]) -> None:
        assert self.snapshot is not None
        given = {"event": Ref("event", self.snapshot.event.id), **known}
        self.kitchen.ask(name, given, event_id=self.event_id)

    def catch_up(self, change: ChangeRow) -> None:
        """Read again; what was done here must not take the cursor with it down the list."""
        for table in self.query(TableView):
            table.stay()
        super().catch_up(change)

    def action_order(self) -> None:
        """Ask what else the event wants, whatever the cursor is on."""
        if self.snapshot is not None:
            self._open("event line", {})

    def action_check(self) -> None:
        """Check off the row: tick an item, or record what is to be made, assembled or bought."""
        if self.snapshot is None or self.row is None:
            return
        about, event_id = self.row.about, str(self.event_id)
        item = prefill.shopping_row_of(self.snapshot.progress, about)
        if item is not None:
            given = {"event": event_id, "item": str(item["item_id"]), "off": item["checked"]}
            self.kitchen.do("check", given, quiet=True)
        elif about is not None and about.kind == "event":
            given = {"event": event_id, "off": self.row.style == "done"}
            self.kitchen.do("event shopped", given)
        elif about is not None and about.kind in CHECKED_BY:
            self.action_ask(CHECKED_BY[about.kind])

    def action_lose(self) -> None:
        """Record a batch that was lost, of the recipe of this row."""
        if self.snapshot is not None:
            about = None if self.row is None else self.row.about
            self._open("make", prefill.lose(self.snapshot.progress, about))

    def action_why(self) -> None:
        """Show what the number of this row is made of."""
        from tui.screens.why.screen import WhyScreen

        items = [] if self.snapshot is None or self.row is None else self._explained
        if self.snapshot is not None and items:
            screen = WhyScreen(self.snapshot.event.id, items, self.steps)
            self.app.push_screen(screen, self._go_there)

    @property
    def _explained(self) -> list[int]:
        """The items whose numbers stand on the row: those a recipe makes, or the item itself."""
        about = None if self.row is None else self.row.about
        if about is None or self.snapshot is None:
            return []
        if about.kind == "recipe":
            recipe = prefill.recipe_of(self.snapshot.progress, about)
            return [] if recipe is None else [each["item_id"] for each in recipe["outputs"]]
        return [about.id] if about.kind in ("item", "bundle") else []

    def _go_there(self, line: Told | None) -> None:
        """Go to what a line of an explanation stands for."""
        if line is None or line.about is None or self.snapshot is None:
            return
        board = self.query_one(Board)
        about = Ref(*line.about)
        recipe = prefill.recipe_of(self.snapshot.progress, about)
        places = [about]
        if recipe is not None:
            places.append(Ref("recipe", recipe["recipe_id"]))
        if not any(board.go_to(place) for place in places):
            self.kitchen.say("What that line stands for has no row of its own here.")

    def action_look(self) -> None:
        """Look at charts: of the item of this row, else of the event."""
        from tui.screens.look.screen import LookScreen

        if self.snapshot is not None:
            about = None if self.row is None else self.row.about
            item_id = about.id if about is not None and about.kind in ("item", "bundle") else None
            self.app.push_screen(LookScreen(self.snapshot.event.id, item_id, self.steps))

    def action_problems(self) -> None:
        """List what would make the plan wrong."""
        from tui.screens.problems.screen import ProblemsScreen

        if self.snapshot is not None:
            self.app.push_screen(ProblemsScreen(self))

    def action_other(self, step: int) -> None:
        """Open the event before or after this one."""
        if self.snapshot is None:
            return
        others = self.snapshot.others
        place = others.index(self.snapshot.event.id) + step
        if 0 <= place < len(others):
            self.kitchen.event_id = others[place]
        else:
            self.kitchen.say(
                "There is no event before it." if step < 0 else "There is no event after it."
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what the row under the cursor allows."""
        if action in ("why", "look", "problems", "other", *RECORDS) and self.snapshot is None:
            return False
        if action in RECORDS and (self.kitchen.readonly or self.rehearsing):
            return False
        if action in ("keep", "drop", "unstep"):
            return self.rehearsing or (action == "drop" and self._asking)
        if action in ("nudge", "type_number"):
            return self.snapshot is not None and not self._asking
        about = self.row.about if self.is_mounted and self.row is not None else None
        if action == "check":
            assert self.snapshot is not None
            return about is not None and (
                about.kind in ("event", *CHECKED_BY)
                or prefill.shopping_row_of(self.snapshot.progress, about) is not None
            )
        if action == "why":
            return bool(self._explained) if self.is_mounted else False
        if action == "lose":
            assert self.snapshot is not None
            return prefill.recipe_of(self.snapshot.progress, about) is not None
        if action == "ask" and parameters[0] in ASKED_ANYWHERE.values():
            assert self.snapshot is not None
            name = str(parameters[0])
            return about is not None and bool(prefill.DIALOGS[name](self.snapshot.progress, about))
        return True

    @property
    def _asking(self) -> bool:
        return self.is_mounted and self.query_one(Banner).asking

    def on_resize(self, event: events.Resize) -> None:
        """Share the room anew."""
        self.query_one(Board).share_room()

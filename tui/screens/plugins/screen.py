"""The plugins: their states, versions, times and failures, and turning them on and off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from core.errors import BakehouseError
from core.session import KitchenSession, database
from plugins.host import Host, PluginError, Record, State
from tui.screens.base import KitchenScreen
from tui.screens.plugins.details import PluginDetailsScreen
from tui.screens.plugins.reading import as_table
from tui.screens.plugins.settings import SettingsScreen
from tui.threads import in_thread
from tui.widgets.footer import Footer
from tui.widgets.headline import Head, Headline
from tui.widgets.listing import Listing
from tui.widgets.notice import Notice
from tui.widgets.table import TableView

OFF = (State.DISCOVERED, State.DISABLED)
USED = (State.ENABLED, State.LOADED)
HOPELESS = (State.BLOCKED, State.INCOMPATIBLE)


class PluginsScreen(KitchenScreen[list[Record]]):
    """Every plugin."""

    UNDOES = False
    KEYS_OF = "plugins"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "details", "Details", id="plugins.details"),
        Binding("o", "settings", "Settings", id="plugins.settings",
                tooltip="the plugin's settings as a form"),
        Binding("a", "accept", "Turn on", id="plugins.accept",
                tooltip="turn it on; it runs with your rights"),
        Binding("x", "turn_off", "Turn off", id="plugins.off"),
        Binding("t", "again", "Try again", id="plugins.retry",
                tooltip="let what was stopped run again"),
        Binding("r", "reload", "Refresh", id="screen.refresh", show=False),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []

    def compose(self) -> ComposeResult:
        """Lay out the headline, the list, a notice in its place, the keys."""
        yield Headline()
        with Container():
            yield Listing()
            yield Notice()
        yield Footer()

    def on_mount(self) -> None:
        """Say that it is coming."""
        self.head(Head("Plugins"))
        self.query_one(Notice).display = False
        super().on_mount()

    def reader(self) -> Callable[[KitchenSession], list[Record]]:
        """Return what asks the host; it reads no table of the kitchen."""
        host = self.kitchen.host
        return lambda session: host.records()

    def present(self, data: list[Record]) -> None:
        """Show what is known of every plugin."""
        self.records = data
        waiting = sum(record.state is State.DISCOVERED for record in data)
        failed = sum(record.state in (State.FAILED, State.QUARANTINED) for record in data)
        facts = [f"{len(data)} plugins"]
        facts += [f"{waiting} new, not accepted"] if waiting else []
        facts += [f"! {failed} failed"] if failed else []
        self.head(Head("Plugins", tuple(facts)))
        self.query_one(Notice).display = False
        listing = self.query_one(Listing)
        listing.display = True
        listing.table.show_table(as_table(data))
        if self.focused is None and not self.app.screen.is_modal:
            listing.table.focus()
        self.refresh_bindings()

    def present_error(self, error: BakehouseError) -> None:
        """Show the plugins all the same: what is wrong with the kitchen is no matter here."""
        self.present(self.kitchen.host.records())
        self.kitchen.say(str(error), "error")

    @property
    def record(self) -> Record | None:
        """The plugin under the cursor."""
        row = self.query_one(Listing).table.row if self.is_mounted else None
        if row is None:
            return None
        return next((each for each in self.records if each.name == row.key), None)

    @on(TableView.Selected)
    def action_details(self) -> None:
        """Show all of the plugin under the cursor."""
        if self.record is not None:
            settings = self.kitchen.host.known_settings(self.record.name)
            self.app.push_screen(PluginDetailsScreen(self.record, settings))

    @work(exclusive=True, group="settings")
    async def action_settings(self) -> None:
        """Ask for the settings of the plugin under the cursor; loads it."""
        if self.record is None:
            return
        host, name = self.kitchen.host, self.record.name
        try:
            settings = await asyncio.wrap_future(in_thread(lambda: host.settings(name)))
        except BakehouseError as error:
            self.kitchen.say(str(error), "error")
            return
        if settings.held:
            self.app.push_screen(SettingsScreen(host, name, settings))
        else:
            self.kitchen.say(f"{name} has no settings.")

    def action_accept(self) -> None:
        """Turn the plugin under the cursor on, now and for later."""
        if self.record is not None:
            host, name = self.kitchen.host, self.record.name
            self.change(lambda: _enabled(host, name), "is accepted; x turns it off")

    def action_turn_off(self) -> None:
        """Turn the plugin under the cursor off, now and for later."""
        if self.record is not None:
            host, name = self.kitchen.host, self.record.name
            self.change(lambda: host.disable(name), "is turned off; a turns it on")

    def action_again(self) -> None:
        """Let everything of the plugin under the cursor run again."""
        record = self.record
        if record is None:
            return
        ids = (*(view.id for view in record.views), *(check.id for check in record.checks))
        for id_ in (record.name, *ids):
            self.kitchen.host.retry(id_)
        self.kitchen.say(f"{record.name} is tried again when it is next shown.")
        self.kitchen.read_anew()

    @work(group="plugins")
    async def change(self, act: Callable[[], Record], what: str) -> None:
        """Change a plugin's state and say so; views come and go with it."""
        try:
            record = await asyncio.wrap_future(in_thread(act))
        except BakehouseError as error:
            self.kitchen.say(str(error), "error")
            return
        self.kitchen.say(f"{record.name} {what}.")
        self.kitchen.read_anew()

    @on(TableView.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what the plugin under the cursor allows."""
        if action not in ("details", "settings", "accept", "turn_off", "again"):
            return True
        record = self.record
        if record is None:
            return False
        if action == "settings":
            return "settings" in record.offers and record.state in USED
        if action == "accept":
            return record.state in OFF
        if action == "turn_off":
            return record.state not in (State.DISABLED, *HOPELESS)
        if action == "again":
            return bool(record.failures) or record.state is State.QUARANTINED
        return True


def _enabled(host: Host, name: str) -> Record:
    """Accept a plugin, and make its tables in the kitchen that is open."""
    host.enable(name)
    for failure in host.prepare(database(), name):
        raise PluginError(name, str(failure), failure)
    return host.record(name)

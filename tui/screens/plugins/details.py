"""One plugin, whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from plugins.host import Record
from plugins.settings import Settings
from tui.screens.dialog import Dialog
from tui.screens.plugins.reading import facts, report
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import BakehouseApp


class PluginDetailsScreen(Dialog[None]):
    """Where a plugin comes from, what it offers, how long it takes, and how it failed."""

    KEYS_OF = "plugin details"
    CSS_PATH = Path(__file__).with_name("plugins.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("C", "copy", "Copy the report", id="plugin.copy"),
        Binding("escape,enter,q", "dismiss(None)", "Back", id="plugin.back"),
    ]

    def __init__(self, record: Record, settings: Settings) -> None:
        super().__init__()
        self._record = record
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Lay out the facts, then what its author needs."""
        record = self._record
        known = list(facts(record, self._settings))
        width = max(len(name) for name, _ in known)
        with VerticalScroll(id="plugin"):
            yield Words(f"{record.name} {record.version}", classes="title")
            for name, value in known:
                yield Words(f"{name.ljust(width)}   {value}", classes="fact")
            for failure in record.failures:
                if failure.traceback_text:
                    yield Words(failure.traceback_text, classes="trace")
            yield Words("C copies all of this · Esc goes back", classes="keys")

    def action_copy(self) -> None:
        """Copy everything, for the plugin's author."""
        cast("BakehouseApp", self.app).copy(report(self._record, self._settings))

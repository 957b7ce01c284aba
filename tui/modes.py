"""The modes of the app: their keys, their names, and where their screens are.

A screen is imported when its mode is first opened, so that no mode costs the start of the program
anything before somebody wants it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from msgspec import Struct
from textual.binding import Binding
from textual.screen import Screen


class Mode(Struct, frozen=True):
    """One mode; `screen` is `"module:class"`."""

    name: str
    key: str
    title: str
    screen: str
    help: str

    @property
    def binding(self) -> Binding:
        """The key that goes there."""
        return Binding(self.key, f"go('{self.name}')", self.title, show=False, id=f"go.{self.name}")

    def make(self) -> Screen[Any]:
        """Import and make the screen."""
        module, _, name = self.screen.partition(":")
        found: Callable[[], Screen[Any]] = getattr(import_module(module), name)
        return found()


MODES = (
    Mode("events", "f1", "Events", "tui.screens.events.screen:EventsScreen",
         "every event and how far it is"),
    Mode("event", "f2", "Event", "tui.screens.event.screen:EventScreen",
         "the workspace of one event"),
    Mode("stock", "f3", "Stock", "tui.screens.stock.screen:StockScreen",
         "what there is of every item"),
    Mode("kitchen", "f4", "Kitchen", "tui.screens.kitchen.screen:CatalogueScreen",
         "recipes, bundles, items, products"),
    Mode("journal", "f5", "Journal", "tui.screens.journal.screen:JournalScreen",
         "everything that was done"),
    Mode("plugins", "f6", "Plugins", "tui.screens.plugins.screen:PluginsScreen",
         "what plugins there are and how they do"),
)  # fmt: skip
"""In the order of their keys."""

FACTORIES: dict[str, str | Callable[[], Screen[Any]]] = {
    mode.name: partial(Mode.make, mode) for mode in MODES
}

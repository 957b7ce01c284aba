"""Every key that works on the screen below, searchable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input

from bakehouse.plugin import Column, Row, Table
from tui.key_names import EVERYWHERE, said_place
from tui.screens.dialog import Dialog
from tui.widgets.table import TableView
from tui.widgets.words import Words

COLUMNS = (
    Column("key", width=12, priority=0),
    Column("does", "What it does", width=40, priority=0),
    Column("where", width=16, priority=1),
)


THIS_SCREEN = "this screen"
ORDER = (THIS_SCREEN, "lists", "moving", EVERYWHERE)
MOVING = {"app.focus_next": "Next pane or field", "app.focus_previous": "Previous one"}
TEXTUAL_ONLY = ("screen.copy_text", "help_quit", "app.help_quit")


class HelpScreen(Dialog[None]):
    """A list of keys; typing searches it."""

    KEYS_OF = "keys"
    CSS_PATH = Path(__file__).with_name("help.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss(None)", "Back", id="help.back"),
        Binding("down", "table('move', 1)", show=False, priority=True),
        Binding("up", "table('move', -1)", show=False, priority=True),
        Binding("pagedown", "table('page', 1)", show=False, priority=True),
        Binding("pageup", "table('page', -1)", show=False, priority=True),
    ]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._rows = list(_rows(below))

    def compose(self) -> ComposeResult:
        """Lay out the search and the list."""
        with Vertical(id="help"):
            yield Words("Keys", id="help-title")
            yield Input(placeholder="type to search", compact=True)
            yield TableView()
            yield Words("↑↓ moves · Esc goes back", id="help-keys")

    def on_mount(self) -> None:
        """Show all of them."""
        self.query_one(TableView).show_table(Table(COLUMNS, self._rows))
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.query_one(TableView).filter_by(event.value)

    def action_table(self, action: str, number: int) -> None:
        """Move in the list while one types."""
        table = self.query_one(TableView)
        (table.action_move if action == "move" else table.action_page)(number)


def _rows(screen: Screen[object]) -> Iterator[Row]:
    """Return the keys of a screen: what it is for first, moving in lists after it."""
    seen: dict[tuple[str, str], list[str]] = {}
    for key, active in screen.active_bindings.items():
        binding = active.binding
        if binding.description and not binding.system and binding.action not in TEXTUAL_ONLY:
            does = binding.description + (f": {binding.tooltip}" if binding.tooltip else "")
            where = said_place(type(active.node))
            if binding.action in MOVING:
                does, where = MOVING[binding.action], "moving"
            keys = seen.setdefault((does, where), [])
            keys.append(screen.app.get_key_display(binding.with_key(key)))
    for does, where, key in getattr(screen, "more_keys", ()):
        seen.setdefault((does, where), []).append(key)
    here = said_place(type(screen))
    places = {
        (does, THIS_SCREEN if where == here else where): seen[does, where] for does, where in seen
    }
    for number, ((does, where), keys) in enumerate(sorted(places.items(), key=_place)):
        yield Row(str(number), (" ".join(dict.fromkeys(keys)), does, where))


def _place(entry: tuple[tuple[str, str], list[str]]) -> int:
    where = entry[0][1]
    return ORDER.index(where) if where in ORDER else len(ORDER)

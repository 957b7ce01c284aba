"""Where a thing is used: recipes, bundles and open events; Enter goes there."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from bakehouse.plugin import Column, Row, Table
from tui.screens.kitchen.cards import Card
from tui.widgets.listing import Listing
from tui.widgets.table import TableView
from tui.widgets.words import Words

COLUMNS = (
    Column("kind", "", width=8, priority=1),
    Column("name", "Used in", width=30, priority=0),
    Column("amount", "How much", align="right", width=12, priority=0),
    Column("date", "When", "date", width=10, priority=2),
)


class UsesScreen(ModalScreen[str | None]):
    """What uses a thing; it ends with the key of the row to go to."""

    KEYS_OF = "where used"
    CSS_PATH = Path(__file__).with_name("kitchen.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "follow", "Go there", id="uses.follow"),
        Binding("escape,q,w", "dismiss(None)", "Back", id="uses.back"),
    ]

    def __init__(self, card: Card) -> None:
        super().__init__()
        self._card = card

    def compose(self) -> ComposeResult:
        """Lay out a title, the list, the keys."""
        with Vertical(id="uses"):
            yield Words("", id="uses-title")
            yield Listing()
            yield Words("Enter goes there · / filters · Esc goes back", id="uses-keys")

    def on_mount(self) -> None:
        """Show them."""
        rows = [
            Row(
                f"{use.kind}:{use.id}#{number}",
                (use.kind, use.name, use.amount, "" if use.day is None else use.day),
            )
            for number, use in enumerate(self._card.uses)
        ]
        count = len(rows)
        places = f"{count} place{'s' * (count != 1)}" if count else "nowhere"
        self.query_one("#uses-title", Words).say(f"{self._card.title} is used in {places}")
        listing = self.query_one(Listing)
        listing.table.show_table(Table(COLUMNS, rows, empty="Nothing uses it."))
        listing.table.focus()

    @on(TableView.Selected)
    def action_follow(self) -> None:
        """Go to the row under the cursor."""
        row = self.query_one(TableView).row
        if row is not None:
            self.dismiss(row.key)

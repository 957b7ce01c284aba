"""The thing under the cursor, whole: its name, its facts, its lines and what uses it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from bakehouse.plugin import Table
from tui.screens.kitchen.cards import COLUMNS, Card, Fix
from tui.widgets.plain import plain
from tui.widgets.table import COPYING, TableView
from tui.widgets.words import Words


class CardTable(TableView):
    """Lines and uses; Enter mends what is unknown, else goes to what the line names."""

    KEYS_OF = "kitchen"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "follow", "Go there", id="kitchen.follow", tooltip="or mend the line"),
        *COPYING,
    ]

    class Followed(Message):
        """Enter on a row."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def action_follow(self) -> None:
        """Tell which row."""
        if self.row is not None:
            self.post_message(self.Followed(self.row.key))


class CardView(Vertical):
    """A card. What it shows is changed by `show` only."""

    def __init__(self) -> None:
        super().__init__(id="card")
        self.card: Card | None = None

    def compose(self) -> ComposeResult:
        """Lay out the title, the facts, the lines, the text."""
        yield Words(id="card-title")
        yield Words(id="card-facts")
        yield CardTable(classes="card-lines")
        yield Words(id="card-text")

    def show(self, card: Card | None) -> None:
        """Show a card, or nothing."""
        self.card = card
        self.query_one("#card-title", Words).say("" if card is None else _title(card))
        facts = "" if card is None else " · ".join(map(plain, card.facts))
        self.query_one("#card-facts", Words).say(facts)
        text = self.query_one("#card-text", Words)
        text.say("" if card is None else card.text)
        text.display = card is not None and bool(card.text)
        self.lines.show_table(Table(COLUMNS, empty="") if card is None else card.table)

    @property
    def lines(self) -> CardTable:
        """The lines and uses."""
        return self.query_one(CardTable)

    @property
    def fix(self) -> Fix | None:
        """What the unknown line under the cursor wants to know, else the first one that does."""
        if self.card is None:
            return None
        row = self.lines.row
        fixes = self.card.fixes
        if self.lines.has_focus and row is not None:
            return fixes.get(row.key)
        return next(iter(fixes.values()), None)


def _title(card: Card) -> str:
    count = len(card.fixes)
    unknown = f"   ? {count} unknown, f mends {'them' if count > 1 else 'it'}" if count else ""
    return f"{card.title}{'   · archived' if card.archived else ''}{unknown}"

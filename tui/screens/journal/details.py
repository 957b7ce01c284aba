"""One entry of the journal, whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from core.services.rows.journal import ChangeRow
from tui.screens.dialog import Dialog
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import BakehouseApp


class DetailsScreen(Dialog[None]):
    """What was done, when, where, and what became of it."""

    KEYS_OF = "journal details"
    CSS_PATH = Path(__file__).with_name("journal.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo_this", "Undo this one", id="details.undo"),
        Binding("escape,enter,q", "dismiss(None)", "Back"),
    ]

    def __init__(self, change: ChangeRow) -> None:
        super().__init__()
        self.change = change

    def compose(self) -> ComposeResult:
        """Lay out the facts, one per line, and the keys under them."""
        with Vertical(id="details"):
            with VerticalScroll(id="details-facts"):
                yield from self._facts()
            undo = "" if self.change.undone_by is not None else "u undoes this one · "
            yield Words(f"{undo}Esc goes back", classes="keys")

    def _facts(self) -> ComposeResult:
        change = self.change
        yield Words(change.summary, classes="title")
        facts = [
            ("number", f"#{change.id}"),
            ("when", f"{change.at:%A %Y-%m-%d %H:%M:%S}"),
            ("kind", change.kind),
            ("terminal", change.terminal),
        ]
        if change.undoes is not None:
            facts.append(("takes back", f"#{change.undoes}"))
        if change.undone_by is not None:
            facts.append(("undone by", f"#{change.undone_by}"))
        width = max(len(name) for name, _ in facts)
        for name, value in facts:
            yield Words(f"{name.rjust(width)}   {value}", classes="fact")

    def action_undo_this(self) -> None:
        """Take this entry back."""
        if self.change.undone_by is None:
            cast("BakehouseApp", self.app).do("undo", {"change": str(self.change.id)})
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to take an entry back once only."""
        return action != "undo_this" or self.change.undone_by is None

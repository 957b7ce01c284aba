"""The lots of one item, under the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import ClassVar

from sqlalchemy.orm import Session
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from bakehouse.plugin import Amount, Column, Money, Ref, Row, Table
from core.services import saying, stock_service
from core.services.rows.stock import LotRow
from core.services.saying import Say
from tui.widgets.days import days_left
from tui.widgets.plain import plain
from tui.widgets.table import COPYING, TableView
from tui.widgets.words import Words

COLUMNS = (
    Column("lot", priority=0),
    Column("left", "Left", "amount", priority=0),
    Column("of", "Of", "amount", priority=4),
    Column("received", "Came in", "date", priority=1),
    Column("expires", "Expires", "date", priority=0),
    Column("days", "Goes off", width=12, priority=2),
    Column("paid", "Paid", "money", priority=2),
    Column("worth", "Worth", "money", priority=3),
    Column("store", "Store or origin", width=16, priority=1),
    Column("kept", "Kept for", width=16, priority=3),
    Column("status", "", "status", priority=0),
)


def read_lots(item_id: int, today: date, session: Session) -> Table:
    """Return the lots of an item that hold something, the first to be used first."""
    say = saying.amounts(session)
    rows = [_row(lot, say, today) for lot in stock_service.list_lots(item_id, session=session)]
    return Table(COLUMNS, rows, empty="Nothing of it is there. b buys, # counts.")


def _row(lot: LotRow, say: Say, today: date) -> Row:
    expired = lot.expires is not None and lot.expires < today
    origin = lot.store or ("made here" if lot.run_id is not None else "")
    return Row(
        f"L{lot.id}",
        (
            f"L{lot.id}",
            Amount(lot.left, say.amount(lot.item_id, lot.left)),
            Amount(lot.amount, say.amount(lot.item_id, lot.amount)),
            lot.received,
            lot.expires or "",
            "" if lot.expires is None else days_left(lot.expires, today),
            Money(lot.paid, say.money(lot.paid)),
            Money(lot.value, say.money(lot.value)) if lot.priced else Money(None, "unknown"),
            ", ".join(filter(None, (origin, lot.product))),
            lot.event_name or "",
            "expired" if expired else "",
        ),
        about=Ref("lot", lot.id),
        style="short" if expired else None,
    )


class LotsTable(TableView):
    """The lots; Esc goes back to the list."""

    KEYS_OF = "lots"
    BINDINGS: ClassVar[list[BindingType]] = [
        *TableView.BINDINGS,
        *COPYING,
        Binding("escape", "close", "Close lots", key_display="Esc", id="lots.close"),
    ]

    def action_close(self) -> None:
        """Close the lots."""
        self.query_ancestor(LotsPanel).close()


class LotsPanel(Vertical):
    """A title and the lots, laid out when they are first looked at."""

    def __init__(self) -> None:
        super().__init__(id="lots")
        # Here and not by a rule of style: under a dialog it is asked before it is styled.
        self.display = False

    @cached_property
    def table(self) -> LotsTable:
        """The lots."""
        return LotsTable()

    def open(self) -> None:
        """Show it, with the focus."""
        if not self.children:
            self.mount(Words(id="lots-title"), self.table)
        self.display = True
        self.table.focus()

    @property
    def lot_id(self) -> int | None:
        """The lot under the cursor, where the lots have the focus."""
        row = self.table.row if self.display and self.table.has_focus else None
        return None if row is None or row.about is None else row.about.id

    def say(self, name: str, facts: Sequence[str] = ()) -> None:
        """Say whose lots these are."""
        self.query_one("#lots-title", Words).say("  ".join([f"Lots of {plain(name)}", *facts]))

    def show(self, table: Table) -> None:
        """Show lots."""
        self.table.show_table(table)
        self.table.styles.height = min(12, max(2, 1 + len(table.rows)))

    def close(self) -> None:
        """Close, and give the focus back."""
        had_focus = self.table.has_focus
        self.display = False
        if had_focus:
            self.screen.query_one("StockTable").focus()

    def on_descendant_focus(self) -> None:
        """Mark the title."""
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        """Take the mark away."""
        self.remove_class("-focused")

"""Stock: what there is of every item, its lots, and counting without leaving the list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from bakehouse.plugin import Ref
from core import clock
from core.errors import BakehouseError, Interrupted
from core.services.on_hand_service import StockedItem
from core.session import KitchenSession
from tui.screens.base import KitchenScreen
from tui.screens.stock.body import StockBody
from tui.screens.stock.counting import begins_amount
from tui.screens.stock.lots import LotsPanel, read_lots
from tui.screens.stock.reading import NOTHING, Stock, read_stock
from tui.screens.stock.table import StockTable
from tui.widgets.footer import Footer
from tui.widgets.headline import Head, Headline
from tui.widgets.listing import Listing
from tui.widgets.notice import Notice
from tui.widgets.plain import plain
from tui.widgets.table import TableView

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services.rows.traces import Trace
    from tui.screens.form.offers import Prefilled

BOUGHT = ("ingredient", "supply")


class StockScreen(KitchenScreen[Stock]):
    """Every item that is stocked."""

    CSS_PATH = Path(__file__).with_name("stock.tcss")
    KEYS_OF = "stock"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "lots", "Lots", id="stock.lots"),
        Binding(
            "number_sign",
            "count",
            "Count",
            key_display="#",
            id="stock.count-here",
            tooltip="in the list; typing a digit begins as well",
        ),
        Binding("b", "buy", "Buy", id="stock.buy"),
        Binding("B", "app.receipt", "Receipt", id="stock.receipt-here"),
        Binding("x", "discard", "Discard", id="stock.discard-here"),
        Binding("w", "why", "Where it goes", id="stock.why",
                tooltip="which events want it, who gets what, and for what"),
        Binding("t", "trace", "Trace", id="stock.trace",
                tooltip="where every lot of it, or the one under the cursor, came from and went"),
        Binding("r", "reload", "Refresh", id="screen.refresh", show=False),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.stock: Stock | None = None
        self._whole = False
        self._wanted: int | None = None
        """An item to go to as soon as it is there."""

    def compose(self) -> ComposeResult:
        """Lay out the headline, the list, the lots, a notice in their place, the keys."""
        yield Headline()
        yield StockBody()
        yield LotsPanel()
        yield Notice()
        yield Footer()

    def on_mount(self) -> None:
        """Say that it is coming."""
        self.head(Head("Stock"))
        self._show_notice("Looking into the larder …")
        super().on_mount()

    # -- reading and showing -----------------------------------------------------------------------

    def reader(self) -> Callable[[KitchenSession], Stock]:
        """Return what reads the stock; the first time a long list comes before its plan."""
        begun = None if self.stock is None or self.stock.whole or self.stale else self.stock
        return partial(read_stock, whole=self._whole, begun=begun)

    def present(self, data: Stock) -> None:
        """Show the stock, and read on where the plan is not in it yet."""
        self.stock = data
        self._whole = True
        if not data.items:
            self._show_notice(
                "Nothing is stocked yet",
                "Items come with a catalogue, with recipes, or one by one.",
                (("ctrl+p", "item: new"), ("bakehouse import FILE", "a catalogue from a file")),
            )
            return
        self.query_one(Notice).display = False
        self.body.display = True
        self.table.show_stock(data)
        self._say_head(data)
        self.body.follow()
        if self.query_one(LotsPanel).display:
            self.load_lots()
        if self.focused is None and not self.app.screen.is_modal:
            self.table.focus()
        self.refresh_bindings()
        if not data.whole:
            self.call_after_refresh(self.load)
        if self._wanted is not None:
            self.go_to(self._wanted)

    def _say_head(self, data: Stock) -> None:
        there = sum(1 for there in data.on_hand.values() if there.left)
        facts = [f"{there} of {len(data.items)} items there"]
        facts.append(f"worth {data.said_worth}")
        expired = sum(1 for there in data.on_hand.values() if there.expired)
        if expired:
            facts.append(f"! {expired} expired")
        if data.unpriced:
            facts.append(f"{data.unpriced} without a price")
        self.head(Head("Stock", tuple(facts)))

    def present_error(self, error: BakehouseError) -> None:
        """Say why the stock cannot be read; what is shown stays."""
        if self.stock is not None and self.stock.items:
            self.head(Head("Stock", self._head.facts, alert="not refreshed, r tries again"))
            self.kitchen.say(str(error), "error")
            return
        self._show_notice("The stock cannot be read", str(error), (("r", "try again"),))

    def _show_notice(
        self, title: str, message: str = "", keys: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.body.display = False
        self.query_one(LotsPanel).display = False
        notice = self.query_one(Notice)
        notice.display = True
        notice.say(title, message, keys)
        self.refresh_bindings()

    @property
    def table(self) -> StockTable:
        """The list."""
        return self.query_one(StockTable)

    @property
    def body(self) -> StockBody:
        """The list, and what counts in it."""
        return self.query_one(StockBody)

    @property
    def item(self) -> StockedItem | None:
        """The item under the cursor."""
        return self.table.item if self.body.display else None

    # -- lots --------------------------------------------------------------------------------------

    def go_to(self, item_id: int) -> None:
        """Put the cursor on an item, taking the filter away, and open its lots."""
        if self.stock is None:
            self._wanted = item_id
            return
        self._wanted = None
        listing = self.query_one(Listing)
        if not self.table.move_to_key(str(item_id)):
            listing.action_clear()
            self.table.move_to_key(str(item_id))
        if self.item is not None and self.item.item_id == item_id:
            self.action_lots()

    def action_lots(self) -> None:
        """Open the lots of the item under the cursor."""
        if self.item is not None:
            self.query_one(LotsPanel).open()
            self.load_lots()

    @on(TableView.Selected)
    def _selected(self, message: TableView.Selected) -> None:
        if message.row.about is not None and message.row.about.kind == "item":
            self.action_lots()

    @work(exclusive=True, group="lots")
    async def load_lots(self) -> None:
        """Read the lots of the item under the cursor."""
        session, item = self._session, self.item
        panel = self.query_one(LotsPanel)
        if session is None or item is None:
            panel.display = False
            return
        read = partial(read_lots, item.item_id, clock.today())
        try:
            found = await asyncio.wrap_future(session.submit(read))
        except Interrupted:
            return
        except BakehouseError as error:
            self.kitchen.say(str(error), "error")
            return
        panel.say(item.name)
        panel.show(found)
        self.refresh_bindings()

    @on(TableView.Moved)
    def _moved(self) -> None:
        if self.table.has_focus and self.query_one(LotsPanel).display:
            self.load_lots()
        self.body.follow()
        self.refresh_bindings()

    # -- doing -------------------------------------------------------------------------------------

    def action_buy(self) -> None:
        """Open the dialog of a purchase."""
        if self.item is not None:
            self.kitchen.ask("buy", {"what": Ref("item", self.item.item_id)})

    def action_discard(self) -> None:
        """Open the dialog of a discard: of the lot under the cursor, or the item."""
        lot_id = self.query_one(LotsPanel).lot_id
        if self.item is None:
            return
        given: Mapping[str, Prefilled] = {"what": Ref("item", self.item.item_id)}
        if lot_id is not None:
            given = {"what": f"L{lot_id}", "amount": "all"}
        self.kitchen.ask("discard", given)

    def action_why(self) -> None:
        """Show where the item, or the lot under the cursor, goes."""
        from tui.screens.why.feeds import FeedsScreen
        from tui.screens.why.following import follow

        if self.item is not None:
            lot_id = self.query_one(LotsPanel).lot_id
            feeds = FeedsScreen(self.item.item_id, self.item.name, lot_id)
            self.app.push_screen(feeds, partial(follow, self.kitchen))

    def action_trace(self) -> None:
        """Show where the lots of the item, or the one under the cursor, came from and went."""
        from tui.screens.why.following import follow
        from tui.screens.why.trace import TraceScreen

        item, lot_id = self.item, self.query_one(LotsPanel).lot_id
        if item is None:
            return
        what = item.name if lot_id is None else f"{item.name}, lot L{lot_id}"
        nothing = f"There has never been any of {item.name}."
        find = partial(_traces, item.item_id, lot_id)
        self.app.push_screen(TraceScreen(what, find, nothing), partial(follow, self.kitchen))

    # -- counting ----------------------------------------------------------------------------------

    def action_count(self, typed: str = "") -> None:
        """Count, from the row under the cursor on."""
        if self.item is not None:
            self.query_one(LotsPanel).close()
            self.body.begin(typed)
            self.refresh_bindings()

    def on_key(self, event: events.Key) -> None:
        """Begin to count with what begins an amount."""
        typed = event.character or ""
        if self._counts_from(typed):
            event.stop()
            event.prevent_default()
            self.action_count(typed)

    def on_paste(self, event: events.Paste) -> None:
        """Begin to count with a number that is pasted into the list."""
        typed = event.text.strip()
        if self._counts_from(typed[:1]):
            event.stop()
            self.action_count(plain(typed))

    def _counts_from(self, char: str) -> bool:
        begins = bool(char) and begins_amount(char)
        return begins and self.table.has_focus and bool(self.check_action("count", ()))

    def on_resize(self) -> None:
        """Keep the blank in its row."""
        self.call_after_refresh(self.body.follow)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what the item under the cursor allows."""
        ours = action in ("lots", "count", "buy", "discard", "why", "trace")
        if not ours and action != "reload":
            return True
        if not self.is_mounted or isinstance(self.focused, Input):
            return not ours
        if action in ("count", "buy", "discard") and self.kitchen.readonly:
            return False
        item = self.item
        if ours and item is None:
            return False
        if action == "lots":
            return not self.query_one(LotsPanel).table.has_focus
        if action == "buy":
            return item is not None and item.kind in BOUGHT
        if action == "discard":
            there = NOTHING if self.stock is None or item is None else self.stock.there(item)
            return bool(there.left or there.expired)
        return True


def _traces(item_id: int, lot_id: int | None, session: Session) -> list[Trace]:
    from core.services import trace_service

    if lot_id is None:
        return trace_service.trace_item(item_id, session=session)
    return [trace_service.trace_lot(lot_id, session=session)]

"""The list with the blank one counts in: it leads from row to row and says what is wrong."""

from __future__ import annotations

import asyncio
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input

from core.errors import BakehouseError
from core.services import stock_service
from core.services.on_hand_service import StockedItem
from core.services.rows.journal import ChangeRow
from core.units import from_micro, parse_amount
from tui.screens.stock.counting import Counted, CountInput, Tally, percentage, unreadable
from tui.screens.stock.table import StockList, StockTable
from tui.threads import in_thread
from tui.widgets.listing import Listing
from tui.widgets.plain import plain
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import BakehouseApp

KEYS = "u takes the last back, / filters, letters are keys"


class StockBody(Container):
    """The list, the blank over it, and the line under it."""

    def __init__(self) -> None:
        super().__init__(id="stock-body")
        self.tally: Tally | None = None
        self._at: int | None = None
        """The item whose blank is open."""
        self._waiting: dict[int, Counted] = {}
        """What was typed but not recorded when counting ended; it is there the next time."""
        self._one_by_one = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """Lay out the list and the line; the blank, in a layer above, is added when one counts."""
        with Container(id="stock-lists"):
            yield StockList()
        yield Words(id="count-line")

    @property
    def table(self) -> StockTable:
        """The list."""
        return self.query_one(StockTable)

    @cached_property
    def blank(self) -> CountInput:
        """Where one types."""
        return CountInput()

    @property
    def kitchen(self) -> BakehouseApp:
        """The app, by its own type."""
        return cast("BakehouseApp", self.app)

    # -- beginning and ending ----------------------------------------------------------------------

    def begin(self, typed: str = "") -> None:
        """Count, from the row under the cursor on."""
        if self.tally is None:
            self.tally = Tally(self._waiting)
            self.table.count(self.tally)
        self.query_one("#count-line").display = True
        if not self.blank.is_attached:
            self.query_one("#stock-lists").mount(self.blank)
        self.blank.display = True
        self._open()
        if typed:
            self.blank.value = typed
            self.blank.cursor_position = len(typed)
        self.call_after_refresh(self.follow)

    @on(CountInput.End)
    def _end_for(self, message: CountInput.End) -> None:
        self.end()
        if message.key is not None:
            key = events.Key(message.key.key, message.key.character)
            # Else it would go no further up than this widget, and not to the keys of the app.
            self.app.post_message(key.set_sender(self.app))

    def end(self) -> None:
        """End counting; what was recorded stays."""
        tally = self.tally
        if tally is None:
            return
        self._keep()
        self.tally = self._at = None
        self.blank.display = False
        self.query_one("#count-line").display = False
        self.table.count(None)
        self.screen.set_focus(self.table)
        if tally.order:
            many = len(tally.order)
            self.kitchen.say(f"Counted {many} item{'s' * (many != 1)}; u takes the last one back.")
        self._waiting = tally.waiting
        if self._waiting:
            many = len(self._waiting)
            what = f"{many} row{'s' * (many != 1)}"
            self.kitchen.say(f"{what} typed but not recorded; # goes back to it.", "warning")

    @on(CountInput.Filter)
    def _filter(self) -> None:
        self._keep()
        self.blank.display = False
        self.query_one(Listing).action_filter()

    @on(Input.Submitted, ".filter")
    def _go_on(self) -> None:
        if self.tally is not None:
            self.call_after_refresh(self.begin)

    def on_descendant_focus(self) -> None:
        """Go back to the blank when the list itself gets the focus while one counts."""
        if self.tally is not None and self.table.has_focus:
            self.call_after_refresh(self.begin)

    # -- from row to row ---------------------------------------------------------------------------

    def follow(self) -> None:
        """Put the blank where its row is."""
        if self.tally is None or not self.blank.display:
            return
        item = self.table.item
        if item is None or item.item_id != self._at:
            self._keep()
            self._open()
        self._place()

    def _lay_out(self) -> None:
        self.table.lay_out()
        self._place()

    def _place(self) -> None:
        where = self.table.blank()
        if where is not None:
            x, y, width = where
            self.blank.styles.offset = (x, y)
            self.blank.styles.width = width

    def _open(self) -> None:
        item = self.table.item
        assert self.tally is not None
        self._at = None if item is None else item.item_id
        self.blank.value = "" if item is None else self.tally.typed(item.item_id)
        self.blank.cursor_position = len(self.blank.value)
        # At once, for the next key of a number may be on its way already.
        self.screen.set_focus(self.blank)
        self._say(item)

    def _keep(self) -> None:
        """Keep what was typed in the row that is left, with why it cannot be recorded."""
        if self.tally is not None and self._at is not None:
            row = self.tally.rows.get(self._at)
            same = row is not None and row.typed == self.blank.value.strip()
            refused = row.refused if row is not None and same else ""
            if not (same and row is not None and row.change_id is not None):
                self.tally.keep(self._at, self.blank.value, refused)
                self._lay_out()

    def _say(self, item: StockedItem | None) -> None:
        line = self.query_one("#count-line", Words)
        row = None if self.tally is None or item is None else self.tally.rows.get(item.item_id)
        typed = self.blank.value.strip()
        refused_here = "" if row is None or row.typed != typed else row.refused
        line.set_class(bool(refused_here), "error")
        if refused_here:
            line.say(f"✗ {plain(refused_here)}")
            return
        if part := self._part(item, typed):
            line.say(part)
            return
        done = 0 if self.tally is None else len(self.tally.order)
        refused = 0 if self.tally is None else self.tally.refused
        state = f"{done} counted" + (f", ! {refused} refused" if refused else "")
        line.say(f"{state} · {KEYS}")

    def _part(self, item: StockedItem | None, typed: str) -> str:
        """Say what a percentage comes to: it is of what the lots held, not of what is left."""
        part, stock = percentage(typed), self.table.stock
        held = 0 if item is None or stock is None else stock.there(item).held
        if part is None or item is None or stock is None or not held:
            return ""
        whole, counted = (
            stock.stocked.amount(item, from_micro(held) * times) for times in (1, part)
        )
        return plain(f"{counted}: {typed} of the {whole} its lots held when they came in")

    @on(Input.Changed, "CountInput")
    def _typing(self) -> None:
        if self.tally is not None:
            self._say(self.table.item)

    @on(CountInput.Skip)
    def _skip(self, message: CountInput.Skip) -> None:
        self._keep()
        self.table.cursor += message.rows
        self.follow()

    # -- recording ---------------------------------------------------------------------------------

    @on(Input.Submitted, "CountInput")
    def _record(self, message: Input.Submitted) -> None:
        message.stop()
        item, tally = self.table.item, self.tally
        if item is None or tally is None:
            return
        typed = message.value.strip()
        if typed:
            refused = unreadable(typed) or _unit_missing(item, typed)
            tally.keep(item.item_id, typed, refused)
            self._lay_out()
            if refused:
                self._say(item)
                return
            self.record(item, typed)
        if self.table.cursor == len(self.table.rows) - 1:
            self.blank.value = tally.typed(item.item_id)
            self.kitchen.say("That was the last row; Esc ends counting.")
            return
        self.table.cursor += 1
        self.follow()

    @work(group="count")
    async def record(self, item: StockedItem, typed: str) -> None:
        """Record one count, after those that were typed before it."""
        work_ = partial(stock_service.count, item.item_id, typed)
        async with self._one_by_one:
            try:
                change = await asyncio.wrap_future(in_thread(work_, "count"))
            except BakehouseError as error:
                self._refused(item, typed, str(error))
                return
        self._recorded(item, typed, change)

    def _recorded(self, item: StockedItem, typed: str, change: ChangeRow) -> None:
        if self.tally is None:
            self.kitchen.done(change)
            return
        self.tally.recorded(item.item_id, typed, change.id)
        self._lay_out()
        self._say(self.table.item)
        self.kitchen.catch_up(change)

    def _refused(self, item: StockedItem, typed: str, why: str) -> None:
        if self.tally is None:
            self.kitchen.say(f"{item.name}: {why}", "error")
            return
        self.tally.keep(item.item_id, typed, why)
        self._lay_out()
        self._say(self.table.item)
        self.kitchen.say(f"{item.name}: {why}", "warning")

    @on(CountInput.TakeBack)
    @work(group="count")
    async def take_back(self) -> None:
        """Take the last count back, and go to its row."""
        from core.services import journal_service

        async with self._one_by_one:
            last = None if self.tally is None else self.tally.last
            if self.tally is None or last is None:
                self.kitchen.say("Nothing has been counted yet; Esc ends counting.")
                return
            item_id, change_id = last
            undo = partial(journal_service.undo, change_id)
            try:
                change = await asyncio.wrap_future(in_thread(undo, "count"))
            except BakehouseError as error:
                self.kitchen.say(str(error), "warning")
                return
        self.tally.taken_back(item_id)
        self._keep()
        self._at = None
        self._lay_out()
        self.table.move_to_key(str(item_id))
        self.follow()
        self.kitchen.catch_up(change)


def _unit_missing(item: StockedItem, typed: str) -> str:
    """Refuse a bare number of what is weighed: nobody knows whether it means packs or grams."""
    if typed.endswith("%") or item.unit == "each":
        return ""
    amount = parse_amount(typed, allow_zero=True)
    if amount.unit is not None or not amount.value:
        return ""
    large = {"g": "kg", "ml": "l"}.get(item.unit, item.unit)
    return f"{typed} what? Type {typed} {large}, {typed} packs, or {typed}% of what there was."

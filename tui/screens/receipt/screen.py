"""Entering a receipt: store and day, then line after line, without leaving the keys."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer

from core.commands.preview import Preview, preview_on
from core.errors import BakehouseError, Interrupted, ReceiptRefused
from core.money import say_money
from core.services.receipt_service import ReceiptLine, record_receipt
from core.services.rows.journal import ChangeRow
from core.session import KitchenSession
from core.worker import SessionWorker
from tui.drafts import RECEIPT, Drafts
from tui.screens.dialog import HIGH, Dialog
from tui.screens.form.differences import DifferencesView
from tui.screens.form.screen import DEBOUNCE
from tui.screens.receipt.choices import read_choices, total
from tui.screens.receipt.form import ReceiptForm, Wrong
from tui.screens.receipt.lines import Entry, LineView
from tui.threads import in_thread
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import BakehouseApp

KEYS = "Enter next · Ctrl+Y line out · Ctrl+S records · Esc aside · Ctrl+R drops it"


class ReceiptScreen(Dialog[ChangeRow | None]):
    """A form with as many lines as the receipt has; what is typed is kept as a draft."""

    VERTICAL_BREAKPOINTS = [(0, "-low"), (HIGH, "-short"), (24, "-high"), (40, "-tall")]
    KEYS_OF = "receipt"
    CSS_PATH = Path(__file__).with_name("receipt.tcss")
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "aside", "Put aside", id="receipt.aside"),
        Binding("ctrl+s", "record", "Record", id="receipt.record", priority=True),
        Binding("ctrl+r", "drop", "Throw it away", id="receipt.drop", priority=True),
        Binding("ctrl+y", "take_out", "Take the line out", id="receipt.out", priority=True),
        Binding("pagedown", "scroll(1)", "More", show=False, priority=True),
        Binding("pageup", "scroll(-1)", "Less", show=False, priority=True),
    ]

    def __init__(self, drafts: Drafts, *, event_id: int | None = None) -> None:
        super().__init__()
        self.drafts = drafts
        self.about_event = event_id
        self.preview: Preview | None = None
        self.looked = False
        """Whether what would change has been looked at since something was typed."""
        self.recording = False
        self.keys_wait = True
        self._session: SessionWorker | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the head, the lines, what is offered, what would change, the keys."""
        with Vertical(id="receipt"):
            yield Words("stock: enter a receipt", id="receipt-title")
            yield ReceiptForm(self.drafts.find(RECEIPT))
            yield Words("", id="receipt-message")
            yield DifferencesView()
            yield Words(KEYS, id="receipt-keys")

    def on_mount(self) -> None:
        """Read what can be bought, then begin."""
        self._session = SessionWorker(name="receipt")
        self.watch(self.app, "newest", self._look_again, init=False)
        self.begin()

    def on_unmount(self) -> None:
        """Have the session closed on its own thread."""
        if self._session is not None:
            self._session.close()

    @work(exclusive=True, group="fill")
    async def begin(self) -> None:
        """Read what can be bought and go to the first field that is empty."""
        assert self._session is not None
        try:
            choices = await asyncio.wrap_future(self._session.submit(read_choices))
        except BakehouseError as error:
            self._say(str(error), bad=True)
        else:
            self.form.begin(choices)
            self.look()
        finally:
            self.take_keys()

    @property
    def form(self) -> ReceiptForm:
        """The fields."""
        return self.query_one(ReceiptForm)

    @on(ReceiptForm.Told)
    def _told(self, message: ReceiptForm.Told) -> None:
        self._say(message.text, bad=message.bad)

    # -- what it would do --------------------------------------------------------------------------

    @on(ReceiptForm.Changed)
    def _look_soon(self) -> None:
        self.looked = False
        self._total()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DEBOUNCE, self._rested)

    def _look_again(self) -> None:
        """Look what it would change now that somebody has changed the kitchen."""
        if not self.keys_wait and not self.has_left:
            self.look()

    def _rested(self) -> None:
        self.keep_draft()
        self.look()

    def keep_draft(self) -> bool:
        """Keep what was typed, in case the program ends; False where there is nothing to keep."""
        draft = self.form.typed()
        if draft is None:
            self.drafts.drop(RECEIPT)
        else:
            self.drafts.keep(draft)
        return draft is not None

    def _total(self) -> None:
        filled = self.form.filled
        paid, missing = total([line.texts[2] for line in filled])
        said = f"{len(filled)} line{'s' * (len(filled) != 1)}"
        if filled:
            said += f" · {say_money(paid, self.form.choices.currency)}"
        if missing and filled:
            said += f" · {missing} without a price"
        self.query_one("#receipt-title", Words).say(f"stock: enter a receipt   {said}")

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Do it in a rehearsal and show what changes."""
        session = self._session
        assert session is not None
        self._total()
        views, lines = self.form.read(all_of_it=False)
        if not lines:
            self._show(None)
            return
        try:
            day = self.form.read_day()
        except Wrong as wrong:
            self._say(str(wrong), bad=True)
            return
        session.interrupt()
        work_ = partial(_look, lines, self.form.store.text or None, day, self.about_event)
        try:
            seen = await asyncio.wrap_future(session.submit_rehearsal(work_))
        except Interrupted:
            return
        except BakehouseError as error:
            self._say_refusal(views, error)
            return
        self._refuse(views, None)
        self._show(seen)

    def _say_refusal(self, views: list[LineView], error: BakehouseError) -> None:
        if isinstance(error, ReceiptRefused):
            self._refuse(views, error)
        else:
            self._say(str(error), bad=True)
        self._show(None)

    def _refuse(self, views: list[LineView], refused: ReceiptRefused | None) -> None:
        told = {} if refused is None else refused.lines
        for place, line in enumerate(views):
            line.refuse(told.get(place, ""))
        wrong = [line for line in views if line.refused and not line.taken_out]
        here = self.form.line
        if wrong:
            shown = here if here in wrong else wrong[0]
            assert shown is not None
            self._say(f"line {shown.number}: {shown.refused}", bad=True)
        else:
            self._say("")

    def _show(self, seen: Preview | None) -> None:
        self.preview = seen
        self.looked = True
        self.query_one(DifferencesView).show(
            () if seen is None else seen.differences,
            done=seen is not None,
            several=self.about_event is None,
        )

    def _say(self, text: str, *, bad: bool = False) -> None:
        message = self.query_one("#receipt-message", Words)
        message.set_class(bad, "error")
        message.say(f"✗ {text}" if bad else text)

    # -- doing it ----------------------------------------------------------------------------------

    def action_record(self) -> None:
        """Record all of it; what was typed stays if it is refused."""
        if self.recording:
            return
        try:
            day = self.form.read_day()
            views, lines = self.form.read(all_of_it=True)
        except Wrong as wrong:
            wrong.entry.focus()
            self._say(str(wrong), bad=True)
            return
        if not lines:
            self._say("There is nothing on the receipt yet.", bad=True)
            return
        self.recording = self.keys_wait = True
        self.record(views, lines, day)

    @work(group="record")
    async def record(self, views: list[LineView], lines: list[ReceiptLine], day: date) -> None:
        """Record it on a thread."""
        if self._timer is not None:
            self._timer.stop()
        work_ = partial(record_receipt, lines, store=self.form.store.text or None, received=day)
        try:
            change = await asyncio.wrap_future(in_thread(work_, "record"))
        except ReceiptRefused as refused:
            self._refuse(views, refused)
            next(line for line in views if line.refused).entry("amount").focus()
        except BakehouseError as error:
            self._say(str(error), bad=True)
        else:
            self.drafts.drop(RECEIPT)
            self.dismiss(change)
        finally:
            self.recording = False
            self.take_keys()

    def action_aside(self) -> None:
        """Leave; what was typed is there when the form is opened again."""
        if self.recording:
            return
        if self.keep_draft():
            kitchen = cast("BakehouseApp", self.app)
            key = kitchen.said_key("stock.receipt")
            kitchen.say(f"The receipt is put aside; {key} goes on with it.")
        self.dismiss(None)

    def action_forward(self) -> None:
        """Leave the field that has the focus forwards."""
        if isinstance(self.focused, Entry):
            self.form.forward(self.focused)

    def action_other(self, step: int) -> None:
        """Choose another thing, or go to another line."""
        if isinstance(self.focused, Entry):
            self.form.other(self.focused, step)

    async def action_take_out(self) -> None:
        """Take out the line that has the focus."""
        if not self.recording:
            await self.form.take_out()

    def action_drop(self) -> None:
        """Leave, and throw away what was typed."""
        if self.recording:
            return
        if self._timer is not None:
            self._timer.stop()
        self.drafts.drop(RECEIPT)
        self.dismiss(None)

    def action_scroll(self, pages: int) -> None:
        """Scroll through what would change."""
        self.query_one(DifferencesView).scroll_relative(y=5 * pages, animate=False)


def _look(
    lines: list[ReceiptLine],
    store: str | None,
    day: date,
    event_id: int | None,
    session: KitchenSession,
) -> Preview:
    return preview_on(
        session,
        lambda: record_receipt(lines, store=store, received=day, session=session),
        event_id=event_id,
    )

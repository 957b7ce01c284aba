"""The fields of a receipt: store, day and lines, and going from one to the next."""

from __future__ import annotations

from datetime import date

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input

from core import clock
from core.days import parse_day
from core.errors import UnreadableArgument
from core.services.receipt_service import ReceiptLine
from tui.drafts import RECEIPT, Draft
from tui.screens.form.screen import SHOWN_OFFERS
from tui.screens.receipt.choices import (
    Choice,
    Choices,
    first_amount,
    likely_price,
    number_said,
    offered,
)
from tui.screens.receipt.lines import PARTS, Entry, LineView
from tui.widgets.days import day_said
from tui.widgets.plain import folded, plain
from tui.widgets.words import Words


class Wrong(Exception):
    """Something on the form cannot be recorded: where it is, and why."""

    def __init__(self, entry: Entry, why: str) -> None:
        self.entry = entry
        super().__init__(why)


class ReceiptForm(Vertical):
    """The head and as many lines as the receipt has, with an empty one at the end."""

    class Changed(Message):
        """Something else is typed."""

    class Told(Message):
        """Something is to be said about what was typed."""

        def __init__(self, text: str, *, bad: bool = False) -> None:
            self.text = text
            self.bad = bad
            super().__init__()

    def __init__(self, draft: Draft | None) -> None:
        super().__init__(id="receipt-form")
        self.draft = draft
        self.choices = Choices((), (), (), "USD")
        self._chosen = -1
        self._choosing = ""
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Lay out the head, the lines, what is offered."""
        written = () if self.draft is None else self.draft.lines
        lines = [line for line in written if len(line) == len(PARTS)]
        with Horizontal(id="receipt-head"):
            yield Words("Store", classes="receipt-label")
            yield Entry("store", "where")
            yield Words("Date", classes="receipt-label")
            yield Entry("date", "today")
            yield Words("", id="receipt-day")
        with VerticalScroll(id="receipt-lines", can_focus=False):
            for number, texts in enumerate(lines, start=1):
                yield LineView(number, texts)
            yield LineView(len(lines) + 1)
        yield Words("", id="receipt-offers")

    def begin(self, choices: Choices) -> None:
        """Go to the first field that is empty; there is something to choose from now."""
        self.choices = choices
        written = {} if self.draft is None else self.draft.texts
        self.day.value = written.get("date", clock.today().isoformat())
        self.store.offers = list(choices.stores)
        if self.draft is None:
            self.store.placeholder = plain(next(iter(choices.stores), "where"))
            self.store.focus()
            return
        self.store.value = written.get("store", "")
        for line in self.lines:
            line.choice = self._meant(line)
        self._first_open().focus()

    def _first_open(self) -> Entry:
        """Return where one goes on: the first field that is still needed."""
        for line in self.filled:
            if line.choice is None:
                return line.entry("what")
            if not line.texts[1]:
                return line.entry("amount")
        return self.lines[-1].entry("what")

    def typed(self) -> Draft | None:
        """Return what was typed, if anything was."""
        lines = tuple(line.texts for line in self.filled)
        texts = {"store": self.store.text, "date": self.day.text}
        return Draft(RECEIPT, texts=texts, lines=lines) if lines else None

    # -- what there is -----------------------------------------------------------------------------

    @property
    def store(self) -> Entry:
        """The field of the store."""
        return self.query_one(".entry-store", Entry)

    @property
    def day(self) -> Entry:
        """The field of the day."""
        return self.query_one(".entry-date", Entry)

    @property
    def lines(self) -> list[LineView]:
        """The lines, without one that is on its way out."""
        return [line for line in self.query(LineView) if not line.taken_out]

    @property
    def filled(self) -> list[LineView]:
        """The lines with something on them."""
        return [line for line in self.lines if not line.is_empty]

    @property
    def line(self) -> LineView | None:
        """The line that has the focus."""
        return next((line for line in self.lines if self.screen.focused in line.children), None)

    def _taken(self, but: LineView) -> set[tuple[int, int | None]]:
        chosen = (line.choice for line in self.lines if line is not but)
        return {choice.key for choice in chosen if choice is not None}

    def _offered(self, line: LineView, typed: str) -> list[Choice]:
        return offered(self.choices, typed, self.store.text, self._taken(line))

    def _meant(self, line: LineView) -> Choice | None:
        """Return what is named on a line: what was chosen, else what is called just so."""
        if line.choice is not None:
            return line.choice
        typed = folded(line.entry("what").text)
        return next((each for each in self.choices.all if folded(plain(each.name)) == typed), None)

    # -- from field to field -----------------------------------------------------------------------

    def forward(self, entry: Entry) -> None:
        """Leave a field forwards; at once, for the next key may be on its way already."""
        line = self.line
        if entry.part == "store":
            self._take_store()
        elif entry.part == "what" and line is not None:
            self._take_what(line)
        elif entry.part == "amount" and line is not None and not entry.text:
            self._tell("How much? Packs as 2 or 2 x 5 kg, or an amount as 1.5 kg.", bad=True)
        elif entry.part == "paid" and line is not None:
            self.next_line(line)
        else:
            self.screen.focus_next()

    def _take_store(self) -> None:
        begun = [each for each in self.store.offers if folded(each).startswith(self._store_typed)]
        if begun and all(folded(each) != self._store_typed for each in begun):
            self.store.value = begun[0]
        self.screen.set_focus(self.day)

    @property
    def _store_typed(self) -> str:
        return folded(self.store.text)

    def _take_what(self, line: LineView) -> None:
        typed = line.entry("what").text
        meant = self._meant(line) or next(iter(self._offered(line, typed)), None)
        if meant is None:
            if typed:
                self._tell(f"Nothing that is bought is called “{plain(typed)}”.", bad=True)
            elif not line.is_empty:
                self._tell("What is it? A line that is emptied is left out.", bad=True)
            else:
                self._tell("Ctrl+S records the receipt.")
            return
        line.choose(meant)
        last = self.choices.bought(meant, self.store.text)
        amount = line.entry("amount")
        amount.fill(first_amount(meant, last))
        line.entry("paid").fill(likely_price(meant, last, amount.text))
        self.screen.set_focus(amount)

    def next_line(self, line: LineView) -> None:
        """Go to the line below."""
        lines = self.lines
        place = lines.index(line) + 1
        if place < len(lines):
            self.screen.set_focus(lines[place].entry("what"))

    def _keep_one_spare(self) -> None:
        """Have an empty line at the end before anybody gets there."""
        lines = self.lines
        if not lines[-1].is_empty:
            self.query_one("#receipt-lines").mount(LineView(len(lines) + 1))

    async def take_out(self) -> None:
        """Take the line out that has the focus, and go to what stands in its place then."""
        line, focused = self.line, self.screen.focused
        if line is None or line.is_empty or not isinstance(focused, Entry):
            return
        lines = self.lines
        place = lines.index(line)
        below = lines[place + 1]
        self.screen.set_focus(below.entry("what" if below.is_empty else focused.part))
        line.taken_out = True
        await line.remove()
        for number, other in enumerate(self.lines, start=1):
            other.renumber(number)
        self.post_message(self.Changed())

    def other(self, entry: Entry, step: int) -> None:
        """Choose another thing that is offered, else go to another line."""
        line = self.line
        if entry.part == "what" and line is not None and self._choose(line, step):
            return
        if entry.part == "store" and self.choices.stores:
            self._choose_store(step)
            return
        lines = self.lines
        place = (lines.index(line) if line is not None else -1) + step
        if 0 <= place < len(lines):
            part = entry.part if line is not None else "what"
            self.screen.set_focus(lines[place].entry(part))
        elif place < 0:
            self.screen.set_focus(self.store)

    def _choose(self, line: LineView, step: int) -> bool:
        found = self._offered(line, self._typed)
        if not found:
            return False
        self._chosen = (self._chosen + step) % len(found) if self._chosen >= 0 or step > 0 else -1
        if self._chosen < 0:
            return False
        self._choosing = plain(found[self._chosen].name)
        line.choose(found[self._chosen])
        line.entry("what").cursor_position = len(self._choosing)
        self._offer(line)
        return True

    def _choose_store(self, step: int) -> None:
        stores = self.choices.stores
        here = stores.index(self.store.text) if self.store.text in stores else -1
        self.store.value = stores[(here + step) % len(stores)]

    # -- while one types ---------------------------------------------------------------------------

    @on(LineView.Changed)
    def _typed_in_line(self, message: LineView.Changed) -> None:
        line, entry = message.line, message.entry
        if entry.part == "what" and entry.value != self._choosing:
            self._typed, self._chosen, self._choosing = entry.text, -1, ""
        if entry.part == "amount" and line.choice is not None:
            last = self.choices.bought(line.choice, self.store.text)
            line.entry("paid").fill(likely_price(line.choice, last, entry.text))
        self._keep_one_spare()
        self._offer(line)
        self.post_message(self.Changed())

    @on(Input.Changed, ".entry-store, .entry-date")
    def _typed_in_head(self) -> None:
        said, beside = day_said(self.day.text, past=True), self.query_one("#receipt-day", Words)
        beside.display = bool(said)
        beside.say(said)
        self.post_message(self.Changed())

    def on_descendant_focus(self) -> None:
        """Offer what the field that has the focus can hold."""
        line = self.line
        if line is None:
            self.query_one("#receipt-offers", Words).say("")
            return
        self._typed, self._chosen, self._choosing = "", -1, ""
        if line.choice is None:
            self._typed = line.entry("what").text
        self._offer(line)
        if line.refused:
            self._tell(line.refused, bad=True)

    def _offer(self, line: LineView) -> None:
        what = line.entry("what")
        if not what.has_focus:
            amount = line.entry("amount")
            told = number_said(line.choice, amount.text) if line.choice and amount.has_focus else ""
            self.query_one("#receipt-offers", Words).say(plain(told))
            return
        found = self._offered(line, self._typed)
        what.offers = [plain(choice.name) for choice in found]
        what.placeholder = self._as_before(found[0]) if found else "what was bought"
        start = max(0, self._chosen)
        names = [
            f"[{plain(choice.name)}]" if place == self._chosen else plain(choice.name)
            for place, choice in enumerate(found)
        ][start : start + SHOWN_OFFERS]
        told = "↓ " + " · ".join(names) if names else ""
        if self._typed and not found:
            told = f"nothing that is bought is called “{plain(self._typed)}”"
        self.query_one("#receipt-offers", Words).say(told)

    def _as_before(self, choice: Choice) -> str:
        last = self.choices.bought(choice, self.store.text)
        paid = "" if last is None or last.paid is None else str(last.paid)
        return "  ".join(filter(None, (plain(choice.name), first_amount(choice, last), paid)))

    def _tell(self, text: str, *, bad: bool = False) -> None:
        self.post_message(self.Told(text, bad=bad))

    # -- reading it --------------------------------------------------------------------------------

    def read_day(self) -> date:
        """Return the day on the receipt, today if none is. Raises `Wrong` for what is none."""
        today = clock.today()
        if not self.day.text:
            return today
        try:
            return parse_day(self.day.text, today, past=True)
        except UnreadableArgument as error:
            raise Wrong(self.day, str(error)) from None

    def read(self, *, all_of_it: bool) -> tuple[list[LineView], list[ReceiptLine]]:
        """Return the lines that say something; unfinished ones are `Wrong` where all count."""
        views: list[LineView] = []
        read: list[ReceiptLine] = []
        for line in self.filled:
            what, amount, paid = line.texts
            meant = self._meant(line)
            if meant is None or not amount:
                if all_of_it and meant is None:
                    why = f"Nothing that is bought is called “{plain(what)}”."
                    raise Wrong(line.entry("what"), why if what else "What is it?")
                if all_of_it:
                    raise Wrong(line.entry("amount"), f"How much {plain(what)}?")
                continue
            views.append(line)
            read.append(ReceiptLine(meant.item_id, meant.product_id, amount, paid))
        return views, read

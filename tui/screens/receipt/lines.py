"""One line of a receipt: what, how much, for how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from tui.screens.receipt.choices import Choice
from tui.widgets.one_line import OneLine
from tui.widgets.plain import folded, plain
from tui.widgets.words import Words

PARTS = ("what", "amount", "paid")


class Completing(Suggester):
    """Completes what begins as typed."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._entry = entry

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first offer that begins with what was typed."""
        start = folded(value)
        for offer in self._entry.offers:
            if folded(offer).startswith(start) and len(offer) > len(value):
                return value + offer[len(value) :]
        return None


class Entry(OneLine):
    """A field of the receipt: Enter goes on, the arrows choose or change the line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.forward", "Next", show=False),
        Binding("tab", "screen.forward", "Next", show=False),
        Binding("shift+tab", "back", "Back", show=False),
        Binding("down", "screen.other(1)", "Next offer or line", show=False),
        Binding("up", "screen.other(-1)", "Offer or line before", show=False),
    ]

    def __init__(self, part: str, placeholder: str = "") -> None:
        super().__init__(
            placeholder=placeholder,
            compact=True,
            select_on_focus=True,
            suggester=Completing(self) if part in ("what", "store") else None,
            classes=f"entry-{part}",
        )
        self.part = part
        self.offers: list[str] = []
        self.filled = ""
        """What was filled in by itself; what a person typed stays."""

    @property
    def text(self) -> str:
        """What was typed."""
        return self.value.strip()

    def fill(self, text: str) -> None:
        """Fill in something, unless a person has typed something else."""
        if not self.text or self.text == self.filled:
            self.filled = text
            self.value = text

    def action_back(self) -> None:
        """Go back."""
        self.screen.focus_previous()


class LineView(Horizontal):
    """A line: its number, its three fields, and the mark of a wrong one."""

    class Changed(Message):
        """Something else is typed."""

        def __init__(self, line: LineView, entry: Entry) -> None:
            self.line = line
            self.entry = entry
            super().__init__()

    def __init__(self, number: int, texts: Sequence[str] = ("", "", "")) -> None:
        super().__init__(classes="receipt-line")
        self.number = number
        self.choice: Choice | None = None
        self.refused = ""
        self.taken_out = False
        self._texts = tuple(texts)

    def compose(self) -> ComposeResult:
        """Lay out the number and the fields."""
        yield Words(f"{self.number:>3}", classes="receipt-number")
        yield Entry("what")
        yield Entry("amount", "2, 2 x 5 kg, 1.5 kg")
        yield Entry("paid", "price")

    def on_mount(self) -> None:
        """Fill in what was typed before."""
        for part, text in zip(PARTS, self._texts, strict=True):
            self.entry(part).value = text

    def entry(self, part: str) -> Entry:
        """Return a field."""
        return self.query_one(f".entry-{part}", Entry)

    @property
    def texts(self) -> tuple[str, ...]:
        """What was typed."""
        if not self.children:
            return self._texts
        return self.entry("what").text, self.entry("amount").text, self.entry("paid").text

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on it."""
        return not any(self.texts)

    def refuse(self, why: str) -> None:
        """Mark the line, or take the mark away; one that is taken out has none."""
        if self.taken_out:
            return
        self.refused = why
        self.set_class(bool(why), "-refused")
        self._say_number()

    def renumber(self, number: int) -> None:
        """Say that it is another line of the receipt than it was."""
        self.number = number
        self._say_number()

    def _say_number(self) -> None:
        mark = "✗" if self.refused else " "
        self.query_one(".receipt-number", Words).say(f"{mark}{self.number:>2}")

    def choose(self, choice: Choice) -> None:
        """Name something on this line."""
        self.choice = choice
        self.entry("what").value = plain(choice.name)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        entry = event.input
        assert isinstance(entry, Entry)
        named = "" if self.choice is None else plain(self.choice.name)
        if entry.part == "what" and entry.text != named:
            self.choice = None
        self.post_message(self.Changed(self, entry))

"""One line of a dialog: a label, what is typed, and what it may be."""

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

from core.commands.model import Given, Param, Wanted
from core.days import EXAMPLES
from tui.screens.form.offers import Offer, matching
from tui.widgets.days import day_said
from tui.widgets.one_line import OneLine
from tui.widgets.plain import folded
from tui.widgets.words import Words

HINTS = {
    Wanted.FLAG: "yes or no",
}


def label_of(param: Param) -> str:
    """Return the name of a parameter as people say it."""
    return param.label or param.name.replace("_", " ").capitalize()


class Offering(Suggester):
    """Completes a name that begins as typed."""

    def __init__(self, field: Field) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._field = field

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first offer that begins with what was typed."""
        start = folded(value)
        for offer in self._field.offers:
            if folded(offer.text).startswith(start) and len(offer.text) > len(value):
                return value + offer.text[len(value) :]
        return None


class FieldInput(OneLine):
    """The input of a field; the arrows go through what is offered, else to the next field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "next(1)", "Next", show=False),
        Binding("up", "next(-1)", "Previous", show=False),
        Binding("tab", "take", "Complete", show=False),
    ]

    class Take(Message):
        """The field is left forwards: what it offers is taken."""

    class Next(Message):
        """An arrow was pressed."""

        def __init__(self, step: int) -> None:
            self.step = step
            super().__init__()

    def action_next(self, step: int) -> None:
        """Tell the field."""
        self.post_message(self.Next(step))

    def action_take(self) -> None:
        """Tell the field."""
        self.post_message(self.Take())


class Field(Horizontal):
    """A parameter of a command."""

    class Changed(Message):
        """Something else is typed."""

    class Focused(Message):
        """The field has the focus now, or offers something else."""

        def __init__(self, field: Field) -> None:
            self.field = field
            super().__init__()

    def __init__(
        self, param: Param, width: int, label: str = "", *, required: bool = False
    ) -> None:
        super().__init__(classes="field")
        self.param = param
        self.required = required or param.required
        self._label = label or label_of(param)
        self.offers: Sequence[Offer] = [
            Offer("choice", n, choice) for n, choice in enumerate(self._choices(param))
        ]
        self._width = width
        self._typed = ""
        self._chosen = -1
        self._choosing = ""

    @staticmethod
    def _choices(param: Param) -> tuple[str, ...]:
        return ("no", "yes") if param.wanted is Wanted.FLAG else param.choices

    def compose(self) -> ComposeResult:
        """Lay out the label and the input."""
        mark = "*" if self.required else " "
        label = f"{self._label} {mark}".rjust(self._width)
        yield Words(label, classes="field-label")
        yield FieldInput(
            placeholder=self._placeholder(),
            compact=True,
            suggester=Offering(self),
            select_on_focus=True,
        )
        if self.param.wanted is Wanted.DATE:
            yield Words("", classes="field-day")

    def _placeholder(self) -> str:
        param = self.param
        if param.wanted is Wanted.DATE:
            return f"{param.help} ({EXAMPLES})"
        hint = param.metavar or HINTS.get(param.wanted, "")
        more = " ; …" if param.many else ""
        if param.wanted is Wanted.PAIR:
            return f"{param.help}   {hint}{more}"
        return f"{hint}{more}   {param.help}".strip() if hint else f"{param.help}{more}"

    @property
    def input(self) -> FieldInput:
        """Where one types."""
        return self.query_one(FieldInput)

    @property
    def is_missing(self) -> bool:
        """Whether it must not stay empty, and is."""
        return self.required and not self.text

    @property
    def text(self) -> str:
        """What was typed."""
        return self.input.value.strip()

    @property
    def given(self) -> Given:
        """What was typed, as the command takes it; what only one choice begins with is that."""
        text, start = self.text, folded(self.text)
        begun = [choice for choice in self.param.choices if start and choice.startswith(start)]
        if len(begun) == 1:
            return begun[0]
        if self.param.many:
            return [part.strip() for part in text.split(";") if part.strip()]
        return text or None

    @property
    def found(self) -> list[Offer]:
        """What is offered for what was typed."""
        return matching(self.offers, self._typed)

    def choose(self, step: int) -> bool:
        """Take the next thing offered; False where nothing is."""
        found = self.found
        if not found:
            return False
        self._chosen = (self._chosen + step) % len(found)
        self._choosing = found[self._chosen].text
        self.input.value = self._choosing
        self.input.cursor_position = len(self._choosing)
        return True

    @property
    def chosen(self) -> int:
        """The place of the offer that was taken with an arrow, or -1."""
        return self._chosen

    @on(FieldInput.Take)
    def go_on(self) -> None:
        """Complete what was begun, and go to the next field."""
        begun = self.text and all(offer.text != self.text for offer in self.offers)
        if begun and self.found and self._chosen < 0:
            self.choose(1)
        self.screen.focus_next()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.param.wanted is Wanted.DATE:
            self._read_day(event.value)
        if not event.value or event.value != self._choosing:
            exact = any(offer.text == event.value for offer in self.offers)
            self._typed = "" if exact else event.value
            self._chosen = -1
            if exact:
                texts = [offer.text for offer in self.found]
                self._chosen = texts.index(event.value)
            self._choosing = ""
        self.post_message(self.Changed())
        if self.input.has_focus:
            self.post_message(self.Focused(self))

    def _read_day(self, typed: str) -> None:
        """Say beside the field which day is meant."""
        said, beside = day_said(typed, past=self.param.past), self.query_one(".field-day", Words)
        beside.display = bool(said)
        beside.say(said)

    def offer(self, offers: Sequence[Offer]) -> None:
        """Offer things, of items only those of the kinds that go here."""
        kinds = self.param.kinds
        self.offers = [each for each in offers if not kinds or each.hint in kinds]

    def on_descendant_focus(self) -> None:
        """Tell what is offered."""
        self.add_class("-focused")
        self.post_message(self.Focused(self))

    def on_descendant_blur(self) -> None:
        """Take the mark away."""
        self.remove_class("-focused")

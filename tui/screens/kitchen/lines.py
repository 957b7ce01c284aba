"""Lines written as text, one per row, with what each means beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec.structs import replace
from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import TextArea

from core.commands.lines import is_heading
from core.commands.model import Param
from tui.screens.form.fields import Field, label_of
from tui.screens.kitchen.tellers import State, Teller, Told
from tui.widgets.drawing import style_of
from tui.widgets.plain import fitted, folded, plain
from tui.widgets.words import Words

LEAST_ROWS = 1
LONGEST_LINE = 1000
MOST_LINES = 500
STYLES: Mapping[State, str] = {"of what": "which"}
"""How a state looks that looks like another one."""


class LinesArea(TextArea):
    """Where lines are written: Enter opens the next one, on an empty line it goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", "Next", show=False),
        Binding("up", "step(-1)", "Previous", show=False),
    ]

    class Step(Message):
        """An arrow was pressed."""

        def __init__(self, step: int) -> None:
            self.step = step
            super().__init__()

    def action_step(self, step: int) -> None:
        """Tell the field."""
        self.post_message(self.Step(step))

    async def _on_paste(self, event: events.Paste) -> None:
        """Take a block as lines, without anything that would move the cursor."""
        event.prevent_default()
        event.stop()
        lines = [
            "\t".join(plain(cell) for cell in line.split("\t"))[:LONGEST_LINE]
            for line in event.text.splitlines()
            if line.strip() and not is_heading(line)
        ]
        text = "\n".join(lines[:MOST_LINES])
        if len(lines) > 1 and self.document.get_line(self.cursor_location[0]).strip():
            text = "\n" + text
        self.replace(text, *self.selection)


class Meanings(Widget):
    """What each line means, row by row."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "meaning--known",
        "meaning--new",
        "meaning--unknown",
        "meaning--which",
        "meaning--bad",
        "meaning--waiting",
    }

    told: reactive[tuple[Told, ...]] = reactive(())
    writing: reactive[int] = reactive(-1)
    """The row that is being written, whose faults are not yet told loudly."""

    def render(self) -> Text:
        """Draw one row for each line."""
        width = self.content_size.width
        rows = [self._row(number, told, width) for number, told in enumerate(self.told)]
        return Text("\n", no_wrap=True, end="").join(rows)

    def _row(self, number: int, told: Told, width: int) -> Text:
        if told.state == "empty":
            return Text("")
        waiting = number == self.writing and told.state == "bad"
        style = "waiting" if waiting else STYLES.get(told.state, told.state)
        return Text(fitted(told.said, width), self._style(style))

    def _style(self, name: str) -> Style:
        return style_of(self, f"meaning--{name}")


class LinesField(Horizontal):
    """A parameter of a command that takes many lines."""

    class Offered(Message):
        """The line under the cursor means something else now, or offers something else."""

        def __init__(self, field: LinesField) -> None:
            self.field = field
            super().__init__()

    def __init__(self, param: Param, width: int, label: str = "") -> None:
        super().__init__(classes="field lines-field")
        self.param = param
        self.teller: Teller | None = None
        self._label = (label or label_of(param)).rjust(width)
        self._mostly_one = param.name == "makes"
        self._offer = 0
        self._chosen = False
        """Whether what is offered first was chosen with an arrow."""
        self._seen = ""
        """The text that the screen knows of."""

    def compose(self) -> ComposeResult:
        """Lay out the label, the lines, and what they mean."""
        yield Words(self._label, classes="field-label")
        area = LinesArea(
            soft_wrap=False, tab_behavior="focus", compact=True, placeholder=self.param.help
        )
        area.cursor_blink = False
        area.highlight_cursor_line = False
        yield area
        meanings = Meanings()
        meanings.display = False
        yield meanings

    @property
    def hint(self) -> str:
        """What the lines are, and how one gets on."""
        more = " · Enter goes on, ↓ opens another one to choose from" if self._mostly_one else ""
        return f"{self.param.help}{more}"

    @property
    def area(self) -> LinesArea:
        """Where one writes."""
        return self.query_one(LinesArea)

    @property
    def lines(self) -> list[str]:
        """What is written, line by line, without those that are empty."""
        return [line for line in self.area.text.split("\n") if line.strip()]

    @property
    def row(self) -> int:
        """The row of the cursor."""
        return self.area.cursor_location[0]

    @property
    def told(self) -> tuple[Told, ...]:
        """What each row means."""
        return self.query_one(Meanings).told

    @property
    def here(self) -> Told:
        """What the row of the cursor means."""
        told = self.told
        return told[self.row] if self.row < len(told) else Told("empty")

    @property
    def offer(self) -> int:
        """The place of what is offered first."""
        return self._offer

    def load(self, text: str) -> None:
        """Write something else."""
        self.area.text = self._seen = text
        self.area.move_cursor(self.area.document.end)
        self.tell()

    def focus_end(self) -> None:
        """Put the cursor behind the last line."""
        self.screen.set_focus(self.area)
        self.area.move_cursor(self.area.document.end)

    def bad_rows(self) -> list[int]:
        """Return the rows that cannot be kept."""
        return [n for n, told in enumerate(self.told) if not told.stands]

    def go_to(self, row: int) -> None:
        """Put the cursor at the end of a row."""
        self.screen.set_focus(self.area)
        self.area.move_cursor((row, len(self._line(row))))

    def _line(self, row: int) -> str:
        return self.area.document.get_line(row)

    # -- while one writes --------------------------------------------------------------------------

    def tell(self) -> None:
        """Say anew what every line means."""
        rows = self.area.text.split("\n")
        teller = self.teller
        told = [Told("empty") if teller is None else teller.tell(row) for row in rows]
        if self._mostly_one:
            # A batch makes the one or the other.
            told[1:] = [replace(each, text=f"or {each.text}") for each in told[1:]]
        meanings = self.query_one(Meanings)
        meanings.told = tuple(told)
        # What is to be written is said where nothing is written yet, and needs the room.
        meanings.display = bool(self.area.text.strip())
        height = max(LEAST_ROWS, len(rows))
        self.area.styles.height = meanings.styles.height = height
        self._here()

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._offer, self._chosen = 0, False
        self.tell()
        if self.area.text != self._seen:
            self._seen = self.area.text
            self.post_message(Field.Changed())

    @on(TextArea.SelectionChanged)
    def _moved(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        self._here()

    def _here(self) -> None:
        meanings = self.query_one(Meanings)
        meanings.writing = self.row if self.area.has_focus else -1
        self._suggest()
        self.post_message(self.Offered(self))

    def _suggest(self) -> None:
        """Show the rest of the first name that begins as typed."""
        area, line, here = self.area, self._line(self.row), self.here
        area.suggestion = ""
        if here.state != "which" or area.cursor_location[1] != len(line):
            return
        if line.endswith(here.typed) and self._is_begun:
            area.suggestion = here.offers[self._offer].name[len(here.typed) :]

    @property
    def _is_begun(self) -> bool:
        """Whether what is typed begins the name that is offered first."""
        here = self.here
        return self.is_offering and folded(here.offers[self._offer].name).startswith(
            folded(here.typed)
        )

    @property
    def is_offering(self) -> bool:
        """Whether the line under the cursor may be one of several items."""
        return self.here.state == "which"

    def take(self) -> bool:
        """Write the item that is offered first; False where none is."""
        if not self.is_offering or self.teller is None:
            return False
        self._rewrite(self.teller.accept(self._line(self.row), self.here.offers[self._offer]))
        return True

    def refuse(self) -> bool:
        """Take what is typed as a new item; False where nothing is offered."""
        if not self.is_offering or self.teller is None:
            return False
        self._rewrite(self.teller.refuse(self._line(self.row)))
        return True

    def switch(self) -> None:
        """Take the new item of the line under the cursor as something else."""
        if self.teller is not None:
            self._rewrite(self.teller.switch(self._line(self.row)))

    def choose(self, step: int) -> None:
        """Offer the next item first."""
        self._chosen = True
        self._offer = (self._offer + step) % len(self.here.offers)
        self._suggest()
        self.post_message(self.Offered(self))

    def _rewrite(self, text: str) -> None:
        row = self.row
        self.area.replace(text, (row, 0), (row, len(self._line(row))))
        self.area.move_cursor((row, len(text)))
        self.tell()

    def next_line(self) -> bool:
        """Open the next line; False on an empty one, or where one is enough: that is to go on.

        A name that was begun is completed; what only contains the words stays a question.
        """
        if not self._line(self.row).strip():
            self._close_last()
            return False
        if self._chosen or self._is_begun:
            self.take()
        if not self._mostly_one:
            self._open_below()
        return not self._mostly_one

    def _open_below(self) -> None:
        row = self.row
        end = len(self._line(row))
        self.area.replace("\n", (row, end), (row, end))
        self.area.move_cursor((row + 1, 0))

    def _close_last(self) -> None:
        """Take the line under the cursor away where it is the last of several, and empty."""
        row = self.row
        if row > 0 and row == self.area.document.line_count - 1 and not self._line(row).strip():
            end = len(self._line(row - 1))
            self.area.replace("", (row - 1, end), (row, len(self._line(row))))

    @on(LinesArea.Step)
    def _step(self, event: LinesArea.Step) -> None:
        event.stop()
        if self.is_offering and len(self.here.offers) > 1:
            self.choose(event.step)
        elif 0 <= self.row + event.step < self.area.document.line_count:
            self.area.move_cursor_relative(rows=event.step)
        elif event.step > 0 and self._mostly_one and self._line(self.row).strip():
            self._open_below()
        else:
            self._close_last()
            (self.screen.focus_next if event.step > 0 else self.screen.focus_previous)()

    def on_descendant_focus(self) -> None:
        """Mark the field."""
        self.add_class("-focused")
        self._here()

    def on_descendant_blur(self) -> None:
        """Take the mark away."""
        self.remove_class("-focused")
        self._here()

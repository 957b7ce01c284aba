"""The one line above a screen: what it shows on the left, of which state on the right."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Offset
from textual.reactive import reactive
from textual.widget import Widget

from tui.modes import MODES
from tui.widgets.bars import bar
from tui.widgets.cells import percent
from tui.widgets.drawing import style_of
from tui.widgets.plain import fitted, plain

if TYPE_CHECKING:
    from tui.app import BakehouseApp

BAR = 12


class Head(Struct, frozen=True):
    """What stands in the headline.

    `value` is a percentage with a bar, None without one; `facts` follow the title; `state` is the
    revision and the time, `alert` a word that must be seen.
    """

    title: str
    facts: tuple[str, ...] = ()
    value: Decimal | None = None
    state: str = ""
    alert: str = ""


class Headline(Widget):
    """One line; the title gives way, the state does not."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "headline--title",
        "headline--fact",
        "headline--bar",
        "headline--rest",
        "headline--mode",
        "headline--mode-open",
        "headline--state",
        "headline--alert",
    }

    head: reactive[Head] = reactive(Head(""), always_update=True)

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[int, str, str]] = []
        self._right_at = 0

    def render(self) -> Text:
        """Draw it in the width there is."""
        head, width = self.head, self.content_size.width
        facts = [plain(fact) for fact in head.facts]
        right = self._right(head, modes=True)
        if self._needed(head, facts) + right.cell_len > width:
            right = self._right(head, modes=False)
        while facts and self._needed(head, facts) + right.cell_len > width:
            facts.pop()
        shown = head.value is not None
        bars = BAR + 6 if shown else 0
        room = width - right.cell_len - bars - sum(cell_len(fact) + 3 for fact in facts) - 1
        title = plain(head.title)
        left = Text(no_wrap=True, end="")
        left.append(fitted(title, max(1, min(cell_len(title), room))), self._style("title"))
        for fact in facts:
            left.append(f"   {fact}", self._style("fact"))
        if head.value is not None:
            full, rest = bar(head.value, BAR)
            left.append("  ")
            left.append(full, self._style("bar"))
            left.append(rest, self._style("rest"))
            left.append(f" {percent(head.value)}", self._style("fact"))
        left.append(" " * max(1, width - left.cell_len - right.cell_len))
        self._right_at = left.cell_len
        left.append_text(right)
        left.truncate(width)
        return left

    def _needed(self, head: Head, facts: list[str]) -> int:
        bars = BAR + 6 if head.value is not None else 0
        return cell_len(plain(head.title)) + sum(cell_len(fact) + 3 for fact in facts) + bars + 2

    def _right(self, head: Head, *, modes: bool) -> Text:
        right = Text(end="")
        self._places = []
        if modes:
            app = cast("BakehouseApp", self.app)
            for mode in MODES:
                style = "mode-open" if app.current_mode == mode.name else "mode"
                text = f"{app.said_key(f'go.{mode.name}')} {mode.title}"
                self._places.append((right.cell_len, text, mode.name))
                right.append(text, self._style(style))
                right.append("  ")
            right.append("  ")
        right.append(head.state, self._style("state"))
        if head.alert:
            right.append(" " if head.state else "")
            right.append(f" {head.alert} ", self._style("alert"))
        return right

    def _modes(self) -> list[tuple[Offset, int, str]]:
        return [(Offset(self._right_at + at, 0), cell_len(text), mode)
                for at, text, mode in self._places]  # fmt: skip

    def jump_targets(self) -> list[tuple[Offset, Callable[[], object]]]:
        """Return where each mode stands, and what goes there."""
        go = cast("BakehouseApp", self.app).action_go
        return [(at, partial(go, mode)) for at, _, mode in self._modes()]

    def on_click(self, event: events.Click) -> None:
        """Go to the mode under the mouse."""
        place = event.get_content_offset(self)
        for at, width, mode in self._modes():
            if place is not None and at.x <= place.x < at.x + width and not self.screen.is_modal:
                cast("BakehouseApp", self.app).action_go(mode)
                return

    def _style(self, name: str) -> Style:
        return style_of(self, f"headline--{name}")

"""One line of tabs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import ClassVar

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.drawing import style_of
from tui.widgets.plain import plain

LEFT_OUT = "…"
"""What stands where there are tabs before the first one shown."""


class Tab(Struct, frozen=True):
    """One tab: its title, the place it stands for, and whether it is open."""

    title: str
    place: int
    open: bool


class TabLine(Widget):
    """Titles in a row, one of which is open; the open one is in brackets too, not only coloured."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tabs--open", "tabs--closed"}

    tabs: reactive[tuple[Tab, ...]] = reactive(())

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, place: int) -> None:
            self.place = place
            super().__init__()

    def render(self) -> Text:
        """Draw the titles."""
        line = Text(no_wrap=True, end="")
        shown = self._shown
        if len(shown) < len(self.tabs):
            line.append(LEFT_OUT, style_of(self, "tabs--closed"))
        for _, tab in shown:
            line.append(_said(tab), style_of(self, f"tabs--{'open' if tab.open else 'closed'}"))
        line.truncate(self.content_size.width, overflow="ellipsis")
        return line

    def jump_targets(self) -> list[tuple[Offset, Callable[[], object]]]:
        """Return where each tab begins, and what opens it."""
        return [
            (Offset(start, 0), partial(self.post_message, self.Chosen(tab.place)))
            for start, tab in self._shown
        ]

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        offset = event.get_content_offset(self)
        x = -1 if offset is None else offset.x
        for start, tab in self._shown:
            if start <= x < start + cell_len(_said(tab)):
                self.post_message(self.Chosen(tab.place))
                return

    @property
    def _shown(self) -> list[tuple[int, Tab]]:
        """The tabs and where each begins; the first give way where the open one would not fit."""
        widths = [cell_len(_said(tab)) for tab in self.tabs]
        end = next((n for n, tab in enumerate(self.tabs, 1) if tab.open), 0)
        first, mark = 0, 0
        while first < end - 1 and mark + sum(widths[first:end]) > self.content_size.width:
            first, mark = first + 1, len(LEFT_OUT)
        starts = accumulate(widths[first:-1], initial=mark)
        return list(zip(starts, self.tabs[first:], strict=True)) if self.tabs else []


def _said(tab: Tab) -> str:
    title = plain(tab.title)
    return f"▌{title}▐" if tab.open else f" {title} "

"""One line of tabs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.drawing import style_of
from tui.widgets.plain import plain


@dataclass(frozen=True, slots=True)
class Tab:
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
        for tab in self.tabs:
            line.append(_said(tab), style_of(self, f"tabs--{'open' if tab.open else 'closed'}"))
        line.truncate(self.content_size.width, overflow="ellipsis")
        return line

    def jump_targets(self) -> list[tuple[Offset, Callable[[], object]]]:
        """Return where each tab begins, and what opens it."""
        targets: list[tuple[Offset, Callable[[], object]]] = []
        start = 0
        for tab in self.tabs:
            targets.append((Offset(start, 0), partial(self.post_message, self.Chosen(tab.place))))
            start += Text(_said(tab)).cell_len
        return targets

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        offset = event.get_content_offset(self)
        x = -1 if offset is None else offset.x
        start = 0
        for tab in self.tabs:
            width = Text(_said(tab)).cell_len
            if start <= x < start + width:
                self.post_message(self.Chosen(tab.place))
                return
            start += width


def _said(tab: Tab) -> str:
    title = plain(tab.title)
    return f"▌{title}▐" if tab.open else f" {title} "

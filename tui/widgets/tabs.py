"""One line of tabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.widgets.drawing import style_of
from tui.widgets.plain import plain


class TabLine(Widget):
    """Titles in a row, one of which is open; the open one is in brackets too, not only coloured."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tabs--open", "tabs--closed"}

    titles: reactive[tuple[str, ...]] = reactive(())
    open: reactive[int] = reactive(0)

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, place: int) -> None:
            self.place = place
            super().__init__()

    def render(self) -> Text:
        """Draw the titles."""
        line = Text(no_wrap=True, end="")
        for text, place in self._parts():
            name = "open" if place == self.open else "closed"
            line.append(text, style_of(self, f"tabs--{name}"))
        line.truncate(self.content_size.width, overflow="ellipsis")
        return line

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        offset = event.get_content_offset(self)
        x = -1 if offset is None else offset.x
        start = 0
        for text, place in self._parts():
            if start <= x < start + Text(text).cell_len:
                self.post_message(self.Chosen(place))
                return
            start += Text(text).cell_len

    def _parts(self) -> Sequence[tuple[str, int]]:
        return [
            (
                f"▌{place + 1} {plain(title)}▐"
                if place == self.open
                else f" {place + 1} {plain(title)} ",
                place,
            )
            for place, title in enumerate(self.titles)
        ]

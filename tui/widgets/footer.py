"""The one line below a screen: the keys that do something now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import ActiveBinding
from textual.widget import Widget

from tui.widgets.drawing import style_of

PALETTE = "command_palette"
KEYS = "app.keys"
"""The list of all keys: it is named however little room there is."""
Entry = tuple[str, str, str]
"""A key, how it is said, and what it does."""
NOTHING: Entry = ("", "", "")


class Footer(Widget):
    """Drawn as text: it changes with every step of a cursor, so it must cost next to nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"footer--key", "footer--description"}

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow what can be done."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _: object) -> None:
        self.refresh()

    def render(self) -> Text:
        """Draw as many keys as there is room for, and how to find the others."""
        width = self.content_size.width
        key, description = style_of(self, "footer--key"), style_of(self, "footer--description")
        line = Text(no_wrap=True, end="")
        self._places = []
        *others, keys, palette = self._shown()
        room = width - _cells(palette)
        left = room - _cells(keys)
        for entry in others:
            left -= _cells(entry)
            if left < 0:
                break
            self._put(line, entry, key, description)
        self._put(line, keys, key, description)
        line.append(" " * (room - line.cell_len))
        self._put(line, palette, key, description)
        line.truncate(width)
        return line

    def _put(self, line: Text, entry: Entry, key: Style, description: Style) -> None:
        if entry == NOTHING:
            return
        pressed, said, what = entry
        self._places.append((line.cell_len, line.cell_len + _cells(entry), pressed))
        line.append(f" {said}", key)
        line.append(f" {what} ", description)

    def _shown(self) -> Iterator[Entry]:
        """Yield each key that does something now, then the list of keys, then the palette."""
        seen: set[str] = set()
        keys = palette = NOTHING
        for key, each in self.screen.active_bindings.items():
            binding = each.binding
            if binding.action == PALETTE:
                palette = key, self._said(key, each), "palette"
            elif binding.show and binding.description and binding.action not in seen:
                seen.add(binding.action)
                entry = key, self._said(key, each), binding.description
                if binding.id == KEYS:
                    keys = entry
                else:
                    yield entry
        yield keys
        yield palette

    def _said(self, key: str, active: ActiveBinding) -> str:
        return active.binding.key_display or self.app.get_key_display(active.binding.with_key(key))

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        place = event.get_content_offset(self)
        for start, end, key in self._places:
            if place is not None and start <= place.x < end and key:
                self.app.simulate_key(key)


def _cells(entry: Entry) -> int:
    _, said, what = entry
    return 0 if entry == NOTHING else cell_len(f" {said} {what} ")

"""The one line below a screen: the keys that do something now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import ActiveBinding
from textual.widget import Widget

from tui.widgets.drawing import style_of

PALETTE = "command_palette"


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
        *shown, palette = self._shown()
        room = width - cell_len(f" {palette[1]} {palette[2]} ")
        for pressed, said, what in shown:
            if line.cell_len + cell_len(f" {said} {what} ") > room:
                break
            self._put(line, pressed, Text.assemble((f" {said}", key), (f" {what} ", description)))
        line.append(" " * (room - line.cell_len))
        pressed, said, what = palette
        self._put(line, pressed, Text.assemble((f" {said}", key), (f" {what} ", description)))
        line.truncate(width)
        return line

    def _put(self, line: Text, key: str, entry: Text) -> None:
        self._places.append((line.cell_len, line.cell_len + entry.cell_len, key))
        line.append_text(entry)

    def _shown(self) -> Iterator[tuple[str, str, str]]:
        """Yield the key, how it is said and what it does, the palette last."""
        seen: set[str] = set()
        active = self.screen.active_bindings
        for key, each in active.items():
            binding = each.binding
            if binding.show and binding.description and binding.action not in seen:
                seen.add(binding.action)
                yield key, self._said(key, each), binding.description
        palette = next((k for k, each in active.items() if each.binding.action == PALETTE), "")
        said = self._said(palette, active[palette]) if palette else ""
        yield palette, said, "palette" if palette else ""

    def _said(self, key: str, active: ActiveBinding) -> str:
        return active.binding.key_display or self.app.get_key_display(active.binding.with_key(key))

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        place = event.get_content_offset(self)
        for start, end, key in self._places:
            if place is not None and start <= place.x < end and key:
                self.app.simulate_key(key)

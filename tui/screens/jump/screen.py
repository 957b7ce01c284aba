"""Letters on whatever can be gone to; the next key goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget

from tui.screens.dialog import Dialog
from tui.widgets.words import Words

LETTERS = "asdfghjklqwertyuiopzxcvbnmASDFGHJKLQWERTYUIOPZXCVBNM"
"""In the order in which fingers find them."""


class Target(Struct, frozen=True):
    """Somewhere to go: where its letter stands on the screen, and what going there does."""

    at: Offset
    go: Callable[[], object]


@runtime_checkable
class Jumpable(Protocol):
    """A widget that has several places to go to, or another way of going there than the focus."""

    def jump_targets(self) -> list[tuple[Offset, Callable[[], object]]]:
        """Return where each letter stands inside the widget, and what going there does."""


class JumpScreen(Dialog[None]):
    """Shows the letters over the screen below, and goes to the one that is pressed."""

    KEYS_OF = "jump"
    CSS_PATH = Path(__file__).with_name("jump.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+o", "dismiss(None)", "Back", id="jump.back", priority=True),
    ]

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        self.targets = dict(zip(LETTERS, _targets(below), strict=False))

    def compose(self) -> ComposeResult:
        """Put each letter at its place."""
        for letter, target in self.targets.items():
            label = Words(letter, classes="jump-letter")
            label.styles.offset = target.at
            yield label

    def on_key(self, event: events.Key) -> None:
        """Go where the letter says; any other key goes back."""
        event.stop()
        target = self.targets.get(event.character or "")
        self.dismiss(None)
        if target is not None:
            self.app.call_later(target.go)

    def on_click(self) -> None:
        """Go back."""
        self.dismiss(None)


def _targets(below: Screen[Any]) -> Iterator[Target]:
    """Return the places to go to from top to bottom, then from left to right."""
    found = sorted(_all(below), key=lambda target: (target.at.y, target.at.x))
    seen: set[Offset] = set()
    for target in found:
        if target.at not in seen:
            seen.add(target.at)
            yield target


def _all(below: Screen[Any]) -> Iterator[Target]:
    focusable = set(below.focus_chain)
    for widget in below.walk_children(Widget):
        # What is scrolled out of sight or hidden has no place on the screen.
        region = widget.region.intersection(below.region)
        if not widget.display or not region or not _is_shown(widget):
            continue
        if isinstance(widget, Jumpable):
            for offset, go in widget.jump_targets():
                yield Target(widget.content_region.offset + offset, go)
        elif widget in focusable:
            yield Target(region.offset, widget.focus)


def _is_shown(widget: Widget) -> bool:
    return all(each.display for each in widget.ancestors_with_self if isinstance(each, Widget))

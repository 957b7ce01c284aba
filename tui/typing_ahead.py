"""Keys in the order in which they are typed, also by someone who does not look.

Textual sends a key to what has the focus at that moment. A key typed right after one that opens a
dialog would still go to the list behind it, and one typed before a screen has read its data to
nothing at all. Here a key is sent when the one before it is done with and the screen that came of
it takes keys; until then it is held.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar, cast
from weakref import WeakSet

from textual import events
from textual.message_pump import MessagePump
from textual.screen import Screen, ScreenResultType

from tui.contain import ContainingApp

Result = TypeVar("Result")

PATIENCE: Final = 2.0
"""Seconds after which a key is taken for done with: what it went to may have been taken away."""
ROUNDS: Final = 6
"""How often one key is followed through the queues until nothing comes of it any more."""
AT_ONCE: Final = ("go.", "app.quit", "app.suspend")
"""What the ids of the bindings begin with that no screen can hold up."""


class Awaited(Screen[ScreenResultType]):
    """A screen that keys wait for while it is not there yet, or is just leaving."""

    keys_wait = False
    """Whether what is typed is held."""

    def take_keys(self) -> None:
        """Take what was typed meanwhile."""
        self.keys_wait = False
        app = cast("TypingAhead[Any]", self.app)
        app.call_later(app.send_keys)


class TypingAhead(ContainingApp[Result]):
    """An app that does one key after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead: deque[events.Key | events.Paste] = deque()
        self._on_its_way = False
        self._sent_at = 0.0
        self._held = 0
        self._settled: WeakSet[MessagePump] = WeakSet()
        """The screens that have been laid out and have given something the focus."""

    async def on_event(self, event: events.Event) -> None:
        """Hold what is typed until it can go where it belongs."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._on_its_way and time.monotonic() - self._sent_at > PATIENCE:
            self._on_its_way = False
        if isinstance(event, events.Key) and self._waiting and self._goes_at_once(event.key):
            self._ahead.clear()
            await self._send(event)
            return
        self._ahead.append(event)
        await self.send_keys()

    def hold_keys(self) -> None:
        """Hold what is typed, because something is under way that opens another screen."""
        self._held += 1

    def release_keys(self) -> None:
        """Let what was typed go where it belongs now."""
        self._held -= 1
        self.call_later(self.send_keys)

    async def send_keys(self) -> None:
        """Send what is held, as far as it can go now."""
        while self._ahead and not self._on_its_way:
            screen = self.screen
            if screen not in self._settled:
                self._settled.add(screen)
                self._follow((screen,))
            elif self._waiting:
                return
            else:
                await self._send(self._ahead.popleft())

    @property
    def _waiting(self) -> bool:
        screen = self.screen
        return bool(self._held) or (isinstance(screen, Awaited) and screen.keys_wait)

    def _goes_at_once(self, key: str) -> bool:
        if key == "escape":
            return True
        active = self.screen.active_bindings.get(key)
        return active is not None and (active.binding.id or "").startswith(AT_ONCE)

    async def _send(self, event: events.Key | events.Paste) -> None:
        target = self.focused or self.screen
        await super().on_event(event)
        self._follow(tuple(node for node in target.ancestors_with_self if node is not self))

    @property
    def _beside(self) -> Iterable[MessagePump]:
        """The widgets of a screen of Textual's own, whose parts talk to each other about a key."""
        screen = self.screen
        return () if isinstance(screen, Awaited) else screen.walk_children()

    def _follow(self, nodes: Sequence[MessagePump]) -> None:
        """Go the way of a key, from what had the focus up to the app, behind it in every queue."""
        self._on_its_way = True
        self._sent_at = time.monotonic()
        self._pass(nodes, 0, ROUNDS)

    def _pass(self, nodes: Sequence[MessagePump], place: int, rounds: int) -> None:
        for next_place in range(place, len(nodes)):
            if nodes[next_place].call_later(self._pass, nodes, next_place + 1, rounds):
                return
            # What has been taken away passes nothing on.
        self.call_later(self._arrived, nodes, rounds - 1)

    async def _arrived(self, nodes: Sequence[MessagePump], rounds: int) -> None:
        """Go round again while the key has brought about something: a message, another focus."""
        busy = any(node.message_queue_size for node in (*nodes, self, *self._beside))
        if rounds and busy:
            self._pass(nodes, 0, rounds)
            return
        self._on_its_way = False
        await self.send_keys()

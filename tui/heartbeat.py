"""Naming the plugin that holds up the screen."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from plugins.host import Host

BEAT = 0.25
"""Seconds between two beats of the screen."""
STALL = 0.75
"""Seconds without a beat after which the screen counts as held up."""


class Heartbeat:
    """Looks from a thread of its own at what the screen's thread is doing when it does not beat.

    `tell` is called on the screen's thread, with the first beat after a stall that a plugin made:
    with its name, and what to say.
    """

    def __init__(self, host: Host, tell: Callable[[str, str], None]) -> None:
        self._host = host
        self._tell = tell
        self._screen = threading.get_ident()
        self._last = time.monotonic()
        self._found: tuple[str, str] | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="bakehouse-heartbeat", daemon=True).start()

    def beat(self) -> None:
        """Say that the screen is alive."""
        now = time.monotonic()
        found, self._found = self._found, None
        if found is not None:
            plugin, where = found
            seconds = now - self._last
            self._tell(
                plugin, f"The plugin {plugin} held up the screen for {seconds:.1f} s: {where}"
            )
        self._last = now

    def end(self) -> None:
        """Stop looking; waits for nothing."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(BEAT):
            if time.monotonic() - self._last > STALL:
                self._found = self._culprit() or self._found

    def _culprit(self) -> tuple[str, str] | None:
        frame: FrameType | None = sys._current_frames().get(self._screen)
        while frame is not None:
            module = str(frame.f_globals.get("__name__", ""))
            plugin = self._host.plugin_of(module)
            if plugin is not None:
                return plugin, f"{module}, line {frame.f_lineno}"
            frame = frame.f_back
        return None

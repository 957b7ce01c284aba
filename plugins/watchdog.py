"""Stopping what a plugin runs when it takes too long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

AGAIN = 0.05
"""Seconds between two attempts to stop: one may come between two statements and miss both."""
GRACE = 1.0
"""Seconds after the limit that it has to end before it is called stuck."""


class Watchdog:
    """Within `with`: calls `stop` after `seconds`, again and again, then `stuck` once.

    Both are called on the watchdog's thread, and never after the block has ended.
    """

    def __init__(self, seconds: float, stop: Callable[[], None], stuck: Callable[[], None]) -> None:
        self.hit = False
        self._seconds = seconds
        self._stop = stop
        self._stuck = stuck
        self._ended = threading.Event()
        self._acting = threading.Lock()

    def __enter__(self) -> Watchdog:
        threading.Thread(target=self._watch, name="plugin-watchdog", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._acting:
            self._ended.set()

    def _watch(self) -> None:
        if self._ended.wait(self._seconds):
            return
        until = time.monotonic() + GRACE
        while time.monotonic() < until:
            if not self._act(self._stop) or self._ended.wait(AGAIN):
                return
        self._act(self._stuck)

    def _act(self, action: Callable[[], None]) -> bool:
        with self._acting:
            if self._ended.is_set():
                return False
            self.hit = True
            action()
            return True

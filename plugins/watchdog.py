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

    Both are called on a thread of the watchdog's, and never after the block has ended.
    """

    __slots__ = ("_acting", "_ended", "_over", "_seconds", "_stop", "_stuck", "hit")

    def __init__(self, seconds: float, stop: Callable[[], None], stuck: Callable[[], None]) -> None:
        self.hit = False
        self._seconds = seconds
        self._stop = stop
        self._stuck = stuck
        self._over: threading.Event | None = None
        self._ended = False
        self._acting = threading.Lock()

    def __enter__(self) -> Watchdog:
        _ALARM.set(self, time.monotonic() + self._seconds)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if _ALARM.clear(self):
            return
        with self._acting:
            self._ended = True
            if self._over is not None:
                self._over.set()

    def bark(self) -> None:
        """Stop it, on a thread of its own: asking a server to stop may take a while."""
        with self._acting:
            if self._ended:
                return
            self._over = threading.Event()
        threading.Thread(
            target=self._act_until, args=(self._over,), name="plugin-watchdog", daemon=True
        ).start()

    def _act_until(self, over: threading.Event) -> None:
        until = time.monotonic() + GRACE
        while time.monotonic() < until:
            if not self._act(self._stop) or over.wait(AGAIN):
                return
        self._act(self._stuck)

    def _act(self, action: Callable[[], None]) -> bool:
        with self._acting:
            if self._ended:
                return False
            self.hit = True
            action()
            return True


class _Alarm:
    """One daemon thread that wakes every watchdog whose time has come."""

    def __init__(self) -> None:
        self._due: dict[Watchdog, float] = {}
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._wakes = float("inf")
        self._running = False

    def set(self, dog: Watchdog, when: float) -> None:
        """Wake a watchdog at a moment of the monotonic clock."""
        with self._lock:
            self._due[dog] = when
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="plugin-alarm", daemon=True).start()
            elif when < self._wakes:
                self._wakes = when
                self._changed.notify()

    def clear(self, dog: Watchdog) -> bool:
        """Let a watchdog sleep; tell whether it has never been woken."""
        with self._lock:
            return self._due.pop(dog, None) is not None

    def _run(self) -> None:
        while True:
            with self._changed:
                self._wakes = self._next()
                left = self._wakes - time.monotonic()
                if left > 0:
                    self._changed.wait(min(left, threading.TIMEOUT_MAX))
                now = time.monotonic()
                late = [dog for dog, when in self._due.items() if when <= now]
                for dog in late:
                    del self._due[dog]
            for dog in late:
                dog.bark()

    def _next(self) -> float:
        """Return when to wake next; a time that was set stays, though its watchdog sleeps by now.

        Else each of many short watches would wake this thread, which costs more than the watch.
        """
        soonest = min(self._due.values(), default=float("inf"))
        return soonest if self._wakes <= time.monotonic() else min(self._wakes, soonest)


_ALARM = _Alarm()

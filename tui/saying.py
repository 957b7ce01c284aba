"""Saying things in a corner of the screen, for as long as they are of use there."""

from __future__ import annotations

import time
from typing import Literal, TypeVar

from tui.copying import CopyingApp
from tui.widgets.plain import cut, plain_lines

Result = TypeVar("Result")
LONGEST = 360
"""Characters that are shown of what is said: more would cover the screen."""
Severity = Literal["information", "warning", "error"]


class SayingApp(CopyingApp[Result]):
    """An app that says things in a corner, and never more than belong to one key."""

    def __init__(self) -> None:
        super().__init__()
        self.last_key = self._said_at = time.monotonic()

    @property
    def idle_for(self) -> float:
        """Seconds since the last key or click."""
        return time.monotonic() - self.last_key

    def say(self, text: str, severity: Severity = "information") -> None:
        """Say something in a corner; it may hold anything people typed.

        What was said before the last key goes: it has been seen, and would pile up over the list.
        """
        if self._said_at < self.last_key:
            self.clear_notifications()
        self._said_at = time.monotonic()
        self.said_last = text
        timeout = 4 if severity == "information" else 10
        shown = plain_lines(cut(text, LONGEST))
        self.notify(shown, severity=severity, timeout=timeout, markup=False)

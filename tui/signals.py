"""Ending in good order when the system asks for it."""

from __future__ import annotations

import asyncio
import signal
import threading
from functools import partial
from typing import Any

from textual.app import App

FIRST = 128
"""What shells add to the number of a signal that ended a program."""


def end_on_signals(app: App[Any]) -> None:
    """Have the app leave the terminal as it was when it is told to end, or its terminal closes."""
    if app.is_headless or threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, partial(app.exit, return_code=FIRST + number))
            except NotImplementedError:
                return

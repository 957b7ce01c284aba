"""Work away from the screen, on threads that never hold up the end of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_thread(work: Callable[[], T], name: str = "work") -> Future[T]:
    """Run `work` on a daemon thread of its own; the future has its result or its error."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        # The error belongs to whoever waits for the future.
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    future.set_running_or_notify_cancel()
    threading.Thread(target=run, name=f"bakehouse-{name}", daemon=True).start()
    return future

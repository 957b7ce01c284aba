"""Running code of a plugin that may never end, where nothing is lost if it does not."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TooLong(Exception):
    """It did not end in time; its thread goes on by itself, and what it returns is lost."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it took longer than {seconds:g} s")


def within(seconds: float, work: Callable[[], T]) -> T:
    """Run `work` on a thread that does not hold up the end of the program, and wait for it.

    Raises:
        TooLong: It did not end in time; and whatever `work` itself raises.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        # Whatever it is, it belongs to the caller: Ctrl-C and sys.exit() too.
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    context = contextvars.copy_context()
    thread = threading.Thread(target=lambda: context.run(run), name="plugin-code", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TooLong(seconds)
    return results[0]

"""Work away from the screen, on threads that never hold up the end of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from core.errors import BakehouseError, DatabaseUnreachable
from core.services import journal_service
from core.session import Database, Watcher

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


class Lookout:
    """Looks on a daemon thread whether somebody has changed the kitchen, and tells.

    `moved` is called with the newest revision, `lost` once with why it cannot be seen any more;
    both on the lookout's thread.
    """

    def __init__(
        self,
        kitchen: Database,
        moved: Callable[[int], None],
        lost: Callable[[str], None],
        *,
        every: float,
    ) -> None:
        self._kitchen = kitchen
        self._moved = moved
        self._lost = lost
        self._every = every
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._run, name="bakehouse-lookout", daemon=True).start()

    def end(self) -> None:
        """Stop looking; waits for nothing."""
        self._ended.set()

    def _run(self) -> None:
        try:
            watcher = Watcher(self._kitchen)
        except BakehouseError as error:
            self._lost(str(error))
            return
        try:
            while not self._ended.wait(self._every):
                if watcher.changed():
                    self._moved(journal_service.revision())
        except DatabaseUnreachable as error:
            self._lost(str(error))
        finally:
            watcher.close()

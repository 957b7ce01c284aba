"""Looking whether the kitchen is still there, and whether somebody has changed it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core.errors import BakehouseError
from core.services import journal_service
from core.session import Database, Watcher


class Lookout:
    """Looks on a daemon thread, and tells on it.

    `moved` is called with the newest revision; `lost` with why the kitchen cannot be used, once
    for each reason; `found` with the newest revision when it can be used again, be it another one
    under the same name.
    """

    def __init__(
        self,
        kitchen: Database,
        *,
        moved: Callable[[int], None],
        lost: Callable[[str], None],
        found: Callable[[int], None],
        every: float,
    ) -> None:
        self._kitchen = kitchen
        self._moved = moved
        self._lost = lost
        self._found = found
        self._every = every
        self._why = ""
        self._watcher: Watcher | None = None
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._run, name="bakehouse-lookout", daemon=True).start()

    def end(self) -> None:
        """Stop looking; waits for nothing."""
        self._ended.set()

    def _run(self) -> None:
        try:
            while True:
                self._look()
                if self._ended.wait(self._every):
                    return
        finally:
            self._close()

    def _look(self) -> None:
        try:
            if self._watcher is None:
                self._watcher = Watcher(self._kitchen)
                if self._why:
                    self._found(journal_service.revision())
                    self._why = ""
            elif self._watcher.changed():
                self._moved(journal_service.revision())
        except BakehouseError as error:
            self._close()
            if str(error) != self._why:
                self._why = str(error)
                self._lost(self._why)

    def _close(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

"""Looking whether the kitchen is still there, and whether somebody has changed it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import BakehouseError
from core.session import Database, Watcher, read_session

if TYPE_CHECKING:
    from core.services.rows.journal import ChangeRow

FIRST_LOOK = 1.0
"""Seconds before the first look at most: the first screen is not to wait for it."""


class Lookout:
    """Looks on a daemon thread, and tells on it.

    `moved` is called with the newest revision; `replaced` with it when the journal is another one,
    as after a restore, so that no revision from before says anything; `lost` with why the kitchen
    cannot be used, once for each reason; `found` with the newest revision when it can be used
    again, be it another one under the same name.
    """

    def __init__(
        self,
        kitchen: Database,
        *,
        moved: Callable[[int], None],
        replaced: Callable[[int], None],
        lost: Callable[[str], None],
        found: Callable[[int], None],
        every: float,
    ) -> None:
        self._kitchen = kitchen
        self._moved = moved
        self._replaced = replaced
        self._lost = lost
        self._found = found
        self._every = every
        self._why = ""
        self._watcher: Watcher | None = None
        self._newest: ChangeRow | None = None
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._run, name="bakehouse-lookout", daemon=True).start()

    def end(self) -> None:
        """Stop looking; waits for nothing."""
        self._ended.set()

    def _run(self) -> None:
        pause = min(self._every, FIRST_LOOK)
        try:
            while not self._ended.wait(pause):
                self._look()
                pause = self._every
        finally:
            self._close()

    def _look(self) -> None:
        try:
            if self._watcher is None:
                self._watcher = Watcher(self._kitchen)
                revision, _ = self._read()
                if self._why:
                    self._found(revision)
                    self._why = ""
                else:
                    self._moved(revision)
            elif self._watcher.changed():
                revision, goes_on = self._read()
                (self._moved if goes_on else self._replaced)(revision)
        except BakehouseError as error:
            self._close()
            if str(error) != self._why:
                self._why = str(error)
                self._lost(self._why)

    def _read(self) -> tuple[int, bool]:
        """Return the newest revision, and whether the journal goes on from the one seen before."""
        from core.services import journal_service

        before = self._newest
        with read_session() as session:
            newest = journal_service.list_changes(limit=1, session=session)
            self._newest = newest[0] if newest else None
            goes_on = before is None or before in [
                # It may have been undone since.
                replace(row, undone_by=before.undone_by)
                for row in journal_service.list_changes(
                    limit=1, before=before.id + 1, session=session
                )
            ]
        return (0 if self._newest is None else self._newest.id), goes_on

    def _close(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

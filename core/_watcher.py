"""Noticing that somebody has changed the kitchen."""

from __future__ import annotations

import sqlite3

from sqlalchemy import text

from core import _sqlite
from core._database import Database
from core.errors import DatabaseUnreachable


class Watcher:
    """Tells whether a kitchen has changed since it was last asked, this process's own included.

    It has a connection of its own on which no transaction is open: inside one it would see no
    change. It may be asked on any thread, but by one at a time.
    """

    def __init__(self, kitchen: Database) -> None:
        self._kitchen = kitchen
        self._driver: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        if kitchen.path is not None:
            self._file = self._see_file()
            try:
                self._driver = _sqlite.connect(kitchen.path, "ro", kitchen.timeout)
            except sqlite3.Error as error:
                raise _explained(error, kitchen) from error
        self._seen = self._look()

    def changed(self) -> bool:
        """Tell whether something has been committed since the last call.

        Raises:
            DatabaseUnreachable: The database has gone away.
        """
        before, self._seen = self._seen, self._look()
        return before != self._seen

    def close(self) -> None:
        """Close the connection."""
        if self._driver is not None:
            self._driver.close()

    def _look(self) -> int:
        if self._driver is None:
            with self._kitchen.reader.connect() as connection:
                return connection.scalar(text("SELECT max(id) FROM change")) or 0
        if self._see_file() != self._file:
            raise DatabaseUnreachable(f"{self._kitchen} has been replaced by another file.")
        try:
            return int(self._driver.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise _explained(error, self._kitchen) from error

    def _see_file(self) -> tuple[int, int]:
        # An open connection goes on with a file that has lost its name.
        assert self._kitchen.path is not None
        found = _sqlite.identity_of(self._kitchen.path)
        if found is None:
            raise DatabaseUnreachable(
                f"{self._kitchen} is gone: it was deleted, moved or renamed. Put it back, or "
                "bring a backup back with `bakehouse restore`."
            )
        return found


def _explained(error: sqlite3.Error, kitchen: Database) -> BaseException:
    return _sqlite.explain(error, kitchen) or error

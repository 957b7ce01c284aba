"""Noticing that somebody has changed the kitchen."""

from __future__ import annotations

import sqlite3

from sqlalchemy import text

from core import _sqlite
from core._database import Database


class Watcher:
    """Tells whether a kitchen has changed since it was last asked, this process's own included.

    It has a connection of its own on which no transaction is open: inside one it would see no
    change. It may be asked on any thread, but by one at a time.
    """

    def __init__(self, kitchen: Database) -> None:
        self._kitchen = kitchen
        self._driver: sqlite3.Connection | None = None
        if kitchen.path is not None:
            self._driver = _sqlite.connect(kitchen.path, "ro", kitchen.timeout)
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
        try:
            return int(self._driver.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            explained = _sqlite.explain(error, self._kitchen)
            if explained is None:
                raise
            raise explained from error

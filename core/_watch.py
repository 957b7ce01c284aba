"""What is known of one driver connection: whether it is on loan, and what it has written to."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from core._memory import Memory
from core.errors import Interrupted, SessionMisuse
from core.schema import METADATA

NEVER_KEPT = "A rehearsal is never kept: nothing in it can be committed or ended."
ON_LOAN = "This session is on loan to a view and {what}; it must come back as it went out."

_LITERALS = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$|--[^\n]*|/\*.*?\*/", re.DOTALL
)
_ENDS = re.compile(
    r"[\s?]*(?:COMMIT|END|ABORT|PREPARE|ROLLBACK(?!.*\bTO\b))\b", re.IGNORECASE | re.DOTALL
)
_TRANSACTION = frozenset(
    ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE")
)
_HARMLESS = frozenset(
    ("SELECT", "WITH", "VALUES", "EXPLAIN", "SHOW", "SET", "SAVEPOINT", "RELEASE", "BEGIN")
)
_WORD = re.compile(r"[A-Za-z]+")
_INTO = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)(?![\w.])")
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)


class Watch:
    """The state of one driver connection, kept in its pool record.

    `memory` is told of every statement that may write. `kept` is false in a rehearsal. `revoked`
    is set by another thread to end a loan.
    """

    def __init__(self) -> None:
        self.on_loan = False
        self.revoked = False
        self.kept = True
        self.memory = Memory()
        self._total = 0

    def see(self, statement: str) -> None:
        """Note a statement that may write; refuse what a loan or a rehearsal forbids.

        Raises:
            SessionMisuse: The text would begin, end or nest a transaction on loan, or end a
                rehearsal.
            Interrupted: The loan has been revoked.
        """
        if self.on_loan:
            self._see_on_loan(_statements(statement))
            return
        if not self.kept and any(map(_ENDS.match, _statements(statement))):
            raise SessionMisuse(NEVER_KEPT)
        if not _only_reads(statement):
            self.memory.touch(_only_table(statement))

    def expect(self, total: int) -> None:
        """Note how many rows the driver says it has changed, once a statement seen has run."""
        self._total = total

    def compare(self, total: int) -> None:
        """Count a write to anywhere if the driver has changed more rows than were expected."""
        if total != self._total:
            self._total = total
            self.memory.touch(None)

    def _see_on_loan(self, parts: list[str]) -> None:
        if self.revoked:
            raise Interrupted("This view was stopped because it took too long.")
        if any(_first_word(part) in _TRANSACTION for part in parts):
            raise SessionMisuse(ON_LOAN.format(what="cannot begin or end a transaction"))
        if len(parts) > 1:
            raise SessionMisuse(ON_LOAN.format(what="takes one statement at a time"))


def watch_of(connection: Connection) -> Watch | None:
    """Return the watch of a live connection made by one of the kitchen's engines."""
    if connection.closed or connection.invalidated:
        return None
    watch = connection.info.get("watch")
    return watch if isinstance(watch, Watch) else None


VersionOf = Callable[[Connection], object]
"""Returns what is another when another connection has written; None where nothing tells that."""


def untold(connection: Connection) -> object:
    """Return the version of a database that does not tell whether others have written."""
    return None


def guard_transactions(engine: Engine, version_of: VersionOf = untold) -> None:
    """Refuse, on every connection of `engine`, what a loan or a rehearsal forbids.

    `version_of` is asked at the beginning of each transaction what may still be remembered.
    """

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if (watch := watch_of(connection)) is not None:
            watch.memory.begin(version_of(connection))

    @event.listens_for(engine, "rollback")
    def rollback(connection: Connection) -> None:
        watch = _refuse_on_loan(connection)
        if watch is not None:
            # Some errors have ended it already: what came after them was kept.
            driver = connection.connection.dbapi_connection
            whole = not watch.kept and getattr(driver, "in_transaction", False)
            watch.memory.end(as_begun=whole)
            watch.kept = True

    @event.listens_for(engine, "savepoint")
    def savepoint(connection: Connection, name: str | None) -> None:
        _refuse_on_loan(connection)

    @event.listens_for(engine, "commit")
    def commit(connection: Connection) -> None:
        watch = _refuse_on_loan(connection)
        if watch is not None:
            if not watch.kept:
                raise SessionMisuse(NEVER_KEPT)
            watch.memory.end(as_begun=False)

    @event.listens_for(engine, "checkin")
    def checkin(raw: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        watch = record.info.get("watch")
        # Nobody ended its loan or its rehearsal: the next one must not get what is left of it.
        if isinstance(watch, Watch) and (watch.on_loan or not watch.kept):
            record.invalidate()


def _refuse_on_loan(connection: Connection) -> Watch | None:
    watch = watch_of(connection)
    if watch is not None and watch.on_loan:
        raise SessionMisuse(ON_LOAN.format(what="cannot begin or end a transaction"))
    return watch


def _statements(text: str) -> list[str]:
    return [part for part in _LITERALS.sub(" ? ", text).split(";") if part.strip()]


def _first_word(statement: str) -> str:
    found = _WORD.search(statement)
    return found.group().upper() if found else ""


@lru_cache(maxsize=1024)
def _only_table(text: str) -> str | None:
    """Return the one table that a statement writes to; None where that is not plain to see."""
    if len(_WRITES.findall(text)) != 1 or len(_statements(text)) != 1:
        return None
    found = _INTO.match(text)
    table = None if found is None else found.group(1)
    return table if table in METADATA.tables else None


@lru_cache(maxsize=1024)
def _only_reads(text: str) -> bool:
    if _WRITES.search(text):
        return False
    return all(_first_word(part) in _HARMLESS for part in _statements(text))

"""SQLite: connections that read one snapshot, connections that write, and what guards them.

The driver is told never to begin a transaction (`isolation_level=None`), because it begins none
for a SELECT; the engine's `begin` event does. A reading connection is opened `mode=ro` and has an
authorizer besides: `mode=ro` alone lets an attached file be written, an authorizer alone can be
taken off.
"""

from __future__ import annotations

import gc
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection, QueuePool

from core._watch import (
    NEVER_KEPT,
    ON_LOAN,
    VersionOf,
    Watch,
    guard_transactions,
    untold,
    watch_of,
)
from core.errors import (
    BakehouseError,
    DatabaseBusy,
    DatabaseUnreachable,
    Interrupted,
    NotAKitchen,
    ReadOnly,
    SessionMisuse,
)

WAL_KEPT = 4 * 1024 * 1024
"""Bytes to which the write-ahead log is cut back after a checkpoint."""


_READS = frozenset(
    (
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    )
)
_TRANSACTION = frozenset((sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT))
READING_PRAGMAS = frozenset(
    (
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "table_info",
        "table_list",
        "table_xinfo",
    )
)
"""With which one looks at tables; all others change the file or the connection."""


class Stoppable(sqlite3.Connection):
    """A connection for one thread, which others can stop for good: then it begins no statement."""

    stopped = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._thread = threading.get_ident()

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor that asks before each statement whether it may begin."""
        return super().cursor(_StoppableCursor)

    def execute(self, *args: Any) -> Any:
        """Run a statement on a cursor of its own."""
        return self.cursor().execute(*args)

    def executemany(self, *args: Any) -> Any:
        """Run a statement for each row on a cursor of its own."""
        return self.cursor().executemany(*args)

    def executescript(self, *args: Any) -> Any:
        """Run several statements on a cursor of its own."""
        return self.cursor().executescript(*args)

    def refuse_stopped(self) -> None:
        """Raise an error of the driver where the connection is stopped, or another thread's."""
        if self.stopped:
            raise sqlite3.OperationalError("interrupted")
        if threading.get_ident() != self._thread:
            raise sqlite3.ProgrammingError("this connection belongs to another thread")


class _StoppableCursor(sqlite3.Cursor):
    connection: Stoppable

    def execute(self, *args: Any) -> Any:
        self.connection.refuse_stopped()
        return super().execute(*args)

    def executemany(self, *args: Any) -> Any:
        self.connection.refuse_stopped()
        return super().executemany(*args)

    def executescript(self, *args: Any) -> Any:
        self.connection.refuse_stopped()
        return super().executescript(*args)


def connect(
    path: Path, mode: str, timeout: float, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """Open `path` with `mode` "ro", "rw" or "rwc"; wait `timeout` seconds for locks."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
        factory=factory,
    )


def identity_of(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name, or None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def reading_engine(path: Path, timeout: float) -> Engine:
    """Return the engine whose connections can only read."""
    engine = create_engine(
        "sqlite://", creator=lambda: connect(path, "ro", timeout), poolclass=NullPool
    )

    @event.listens_for(engine, "connect")
    def on_connect(raw: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["watch"] = Watch()
        _driver(raw).set_authorizer(_only_read)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    _guard(engine, path)
    return engine


def writing_engine(path: Path, timeout: float) -> Engine:
    """Return the engine whose transactions hold the write lock from their beginning."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect(path, "rw", timeout),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=-1,
    )

    @event.listens_for(engine, "connect")
    def on_connect(raw: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        driver = _driver(raw)
        record.info["watch"] = Watch()
        driver.execute("PRAGMA foreign_keys=ON")
        driver.execute(f"PRAGMA journal_size_limit={WAL_KEPT}")
        use_wal(driver, path)
        record.info["file"] = identity_of(path)

    @event.listens_for(engine, "checkout")
    def on_checkout(
        raw: DBAPIConnection, record: ConnectionPoolEntry, proxy: PoolProxiedConnection
    ) -> None:
        # A connection that is kept goes on writing into a file that has lost its name.
        if record.info["file"] != identity_of(path):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "rollback")
    def on_rollback(connection: Connection) -> None:
        watch = watch_of(connection)
        if watch is not None and not watch.on_loan:
            release(connection)

    _guard(engine, path, _version_seen)
    return engine


def migrating_engine(path: Path, timeout: float) -> Engine:
    """Return the engine for migrations: foreign keys off, one writer, no authorizer, stoppable.

    With foreign keys on, copying a table deletes the rows that cascade from it; inside a
    transaction the pragma would be ignored.
    """
    engine = create_engine(
        "sqlite://", creator=lambda: connect(path, "rw", timeout, Stoppable), poolclass=NullPool
    )

    @event.listens_for(engine, "connect")
    def on_connect(raw: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        _driver(raw).execute("PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    _translate(engine, path)
    return engine


def use_wal(driver: sqlite3.Connection, path: Path) -> None:
    """Switch the file to write-ahead logging, without which readers would stop writers.

    Raises:
        DatabaseUnreachable: The file system cannot do it (network shares often cannot).
    """
    mode = driver.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise DatabaseUnreachable(
            f"{path} cannot be used safely: its journal mode stayed '{mode}' instead of 'wal'. "
            "Move it to a local disk and see that its folder can be written."
        )


def tidy(path: Path) -> None:
    """Bring all of the kitchen into its one file, as far as nobody else needs the log beside it.

    Closing does not: a reader that closes last can neither empty the log nor remove it.
    """
    with suppress(sqlite3.Error), closing(connect(path, "rw", 0)) as driver:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def guard_rehearsal(connection: Connection) -> None:
    """Refuse COMMIT and ROLLBACK by any means until `release`."""
    raw_of(connection).set_authorizer(_never_kept)


def guard_loan(connection: Connection) -> None:
    """Refuse everything but reading; prepared statements are checked anew."""
    raw_of(connection).set_authorizer(_on_loan)


def release(connection: Connection, *, reading: bool = False) -> None:
    """Take a guard off again; a `reading` connection keeps its own."""
    raw_of(connection).set_authorizer(_only_read if reading else None)


def take_away(driver: Stoppable) -> None:
    """Take back what a stopped connection has not kept, which gives up its lock.

    It is not closed: its own thread may be inside SQLite still, which would crash the program.
    """
    # Where a query has been read half, SQLite goes on interrupting whatever comes.
    cursors = [each for each in gc.get_referrers(driver) if isinstance(each, sqlite3.Cursor)]
    for end in (*(each.close for each in cursors), driver.rollback):
        with suppress(sqlite3.Error):
            end()


def raw_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection."""
    return _driver(connection.connection.dbapi_connection)


def explain(
    error: sqlite3.Error, where: object, watch: Watch | None = None
) -> BakehouseError | None:
    """Return what to tell people, or None where the error is not about the database as such."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(
            f"{where} is in use by another program. Nothing was changed; try again in a moment."
        )
    if code == sqlite3.SQLITE_INTERRUPT:
        return Interrupted("The query was stopped.")
    if code == sqlite3.SQLITE_NOTADB:
        return NotAKitchen(f"{where} is not a SQLite file, so it is no kitchen.")
    if code == sqlite3.SQLITE_AUTH:
        return _refusal(watch)
    if code == sqlite3.SQLITE_READONLY:
        return ReadOnly(f"{where} cannot be written: it is open for reading or write-protected.")
    if code == sqlite3.SQLITE_CORRUPT:
        return DatabaseUnreachable(f"{where} is damaged ({error}). Restore a backup.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return DatabaseUnreachable(
            f"{where} cannot be opened or read ({error}). "
            "See that the file and its folder are there and yours to read and write."
        )
    if code == sqlite3.SQLITE_FULL:
        return DatabaseUnreachable(f"The disk of {where} is full. Nothing was changed.")
    return None


def _refusal(watch: Watch | None) -> BakehouseError:
    if watch is not None and watch.on_loan:
        return SessionMisuse(ON_LOAN.format(what="can only read"))
    if watch is not None and not watch.kept:
        return SessionMisuse(NEVER_KEPT)
    return ReadOnly("This session only reads. To write, use session_scope().")


def _version_seen(connection: Connection) -> object:
    """Return what is another whenever other connections have committed since this one looked.

    In a transaction it is that of the state which the transaction sees.
    """
    return raw_of(connection).execute("PRAGMA data_version").fetchone()


def _guard(engine: Engine, path: Path, version_of: VersionOf = untold) -> None:
    guard_transactions(engine, version_of)
    _translate(engine, path)

    @event.listens_for(engine, "before_cursor_execute")
    def before(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: object,
        executemany: bool,
    ) -> None:
        if (watch := watch_of(connection)) is not None:
            watch.compare(cast(sqlite3.Cursor, cursor).connection.total_changes)
            watch.see(statement)

    @event.listens_for(engine, "after_cursor_execute")
    def after(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: object,
        context: object,
        executemany: bool,
    ) -> None:
        if (watch := watch_of(connection)) is not None:
            watch.expect(cast(sqlite3.Cursor, cursor).connection.total_changes)


def _translate(engine: Engine, path: Path) -> None:
    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> BakehouseError | None:
        error = context.original_exception
        if not isinstance(error, sqlite3.Error):
            return None
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY:
            # It was opened while the file could not be written, and would stay so in the pool.
            context.is_disconnect = True
        connection = context.connection
        watch = None if connection is None else watch_of(connection)
        return explain(error, path, watch)


def _driver(raw: object) -> sqlite3.Connection:
    if not isinstance(raw, sqlite3.Connection):
        raise SessionMisuse("This connection has been closed.")
    return raw


def _only_read(
    action: int, first: str | None, second: str | None, database: str | None, source: str | None
) -> int:
    if action in _TRANSACTION:
        return sqlite3.SQLITE_OK
    return _on_loan(action, first, second, database, source)


def _on_loan(
    action: int, first: str | None, second: str | None, database: str | None, source: str | None
) -> int:
    if action in _READS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in READING_PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _never_kept(
    action: int, first: str | None, second: str | None, database: str | None, source: str | None
) -> int:
    ends = action == sqlite3.SQLITE_TRANSACTION and first != "BEGIN"
    return sqlite3.SQLITE_DENY if ends else sqlite3.SQLITE_OK

"""PostgreSQL: REPEATABLE READ connections that read, connections that write, what guards them.

A writer's first statement locks `change`, so that it takes its snapshot only after the writer
before it has committed, and no two writers can number their changes alike.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from core._watch import ON_LOAN, Watch, guard_transactions, watch_of
from core.errors import (
    BakehouseError,
    DatabaseBusy,
    DatabaseUnreachable,
    Interrupted,
    NoDatabase,
    ReadOnly,
    SessionMisuse,
)

CONNECT_SECONDS = 5
CANCEL_SECONDS = 2.0


class WatchedCursor(psycopg.Cursor[Any]):
    """A cursor that shows its statements to the connection's watch, whoever made it."""

    def __init__(self, *args: Any, watch: Watch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watch = watch

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> WatchedCursor:
        """Show the statement to the watch, then run it."""
        self._watch.see(self._text(query))
        return super().execute(query, *args, **kwargs)

    def executemany(self, query: Any, *args: Any, **kwargs: Any) -> None:
        """Show the statement to the watch, then run it for each row."""
        self._watch.see(self._text(query))
        super().executemany(query, *args, **kwargs)

    def stream(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Show the statement to the watch, then stream its rows."""
        self._watch.see(self._text(query))
        return super().stream(query, *args, **kwargs)

    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Any:
        """Show the statement to the watch, then copy."""
        self._watch.see(self._text(statement))
        return super().copy(statement, *args, **kwargs)

    def _text(self, query: Any) -> str:
        if isinstance(query, sql.Composable):
            return query.as_string(self)
        return query.decode() if isinstance(query, bytes) else str(query)


def reading_engine(url: URL, timeout: float) -> Engine:
    """Return the engine whose transactions read one snapshot and cannot write."""
    return _engine(url, timeout, readonly=True)


def writing_engine(url: URL, timeout: float) -> Engine:
    """Return the engine whose transactions hold the write lock from their beginning."""
    engine = _engine(url, timeout, readonly=False)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("LOCK TABLE change IN EXCLUSIVE MODE")

    return engine


def migrating_engine(url: URL, timeout: float) -> Engine:
    """Return the engine for looking at the schema and for migrations."""
    engine = create_engine(url, poolclass=NullPool, connect_args=_connect_args(url))
    _translate(engine, url)

    @event.listens_for(engine, "connect")
    def on_connect(raw: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        _settle(_driver(raw), timeout)

    return engine


def guard_rehearsal(connection: Connection) -> None:
    """Make a COMMIT by any means impossible: it would break a deferred constraint."""
    connection.exec_driver_sql(
        "CREATE TEMP TABLE bakehouse_rehearsal (one integer UNIQUE DEFERRABLE INITIALLY DEFERRED)"
    )
    connection.exec_driver_sql("INSERT INTO bakehouse_rehearsal VALUES (1), (1)")


def guard_loan(connection: Connection) -> None:
    """Refuse writing until the savepoint that the loan began with is released."""
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def interrupt(raw: psycopg.Connection[Any]) -> None:
    """Ask the server to stop what this connection runs; waits two seconds at most."""
    raw.cancel_safe(timeout=CANCEL_SECONDS)


def take_away(raw: psycopg.Connection[Any], url: URL, timeout: float) -> None:
    """Have the server end a connection, asked over another one; it takes back what is not kept."""
    with suppress(psycopg.Error, SQLAlchemyError, BakehouseError):
        process = raw.info.backend_pid
        with migrating_engine(url, timeout).connect() as connection:
            connection.exec_driver_sql("SELECT pg_terminate_backend(%s)", (process,))


def failed(connection: Connection) -> bool:
    """Tell whether an error has left the transaction unusable until it is rolled back."""
    status = raw_of(connection).info.transaction_status
    return status == psycopg.pq.TransactionStatus.INERROR


def raw_of(connection: Connection) -> psycopg.Connection[Any]:
    """Return the driver's connection."""
    return _driver(connection.connection.dbapi_connection)


def explain(error: psycopg.Error, url: URL, watch: Watch | None = None) -> BakehouseError | None:
    """Return what to tell people, or None where the error is not about the database as such."""
    where = url.render_as_string(hide_password=True)
    state = error.sqlstate or ""
    if state in ("55P03", "40001", "40P01"):
        return DatabaseBusy(
            f"{where} is in use by another program. Nothing was changed; try again in a moment."
        )
    if state == "57014":
        return Interrupted("The query was stopped.")
    if state == "3D000" or (not state and "does not exist" in str(error)):
        return NoDatabase(f"There is no database at {where}. Make one with createdb.")
    if state == "25006":
        if watch is not None and watch.on_loan:
            return SessionMisuse(ON_LOAN.format(what="can only read"))
        return ReadOnly("This session only reads. To write, use session_scope().")
    gone = isinstance(error, psycopg.OperationalError) and not state
    if gone or state[:2] in ("08", "28", "53", "57", "58") or state == "42501":
        return DatabaseUnreachable(
            f"{where} cannot be reached ({str(error).strip()}). Nothing was changed. "
            "See that the server runs and lets you in, then try again."
        )
    return None


def _engine(url: URL, timeout: float, *, readonly: bool) -> Engine:
    engine = create_engine(
        url,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": readonly},
        connect_args=_connect_args(url),
        pool_size=2,
        max_overflow=20,
        pool_timeout=timeout,
        pool_pre_ping=True,
    )

    @event.listens_for(engine, "connect")
    def on_connect(raw: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        driver = _driver(raw)
        watch = Watch()
        record.info["watch"] = watch
        _settle(driver, timeout)
        driver.cursor_factory = partial(WatchedCursor, watch=watch)  # type: ignore[assignment]

    guard_transactions(engine)
    _translate(engine, url)
    return engine


def _connect_args(url: URL) -> dict[str, Any]:
    return {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}


def _settle(driver: psycopg.Connection[Any], timeout: float) -> None:
    driver.autocommit = True
    driver.execute(sql.SQL("SET lock_timeout = {}").format(max(1, round(timeout * 1000))))
    driver.autocommit = False


def _translate(engine: Engine, url: URL) -> None:
    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> BakehouseError | None:
        error = context.original_exception
        # A ping that fails is not told to anybody: the pool then connects anew.
        if context.is_pre_ping or not isinstance(error, psycopg.Error):
            return None
        connection = context.connection
        watch = None if connection is None else watch_of(connection)
        return explain(error, url, watch)


def _driver(raw: object) -> psycopg.Connection[Any]:
    if not isinstance(raw, psycopg.Connection):
        raise SessionMisuse("This connection has been closed.")
    return raw

"""Sessions: one state of the kitchen to read from, all-or-nothing writes, and rehearsals.

Every public service takes `session: Session | None` and enters `reading(session)` or
`writing(session)`: given a session it uses that one and nothing else, given None it has one of
its own. A view is handed a session with `lend`, and must leave it as it found it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from core._database import Database, configure, database, file_of, use
from core._loan import lend, refuse_while_borrowing
from core._memory import Remembered, Stamp, Tables
from core._session import NEWEST, KitchenSession, Purpose
from core._sqlite import READING_PRAGMAS
from core._watch import Watch, watch_of
from core._watcher import Watcher
from core.clock import today

__all__ = [
    "READING_PRAGMAS",
    "Database",
    "KitchenSession",
    "Purpose",
    "Watcher",
    "configure",
    "database",
    "file_of",
    "interrupt",
    "lend",
    "read_session",
    "reading",
    "rehearsal",
    "remembered",
    "revision_of",
    "session_scope",
    "use",
    "writing",
]

T = TypeVar("T")


# -- scopes ------------------------------------------------------------------------------------


@contextmanager
def session_scope(read_only: bool = False) -> Iterator[KitchenSession]:
    """Give a session that writes, and keep all of it at the end, or nothing after an exception.

    The write lock is held from the beginning. With `read_only` it is `read_session()`.

    Raises:
        ReadOnly: The kitchen is open for reading only.
        DatabaseBusy: Another program is writing and did not finish in time.
        DatabaseUnreachable: The database has gone away; nothing was kept.
    """
    if read_only:
        with read_session() as reader:
            yield reader
        return
    with _session(Purpose.WRITE) as session:
        yield session
        session.check()
        session.commit()


@contextmanager
def read_session() -> Iterator[KitchenSession]:
    """Give a session that sees one state of the kitchen and cannot write.

    It takes no lock and waits for no writer.

    Raises:
        DatabaseUnreachable: The database cannot be opened.
    """
    with _session(Purpose.READ) as session:
        yield session


@contextmanager
def rehearsal() -> Iterator[KitchenSession]:
    """Give a session that writes, and take everything back at the end, whatever happens.

    It holds the write lock, so it is for computing, never for waiting on a person.

    Raises:
        ReadOnly: The kitchen is open for reading only.
        DatabaseBusy: Another program is writing and did not finish in time.
    """
    with _session(Purpose.REHEARSE) as session:
        yield session


@contextmanager
def _session(purpose: Purpose) -> Iterator[KitchenSession]:
    refuse_while_borrowing()
    session = KitchenSession(database(), purpose)
    try:
        session.start()
        yield session
    finally:
        session.close()


@contextmanager
def reading(session: Session | None) -> Iterator[Session]:
    """Give `session` back after checking it, or a read session of its own for None.

    Raises:
        SessionMisuse: The session is closed or belongs to another thread.
    """
    if session is None:
        with read_session() as own:
            yield own
        return
    if isinstance(session, KitchenSession):
        session.check()
    yield session


@contextmanager
def writing(session: Session | None) -> Iterator[Session]:
    """Give `session` back after checking it, or a writing session of its own for None.

    A given session is neither committed nor closed here.

    Raises:
        SessionMisuse: The session is closed, on loan, or belongs to another thread.
        ReadOnly: The session or the kitchen only reads.
    """
    if session is None:
        with session_scope() as own:
            yield own
        return
    if isinstance(session, KitchenSession):
        session.check()
        session.refuse_writing()
    yield session


# -- what a session knows ------------------------------------------------------------------------


def revision_of(session: Session) -> int:
    """Return the number of the newest change that `session` sees, its own uncommitted included."""
    if isinstance(session, KitchenSession):
        session.check()
    session.flush()
    # The ORM would take three times as long, for each record and after each view.
    return session.connection().scalar(NEWEST) or 0


def remembered(
    session: Session,
    key: Hashable,
    make: Callable[[], T],
    *,
    of: Tables = None,
) -> T:
    """Return `make()`, or what it returned before under `key` of the same state, on the same day.

    Pending objects are flushed first. Anything that may write on the connection forgets, and so
    does the end of the transaction, unless the next one on the same connection provably sees the
    same rows (docs/architecture.md). A value made from the tables `of` alone is forgotten only by
    what may write to one of them. A session of an engine that is not the kitchen's remembers
    nothing.
    """
    if isinstance(session, KitchenSession):
        session.check()
    if session.new or session.dirty or session.deleted:
        session.flush()
    connection = session.connection()
    watch = watch_of(connection)
    if watch is None:
        return make()
    transaction, memory = session.get_transaction(), watch.memory
    daily = today(), key
    stamp = _stamp(connection, watch, of)
    known = memory.find(daily, of)
    if known is not None:
        return cast(T, known.value)
    value = make()
    if session.get_transaction() is transaction and _stamp(connection, watch, of) == stamp:
        memory.keep(daily, Remembered(value, of, stamp))
    return value


def _stamp(connection: Connection, watch: Watch, of: Tables) -> Stamp:
    """Return what changes with every statement that may write, the raw driver's too."""
    watch.compare(getattr(connection.connection.dbapi_connection, "total_changes", 0))
    return watch.memory.state.stamp(of)


def interrupt(session: KitchenSession) -> None:
    """Stop what the session is running; the one function for other threads to call.

    On loan, it also revokes the loan: whatever the view asks next is refused, `Interrupted`.
    On PostgreSQL it may take two seconds, if the server does not answer.
    """
    watch, driver = session.watch, session.driver
    if watch is not None and watch.on_loan:
        watch.revoked = True
    if driver is None:
        return
    session.database.interrupt(driver)

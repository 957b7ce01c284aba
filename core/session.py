"""Sessions: one state of the kitchen to read from, all-or-nothing writes, and rehearsals.

Every public service takes `session: Session | None` and enters `reading(session)` or
`writing(session)`: given a session it uses that one and nothing else, given None it has one of
its own. A view is handed a session with `lend`, and must leave it as it found it.
"""

from __future__ import annotations

import enum
import itertools
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeVar, cast

from sqlalchemy import Connection, Transaction, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from core import _sqlite
from core._database import Database, configure, database, postgres_module, use
from core._watch import NEVER_KEPT, ON_LOAN, Watch, watch_of
from core._watcher import Watcher
from core.errors import DatabaseBusy, ReadOnly, SessionMisuse
from core.models.journal import Change

__all__ = [
    "Database",
    "KitchenSession",
    "Purpose",
    "Watcher",
    "configure",
    "database",
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

_loans = itertools.count(1)


class Purpose(enum.Enum):
    """What a session is for; it never changes."""

    READ = "read"
    WRITE = "write"
    REHEARSE = "rehearse"


class KitchenSession(Session):
    """A session that knows its purpose, its thread and whether it is on loan.

    `revision` is the newest change that its transaction saw when it began. A session that only
    reads begins each of its transactions by reading it, which is what takes the snapshot.
    """

    def __init__(self, kitchen: Database, purpose: Purpose = Purpose.READ) -> None:
        if purpose is not Purpose.READ:
            kitchen.refuse_readonly()
        engine = kitchen.reader if purpose is Purpose.READ else kitchen.writer
        super().__init__(engine, close_resets_only=False, expire_on_commit=False)
        self.database = kitchen
        self.purpose = purpose
        self.revision = 0
        self.closed = False
        self.on_loan = False
        self._thread = threading.get_ident()
        self._watch: Watch | None = None
        self._driver: Any = None
        self._connection: Connection | None = None
        self._root: Transaction | None = None

    def start(self) -> None:
        """Begin a transaction now, so that a busy database shows here and not later.

        Raises:
            DatabaseBusy: Another program held the database for longer than we wait.
            DatabaseUnreachable: It cannot be opened or has gone away.
        """
        try:
            self.connection()
        except PoolTimeout as error:
            raise DatabaseBusy(
                f"{self.database} has no connection left for this. Try again in a moment."
            ) from error

    def check(self) -> None:
        """Raise `SessionMisuse` if the session is closed or belongs to another thread."""
        if self.closed:
            raise SessionMisuse("This session is closed. Open a new one for each piece of work.")
        if self._thread != threading.get_ident():
            raise SessionMisuse(
                "This session belongs to another thread. Open a session on the thread that uses it."
            )

    def begin(self, nested: bool = False) -> SessionTransaction:
        """Begin a transaction; refused on loan."""
        self._refuse_on_loan()
        return super().begin(nested)

    def begin_nested(self) -> SessionTransaction:
        """Set a savepoint; refused on loan."""
        self._refuse_on_loan()
        return super().begin_nested()

    def commit(self) -> None:
        """Keep what was written; refused on loan and in a rehearsal."""
        self._refuse_on_loan()
        if self.purpose is Purpose.REHEARSE:
            raise SessionMisuse(NEVER_KEPT)
        super().commit()

    def prepare(self) -> None:
        """Refuse a two-phase commit."""
        raise SessionMisuse("A kitchen has no two-phase commit.")

    def rollback(self) -> None:
        """Take back what was written; refused on loan."""
        self._refuse_on_loan()
        self._drop_broken_connection()
        super().rollback()

    def reset(self) -> None:
        """End the transaction and forget every object; refused on loan."""
        self._refuse_on_loan()
        self._drop_broken_connection()
        super().reset()

    def invalidate(self) -> None:
        """Throw the connection away and close; refused on loan."""
        self._refuse_on_loan()
        self.closed = True
        super().invalidate()

    def close(self) -> None:
        """Take back what was not kept and close for good; refused on loan."""
        self._refuse_on_loan()
        self.closed = True
        self._drop_broken_connection()
        super().close()

    def _refuse_on_loan(self) -> None:
        if self.on_loan:
            raise SessionMisuse(ON_LOAN.format(what="cannot begin, end or close anything"))

    def _drop_broken_connection(self) -> None:
        # After a refused connection.commit(), SQLAlchemy takes the transaction for ended and
        # would hand the connection back to the pool with the lock still held.
        connection, root = self._connection, self._root
        if connection is None or root is None or root.is_active:
            return
        if not connection.closed and not connection.invalidated:
            connection.invalidate()

    def _refuse_writing(self) -> None:
        if self.on_loan:
            raise SessionMisuse(ON_LOAN.format(what="can only read"))
        if self.purpose is Purpose.READ:
            _refuse_reader()


@event.listens_for(KitchenSession, "after_begin")
def _after_begin(
    session: KitchenSession, transaction: SessionTransaction, connection: Connection
) -> None:
    if transaction.nested:
        return
    session._watch = watch_of(connection)
    session._driver = connection.connection.dbapi_connection
    session._connection, session._root = connection, connection.get_transaction()
    session.revision = connection.scalar(_NEWEST) or 0
    if session.purpose is Purpose.REHEARSE:
        _backend(session).guard_rehearsal(connection)
        if session._watch is not None:
            session._watch.kept = False


@event.listens_for(KitchenSession, "after_transaction_end")
def _after_transaction_end(session: KitchenSession, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session._watch = None
        session._driver = session._connection = session._root = None
        session.info.pop(_MEMORY, None)


@event.listens_for(KitchenSession, "before_flush")
def _before_flush(session: KitchenSession, context: object, instances: object) -> None:
    session._refuse_writing()


@event.listens_for(KitchenSession, "do_orm_execute")
def _do_orm_execute(state: ORMExecuteState) -> None:
    session = cast(KitchenSession, state.session)
    session.check()
    if state.is_insert or state.is_update or state.is_delete:
        session._refuse_writing()


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
        session._refuse_writing()
    yield session


# -- what a session knows ------------------------------------------------------------------------

_NEWEST = select(func.max(Change.id))
_MEMORY = "bakehouse.memory"


def revision_of(session: Session) -> int:
    """Return the number of the newest change that `session` sees, its own uncommitted included."""
    return session.scalar(_NEWEST) or 0


def remembered(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """Return `make()`, or what it returned before under `key` in this transaction.

    Pending objects are flushed first. Anything that may write on the connection, and the end of
    the transaction, forgets. A session of an engine that is not the kitchen's remembers nothing.
    """
    if isinstance(session, KitchenSession):
        session.check()
    if session.new or session.dirty or session.deleted:
        session.flush()
    connection = session.connection()
    watch = watch_of(connection)
    if watch is None:
        return make()
    transaction = session.get_transaction()
    written = _written(connection, watch)
    memory = session.info.get(_MEMORY)
    if memory is None or memory[0] is not transaction or memory[1] != written:
        memory = session.info[_MEMORY] = (transaction, written, {})
    values: dict[Hashable, T] = memory[2]
    if key not in values:
        value = make()
        if session.get_transaction() is not transaction or _written(connection, watch) != written:
            return value
        values[key] = value
    return values[key]


def _written(connection: Connection, watch: Watch) -> tuple[int, int]:
    """Return what changes with every statement that writes, the raw driver's too."""
    raw = connection.connection.dbapi_connection
    return watch.writes, getattr(raw, "total_changes", 0)


def interrupt(session: KitchenSession) -> None:
    """Stop what the session is running; the one function for other threads to call.

    On loan, it also revokes the loan: whatever the view asks next is refused, `Interrupted`.
    On PostgreSQL it may take two seconds, if the server does not answer.
    """
    watch, driver = session._watch, session._driver
    if watch is not None and watch.on_loan:
        watch.revoked = True
    if driver is None:
        return
    # The session may be closing its connection at this moment: then there is nothing to stop.
    with suppress(_driver_error(session)):
        if session.database.is_sqlite:
            driver.interrupt()
        else:
            postgres_module().interrupt(driver)


def _driver_error(session: KitchenSession) -> type[Exception]:
    return session.database.reader.dialect.loaded_dbapi.Error


# -- a session on loan ---------------------------------------------------------------------------


@contextmanager
def lend(session: KitchenSession) -> Iterator[KitchenSession]:
    """Lend `session` for reading; it must come back in the transaction it went out in.

    Pending objects are flushed first. On loan it refuses writing and everything that begins,
    ends or nests a transaction. An error of the borrower leaves the transaction usable, on
    PostgreSQL too.

    Raises:
        SessionMisuse: It cannot be lent, or it came back in another state. If the transaction
            is not the same any more, the session has been closed.
    """
    if not isinstance(session, KitchenSession):
        raise SessionMisuse("Only a session of core.session can be lent.")
    session.check()
    session._refuse_on_loan()
    session.flush()
    connection = session.connection()
    loan = _Loan(session, connection)
    loan.go_out()
    try:
        yield session
    finally:
        loan.come_back()


class _Loan:
    """One loan: a savepoint that only the same transaction can release."""

    def __init__(self, session: KitchenSession, connection: Connection) -> None:
        self.session = session
        self.connection = connection
        self.mark = f"bakehouse_loan_{next(_loans)}"
        self.transactions = (session.get_transaction(), connection.get_transaction())
        self.watch = watch_of(connection)

    def go_out(self) -> None:
        self.connection.exec_driver_sql(f"SAVEPOINT {self.mark}")
        _backend(self.session).guard_loan(self.connection)
        self._set(on_loan=True)

    def come_back(self) -> None:
        self._set(on_loan=False)
        same = False
        try:
            same = self._is_the_same()
        finally:
            if not same:
                # Nothing is known of its state, so the driver's connection goes with it.
                with suppress(SQLAlchemyError):
                    self.session.invalidate()
        if not same:
            self._misused("ended its transaction")
        if self.session.new or self.session.dirty or self.session.deleted:
            self.session.expunge_all()
            self._misused("left objects to be written in it")

    def _set(self, *, on_loan: bool) -> None:
        self.session.on_loan = on_loan
        if self.watch is not None:
            self.watch.on_loan = on_loan
            self.watch.revoked = False

    def _is_the_same(self) -> bool:
        now = (self.session.get_transaction(), self.connection.get_transaction())
        if now != self.transactions or self.session.in_nested_transaction():
            return False
        if self.connection.closed or self.connection.invalidated:
            return False
        try:
            self._take_back()
        except (SQLAlchemyError, SessionMisuse, _driver_error(self.session)):
            return False
        return True

    def _take_back(self) -> None:
        if self.session.database.is_sqlite:
            reads = self.session.purpose is Purpose.READ
            _sqlite.release(self.connection, reading=reads)
        elif postgres_module().failed(self.connection):
            self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {self.mark}")
        self.connection.exec_driver_sql(f"RELEASE SAVEPOINT {self.mark}")
        if self.session.database.is_sqlite and self.session.purpose is Purpose.REHEARSE:
            _sqlite.guard_rehearsal(self.connection)

    def _misused(self, how: str) -> NoReturn:
        raise SessionMisuse(f"A view that was lent the session {how}.")


def _backend(session: KitchenSession) -> Any:
    return _sqlite if session.database.is_sqlite else postgres_module()


def _refuse_reader() -> NoReturn:
    raise ReadOnly("This session only reads. To write, use session_scope().")

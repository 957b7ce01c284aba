"""The session of the kitchen: it knows its purpose and its thread, and may be on loan."""

from __future__ import annotations

import enum
import threading
import time
from typing import Any, cast

from sqlalchemy import Connection, Transaction, column, event, func, select, table
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from core import _sqlite
from core._database import Database, postgres_module, refuse_other_schema
from core._watch import NEVER_KEPT, ON_LOAN, Watch, watch_of
from core.errors import DatabaseBusy, DatabaseUnreachable, ReadOnly, SessionMisuse
from core.schema import CHANGE

NEWEST = select(func.max(CHANGE.c.id))
"""The number of the newest change: a read of a table, which takes the snapshot."""

_BEGINNING = select(
    NEWEST.scalar_subquery(),
    select(column("version_num")).select_from(table("alembic_version")).scalar_subquery(),
)

RETRY_SECONDS = 0.1
"""How long to wait before asking an unreachable server again."""


class Purpose(enum.Enum):
    """What a session is for; it never changes."""

    READ = "read"
    WRITE = "write"
    REHEARSE = "rehearse"


class KitchenSession(Session):
    """A session that knows its purpose, its thread and whether it is on loan.

    `revision` is the newest change that its transaction saw when it began. A session that only
    reads begins each of its transactions by reading it, which is what takes the snapshot.
    While a transaction is open, `live`, `root`, `driver` and `watch` are its connection, the
    connection's transaction, the driver's connection and what is known of that.
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
        self.watch: Watch | None = None
        self.driver: Any = None
        self.live: Connection | None = None
        self.root: Transaction | None = None

    def start(self) -> None:
        """Begin a transaction now, so that a busy database shows here and not later.

        Raises:
            DatabaseBusy: Another program held the database for longer than we wait.
            DatabaseUnreachable: It cannot be opened or has gone away.
        """
        until = time.monotonic() + self.database.timeout
        while True:
            try:
                self.connection()
            except PoolTimeout as error:
                raise DatabaseBusy(
                    f"{self.database} has no connection left for this. Try again in a moment."
                ) from error
            except DatabaseUnreachable:
                # A server that is starting again comes back by itself; a file does not.
                if self.database.is_sqlite or time.monotonic() >= until:
                    raise
                time.sleep(RETRY_SECONDS)
            else:
                return

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
        self.refuse_on_loan()
        return super().begin(nested)

    def begin_nested(self) -> SessionTransaction:
        """Set a savepoint; refused on loan."""
        self.refuse_on_loan()
        return super().begin_nested()

    def commit(self) -> None:
        """Keep what was written; refused on loan and in a rehearsal."""
        self.refuse_on_loan()
        if self.purpose is Purpose.REHEARSE:
            raise SessionMisuse(NEVER_KEPT)
        super().commit()

    def prepare(self) -> None:
        """Refuse a two-phase commit."""
        raise SessionMisuse("A kitchen has no two-phase commit.")

    def rollback(self) -> None:
        """Take back what was written; refused on loan."""
        self.refuse_on_loan()
        self._drop_broken_connection()
        super().rollback()

    def reset(self) -> None:
        """End the transaction and forget every object; refused on loan."""
        self.refuse_on_loan()
        self._drop_broken_connection()
        super().reset()

    def invalidate(self) -> None:
        """Throw the connection away and close; refused on loan."""
        self.refuse_on_loan()
        self.closed = True
        super().invalidate()

    def close(self) -> None:
        """Take back what was not kept and close for good; refused on loan."""
        self.refuse_on_loan()
        self.closed = True
        self._drop_broken_connection()
        super().close()

    def refuse_on_loan(self) -> None:
        """Raise `SessionMisuse` while the session is on loan."""
        if self.on_loan:
            raise SessionMisuse(ON_LOAN.format(what="cannot begin, end or close anything"))

    def _drop_broken_connection(self) -> None:
        # After a refused connection.commit(), SQLAlchemy takes the transaction for ended and
        # would hand the connection back to the pool with the lock still held.
        connection, root = self.live, self.root
        if connection is None or root is None or root.is_active:
            return
        if not connection.closed and not connection.invalidated:
            connection.invalidate()

    def refuse_writing(self) -> None:
        """Raise `SessionMisuse` on loan, and `ReadOnly` in a session that only reads."""
        if self.on_loan:
            raise SessionMisuse(ON_LOAN.format(what="can only read"))
        if self.purpose is Purpose.READ:
            raise ReadOnly("This session only reads. To write, use session_scope().")


@event.listens_for(KitchenSession, "after_begin")
def _after_begin(
    session: KitchenSession, transaction: SessionTransaction, connection: Connection
) -> None:
    if transaction.nested:
        return
    session.watch = watch_of(connection)
    session.driver = connection.connection.dbapi_connection
    session.live, session.root = connection, connection.get_transaction()
    newest, schema = connection.execute(_BEGINNING).one()
    refuse_other_schema(schema, session.database)
    session.revision = newest or 0
    if session.purpose is Purpose.REHEARSE:
        backend_of(session).guard_rehearsal(connection)
        if session.watch is not None:
            session.watch.kept = False


@event.listens_for(KitchenSession, "after_transaction_end")
def _after_transaction_end(session: KitchenSession, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.watch = None
        session.driver = session.live = session.root = None


@event.listens_for(KitchenSession, "before_flush")
def _before_flush(session: KitchenSession, context: object, instances: object) -> None:
    session.refuse_writing()


@event.listens_for(KitchenSession, "do_orm_execute")
def _do_orm_execute(state: ORMExecuteState) -> None:
    session = cast(KitchenSession, state.session)
    session.check()
    if state.is_insert or state.is_update or state.is_delete:
        session.refuse_writing()


def backend_of(session: KitchenSession) -> Any:
    """Return the module that knows the session's database."""
    return _sqlite if session.database.is_sqlite else postgres_module()


def driver_error(session: KitchenSession) -> type[Exception]:
    """Return the class of every error of the driver."""
    return session.database.reader.dialect.loaded_dbapi.Error

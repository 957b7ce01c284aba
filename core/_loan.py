"""A session on loan: handed to a view to read, and checked when it comes back."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from core import _sqlite
from core._session import KitchenSession, Purpose, backend_of, driver_error
from core._watch import watch_of
from core.errors import SessionMisuse

_loans = itertools.count(1)
_borrowing = threading.local()


def refuse_while_borrowing() -> None:
    """Refuse a session of its own to a thread that works on a borrowed one.

    It would read another state than the views beside it, or write under their eyes.
    """
    if getattr(_borrowing, "depth", 0):
        raise SessionMisuse(
            "A view reads through the session it was lent: pass `session=ctx.session` to every "
            "service it calls."
        )


@contextmanager
def lend(session: KitchenSession) -> Iterator[KitchenSession]:
    """Lend `session` for reading; it must come back in the transaction it went out in.

    Pending objects are flushed first. On loan it refuses writing and everything that begins,
    ends or nests a transaction, and the thread gets no other session. An error of the borrower
    leaves the transaction usable, on PostgreSQL too.

    Raises:
        SessionMisuse: It cannot be lent, or it came back in another state. If the transaction
            is not the same any more, the session has been closed.
    """
    if not isinstance(session, KitchenSession):
        raise SessionMisuse("Only a session of core.session can be lent.")
    session.check()
    session.refuse_on_loan()
    session.flush()
    connection = session.connection()
    loan = _Loan(session, connection)
    loan.go_out()
    _borrowing.depth = getattr(_borrowing, "depth", 0) + 1
    try:
        yield session
    finally:
        _borrowing.depth -= 1
        loan.come_back()


class _Loan:
    """One loan: a savepoint that only the same transaction can release."""

    def __init__(self, session: KitchenSession, connection: Connection) -> None:
        self.session = session
        self.connection = connection
        self.mark = f"bakehouse_loan_{next(_loans)}"
        self.transactions = self._transactions()
        self.watch = watch_of(connection)

    def go_out(self) -> None:
        self.connection.exec_driver_sql(f"SAVEPOINT {self.mark}")
        if self._needs_poison():
            backend_of(self.session).guard_rehearsal(self.connection)
        backend_of(self.session).guard_loan(self.connection)
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
        if self._transactions() != self.transactions:
            return False
        if self.connection.closed or self.connection.invalidated:
            return False
        try:
            self._take_back()
        except (SQLAlchemyError, SessionMisuse, driver_error(self.session)):
            return False
        return True

    def _transactions(self) -> tuple[object, ...]:
        return (
            self.session.get_transaction(),
            self.session.get_nested_transaction(),
            self.connection.get_transaction(),
            self.connection.get_nested_transaction(),
        )

    def _take_back(self) -> None:
        if self.session.database.is_sqlite:
            reads = self.session.purpose is Purpose.READ
            _sqlite.release(self.connection, reading=reads)
        elif self._needs_poison() or backend_of(self.session).failed(self.connection):
            self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {self.mark}")
        self.connection.exec_driver_sql(f"RELEASE SAVEPOINT {self.mark}")
        if self.session.database.is_sqlite and self.session.purpose is Purpose.REHEARSE:
            _sqlite.guard_rehearsal(self.connection)

    def _needs_poison(self) -> bool:
        # PostgreSQL has no authorizer that could refuse a COMMIT by the driver, which would keep
        # half of what a writing session is for. In a rehearsal it is impossible all along.
        return not self.session.database.is_sqlite and self.session.purpose is Purpose.WRITE

    def _misused(self, how: str) -> NoReturn:
        raise SessionMisuse(f"A view that was lent the session {how}.")

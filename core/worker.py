"""A session that lives on a thread of its own, so that no screen ever waits for the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from core.errors import Interrupted, SessionMisuse
from core.session import Database, KitchenSession, Purpose, database, interrupt

T = TypeVar("T")

_Job = tuple[Purpose, Callable[[KitchenSession], Any], "Future[Any]"]


class SessionWorker:
    """One daemon thread that owns one read session and works off a queue.

    Every job is one transaction, so whatever it reads belongs to one revision. Nothing here
    waits: the thread ends with the process, even in an endless loop. Each public method may be
    called on any thread.
    """

    def __init__(self, kitchen: Database | None = None, name: str = "session") -> None:
        self._kitchen = database() if kitchen is None else kitchen
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._ended = False
        self._session: KitchenSession | None = None
        self._running: Future[Any] | None = None
        self.finished = threading.Event()
        """Set when the thread has closed its session and ends; for those who can wait."""
        threading.Thread(target=self._run, name=f"bakehouse-{name}", daemon=True).start()

    def submit(self, work: Callable[[KitchenSession], T]) -> Future[T]:
        """Run `work` in a transaction of the read session, after what was submitted before.

        Returns:
            A future with its result, or with its error, `DatabaseError`s included.

        Raises:
            SessionMisuse: The worker has been closed or abandoned.
        """
        return self._put(Purpose.READ, work)

    def submit_rehearsal(self, work: Callable[[KitchenSession], T]) -> Future[T]:
        """Run `work` in a rehearsal, whose every trace is then taken back; like `submit`."""
        return self._put(Purpose.REHEARSE, work)

    def interrupt(self) -> None:
        """Stop the SQL that runs now; its job fails with `Interrupted` unless it goes on."""
        session = self._session
        if session is not None:
            interrupt(session)

    def close(self) -> None:
        """Stop what runs, cancel what waits, and have the thread close its session."""
        self._end(self.interrupt)

    def abandon(self) -> None:
        """Give up on a thread that does not come back: `close`, and fail what it runs now."""
        running = self._running
        self._end(self.interrupt)
        if running is not None:
            _settle(running, error=Interrupted("This was given up because it did not stop."))

    def _put(self, purpose: Purpose, work: Callable[[KitchenSession], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._gate:
            if self._ended:
                raise SessionMisuse("This session worker is closed.")
            self._queue.put((purpose, work, future))
        return future

    def _end(self, stop: Callable[[], None]) -> None:
        with self._gate:
            if self._ended:
                return
            self._ended = True
        self._cancel_waiting()
        if self._kitchen.is_sqlite:
            stop()
            self._queue.put(None)
            return

        # The server is asked over a connection of its own, which can take a while; a request
        # that arrives after the session has been closed would hit somebody else's query.
        def stop_then_close() -> None:
            stop()
            self._queue.put(None)

        threading.Thread(target=stop_then_close, name="bakehouse-stop", daemon=True).start()

    def _cancel_waiting(self) -> None:
        with suppress(Empty):
            while True:
                job = self._queue.get_nowait()
                if job is not None:
                    job[2].cancel()

    # -- on the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        reader: KitchenSession | None = None
        while (job := self._queue.get()) is not None:
            purpose, work, future = job
            if self._ended:
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            self._running = future
            try:
                if purpose is Purpose.READ:
                    if reader is None or reader.closed:
                        reader = KitchenSession(self._kitchen)
                    result = self._read(reader, work)
                else:
                    result = self._rehearse(work)
            # The error belongs to whoever submitted the job, a plugin's sys.exit() too.
            except BaseException as error:
                _settle(future, error=error)
            else:
                _settle(future, result=result)
            finally:
                self._running = None
            # The last job's values must not live until the next one comes.
            del job, work, future
            result = None
        if reader is not None:
            reader.close()
        self.finished.set()

    def _read(self, session: KitchenSession, work: Callable[[KitchenSession], T]) -> T:
        self._session = session
        try:
            session.start()
            return work(session)
        finally:
            self._session = None
            if not session.closed:
                session.reset()

    def _rehearse(self, work: Callable[[KitchenSession], T]) -> T:
        session = KitchenSession(self._kitchen, Purpose.REHEARSE)
        self._session = session
        try:
            session.start()
            return work(session)
        finally:
            self._session = None
            session.close()


def _settle(future: Future[Any], result: object = None, error: BaseException | None = None) -> None:
    with suppress(InvalidStateError):
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

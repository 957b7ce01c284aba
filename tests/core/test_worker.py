"""The session's own thread: one transaction for each job, and nobody ever waits for it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.errors import DatabaseUnreachable, Interrupted, ReadOnly, SessionMisuse
from core.models import Change
from core.session import Database, KitchenSession, lend, revision_of, session_scope
from core.worker import SessionWorker

SECONDS = 30.0
"""More than anything here takes; a test that hangs fails instead."""


@pytest.fixture
def worker(kitchen: Database) -> Iterator[SessionWorker]:
    worker = SessionWorker(kitchen)
    yield worker
    worker.close()
    assert worker.finished.wait(SECONDS)


def add_change(session: Session) -> int:
    number = revision_of(session) + 1
    session.add(Change(id=number, at=clock.now(), terminal="test", kind="test", summary="A test."))
    session.flush()
    return number


def commit_change() -> int:
    with session_scope() as session:
        return add_change(session)


class Blocked:
    """A job that has begun and goes on only when it is told."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, session: KitchenSession) -> int:
        self.begun.set()
        self.go_on.wait(SECONDS)
        return revision_of(session)


def run_for_ever(session: KitchenSession, begun: threading.Event) -> None:
    begun.set()
    if session.database.is_sqlite:
        query = (
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT max(n) FROM n"
        )
    else:
        query = "SELECT pg_sleep(600)"
    session.execute(text(query))


def interrupt_until_done(worker: SessionWorker, future: object) -> None:
    # The job says that it begins just before its query does, so one call may come too early.
    while not future.done():  # type: ignore[attr-defined]
        worker.interrupt()


def test_all_jobs_run_on_one_thread_with_one_session(worker: SessionWorker) -> None:
    def who(session: KitchenSession) -> tuple[int, int]:
        return threading.get_ident(), id(session)

    found = {worker.submit(who).result(SECONDS) for _ in range(3)}
    assert len(found) == 1
    assert found.pop()[0] != threading.get_ident()


def test_each_job_sees_one_state_and_the_next_one_a_new_one(worker: SessionWorker) -> None:
    def twice(session: KitchenSession) -> tuple[int, int, int]:
        first = revision_of(session)
        commit_change()
        return session.revision, first, revision_of(session)

    assert worker.submit(twice).result(SECONDS) == (0, 0, 0)
    assert worker.submit(twice).result(SECONDS) == (1, 1, 1)


def test_nothing_stays_open_between_jobs(sqlite_kitchen: Database) -> None:
    worker = SessionWorker(sqlite_kitchen)
    worker.submit(revision_of).result(SECONDS)
    commit_change()
    with sqlite_kitchen.writer.connect() as connection:
        driver = connection.connection.dbapi_connection
        checkpoint = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        assert tuple(checkpoint.fetchone()) == (0, 0, 0)
    worker.close()
    assert worker.finished.wait(SECONDS)


def test_a_job_cannot_write(worker: SessionWorker) -> None:
    with pytest.raises(ReadOnly):
        worker.submit(add_change).result(SECONDS)
    assert worker.submit(revision_of).result(SECONDS) == 0


def test_a_rehearsal_leaves_no_trace(worker: SessionWorker) -> None:
    assert worker.submit_rehearsal(add_change).result(SECONDS) == 1
    assert worker.submit(revision_of).result(SECONDS) == 0
    with pytest.raises(SessionMisuse):
        worker.submit_rehearsal(lambda session: (add_change(session), session.commit())).result(
            SECONDS
        )
    assert commit_change() == 1


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, KeyboardInterrupt])
def test_an_error_goes_to_who_submitted_the_job(
    worker: SessionWorker, error: type[BaseException]
) -> None:
    def fail(session: KitchenSession) -> None:
        raise error

    with pytest.raises(error):
        worker.submit(fail).result(SECONDS)
    assert worker.submit(revision_of).result(SECONDS) == 0


def test_a_database_that_is_gone_is_told_and_may_come_back(sqlite_kitchen: Database) -> None:
    worker = SessionWorker(sqlite_kitchen)
    assert sqlite_kitchen.path is not None
    away = sqlite_kitchen.path.with_name("away.db")
    sqlite_kitchen.path.rename(away)
    with pytest.raises(DatabaseUnreachable):
        worker.submit(revision_of).result(SECONDS)
    away.rename(sqlite_kitchen.path)
    assert worker.submit(revision_of).result(SECONDS) == 0
    worker.close()
    assert worker.finished.wait(SECONDS)


def test_a_session_that_a_view_has_broken_is_replaced(worker: SessionWorker) -> None:
    def break_it(session: KitchenSession) -> None:
        with lend(session):
            session.connection().invalidate()

    with pytest.raises(SessionMisuse):
        worker.submit(break_it).result(SECONDS)
    assert worker.submit(revision_of).result(SECONDS) == 0


@pytest.mark.parametrize("rehearse", [False, True])
def test_what_runs_can_be_interrupted_and_the_worker_goes_on(
    worker: SessionWorker, rehearse: bool
) -> None:
    begun = threading.Event()
    submit = worker.submit_rehearsal if rehearse else worker.submit
    future = submit(lambda session: run_for_ever(session, begun))
    assert begun.wait(SECONDS)
    interrupt_until_done(worker, future)
    with pytest.raises(Interrupted):
        future.result(SECONDS)
    assert worker.submit(revision_of).result(SECONDS) == 0


def test_closing_waits_for_nothing_and_cancels_what_waits(kitchen: Database) -> None:
    worker = SessionWorker(kitchen)
    blocked = Blocked()
    running = worker.submit(blocked)
    waiting = worker.submit(revision_of)
    assert blocked.begun.wait(SECONDS)
    worker.close()
    worker.close()
    assert not worker.finished.is_set()
    with pytest.raises(CancelledError):
        waiting.result(SECONDS)
    blocked.go_on.set()
    assert running.result(SECONDS) == 0
    assert worker.finished.wait(SECONDS)
    with pytest.raises(SessionMisuse, match="closed"):
        worker.submit(revision_of)


def test_an_abandoned_job_is_told_at_once(kitchen: Database) -> None:
    worker = SessionWorker(kitchen)
    blocked = Blocked()
    running = worker.submit(blocked)
    assert blocked.begun.wait(SECONDS)
    worker.abandon()
    with pytest.raises(Interrupted, match="given up"):
        running.result(SECONDS)
    other = SessionWorker(kitchen)
    assert other.submit(revision_of).result(SECONDS) == 0
    blocked.go_on.set()
    other.close()
    assert worker.finished.wait(SECONDS)
    assert other.finished.wait(SECONDS)


ENDLESS = """
import sys, threading
from core.session import configure
from core.worker import SessionWorker
worker = SessionWorker(configure(sys.argv[1]))
begun = threading.Event()
def loop(session):
    begun.set()
    while True:
        pass
worker.submit(loop)
begun.wait()
getattr(worker, sys.argv[2])()
print("left")
"""


@pytest.mark.parametrize("way", ["close", "abandon", "interrupt"])
def test_the_process_ends_while_a_job_runs_for_ever(kitchen: Database, way: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDLESS, kitchen.url, way],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("left\n", 0), done.stderr

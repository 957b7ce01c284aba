"""Running one view or check of a plugin on a lent session, within its time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, Generic, TypeVar, cast

from bakehouse.plugin import Deadline, DeadlineError, Finding, ViewContext
from core.clock import today
from core.errors import DatabaseError, Interrupted, SessionMisuse
from core.session import KitchenSession, interrupt, lend, revision_of
from plugins.failing import describe
from plugins.jobs import Job, OnStuck, Ran
from plugins.states import Failure
from plugins.watchdog import Watchdog

HARD_LIMIT = 10
"""How many times its budget something may take before it is stopped."""
IMPORT_SECONDS = 10.0
"""How long the import of an implementation may take."""

T = TypeVar("T")


def run(
    job: Job[T],
    session: KitchenSession,
    event_id: int | None,
    *,
    findings: tuple[Finding, ...] = (),
    on_stuck: OnStuck | None = None,
) -> Ran[T] | Failure:
    """Run a job on the thread of `session`; whatever its plugin does comes back as a `Failure`.

    Raises:
        SessionMisuse: The session cannot be lent.
        Interrupted: Somebody else stopped the session.
        DatabaseError: The database has gone away.
    """
    function = _resolve(job, on_stuck)
    if isinstance(function, Failure):
        return function
    attempt = _Attempt(job, session, on_stuck)
    try:
        with lend(session):
            attempt.lent = True
            outcome = attempt.call(function, event_id, findings)
    except SessionMisuse as error:
        if not attempt.lent:
            raise
        if attempt.database_error is not None:
            raise attempt.database_error from None
        outcome = job.failure(describe(error), error, session_lost=session.closed)
    if attempt.database_error is not None:
        if isinstance(attempt.database_error, Interrupted):
            raise attempt.database_error
        # An error of the view's own doing leaves the session usable; else this raises.
        revision_of(session)
    return outcome


def _resolve(job: Job[T], on_stuck: OnStuck | None) -> Callable[[ViewContext], Any] | Failure:
    """Import the implementation."""
    late = job.failure(_too_long(IMPORT_SECONDS, "importing it"), stopped=True)
    module, _, name = job.reference.partition(":")
    try:
        with Watchdog(IMPORT_SECONDS, lambda: None, lambda: on_stuck and on_stuck(late)) as dog:
            function = getattr(import_module(module), name)
    except (Exception, SystemExit) as error:
        return job.failure(f"cannot import {job.reference}: {describe(error)}", error)
    if dog.hit:
        return late
    if not callable(function):
        return job.failure(f"{job.reference} is no function")
    return cast(Callable[[ViewContext], Any], function)


class _Attempt(Generic[T]):
    """One call of an implementation on a lent session."""

    def __init__(self, job: Job[T], session: KitchenSession, on_stuck: OnStuck | None) -> None:
        self.lent = False
        self.database_error: DatabaseError | None = None
        self._job = job
        self._session = session
        self._on_stuck = on_stuck
        self._limit = job.budget_ms * HARD_LIMIT / 1000
        self._deadline = Deadline(self._limit * 1000)

    def call(
        self,
        function: Callable[[ViewContext], Any],
        event_id: int | None,
        findings: tuple[Finding, ...],
    ) -> Ran[T] | Failure:
        context = ViewContext(
            session=self._session,
            event_id=event_id,
            revision=self._session.revision,
            today=today(),
            deadline=self._deadline,
            log=logging.getLogger(f"bakehouse.plugins.{self._job.plugin}"),
            findings=findings,
        )
        outcome: Ran[T] | Failure
        with Watchdog(self._limit, self._stop, self._stuck) as dog:
            started = time.perf_counter()
            try:
                value = self._job.accept(function(context))
            except DeadlineError:
                outcome = self._late()
            except (Exception, SystemExit) as error:
                outcome = self._job.failure(describe(error), error)
                if isinstance(error, DatabaseError):
                    self.database_error = error
            else:
                ms = (time.perf_counter() - started) * 1000
                outcome = Ran(value, context.revision, context.today, ms)
        if dog.hit:
            self.database_error = None
            return self._late()
        return outcome

    def _late(self) -> Failure:
        return self._job.failure(_too_long(self._limit, "it"), stopped=True)

    def _stop(self) -> None:
        self._deadline.revoke()
        interrupt(self._session)

    def _stuck(self) -> None:
        if self._on_stuck is not None:
            self._on_stuck(self._late())


def _too_long(seconds: float, what: str) -> str:
    return f"{what} took longer than {seconds:g} s and was stopped"

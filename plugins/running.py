"""Running one view or check of a plugin on a lent session, within its time."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Mapping
from decimal import localcontext
from functools import cache
from importlib import import_module
from typing import Any, Generic, TypeVar, cast

from bakehouse._deprecation import noting
from bakehouse.plugin import Deadline, DeadlineError, Finding, SettingValue, ViewContext
from core.clock import today
from core.errors import BadFile, DatabaseError, Interrupted, SessionMisuse
from core.session import Database, KitchenSession, interrupt, lend, revision_of
from plugins.failing import describe
from plugins.jobs import Job, OnStuck, Ran
from plugins.settings import NO_VALUES
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
    settings: Mapping[str, SettingValue] = NO_VALUES,
    on_stuck: OnStuck | None = None,
    patience: float = 1,
) -> Ran[T] | Failure:
    """Run a job on the thread of `session`; whatever its plugin does comes back as a `Failure`.

    It may take `patience` times as long as usual.

    Raises:
        SessionMisuse: The session cannot be lent.
        Interrupted: Somebody else stopped the session.
        DatabaseError: The database has gone away.
    """
    function = _resolve(job, on_stuck, patience) if job.function is None else job.function
    if isinstance(function, Failure):
        return function
    attempt = _Attempt(job, session, on_stuck, patience)
    try:
        with lend(session):
            attempt.lent = True
            outcome = attempt.call(function, event_id, findings, settings)
    except (SessionMisuse, DatabaseError) as error:
        if not attempt.lent:
            raise
        return attempt.broken(error)
    return attempt.checked(outcome)


def _resolve(
    job: Job[T], on_stuck: OnStuck | None, patience: float
) -> Callable[..., Any] | Failure:
    """Import the implementation, or take it from its module, and keep it in the job."""
    module, _, name = job.reference.partition(":")
    seconds = IMPORT_SECONDS * patience
    late = job.failure(_too_long(seconds, "importing it"), stopped=True)
    try:
        function = getattr(sys.modules.get(module), name, None)
        if callable(function):
            job.function = cast(Callable[..., Any], function)
            return job.function
        watch = Watchdog(seconds, lambda: None, lambda: on_stuck and on_stuck(late))
        with watch as dog, localcontext():
            function = getattr(import_module(module), name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return job.failure(f"cannot import {job.reference}: {describe(error)}", error)
    if dog.hit:
        return late
    if not callable(function):
        return job.failure(f"{job.reference} is no function")
    job.function = cast(Callable[..., Any], function)
    return job.function


@cache
def _log_of(plugin: str) -> logging.Logger:
    return logging.getLogger(f"bakehouse.plugins.{plugin}")


class _Attempt(Generic[T]):
    """One call of an implementation on a lent session."""

    def __init__(
        self, job: Job[T], session: KitchenSession, on_stuck: OnStuck | None, patience: float
    ) -> None:
        self.lent = False
        self._database_error: DatabaseError | None = None
        self._stopped = False
        self._job = job
        self._session = session
        self._on_stuck = on_stuck
        self._limit = job.budget_ms * HARD_LIMIT * patience / 1000
        self._deadline = Deadline(self._limit * 1000)

    def call(
        self,
        function: Callable[..., Any],
        event_id: int | None,
        findings: tuple[Finding, ...],
        settings: Mapping[str, SettingValue],
    ) -> Ran[T] | Failure:
        """Call the implementation while the session is on loan."""
        context = ViewContext(
            session=self._session,
            event_id=event_id,
            revision=self._session.revision,
            today=today(),
            settings=settings,
            deadline=self._deadline,
            log=_log_of(self._job.plugin),
            findings=findings,
        )
        outcome: Ran[T] | Failure
        noted: dict[str, None] = {}
        dog = Watchdog(self._limit, self._stop, self._stuck)
        # A context of decimals that the plugin changes is its own.
        with dog, noting(noted), localcontext():
            started = time.perf_counter()
            try:
                value = self._job.accept(function(context, *self._job.more))
            except DeadlineError:
                outcome = self._late()
            except BadFile as error:
                outcome = self._job.failure(describe(error), bad_file=True)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                outcome = self._job.failure(describe(error), error)
                if isinstance(error, DatabaseError):
                    self._database_error = error
            else:
                ms = (time.perf_counter() - started) * 1000
                outcome = Ran(value, context.revision, context.today, ms)
        if noted:
            self._job.deprecated.update(noted)
        self._stopped = dog.hit
        return self._late() if dog.hit else outcome

    def checked(self, outcome: Ran[T] | Failure) -> Ran[T] | Failure:
        """Return the outcome, unless the database itself is why it failed: then raise that."""
        if self._database_error is not None and not self._stopped:
            if isinstance(self._database_error, Interrupted):
                raise self._database_error
            # An error of the view's own doing leaves the session usable; else this raises.
            revision_of(self._session)
        return outcome

    def broken(self, error: SessionMisuse | DatabaseError) -> Failure:
        """Return the failure of breaking the session, unless the database has gone away."""
        if self._stopped:
            return self._late(session_lost=self._session.closed)
        first = self._database_error or error
        if isinstance(first, Interrupted):
            raise first
        if isinstance(first, DatabaseError):
            _reach(self._session.database)
        return self._job.failure(describe(error), error, session_lost=self._session.closed)

    def _late(self, *, session_lost: bool = False) -> Failure:
        message = _too_long(self._limit, "it")
        return self._job.failure(message, stopped=True, session_lost=session_lost)

    def _stop(self) -> None:
        self._deadline.revoke()
        interrupt(self._session)

    def _stuck(self) -> None:
        if self._on_stuck is not None:
            self._on_stuck(self._late())


def _reach(kitchen: Database) -> None:
    """Raise `DatabaseError` if the database cannot be reached."""
    probe = KitchenSession(kitchen)
    try:
        probe.start()
    finally:
        probe.close()


def _too_long(seconds: float, what: str) -> str:
    return f"{what} took longer than {seconds:g} s and was stopped"

"""Calling what plugins have registered, and leaving out those that fail again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import structs

from bakehouse.plugin import CheckSpec, Finding, ViewSpec
from plugins.jobs import Job, OnStuck, Ran, Shown, few_findings_of, findings_of, own_data, view_data
from plugins.memory import Memory
from plugins.registering import Plugin
from plugins.states import Failure, Loaded, Offers, PluginError, State, View

if TYPE_CHECKING:
    from core.session import KitchenSession

SESSIONS_TO_LOSE = 2
"""How many sessions in a row a view may break; the first may have been the server's doing."""
TRIES = 3
"""How often a plugin may fail before it is left out."""

T = TypeVar("T")

_Key = tuple[str, str]


class Calls:
    """Calls what plugins have registered; keeps account of failures and time."""

    def __init__(self, memory: Memory, patience: float = 1) -> None:
        self._memory = memory
        self._patience = patience
        self._stopped: dict[_Key, Failure] = {}
        self._losses: dict[_Key, int] = {}
        self._jobs: dict[str, tuple[ViewSpec, Job[Shown]]] = {}

    def load(
        self,
        plugin: Plugin,
        view: View,
        session: KitchenSession,
        event_id: int | None,
        findings: tuple[Finding, ...],
        on_stuck: OnStuck | None,
    ) -> Loaded | Failure:
        """Load a view."""
        spec = view.spec
        ran = self.run(
            plugin,
            self._job_of(plugin, spec),
            session,
            event_id,
            findings=findings,
            on_stuck=on_stuck,
        )
        if isinstance(ran, Failure):
            return ran
        return Loaded(
            view=view,
            data=ran.value.data,
            revision=ran.revision,
            as_of=ran.as_of,
            ms=ran.ms,
            slow=ran.ms > spec.budget_ms * self._patience,
            own=ran.value.own,
        )

    def _job_of(self, plugin: Plugin, spec: ViewSpec) -> Job[Shown]:
        """Return the job of loading a view, made once for each spec."""
        known = self._jobs.get(spec.id)
        if known is None or known[0] is not spec:
            accept = view_data if spec.show is None else own_data
            version = plugin.found.version
            job = Job(plugin.name, version, spec.id, spec.load, spec.budget_ms, accept)
            known = self._jobs[spec.id] = (spec, job)
        return known[1]

    def check(
        self,
        plugin: Plugin,
        spec: CheckSpec,
        session: KitchenSession,
        event_id: int | None,
        on_stuck: OnStuck | None,
    ) -> list[Finding]:
        """Run a check; one that fails is a finding itself.

        Raises:
            PluginError: It broke the session.
        """
        version = plugin.found.version
        accept = findings_of if plugin.found.builtin else few_findings_of
        job = Job(plugin.name, version, spec.id, spec.check, spec.budget_ms, accept)
        ran = self.run(plugin, job, session, event_id, on_stuck=on_stuck)
        if isinstance(ran, Ran):
            return [replace(each, check=spec.id) for each in ran.value]
        if ran.session_lost:
            raise PluginError(plugin.name, str(ran), ran)
        return [
            Finding(
                kind="check_failed",
                place=f"{spec.title} ({plugin.name} {version})",
                message=f"This check failed: {ran.message}.",
                effect="What it looks for is not known.",
                fix=f"Turn it off with `bakehouse plugins disable {plugin.name}`.",
                check=spec.id,
            )
        ]

    def retry(self, plugin: Plugin, job_id: str) -> None:
        """Let a view or check run again that was stopped, and its plugin if it was left out."""
        for key in [key for key in self._stopped if key == (plugin.name, job_id)]:
            del self._stopped[key]
            self._losses.pop(key, None)
        self.give_another_try(plugin)

    def give_another_try(self, plugin: Plugin) -> None:
        """Forget why a plugin was left out."""
        plugin.tries = 0
        self._memory.note(plugin.found, quarantined=None)
        if plugin.state is State.QUARANTINED:
            registered = plugin.offers != Offers()
            plugin.state = State.LOADED if registered else State.ENABLED
            plugin.reason = ""

    def run(
        self,
        plugin: Plugin,
        job: Job[T],
        session: KitchenSession,
        event_id: int | None,
        *,
        findings: tuple[Finding, ...] = (),
        on_stuck: OnStuck | None = None,
    ) -> Ran[T] | Failure:
        """Run a job on a lent session, unless its plugin may not be called now."""
        key = (plugin.found.name, job.id)
        refused = self._refused(plugin, job, key)
        if refused is not None:
            return refused
        outcome: Ran[T] | Failure = _runner()(
            job,
            session,
            event_id,
            findings=findings,
            settings=plugin.settings.values,
            on_stuck=partial(self._stuck, plugin, key, on_stuck),
            patience=self._patience,
        )
        if job.deprecated:
            self._note_deprecated(plugin, job)
        if isinstance(outcome, Ran):
            plugin.slowest_ms = max(plugin.slowest_ms or 0.0, outcome.ms)
            self._memory.worked(plugin.found, job.id)
            self._losses.pop(key, None)
        elif key not in self._stopped and not outcome.bad_file:
            self.count(plugin, outcome)
            self._count_loss(key, outcome)
        return outcome

    def count(self, plugin: Plugin, failure: Failure) -> None:
        """Note a failure; after a few of them a third-party plugin is left out."""
        self._remember(plugin, failure)
        plugin.tries += 1
        if plugin.found.builtin or plugin.tries < TRIES:
            return
        plugin.state = State.QUARANTINED
        plugin.reason = quarantined(plugin.name, failure.message)
        self._memory.note(plugin.found, quarantined=failure.message)

    def _remember(self, plugin: Plugin, failure: Failure) -> None:
        plugin.failures.append(failure)
        if not plugin.found.builtin:
            self._memory.failed(plugin.found, failure.view, failure.message)

    def _refused(self, plugin: Plugin, job: Job[T], key: _Key) -> Failure | None:
        """Return why a job is not run, or None."""
        if plugin.state is State.QUARANTINED:
            return structs.replace(job.failure(plugin.reason), quarantined=True)
        if plugin.settings.troubles:
            return job.failure("; ".join(plugin.settings.troubles))
        return self._stopped.get(key)

    def _note_deprecated(self, plugin: Plugin, job: Job[T]) -> None:
        if not job.deprecated.keys() <= plugin.deprecated.keys():
            plugin.deprecated.update(job.deprecated)
            self._memory.note(plugin.found, deprecated=list(plugin.deprecated))

    def _count_loss(self, key: _Key, failure: Failure) -> None:
        losses = self._losses.pop(key, 0) + 1
        if not failure.session_lost:
            return
        self._losses[key] = losses
        if losses >= SESSIONS_TO_LOSE:
            self._stopped[key] = structs.replace(failure, session_lost=False)

    def _stuck(
        self,
        plugin: Plugin,
        key: _Key,
        on_stuck: Callable[[Failure], None] | None,
        failure: Failure,
    ) -> None:
        self._stopped[key] = failure
        self._remember(plugin, failure)
        if on_stuck is not None:
            on_stuck(failure)


@cache
def _runner() -> Callable[..., Any]:
    """Return what runs jobs: slow to import, and listing plugins needs no database."""
    from plugins.running import run

    return run


def quarantined(name: str, message: str) -> str:
    """Return why a plugin is left out, and how to try it anew."""
    return f"left out since it failed: {message}; `bakehouse plugins enable {name}` tries it again"

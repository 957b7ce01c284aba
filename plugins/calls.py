"""Calling views and checks, and remembering those that may not be called again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bakehouse.plugin import CheckSpec, Finding
from plugins.jobs import Job, OnStuck, Ran, findings_of, view_data
from plugins.registering import Plugin
from plugins.states import Failure, Loaded, PluginError, View

if TYPE_CHECKING:
    from core.session import KitchenSession

SESSIONS_TO_LOSE = 2
"""How many sessions in a row a view may break; the first may have been the server's doing."""

T = TypeVar("T")

_Key = tuple[str, str]


class Calls:
    """Calls what plugins have registered; keeps account of failures and time."""

    def __init__(self) -> None:
        self._stopped: dict[_Key, Failure] = {}
        self._losses: dict[_Key, int] = {}

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
        job = Job(plugin.name, plugin.found.version, spec.id, spec.load, spec.budget_ms, view_data)
        ran = self._call(plugin, job, session, event_id, findings, on_stuck)
        if isinstance(ran, Failure):
            return ran
        return Loaded(
            view=view,
            data=ran.value,
            revision=ran.revision,
            as_of=ran.as_of,
            ms=ran.ms,
            slow=ran.ms > spec.budget_ms,
        )

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
        job = Job(plugin.name, version, spec.id, spec.check, spec.budget_ms, findings_of)
        ran = self._call(plugin, job, session, event_id, (), on_stuck)
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

    def retry(self, job_id: str) -> None:
        """Let a view or check run again that was stopped for good."""
        for key in [key for key in self._stopped if key[1] == job_id]:
            del self._stopped[key]
            self._losses.pop(key, None)

    def _call(
        self,
        plugin: Plugin,
        job: Job[T],
        session: KitchenSession,
        event_id: int | None,
        findings: tuple[Finding, ...],
        on_stuck: OnStuck | None,
    ) -> Ran[T] | Failure:
        # Slow to import, and listing plugins needs no database.
        from plugins.running import run

        key = (plugin.name, job.id)
        if key in self._stopped:
            return self._stopped[key]
        stuck = partial(self._stuck, plugin, key, on_stuck)
        outcome = run(job, session, event_id, findings=findings, on_stuck=stuck)
        if isinstance(outcome, Ran):
            plugin.slowest_ms = max(plugin.slowest_ms or 0.0, outcome.ms)
            self._losses.pop(key, None)
        elif key not in self._stopped:
            plugin.failures.append(outcome)
            self._count_loss(key, outcome)
        return outcome

    def _count_loss(self, key: _Key, failure: Failure) -> None:
        losses = self._losses.pop(key, 0) + 1
        if not failure.session_lost:
            return
        self._losses[key] = losses
        if losses >= SESSIONS_TO_LOSE:
            self._stopped[key] = replace(failure, session_lost=False)

    def _stuck(self, plugin: Plugin, key: _Key, on_stuck: OnStuck | None, failure: Failure) -> None:
        self._stopped[key] = failure
        plugin.failures.append(failure)
        if on_stuck is not None:
            on_stuck(failure)

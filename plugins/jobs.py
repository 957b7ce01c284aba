"""What the host runs of a plugin, what comes of it, and what it may return."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Generic, TypeVar

from bakehouse.plugin import Finding, ViewData
from plugins.failing import traceback_of
from plugins.states import Failure

MOST_FINDINGS = 10_000
"""More findings than this from one check are taken for an endless generator."""

T = TypeVar("T")

OnStuck = Callable[[Failure], None]
"""Called on another thread when a plugin would not stop: its thread and session are lost."""


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """What to run: `accept` checks and takes what the implementation returned."""

    plugin: str
    version: str
    id: str
    reference: str
    budget_ms: int
    accept: Callable[[Any], T]

    def failure(self, message: str, error: BaseException | None = None, **more: bool) -> Failure:
        """Return a failure of this job."""
        return Failure(
            plugin=self.plugin,
            version=self.version,
            view=self.id,
            message=message,
            traceback_text="" if error is None else traceback_of(error),
            **more,
        )


@dataclass(frozen=True, slots=True)
class Ran(Generic[T]):
    """What a job returned, of which revision and day, and in what time."""

    value: T
    revision: int
    as_of: date
    ms: float


def view_data(result: Any) -> ViewData:
    """Take what a view's `load` returned; `TypeError` for anything else than its data."""
    _refuse_coroutine(result, "load")
    if not isinstance(result, ViewData):
        kind = type(result).__name__
        raise TypeError(f"load must return a Table, Sections, Markdown or Chart, not {kind}")
    return result


def findings_of(result: Any) -> list[Finding]:
    """Take and read what a check returned; `TypeError` for anything else than findings."""
    _refuse_coroutine(result, "a check")
    if isinstance(result, str | bytes) or not isinstance(result, Iterable):
        raise TypeError(f"a check must return findings, not {type(result).__name__}")
    findings = list(islice(result, MOST_FINDINGS + 1))
    if len(findings) > MOST_FINDINGS:
        raise ValueError(f"a check returned more than {MOST_FINDINGS} findings")
    for finding in findings:
        if not isinstance(finding, Finding):
            raise TypeError(f"a check must return findings, one is {type(finding).__name__}")
    return findings


def _refuse_coroutine(result: Any, what: str) -> None:
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError(f"{what} must not be async")

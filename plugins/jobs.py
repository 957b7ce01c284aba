"""What the host runs of a plugin, what comes of it, and what it may return."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from itertools import islice
from typing import Any, Generic, TypeVar, get_args

from msgspec import Struct, field

from bakehouse.plugin import ChangeSet, Column, Finding, Table, ViewData
from plugins.failing import traceback_of
from plugins.rows import refuse_others_steps
from plugins.states import Failure

MOST_FINDINGS = 50_000
"""More findings than this from one check are taken for an endless generator."""

MOST_FOUND = 2_000_000
"""So many characters the findings of one check may have together."""

MOST_EVENTS = 100_000
"""So many events the findings of one check may name together, each time they are named."""

_VIEW_DATA = frozenset(get_args(ViewData))
"""None of them is for subclassing."""

T = TypeVar("T")

OnStuck = Callable[[Failure], None]
"""Called on another thread when a plugin would not stop: its thread and session are lost."""


class Job(Struct, Generic[T], eq=False):
    """What to run, with `more` after the context; `accept` checks and takes what it returned.

    `function` is what `reference` names, once it has been imported. `deprecated` gathers what it
    uses of the API that will stop.
    """

    plugin: str
    version: str
    id: str
    reference: str
    budget_ms: int
    accept: Callable[[Any], T]
    more: tuple[object, ...] = ()
    function: Callable[..., Any] | None = None
    deprecated: dict[str, None] = field(default_factory=dict)

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


class Ran(Struct, Generic[T]):
    """What a job returned, of which revision and day, and in what time."""

    value: T
    revision: int
    as_of: date
    ms: float


class Shown(Struct):
    """What a view returned: as data, and as its own widget takes it, where it has one."""

    data: ViewData
    own: object = None


def view_data(result: Any) -> Shown:
    """Take what a view's `load` returned; `TypeError` for anything else than its data."""
    if type(result) not in _VIEW_DATA:
        refuse_coroutine(result, "load")
        kind = type(result).__name__
        raise TypeError(f"load must return a Table, Sections, Markdown or Chart, not {kind}")
    return Shown(result)


def own_data(result: Any) -> Shown:
    """Take what a view with a widget of its own returned: view data, or a frozen dataclass."""
    if type(result) in _VIEW_DATA:
        return Shown(result, result)
    refuse_coroutine(result, "load")
    if not _is_frozen(result):
        kind = type(result).__name__
        raise TypeError(f"load must return view data or a frozen dataclass, not {kind}")
    if not hasattr(result, "as_view"):
        return Shown(_as_table(result), result)
    data = result.as_view()
    if type(data) not in _VIEW_DATA:
        raise TypeError(f"as_view must return view data, not {type(data).__name__}")
    return Shown(data, result)


def _is_frozen(result: Any) -> bool:
    parameters = getattr(type(result), "__dataclass_params__", None)
    return is_dataclass(result) and bool(getattr(parameters, "frozen", False))


def _as_table(result: Any) -> Table:
    rows = [(each.name, str(getattr(result, each.name))) for each in fields(result)]
    return Table([Column("name"), Column("value")], rows, data=result)


def change_set(plugin: str, result: Any) -> ChangeSet:
    """Take what an importer returned; `TypeError` for anything else than a `ChangeSet`.

    Steps that write rows of tables that are not the plugin's are a `ValueError`.
    """
    refuse_coroutine(result, "an importer")
    if type(result) is not ChangeSet:
        raise TypeError(f"an importer must return a ChangeSet, not {type(result).__name__}")
    if not result.steps:
        raise ValueError("there is nothing in this file to import")
    refuse_others_steps(plugin, result.steps)
    return result


def findings_of(result: Any) -> list[Finding]:
    """Take and read what a check returned; `TypeError` for anything else than findings."""
    refuse_coroutine(result, "a check")
    if isinstance(result, str | bytes) or not isinstance(result, Iterable):
        raise TypeError(f"a check must return findings, not {type(result).__name__}")
    findings = list(islice(result, MOST_FINDINGS + 1))
    if len(findings) > MOST_FINDINGS:
        raise ValueError(f"a check returned more than {MOST_FINDINGS} findings")
    for finding in findings:
        if type(finding) is not Finding:
            raise TypeError(f"a check must return findings, one is {type(finding).__name__}")
    return findings


def few_findings_of(result: Any) -> list[Finding]:
    """Take what a third-party check returned, which has to leave room for what others find."""
    findings = findings_of(result)
    if (
        sum(len(f.message) + len(f.place) + len(f.effect) + len(f.fix) for f in findings)
        > MOST_FOUND
    ):
        raise ValueError(f"a check's findings have more than {MOST_FOUND:,} characters together")
    if sum(len(finding.event_ids) for finding in findings) > MOST_EVENTS:
        raise ValueError(f"a check's findings name more than {MOST_EVENTS:,} events together")
    return findings


def refuse_coroutine(result: Any, what: str) -> None:
    """Raise `TypeError` for what an async function returned."""
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError(f"{what} must not be async")
    if inspect.isasyncgen(result):
        raise TypeError(f"{what} must not be async")

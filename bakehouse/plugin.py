"""The public plugin API: what a plugin registers with, and what its views return.

A plugin is a module named by an entry point of the group `bakehouse.plugins`. It registers with
`contribute.views` and `contribute.checks`; implementations are named as `"module:function"` and
imported on first use.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from pluggy import HookimplMarker

from bakehouse._view_data import (
    Align,
    Amount,
    Cell,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Edit,
    Markdown,
    Money,
    Number,
    Part,
    Ref,
    RefKind,
    Row,
    RowStyle,
    Sections,
    Series,
    Table,
    ViewData,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = [
    "Action",
    "Align",
    "Amount",
    "Area",
    "Cell",
    "Chart",
    "ChartKind",
    "CheckSpec",
    "Column",
    "ColumnKind",
    "Deadline",
    "DeadlineError",
    "Edit",
    "Finding",
    "Markdown",
    "Money",
    "Number",
    "Part",
    "Ref",
    "RefKind",
    "Row",
    "RowStyle",
    "Sections",
    "Series",
    "Table",
    "ViewContext",
    "ViewData",
    "ViewSpec",
    "contribute",
]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_REFERENCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_KEY = re.compile(r"[^\s,]+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLACES = ("about.id", "about.kind", "event", "key")


# -- what is registered ----------------------------------------------------------------------------


class Area(Enum):
    """Where a view belongs."""

    EVENT = "event"
    """One event: the workspace."""
    KITCHEN = "kitchen"
    """The whole kitchen; where an event is given, the view may keep to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do with a row: a command of the kitchen, run with preview, journal and undo.

    `command` is the command's name and its arguments; `{about.id}`, `{about.kind}`, `{key}` (of
    the row) and `{event}` are filled in. Nothing in it is executed by a shell.
    """

    id: str
    title: str
    command: tuple[str, ...]
    key: str | None = None

    def __post_init__(self) -> None:
        _check_named("Action", self.id, self.title)
        _check_key("Action", self.id, self.key)
        object.__setattr__(self, "command", tuple(self.command))
        if not self.command or not all(isinstance(word, str) for word in self.command):
            raise ValueError(f"Action {self.id!r}: command must be a command's name and arguments")
        for word in self.command:
            for place in _PLACEHOLDER.findall(word):
                if place not in _PLACES:
                    known = ", ".join(f"{{{known}}}" for known in _PLACES)
                    raise ValueError(f"Action {self.id!r}: no {{{place}}} there; use {known}")

    def words(self, row: Row, event_id: int | None = None) -> tuple[str, ...] | None:
        """Return the command for `row`, or None where it lacks what the command needs."""
        values: dict[str, str] = {"key": row.key}
        if row.about is not None:
            values |= {"about.id": str(row.about.id), "about.kind": row.about.kind}
        if event_id is not None:
            values["event"] = str(event_id)
        needed = {place for word in self.command for place in _PLACEHOLDER.findall(word)}
        if not needed <= values.keys():
            return None
        return tuple(
            _PLACEHOLDER.sub(lambda found: values[found.group(1)], word) for word in self.command
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSpec:
    """A view that a plugin offers.

    Attributes:
        id: The plugin's name, or that, a dot and more.
        title: What people read above it.
        area: Where it belongs.
        load: `"module:function"`, taking a `ViewContext` and returning a `Table`, `Sections`,
            `Markdown` or `Chart`. Imported when the view is first opened.
        key: A suggestion; the keys of the program win, clashes are listed.
        order: Views are sorted by order, then id.
        budget_ms: Milliseconds after which it is called slow; after ten times that it is stopped.
        help: One paragraph.
        actions: What can be done with its rows.
        findings: Whether the host is to run all checks first and hand over what they found.
    """

    id: str
    title: str
    area: Area
    load: str
    key: str | None = None
    order: int = 100
    budget_ms: int = 250
    help: str = ""
    actions: tuple[Action, ...] = ()
    findings: bool = False

    def __post_init__(self) -> None:
        _check_named("ViewSpec", self.id, self.title)
        _check_reference("ViewSpec", self.id, "load", self.load)
        _check_key("ViewSpec", self.id, self.key)
        _check_budget("ViewSpec", self.id, self.budget_ms)
        if not isinstance(self.area, Area):
            raise TypeError(f"ViewSpec {self.id!r}: area must be an Area, not {self.area!r}")
        if not isinstance(self.order, int):
            raise TypeError(f"ViewSpec {self.id!r}: order must be a number, not {self.order!r}")
        object.__setattr__(self, "actions", tuple(self.actions))
        for action in self.actions:
            if not isinstance(action, Action):
                raise TypeError(f"ViewSpec {self.id!r}: {action!r} is no Action")
        ids = [action.id for action in self.actions]
        if len(set(ids)) < len(ids):
            raise ValueError(f"ViewSpec {self.id!r}: two actions have the same id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that would make the plan wrong: an entry of the problems list.

    Attributes:
        message: What is wrong, in one sentence.
        place: Where, in words.
        effect: What it does to the plan.
        fix: What to do about it.
        about: What to open under Enter.
        event_id: The event it is about, or None for the whole kitchen.
        kind: A short name for programs.
        check: The id of the check that found it; filled in by the host.
    """

    message: str
    place: str = ""
    effect: str = ""
    fix: str = ""
    about: Ref | None = None
    event_id: int | None = None
    kind: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A check whose findings join the problems list.

    `check` is `"module:function"`, taking a `ViewContext` and returning an iterable of `Finding`.
    """

    id: str
    title: str
    check: str
    budget_ms: int = 250
    help: str = ""

    def __post_init__(self) -> None:
        _check_named("CheckSpec", self.id, self.title)
        _check_reference("CheckSpec", self.id, "check", self.check)
        _check_budget("CheckSpec", self.id, self.budget_ms)


# -- what a view is given --------------------------------------------------------------------------


class DeadlineError(Exception):
    """A view went on past its hard limit; let it through."""


class Deadline:
    """When a view is stopped. Without a limit it never is."""

    __slots__ = ("_ends", "_revoked")

    def __init__(self, limit_ms: float | None = None) -> None:
        self._ends = None if limit_ms is None else time.monotonic() + limit_ms / 1000
        self._revoked = False

    def remaining_ms(self) -> float:
        """Return the milliseconds left; infinity without a limit."""
        if self._revoked:
            return 0.0
        if self._ends is None:
            return float("inf")
        return max(0.0, (self._ends - time.monotonic()) * 1000)

    def check(self) -> None:
        """Raise `DeadlineError` if the time is over; long loops should call it now and then."""
        if self.remaining_ms() <= 0:
            raise DeadlineError("This view was stopped because it took too long.")

    def revoke(self) -> None:
        """End the time now."""
        self._revoked = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewContext:
    """What a view is loaded with.

    Attributes:
        session: The screen's session, or that of a what-if, on loan: one state of the kitchen for
            all views. Pass it to every service; it refuses writing, committing and closing.
        event_id: The event, or None in a view of the whole kitchen.
        revision: The number of the newest committed change that the session sees.
        today: The day the kitchen works on; use it and not the calendar.
        settings: The plugin's settings.
        deadline: When the view is stopped.
        log: A logger of the plugin's own.
        findings: What all checks found, for a view that asked for it.
    """

    session: Session
    event_id: int | None
    revision: int
    today: date
    settings: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    deadline: Deadline = field(default_factory=Deadline)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("bakehouse.plugins"))
    findings: tuple[Finding, ...] = ()

    @property
    def event(self) -> int:
        """Return `event_id`, for views that are about one event; without one, `ValueError`."""
        if self.event_id is None:
            raise ValueError("This view is about one event. Name the event.")
        return self.event_id


# -- registering -----------------------------------------------------------------------------------

_hookimpl = HookimplMarker("bakehouse")

Views = TypeVar("Views", bound=Callable[[], Iterable[ViewSpec]])
Checks = TypeVar("Checks", bound=Callable[[], Iterable[CheckSpec]])


class _Contribute:
    """The hooks, as decorators that a type checker understands."""

    __slots__ = ()

    def views(self, function: Views) -> Views:
        """Offer views: the function takes nothing and returns their specs."""
        return _hookimpl(function, specname="views")

    def checks(self, function: Checks) -> Checks:
        """Offer checks: the function takes nothing and returns their specs."""
        return _hookimpl(function, specname="checks")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise AttributeError(unknown_hook(name))


contribute = _Contribute()

HOOKS = ("checks", "views")
"""The names of the hooks."""


def unknown_hook(name: str) -> str:
    """Return what to say about a hook that there is not."""
    near = get_close_matches(name, HOOKS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(HOOKS)}."
    return f"there is no hook '{name}'; {hint}"


# -- checking -----------------------------------------------------------------------------------


def _check_named(what: str, name: object, title: object) -> None:
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise ValueError(
            f"{what} {name!r}: an id is the plugin's name, or that, a dot and more; "
            "letters, digits, - and _"
        )
    if not isinstance(title, str) or not title.strip():
        raise ValueError(f"{what} {name!r}: needs a title")


def _check_reference(what: str, name: str, attribute: str, value: object) -> None:
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise ValueError(f"{what} {name!r}: {attribute} must be 'module:function', not {value!r}")


def _check_key(what: str, name: str, key: object) -> None:
    if key is not None and not (isinstance(key, str) and _KEY.fullmatch(key)):
        raise ValueError(f"{what} {name!r}: key must be one key such as 'g' or 'ctrl+g'")


def _check_budget(what: str, name: str, budget: object) -> None:
    if not isinstance(budget, int) or budget < 1:
        raise ValueError(f"{what} {name!r}: budget_ms must be 1 or more, not {budget!r}")

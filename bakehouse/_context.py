"""What implementations are given, and what they give back besides views.

`bakehouse.plugin` makes all of it public.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from bakehouse._cells import plain_number
from bakehouse._checking import at_most, checked_text, kind_of, plain_text, put_texts
from bakehouse._tables import Ref

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_EVENTS: Final = 10_000
"""A finding that is about more events than this is about the whole kitchen."""
MOST_STEPS: Final = 100_000
"""More steps than this from one file are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that would make the plan wrong: an entry of the problems list.

    Attributes:
        message: What is wrong, in one sentence.
        place: Where, in words.
        effect: What it does to the plan.
        fix: What to do about it.
        about: What to open under Enter.
        event_id: The event it is about, or None for several of them or the whole kitchen.
        event_ids: The events it is about, where they are several.
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
    event_ids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        put_texts(self, "Finding", "message", "place", "effect", "fix", "kind", "check")
        if self.about is not None and type(self.about) is not Ref:
            raise TypeError(f"Finding: about must be a Ref, not {kind_of(self.about)}")
        if type(self.event_ids) is not tuple:
            given = at_most(self.event_ids, MOST_EVENTS, "a Finding has event_ids,")
            object.__setattr__(self, "event_ids", given)
        for event in (self.event_id, *self.event_ids):
            if event is not None and type(event) is not int:
                raise TypeError(f"Finding: the id of an event is a number, not {kind_of(event)}")

    def concerns(self, event_id: int) -> bool:
        """Tell whether it is about an event; what is about none is about all of them."""
        if self.event_id is None and not self.event_ids:
            return True
        return event_id == self.event_id or event_id in self.event_ids


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


# -- files --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import: its name without its folder, and what is in it."""

    name: str
    content: bytes

    def text(self, encoding: str = "utf-8-sig") -> str:
        """Return the file as text. What cannot be decoded: `ValueError`, saying where."""
        try:
            return self.content.decode(encoding)
        except UnicodeDecodeError as error:
            raise ValueError(f"byte {error.start + 1} of {self.name} is no {encoding}") from error


Argument: TypeAlias = str | bool | int | Decimal | Fraction | date | Sequence[str] | None
"""One argument of a step: what people would type, or an exact value that is written so."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command of the kitchen with its arguments by name, as `Step("count", {"item": "flour"})`.

    Whether there is such a command, and what it wants, the kitchen checks before it does anything.
    Numbers and dates are kept as people type them.
    """

    command: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.command, str) or not self.command.strip():
            raise ValueError("a Step needs the name of a command")
        put_texts(self, "Step", "command")
        if not isinstance(self.arguments, Mapping):
            raise TypeError(f"Step {self.command!r}: arguments must be a mapping by name")
        typed = dict(_typed(self.command, *each) for each in self.arguments.items())
        object.__setattr__(self, "arguments", MappingProxyType(typed))


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What an importer wants to be done: all of it as one change, or nothing.

    Attributes:
        steps: Commands, done one after the other.
        summary: What the journal says of it; the titles of the steps follow.
        notes: What was decided on the way, for whoever imports: one sentence each.
    """

    steps: tuple[Step, ...]
    summary: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("steps", "notes"):
            given = at_most(getattr(self, name), MOST_STEPS, f"a ChangeSet has {name},")
            object.__setattr__(self, name, given)
        for number, step in enumerate(self.steps):
            if type(step) is not Step:
                raise TypeError(f"steps[{number}] must be a Step, not {type(step).__name__}")
        put_texts(self, "ChangeSet", "summary")
        notes = tuple(checked_text(note, "ChangeSet: note") for note in self.notes)
        object.__setattr__(self, "notes", notes)


Typed: TypeAlias = str | bool | tuple[str, ...] | None
"""One argument as people type it."""


def _typed(command: str, key: object, value: object) -> tuple[str, Typed]:
    if not isinstance(key, str):
        raise TypeError(f"Step {command!r}: the name of an argument is a text, not {kind_of(key)}")
    try:
        return plain_text(key), _as_typed(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"Step {command!r}: {key} {error}") from None


def _as_typed(value: object) -> Typed:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, Decimal | int | Fraction):
        number = plain_number(value)
        return f"{number:f}" if isinstance(number, Decimal) else str(number)
    if isinstance(value, date):
        return date.isoformat(value)
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(map(plain_text, value))
    raise TypeError(
        f"must be a text, an exact number, a date, a flag or texts, not {kind_of(value)}"
    )

"""What a problem is, and what those who look for problems share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from sqlalchemy.orm import Session

from core.planning.plan import Plan
from core.services.saying import Say

MOST_NAMES = 3
"""How many events a problem names before it counts the others."""


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One thing that makes a plan wrong or doubtful.

    `kind` is one of `ORDER`; `place` is where, `effect` what it does, `fix` what mends it.
    `event_ids` are the open events it touches, and `event_id` the one where it is only one.
    `about` is what has to be mended, where that is not the item it is told of. There is none for
    a cycle: a recipe or bundle that would contain itself is refused when it is saved.
    """

    kind: str
    place: str
    message: str
    effect: str
    fix: str
    event_id: int | None = None
    item_id: int | None = None
    event_ids: tuple[int, ...] = ()
    about: tuple[Literal["item", "recipe", "bundle"], int] | None = None


class Touched(TypedDict):
    """The events a problem touches, as its fields have it."""

    event_id: int | None
    event_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look for problems: in which plan, and at which of its events."""

    session: Session
    plan: Plan
    places: Sequence[int]
    say: Say

    def names(self, places: Sequence[int]) -> str:
        """Name events: "Christmas", "Christmas and Easter", "Christmas, Easter and 3 more"."""
        names = [self.plan.kitchen.events[e].name for e in places]
        return listed(names)

    def of_events(self, places: Sequence[int]) -> str:
        """Say of which events something is, where it is not clear because they are several."""
        return f" of {self.names(places)}" if len(places) > 1 else ""

    def touched(self, places: Sequence[int]) -> Touched:
        """Return the fields of a problem that say which events it touches."""
        ids = tuple(self.plan.kitchen.events[e].id for e in places)
        return Touched(event_id=ids[0] if len(ids) == 1 else None, event_ids=ids)


def listed(names: Sequence[str]) -> str:
    """List names as people do, the first few of many."""
    shown = list(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        shown.append(f"{len(names) - MOST_NAMES} more")
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)

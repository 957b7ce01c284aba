"""Rows of the plan, and of what several events want of one stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item an event needs, in stock units; `net` is to buy, to make or to assemble.

    `status`: buy, make, assemble, enough, unknown or always.
    """

    item_id: int
    slug: str
    name: str
    kind: str
    unit: str
    need: Decimal | None
    from_stock: Decimal | None
    net: Decimal | None
    status: str


@dataclass(frozen=True, slots=True)
class PlannedRecipe:
    """Batches of a recipe for an event; `short` is what a target leaves uncovered, in batches."""

    recipe_id: int
    slug: str
    name: str
    batches: Decimal | None
    target: Decimal | None
    stale: bool
    short: Decimal | None


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One open event in the plan."""

    event_id: int
    slug: str
    name: str
    date: date
    items: tuple[PlannedItem, ...]
    recipes: tuple[PlannedRecipe, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """The plan of all open events, of one revision."""

    revision: int
    as_of: date
    events: tuple[PlannedEvent, ...]


@dataclass(frozen=True, slots=True)
class ContendingEvent:
    """What one event wants of a contended item and gets, in stock units; None is unknown.

    `short` is what is left to buy, make or assemble for it.
    """

    event_id: int
    event_name: str
    date: date
    need: Decimal | None
    from_stock: Decimal | None
    carried: Decimal | None
    short: Decimal | None


@dataclass(frozen=True, slots=True)
class ShortageChange:
    """What an event is short of as planned, and after a move."""

    event_id: int
    event_name: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class DateMove:
    """An event moved before or after (`where`) another, and whose shortage that changes."""

    event_id: int
    event_name: str
    where: str
    other_id: int
    other_name: str
    changes: tuple[ShortageChange, ...]


@dataclass(frozen=True, slots=True)
class ContendedItem:
    """An item that several open events want of one stock, in stock units.

    `stock` is what the events are given and `rest`, None where an event's need is unknown;
    `carried` what batches leave over for later events. `runs_out_at` names the first event that
    is known to lack some, None where there is none.
    `moves` is None where it was not worked out what moving a date would change.
    """

    item_id: int
    slug: str
    name: str
    unit: str
    stock: Decimal
    carried: Decimal
    rest: Decimal | None
    events: tuple[ContendingEvent, ...]
    runs_out_at: str | None
    moves: tuple[DateMove, ...] | None

    @property
    def is_enough(self) -> bool:
        """Whether it is known that every event gets all it needs."""
        return self.runs_out_at is None and self.rest is not None

    @property
    def ends(self) -> str:
        """Where it runs out, in words."""
        if self.runs_out_at is not None:
            return f"runs out at {self.runs_out_at}"
        return "enough for all of them" if self.is_enough else "whether it is enough is unknown"

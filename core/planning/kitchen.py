"""What the planner reads: one frozen state of a kitchen.

Amounts are exact, in each item's stock unit; `None` stands for an amount that is unknown because
it cannot be converted to the stock unit. Stock is in micro-units, as the ledger keeps it.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple, Self

from msgspec import Struct, field
from msgspec.structs import replace

MICRO = 1_000_000
LEDGER_ROUNDING = Fraction(1, 1000)
"""A remainder below this is rounding of the ledger (domain.md §2)."""


class Item(NamedTuple):
    """An item as the plan sees it. `kind` is ingredient, supply, made or bundle."""

    id: int
    slug: str
    name: str
    kind: str
    unit: str
    always_on_hand: bool = False
    category: str | None = None

    @property
    def bought(self) -> bool:
        """Tell whether a shortage of it is bought rather than made."""
        return self.kind in ("ingredient", "supply")


class Line(NamedTuple):
    """An amount of an item in one batch or one bundle; `entered` is it as it was written."""

    item_id: int
    amount: Fraction | None
    entered: str = ""


class Recipe(NamedTuple):
    """A recipe: per batch it makes `outputs` (alternatives sharing the batch) from `lines`."""

    id: int
    slug: str
    name: str
    step: Fraction
    outputs: tuple[Line, ...]
    lines: tuple[Line, ...]


class EventLine(NamedTuple):
    """A quantity wanted, and how much of it has been delivered."""

    item_id: int
    quantity: Fraction | None
    delivered: Fraction = Fraction(0)
    recipient: str | None = None
    entered: str = ""

    @property
    def need(self) -> Fraction | None:
        """Return what is still wanted, never below zero (domain.md §3.1).

        Of what was handed out, a remainder under 0.001 is ledger rounding (domain.md §2).
        """
        if self.quantity is None or not self.delivered:
            return self.quantity
        rest = self.quantity - self.delivered
        return rest if rest >= LEDGER_ROUNDING else Fraction(0)


class Target(Struct, frozen=True):
    """A decision on batches, and the gross need (in batches' worth) it was accepted at."""

    batches: Fraction
    short_ok: bool = False
    accepted_need: Fraction | None = None


class Event(Struct, frozen=True):
    """A dated demand. `good` is the good output of its runs by item, where it has targets."""

    id: int
    slug: str
    name: str
    date: date
    open: bool
    lines: tuple[EventLine, ...]
    targets: Mapping[int, Target] = field(default_factory=dict)
    good: Mapping[int, Fraction] = field(default_factory=dict)


class Kitchen(Struct, frozen=True):
    """Everything one plan is made from.

    `events` are the open ones by (date, slug). `free` and `kept` hold unexpired stock in
    micro-units: free for all by item, and by item and event id what is kept for an open event.
    """

    items: Mapping[int, Item]
    recipes: Mapping[int, Recipe]
    bundles: Mapping[int, tuple[Line, ...]]
    events: tuple[Event, ...]
    free: Mapping[int, int] = field(default_factory=dict)
    kept: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    def alone(self, event: Event) -> Self:
        """Return the kitchen with this event only: no stock, nothing produced or delivered."""
        whole = replace(
            event,
            lines=tuple(line._replace(delivered=Fraction(0)) for line in event.lines),
            good={},
        )
        return replace(self, events=(whole,), free={}, kept={})

"""What a trace tells: lots and runs, what they came from and where they went (domain.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Traced:
    """One step of a trace.

    `kind` is lot, run, received, delivered, discarded or counted; `id` is that of the lot or run.
    `amount` is in `unit`: of a lot what was used of it on this way (or all of it, where it is what
    a run made), of a run its batches or bundles. `used` is what a run took of the lot above it, in
    that lot's unit. `again` stands for steps that are told elsewhere in the same trace.
    """

    kind: str
    id: int | None
    item_id: int | None
    name: str
    amount: Decimal
    unit: str
    day: date
    event: str | None = None
    recipient: str | None = None
    note: str | None = None
    left: Decimal | None = None
    expires: date | None = None
    used: Decimal | None = None
    again: bool = False
    steps: tuple[Traced, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """A lot or run, what it came from and what it went into.

    `handed_out` and `in_stock` sum up what it went into, itself included: who was handed any of
    it, and the lots of which something is left. That is whom to call, and what to take off the
    shelf.
    """

    subject: Traced
    came_from: tuple[Traced, ...]
    went_into: tuple[Traced, ...]
    handed_out: tuple[Traced, ...]
    in_stock: tuple[Traced, ...]

"""Contention as views show it: names and decimals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from core.planning.contention import NOTHING, Claim, Contention, Move, contentions
from core.planning.kitchen import Event
from core.planning.moves import with_moves
from core.planning.plan import Plan
from core.services._kitchen import planned
from core.session import remembered
from core.units import to_decimal


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

    `stock` is what the events are given and `rest`; `carried` what batches leave over for later
    events. `runs_out_at` names the first event that lacks some, None where there is enough.
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


def contended(session: Session) -> list[Contention]:
    """Return the contentions of the plan, without moves; found once per transaction."""
    return remembered(session, "contentions", lambda: contentions(planned(session)))


def read(session: Session, *, moves: bool) -> list[ContendedItem]:
    """Return the items that several open events want, those that run out first."""
    plan = planned(session)
    found = contended(session)
    if moves:
        found = remembered(session, "moves", lambda: with_moves(plan, contended(session)))
    return [_row(plan, contention) for contention in found]


def _row(plan: Plan, found: Contention) -> ContendedItem:
    item, events = plan.kitchen.items[found.item_id], plan.kitchen.events
    return ContendedItem(
        item.id,
        item.slug,
        item.name,
        item.unit,
        to_decimal(found.stock),
        to_decimal(found.carried),
        _decimal(found.rest),
        tuple(_event(events[claim.e], claim) for claim in found.claims),
        None if found.runs_out_at is None else events[found.runs_out_at].name,
        None if found.moves is None else tuple(_move(plan, move) for move in found.moves),
    )


def _event(event: Event, claim: Claim) -> ContendingEvent:
    need = _decimal(claim.need)
    # Most events get nothing of a short item, and say so with the same number.
    short = need if claim.short is claim.need else _decimal(claim.short)
    return ContendingEvent(
        event.id,
        event.name,
        event.date,
        need,
        _decimal(claim.given),
        _decimal(claim.carried),
        short,
    )


ZERO = Decimal(0)


def _decimal(value: Fraction | None) -> Decimal | None:
    """Say an exact amount as decimal; most of what an event is given of a short item is nothing."""
    if value is NOTHING or not value:
        return None if value is None else ZERO
    return to_decimal(value)


def _move(plan: Plan, move: Move) -> DateMove:
    events = plan.kitchen.events
    event, other = events[move.e], events[move.past]
    changes = tuple(
        ShortageChange(
            events[effect.e].id,
            events[effect.e].name,
            _decimal(effect.before),
            _decimal(effect.after),
        )
        for effect in move.effects
    )
    where = "before" if move.before else "after"
    return DateMove(event.id, event.name, where, other.id, other.name, changes)

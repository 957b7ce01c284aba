"""Contention as views show it: names and decimals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from core.planning.contention import NOTHING, Claim, Contention, Move, contentions
from core.planning.kitchen import Event
from core.planning.moves import with_moves
from core.planning.plan import Plan
from core.services._kitchen import planned
from core.services.rows.plan import ContendedItem, ContendingEvent, DateMove, ShortageChange
from core.session import remembered
from core.units import to_decimal


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

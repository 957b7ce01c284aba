"""The stock ledger: lots come in, and every use of them is a move (domain.md §2, §4).

Amounts here are micro-units and costs micro-money. `Lot.left` and `Lot.cost_left` always equal
the sums of the lot's moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import today
from core.models import Change, Lot, StockMove
from core.money import share
from core.units import LEDGER_ROUNDING, MICRO

ROUNDING = int(LEDGER_ROUNDING * MICRO)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a lot comes from and how long it keeps."""

    received: date
    expires: date | None = None
    product_id: int | None = None
    event_id: int | None = None
    run_id: int | None = None
    store: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken out of stock; `priced` is false where a part has no known cost."""

    amount: int
    cost: int
    priced: bool
    expires: date | None


def add_lot(
    session: Session,
    change: Change,
    item_id: int,
    amount: int,
    paid: int | None,
    origin: Origin,
    reason: str,
    *,
    priced: bool | None = None,
) -> Lot:
    """Bring a lot in. `paid` None is an unknown cost; `priced` False a partly known one."""
    lot = Lot(
        item_id=item_id,
        product_id=origin.product_id,
        event_id=origin.event_id,
        run_id=origin.run_id,
        amount=amount,
        left=0,
        paid=paid or 0,
        cost_left=0,
        priced=(paid is not None) if priced is None else priced,
        received=origin.received,
        expires=origin.expires,
        store=origin.store,
    )
    session.add(lot)
    session.flush()
    move(session, change, lot, amount, lot.paid, reason, run_id=origin.run_id)
    return lot


def move(
    session: Session,
    change: Change,
    lot: Lot,
    amount: int,
    cost: int,
    reason: str,
    *,
    run_id: int | None = None,
    event_id: int | None = None,
    recipient: str | None = None,
    note: str | None = None,
) -> None:
    """Add a signed move and bring the lot's running sums along."""
    lot.left += amount
    lot.cost_left += cost
    session.add(
        StockMove(
            lot_id=lot.id,
            change_id=change.id,
            run_id=run_id,
            reason=reason,
            amount=amount,
            cost=cost,
            event_id=event_id,
            recipient=recipient,
            note=note,
        )
    )


def lots_on_hand(
    session: Session, item_ids: Iterable[int], day: date | None = None
) -> dict[int, list[Lot]]:
    """Return the lots with something left that have not expired, by item, first to use first.

    `day` is when they are used, by default today: what was made yesterday may have used what
    expires today.

    First-expired first, then first-received (domain.md §4); lots without expiry come last.
    """
    query = (
        select(Lot)
        .where(Lot.item_id.in_(list(item_ids)), Lot.left > 0)
        .where(Lot.expires.is_(None) | (Lot.expires >= (day or today())))
    )
    found: dict[int, list[Lot]] = {item_id: [] for item_id in item_ids}
    for lot in session.scalars(query):
        found[lot.item_id].append(lot)
    for lots in found.values():
        lots.sort(key=lambda lot: (lot.expires or date.max, lot.received, lot.id))
    return found


def take(
    session: Session,
    change: Change,
    lots: Sequence[tuple[Lot, int]],
    amount: int,
    reason: str,
    *,
    run_id: int | None = None,
    event_id: int | None = None,
    recipient: str | None = None,
    note: str | None = None,
) -> Taken:
    """Take `amount` out of lots in the order given, from each at most what is allowed.

    The caller has made sure that there is enough but for ledger rounding; a remainder under
    0.001 stock unit in the last lot goes with it.
    """
    left, cost, priced, expires = amount, 0, True, None
    for lot, allowed in lots:
        if left <= 0:
            break
        part = min(left, allowed, lot.left)
        if part <= 0:
            continue
        if 0 < lot.left - part < ROUNDING and part == left:
            part = lot.left
        part_cost = share(lot.cost_left, part, lot.left)
        move(
            session,
            change,
            lot,
            -part,
            -part_cost,
            reason,
            run_id=run_id,
            event_id=event_id,
            recipient=recipient,
            note=note,
        )
        left -= part
        cost += part_cost
        priced = priced and lot.priced
        if lot.expires is not None:
            expires = lot.expires if expires is None else min(expires, lot.expires)
    return Taken(amount - max(left, 0), cost, priced, expires)

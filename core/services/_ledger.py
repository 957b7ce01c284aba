"""The stock ledger: lots come in, and every use of them is a move (domain.md §2, §4).

Amounts here are micro-units and costs micro-money. `Lot.left` and `Lot.cost_left` always equal
the sums of the lot's moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from core.clock import today
from core.models import Change, Lot, StockMove
from core.money import share
from core.units import LEDGER_ROUNDING, MICRO

ADD_MOVE = insert(StockMove)
ON_HAND = select(Lot).where(
    Lot.item_id.in_(bindparam("items", expanding=True)),
    Lot.left > 0,
    Lot.expires.is_(None)
    | (Lot.expires >= bindparam("day"))
    | Lot.id.in_(bindparam("named", expanding=True)),
)
ROUNDING = int(LEDGER_ROUNDING * MICRO)


Move = dict[str, Any]
"""The columns of a `StockMove`."""
Allowed = Sequence[tuple[Lot, int]]
"""Lots in the order in which to take from them, each with the most that may be taken."""
Key = TypeVar("Key")


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


@dataclass(frozen=True, slots=True)
class Use:
    """Why something is moved in or out of stock, and for whom."""

    reason: str
    run_id: int | None = None
    event_id: int | None = None
    recipient: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """A lot that comes in. `paid` None is an unknown cost; `priced` False a partly known one."""

    item_id: int
    amount: int
    paid: int | None
    origin: Origin
    priced: bool | None = None


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
    """Bring a lot in; see `Coming`."""
    [lot] = add_lots(session, change, [Coming(item_id, amount, paid, origin, priced)], reason)
    return lot


def add_lots(session: Session, change: Change, coming: Iterable[Coming], reason: str) -> list[Lot]:
    """Bring lots in, all for one reason, and return them in the order told."""
    lots = [
        Lot(
            item_id=each.item_id,
            product_id=each.origin.product_id,
            event_id=each.origin.event_id,
            run_id=each.origin.run_id,
            amount=each.amount,
            left=each.amount,
            paid=each.paid or 0,
            cost_left=each.paid or 0,
            priced=(each.paid is not None) if each.priced is None else each.priced,
            received=each.origin.received,
            expires=each.origin.expires,
            store=each.origin.store,
        )
        for each in coming
    ]
    session.add_all(lots)
    session.flush()
    moves = [_move(change, lot, lot.amount, lot.paid, Use(reason, lot.run_id)) for lot in lots]
    _write(session, moves)
    return lots


def move(session: Session, change: Change, lot: Lot, amount: int, cost: int, reason: str) -> None:
    """Add a signed move and bring the lot's running sums along."""
    lot.left += amount
    lot.cost_left += cost
    _write(session, [_move(change, lot, amount, cost, Use(reason))])


def _move(change: Change, lot: Lot, amount: int, cost: int, use: Use) -> Move:
    return {"lot_id": lot.id, "change_id": change.id, "amount": amount, "cost": cost,
            "reason": use.reason, "run_id": use.run_id, "event_id": use.event_id,
            "recipient": use.recipient, "note": use.note}  # fmt: skip


def _write(session: Session, moves: Sequence[Move]) -> None:
    """Write moves in one statement: nobody needs them as objects."""
    session.flush()
    if moves:
        session.connection().execute(ADD_MOVE, moves)


def lots_on_hand(
    session: Session,
    item_ids: Iterable[int],
    day: date | None = None,
    named: Sequence[int] = (),
) -> dict[int, list[Lot]]:
    """Return the lots with something left that have not expired, by item, first to use first.

    `day` is when they are used, by default today: what was made yesterday may have used what
    expires today. Lots that are `named` may have expired.

    First-expired first, then first-received (domain.md §4); lots without expiry come last.
    """
    ids = list(item_ids)
    found: dict[int, list[Lot]] = {item_id: [] for item_id in ids}
    for lot in session.scalars(ON_HAND, {"items": ids, "day": day or today(), "named": named}):
        found[lot.item_id].append(lot)
    for lots in found.values():
        lots.sort(key=lambda lot: (lot.expires or date.max, lot.received, lot.id))
    return found


def take(session: Session, change: Change, lots: Allowed, amount: int, use: Use) -> Taken:
    """Take `amount` out of lots in the order given, from each at most what is allowed."""
    return take_all(session, change, {None: (lots, amount)}, use)[None]


def take_all(
    session: Session, change: Change, wanted: Mapping[Key, tuple[Allowed, int]], use: Use
) -> dict[Key, Taken]:
    """Take several amounts out of lots in the order given, from each at most what is allowed.

    The caller has made sure that there is enough but for ledger rounding; a remainder under
    0.001 stock unit in the last lot goes with it.
    """
    moves: list[Move] = []
    taken = {key: _take(change, lots, amount, use, moves) for key, (lots, amount) in wanted.items()}
    _write(session, moves)
    return taken


def _take(change: Change, lots: Allowed, amount: int, use: Use, moves: list[Move]) -> Taken:
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
        lot.left -= part
        lot.cost_left -= part_cost
        moves.append(_move(change, lot, -part, -part_cost, use))
        left -= part
        cost += part_cost
        priced = priced and lot.priced
        if lot.expires is not None:
            expires = lot.expires if expires is None else min(expires, lot.expires)
    return Taken(amount - max(left, 0), cost, priced, expires)

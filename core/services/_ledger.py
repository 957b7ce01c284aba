"""The stock ledger: lots come in, and every use of them is a move (domain.md §2, §4).

Amounts here are micro-units and costs micro-money. `Lot.left` and `Lot.cost_left` always equal
the sums of the lot's moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.orm import Session

from core.clock import today
from core.money import share
from core.schema import LOT, STOCK_MOVE
from core.services._reading import is_id, something_left
from core.units import LEDGER_ROUNDING, MICRO

if TYPE_CHECKING:
    from core.models import Change


ADD_LOT = insert(LOT).returning(LOT.c.id)
ADD_MOVE = insert(STOCK_MOVE)
BRING_ALONG = (
    update(LOT)
    .where(LOT.c.id == bindparam("lot"))
    .values({"left": bindparam("left_now"), "cost_left": bindparam("cost_left_now")})
)
LOTS: Select[*tuple[Any, ...]] = select(
    LOT.c.id,
    LOT.c.item_id,
    LOT.c.event_id,
    LOT.c.amount,
    LOT.c.left,
    LOT.c.paid,
    LOT.c.cost_left,
    LOT.c.priced,
    LOT.c.received,
    LOT.c.expires,
)
ONE_LOT = LOTS.where(LOT.c.id == bindparam("lot"))
ON_HAND = LOTS.where(
    something_left(
        LOT.c.item_id.in_(bindparam("items", expanding=True)),
        LOT.c.expires.is_(None)
        | (LOT.c.expires >= bindparam("day"))
        | LOT.c.id.in_(bindparam("named", expanding=True)),
    )
)
ROUNDING = int(LEDGER_ROUNDING * MICRO)


Move = dict[str, Any]
"""The columns of a `StockMove`."""
Key = TypeVar("Key")


class LotNow(Struct):
    """A lot as it stands: what is moved here lowers or raises `left` and `cost_left` at once.

    An object of the ORM would say the same, but take several times as long to load and to write.
    """

    id: int
    item_id: int
    event_id: int | None
    amount: int
    left: int
    paid: int
    cost_left: int
    priced: bool
    received: date
    expires: date | None


Allowed = Sequence[tuple[LotNow, int]]
"""Lots in the order in which to take from them, each with the most that may be taken."""


class Origin(Struct, frozen=True):
    """Where a lot comes from and how long it keeps."""

    received: date
    expires: date | None = None
    product_id: int | None = None
    event_id: int | None = None
    run_id: int | None = None
    store: str | None = None


class Taken(Struct, frozen=True):
    """What was taken out of stock; `priced` is false where a part has no known cost."""

    amount: int
    cost: int
    priced: bool
    expires: date | None


class Use(Struct, frozen=True):
    """Why something is moved in or out of stock, and for whom."""

    reason: str
    run_id: int | None = None
    event_id: int | None = None
    recipient: str | None = None
    note: str | None = None


class Coming(Struct, frozen=True):
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
) -> LotNow:
    """Bring a lot in; see `Coming`."""
    [lot] = add_lots(session, change, [Coming(item_id, amount, paid, origin, priced)], reason)
    return lot


def add_lots(
    session: Session, change: Change, coming: Sequence[Coming], reason: str
) -> list[LotNow]:
    """Bring lots in, all for one reason, and return them in the order told."""
    session.flush()
    rows = [_row_of(each) for each in coming]
    # Every row is numbered after those before it, in whatever order their numbers are returned.
    ids = sorted(session.connection().execute(ADD_LOT, rows).scalars()) if rows else []
    lots, moves = [], []
    for lot_id, row, each in zip(ids, rows, coming, strict=True):
        lot = LotNow(
            lot_id,
            each.item_id,
            each.origin.event_id,
            each.amount,
            each.amount,
            row["paid"],
            row["paid"],
            row["priced"],
            each.origin.received,
            each.origin.expires,
        )
        lots.append(lot)
        moves.append(_move(change, lot, lot.amount, lot.paid, Use(reason, each.origin.run_id)))
    _write(session, moves)
    return lots


def _row_of(coming: Coming) -> dict[str, Any]:
    """Return the columns of a `Lot` that comes in."""
    origin, paid = coming.origin, coming.paid or 0
    return {
        "item_id": coming.item_id,
        "product_id": origin.product_id,
        "event_id": origin.event_id,
        "run_id": origin.run_id,
        "amount": coming.amount,
        "left": coming.amount,
        "paid": paid,
        "cost_left": paid,
        "priced": (coming.paid is not None) if coming.priced is None else coming.priced,
        "received": origin.received,
        "expires": origin.expires,
        "store": origin.store,
    }


def move(
    session: Session, change: Change, lot: LotNow, amount: int, cost: int, reason: str
) -> None:
    """Add a signed move and bring the lot's running sums along."""
    lot.left += amount
    lot.cost_left += cost
    _write(session, [_move(change, lot, amount, cost, Use(reason))], [lot])


def _move(change: Change, lot: LotNow, amount: int, cost: int, use: Use) -> Move:
    return {"lot_id": lot.id, "change_id": change.id, "amount": amount, "cost": cost,
            "reason": use.reason, "run_id": use.run_id, "event_id": use.event_id,
            "recipient": use.recipient, "note": use.note}  # fmt: skip


def _write(session: Session, moves: Sequence[Move], lots: Iterable[LotNow] = ()) -> None:
    """Write moves and what they leave of lots, in one statement each."""
    session.flush()
    connection = session.connection()
    now = [{"lot": lot.id, "left_now": lot.left, "cost_left_now": lot.cost_left} for lot in lots]
    if now:
        connection.execute(BRING_ALONG, now)
    if moves:
        connection.execute(ADD_MOVE, moves)


def lot_now(session: Session, lot_id: int) -> LotNow | None:
    """Return a lot as it stands, or None where there is none; also for what no id can be."""
    if not is_id(lot_id):
        return None
    session.flush()
    row = session.connection().execute(ONE_LOT, {"lot": lot_id}).one_or_none()
    return None if row is None else LotNow(*row)


def lots_on_hand(
    session: Session,
    item_ids: Iterable[int],
    day: date | None = None,
    named: Sequence[int] = (),
) -> dict[int, list[LotNow]]:
    """Return the lots with something left that have not expired, by item, first to use first.

    `day` is when they are used, by default today: what was made yesterday may have used what
    expires today. Lots that are `named` may have expired.

    First-expired first, then first-received (domain.md §4); lots without expiry come last.
    """
    ids = list(item_ids)
    found: dict[int, list[LotNow]] = {item_id: [] for item_id in ids}
    session.flush()
    values = {"items": ids, "day": day or today(), "named": named}
    for row in session.connection().execute(ON_HAND, values):
        lot = LotNow(*row)
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
    used: list[LotNow] = []
    taken = {
        key: _take(change, lots, amount, use, moves, used) for key, (lots, amount) in wanted.items()
    }
    _write(session, moves, used)
    return taken


def _take(
    change: Change, lots: Allowed, amount: int, use: Use, moves: list[Move], used: list[LotNow]
) -> Taken:
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
        used.append(lot)
        left -= part
        cost += part_cost
        priced = priced and lot.priced
        if lot.expires is not None:
            expires = lot.expires if expires is None else min(expires, lot.expires)
    return Taken(amount - max(left, 0), cost, priced, expires)

"""What an item cost last, and which products could be bought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cache

from msgspec import Struct
from sqlalchemy import Exists, FromClause, Select, bindparam, exists, select
from sqlalchemy.orm import Session

from core.money import from_micro as money_of
from core.money import to_micro as micro_money
from core.schema import CHANGE, ITEM, ITEM_UNIT, LOT, PRODUCT, STOCK_MOVE
from core.services._reading import rows_of
from core.units import MICRO


class UnitCost(Struct, frozen=True):
    """A known cost: `paid` micro-money for `amount` micro-units, on a `day` if that is known.

    The amount of a pack is exact, so that it is never nothing.
    """

    paid: int
    amount: int | Fraction
    day: date | None = None

    def of(self, amount: int) -> int:
        """Return the cost of another amount at this rate, rounded half to even."""
        return round(Fraction(self.paid * amount, self.amount))

    def booked(self, amount: int) -> int:
        """Return the same for the ledger. Raises `AmountError` beyond 10^9."""
        return micro_money(money_of(self.of(amount)))


def last_unit_cost(session: Session, item_id: int) -> UnitCost | None:
    """Return the last known cost of an item: of its newest priced lot, else of a product.

    A lot whose coming in was undone tells no cost.
    """
    newest = (
        select(LOT.c.paid, LOT.c.amount, LOT.c.received)
        .where(LOT.c.item_id == item_id, LOT.c.priced, _in_force(LOT))
        .order_by(LOT.c.received.desc(), LOT.c.id.desc())
        .limit(1)
    )
    for paid, amount, day in rows_of(session, newest):
        return UnitCost(paid, amount, day)
    offered = (
        select(PRODUCT.c.price, PRODUCT.c.amount, ITEM_UNIT.c.factor, PRODUCT.c.priced_on)
        .select_from(PRODUCT)
        .join(
            ITEM_UNIT,
            (ITEM_UNIT.c.item_id == PRODUCT.c.item_id) & (ITEM_UNIT.c.unit == PRODUCT.c.unit),
        )
        .where(
            PRODUCT.c.item_id == item_id,
            PRODUCT.c.price.is_not(None),
            PRODUCT.c.archived.is_(False),
            ITEM_UNIT.c.factor.is_not(None),
        )
        .order_by(PRODUCT.c.preferred.desc(), PRODUCT.c.priced_on.desc(), PRODUCT.c.id)
        .limit(1)
    )
    for price, pack, factor, day in rows_of(session, offered):
        return UnitCost(price, pack * factor * MICRO, day)
    return None


def last_unit_costs(session: Session, item_ids: Sequence[int]) -> dict[int, UnitCost]:
    """Return the last known costs of items, as `last_unit_cost` does, in two queries at most."""
    lots = rows_of(session, _of_newest_lots(), items=list(item_ids))
    found = {item_id: UnitCost(paid, amount, day) for item_id, paid, amount, day in lots}
    others = [item_id for item_id in item_ids if item_id not in found]
    if others:
        for item_id, price, pack, factor, day in rows_of(session, _of_products(), items=others):
            if price is not None and factor is not None:
                found[item_id] = UnitCost(price, pack * factor * MICRO, day)
    return found


@cache
def _of_products() -> Select[int, int | None, Fraction, Fraction | None, date | None]:
    """Return what products of items cost; the last of an item is the one to go by."""
    return (
        select(
            PRODUCT.c.item_id,
            PRODUCT.c.price,
            PRODUCT.c.amount,
            ITEM_UNIT.c.factor,
            PRODUCT.c.priced_on,
        )
        .select_from(PRODUCT)
        .join(
            ITEM_UNIT,
            (ITEM_UNIT.c.item_id == PRODUCT.c.item_id) & (ITEM_UNIT.c.unit == PRODUCT.c.unit),
        )
        .where(
            PRODUCT.c.item_id.in_(bindparam("items", expanding=True)),
            PRODUCT.c.price.is_not(None),
            PRODUCT.c.archived.is_(False),
            ITEM_UNIT.c.factor.is_not(None),
        )
        .order_by(PRODUCT.c.preferred, PRODUCT.c.priced_on.is_not(None), PRODUCT.c.priced_on)
        .order_by(PRODUCT.c.id.desc())
    )


@cache
def _of_newest_lots() -> Select[int, int, int, date]:
    """Return what the newest priced lots of items cost: looked up item by item in an index."""
    other = LOT.alias()
    newest = (
        select(other.c.id)
        .where(other.c.item_id == ITEM.c.id, other.c.priced, _in_force(other))
        .order_by(other.c.received.desc(), other.c.id.desc())
        .limit(1)
        .correlate(ITEM)
        .scalar_subquery()
    )
    return (
        select(LOT.c.item_id, LOT.c.paid, LOT.c.amount, LOT.c.received)
        .select_from(LOT)
        .join(ITEM, LOT.c.id == newest)
        .where(ITEM.c.id.in_(bindparam("items", expanding=True)))
    )


def _in_force(lot: FromClause) -> Exists:
    """Tell of a lot that its coming in was not undone."""
    return exists().where(
        STOCK_MOVE.c.lot_id == lot.c.id,
        STOCK_MOVE.c.amount > 0,
        STOCK_MOVE.c.change_id == CHANGE.c.id,
        CHANGE.c.undoes.is_(None),
        CHANGE.c.undone_by.is_(None),
    )


def was_bought() -> Exists:
    """Tell of a lot that it came in by a purchase that was not undone."""
    return exists().where(
        STOCK_MOVE.c.lot_id == LOT.c.id,
        STOCK_MOVE.c.reason == "received",
        STOCK_MOVE.c.amount > 0,
        STOCK_MOVE.c.change_id == CHANGE.c.id,
        CHANGE.c.undoes.is_(None),
        CHANGE.c.undone_by.is_(None),
    )

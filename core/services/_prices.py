"""What an item cost last, and which products could be bought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cache

from msgspec import Struct
from sqlalchemy import Exists, Select, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from core.models import Change, Item, ItemUnit, Lot, Product, StockMove
from core.services._catalogue import rows_of
from core.units import MICRO


class UnitCost(Struct, frozen=True):
    """A known cost: `paid` micro-money for `amount` micro-units, on a `day` if that is known."""

    paid: int
    amount: int
    day: date | None = None

    def of(self, amount: int) -> int:
        """Return the cost of another amount at this rate, rounded half to even."""
        return round(Fraction(self.paid * amount, self.amount))


def last_unit_cost(session: Session, item_id: int) -> UnitCost | None:
    """Return the last known cost of an item: of its newest priced lot, else of a product.

    A lot whose coming in was undone tells no cost.
    """
    lot = session.execute(
        select(Lot.paid, Lot.amount, Lot.received)
        .where(Lot.item_id == item_id, Lot.priced, _in_force())
        .order_by(Lot.received.desc(), Lot.id.desc())
        .limit(1)
    ).first()
    if lot is not None:
        return UnitCost(lot.paid, lot.amount, lot.received)
    product = session.execute(
        select(Product.price, Product.amount, ItemUnit.factor, Product.priced_on)
        .join(ItemUnit, (ItemUnit.item_id == Product.item_id) & (ItemUnit.unit == Product.unit))
        .where(
            Product.item_id == item_id,
            Product.price.is_not(None),
            Product.archived.is_(False),
            ItemUnit.factor.is_not(None),
        )
        .order_by(Product.preferred.desc(), Product.priced_on.desc(), Product.id)
        .limit(1)
    ).first()
    if product is None or product.price is None or product.factor is None:
        return None
    amount = round(product.amount * product.factor * MICRO)
    return UnitCost(product.price, amount, product.priced_on)


def last_unit_costs(session: Session, item_ids: Sequence[int]) -> dict[int, UnitCost]:
    """Return the last known costs of items, as `last_unit_cost` does, in two queries at most."""
    lots = rows_of(session, _of_newest_lots(), items=list(item_ids))
    found = {item_id: UnitCost(paid, amount, day) for item_id, paid, amount, day in lots}
    others = [item_id for item_id in item_ids if item_id not in found]
    if others:
        for item_id, price, pack, factor, day in rows_of(session, _of_products(), items=others):
            if price is not None and factor is not None:
                found[item_id] = UnitCost(price, round(pack * factor * MICRO), day)
    return found


@cache
def _of_products() -> Select[int, int | None, Fraction, Fraction | None, date | None]:
    """Return what products of items cost; the last of an item is the one to go by."""
    return (
        select(Product.item_id, Product.price, Product.amount, ItemUnit.factor, Product.priced_on)
        .join(ItemUnit, (ItemUnit.item_id == Product.item_id) & (ItemUnit.unit == Product.unit))
        .where(
            Product.item_id.in_(bindparam("items", expanding=True)),
            Product.price.is_not(None),
            Product.archived.is_(False),
            ItemUnit.factor.is_not(None),
        )
        .order_by(Product.preferred, Product.priced_on.is_not(None), Product.priced_on)
        .order_by(Product.id.desc())
    )


@cache
def _of_newest_lots() -> Select[int, int, int, date]:
    """Return what the newest priced lots of items cost: looked up item by item in an index."""
    other = aliased(Lot)
    newest = (
        select(other.id)
        .where(other.item_id == Item.id, other.priced, _in_force(other))
        .order_by(other.received.desc(), other.id.desc())
        .limit(1)
        .correlate(Item)
        .scalar_subquery()
    )
    return (
        select(Lot.item_id, Lot.paid, Lot.amount, Lot.received)
        .join(Item, Lot.id == newest)
        .where(Item.id.in_(bindparam("items", expanding=True)))
    )


def _in_force(lot: type[Lot] = Lot) -> Exists:
    """Tell of a lot that its coming in was not undone."""
    return exists().where(
        StockMove.lot_id == lot.id,
        StockMove.amount > 0,
        StockMove.change_id == Change.id,
        Change.undoes.is_(None),
        Change.undone_by.is_(None),
    )


def was_bought() -> Exists:
    """Tell of a lot that it came in by a purchase that was not undone."""
    return exists().where(
        StockMove.lot_id == Lot.id,
        StockMove.reason == "received",
        StockMove.amount > 0,
        StockMove.change_id == Change.id,
        Change.undoes.is_(None),
        Change.undone_by.is_(None),
    )

"""What an item cost last, and which products could be bought."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.models import Change, ItemUnit, Lot, Product, StockMove
from core.units import MICRO


@dataclass(frozen=True, slots=True)
class UnitCost:
    """A known cost: `paid` micro-money for `amount` micro-units."""

    paid: int
    amount: int

    def of(self, amount: int) -> int:
        """Return the cost of another amount at this rate, rounded half to even."""
        return round(Fraction(self.paid * amount, self.amount))


def last_unit_cost(session: Session, item_id: int) -> UnitCost | None:
    """Return the last known cost of an item: of its newest priced lot, else of a product.

    A lot whose coming in was undone tells no cost.
    """
    in_force = exists().where(
        StockMove.lot_id == Lot.id,
        StockMove.amount > 0,
        StockMove.change_id == Change.id,
        Change.undoes.is_(None),
        Change.undone_by.is_(None),
    )
    lot = session.execute(
        select(Lot.paid, Lot.amount)
        .where(Lot.item_id == item_id, Lot.priced, in_force)
        .order_by(Lot.received.desc(), Lot.id.desc())
        .limit(1)
    ).first()
    if lot is not None:
        return UnitCost(lot.paid, lot.amount)
    product = session.execute(
        select(Product.price, Product.amount, ItemUnit.factor)
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
    return UnitCost(product.price, round(product.amount * product.factor * MICRO))

"""What can be bought: some items with their products and units, read at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ItemNotFound, ProductNotFound
from core.models import Item, ItemUnit, Product
from core.schema import ITEM_UNIT
from core.services._facts import facts_of_items
from core.services._reading import is_id, rows_of
from core.services._rows import fresh
from core.units import Amount, factor_to_stock


class Wares:
    """Items by id, and products by id: those that are told, and all that the items are sold as.

    A unit that is used for the first time is kept when the purchase is recorded (`add_units`).
    """

    def __init__(
        self, session: Session, item_ids: Iterable[int], product_ids: Iterable[int | None]
    ) -> None:
        keys = {key for key in item_ids if is_id(key)}
        named = {key for key in product_ids if is_id(key)}
        self._session = session
        items = session.scalars(fresh(select(Item).where(Item.id.in_(keys))))
        self.items = {item.id: item for item in items}
        products = (
            select(Product)
            .where(
                (Product.item_id.in_(keys) & Product.archived.is_(False)) | Product.id.in_(named)
            )
            .order_by(Product.preferred.desc(), Product.id)
        )
        self.products = {product.id: product for product in session.scalars(fresh(products))}
        self.facts = facts_of_items(session, keys)
        units = select(ITEM_UNIT.c.item_id, ITEM_UNIT.c.unit, ITEM_UNIT.c.factor)
        known = rows_of(session, units.where(ITEM_UNIT.c.item_id.in_(keys)))
        self._factors = {(item_id, unit): factor for item_id, unit, factor in known}
        self._new: set[tuple[int, str]] = set()

    def item(self, item_id: int) -> Item:
        """Return an item. Raises `ItemNotFound`."""
        if item_id not in self.items:
            raise ItemNotFound(item_id)
        return self.items[item_id]

    def product(self, item: Item, product_id: int) -> Product:
        """Return a product of an item. Raises `ProductNotFound`."""
        product = self.products.get(product_id)
        if product is None or product.item_id != item.id:
            raise ProductNotFound(product_id)
        return product

    def sold(self, item_id: int) -> Sequence[Product]:
        """Return the products that an item is sold as, the preferred one first."""
        return [
            product
            for product in self.products.values()
            if product.item_id == item_id and not product.archived
        ]

    def factor(self, item: Item, unit: str) -> Fraction | None:
        """Return the factor from a unit to the item's stock unit, as `use_unit` does."""
        key = item.id, unit
        factor = self._factors.get(key)
        if factor is None:
            factor = factor_to_stock(unit, self.facts[item.id])
            if key not in self._factors:
                self._new.add(key)
            self._factors[key] = factor
        return factor

    def in_stock_units(self, item: Item, amount: Amount) -> Fraction | None:
        """Return an amount in the item's stock unit, or None where it is unknown."""
        factor = self.factor(item, amount.unit or item.unit)
        return None if factor is None else amount.value * factor

    def add_units(self) -> None:
        """Write down the units that were used for the first time."""
        self._session.add_all(
            ItemUnit(item_id=item_id, unit=unit, factor=self._factors[item_id, unit])
            for item_id, unit in sorted(self._new)
        )
        self._session.flush()
        self._new.clear()

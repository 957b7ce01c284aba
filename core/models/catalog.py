"""What is stocked and what can be bought: items, their units and measures, products."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Mapped

from core import schema
from core.models.base import Base


class Item(Base):
    """Anything that is stocked, counted in one stock unit (domain.md §1)."""

    __table__ = schema.ITEM

    id: Mapped[int]
    slug: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    unit: Mapped[str]
    grams_per_ml: Mapped[Fraction | None]
    grams_each: Mapped[Fraction | None]
    display_unit: Mapped[str | None]
    category: Mapped[str | None]
    shelf_life_days: Mapped[int | None]
    always_on_hand: Mapped[bool]
    allergens: Mapped[list[str]]
    notes: Mapped[str | None]
    archived: Mapped[bool]


class ItemUnit(Base):
    """The factor from a unit, as somebody entered it for this item, to the stock unit.

    `factor` is null while it is unknown (no density, no `grams_each`, no measure). Lines keep
    the unit as entered and read the factor here, so that mending a density mends every line.
    """

    __table__ = schema.ITEM_UNIT

    item_id: Mapped[int]
    unit: Mapped[str]
    factor: Mapped[Fraction | None]


class Measure(Base):
    """A named amount of one item: butter `stick` = 113.4 g."""

    __table__ = schema.MEASURE

    item_id: Mapped[int]
    name: Mapped[str]
    amount: Mapped[Fraction]
    unit: Mapped[str]


class Product(Base):
    """A purchasable pack of an ingredient or supply. `price` is in micro-money."""

    __table__ = schema.PRODUCT

    id: Mapped[int]
    slug: Mapped[str]
    item_id: Mapped[int]
    label: Mapped[str]
    amount: Mapped[Fraction]
    unit: Mapped[str]
    price: Mapped[int | None]
    priced_on: Mapped[date | None]
    store: Mapped[str | None]
    barcode: Mapped[str | None]
    preferred: Mapped[bool]
    archived: Mapped[bool]

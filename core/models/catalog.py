"""What is stocked and what can be bought: items, their units and measures, products."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base, Exact, one_of, partial_index, positive

KINDS = ("ingredient", "supply", "made", "bundle")


class Item(Base):
    """Anything that is stocked, counted in one stock unit (domain.md §1)."""

    __tablename__ = "item"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("unit", "g", "ml", "each"),
        CheckConstraint("kind <> 'bundle' OR unit = 'each'", name="bundle_each"),
        CheckConstraint("shelf_life_days IS NULL OR shelf_life_days >= 0", name="shelf_life"),
        positive("grams_per_ml"),
        positive("grams_each"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    unit: Mapped[str]
    grams_per_ml: Mapped[Fraction | None] = mapped_column(Exact)
    grams_each: Mapped[Fraction | None] = mapped_column(Exact)
    display_unit: Mapped[str | None]
    category: Mapped[str | None]
    shelf_life_days: Mapped[int | None]
    always_on_hand: Mapped[bool] = mapped_column(default=False)
    allergens: Mapped[list[str]] = mapped_column(JSON, default=list)
    notes: Mapped[str | None]
    archived: Mapped[bool] = mapped_column(default=False)


class ItemUnit(Base):
    """The factor from a unit, as somebody entered it for this item, to the stock unit.

    `factor` is null while it is unknown (no density, no `grams_each`, no measure). Lines keep
    the unit as entered and read the factor here, so that mending a density mends every line.
    """

    __tablename__ = "item_unit"
    __table_args__ = (positive("factor"),)

    item_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True
    )
    unit: Mapped[str] = mapped_column(primary_key=True)
    factor: Mapped[Fraction | None] = mapped_column(Exact)


class Measure(Base):
    """A named amount of one item: butter `stick` = 113.4 g."""

    __tablename__ = "measure"
    __table_args__ = (positive("amount"),)

    item_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Fraction] = mapped_column(Exact)
    unit: Mapped[str]


class Product(Base):
    """A purchasable pack of an ingredient or supply. `price` is in micro-money."""

    __tablename__ = "product"
    __table_args__ = (
        positive("amount"),
        CheckConstraint("price IS NULL OR price >= 0", name="price_not_negative"),
        partial_index(
            "uq_product_preferred",
            "item_id",
            unique=True,
            where="preferred = 1",
            where_on_server="preferred",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    label: Mapped[str]
    amount: Mapped[Fraction] = mapped_column(Exact)
    unit: Mapped[str]
    price: Mapped[int | None] = mapped_column(BigInteger)
    priced_on: Mapped[date | None]
    store: Mapped[str | None]
    barcode: Mapped[str | None]
    preferred: Mapped[bool] = mapped_column(default=False)
    archived: Mapped[bool] = mapped_column(default=False)

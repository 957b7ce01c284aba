"""How things are made: recipes with their outputs and lines, and what bundles hold."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base, Exact, positive


class Recipe(Base):
    """A way to make one or more items. `batch_step` is the smallest part of a batch made."""

    __tablename__ = "recipe"
    __table_args__ = (
        positive("batch_step"),
        CheckConstraint("minutes IS NULL OR minutes >= 0", name="minutes"),
        CheckConstraint("oven_minutes IS NULL OR oven_minutes >= 0", name="oven_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    category: Mapped[str | None]
    batch_step: Mapped[Fraction] = mapped_column(Exact, default=Fraction(1))
    minutes: Mapped[int | None]
    oven_minutes: Mapped[int | None]
    method: Mapped[str | None]
    archived: Mapped[bool] = mapped_column(default=False)


class RecipeOutput(Base):
    """What one batch makes. An item is made by one recipe only."""

    __tablename__ = "recipe_output"
    __table_args__ = (positive("amount"), UniqueConstraint("recipe_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipe.id", ondelete="CASCADE"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), unique=True)
    amount: Mapped[Fraction] = mapped_column(Exact)
    unit: Mapped[str]


class RecipeLine(Base):
    """One input of one batch, in the unit as entered."""

    __tablename__ = "recipe_line"
    __table_args__ = (positive("amount"), UniqueConstraint("recipe_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    recipe_id: Mapped[int] = mapped_column(ForeignKey("recipe.id", ondelete="CASCADE"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    amount: Mapped[Fraction] = mapped_column(Exact)
    unit: Mapped[str]
    note: Mapped[str | None]


class BundleLine(Base):
    """One component of one bundle; components may be bundles and supplies."""

    __tablename__ = "bundle_line"
    __table_args__ = (positive("amount"), UniqueConstraint("bundle_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    position: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    amount: Mapped[Fraction] = mapped_column(Exact)
    unit: Mapped[str]

"""How things are made: recipes with their outputs and lines, and what bundles hold."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy.orm import Mapped

from core import schema
from core.models.base import Base


class Recipe(Base):
    """A way to make one or more items. `batch_step` is the smallest part of a batch made."""

    __table__ = schema.RECIPE

    id: Mapped[int]
    slug: Mapped[str]
    name: Mapped[str]
    category: Mapped[str | None]
    batch_step: Mapped[Fraction]
    minutes: Mapped[int | None]
    oven_minutes: Mapped[int | None]
    method: Mapped[str | None]
    archived: Mapped[bool]


class RecipeOutput(Base):
    """What one batch makes. An item is made by one recipe only."""

    __table__ = schema.RECIPE_OUTPUT

    id: Mapped[int]
    recipe_id: Mapped[int]
    position: Mapped[int]
    item_id: Mapped[int]
    amount: Mapped[Fraction]
    unit: Mapped[str]


class RecipeLine(Base):
    """One input of one batch, in the unit as entered."""

    __table__ = schema.RECIPE_LINE

    id: Mapped[int]
    recipe_id: Mapped[int]
    position: Mapped[int]
    item_id: Mapped[int]
    amount: Mapped[Fraction]
    unit: Mapped[str]
    note: Mapped[str | None]


class BundleLine(Base):
    """One component of one bundle; components may be bundles and supplies."""

    __table__ = schema.BUNDLE_LINE

    id: Mapped[int]
    bundle_id: Mapped[int]
    position: Mapped[int]
    item_id: Mapped[int]
    amount: Mapped[Fraction]
    unit: Mapped[str]

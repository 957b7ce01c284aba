"""What was made: recorded productions and assemblies, with good and lost output."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Mapped

from core import schema
from core.models.base import Base


class Run(Base):
    """A recorded production (of a recipe) or assembly (of a bundle).

    `batches` is the number of batches, or of bundles. `cost` is what the inputs cost, `waste`
    the part of it that found no good unit, both in micro-money.
    """

    __table__ = schema.RUN

    id: Mapped[int]
    change_id: Mapped[int]
    kind: Mapped[str]
    recipe_id: Mapped[int | None]
    bundle_id: Mapped[int | None]
    event_id: Mapped[int | None]
    batches: Mapped[Fraction]
    at: Mapped[datetime]
    cost: Mapped[int]
    waste: Mapped[int]
    undone: Mapped[bool]


class RunOutput(Base):
    """Good and lost units of one output of a run, in micro-units."""

    __table__ = schema.RUN_OUTPUT

    run_id: Mapped[int]
    item_id: Mapped[int]
    good: Mapped[int]
    lost: Mapped[int]
    reason: Mapped[str | None]


class RunNotDrawn(Base):
    """A line of a run that could not be drawn from stock because its amount is unknown."""

    __table__ = schema.RUN_NOT_DRAWN

    id: Mapped[int]
    run_id: Mapped[int]
    item_id: Mapped[int]
    amount: Mapped[Fraction]
    unit: Mapped[str]

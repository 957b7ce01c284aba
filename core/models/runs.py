"""What was made: recorded productions and assemblies, with good and lost output."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base, Exact, one_of, positive


class Run(Base):
    """A recorded production (of a recipe) or assembly (of a bundle).

    `batches` is the number of batches, or of bundles. `cost` is what the inputs cost, `waste`
    the part of it that found no good unit, both in micro-money.
    """

    __tablename__ = "run"
    __table_args__ = (
        one_of("kind", "production", "assembly"),
        CheckConstraint(
            "(kind = 'production' AND recipe_id IS NOT NULL AND bundle_id IS NULL)"
            " OR (kind = 'assembly' AND bundle_id IS NOT NULL AND recipe_id IS NULL)",
            name="made_from_one_thing",
        ),
        CheckConstraint("cost >= 0 AND waste >= 0 AND waste <= cost", name="cost"),
        positive("batches"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), index=True)
    kind: Mapped[str]
    recipe_id: Mapped[int | None] = mapped_column(ForeignKey("recipe.id"), index=True)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    batches: Mapped[Fraction] = mapped_column(Exact)
    at: Mapped[datetime]
    cost: Mapped[int] = mapped_column(BigInteger, default=0)
    waste: Mapped[int] = mapped_column(BigInteger, default=0)
    undone: Mapped[bool] = mapped_column(default=False)


class RunOutput(Base):
    """Good and lost units of one output of a run, in micro-units."""

    __tablename__ = "run_output"
    __table_args__ = (
        CheckConstraint("good >= 0 AND lost >= 0", name="not_negative"),
        CheckConstraint("lost = 0 OR reason IS NOT NULL", name="loss_has_reason"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    good: Mapped[int] = mapped_column(BigInteger)
    lost: Mapped[int] = mapped_column(BigInteger, default=0)
    reason: Mapped[str | None]


class RunNotDrawn(Base):
    """A line of a run that could not be drawn from stock because its amount is unknown."""

    __tablename__ = "run_not_drawn"
    __table_args__ = (positive("amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    amount: Mapped[Fraction] = mapped_column(Exact)
    unit: Mapped[str]

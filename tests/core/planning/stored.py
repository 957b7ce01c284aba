"""Kitchens as the planner reads them, written into a database for the services to read."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from typing import Any

from msgspec.structs import replace
from sqlalchemy.orm import Session

from core import clock
from core.models import (
    BatchTarget,
    BundleLine,
    Change,
    Event,
    EventLine,
    Item,
    ItemUnit,
    Lot,
    Recipe,
    RecipeLine,
    RecipeOutput,
    Run,
    RunOutput,
    StockMove,
)
from core.planning.kitchen import MICRO, Kitchen, Line

CLOSED = 99
"""The id of an event that is done; what was kept for it is free."""


def storable(kitchen: Kitchen) -> Kitchen:
    """Return a kitchen whose deliveries the ledger can hold: whole micro-units, as ordered."""

    def delivered(line: Any) -> Fraction:
        if line.quantity is None:
            return Fraction(0)
        return Fraction(int(min(line.delivered, line.quantity) * MICRO), MICRO)

    return replace(
        kitchen,
        events=tuple(
            replace(
                event,
                lines=tuple(
                    line._replace(delivered=delivered(line), recipient=f"Guest {number}")
                    for number, line in enumerate(event.lines)
                ),
            )
            for event in kitchen.events
        ),
    )


def store(session: Session, kitchen: Kitchen) -> None:
    """Write a kitchen's rows; with expired stock besides, which counts nowhere."""
    writer = _Storing(session)
    writer.catalogue(kitchen)
    writer.events(kitchen)
    writer.stock(kitchen)
    session.flush()


class _Storing:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.ids = count(1)
        session.add(
            Change(id=1, at=clock.now(), terminal="t", kind="import", summary="stored", edits=[])
        )
        session.flush()

    def catalogue(self, kitchen: Kitchen) -> None:
        for item in kitchen.items.values():
            self.session.add(
                Item(id=item.id, slug=item.slug, name=item.name, kind=item.kind, unit=item.unit,
                     always_on_hand=item.always_on_hand)
            )  # fmt: skip
            self.session.add(ItemUnit(item_id=item.id, unit=item.unit, factor=Fraction(1)))
            self.session.add(ItemUnit(item_id=item.id, unit="dozen", factor=Fraction(12)))
            self.session.add(ItemUnit(item_id=item.id, unit="heap", factor=None))
        for recipe in kitchen.recipes.values():
            self.session.add(
                Recipe(id=recipe.id, slug=recipe.slug, name=recipe.name, batch_step=recipe.step)
            )
        self.session.flush()
        for recipe in kitchen.recipes.values():
            for position, line in enumerate(recipe.outputs):
                facts = self._entered(kitchen, line)
                self.session.add(RecipeOutput(recipe_id=recipe.id, position=position, **facts))
            for position, line in enumerate(recipe.lines):
                facts = self._entered(kitchen, line)
                self.session.add(RecipeLine(recipe_id=recipe.id, position=position, **facts))
        for bundle_id, lines in kitchen.bundles.items():
            for position, line in enumerate(lines):
                facts = self._entered(kitchen, line)
                self.session.add(BundleLine(bundle_id=bundle_id, position=position, **facts))

    def _entered(self, kitchen: Kitchen, line: Line) -> dict[str, Any]:
        """Enter an amount by the dozen, in the stock unit, or in heaps that nobody can convert."""
        if line.amount is None:
            return {"item_id": line.item_id, "amount": Fraction(2), "unit": "heap"}
        if line.amount.numerator % 4 == 0:
            return {"item_id": line.item_id, "amount": line.amount / 12, "unit": "dozen"}
        unit = kitchen.items[line.item_id].unit
        return {"item_id": line.item_id, "amount": line.amount, "unit": unit}

    def events(self, kitchen: Kitchen) -> None:
        self.session.add(
            Event(id=CLOSED, slug="closed", name="Closed", date=date(2026, 11, 1), status="done")
        )
        for event in kitchen.events:
            self.session.add(Event(id=event.id, slug=event.slug, name=event.name, date=event.date))
        self.session.flush()
        for event in kitchen.events:
            for position, line in enumerate(event.lines):
                facts = self._entered(kitchen, Line(line.item_id, line.quantity))
                self.session.add(
                    EventLine(
                        event_id=event.id, position=position, recipient=line.recipient, **facts
                    )
                )
                if line.delivered:
                    self._deliver(event.id, line)
            for recipe_id, target in event.targets.items():
                self.session.add(
                    BatchTarget(event_id=event.id, recipe_id=recipe_id, batches=target.batches,
                                short_ok=target.short_ok)
                )  # fmt: skip
            for item_id, good in event.good.items():
                self._run(kitchen, event.id, item_id, good)

    def _deliver(self, event_id: int, line: Any) -> None:
        micro = int(line.delivered * MICRO)
        lot = self._lot(line.item_id, micro, left=0)
        self.session.add(
            StockMove(lot_id=lot, change_id=1, reason="delivered", amount=-micro,
                      event_id=event_id, recipient=line.recipient)
        )  # fmt: skip

    def _run(self, kitchen: Kitchen, event_id: int, item_id: int, good: Fraction) -> None:
        recipe_id = next(
            key
            for key, recipe in kitchen.recipes.items()
            if any(line.item_id == item_id for line in recipe.outputs)
        )
        run = Run(id=next(self.ids), change_id=1, kind="production", recipe_id=recipe_id,
                  event_id=event_id, batches=Fraction(1), at=clock.now())  # fmt: skip
        self.session.add(run)
        self.session.flush()
        self.session.add(RunOutput(run_id=run.id, item_id=item_id, good=int(good * MICRO), lost=0))

    def stock(self, kitchen: Kitchen) -> None:
        """Free stock in two lots, one of them kept for an event that is done; and expired stock."""
        for item_id, micro in kitchen.free.items():
            part = micro // 3
            self._lot(item_id, micro - part)
            if part:
                self._lot(item_id, part, event_id=CLOSED, expires=clock.today())
            self._lot(item_id, 5 * MICRO, expires=clock.today() - timedelta(days=1))
        for item_id, rows in kitchen.kept.items():
            for event_id, micro in rows.items():
                self._lot(item_id, micro, event_id=event_id)
                self._lot(
                    item_id, MICRO, event_id=event_id, expires=clock.today() - timedelta(days=1)
                )

    def _lot(self, item_id: int, micro: int, left: int | None = None, **facts: Any) -> int:
        key, there = next(self.ids) + 1000, micro if left is None else left
        day = clock.today()
        lot = Lot(id=key, item_id=item_id, amount=micro, left=there, received=day, **facts)
        self.session.add(lot)
        self.session.flush()
        return lot.id

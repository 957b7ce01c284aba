"""Made-up kitchens of known sizes, written straight into the tables.

The catalogue is the same for every size; the sizes differ in event lines, lots and runs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.models import (
    BundleLine,
    Change,
    Event,
    EventLine,
    Item,
    ItemUnit,
    Lot,
    Product,
    Recipe,
    RecipeLine,
    RecipeOutput,
    Run,
    RunOutput,
    StockMove,
)

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 14, 2)
MICRO = 1_000_000

INGREDIENTS, RECIPES, BUNDLES = 2_000, 1_500, 300
TIERS = (1_000, 350, 150)
"""Recipes by tier: those of a tier use what the tiers below make."""


@dataclass(frozen=True, slots=True)
class Size:
    """How big a kitchen is."""

    name: str
    events: int
    lines: int
    lots: int
    runs: int


SIZES = {
    "X": Size("X", 10, 100, 2_700, 2_700),
    "S": Size("S", 30, 300, 8_000, 8_000),
    "M": Size("M", 60, 1_000, 27_000, 27_000),
    "L": Size("L", 365, 7_300, 200_000, 200_000),
}


def fill(session: Session, size: Size, seed: int = 1) -> None:
    """Fill an empty kitchen; the same seed gives the same kitchen."""
    _Filling(session, size, random.Random(seed)).run()


class _Filling:
    def __init__(self, session: Session, size: Size, dice: random.Random) -> None:
        self.session = session
        self.size = size
        self.dice = dice
        self.ingredients = list(range(1, INGREDIENTS + 1))
        self.made = list(range(INGREDIENTS + 1, INGREDIENTS + RECIPES + 1))
        first = INGREDIENTS + RECIPES + 1
        self.bundles = list(range(first, first + BUNDLES))

    def run(self) -> None:
        self._put(
            Change,
            [
                {"id": 1, "at": NOW, "terminal": "bench", "kind": "import", "summary": "filled",
                 "edits": []}
            ],
        )  # fmt: skip
        self._items()
        self._recipes()
        self._bundles()
        self._events()
        self._lots()
        self._runs()

    def _put(self, model: Any, rows: list[dict[str, Any]]) -> None:
        for start in range(0, len(rows), 20_000):
            self.session.execute(insert(model), rows[start : start + 20_000])

    def _items(self) -> None:
        rows, units = [], []
        for number in [*self.ingredients, *self.made, *self.bundles]:
            kind = (
                "ingredient"
                if number <= INGREDIENTS
                else "bundle"
                if number >= self.bundles[0]
                else "made"
            )
            unit = "g" if kind == "ingredient" else "each"
            rows.append(
                {"id": number, "slug": f"{kind}-{number}", "name": f"{kind} {number}",
                 "kind": kind, "unit": unit, "allergens": [], "always_on_hand": False,
                 "archived": False}
            )  # fmt: skip
            units.append({"item_id": number, "unit": unit, "factor": Fraction(1)})
            if kind == "ingredient":
                cup = Fraction(self.dice.randrange(80, 250))
                units.append({"item_id": number, "unit": "cup", "factor": cup})
        self._put(Item, rows)
        self._put(ItemUnit, units)
        self._put(
            Product,
            [
                {"id": n, "slug": f"product-{n}", "item_id": n, "label": f"Pack {n}",
                 "amount": Fraction(1000), "unit": "g", "price": 5 * MICRO, "priced_on": DAY,
                 "store": f"Store {n % 3}", "preferred": False, "archived": False}
                for n in self.ingredients
            ],
        )  # fmt: skip

    def _recipes(self) -> None:
        self._put(
            Recipe,
            [
                {"id": n, "slug": f"recipe-{n}", "name": f"Recipe {n}", "archived": False,
                 "batch_step": self.dice.choice([Fraction(1), Fraction(1, 2), Fraction(1, 4)])}
                for n in range(1, RECIPES + 1)
            ],
        )  # fmt: skip
        self._put(
            RecipeOutput,
            [
                {"recipe_id": n, "position": 0, "item_id": self.made[n - 1],
                 "amount": Fraction(self.dice.choice([12, 24, 36, 48])), "unit": "each"}
                for n in range(1, RECIPES + 1)
            ],
        )  # fmt: skip
        lines = []
        for n in range(1, RECIPES + 1):
            below = self.made[TIERS[0] :] if n <= TIERS[0] else self.made[sum(TIERS[:2]) :]
            inputs = self.dice.sample(self.ingredients, 8)
            if n <= sum(TIERS[:2]):
                inputs += self.dice.sample(below, 1)
            for position, item in enumerate(inputs):
                solid = item <= INGREDIENTS
                lines.append(
                    {"recipe_id": n, "position": position, "item_id": item,
                     "amount": Fraction(self.dice.randrange(1, 13), self.dice.choice([1, 2, 3, 4])),
                     "unit": self.dice.choice(["g", "cup"]) if solid else "each"}
                )  # fmt: skip
        self._put(RecipeLine, lines)

    def _bundles(self) -> None:
        lines = []
        for number, bundle in enumerate(self.bundles):
            parts: list[int] = self.dice.sample(self.made[: TIERS[0]], 4)
            if number % 10 == 0 and number:
                parts.append(self.bundles[number - 1])
            for position, item in enumerate(parts):
                lines.append(
                    {"bundle_id": bundle, "position": position, "item_id": item,
                     "amount": Fraction(self.dice.randrange(1, 7)), "unit": "each"}
                )  # fmt: skip
        self._put(BundleLine, lines)

    def _events(self) -> None:
        self._put(
            Event,
            [
                {"id": n, "slug": f"event-{n}", "name": f"Event {n}", "status": "planned",
                 "date": DAY + timedelta(days=n), "shopping_complete": False, "archived": False}
                for n in range(1, self.size.events + 1)
            ],
        )  # fmt: skip
        lines: list[dict[str, Any]] = []
        counts: dict[int, int] = {}
        for number in range(self.size.lines):
            event = number % self.size.events + 1
            position = counts[event] = counts.get(event, -1) + 1
            item = self.dice.choice(self.bundles if number % 2 else self.made[: TIERS[0]])
            lines.append(
                {"event_id": event, "position": position, "item_id": item,
                 "amount": Fraction(self.dice.randrange(5, 100)), "unit": "each"}
            )  # fmt: skip
        self._put(EventLine, lines)

    def _lots(self) -> None:
        lots, moves = [], []
        for n in range(1, self.size.lots + 1):
            amount = self.dice.randrange(100, 5_000) * MICRO
            left = amount if n % 10 == 0 else 0
            paid = self.dice.randrange(1, 20) * MICRO
            lots.append(
                {"id": n, "item_id": self.dice.choice(self.ingredients), "amount": amount,
                 "left": left, "paid": paid, "cost_left": paid if left else 0, "priced": True,
                 "received": DAY - timedelta(days=n % 700), "expires": None}
            )  # fmt: skip
            moves.append(_move(n, amount, paid, "received", None))
            if not left:
                moves.append(_move(n, -amount, -paid, "used", None))
        self._put(Lot, lots)
        self._put(StockMove, moves)

    def _runs(self) -> None:
        runs, outputs = [], []
        for n in range(1, self.size.runs + 1):
            recipe = self.dice.randrange(1, RECIPES + 1)
            event = n % self.size.events + 1 if n % 50 == 0 else None
            runs.append(
                {"id": n, "change_id": 1, "kind": "production", "recipe_id": recipe,
                 "event_id": event, "batches": Fraction(1), "at": NOW, "cost": 0, "waste": 0,
                 "undone": False}
            )  # fmt: skip
            outputs.append(
                {"run_id": n, "item_id": self.made[recipe - 1], "good": 12 * MICRO, "lost": 0}
            )
        self._put(Run, runs)
        self._put(RunOutput, outputs)


def _move(lot: int, amount: int, cost: int, reason: str, run: int | None) -> dict[str, Any]:
    return {
        "lot_id": lot, "change_id": 1, "run_id": run, "reason": reason, "amount": amount,
        "cost": cost,
    }  # fmt: skip

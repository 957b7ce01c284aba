"""What items would cost now: what was last paid, and for what is made the cost of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import BundleLine, Item, ItemUnit, RecipeLine, RecipeOutput
from core.services._prices import last_unit_costs


class _Facts(Struct, frozen=True):
    name: str
    kind: str
    always: bool
    allergens: tuple[str, ...]


class _Way(Struct, frozen=True):
    """How one stock unit of an item comes about: its lines, in stock units of a batch of `per`."""

    per: Fraction | None
    lines: tuple[tuple[int, Fraction | None], ...]


class Costs:
    """Costs of one stock unit, and allergens, of items and all that goes into them."""

    def __init__(
        self, items: dict[int, _Facts], ways: dict[int, _Way], paid: dict[int, Fraction]
    ) -> None:
        self._items = items
        self._ways = ways
        self._known: dict[int, Fraction | None] = dict(paid)

    def of(self, item_id: int) -> Fraction | None:
        """Return the cost of one stock unit, in money; None where it is not known."""
        if item_id not in self._known:
            self._known[item_id] = self._work_out(item_id)
        return self._known[item_id]

    def _work_out(self, item_id: int) -> Fraction | None:
        if self._items[item_id].always:
            return Fraction(0)
        way = self._ways.get(item_id)
        if way is None or not way.per:
            return None
        total = Fraction(0)
        for inner, amount in way.lines:
            if self._items[inner].always:
                continue
            each = self.of(inner)
            if each is None or amount is None:
                return None
            total += each * amount
        return total / way.per

    def unpriced(self, items: Iterable[int]) -> set[str]:
        """Return the names of what makes the cost of items unknown."""
        found: set[str] = set()
        for item_id in items:
            if self.of(item_id) is None:
                way = self._ways.get(item_id)
                inner = self.unpriced(key for key, _ in way.lines) if way is not None else set()
                found |= inner or {self._items[item_id].name}
        return found

    def allergens(self, items: Iterable[int]) -> tuple[str, ...]:
        """Return the allergens of items and of all that goes into them, by name."""
        seen: set[int] = set()
        todo = list(items)
        while todo:
            item_id = todo.pop()
            if item_id not in seen:
                seen.add(item_id)
                way = self._ways.get(item_id)
                todo += [key for key, _ in way.lines] if way is not None else []
        return tuple(sorted({each for key in seen for each in self._items[key].allergens}))


def standard_costs(session: Session, item_ids: Sequence[int]) -> Costs:
    """Return what items cost now; one round of queries for each level of what goes into them."""
    items: dict[int, _Facts] = {}
    ways: dict[int, _Way] = {}
    level = set(item_ids)
    while level:
        items.update(_facts(session, level))
        below = _ways(session, level)
        ways.update(below)
        level = {key for way in below.values() for key, _ in way.lines} - items.keys()
    bought = [key for key, item in items.items() if item.kind in ("ingredient", "supply")]
    paid = {
        key: Fraction(cost.paid, cost.amount)
        for key, cost in last_unit_costs(session, bought).items()
        if not items[key].always
    }
    return Costs(items, ways, paid)


def _facts(session: Session, keys: Iterable[int]) -> dict[int, _Facts]:
    query = select(Item.id, Item.name, Item.kind, Item.always_on_hand, Item.allergens)
    return {
        key: _Facts(name, kind, always, tuple(allergens))
        for key, name, kind, always, allergens in session.execute(query.where(Item.id.in_(keys)))
    }


def _ways(session: Session, keys: Iterable[int]) -> dict[int, _Way]:
    outputs = session.execute(
        select(RecipeOutput.recipe_id, RecipeOutput.item_id, RecipeOutput.amount, ItemUnit.factor)
        .outerjoin(
            ItemUnit,
            (ItemUnit.item_id == RecipeOutput.item_id) & (ItemUnit.unit == RecipeOutput.unit),
        )
        .where(RecipeOutput.item_id.in_(keys))
    ).all()
    recipes: dict[int, list[tuple[int, Fraction | None]]] = defaultdict(list)
    inputs = (
        select(RecipeLine.recipe_id, RecipeLine.item_id, RecipeLine.amount, ItemUnit.factor)
        .outerjoin(
            ItemUnit, (ItemUnit.item_id == RecipeLine.item_id) & (ItemUnit.unit == RecipeLine.unit)
        )
        .where(RecipeLine.recipe_id.in_({row.recipe_id for row in outputs}))
    )
    for recipe_id, item_id, amount, factor in session.execute(inputs):
        recipes[recipe_id].append((item_id, _times(amount, factor)))
    bundles: dict[int, list[tuple[int, Fraction | None]]] = defaultdict(list)
    held = (
        select(BundleLine.bundle_id, BundleLine.item_id, BundleLine.amount, ItemUnit.factor)
        .outerjoin(
            ItemUnit, (ItemUnit.item_id == BundleLine.item_id) & (ItemUnit.unit == BundleLine.unit)
        )
        .where(BundleLine.bundle_id.in_(keys))
    )
    for bundle_id, item_id, amount, factor in session.execute(held):
        bundles[bundle_id].append((item_id, _times(amount, factor)))
    ways = {
        row.item_id: _Way(_times(row.amount, row.factor), tuple(recipes[row.recipe_id]))
        for row in outputs
    }
    ways |= {key: _Way(Fraction(1), tuple(lines)) for key, lines in bundles.items()}
    return ways


def _times(amount: Fraction, factor: Fraction | None) -> Fraction | None:
    return None if factor is None else amount * factor

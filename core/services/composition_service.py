"""What is in what: ingredients by weight and allergens, through nested recipes and bundles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ItemNotFound
from core.models import BundleLine, Item, ItemUnit, RecipeLine, RecipeOutput
from core.planning.composition import Content, Part, contents
from core.services._facts import item_facts
from core.session import reading
from core.units import ItemFacts, factor_to_stock, to_decimal


@dataclass(frozen=True, slots=True)
class Component:
    """A bought item in one stock unit of another.

    Attributes:
        item_id: The bought item.
        name: Its name.
        kind: `ingredient` or `supply`.
        amount: How much, in its own stock unit; None is unknown.
        unit: Its stock unit.
        grams: How much by weight, as it goes in; None where the amount or the weight is unknown.
        allergens: What people may not bear in it, as entered with the item.
        through: The names of the items it gets there by, the whole first.
    """

    item_id: int
    name: str
    kind: str
    amount: Decimal | None
    unit: str
    grams: Decimal | None
    allergens: tuple[str, ...]
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """What one stock unit of an item is made of.

    `components` are in order of weight, the heaviest first, those of unknown weight after them.
    """

    item_id: int
    name: str
    unit: str
    components: tuple[Component, ...]

    @property
    def allergens(self) -> tuple[str, ...]:
        """Return every allergen of every component, in alphabetical order."""
        return tuple(sorted({name for each in self.components for name in each.allergens}))


def get_compositions(
    item_ids: Collection[int] | None = None, session: Session | None = None
) -> dict[int, Composition]:
    """Return what items are made of, by id; left out, of all made items and bundles in use.

    A bought item is made of itself. The number of queries is the same for one item and for all.

    Raises:
        ItemNotFound: One of the items does not exist.
    """
    with reading(session) as reader:
        return _get_compositions_impl(item_ids, reader)


def _get_compositions_impl(
    item_ids: Collection[int] | None, session: Session
) -> dict[int, Composition]:
    facts = item_facts(session)
    told = {
        item_id: (kind, tuple(allergens), archived)
        for item_id, kind, allergens, archived in session.execute(
            select(Item.id, Item.kind, Item.allergens, Item.archived)
        )
    }
    parts = _parts(session)
    if item_ids is None:
        item_ids = [i for i, (_, _, archived) in told.items() if i in parts and not archived]
    for item_id in item_ids:
        if item_id not in facts:
            raise ItemNotFound(item_id)

    def component(item_id: int, content: Content) -> Component:
        known = facts[item_id]
        kind, allergens, _ = told[item_id]
        return Component(
            item_id=item_id,
            name=known.name,
            kind=kind,
            amount=None if content.amount is None else to_decimal(content.amount),
            unit=known.unit,
            grams=_grams(content.amount, known),
            allergens=allergens,
            through=tuple(facts[each].name for each in content.through),
        )

    found: dict[int, Composition] = {}
    for item_id, held in contents(item_ids, parts).items():
        inside = held if item_id in parts else {item_id: Content(Fraction(1), ())}
        components = sorted((component(*pair) for pair in inside.items()), key=_by_weight)
        known = facts[item_id]
        found[item_id] = Composition(item_id, known.name, known.unit, tuple(components))
    return found


def _parts(session: Session) -> dict[int, tuple[Part, ...]]:
    factors: dict[tuple[int, str], Fraction | None] = {
        (item_id, unit): factor
        for item_id, unit, factor in session.execute(
            select(ItemUnit.item_id, ItemUnit.unit, ItemUnit.factor)
        )
    }

    def stocked(item_id: int, amount: Fraction, unit: str) -> Fraction | None:
        factor = factors[item_id, unit]
        return None if factor is None else amount * factor

    lines: dict[int, list[Part]] = defaultdict(list)
    for recipe_id, item_id, amount, unit in session.execute(
        select(
            RecipeLine.recipe_id, RecipeLine.item_id, RecipeLine.amount, RecipeLine.unit
        ).order_by(RecipeLine.recipe_id, RecipeLine.position)
    ):
        lines[recipe_id].append(Part(item_id, stocked(item_id, amount, unit)))
    parts: dict[int, list[Part]] = defaultdict(list)
    for recipe_id, item_id, amount, unit in session.execute(
        select(RecipeOutput.recipe_id, RecipeOutput.item_id, RecipeOutput.amount, RecipeOutput.unit)
    ):
        batch = stocked(item_id, amount, unit)
        parts[item_id] = [
            Part(part.item_id, None if part.amount is None or not batch else part.amount / batch)
            for part in lines[recipe_id]
        ]
    for bundle_id, item_id, amount, unit in session.execute(
        select(
            BundleLine.bundle_id, BundleLine.item_id, BundleLine.amount, BundleLine.unit
        ).order_by(BundleLine.bundle_id, BundleLine.position)
    ):
        parts[bundle_id].append(Part(item_id, stocked(item_id, amount, unit)))
    return {item_id: tuple(found) for item_id, found in parts.items()}


def _grams(amount: Fraction | None, facts: ItemFacts) -> Decimal | None:
    per_gram = factor_to_stock("g", facts)
    return None if amount is None or not per_gram else to_decimal(amount / per_gram)


def _by_weight(component: Component) -> tuple[bool, Decimal, str, int]:
    grams = component.grams
    return grams is None, -(grams or Decimal(0)), component.name, component.item_id

"""What is in what: ingredients by weight and allergens, through nested recipes and bundles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ItemNotFound
from core.models import Item
from core.planning.composition import Content, Part, Parts, contents
from core.planning.kitchen import Line, Recipe
from core.services._catalogue import catalogue
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
    known = catalogue(session)
    items = known.items
    parts = _parts(known.recipes.values(), known.bundles)
    facts = item_facts(session)
    told = {row.id: row for row in session.execute(select(Item.id, Item.allergens, Item.archived))}
    if item_ids is None:
        item_ids = [item_id for item_id in items if item_id in parts and not told[item_id].archived]
    for item_id in item_ids:
        if item_id not in items:
            raise ItemNotFound(item_id)

    def component(item_id: int, content: Content) -> Component:
        item = items[item_id]
        return Component(
            item_id=item_id,
            name=item.name,
            kind=item.kind,
            amount=None if content.amount is None else to_decimal(content.amount),
            unit=item.unit,
            grams=_grams(content.amount, facts[item_id]),
            allergens=tuple(told[item_id].allergens),
            through=tuple(items[each].name for each in content.through),
        )

    found: dict[int, Composition] = {}
    for item_id, held in contents(item_ids, parts).items():
        inside = held if item_id in parts else {item_id: Content(Fraction(1), ())}
        components = sorted((component(*pair) for pair in inside.items()), key=_by_weight)
        item = items[item_id]
        found[item_id] = Composition(item_id, item.name, item.unit, tuple(components))
    return found


def _parts(recipes: Iterable[Recipe], bundles: Mapping[int, tuple[Line, ...]]) -> Parts:
    """Return what goes into one stock unit of each made item and bundle."""
    parts = {
        bundle_id: tuple(Part(line.item_id, line.amount) for line in lines)
        for bundle_id, lines in bundles.items()
    }
    for recipe in recipes:
        for output in recipe.outputs:
            parts[output.item_id] = tuple(
                Part(line.item_id, _share(line.amount, output.amount)) for line in recipe.lines
            )
    return parts


def _share(amount: Fraction | None, of: Fraction | None) -> Fraction | None:
    return None if amount is None or not of else amount / of


def _grams(amount: Fraction | None, facts: ItemFacts) -> Decimal | None:
    per_gram = factor_to_stock("g", facts)
    return None if amount is None or not per_gram else to_decimal(amount / per_gram)


def _by_weight(component: Component) -> tuple[bool, Decimal, str, int]:
    grams = component.grams
    return grams is None, -(grams or Decimal(0)), component.name, component.item_id

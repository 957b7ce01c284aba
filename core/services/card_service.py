"""Cards: one recipe, bundle, item or product whole, with what it costs and what uses it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents import ItemDoc
from core.errors import BundleNotFound, ItemNotFound, ProductNotFound, RecipeNotFound
from core.models import (
    BundleLine,
    Event,
    EventLine,
    Item,
    ItemUnit,
    Product,
    Recipe,
    RecipeLine,
    RecipeOutput,
)
from core.money import from_micro as money_of
from core.schema import OPEN
from core.services._facts import facts_of
from core.services._read_documents import read_items
from core.services._rows import get_fresh
from core.services._rules import WITHDRAWN
from core.services._standard_costs import Costs, standard_costs
from core.session import reading
from core.units import amount_text, missing_fact, to_decimal


@dataclass(frozen=True, slots=True)
class CardLine:
    """A line as entered and in stock units; without these `fix` says what mends it.

    `cost` is for the whole line; None is unknown.
    """

    item_id: int
    name: str
    kind: str
    entered: str
    unit: str
    amount: Decimal | None
    fix: str
    note: str | None
    always_on_hand: bool
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Use:
    """A recipe, bundle or event that uses an item, and how much of it; an event's `day`."""

    kind: str
    id: int
    name: str
    amount: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class RecipeCard:
    """A recipe whole. `cost` is of one batch; `at_least` leaves out the items in `unpriced`."""

    id: int
    slug: str
    name: str
    category: str | None
    makes: tuple[CardLine, ...]
    lines: tuple[CardLine, ...]
    step: str
    minutes: int | None
    oven_minutes: int | None
    keeps: tuple[int | None, ...]
    method: str | None
    archived: bool
    cost: Decimal | None
    at_least: Decimal
    unpriced: tuple[str, ...]
    allergens: tuple[str, ...]
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class BundleCard:
    """A bundle whole. `cost` is of one; `at_least` leaves out the items in `unpriced`."""

    id: int
    slug: str
    name: str
    category: str | None
    lines: tuple[CardLine, ...]
    keeps: int | None
    archived: bool
    cost: Decimal | None
    at_least: Decimal
    unpriced: tuple[str, ...]
    allergens: tuple[str, ...]
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product of an item; `price` is for one pack."""

    id: int
    slug: str
    label: str
    pack: str
    price: Decimal | None
    priced_on: date | None
    store: str | None
    barcode: str | None
    preferred: bool
    archived: bool


@dataclass(frozen=True, slots=True)
class ItemCard:
    """An item whole; `price` is the last known cost of one stock unit."""

    id: int
    doc: ItemDoc
    made_by: Use | None
    products: tuple[ProductLine, ...]
    price: Decimal | None
    uses: tuple[Use, ...]


def recipe_card(recipe_id: int, session: Session | None = None) -> RecipeCard:
    """Return a recipe whole.

    Raises:
        RecipeNotFound: No such recipe.
    """
    with reading(session) as reader:
        row = get_fresh(reader, Recipe, recipe_id)
        if row is None:
            raise RecipeNotFound(recipe_id)
        outputs = _entries(reader, RecipeOutput, RecipeOutput.recipe_id == recipe_id)
        entries = _entries(reader, RecipeLine, RecipeLine.recipe_id == recipe_id)
        costs = standard_costs(reader, [entry.item_id for entry in entries])
        makes = _lines(reader, outputs, None)
        lines = _lines(reader, entries, costs)
        made = [line.item_id for line in makes]
        items = {item.id: item for item in reader.scalars(select(Item).where(Item.id.in_(made)))}
        return RecipeCard(
            row.id,
            row.slug,
            row.name,
            row.category,
            makes,
            lines,
            amount_text(row.batch_step, "each"),
            row.minutes,
            row.oven_minutes,
            tuple(items[key].shelf_life_days for key in made),
            row.method,
            row.archived,
            *_sum(lines, costs),
            costs.allergens(line.item_id for line in lines),
            _uses(reader, made),
        )


def bundle_card(bundle_id: int, session: Session | None = None) -> BundleCard:
    """Return a bundle whole.

    Raises:
        BundleNotFound: No such bundle.
    """
    with reading(session) as reader:
        item = get_fresh(reader, Item, bundle_id)
        if item is None or item.kind != "bundle":
            raise BundleNotFound(bundle_id)
        entries = _entries(reader, BundleLine, BundleLine.bundle_id == bundle_id)
        costs = standard_costs(reader, [entry.item_id for entry in entries])
        lines = _lines(reader, entries, costs)
        return BundleCard(
            item.id,
            item.slug,
            item.name,
            item.category,
            lines,
            item.shelf_life_days,
            item.archived,
            *_sum(lines, costs),
            costs.allergens(line.item_id for line in lines),
            _uses(reader, [bundle_id]),
        )


def item_card(item_id: int, session: Session | None = None) -> ItemCard:
    """Return an item whole.

    Raises:
        ItemNotFound: No such item.
    """
    with reading(session) as reader:
        item = get_fresh(reader, Item, item_id)
        if item is None:
            raise ItemNotFound(item_id)
        [doc] = read_items(reader, [item.slug])
        costs = standard_costs(reader, [item_id])
        maker = reader.execute(
            select(Recipe.id, Recipe.name, RecipeOutput.amount, RecipeOutput.unit)
            .join(RecipeOutput, RecipeOutput.recipe_id == Recipe.id)
            .where(RecipeOutput.item_id == item_id)
        ).first()
        made_by = None
        if maker is not None:
            made_by = Use(
                "recipe", maker.id, maker.name, f"{amount_text(maker.amount, maker.unit)} a batch"
            )
        products = select(Product).where(
            Product.item_id == item_id,
            Product.archived.is_(False),
            Product.slug.not_like(f"{WITHDRAWN}%"),
        )
        return ItemCard(
            item_id,
            doc,
            made_by,
            tuple(map(_product, reader.scalars(products.order_by(Product.label, Product.id)))),
            _money(costs.of(item_id)),
            _uses(reader, [item_id]),
        )


def product_card(product_id: int, session: Session | None = None) -> tuple[ProductLine, ItemCard]:
    """Return a product with its item.

    Raises:
        ProductNotFound: No such product.
    """
    with reading(session) as reader:
        product = get_fresh(reader, Product, product_id)
        if product is None:
            raise ProductNotFound(product_id)
        return _product(product), item_card(product.item_id, session=reader)


@dataclass(frozen=True, slots=True)
class _Entry:
    item_id: int
    amount: Fraction
    unit: str
    factor: Fraction | None
    note: str | None


def _entries(
    session: Session, model: type[RecipeLine | RecipeOutput | BundleLine], where: object
) -> list[_Entry]:
    note = getattr(model, "note", None)
    query = (
        select(model.item_id, model.amount, model.unit, ItemUnit.factor)
        .outerjoin(ItemUnit, (ItemUnit.item_id == model.item_id) & (ItemUnit.unit == model.unit))
        .where(where)  # type: ignore[arg-type]
        .order_by(model.position)
    )
    if note is None:
        return [_Entry(*row, None) for row in session.execute(query)]
    return [_Entry(*row) for row in session.execute(query.add_columns(note))]


def _lines(
    session: Session, entries: Sequence[_Entry], costs: Costs | None
) -> tuple[CardLine, ...]:
    keys = {entry.item_id for entry in entries}
    items = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(keys)))}
    lines = []
    for entry in entries:
        item = items[entry.item_id]
        amount = None if entry.factor is None else entry.amount * entry.factor
        unknown = amount is None and not item.always_on_hand
        cost = None
        if costs is not None and item.always_on_hand:
            cost = Decimal(0)
        elif costs is not None and amount is not None:
            each = costs.of(item.id)
            cost = None if each is None else _money(each * amount)
        lines.append(
            CardLine(
                item.id,
                item.name,
                item.kind,
                amount_text(entry.amount, entry.unit),
                entry.unit,
                None if amount is None else to_decimal(amount),
                missing_fact(entry.unit, facts_of(session, item)) if unknown else "",
                entry.note,
                item.always_on_hand,
                cost,
            )
        )
    return tuple(lines)


def _sum(
    lines: Sequence[CardLine], costs: Costs
) -> tuple[Decimal | None, Decimal, tuple[str, ...]]:
    known = [line.cost for line in lines if line.cost is not None]
    at_least = sum(known, Decimal(0))
    unpriced = costs.unpriced(line.item_id for line in lines if line.cost is None)
    names = {*unpriced, *(line.name for line in lines if line.fix)}
    return (None if names else at_least), at_least, tuple(sorted(names))


def _money(value: Fraction | None) -> Decimal | None:
    return None if value is None else money_of(round(value * 10**6))


def _product(product: Product) -> ProductLine:
    return ProductLine(
        product.id,
        product.slug,
        product.label,
        amount_text(product.amount, product.unit),
        None if product.price is None else money_of(product.price),
        product.priced_on,
        product.store,
        product.barcode,
        product.preferred,
        product.archived,
    )


def _uses(session: Session, items: Iterable[int]) -> tuple[Use, ...]:
    """Return what uses items: recipes and bundles by name, then events that are still open."""
    keys = list(items)
    found = []
    recipes = (
        select(Recipe.id, Recipe.name, RecipeLine.amount, RecipeLine.unit)
        .join(RecipeLine, RecipeLine.recipe_id == Recipe.id)
        .where(RecipeLine.item_id.in_(keys), Recipe.archived.is_(False))
        .order_by(Recipe.name, Recipe.id, RecipeLine.position)
    )
    for key, name, amount, unit in session.execute(recipes):
        found.append(Use("recipe", key, name, amount_text(amount, unit)))
    bundles = (
        select(Item.id, Item.name, BundleLine.amount, BundleLine.unit)
        .join(BundleLine, BundleLine.bundle_id == Item.id)
        .where(BundleLine.item_id.in_(keys), Item.archived.is_(False))
        .order_by(Item.name, Item.id, BundleLine.position)
    )
    for key, name, amount, unit in session.execute(bundles):
        found.append(Use("bundle", key, name, amount_text(amount, unit)))
    events = (
        select(Event.id, Event.name, EventLine.amount, EventLine.unit, Event.date)
        .join(EventLine, EventLine.event_id == Event.id)
        .where(EventLine.item_id.in_(keys), Event.status.in_(OPEN), Event.archived.is_(False))
        .order_by(Event.date, Event.id, EventLine.position)
    )
    for key, name, amount, unit, day in session.execute(events):
        found.append(Use("event", key, name, amount_text(amount, unit), day))
    return tuple(found)

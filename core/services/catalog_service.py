"""The catalogue: items, products, recipes and bundles, found and edited.

Editing takes whole documents (`core.documents`): read one, change it, save it. A
saved document is checked as a whole, and every rule it breaks is told at once.
"""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.documents import BundleDoc, Document, ItemDoc, ProductDoc, RecipeDoc
from core.errors import BundleNotFound, ItemNotFound, ProductNotFound, RecipeNotFound
from core.models import BundleLine, Item, ItemUnit, Product, Recipe, RecipeLine, RecipeOutput
from core.money import from_micro as money_of
from core.schema import ITEM, PRODUCT, RECIPE
from core.services._journal import edited, put, recording
from core.services._naming import find, slug_for, sorting
from core.services._read_documents import (
    read_bundles,
    read_items,
    read_products,
    read_recipes,
)
from core.services._rows import change_row, get_fresh
from core.services._rules import WITHDRAWN, check_display_unit, check_one_of
from core.services._writing import Problems, facts_in
from core.services.rows.catalog import BundleRow, ItemRow, ProductRow, RecipeRow
from core.services.rows.journal import ChangeRow
from core.session import reading, writing
from core.units import amount_text

ITEM_COLUMNS = (
    Item.id,
    Item.slug,
    Item.name,
    Item.kind,
    Item.unit,
    Item.category,
    Item.always_on_hand,
    Item.archived,
    Item.shelf_life_days,
)


# -- finding --------------------------------------------------------------------------------------


def find_item(name: str | int, session: Session | None = None) -> ItemRow:
    """Return the item with this slug, id or unique part of its name.

    Raises:
        ItemNotFound, Ambiguous: Nothing or several things fit.
    """
    with reading(session) as reader:
        return _item_row(_item(reader, find(reader, ITEM, name, ItemNotFound)))


def find_bundle(name: str | int, session: Session | None = None) -> ItemRow:
    """Return the item of the bundle with this slug, id or unique part of its name.

    Raises:
        BundleNotFound, Ambiguous: Nothing or several things fit.
    """
    with reading(session) as reader:
        key = find(reader, ITEM, name, BundleNotFound, kind=["bundle"])
        return _item_row(_item(reader, key))


def find_product(name: str | int, session: Session | None = None) -> ProductRow:
    """Return the product with this slug, id or unique part of its label.

    Raises:
        ProductNotFound, Ambiguous: Nothing or several things fit.
    """
    with reading(session) as reader:
        key = find(reader, PRODUCT, name, ProductNotFound)
        return next(row for row in _product_rows(reader, archived=True) if row.id == key)


def find_recipe(name: str | int, session: Session | None = None) -> RecipeRow:
    """Return the recipe with this slug, id or unique part of its name.

    Raises:
        RecipeNotFound, Ambiguous: Nothing or several things fit.
    """
    with reading(session) as reader:
        key = find(reader, RECIPE, name, RecipeNotFound)
        return next(row for row in _recipe_rows(reader, archived=True) if row.id == key)


# -- listing --------------------------------------------------------------------------------------


def list_items(
    session: Session | None = None, *, kind: str | None = None, archived: bool = False
) -> list[ItemRow]:
    """Return items by name, of one kind or of all."""
    with reading(session) as reader:
        query = select(*ITEM_COLUMNS).where(Item.slug.not_like(f"{WITHDRAWN}%"))
        if kind is not None:
            query = query.where(Item.kind == kind)
        if not archived:
            query = query.where(Item.archived.is_(False))
        rows = [ItemRow(*row) for row in reader.execute(query)]
        return sorted(rows, key=lambda row: (sorting(row.name), row.id))


def list_products(
    session: Session | None = None, *, item_id: int | None = None, archived: bool = False
) -> list[ProductRow]:
    """Return products by item and label, of one item or of all."""
    with reading(session) as reader:
        rows = _product_rows(reader, archived=archived)
        return [row for row in rows if item_id in (None, row.item_id)]


def list_recipes(session: Session | None = None, *, archived: bool = False) -> list[RecipeRow]:
    """Return recipes by name, with what a batch makes and how many lines are unknown."""
    with reading(session) as reader:
        return _recipe_rows(reader, archived=archived)


def list_bundles(session: Session | None = None, *, archived: bool = False) -> list[BundleRow]:
    """Return bundles by name, with what they hold."""
    with reading(session) as reader:
        query = (
            select(BundleLine.bundle_id, BundleLine.amount, BundleLine.unit, Item.name)
            .join(Item, Item.id == BundleLine.item_id)
            .order_by(BundleLine.bundle_id, BundleLine.position)
        )
        holds = _told(reader, query, ", ")
        return [
            BundleRow(row.id, row.slug, row.name, holds.get(row.id, ""), row.archived)
            for row in list_items(reader, kind="bundle", archived=archived)
        ]


def _item(session: Session, item_id: int) -> Item:
    item = get_fresh(session, Item, item_id)
    if item is None:
        raise ItemNotFound(item_id)
    return item


def _item_row(item: Item) -> ItemRow:
    return ItemRow(*(getattr(item, column.key) for column in ITEM_COLUMNS))


def _product_rows(session: Session, *, archived: bool) -> list[ProductRow]:
    query = (
        select(
            Product.id,
            Product.slug,
            Product.item_id,
            Item.name,
            Product.label,
            Product.amount,
            Product.unit,
            Product.price,
            Product.priced_on,
            Product.store,
            Product.preferred,
            Product.archived,
        )
        .join(Item, Item.id == Product.item_id)
        .where(Product.slug.not_like(f"{WITHDRAWN}%"))
        .order_by(Product.id)
    )
    if not archived:
        query = query.where(Product.archived.is_(False))
    rows = [
        ProductRow(
            key,
            slug,
            item_id,
            item,
            label,
            amount_text(amount, unit),
            None if price is None else money_of(price),
            *rest,
        )
        for key, slug, item_id, item, label, amount, unit, price, *rest in session.execute(query)
    ]
    return sorted(rows, key=lambda row: (sorting(row.item_name), sorting(row.label)))


def _recipe_rows(session: Session, *, archived: bool) -> list[RecipeRow]:
    outputs = (
        select(RecipeOutput.recipe_id, RecipeOutput.amount, RecipeOutput.unit, Item.name)
        .join(Item, Item.id == RecipeOutput.item_id)
        .order_by(RecipeOutput.recipe_id, RecipeOutput.position)
    )
    makes = _told(session, outputs, " or ")
    lines = (
        select(RecipeLine.recipe_id, func.count())
        .join(Item, Item.id == RecipeLine.item_id)
        .outerjoin(
            ItemUnit, (ItemUnit.item_id == RecipeLine.item_id) & (ItemUnit.unit == RecipeLine.unit)
        )
        .where(ItemUnit.factor.is_(None), Item.always_on_hand.is_(False))
        .group_by(RecipeLine.recipe_id)
    )
    unknown: dict[int, int] = dict(session.execute(lines).all())
    query = select(
        Recipe.id,
        Recipe.slug,
        Recipe.name,
        Recipe.category,
        Recipe.archived,
        Recipe.minutes,
        Recipe.oven_minutes,
    ).where(Recipe.slug.not_like(f"{WITHDRAWN}%"))
    if not archived:
        query = query.where(Recipe.archived.is_(False))
    rows = [
        RecipeRow(
            key, slug, name, category, makes.get(key, ""), unknown.get(key, 0), away, hands, oven
        )
        for key, slug, name, category, away, hands, oven in session.execute(query)
    ]
    return sorted(rows, key=lambda row: (sorting(row.name), row.id))


def _told(session: Session, lines: Select[int, Fraction, str, str], between: str) -> dict[int, str]:
    """Return lines as one text for each thing they belong to."""
    texts: dict[int, list[str]] = {}
    for key, amount, unit, name in session.execute(lines):
        texts.setdefault(key, []).append(f"{amount_text(amount, unit)} {name}")
    return {key: between.join(parts) for key, parts in texts.items()}


# -- documents ------------------------------------------------------------------------------------


def get_item(item_id: int, session: Session | None = None) -> ItemDoc:
    """Return an item as a document.

    Raises:
        ItemNotFound: No such item.
    """
    with reading(session) as reader:
        return read_items(reader, [_item(reader, item_id).slug])[0]


def get_product(product_id: int, session: Session | None = None) -> ProductDoc:
    """Return a product as a document.

    Raises:
        ProductNotFound: No such product.
    """
    with reading(session) as reader:
        product = get_fresh(reader, Product, product_id)
        if product is None:
            raise ProductNotFound(product_id)
        return read_products(reader, [product.slug])[0]


def get_recipe(recipe_id: int, session: Session | None = None) -> RecipeDoc:
    """Return a recipe as a document.

    Raises:
        RecipeNotFound: No such recipe.
    """
    with reading(session) as reader:
        recipe = get_fresh(reader, Recipe, recipe_id)
        if recipe is None:
            raise RecipeNotFound(recipe_id)
        return read_recipes(reader, [recipe.slug])[0]


def get_bundle(bundle_id: int, session: Session | None = None) -> BundleDoc:
    """Return what a bundle holds as a document.

    Raises:
        BundleNotFound: No such bundle.
    """
    with reading(session) as reader:
        item = get_fresh(reader, Item, bundle_id)
        if item is None or item.kind != "bundle":
            raise BundleNotFound(bundle_id)
        found = read_bundles(reader, [item.slug])
        return found[0] if found else BundleDoc(item=item.slug, lines=[])


def free_slug(kind: str, name: str, session: Session | None = None) -> str:
    """Return a slug for a new item, product or recipe, made from its name.

    Raises:
        RuleBroken: Another kind than these.
    """
    tables = {"item": ITEM, "product": PRODUCT, "recipe": RECIPE}
    check_one_of(kind, tables)
    with reading(session) as reader:
        return slug_for(reader, tables[kind], name)


# -- saving ---------------------------------------------------------------------------------------


def save_item(doc: ItemDoc, *, session: Session | None = None) -> ChangeRow:
    """Write an item, new or known by its slug; mending a density mends every line using it.

    Raises:
        BadDocument: Every rule the document breaks, with its place.
    """
    with writing(session) as writer:
        facts = facts_in(doc)
        if facts is not None:
            # Not when it is written: undo may take the measure away that an item is shown in.
            problems = Problems()
            with problems.at("display_unit"):
                check_display_unit(doc.display_unit, facts)
            problems.check()
        known = read_items(writer, [doc.slug])
        return _save(writer, "item", edited(doc, known), doc.name, doc)


def save_product(doc: ProductDoc, *, session: Session | None = None) -> ChangeRow:
    """Write a product; one that becomes preferred takes the preference from the other.

    Raises:
        BadDocument: Every rule the document breaks, with its place.
    """
    with writing(session) as writer:
        known = read_products(writer, [doc.slug])
        docs: list[Document] = []
        if doc.preferred:
            others = (
                select(Product.slug)
                .join(Item)
                .where(Item.slug == doc.item, Product.preferred, Product.slug != doc.slug)
            )
            for other in read_products(writer, list(writer.scalars(others))):
                other.preferred = False
                docs.append(other)
        return _save(writer, "product", edited(doc, known), doc.label, *docs, doc)


def save_recipe(doc: RecipeDoc, *, session: Session | None = None) -> ChangeRow:
    """Write a recipe, new or known by its slug.

    Raises:
        BadDocument: Every rule the document breaks, with its place.
        Cycle: The recipe would need its own output; names the path.
    """
    with writing(session) as writer:
        known = read_recipes(writer, [doc.slug])
        return _save(writer, "recipe", edited(doc, known), doc.name, doc)


def save_bundle(
    doc: BundleDoc, item: ItemDoc | None = None, *, session: Session | None = None
) -> ChangeRow:
    """Write what a bundle holds, together with its item where that is new or changed.

    Raises:
        BadDocument: Every rule the documents break, with their place.
        Cycle: The bundle would contain itself; names the path.
    """
    with writing(session) as writer:
        before = read_items(writer, [doc.item])
        docs = [doc] if item is None else [item, doc]
        name = item.name if item is not None else before[0].name if before else doc.item
        return _save(writer, "bundle", edited(item, before), name, *docs)


def _save(session: Session, kind: str, done: str, name: str, *docs: Document) -> ChangeRow:
    with recording(session, kind, f"{done} {kind} {name}") as change:
        for doc in docs:
            put(session, doc)
    return change_row(change)

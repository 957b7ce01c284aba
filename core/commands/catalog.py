"""The commands that edit the catalogue: items, products, recipes and bundles."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.commands.lines import read_line
from core.commands.model import Arguments
from core.documents import (
    BundleDoc,
    ItemDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
    RecipeLineDoc,
)
from core.errors import RuleBroken
from core.services import catalog_service
from core.services.rows import ChangeRow, ItemRow, ProductRow, RecipeRow
from core.units import canonical_unit


def add_item(given: Arguments, session: Session) -> ChangeRow:
    """Add an item; an ingredient is counted in grams unless told."""
    name = given.text("name")
    kind = given.maybe("kind") or "ingredient"
    doc = ItemDoc(
        slug=given.maybe("slug") or catalog_service.free_slug("item", name, session=session),
        name=name,
        kind=kind,
        unit=given.maybe("unit") or ("g" if kind == "ingredient" else "each"),
    )
    _refuse_known(doc.slug, catalog_service.list_items(session, archived=True))
    return catalog_service.save_item(_with_item_fields(doc, given), session=session)


def set_item(given: Arguments, session: Session) -> ChangeRow:
    """Change an item."""
    doc = _item_doc(given, session)
    doc.name = given.maybe("name") or doc.name
    return catalog_service.save_item(_with_item_fields(doc, given), session=session)


def archive_item(given: Arguments, session: Session) -> ChangeRow:
    """Put an item away, or bring it back."""
    doc = _item_doc(given, session)
    doc.archived = not given.is_on("restore")
    return catalog_service.save_item(doc, session=session)


def _item_doc(given: Arguments, session: Session) -> ItemDoc:
    row = catalog_service.find_item(given.text("item"), session=session)
    return catalog_service.get_item(row.id, session=session)


def _with_item_fields(doc: ItemDoc, given: Arguments) -> ItemDoc:
    doc.grams_per_ml = given.maybe("grams_per_ml") or doc.grams_per_ml
    doc.grams_each = given.maybe("grams_each") or doc.grams_each
    doc.display_unit = given.maybe("display_unit") or doc.display_unit
    doc.category = given.maybe("category") or doc.category
    days = given.number("shelf_life_days")
    doc.shelf_life_days = doc.shelf_life_days if days is None else days
    measures = {canonical_unit(name): amount for name, amount in given.pairs("measure")}
    doc.measures = {**doc.measures, **measures}
    doc.allergens = given.many("allergen") or doc.allergens
    doc.always_on_hand = given.is_on("always_on_hand") or doc.always_on_hand
    doc.notes = given.maybe("notes") or doc.notes
    return doc


def add_product(given: Arguments, session: Session) -> ChangeRow:
    """Add a product."""
    item = catalog_service.find_item(given.text("item"), session=session)
    label = given.text("label")
    doc = ProductDoc(
        slug=given.maybe("slug") or catalog_service.free_slug("product", label, session=session),
        item=item.slug,
        label=label,
        pack=given.text("pack"),
    )
    _refuse_known(doc.slug, catalog_service.list_products(session, archived=True))
    return catalog_service.save_product(_with_product_fields(doc, given), session=session)


def set_product(given: Arguments, session: Session) -> ChangeRow:
    """Change a product."""
    doc = _product_doc(given, session)
    doc.label = given.maybe("label") or doc.label
    doc.pack = given.maybe("pack") or doc.pack
    return catalog_service.save_product(_with_product_fields(doc, given), session=session)


def archive_product(given: Arguments, session: Session) -> ChangeRow:
    """Put a product away, or bring it back; one that is away is not preferred."""
    doc = _product_doc(given, session)
    doc.archived = not given.is_on("restore")
    doc.preferred = doc.preferred and not doc.archived
    return catalog_service.save_product(doc, session=session)


def _product_doc(given: Arguments, session: Session) -> ProductDoc:
    row = catalog_service.find_product(given.text("product"), session=session)
    return catalog_service.get_product(row.id, session=session)


def _with_product_fields(doc: ProductDoc, given: Arguments) -> ProductDoc:
    doc.price = given.maybe("price") or doc.price
    doc.store = given.maybe("store") or doc.store
    doc.barcode = given.maybe("barcode") or doc.barcode
    doc.preferred = given.is_on("preferred") or doc.preferred
    return doc


def add_recipe(given: Arguments, session: Session) -> ChangeRow:
    """Add a recipe."""
    name = given.text("name")
    doc = RecipeDoc(
        slug=given.maybe("slug") or catalog_service.free_slug("recipe", name, session=session),
        name=name,
    )
    _refuse_known(doc.slug, catalog_service.list_recipes(session, archived=True))
    return catalog_service.save_recipe(_with_recipe_fields(doc, given, session), session=session)


def set_recipe(given: Arguments, session: Session) -> ChangeRow:
    """Change a recipe."""
    doc = _recipe_doc(given, session)
    doc.name = given.maybe("name") or doc.name
    return catalog_service.save_recipe(_with_recipe_fields(doc, given, session), session=session)


def archive_recipe(given: Arguments, session: Session) -> ChangeRow:
    """Put a recipe away, or bring it back."""
    doc = _recipe_doc(given, session)
    doc.archived = not given.is_on("restore")
    return catalog_service.save_recipe(doc, session=session)


def _recipe_doc(given: Arguments, session: Session) -> RecipeDoc:
    row = catalog_service.find_recipe(given.text("recipe"), session=session)
    return catalog_service.get_recipe(row.id, session=session)


def _with_recipe_fields(doc: RecipeDoc, given: Arguments, session: Session) -> RecipeDoc:
    makes = [
        LineDoc(item=catalog_service.find_item(name, session=session).slug, amount=amount)
        for name, amount in given.pairs("makes")
    ]
    doc.makes = makes or doc.makes
    lines = [
        RecipeLineDoc(item=line.item, amount=line.amount)
        for line in (read_line(text, session) for text in given.many("line"))
    ]
    doc.lines = lines or doc.lines
    doc.batch_step = given.maybe("step") or doc.batch_step
    doc.category = given.maybe("category") or doc.category
    minutes, oven = given.number("minutes"), given.number("oven_minutes")
    doc.minutes = doc.minutes if minutes is None else minutes
    doc.oven_minutes = doc.oven_minutes if oven is None else oven
    doc.method = given.maybe("method") or doc.method
    return doc


def add_bundle(given: Arguments, session: Session) -> ChangeRow:
    """Add a bundle with its item."""
    name = given.text("name")
    slug = given.maybe("slug") or catalog_service.free_slug("item", name, session=session)
    _refuse_known(slug, catalog_service.list_items(session, archived=True))
    item = ItemDoc(slug=slug, name=name, kind="bundle", unit="each")
    doc = BundleDoc(item=slug, lines=[read_line(text, session) for text in given.many("line")])
    return catalog_service.save_bundle(doc, item, session=session)


def set_bundle(given: Arguments, session: Session) -> ChangeRow:
    """Change a bundle."""
    row = catalog_service.find_bundle(given.text("bundle"), session=session)
    item = catalog_service.get_item(row.id, session=session)
    item.name = given.maybe("name") or item.name
    doc = catalog_service.get_bundle(row.id, session=session)
    doc.lines = [read_line(text, session) for text in given.many("line")] or doc.lines
    return catalog_service.save_bundle(doc, item, session=session)


def archive_bundle(given: Arguments, session: Session) -> ChangeRow:
    """Put a bundle away, or bring it back."""
    row = catalog_service.find_bundle(given.text("bundle"), session=session)
    doc = catalog_service.get_item(row.id, session=session)
    doc.archived = not given.is_on("restore")
    return catalog_service.save_item(doc, session=session)


def _refuse_known(
    slug: str, rows: Sequence[ItemRow] | Sequence[ProductRow] | Sequence[RecipeRow]
) -> None:
    if any(row.slug == slug for row in rows):
        raise RuleBroken(f"There is already a '{slug}'. Use another --slug, or `set` to change it.")

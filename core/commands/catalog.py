"""The commands that edit the catalogue: items, products, recipes and bundles."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.clock import today
from core.commands.equivalents import with_equivalent, with_equivalents
from core.commands.kept_lines import read_line, read_lines
from core.commands.known import KnownItems, known_items, made_elsewhere
from core.commands.model import Arguments
from core.documents import (
    BundleDoc,
    ItemDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
    RecipeLineDoc,
)
from core.errors import Refused, RuleBroken
from core.services import catalog_service
from core.services._journal import recording
from core.services._rows import change_row
from core.services._writing import Problems
from core.services.rows.catalog import ItemRow, ProductRow, RecipeRow
from core.services.rows.journal import ChangeRow
from core.units import ItemFacts, canonical_unit, dimension, measure_of, parse_amount

INPUTS = ("ingredient", "supply", "made", "bundle")
COMPONENTS = ("made", "bundle", "supply", "ingredient")
NEW_INPUT, NEW_COMPONENT = "ingredient", "supply"
"""What an item becomes that only a line of a recipe, or of a bundle, names."""


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
    doc.kind = given.maybe("kind") or doc.kind
    doc.unit = given.maybe("unit") or doc.unit
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
    doc.grams_per_ml = given.or_none("grams_per_ml", doc.grams_per_ml)
    doc.grams_each = given.or_none("grams_each", doc.grams_each)
    shown = given.or_none("display_unit", doc.display_unit)
    problems = Problems()
    with problems.at("display_unit"):
        doc.display_unit = None if shown is None else canonical_unit(shown)
    problems.check()
    doc.category = given.or_none("category", doc.category)
    doc.shelf_life_days = given.number_or_none("shelf_life_days", doc.shelf_life_days)
    measures = {canonical_unit(name): amount for name, amount in given.pairs("measure")}
    doc.measures = {**doc.measures, **measures}
    doc.allergens = given.list_or_none("allergen", doc.allergens)
    doc.always_on_hand = given.is_on("always_on_hand", doc.always_on_hand)
    doc.notes = given.or_none("notes", doc.notes)
    if given.has("equals"):
        doc = with_equivalents(doc, given.many("equals"))
    return doc


def equal_item(given: Arguments, session: Session) -> ChangeRow:
    """Say what an amount of an item is in another unit."""
    amount, equals = given.text("amount"), given.text("equals")
    if "=" in equals:
        # All of it was said there.
        amount, _, equals = equals.partition("=")
    doc = with_equivalent(_item_doc(given, session), amount, equals)
    return catalog_service.save_item(doc, session=session)


def add_product(given: Arguments, session: Session) -> ChangeRow:
    """Add a product; without a label it is called by its item and its pack."""
    item = catalog_service.find_item(given.text("item"), session=session)
    pack, container = pack_of(given.text("pack"), known_items(session).by_id[item.id].facts)
    label = given.maybe("label") or f"{item.name} {pack}{f' {container}' if container else ''}"
    doc = ProductDoc(
        slug=given.maybe("slug") or catalog_service.free_slug("product", label, session=session),
        item=item.slug,
        label=label,
        pack=pack,
    )
    _refuse_known(doc.slug, catalog_service.list_products(session, archived=True))
    return catalog_service.save_product(_with_product_fields(doc, given), session=session)


def pack_of(text: str, facts: ItemFacts) -> tuple[str, str]:
    """Return a pack as an amount and what it comes in: "5 kg bag" is 5 kg in a bag.

    Raises:
        RuleBroken: It is a bare number of what is weighed.
    """
    words = text.split()
    for length in range(len(words), 1, -1):
        amount = parse_amount(" ".join(words[:length]))
        unit = amount.unit
        if unit is not None and (dimension(unit) is not None or measure_of(unit, facts)):
            return " ".join(words[:length]), " ".join(words[length:])
    if facts.unit != "each" and parse_amount(text).unit is None:
        raise RuleBroken(
            f"{text} of what? {facts.name} is counted in {facts.unit}. "
            f"Write the pack with its unit: {text} {facts.unit}."
        )
    return text, ""


def set_product(given: Arguments, session: Session) -> ChangeRow:
    """Change a product."""
    doc = _product_doc(given, session)
    doc.label = given.maybe("label") or doc.label
    pack = given.maybe("pack")
    if pack is not None:
        item = catalog_service.find_item(doc.item, session=session)
        doc.pack = pack_of(pack, known_items(session).by_id[item.id].facts)[0]
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
    if given.has("price"):
        # The same price again is looked up again.
        doc.price = given.or_none("price", doc.price)
        doc.priced_on = None if doc.price is None else today().isoformat()
    doc.store = given.or_none("store", doc.store)
    doc.barcode = given.or_none("barcode", doc.barcode)
    doc.preferred = given.is_on("preferred", doc.preferred)
    return doc


def add_recipe(given: Arguments, session: Session) -> ChangeRow:
    """Add a recipe."""
    name = given.text("name")
    doc = RecipeDoc(
        slug=given.maybe("slug") or catalog_service.free_slug("recipe", name, session=session),
        name=name,
    )
    _refuse_known(doc.slug, catalog_service.list_recipes(session, archived=True))
    return _save_recipe(doc, given, session)


def set_recipe(given: Arguments, session: Session) -> ChangeRow:
    """Change a recipe."""
    doc = _recipe_doc(given, session)
    doc.name = given.maybe("name") or doc.name
    return _save_recipe(doc, given, session)


def archive_recipe(given: Arguments, session: Session) -> ChangeRow:
    """Put a recipe away, or bring it back."""
    doc = _recipe_doc(given, session)
    doc.archived = not given.is_on("restore")
    return catalog_service.save_recipe(doc, session=session)


def _recipe_doc(given: Arguments, session: Session) -> RecipeDoc:
    row = catalog_service.find_recipe(given.text("recipe"), session=session)
    return catalog_service.get_recipe(row.id, session=session)


def _save_recipe(doc: RecipeDoc, given: Arguments, session: Session) -> ChangeRow:
    """Write a recipe, and in the same entry the items that are new with it."""
    new = _with_recipe_fields(doc, given, session)
    keeps = given.maybe("keeps")
    if not new and keeps is None:
        return catalog_service.save_recipe(doc, session=session)
    known = doc.slug in [row.slug for row in catalog_service.list_recipes(session, archived=True)]
    summary = f"{'Edited' if known else 'Added'} recipe {doc.name}{_with_new(new)}"
    with recording(session, "recipe", summary) as change:
        for item in new:
            catalog_service.save_item(item, session=session)
        if keeps is not None:
            _keep(doc, given, session)
        catalog_service.save_recipe(doc, session=session)
    return change_row(change)


def _with_new(items: Sequence[ItemDoc]) -> str:
    return f" with {', '.join(item.name for item in items)}" if items else ""


def _keep(doc: RecipeDoc, given: Arguments, session: Session) -> None:
    """Set how long what a recipe makes keeps."""
    for line in doc.makes:
        row = catalog_service.find_item(line.item, session=session)
        item = catalog_service.get_item(row.id, session=session)
        days = given.number_or_none("keeps", item.shelf_life_days)
        if days != item.shelf_life_days:
            item.shelf_life_days = days
            catalog_service.save_item(item, session=session)


def _with_recipe_fields(doc: RecipeDoc, given: Arguments, session: Session) -> list[ItemDoc]:
    """Set what was given; return the items that are new with it."""
    makes, new = _read_outputs(doc, given, session)
    doc.makes = makes or doc.makes
    lines, more = _read_inputs(given, session, NEW_INPUT, INPUTS)
    doc.lines = lines if given.has("line") else doc.lines
    doc.batch_step = given.maybe("step") or doc.batch_step
    doc.category = given.or_none("category", doc.category)
    doc.minutes = given.number_or_none("minutes", doc.minutes)
    doc.oven_minutes = given.number_or_none("oven_minutes", doc.oven_minutes)
    doc.method = given.or_none("method", doc.method)
    return [*new, *more]


def _read_outputs(
    doc: RecipeDoc, given: Arguments, session: Session
) -> tuple[list[LineDoc], list[ItemDoc]]:
    """Read what a batch makes; an amount alone is of what is called like the recipe."""
    texts = [named_output(text, doc.name) for text in given.many("makes") if text.strip()]
    if not given.is_on("new_items"):
        read = [read_line(text, session) for text in texts]
        return [LineDoc(item=line.item, amount=line.amount) for line in read], []
    known = outputs_known(session, doc.slug)
    lines, new = read_lines(texts, session, known=known, kind="made", where="makes")
    return [LineDoc(item=line.item, amount=line.amount) for line in lines], new


def outputs_known(session: Session, recipe: str | None = None) -> KnownItems:
    """Return the items that lines can name, guessing those that no other recipe makes."""
    return known_items(session).guessing(("made",), made_elsewhere(session, recipe))


def named_output(text: str, name: str) -> str:
    """Return what a batch makes as a line; an amount alone is of what is called `name`."""
    try:
        amount = parse_amount(text)
    except Refused:
        return text
    alone = amount.unit is None or dimension(amount.unit) is not None
    return f'{text.strip()} "{name}"' if alone else text


def _read_inputs(
    given: Arguments, session: Session, kind: str, kinds: Sequence[str]
) -> tuple[list[RecipeLineDoc], list[ItemDoc]]:
    texts = [text for text in given.many("line") if text.strip()]
    if [text.strip().casefold() for text in texts] == ["none"]:
        return [], []
    if not given.is_on("new_items"):
        return [read_line(text, session) for text in texts], []
    known = known_items(session).guessing(kinds)
    return read_lines(texts, session, known=known, kind=kind, where="line")


def add_bundle(given: Arguments, session: Session) -> ChangeRow:
    """Add a bundle with its item."""
    name = given.text("name")
    slug = given.maybe("slug") or catalog_service.free_slug("item", name, session=session)
    _refuse_known(slug, catalog_service.list_items(session, archived=True))
    item = ItemDoc(slug=slug, name=name, kind="bundle", unit="each")
    return _save_bundle(BundleDoc(item=slug), item, given, session)


def set_bundle(given: Arguments, session: Session) -> ChangeRow:
    """Change a bundle."""
    row = catalog_service.find_bundle(given.text("bundle"), session=session)
    item = catalog_service.get_item(row.id, session=session)
    item.name = given.maybe("name") or item.name
    doc = catalog_service.get_bundle(row.id, session=session)
    return _save_bundle(doc, item, given, session)


def _save_bundle(doc: BundleDoc, item: ItemDoc, given: Arguments, session: Session) -> ChangeRow:
    """Write a bundle, and in the same entry the items that are new with it."""
    lines, new = _read_inputs(given, session, NEW_COMPONENT, COMPONENTS)
    if given.has("line"):
        doc.lines = [LineDoc(item=line.item, amount=line.amount) for line in lines]
    if not new:
        return catalog_service.save_bundle(doc, item, session=session)
    known = item.slug in [row.slug for row in catalog_service.list_items(session, archived=True)]
    summary = f"{'Edited' if known else 'Added'} bundle {item.name}{_with_new(new)}"
    with recording(session, "bundle", summary) as change:
        for each in new:
            catalog_service.save_item(each, session=session)
        catalog_service.save_bundle(doc, item, session=session)
    return change_row(change)


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

"""Recipes, what they make, and the recipes inside them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.documents import ItemDoc, LineDoc, LotDoc, RecipeDoc, RecipeLineDoc
from core.interchange._bake_tracker.draft import Draft
from core.interchange._bake_tracker.items import LINES
from core.interchange._bake_tracker.source import Index, Row, joined, written
from core.units import Amount, exact, parse_amount

_PERCENT: Final = 100


def read_recipes(draft: Draft, ingredients: Index) -> tuple[Index, Index]:
    """Read recipes with their outputs and lines; return how references find recipes and outputs."""
    recipes, outputs = Index("recipe"), Index("finished unit")
    docs: dict[str, tuple[Row, RecipeDoc]] = {}
    for row in draft.source.rows("recipes"):
        name = row.name("name")
        doc = RecipeDoc(
            slug=draft.slug(row, "recipe", row.text("slug") or name),
            name=name,
            category=row.line("category"),
            minutes=row.whole("prep_time_minutes", "estimated_time_minutes"),
            oven_minutes=row.whole("cook_time_minutes"),
            method=_method(row),
            archived=row.flag("is_archived"),
        )
        docs[doc.slug] = row, doc
        recipes.add(row, doc.slug, name)
        draft.kitchen.recipes.append(doc)
        draft.categorise(row, doc)
        _note_variants(row, name)
    by_slug = {slug: doc for slug, (_, doc) in docs.items()}
    _read_outputs(draft, recipes, by_slug, outputs)
    for row, doc in docs.values():
        if not doc.makes:
            _make_whole_batch(draft, row, doc)
    for row, doc in docs.values():
        doc.lines = _lines(draft, row, doc, ingredients)
        doc.lines += _components(row, recipes, by_slug)
    return recipes, outputs


def _read_outputs(draft: Draft, recipes: Index, docs: dict[str, RecipeDoc], outputs: Index) -> None:
    """Read the finished units, and those that only their recipe tells of."""
    for row in draft.source.rows("finished_units"):
        recipe = recipes.resolve(row, "recipe_slug", "recipe_name")
        if recipe is not None:
            _read_output(draft, row, docs[recipe], outputs)
    for row in draft.source.rows("recipes"):
        recipe = recipes.get(row.text("slug")) or recipes.get(row.text("name"))
        for unit in row.rows("finished_units"):
            if recipe is not None and outputs.get(unit.text("slug")) is None:
                _read_output(draft, unit, docs[recipe], outputs)


def _read_output(draft: Draft, row: Row, recipe: RecipeDoc, outputs: Index) -> None:
    name = row.name("display_name", "name")
    counted_in = row.line("item_unit", "portion_description", "unit_yield_unit")
    item = ItemDoc(
        slug=draft.slug(row, "item", row.text("slug") or name),
        name=name,
        kind="made",
        unit="each",
        category=row.line("category") or recipe.category,
        notes=joined(
            [counted_in and f"counted in {counted_in}", row.text("description"), row.text("notes")],
            "\n",
        ),
        archived=row.flag("is_archived"),
    )
    draft.add_item(row, item)
    outputs.add(row, item.slug, name)
    recipe.makes.append(LineDoc(item=item.slug, amount=_per_batch(row, name)))
    read_made_stock(draft, row, item.slug)


def read_made_stock(draft: Draft, row: Row, item: str) -> None:
    """Take what is there of a made item or bundle into stock, received on the export's day."""
    number = row.number("inventory_count", zero=True)
    if number:
        lot = LotDoc(item=item, amount=written(number), received=draft.source.exported_on)
        draft.kitchen.lots.append(lot)


def _per_batch(row: Row, name: str) -> str:
    """Return how many one batch makes: counted, or so many portions of a percentage each."""
    portion = row.text("yield_mode") == "batch_portion"
    for key in ("batch_percentage",) if portion else ("items_per_batch",):
        number = row.number(key)
        number = row.number("unit_yield_quantity") if number is None else number
        if number is not None:
            return exact(Amount(_PERCENT / Fraction(number), None)) if portion else written(number)
    row.note("guessed", f"{name}: nothing says how many one batch makes; 1 is assumed")
    return "1"


def _make_whole_batch(draft: Draft, row: Row, recipe: RecipeDoc) -> None:
    item = ItemDoc(
        slug=draft.slug(row, "item", recipe.slug),
        name=recipe.name,
        kind="made",
        unit="each",
        category=recipe.category,
    )
    draft.add_item(row, item)
    recipe.makes.append(LineDoc(item=item.slug, amount="1"))
    row.note("guessed", f"{recipe.name}: nothing says what it makes; one batch counts as one piece")


def _lines(draft: Draft, row: Row, recipe: RecipeDoc, ingredients: Index) -> list[RecipeLineDoc]:
    """Read every line as entered; one that cannot be converted is kept, and listed as unknown."""
    found = []
    for line in row.rows(*LINES):
        item = ingredients.resolve(line, "ingredient_slug")
        number, unit = line.amount("quantity"), line.unit("unit")
        if unit is None:
            line.problem("unit", "is missing")
        if item is None or unit is None:
            continue
        amount = draft.amount(line, item, number, unit)
        found.append(RecipeLineDoc(item=item, amount=amount, note=line.text("notes")))
        fix = draft.fix_for(item, unit)
        if fix is not None:
            name = draft.items[item].name
            line.note("unknown", f"{recipe.name}: {amount} of {name} cannot be converted: {fix}")
    return found


def _components(row: Row, recipes: Index, docs: dict[str, RecipeDoc]) -> list[RecipeLineDoc]:
    """Read recipes inside a recipe: so many batches are that much of what they make first."""
    found = []
    for line in row.rows("components"):
        inner = recipes.resolve(line, "recipe_slug", "component_recipe_slug", "recipe_name")
        batches = line.amount("quantity")
        if inner is None:
            continue
        makes = docs[inner].makes
        if len(makes) > 1:
            line.note("guessed", f"of what {docs[inner].name} makes, {makes[0].item} is used")
        amount = _times(batches, makes[0].amount)
        found.append(RecipeLineDoc(item=makes[0].item, amount=amount, note=line.text("notes")))
    return found


def _times(batches: Decimal, per_batch: str) -> str:
    return exact(Amount(Fraction(batches) * parse_amount(per_batch).value, None))


def _method(row: Row) -> str | None:
    origin = row.line("source")
    parts = [row.text("instructions"), row.text("description"), row.text("notes")]
    return joined([*parts, origin and f"Source: {origin}"], "\n\n")


def _note_variants(row: Row, name: str) -> None:
    base = row.text("base_recipe_slug")
    if base is not None:
        row.note("guessed", f"{name} is a variant of {base}; it is a recipe of its own here")
    for variant in row.rows("variants"):
        named = variant.line("name") or "a variant"
        variant.note("skipped", f"{name}, {named}: enter it as a recipe of its own")

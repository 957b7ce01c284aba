"""Ingredients and materials become items.

The stock unit of an ingredient follows what it is packed in, so that its packs and lots are
exact: g, ml or each, whichever most of its products and lots use (on a tie in that order). With
neither, an ingredient with a density is stocked in g; one that recipes count is stocked by the
piece, one that recipes only measure by volume in ml, and everything else in g (packaging: each).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct, field

from core.documents import ItemDoc
from core.interchange._bake_tracker.draft import Draft, slugify
from core.interchange._bake_tracker.source import Index, Row, Source, joined
from core.units import Amount, ItemFacts, canonical_unit, dimension, exact, factor_to_stock

_STOCK_UNIT: Final = {"mass": "g", "volume": "ml", "count": "each"}
_LENGTHS: Final = {"linear_inches": "inch", "linear_cm": "cm"}
_LEAF: Final = 2
LINES: Final = ("ingredients", "base_ingredients")


class _Use(Struct):
    """How often an ingredient is packed and used by mass, volume and count."""

    packs: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)


class _Tree(Struct):
    """The ingredients of the export by slug, and which of them are only categories."""

    rows: dict[str, Row]
    categories: set[str]

    def main_category(self, row: Row) -> str | None:
        """Return the name of the topmost category above an ingredient, else its own word for it."""
        seen: set[str] = set()
        top, parent = row, row.text("parent_slug")
        while parent is not None and parent in self.rows and parent not in seen:
            seen.add(parent)
            top, parent = self.rows[parent], self.rows[parent].text("parent_slug")
        named = top is not row and parent is None
        return top.line("display_name") if named else row.line("category")


def read_ingredients(draft: Draft) -> Index:
    """Read the ingredients that are no mere categories; return how references find them."""
    source, index = draft.source, Index("ingredient")
    rows = source.rows("ingredients")
    uses = _uses(draft)
    tree = _tree(rows, uses)
    only: dict[str, list[str]] = {"ml": [], "each": []}
    for row in rows:
        slug = row.name("slug")
        if slug in tree.categories:
            _check_category(row)
            continue
        use, density = uses.get(slug, _Use()), _density(row)
        supply = row.flag("is_packaging")
        unit = _stock_unit(use, density, "each" if supply else "g")
        item = ItemDoc(
            slug=draft.slug(row, "item", slug),
            name=row.name("display_name"),
            kind="supply" if supply else "ingredient",
            unit=unit,
            grams_per_ml=density,
            category=tree.main_category(row),
            allergens=_texts(row, "allergens"),
            notes=_notes(row),
        )
        draft.add_item(row, item)
        index.add(row, item.slug)
        if use.lines and not use.packs and unit in only:
            only[unit].append(item.name)
    _note_categories(draft, tree)
    _note_only(draft, only)
    _note_similar(draft, rows, index)
    return index


def read_materials(draft: Draft) -> Index:
    """Read the materials: supplies counted by the piece, or by length as one piece per inch."""
    index, subcategories = Index("material"), _material_categories(draft)
    for row in draft.source.rows("materials"):
        name = row.name("display_name", "name")
        category = row.line("category") or subcategories.get(row.text("subcategory_slug") or "")
        item = ItemDoc(
            slug=draft.slug(row, "item", row.text("slug") or name),
            name=name,
            kind="supply",
            unit="each",
            category=category,
            notes=_notes(row),
        )
        draft.add_item(row, item)
        index.add(row, item.slug, name)
        count_by_length(row, item, row.text("base_unit_type"))
    return index


def count_by_length(row: Row, item: ItemDoc, unit: str | None) -> str | None:
    """Let an item be counted by length where the export does; return the measure's name."""
    length = _LENGTHS.get(unit or "")
    if length is not None and length not in item.measures:
        item.measures = {**item.measures, length: "1 each"}
        item.display_unit = length
        row.note(
            "guessed",
            f"{item.name} is counted by length: one piece of stock is one {length}. "
            "Count it anew if you keep it by the roll.",
        )
    return length


def _uses(draft: Draft) -> dict[str, _Use]:
    source, uses = Source(draft.source.data), dict[str, _Use]()  # problems come out later
    for row in [*source.rows("products"), *source.rows("inventory_items")]:
        unit = row.unit("package_unit")
        if unit is not None:
            use = uses.setdefault(row.text("ingredient_slug") or "", _Use())
            use.packs[dimension(canonical_unit(unit)) or "count"] += 1
    for recipe in source.rows("recipes"):
        for line in recipe.rows(*LINES):
            use = uses.setdefault(line.text("ingredient_slug") or "", _Use())
            use.lines[dimension(canonical_unit(line.unit("unit") or "each")) or "count"] += 1
    return uses


def _stock_unit(use: _Use, density: str | None, otherwise: str) -> str:
    if use.packs:
        return _STOCK_UNIT[max(_STOCK_UNIT, key=lambda kind: use.packs[kind])]
    if use.lines["count"] and (density is None or set(use.lines) == {"count"}):
        return "each"
    return "ml" if set(use.lines) == {"volume"} and density is None else otherwise


def _tree(rows: Iterable[Row], uses: Mapping[str, _Use]) -> _Tree:
    """Tell categories from ingredients: what is packed or used is an ingredient at any level."""
    by_slug = {slug: row for row in rows if (slug := row.text("slug")) is not None}
    parents = {row.text("parent_slug") for row in by_slug.values()}
    categories = set()
    for slug, row in by_slug.items():
        level = row.whole("hierarchy_level")
        above = slug in parents if level is None else level < _LEAF
        if above and slug not in uses:
            categories.add(slug)
    return _Tree(by_slug, categories)


def _density(row: Row) -> str | None:
    """Return grams per ml, exactly, of "this volume weighs that much"."""
    volume, weight = row.number("density_volume_value"), row.number("density_weight_value")
    volume_unit, weight_unit = row.unit("density_volume_unit"), row.unit("density_weight_unit")
    given = [part is not None for part in (volume, weight, volume_unit, weight_unit)]
    if not any(given):
        return None
    if volume is None or weight is None or volume_unit is None or weight_unit is None:
        row.note("skipped", "its density has only some of volume, weight and their units")
        return None
    millilitres = _factor(volume_unit, "ml")
    grams = _factor(weight_unit, "g")
    if millilitres is None or grams is None:
        row.note("skipped", f"'{volume_unit}' and '{weight_unit}' are no volume and weight")
        return None
    density = Fraction(weight) * grams / (Fraction(volume) * millilitres)
    return exact(Amount(density, None))


def _factor(unit: str, stock_unit: str) -> Fraction | None:
    word = canonical_unit(unit)
    facts = ItemFacts("", stock_unit, None, None, {})
    return None if dimension(word) is None else factor_to_stock(word, facts)


def _check_category(row: Row) -> None:
    if row.number("density_weight_value") is not None:
        row.note(
            "skipped",
            f"{row.name('display_name')} is a category here, so its density is not used. "
            "Set it on the ingredients it is true of.",
        )


def _note_categories(draft: Draft, tree: _Tree) -> None:
    """Name the categories that no item is filed under: sub-categories, and empty ones."""
    used = {item.category for item in draft.kitchen.items}
    names = [tree.rows[slug].name("display_name") for slug in tree.rows if slug in tree.categories]
    folded = [name for name in names if name not in used]
    if folded:
        draft.source.note(
            "merged",
            "ingredients",
            f"ingredients are filed under their main category; {len(folded)} others are not kept: "
            f"{'; '.join(folded)}",
        )


def _note_only(draft: Draft, only: Mapping[str, list[str]]) -> None:
    said = {"ml": "measured by volume", "each": "counted"}
    for unit, names in only.items():
        if names:
            draft.source.note(
                "guessed",
                "ingredients",
                f"stocked in {unit}, because no pack is known and recipes have them {said[unit]}: "
                f"{'; '.join(names)}",
            )


def _note_similar(draft: Draft, rows: Iterable[Row], index: Index) -> None:
    """Point at items whose names are the same words in another order."""
    first: dict[tuple[str, ...], str] = {}
    for row in rows:
        slug = index.get(row.text("slug"))
        if slug is None:
            continue
        name = draft.items[slug].name
        words = tuple(sorted(word.removesuffix("s") for word in slugify(name).split("-")))
        other = first.setdefault(words, name)
        if other is not name:
            row.note("similar", f"{name} may be the same as {other}; both are kept")


def _material_categories(draft: Draft) -> dict[str, str]:
    """Return the category of each sub-category of materials, as "Category: Sub-category"."""
    categories = {
        row.text("slug"): row.name("name", "display_name")
        for row in draft.source.rows("material_categories")
    }
    found = {}
    for row in draft.source.rows("material_subcategories"):
        above = categories.get(row.text("category_slug"))
        found[row.name("slug")] = joined([above, row.name("name", "display_name")], ": ") or ""
    return found


def _texts(row: Row, key: str) -> list[str]:
    value = row.data.get(key)
    if value is None:
        return []
    if isinstance(value, Sequence) and all(isinstance(entry, str) for entry in value):
        return [value] if isinstance(value, str) else [str(entry) for entry in value]
    row.problem(key, "a list of texts is expected")
    return []


def _notes(row: Row) -> str | None:
    description, name = row.text("description"), row.line("display_name", "name") or ""
    if description is not None and description.casefold() == name.casefold():
        description = None
    return joined([description, row.text("notes")], "\n")

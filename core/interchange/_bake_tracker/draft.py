"""The kitchen while it is read from an export: its items, slugs, and what converts to what."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from decimal import Decimal

from msgspec import Struct, field

from core.documents import ItemDoc, KitchenDoc, RecipeDoc
from core.interchange._bake_tracker.source import Row, Source, written
from core.units import (
    ItemFacts,
    canonical_unit,
    dimension,
    factor_to_stock,
    measure_of,
    missing_fact,
    parse_amount,
)


class Draft(Struct):
    """The kitchen so far. `items` is by our slug; all kinds of items share one set of slugs."""

    source: Source
    kitchen: KitchenDoc = field(default_factory=KitchenDoc)
    items: dict[str, ItemDoc] = field(default_factory=dict)
    _taken: dict[str, set[str]] = field(default_factory=dict)
    _categorised: list[tuple[Row, ItemDoc | RecipeDoc]] = field(default_factory=list)

    def slug(self, row: Row, noun: str, wanted: str) -> str:
        """Return a slug of ours, numbered when another thing of its kind has it already."""
        taken = self._taken.setdefault(noun, set())
        plain = slugify(wanted) or noun
        found, number = plain, 1
        while found in taken:
            number += 1
            found = f"{plain}-{number}"
        taken.add(found)
        if number > 1:
            row.note("renamed", f"'{wanted}' is called {found} here: {plain} is something else")
        return found

    def add_item(self, row: Row, item: ItemDoc) -> None:
        """Take an item into the kitchen."""
        self.items[item.slug] = item
        self.kitchen.items.append(item)
        self.categorise(row, item)

    def categorise(self, row: Row, doc: ItemDoc | RecipeDoc) -> None:
        """Remember where a category came from, so that spellings can be unified at the end."""
        if doc.category is not None:
            self._categorised.append((row, doc))

    def unify_categories(self) -> None:
        """Give categories that differ by case or by a plural one name: the one used most."""
        counts = Counter(doc.category or "" for _, doc in self._categorised)
        groups: dict[str, list[str]] = {}
        folded = {name.casefold() for name in counts}
        for name in counts:
            groups.setdefault(_singular(name.casefold(), folded), []).append(name)
        winner = {
            name: min(names, key=lambda each: (-counts[each], each))
            for names in groups.values()
            for name in names
        }
        for row, doc in self._categorised:
            kept = winner[doc.category or ""]
            if kept != doc.category:
                row.note("merged", f"category '{doc.category}' is filed under '{kept}'")
                doc.category = kept

    def amount(self, row: Row, slug: str, number: Decimal, unit: str) -> str:
        """Write an amount of an item as the export has it.

        A word that is no standard unit ("can") becomes a measure of one piece, with a note: exact
        for what is counted, and unknown until it is mended for what is weighed.
        """
        item = self.items[slug]
        word = canonical_unit(unit)
        if dimension(word) is None and measure_of(word, facts_of(item)) is None:
            item.measures = {**item.measures, word: "1 each"}
            row.note(
                "guessed",
                f"'{unit}' is no standard unit: 1 {word} of {item.name} is taken for one piece. "
                f"Correct the measure '{word}' of {item.name} if that is wrong.",
            )
        return written(number, unit)

    def fix_for(self, slug: str, unit: str) -> str | None:
        """Say what would make an amount of an item known; None if it converts as it is."""
        facts, word = facts_of(self.items[slug]), canonical_unit(unit)
        return missing_fact(word, facts) if factor_to_stock(word, facts) is None else None


def facts_of(item: ItemDoc) -> ItemFacts:
    """Return what converting amounts of the item rests on."""
    return ItemFacts(
        name=item.name,
        unit=item.unit,
        grams_per_ml=parse_amount(item.grams_per_ml).value if item.grams_per_ml else None,
        grams_each=None,
        measures={name: parse_amount(text) for name, text in item.measures.items()},
    )


def slugify(text: str) -> str:
    """Write a name or slug with lower-case letters, digits and hyphens only."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _singular(name: str, names: set[str]) -> str:
    endings = (("ies", "y"), ("es", ""), ("s", ""))
    for plural, singular in endings:
        bare = name.removesuffix(plural) + singular
        if name.endswith(plural) and bare in names:
            return bare
    return name

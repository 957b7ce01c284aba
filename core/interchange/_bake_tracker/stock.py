"""Packs that can be bought, their prices, and what is in stock."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from msgspec import Struct

from core.documents import LotDoc, ProductDoc
from core.interchange._bake_tracker.draft import Draft, slugify
from core.interchange._bake_tracker.items import count_by_length
from core.interchange._bake_tracker.source import Index, Row, joined, written

# "Pack of 25 boxes", "Bulk pack of 100", "100 count box", "25pk", "300ct".
_COUNTS: Final = (
    re.compile(r"\b(?:pack|box|bag|case|set) of (\d+)\b", re.IGNORECASE),
    re.compile(r"\b(\d+)[ -]?(?:count|ct|pack|pk|pcs|pieces)\b", re.IGNORECASE),
)
_SINGLE: Final = re.compile(r"\b(?:individual|single)\b", re.IGNORECASE)
_LENGTHS: Final = {
    "inch": re.compile(r"\b(\d+) ?inch(?:es)?\b", re.IGNORECASE),
    "cm": re.compile(r"\b(\d+) ?cm\b", re.IGNORECASE),
}


class Pack(Struct, frozen=True, eq=False):
    """A product of the export: its row and our document."""

    row: Row
    doc: ProductDoc


class Stores(Struct, frozen=True):
    """The suppliers of the export, found by name, slug or id."""

    rows: list[Row]

    def of(self, row: Row) -> str | None:
        """Return the name of the store a product is bought at."""
        wanted = row.line(
            "preferred_supplier_name", "supplier", "preferred_supplier_slug", "supplier_slug"
        )
        number = row.whole("preferred_supplier_id", "supplier_id")
        for supplier in self.rows:
            known = supplier.line("name", "display_name")
            by_id = wanted is None and number is not None and supplier.whole("id") == number
            if known and (by_id or (wanted and wanted in (known, supplier.text("slug")))):
                return known
        return wanted

    def note_unused(self, draft: Draft) -> None:
        """Name the suppliers that are left out, because stores are kept with products."""
        used = {product.store for product in draft.kitchen.products}
        for supplier in self.rows:
            name = supplier.name("name", "display_name")
            if name not in used:
                supplier.note("skipped", f"{name}: a store is kept with its products; it has none")


def read_products(draft: Draft, ingredients: Index, stores: Stores) -> list[Pack]:
    """Read the packs of ingredients with their last prices."""
    packs, preferred = [], set[str]()
    for row in draft.source.rows("products"):
        item = ingredients.resolve(row, "ingredient_slug")
        number, unit = row.amount("package_unit_quantity"), row.unit("package_unit")
        if unit is None:
            row.problem("package_unit", "is missing")
        if item is None or unit is None:
            continue
        name = draft.items[item].name
        label, amount = _label(row, name), draft.amount(row, item, number, unit)
        ends_so = slugify(label).endswith(slugify(amount))
        doc = ProductDoc(
            slug=draft.slug(row, "product", label if ends_so else f"{label} {amount}"),
            item=item,
            label=label,
            pack=amount,
            store=stores.of(row),
            barcode=row.line("gtin", "upc_code"),
            preferred=row.flag("preferred", "is_preferred"),
            archived=row.flag("is_hidden"),
        )
        if doc.preferred and item in preferred:
            doc.preferred = False
            row.note("guessed", f"not preferred here: {name} has a preferred product already")
        preferred |= {item} if doc.preferred else set()
        fix = draft.fix_for(item, unit)
        if fix is not None:
            row.note("unknown", f"{label}: a pack of {amount} of {name} cannot be converted: {fix}")
        packs.append(Pack(row, doc))
    _tell_apart(packs)
    draft.kitchen.products.extend(pack.doc for pack in packs)
    _read_purchases(draft, ingredients, packs, stores)
    return packs


def read_material_products(draft: Draft, materials: Index, stores: Stores) -> Index:
    """Read the packs of materials; in many exports only words say how many are in one."""
    index = Index("material product")
    for row in draft.source.rows("material_products"):
        item = materials.resolve(row, "material_slug", "material")
        if item is None:
            continue
        named = row.line("display_name", "name", "product_name")
        label = _branded(row.line("brand"), named or draft.items[item].name)
        length = count_by_length(row, draft.items[item], row.text("default_unit"))
        doc = ProductDoc(
            slug=draft.slug(row, "product", label),
            item=item,
            label=label,
            pack=_material_pack(row, label, length),
            store=stores.of(row),
            barcode=row.line("gtin", "upc_code"),
            archived=row.flag("is_hidden"),
        )
        draft.kitchen.products.append(doc)
        index.add(row, item, named)
    return index


def read_lots(draft: Draft, ingredients: Index, packs: list[Pack]) -> None:
    """Read the stock: one lot without a price for each row that is not used up."""
    told: Counter[str] = Counter()
    for row in draft.source.rows("inventory_items"):
        item = ingredients.resolve(row, "ingredient_slug")
        number = row.amount("quantity", zero=True)
        if item is None:
            continue
        name, pack = draft.items[item].name, _pack_of(row, packs, item)
        unit = row.unit("package_unit")
        if unit is None and pack is not None:
            unit = pack.row.unit("package_unit")
        if unit is None:
            row.problem("package_unit", "is missing, and no product says it")
            continue
        amount = draft.amount(row, item, number, unit)
        lot = LotDoc(
            item=item,
            amount=amount,
            product=pack.doc.slug if pack else None,
            received=row.day("purchase_date"),
            expires=row.day("expiration_date"),
        )
        fix = draft.fix_for(item, unit)
        if not number:
            row.note("skipped", f"a lot of {name} that is used up")
        elif fix is not None:
            row.note("unknown", f"{amount} of {name} cannot be taken into stock: {fix}")
        else:
            draft.kitchen.lots.append(lot)
            told.update(key for key in ("location", "notes") if row.text(key))
    if told:
        said = " and ".join(f"{key} ({count} lots)" for key, count in sorted(told.items()))
        draft.source.note("skipped", "inventory_items", f"a lot has no place for {said}")


def _label(row: Row, item_name: str) -> str:
    brand, name = row.line("brand"), row.line("product_name")
    return _branded(brand, name) if name else joined([brand, item_name], " ") or item_name


def _branded(brand: str | None, name: str) -> str:
    said = brand is None or name.casefold().startswith(brand.casefold())
    return name if said else f"{brand} {name}"


def _tell_apart(packs: list[Pack]) -> None:
    """Add the pack to labels that several packs of one item share."""
    same = Counter((pack.doc.item, pack.doc.label) for pack in packs)
    for pack in packs:
        if same[pack.doc.item, pack.doc.label] > 1:
            pack.doc.label = f"{pack.doc.label}, {pack.doc.pack}"


def _pack_of(row: Row, packs: list[Pack], item: str) -> Pack | None:
    """Return the product that a lot or purchase names by brand, name and pack."""
    found = [pack for pack in packs if pack.doc.item == item]
    for theirs, ours in (("product_brand", "brand"), ("product_name", "product_name")):
        same = [pack for pack in found if pack.row.line(ours) == row.line(theirs)]
        if same or theirs in row.data:
            found = same
    number, unit = row.number("package_unit_quantity"), row.unit("package_unit")
    if number is not None and unit is not None:
        wanted = written(number, unit)
        found = [pack for pack in found if pack.doc.pack == wanted]
    if len(found) != 1:
        how_many = "several products" if found else "no product"
        row.note("guessed", f"{how_many} of {item} fit it" + (", the first is taken" * bool(found)))
    return found[0] if found else None


def _read_purchases(draft: Draft, ingredients: Index, packs: list[Pack], stores: Stores) -> None:
    """Take the newest price of each product; its purchases themselves are history."""
    newest: dict[str, str] = {}
    rows = draft.source.rows("purchases")
    for row in rows:
        item = ingredients.resolve(row, "ingredient_slug")
        price = row.number("unit_price", zero=True)
        price = row.number("unit_cost", zero=True) if price is None else price
        day = row.day("purchase_date", "purchased_at") or ""
        pack = None if item is None else _pack_of(row, packs, item)
        if pack is None or price is None:
            row.note("skipped", "a purchase without a price or a product to put it on")
        elif day >= newest.get(pack.doc.slug, ""):
            newest[pack.doc.slug] = day
            pack.doc.price, pack.doc.priced_on = written(price), day or None
            pack.doc.store = stores.of(row) or pack.doc.store
            row.note(
                "guessed", f"{written(price)} is taken for the price of one pack, {pack.doc.label}"
            )
    if rows:
        draft.source.note(
            "skipped", "purchases", f"{len(rows)} purchases: only the newest price of each is kept"
        )


def _material_pack(row: Row, label: str, length: str | None) -> str:
    number = row.number("quantity_in_base_units") or row.number("package_quantity")
    if number is not None:
        return written(number, length)
    notes = row.line("notes") or ""
    if length is not None:
        found = _LENGTHS[length].search(notes)
        if found is not None:
            return f"{found.group(1)} {length}"
    else:
        told, named = _counts(notes), _counts(label)
        if told and named and told[0] not in named:
            row.note("guessed", f"{label}: taken for a pack of {told[0]}, as its notes say")
        if told or named:
            return (told or named[::-1])[0]
    row.note("guessed", f"{label}: nothing says how many are in a pack; 1 is assumed")
    return "1"


def _counts(text: str) -> list[str]:
    found = [count for pattern in _COUNTS for count in pattern.findall(text) if int(count)]
    return found or (["1"] if _SINGLE.search(text) else [])

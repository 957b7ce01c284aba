"""Bundles and the events that want them.

Finished goods and packages become bundles. What an event wants is read from one array only, or
the same bags would be baked twice: packages for recipients, else finished goods chosen for the
event, else assembly targets; where `output_mode` is `bundled`, packages come last.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from msgspec import Struct

from core.documents import (
    BundleDoc,
    EventDoc,
    EventLineDoc,
    ItemDoc,
    LineDoc,
    TargetDoc,
)
from core.interchange._bake_tracker.draft import Draft
from core.interchange._bake_tracker.recipes import read_made_stock
from core.interchange._bake_tracker.source import Index, Row, joined, written
from core.units import Amount, exact

_STATUS: Final = {
    "draft": "planned",
    "locked": "planned",
    "in_production": "started",
    "completed": "done",
}
_PACKAGES: Final = "event_recipient_packages"
_GOODS: Final = "event_finished_goods"
_ASSEMBLY: Final = "event_assembly_targets"
_ORDER: Final = (_PACKAGES, _GOODS, _ASSEMBLY)
_ORDERS: Final = {"bundled": (_GOODS, _ASSEMBLY, _PACKAGES)}
_QUANTITY: Final = {_PACKAGES: "quantity", _GOODS: "quantity", _ASSEMBLY: "target_quantity"}


class Components(Struct, frozen=True):
    """What a bundle may hold, as the export's references find it."""

    outputs: Index
    ingredients: Index
    materials: Index
    material_products: Index


def read_bundles(draft: Draft, components: Components) -> tuple[Index, Index]:
    """Read finished goods and packages with what they hold; return how references find them."""
    goods, packages = Index("finished good"), Index("package")
    bundles: dict[str, BundleDoc] = {}
    for array, index in (("finished_goods", goods), ("packages", packages)):
        for row in draft.source.rows(array):
            name = row.name("display_name", "name")
            item = ItemDoc(
                slug=draft.slug(row, "item", row.text("slug") or name),
                name=name,
                kind="bundle",
                unit="each",
                category=row.line("category"),
                notes=joined(
                    [
                        row.text("description"),
                        row.text("packaging_instructions"),
                        row.text("notes"),
                    ],
                    "\n",
                ),
                archived=row.flag("is_archived"),
            )
            draft.add_item(row, item)
            index.add(row, item.slug, name)
            bundles[item.slug] = BundleDoc(item=item.slug)
            read_made_stock(draft, row, item.slug)
    draft.kitchen.bundles.extend(bundles.values())
    units = _material_units(draft, components.material_products)
    for row in draft.source.rows("compositions"):
        whole = _whole(row, goods, packages)
        line = _component(row, components, goods, units)
        if whole is not None and line is not None:
            bundles[whole].lines.append(line)
    for row in draft.source.rows("package_finished_goods"):
        whole = packages.resolve(row, "package_slug", "package_name")
        part = goods.resolve(row, "finished_good_slug", "finished_good_name")
        amount = written(row.amount("quantity"))
        if whole is not None and part is not None:
            bundles[whole].lines.append(LineDoc(item=part, amount=amount))
    return goods, packages


def read_events(draft: Draft, recipes: Index, goods: Index, packages: Index) -> None:
    """Read events, what they want, and the batches decided on."""
    events, docs = Index("event"), dict[str, EventDoc]()
    modes: dict[str, str | None] = {}
    for row in draft.source.rows("events"):
        name = row.name("name")
        doc = EventDoc(
            slug=draft.slug(row, "event", row.text("slug") or name),
            name=name,
            date=row.day("event_date") or "",
            status=_status(row, name),
            people=row.whole("expected_attendees") or None,
            notes=row.text("notes"),
        )
        if not row.data.get("event_date"):
            row.problem("event_date", "is missing")
        events.add(row, doc.slug, name)
        docs[doc.slug], modes[doc.slug] = doc, row.text("output_mode")
    draft.kitchen.events.extend(docs.values())
    wants = {
        array: [
            (row, event)
            for row in draft.source.rows(array)
            if (event := events.resolve(row, "event_slug", "event_name")) is not None
        ]
        for array in _QUANTITY
    }
    for slug, doc in docs.items():
        order = _ORDERS.get(modes[slug] or "", _ORDER)
        rows = {array: [row for row, event in wants[array] if event == slug] for array in order}
        chosen = next((array for array in order if rows[array]), None)
        for array in order:
            for row in rows[array]:
                line = _event_line(row, array, packages if array == _PACKAGES else goods)
                if array != chosen:
                    row.note("skipped", f"{doc.name} has its lines from {chosen} already")
                elif line is not None:
                    doc.lines.append(line)
    _read_targets(draft, recipes, events, docs)
    _note_recipients(draft, docs.values())


def _whole(row: Row, goods: Index, packages: Index) -> str | None:
    if row.data.get("package_name"):
        return packages.resolve(row, "package_name")
    return goods.resolve(row, "finished_good_slug", "assembly_slug")


def _component(
    row: Row, components: Components, goods: Index, units: dict[str, tuple[str, Fraction]]
) -> LineDoc | None:
    number = Fraction(row.amount("component_quantity"))
    finders = {
        "finished_unit_slug": components.outputs,
        "finished_good_component_slug": goods,
        "packaging_ingredient_slug": components.ingredients,
        "material_slug": components.materials,
        "component_slug": goods
        if row.text("component_type") == "finished_good"
        else components.outputs,
    }
    unit = row.text("material_unit_slug")
    if unit is not None:
        if unit not in units:
            row.problem("material_unit_slug", f"there is no material unit '{unit}' in this file")
            return None
        material, each = units[unit]
        return LineDoc(item=material, amount=exact(Amount(number * each, None)))
    for key, finder in finders.items():
        if row.data.get(key):
            item = finder.resolve(row, key)
            return None if item is None else LineDoc(item=item, amount=exact(Amount(number, None)))
    row.note("skipped", "a component that is still to be chosen; add it to the bundle")
    return None


def _material_units(draft: Draft, products: Index) -> dict[str, tuple[str, Fraction]]:
    """Return the material and amount of each named use of a material ("6-inch ribbon")."""
    found = {}
    for row in draft.source.rows("material_units"):
        item = products.resolve(row, "material_product_slug")
        if item is not None:
            found[row.name("slug")] = item, Fraction(row.amount("quantity_per_unit"))
    return found


def _event_line(row: Row, array: str, index: Index) -> EventLineDoc | None:
    kind = "package" if array == _PACKAGES else "finished_good"
    item = index.resolve(row, f"{kind}_slug", f"{kind}_name")
    number = row.amount(_QUANTITY[array])
    if "delivered" in (row.text("status"), row.text("fulfillment_status")):
        row.note("skipped", "delivered already, so it is not planned again")
        return None
    if item is None:
        return None
    return EventLineDoc(item=item, amount=written(number), recipient=row.line("recipient_name"))


def _read_targets(draft: Draft, recipes: Index, events: Index, docs: dict[str, EventDoc]) -> None:
    decided = (("event_production_targets", "target_batches"), ("batch_decisions", "batches"))
    seen = set()
    for array, key in decided:
        for row in draft.source.rows(array):
            event = events.resolve(row, "event_slug", "event_name")
            recipe = recipes.resolve(row, "recipe_slug", "recipe_name")
            batches = written(row.amount(key, zero=True))
            if event is None or recipe is None:
                continue
            if (event, recipe) in seen:
                row.note("skipped", f"{docs[event].name} has a target for {recipe} already")
            else:
                seen.add((event, recipe))
                docs[event].targets.append(TargetDoc(recipe=recipe, batches=batches))


def _status(row: Row, name: str) -> str:
    state = row.text("plan_state")
    if state is not None and state not in _STATUS:
        row.note("guessed", f"{name}: '{state}' is no state known here; planned is assumed")
    return _STATUS.get(state or "", "planned")


def _note_recipients(draft: Draft, events: Iterable[EventDoc]) -> None:
    named = {line.recipient for event in events for line in event.lines}
    for row in draft.source.rows("recipients"):
        name = row.name("name")
        if name not in named:
            row.note("skipped", f"{name}: a recipient is kept with event lines; none names it yet")

"""Read the export of the desktop program bake-tracker (format 4.x) into kitchen documents.

Every row of the export is in the kitchen or has a note; every recipe line converts exactly or is
listed as unknown with its fix. Decimals stay as they were entered: 0.67 cup is 67/100 cup.

| theirs | ours |
|---|---|
| ingredients that are no mere categories | items: ingredient, or supply if `is_packaging` |
| materials | items: supply |
| products, material_products, purchases | products; the newest price of each |
| inventory_items | lots without a price |
| recipes with lines and components, finished_units | recipes, made items |
| finished_goods, packages and what they hold | bundles |
| events, recipient packages, targets, batch decisions | events with lines and targets |
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Final

from core.documents import KitchenDoc
from core.errors import BadFile, Problem
from core.interchange._bake_tracker.draft import Draft
from core.interchange._bake_tracker.events import Components, read_bundles, read_events
from core.interchange._bake_tracker.items import read_ingredients, read_materials
from core.interchange._bake_tracker.recipes import read_recipes
from core.interchange._bake_tracker.source import Row, Source
from core.interchange._bake_tracker.stock import (
    Stores,
    read_lots,
    read_material_products,
    read_products,
)
from core.interchange.notes import Note

__all__ = ["Note", "read_bake_tracker"]

_APPLICATION: Final = "bake-tracker"
_MAJOR: Final = "4"
_HISTORY: Final = "what was made and used before is history; what is left of it is in stock"
_WHY_LEFT_OUT: Final = {
    "production_records": _HISTORY,
    "production_runs": _HISTORY,
    "assembly_runs": _HISTORY,
    "inventory_depletions": _HISTORY,
    "recipe_categories": "a category is kept with its recipes",
    "event_recipes": "the recipes of an event follow from its lines",
}


def read_bake_tracker(source: Mapping[str, object]) -> tuple[KitchenDoc, list[Note]]:
    """Return the kitchen of a decoded export, and what was decided or not understood.

    Numbers are `int`, `Decimal` or text (`json.loads(..., parse_float=Decimal)`); a finite binary
    float raises `TypeError`. `BadFile`: it is no such export, or values are broken or refer to
    what is not there; all problems at once, with their JSON paths.
    """
    if not isinstance(source, Mapping):
        raise BadFile([Problem("$", "an object is expected")])
    export = Source(source)
    _check_header(export)
    draft = Draft(export)
    stores = Stores(export.rows("suppliers"))
    ingredients, materials = read_ingredients(draft), read_materials(draft)
    packs = read_products(draft, ingredients, stores)
    material_products = read_material_products(draft, materials, stores)
    stores.note_unused(draft)
    read_lots(draft, ingredients, packs)
    recipes, outputs = read_recipes(draft, ingredients)
    components = Components(outputs, ingredients, materials, material_products)
    goods, packages = read_bundles(draft, components)
    read_events(draft, recipes, goods, packages)
    draft.unify_categories()
    _note_the_rest(export)
    _refuse(export)
    return draft.kitchen, export.notes


def _check_header(export: Source) -> None:
    header = Row(export, "", export.data)
    if export.data.get("application") != _APPLICATION:
        header.problem("application", f"this is no export of {_APPLICATION}")
    version = str(export.data.get("version", "none"))
    if version.split(".")[0] != _MAJOR:
        header.problem("version", f"format {_MAJOR}.x is expected, not {version[:40]}")
    _refuse(export)
    export.exported_on = header.day("exported_at")


def _note_the_rest(export: Source) -> None:
    """Name the arrays that nothing was read from."""
    for name, value in export.data.items():
        if name in export.looked_at or isinstance(value, str) or not isinstance(value, Sized):
            continue
        why = _WHY_LEFT_OUT.get(name, "there is nothing like it here")
        if len(value):
            export.note("skipped", name, f"{len(value)} rows left out: {why}")


def _refuse(export: Source) -> None:
    if export.problems:
        raise BadFile(tuple(dict.fromkeys(export.problems)))

"""What a dialog already knows from the row under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from bakehouse.plugin import Ref
from core.services.planning.shapes import (
    BundleProgress,
    EventProgress,
    OutputProgress,
    RecipeProgress,
    ShoppingRow,
)
from core.units import Amount, exact, plain_decimal, unrounded

if TYPE_CHECKING:
    from tui.screens.form.offers import Prefilled


def make(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return the recipe of the row, and the batches that are to be made and can be."""
    recipe = recipe_of(progress, about)
    if recipe is None:
        return {}
    planned, can = recipe["remaining_batches"], recipe["can_make"]
    batches = planned if not planned or not can else min(planned, can)
    typed = exact(Amount(unrounded(batches), None)) if batches else ""
    return {"recipe": Ref("recipe", recipe["recipe_id"]), "batches": typed}


def lose(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return one batch of the recipe of the row, of which nothing came out good."""
    recipe = recipe_of(progress, about)
    if recipe is None:
        return {}
    known: dict[str, Prefilled] = {
        "recipe": Ref("recipe", recipe["recipe_id"]),
        "batches": "1",
    }
    if recipe["outputs"]:
        first = recipe["outputs"][0]
        name = _typeable(first)
        known["lost"] = [f"{name}={_number(first['per_batch'])}:burnt"]
        if len(recipe["outputs"]) > 1:
            # Else the usual yield of the others would count as good.
            known["good"] = [f"{name}=0"]
    return known


def _typeable(output: OutputProgress) -> str:
    """Return the name of an item, or its id where the name would be read as something else."""
    name = output["item_name"]
    return str(output["item_id"]) if name.isdigit() or set(name) & set("=;:") else name


def assemble(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return the bundle of the row, and how many of it can be put together now."""
    bundle = bundle_of(progress, about)
    if bundle is None:
        return {}
    quantity = bundle["can_assemble_now"] or bundle["remaining"]
    return {"bundle": Ref("bundle", bundle["bundle_id"]), "quantity": _number(quantity)}


def buy(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return the packs that the shopping list says, or the amount where there are no packs."""
    row = shopping_row_of(progress, about)
    if row is None:
        return {} if about is None or about.kind != "item" else {"what": about}
    if not row["packs"]:
        amount = _number(row["to_buy"])
        return {"what": about, "packs": f"{amount} {row['unit']}" if amount else ""}
    pack = row["packs"][0]
    return {
        "what": pack["label"],
        "packs": str(pack["packs"]),
        "paid": "" if pack["cost"] is None else f"{pack['cost']:.2f}",
        "store": row["store"] or "",
    }


def discard(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return the item of the row."""
    known = item(progress, about)
    return {"what": known["item"]} if known else {}


def nothing(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return nothing: the event is enough."""
    return {}


def item(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return the item of the row: a recipe stands for the first thing it makes."""
    recipe = recipe_of(progress, about)
    if recipe is not None and recipe["outputs"]:
        return {"item": Ref("item", recipe["outputs"][0]["item_id"])}
    return {} if about is None or about.kind not in ("item", "bundle") else {"item": about}


def deliver(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return the bundle of the row, or what of its recipe is ordered by itself.

    The dialog knows how many of it can be handed out.
    """
    recipe = recipe_of(progress, about)
    if recipe is None:
        return {} if bundle_of(progress, about) is None else item(progress, about)
    ordered = [output for output in recipe["outputs"] if output["ordered"] != 0]
    return {"item": Ref("item", ordered[0]["item_id"])} if ordered else {}


def target(progress: EventProgress, about: Ref | None) -> Mapping[str, Prefilled]:
    """Return the recipe of the row; the dialog knows its batches."""
    recipe = recipe_of(progress, about)
    return {} if recipe is None else {"recipe": Ref("recipe", recipe["recipe_id"])}


def recipe_of(progress: EventProgress, about: Ref | None) -> RecipeProgress | None:
    """Return the recipe a row is about, also where it is about what the recipe makes."""
    if about is None:
        return None
    for recipe in progress["production"]["recipes"]:
        if about == Ref("recipe", recipe["recipe_id"]):
            return recipe
        if about.kind == "item" and any(o["item_id"] == about.id for o in recipe["outputs"]):
            return recipe
    return None


def bundle_of(progress: EventProgress, about: Ref | None) -> BundleProgress | None:
    """Return the bundle a row is about."""
    if about is None or about.kind not in ("bundle", "item"):
        return None
    rows = progress["assembly"]["bundles"]
    return next((row for row in rows if row["bundle_id"] == about.id), None)


def shopping_row_of(progress: EventProgress, about: Ref | None) -> ShoppingRow | None:
    """Return the line of the shopping list a row is about."""
    if about is None or about.kind != "item":
        return None
    return next((row for row in progress["shopping"] if row["item_id"] == about.id), None)


def _number(value: Decimal | None) -> str:
    return plain_decimal(value) if value else ""


DIALOGS: Mapping[str, Callable[[EventProgress, Ref | None], Mapping[str, Prefilled]]] = {
    "make": make,
    "assemble": assemble,
    "buy": buy,
    "deliver": deliver,
    "count": item,
    "discard": discard,
    "event line": item,
    "event target": target,
    "event accept": nothing,
    "event status": nothing,
}
"""What each dialog of the workspace is opened with."""

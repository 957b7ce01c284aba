"""What stands in an entry when it opens: the thing as it is, or a copy of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy.orm import Session

from bakehouse.plugin import Ref
from core.commands.catalog import COMPONENTS, INPUTS, outputs_known
from core.commands.equivalents import equivalents_of
from core.commands.kept_lines import with_unit, written
from core.commands.known import KnownItems, known_items
from core.commands.model import Command
from core.documents import LineDoc, RecipeLineDoc
from core.services import catalog_service
from tui.screens.form.offers import Offers, read_offers
from tui.screens.kitchen.things import Kind

Texts = Mapping[str, str]
"""What stands in each field, by its parameter; lines are under each other."""


class Opening(Struct, frozen=True):
    """What an entry needs to know: what can be named, and what stands in its fields."""

    texts: Texts
    offers: Offers
    outputs: KnownItems
    inputs: KnownItems
    slug: str | None = None
    unit: str = "g"


class Wish(Struct, frozen=True):
    """What an entry is opened for.

    `thing` is to be edited, `copied` is what a new one begins as, `item` is what it is about; each
    by its slug or name, or as a row stands for it.
    """

    thing: str | Ref | None = None
    copied: str | Ref | None = None
    item: str | Ref | None = None


def read_opening(command: Command, kind: Kind, wish: Wish, session: Session) -> Opening:
    """Return what an entry opens with: empty, a thing to edit, or the copy of one."""
    known = known_items(session)
    texts: dict[str, str] = {}
    unit = "g"
    slug = None if wish.thing is None else _slug(kind, wish.thing, session)
    copied = None if wish.copied is None else _slug(kind, wish.copied, session)
    source = slug or copied
    if source is not None:
        texts = READERS[kind](source, known, session)
        unit = texts.get("unit", unit)
    if copied is not None:
        texts["name"] = f"{texts['name']} copy"
        if kind == "recipe":
            texts["makes"] = texts.pop("amounts")
    texts.pop("amounts", None)
    if wish.item is not None and source is None:
        item = catalog_service.find_item(_slug("item", wish.item, session), session=session)
        texts = {"item": item.slug} if kind == "product" else {"name": item.name}
    kinds = COMPONENTS if kind == "bundle" else INPUTS
    return Opening(
        texts,
        read_offers(command, session),
        outputs_known(session, slug if kind == "recipe" else None),
        known.guessing(kinds),
        slug,
        unit,
    )


def _slug(kind: Kind, named: str | Ref, session: Session) -> str:
    """Return the slug of what is named. Raises what its service raises where nothing is."""
    name = named.id if isinstance(named, Ref) else named
    if kind == "recipe":
        return catalog_service.find_recipe(name, session=session).slug
    if kind == "bundle":
        return catalog_service.find_bundle(name, session=session).slug
    if kind == "product":
        return catalog_service.find_product(name, session=session).slug
    return catalog_service.find_item(name, session=session).slug


def _recipe(slug: str, known: KnownItems, session: Session) -> dict[str, str]:
    row = catalog_service.find_recipe(slug, session=session)
    doc = catalog_service.get_recipe(row.id, session=session)
    lives = [_item(line.item, session)["shelf_life_days"] for line in doc.makes]
    return {
        "name": doc.name,
        "makes": _written(doc.makes, known, session),
        "amounts": doc.makes[0].amount if len(doc.makes) == 1 else "",
        "line": _written(doc.lines, known, session),
        "step": doc.batch_step,
        "minutes": _number(doc.minutes),
        "oven_minutes": _number(doc.oven_minutes),
        "keeps": lives[0] if lives else "",
        "category": doc.category or "",
        "method": doc.method or "",
    }


def _bundle(slug: str, known: KnownItems, session: Session) -> dict[str, str]:
    row = catalog_service.find_bundle(slug, session=session)
    doc = catalog_service.get_bundle(row.id, session=session)
    return {"name": row.name, "line": _written(doc.lines, known, session)}


def _item_of(slug: str, known: KnownItems, session: Session) -> dict[str, str]:
    return _item(slug, session)


def _item(slug: str, session: Session) -> dict[str, str]:
    row = catalog_service.find_item(slug, session=session)
    doc = catalog_service.get_item(row.id, session=session)
    return {
        "name": doc.name,
        "kind": doc.kind,
        "unit": doc.unit,
        "equals": "\n".join(equivalents_of(doc)),
        "category": doc.category or "",
        "shelf_life_days": _number(doc.shelf_life_days),
        "display_unit": doc.display_unit or "",
        "allergen": "; ".join(doc.allergens),
        "always_on_hand": "yes" if doc.always_on_hand else "",
        "notes": doc.notes or "",
    }


def _product(slug: str, known: KnownItems, session: Session) -> dict[str, str]:
    row = catalog_service.find_product(slug, session=session)
    doc = catalog_service.get_product(row.id, session=session)
    return {
        "label": doc.label,
        "pack": doc.pack,
        "price": doc.price or "",
        "store": doc.store or "",
        "barcode": doc.barcode or "",
        "preferred": "yes" if doc.preferred else "",
    }


def _written(lines: Sequence[LineDoc], known: KnownItems, session: Session) -> str:
    items = {item.slug: item for item in known.by_id.values()}
    return "\n".join(
        written(
            items[line.item].id,
            with_unit(line.amount, items[line.item]),
            line.note if isinstance(line, RecipeLineDoc) else None,
            known,
        )
        for line in lines
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


READERS = {"recipe": _recipe, "bundle": _bundle, "item": _item_of, "product": _product}

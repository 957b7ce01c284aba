"""The one way in which items, products, recipes, bundles and events are written.

Each writer takes a whole document, checks all of it, and brings the rows in line with it. Every
rule that is broken is collected with its path, so that a person sees all of them at once.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.documents import (
    BundleDoc,
    Document,
    EventDoc,
    ItemDoc,
    PluginRowDoc,
    ProductDoc,
    RecipeDoc,
    SettingDoc,
)
from core.errors import NotFound
from core.models import (
    BundleLine,
    Event,
    Item,
    Product,
    Recipe,
    Setting,
)
from core.services._plugin_rows import put_plugin_row, remove_plugin_row
from core.services._write_catalog import put_item, put_product
from core.services._write_events import put_event
from core.services._write_recipes import put_bundle, put_recipe


def put_setting(session: Session, doc: SettingDoc) -> None:
    """Write a setting; whoever sets it has checked the value."""
    session.merge(Setting(key=doc.slug, value=doc.value))
    session.flush()


WRITERS: dict[str, Any] = {
    "item": put_item,
    "product": put_product,
    "recipe": put_recipe,
    "bundle": put_bundle,
    "event": put_event,
    "setting": put_setting,
    "plugin_row": put_plugin_row,
}
TYPES: dict[str, type[Document]] = {
    "item": ItemDoc,
    "product": ProductDoc,
    "recipe": RecipeDoc,
    "bundle": BundleDoc,
    "event": EventDoc,
    "setting": SettingDoc,
    "plugin_row": PluginRowDoc,
}
MODELS: dict[str, Any] = {"item": Item, "product": Product, "recipe": Recipe, "event": Event}


def slug_of(doc: Document) -> tuple[str, str]:
    """Return the kind and slug of a document."""
    kind = next(kind for kind, type_ in TYPES.items() if type(doc) is type_)
    return kind, doc.item if isinstance(doc, BundleDoc) else cast(Any, doc).slug


def write_document(session: Session, doc: Document) -> None:
    """Write one document. Raises `BadDocument` with every rule it breaks."""
    kind, _ = slug_of(doc)
    WRITERS[kind](session, doc)


def remove_document(session: Session, kind: str, slug: str) -> None:
    """Delete what a document describes. The caller has made sure that nothing is built on it."""
    if kind == "bundle":
        bundle_id = select(Item.id).where(Item.slug == slug).scalar_subquery()
        session.execute(delete(BundleLine).where(BundleLine.bundle_id == bundle_id))
        session.expire_all()
        return
    if kind == "setting":
        session.delete(session.get_one(Setting, slug))
        session.flush()
        return
    if kind == "plugin_row":
        remove_plugin_row(session, slug)
        return
    row = session.scalar(select(MODELS[kind]).where(MODELS[kind].slug == slug))
    if row is None:
        raise NotFound(slug)
    session.delete(row)
    session.flush()

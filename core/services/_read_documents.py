"""Documents as they stand in the database, for editing, the journal and export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, TypeVarTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from core.documents import (
    BundleDoc,
    Document,
    EventDoc,
    EventLineDoc,
    ItemDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
    RecipeLineDoc,
    SettingDoc,
    TargetDoc,
)
from core.models import (
    BatchTarget,
    BundleLine,
    Checked,
    Event,
    EventLine,
    Item,
    Measure,
    Product,
    Recipe,
    RecipeLine,
    RecipeOutput,
    Setting,
)
from core.money import from_micro
from core.services._plugin_rows import read_plugin_rows
from core.services._rows import fresh
from core.services._settings import CURRENCY
from core.units import Amount, amount_text, exact

Ts = TypeVarTuple("Ts")
Slugs = Iterable[str] | None
"""Which documents to read; None for all of them."""


def money_text(micro: int | None) -> str | None:
    """Write micro-money as documents do."""
    return None if micro is None else str(from_micro(micro))


def number_text(value: Fraction | None) -> str | None:
    """Write a plain exact number as documents do."""
    return None if value is None else exact(Amount(value, None))


def _chosen(query: Select[*Ts], slug: InstrumentedAttribute[str], slugs: Slugs) -> Select[*Ts]:
    return fresh(query if slugs is None else query.where(slug.in_(list(slugs))))


def read_items(session: Session, slugs: Slugs = None) -> list[ItemDoc]:
    """Return item documents by slug."""
    measures: dict[int, dict[str, str]] = defaultdict(dict)
    query = select(Measure).join(Item).order_by(Measure.item_id, Measure.name)
    for measure in session.scalars(_chosen(query, Item.slug, slugs)):
        measures[measure.item_id][measure.name] = exact(Amount(measure.amount, measure.unit))
    items = session.scalars(_chosen(select(Item), Item.slug, slugs))
    return [
        ItemDoc(
            slug=item.slug,
            name=item.name,
            kind=item.kind,
            unit=item.unit,
            grams_per_ml=number_text(item.grams_per_ml),
            grams_each=number_text(item.grams_each),
            display_unit=item.display_unit,
            category=item.category,
            shelf_life_days=item.shelf_life_days,
            always_on_hand=item.always_on_hand,
            measures=dict(sorted(measures[item.id].items())),
            allergens=list(item.allergens),
            notes=item.notes,
            archived=item.archived,
        )
        for item in sorted(items, key=lambda row: row.slug)
    ]


def read_products(session: Session, slugs: Slugs = None) -> list[ProductDoc]:
    """Return product documents by slug."""
    query = select(Product, Item.slug).join(Item)
    rows = session.execute(_chosen(query, Product.slug, slugs))
    return [
        ProductDoc(
            slug=product.slug,
            item=item,
            label=product.label,
            pack=amount_text(product.amount, product.unit),
            price=money_text(product.price),
            priced_on=None if product.priced_on is None else product.priced_on.isoformat(),
            store=product.store,
            barcode=product.barcode,
            preferred=product.preferred,
            archived=product.archived,
        )
        for product, item in sorted(rows, key=lambda row: row[0].slug)
    ]


def read_recipes(session: Session, slugs: Slugs = None) -> list[RecipeDoc]:
    """Return recipe documents by slug."""
    makes: dict[int, list[LineDoc]] = defaultdict(list)
    outputs = (
        select(RecipeOutput, Item.slug)
        .join(Item, Item.id == RecipeOutput.item_id)
        .join(Recipe, Recipe.id == RecipeOutput.recipe_id)
        .order_by(RecipeOutput.recipe_id, RecipeOutput.position)
    )
    for output, item in session.execute(_chosen(outputs, Recipe.slug, slugs)):
        amount = amount_text(output.amount, output.unit)
        makes[output.recipe_id].append(LineDoc(item=item, amount=amount))
    lines: dict[int, list[RecipeLineDoc]] = defaultdict(list)
    inputs = (
        select(RecipeLine, Item.slug)
        .join(Item, Item.id == RecipeLine.item_id)
        .join(Recipe, Recipe.id == RecipeLine.recipe_id)
        .order_by(RecipeLine.recipe_id, RecipeLine.position)
    )
    for line, item in session.execute(_chosen(inputs, Recipe.slug, slugs)):
        amount = amount_text(line.amount, line.unit)
        lines[line.recipe_id].append(RecipeLineDoc(item=item, amount=amount, note=line.note))
    recipes = session.scalars(_chosen(select(Recipe), Recipe.slug, slugs))
    return [
        RecipeDoc(
            slug=recipe.slug,
            name=recipe.name,
            batch_step=number_text(recipe.batch_step) or "1",
            makes=makes[recipe.id],
            lines=lines[recipe.id],
            category=recipe.category,
            minutes=recipe.minutes,
            oven_minutes=recipe.oven_minutes,
            method=recipe.method,
            archived=recipe.archived,
        )
        for recipe in sorted(recipes, key=lambda row: row.slug)
    ]


def read_bundles(session: Session, slugs: Slugs = None) -> list[BundleDoc]:
    """Return bundle documents by the slug of the bundle's item; only those with lines."""
    bundle = aliased(Item)
    query = (
        select(bundle.slug, BundleLine.amount, BundleLine.unit, Item.slug)
        .select_from(BundleLine)
        .join(bundle, bundle.id == BundleLine.bundle_id)
        .join(Item, Item.id == BundleLine.item_id)
        .order_by(BundleLine.bundle_id, BundleLine.position)
    )
    if slugs is not None:
        query = query.where(bundle.slug.in_(list(slugs)))
    found: dict[str, BundleDoc] = {}
    for slug, amount, unit, item in session.execute(query):
        doc = found.setdefault(slug, BundleDoc(item=slug, lines=[]))
        doc.lines.append(LineDoc(item=item, amount=amount_text(amount, unit)))
    return sorted(found.values(), key=lambda doc: doc.item)


@cache
def _event_queries(chosen: bool) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Return the queries of lines, targets, ticks and events, of all events or of some slugs.

    They are built once: that takes longer than reading one event.
    """
    lines = (
        select(EventLine, Item.slug)
        .join(Item, Item.id == EventLine.item_id)
        .join(Event, Event.id == EventLine.event_id)
        .order_by(EventLine.event_id, EventLine.position)
    )
    targets = (
        select(BatchTarget, Recipe.slug)
        .join(Recipe, Recipe.id == BatchTarget.recipe_id)
        .join(Event, Event.id == BatchTarget.event_id)
        .order_by(BatchTarget.event_id, Recipe.slug)
    )
    ticks = (
        select(Checked.event_id, Item.slug)
        .join(Item, Item.id == Checked.item_id)
        .join(Event, Event.id == Checked.event_id)
        .order_by(Checked.event_id, Item.slug)
    )
    some = Event.slug.in_(bindparam("slugs", expanding=True))
    return tuple(
        fresh(query.where(some) if chosen else query)
        for query in (lines, targets, ticks, select(Event))
    )


def read_events(session: Session, slugs: Slugs = None) -> list[EventDoc]:
    """Return event documents by slug."""
    wanted, decided, ticked, heads = _event_queries(slugs is not None)
    named = {} if slugs is None else {"slugs": list(slugs)}
    lines: dict[int, list[EventLineDoc]] = defaultdict(list)
    for line, item in session.execute(wanted, named):
        lines[line.event_id].append(
            EventLineDoc(
                item=item,
                amount=amount_text(line.amount, line.unit),
                recipient=line.recipient,
                price=money_text(line.price),
            )
        )
    targets: dict[int, list[TargetDoc]] = defaultdict(list)
    for target, recipe in session.execute(decided, named):
        targets[target.event_id].append(
            TargetDoc(
                recipe=recipe,
                batches=number_text(target.batches) or "0",
                short_ok=target.short_ok,
                accepted_need=number_text(target.accepted_need),
            )
        )
    checked: dict[int, list[str]] = defaultdict(list)
    for event_id, item in session.execute(ticked, named):
        checked[event_id].append(item)
    events = session.scalars(heads, named)
    return [
        EventDoc(
            slug=event.slug,
            name=event.name,
            date=event.date.isoformat(),
            status=event.status,
            people=event.people,
            notes=event.notes,
            lines=lines[event.id],
            # Sorted here, because databases sort by rules of their own and the journal compares.
            targets=sorted(targets[event.id], key=lambda target: target.recipe),
            checked=sorted(checked[event.id]),
            shopping_complete=event.shopping_complete,
            archived=event.archived,
        )
        for event in sorted(events, key=lambda row: row.slug)
    ]


def read_settings(session: Session, slugs: Slugs = None) -> list[SettingDoc]:
    """Return settings by key; the currency only by name: it is set by the file that is imported."""
    query = select(Setting).order_by(Setting.key)
    if slugs is None:
        query = query.where(Setting.key != CURRENCY)
    return [
        SettingDoc(slug=row.key, value=row.value)
        for row in session.scalars(_chosen(query, Setting.key, slugs))
    ]


READERS: dict[str, Callable[[Session, Slugs], Sequence[Document]]] = {
    "item": read_items,
    "product": read_products,
    "recipe": read_recipes,
    "bundle": read_bundles,
    "event": read_events,
    "setting": read_settings,
    "plugin_row": read_plugin_rows,
}


def read_document(session: Session, kind: str, slug: str) -> Document | None:
    """Return one document by kind and slug, or None."""
    found = READERS[kind](session, [slug])
    return found[0] if found else None

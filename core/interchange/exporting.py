"""Exporting a kitchen, or what one event needs of it, to the kitchen file."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from core.documents import (
    ChangeDoc,
    EventDoc,
    KitchenDoc,
    LineDoc,
    LotDoc,
    MoveDoc,
    RunDoc,
    RunOutputDoc,
)
from core.errors import EventNotFound
from core.interchange._inserting import numbers
from core.interchange.importing import read_catalogue
from core.models import (
    Change,
    Event,
    Item,
    Lot,
    Product,
    Recipe,
    Run,
    RunNotDrawn,
    RunOutput,
    Setting,
    StockMove,
)
from core.services import saying
from core.services._read_documents import money_text, number_text
from core.services._rows import fresh
from core.services._rules import WITHDRAWN
from core.services._settings import CURRENCY
from core.session import reading
from core.units import amount_text, from_micro, plain_decimal, to_decimal


def export_kitchen(*, event: str | None = None, session: Session | None = None) -> KitchenDoc:
    """Return the whole kitchen with its ledger and its journal, or what one event needs of it.

    `event` is a slug. What it needs is a part of the catalogue: the event itself, the items,
    recipes and bundles behind its lines, and the products of those items; no stock.

    Raises:
        EventNotFound: No event has this slug.
    """
    with reading(session) as reader:
        doc = _in_order(read_catalogue(reader))
        told = reader.scalar(select(Setting.value).where(Setting.key == CURRENCY))
        doc.currency = told or saying.DEFAULT_CURRENCY
        if event is not None:
            return _part_for(doc, event)
        _add_numbers(reader, doc)
        _add_ledger(reader, doc)
        return doc


def write_kitchen(doc: KitchenDoc) -> bytes:
    """Return a kitchen as a file: UTF-8, indented by 2, fields in their fixed order."""
    return msgspec.json.format(msgspec.json.encode(doc), indent=2) + b"\n"


def _in_order(doc: KitchenDoc) -> KitchenDoc:
    """Sort what a database sorts by rules of its own, so that all write the same bytes."""
    for rows in (doc.items, doc.products, doc.recipes, doc.events, doc.settings):
        rows.sort(key=lambda row: row.slug)
    doc.bundles.sort(key=lambda bundle: bundle.item)
    return doc


# -- what one event needs -------------------------------------------------------------------------


def _part_for(doc: KitchenDoc, slug: str) -> KitchenDoc:
    event = next((each for each in doc.events if each.slug == slug), None)
    if event is None:
        raise EventNotFound(slug)
    wanted = _wanted(doc, event)
    return KitchenDoc(
        currency=doc.currency,
        items=[item for item in doc.items if item.slug in wanted],
        products=[
            product
            for product in doc.products
            if product.item in wanted and not product.slug.startswith(WITHDRAWN)
        ],
        recipes=[each for each in doc.recipes if any(o.item in wanted for o in each.makes)],
        bundles=[bundle for bundle in doc.bundles if bundle.item in wanted],
        events=[event],
    )


def _wanted(doc: KitchenDoc, event: EventDoc) -> set[str]:
    """Return the slugs of the items behind an event's lines, targets and ticks."""
    parts: dict[str, list[str]] = defaultdict(list)
    targets = {target.recipe for target in event.targets}
    todo = [*(line.item for line in event.lines), *event.checked]
    for recipe in doc.recipes:
        # An output comes with its recipe, and so with the recipe's other outputs.
        of_one = [line.item for line in (*recipe.makes, *recipe.lines)]
        for output in recipe.makes:
            parts[output.item] += of_one
        if recipe.slug in targets:
            todo += of_one
    for bundle in doc.bundles:
        parts[bundle.item] += [line.item for line in bundle.lines]
    wanted: set[str] = set()
    while todo:
        slug = todo.pop()
        if slug not in wanted:
            wanted.add(slug)
            todo += parts[slug]
    return wanted


# -- the whole of it ------------------------------------------------------------------------------


def _add_numbers(session: Session, doc: KitchenDoc) -> None:
    """Give the catalogue its numbers in the database, so that restoring keeps them."""
    tables = (
        (doc.items, Item),
        (doc.products, Product),
        (doc.recipes, Recipe),
        (doc.events, Event),
    )
    for rows, model in tables:
        ids = numbers(session, model)
        for row in rows:
            row.id = ids[row.slug]


def _add_ledger(session: Session, doc: KitchenDoc) -> None:
    doc.lots = _lots(session)
    doc.runs = _runs(session)
    doc.moves = _moves(session)
    doc.changes = [
        ChangeDoc(
            id=change.id,
            at=change.at.isoformat(),
            terminal=change.terminal,
            kind=change.kind,
            summary=change.summary,
            undoes=change.undoes,
            undone_by=change.undone_by,
            edits=change.edits,
        )
        for change in session.execute(select(*Change.__table__.columns).order_by(Change.id))
    ]


def _lots(session: Session) -> list[LotDoc]:
    query = (
        select(Lot, Item.slug, Product.slug, Event.slug)
        .join(Item, Item.id == Lot.item_id)
        .outerjoin(Product, Product.id == Lot.product_id)
        .outerjoin(Event, Event.id == Lot.event_id)
        .order_by(Lot.id)
    )
    docs = []
    for lot, item, product, event in session.execute(fresh(query)):
        paid = money_text(lot.paid) if lot.priced or lot.paid else None
        docs.append(
            LotDoc(
                id=f"L{lot.id}",
                item=item,
                product=product,
                amount=_ledger_text(lot.amount),
                left=_ledger_text(lot.left),
                paid=paid,
                cost_left=money_text(lot.cost_left) if paid is not None else None,
                priced=None if lot.priced is (paid is not None) else lot.priced,
                received=lot.received.isoformat(),
                expires=None if lot.expires is None else lot.expires.isoformat(),
                store=lot.store,
                event=event,
                run=lot.run_id,
            )
        )
    return docs


def _runs(session: Session) -> list[RunDoc]:
    outputs: dict[int, list[RunOutputDoc]] = defaultdict(list)
    for output, item in session.execute(
        select(RunOutput, Item.slug).join(Item, Item.id == RunOutput.item_id)
    ):
        outputs[output.run_id].append(
            RunOutputDoc(
                item=item,
                good=_ledger_text(output.good),
                lost=_ledger_text(output.lost),
                reason=output.reason,
            )
        )
    not_drawn: dict[int, list[LineDoc]] = defaultdict(list)
    for line, item in session.execute(
        select(RunNotDrawn, Item.slug)
        .join(Item, Item.id == RunNotDrawn.item_id)
        .order_by(RunNotDrawn.id)
    ):
        not_drawn[line.run_id].append(
            LineDoc(item=item, amount=amount_text(line.amount, line.unit))
        )
    bundle = aliased(Item)
    query = (
        select(Run, Recipe.slug, bundle.slug, Event.slug)
        .outerjoin(Recipe, Recipe.id == Run.recipe_id)
        .outerjoin(bundle, bundle.id == Run.bundle_id)
        .outerjoin(Event, Event.id == Run.event_id)
        .order_by(Run.id)
    )
    return [
        RunDoc(
            id=run.id,
            change=run.change_id,
            recipe=recipe,
            bundle=bundle_slug,
            event=event,
            batches=number_text(run.batches) or "0",
            at=run.at.isoformat(),
            cost=money_text(run.cost) or "0.00",
            waste=money_text(run.waste) or "0.00",
            undone=run.undone,
            outputs=sorted(outputs[run.id], key=lambda output: output.item),
            not_drawn=not_drawn[run.id],
        )
        for run, recipe, bundle_slug, event in session.execute(query)
    ]


def _moves(session: Session) -> list[MoveDoc]:
    query = (
        select(*StockMove.__table__.columns, Event.slug)
        .outerjoin(Event, Event.id == StockMove.event_id)
        .order_by(StockMove.id)
    )
    return [
        MoveDoc(
            lot=f"L{move.lot_id}",
            change=move.change_id,
            run=move.run_id,
            reason=move.reason,
            amount=_ledger_text(move.amount),
            cost=money_text(move.cost) or "0.00",
            event=move.slug,
            recipient=move.recipient,
            note=move.note,
        )
        for move in session.execute(query)
    ]


def _ledger_text(micro: int) -> str:
    """Write an amount of the ledger: an exact decimal of the stock unit, signed."""
    return plain_decimal(to_decimal(from_micro(micro)))

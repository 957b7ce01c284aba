"""Restoring a whole kitchen into an empty one, with every number as it was."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TypeVar

import msgspec
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core.documents import (
    EventDoc,
    ItemDoc,
    KitchenDoc,
    LotDoc,
    MoveDoc,
    ProductDoc,
    RecipeDoc,
    RunDoc,
)
from core.errors import Refused
from core.interchange._inserting import Inserter, Row, insert_rows, numbers, used_units
from core.interchange._ledger_checking import lot_number, read_micro, read_moment
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
from core.schema import EVENT, ITEM, LOT, PRODUCT, RECIPE, RUN
from core.services._writing import read_date, read_price
from core.units import parse_amount

NUMBERED = (ITEM, PRODUCT, RECIPE, EVENT, RUN, LOT)

D = TypeVar("D", ItemDoc, ProductDoc, RecipeDoc, EventDoc)


class NotEmpty(Refused):
    """A whole kitchen can be restored into an empty one only."""

    def __init__(self) -> None:
        super().__init__(
            "This file is a whole kitchen with its history, and can only be restored into an empty "
            "one. Give a new file with --db, or take over a part: `export --event`, then import."
        )


def check_empty(session: Session) -> None:
    """Raise `NotEmpty` where something is in the kitchen already."""
    for model in (Change, Item, Recipe, Event):
        if session.scalar(select(func.count()).select_from(model)):
            raise NotEmpty


def restore(session: Session, doc: KitchenDoc) -> None:
    """Write a whole kitchen that has been checked."""
    inserter = Inserter(session, {item.slug: item for item in doc.items})
    inserter.insert_items(_numbered(doc.items))
    inserter.insert_products(_numbered(doc.products))
    inserter.insert_recipes(_numbered(doc.recipes))
    inserter.insert_bundles(doc.bundles)
    inserter.insert_events(_numbered(doc.events))
    inserter.add_units(used_units(doc.products, doc.recipes, doc.bundles, doc.events))
    insert_rows(session, Setting, [{"key": s.slug, "value": s.value} for s in doc.settings])
    _insert_changes(session, doc)
    _Ledger(session, inserter).insert(doc)
    _continue_numbers(session)


def _numbered(docs: Iterable[D]) -> list[D]:
    """Give a number to what has none; those that are told stay."""
    given = list(docs)
    taken = {doc.id for doc in given}
    free = (number for number in count(1) if number not in taken)
    return [
        doc if doc.id is not None else msgspec.structs.replace(doc, id=next(free)) for doc in given
    ]


def _insert_changes(session: Session, doc: KitchenDoc) -> None:
    changes = sorted(doc.changes, key=lambda change: change.id)
    insert_rows(
        session,
        Change,
        [
            {
                "id": change.id,
                "at": read_moment(change.at),
                "terminal": change.terminal,
                "kind": change.kind,
                "summary": change.summary,
                "undoes": change.undoes,
                "undone_by": None,
                "edits": change.edits,
            }
            for change in changes
        ],
    )
    # A change is undone by a later one, which has to be there first.
    undone = [
        {"id": change.id, "undone_by": change.undone_by} for change in changes if change.undone_by
    ]
    if undone:
        session.execute(update(Change), undone)


class _Ledger:
    """Inserts runs, lots and moves."""

    def __init__(self, session: Session, inserter: Inserter) -> None:
        self.session = session
        self.items = inserter.items
        self.item_ids = inserter.item_ids
        self.products = numbers(session, Product)
        self.recipes = numbers(session, Recipe)
        self.events = numbers(session, Event)

    def insert(self, doc: KitchenDoc) -> None:
        """Insert all of it; lots name runs, and moves name both."""
        insert_rows(self.session, Run, [self._run(run) for run in doc.runs])
        insert_rows(self.session, RunOutput, [row for run in doc.runs for row in self._good(run)])
        insert_rows(self.session, RunNotDrawn, [row for run in doc.runs for row in self._not(run)])
        insert_rows(self.session, Lot, [self._lot(lot) for lot in doc.lots])
        insert_rows(self.session, StockMove, [self._move(move) for move in doc.moves])

    def _run(self, run: RunDoc) -> Row:
        return {
            "id": run.id,
            "change_id": run.change,
            "kind": "production" if run.bundle is None else "assembly",
            "recipe_id": None if run.recipe is None else self.recipes[run.recipe],
            "bundle_id": None if run.bundle is None else self.item_ids[run.bundle],
            "event_id": self._event(run.event),
            "batches": parse_amount(run.batches).value,
            "at": read_moment(run.at),
            "cost": read_price(run.cost),
            "waste": read_price(run.waste),
            "undone": run.undone,
        }

    def _good(self, run: RunDoc) -> list[Row]:
        return [
            {
                "run_id": run.id,
                "item_id": self.item_ids[output.item],
                "good": read_micro(output.good),
                "lost": read_micro(output.lost),
                "reason": output.reason,
            }
            for output in run.outputs
        ]

    def _not(self, run: RunDoc) -> list[Row]:
        rows = []
        for line in run.not_drawn:
            amount = parse_amount(line.amount)
            rows.append(
                {
                    "run_id": run.id,
                    "item_id": self.item_ids[line.item],
                    "amount": amount.value,
                    "unit": amount.unit or self.items[line.item].unit,
                }
            )
        return rows

    def _lot(self, lot: LotDoc) -> Row:
        return {
            "id": lot_number(lot.id or ""),
            "item_id": self.item_ids[lot.item],
            "product_id": None if lot.product is None else self.products[lot.product],
            "event_id": self._event(lot.event),
            "run_id": lot.run,
            "amount": read_micro(lot.amount),
            "left": read_micro(lot.amount if lot.left is None else lot.left),
            "paid": read_price(lot.paid) or 0,
            "cost_left": read_price(lot.cost_left) or 0,
            "priced": lot.paid is not None if lot.priced is None else lot.priced,
            "received": read_date(lot.received),
            "expires": read_date(lot.expires),
            "store": lot.store,
        }

    def _move(self, move: MoveDoc) -> Row:
        return {
            "lot_id": lot_number(move.lot),
            "change_id": move.change,
            "run_id": move.run,
            "reason": move.reason,
            "amount": read_micro(move.amount),
            "cost": read_micro(move.cost),
            "event_id": self._event(move.event),
            "recipient": move.recipient,
            "note": move.note,
        }

    def _event(self, slug: str | None) -> int | None:
        return None if slug is None else self.events[slug]


def _continue_numbers(session: Session) -> None:
    """Let PostgreSQL go on numbering after the numbers that were given."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in NUMBERED:
        session.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "  # noqa: S608 - our names
                f"(SELECT max(id) FROM {table})) WHERE EXISTS (SELECT 1 FROM {table})"
            )
        )

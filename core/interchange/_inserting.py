"""Writing documents of new things as rows, many at a time.

What is written here has been judged by `check_kitchen`; the rows are those that the writers of
`core.services` would make, in a number of statements that does not grow with the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.documents import (
    BundleDoc,
    EventDoc,
    ItemDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
)
from core.errors import UnknownUnit
from core.models import (
    Base,
    BatchTarget,
    BundleLine,
    Checked,
    Event,
    EventLine,
    Item,
    ItemUnit,
    Measure,
    Product,
    Recipe,
    RecipeLine,
    RecipeOutput,
)
from core.services._writing import facts_in, read_date, read_positive, read_price
from core.units import factor_to_stock, parse_amount

Row = dict[str, Any]


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns."""
    if rows:
        session.execute(insert(model), rows)


def numbers(session: Session, model: type[Item | Product | Recipe | Event]) -> dict[str, int]:
    """Return the ids of all rows by slug."""
    return dict(session.execute(select(model.slug, model.id)).all())


class Inserter:
    """Inserts documents whose slugs are new; every item has to be there before what names it."""

    def __init__(self, session: Session, items: Mapping[str, ItemDoc]) -> None:
        self.session = session
        self.items = items
        self._item_ids: dict[str, int] | None = None

    @property
    def item_ids(self) -> dict[str, int]:
        """The ids of all items by slug."""
        if self._item_ids is None:
            self._item_ids = numbers(self.session, Item)
        return self._item_ids

    def insert_items(self, docs: Sequence[ItemDoc]) -> None:
        """Insert items with their measures."""
        insert_rows(
            self.session,
            Item,
            [
                {
                    **_with_id(doc),
                    "name": doc.name,
                    "kind": doc.kind,
                    "unit": doc.unit,
                    "grams_per_ml": read_positive(doc.grams_per_ml),
                    "grams_each": read_positive(doc.grams_each),
                    "display_unit": doc.display_unit,
                    "category": doc.category,
                    "shelf_life_days": doc.shelf_life_days,
                    "always_on_hand": doc.always_on_hand,
                    "allergens": list(doc.allergens),
                    "notes": doc.notes,
                    "archived": doc.archived,
                }
                for doc in docs
            ],
        )
        self._item_ids = None
        measures = []
        for doc in docs:
            for name, text in sorted(doc.measures.items()):
                amount = parse_amount(text)
                measures.append(
                    {
                        "item_id": self.item_ids[doc.slug],
                        "name": name,
                        "amount": amount.value,
                        "unit": amount.unit or doc.unit,
                    }
                )
        insert_rows(self.session, Measure, measures)

    def insert_products(self, docs: Sequence[ProductDoc]) -> None:
        """Insert products."""
        rows = []
        for doc in docs:
            amount, unit = self._amount(doc.item, doc.pack)
            rows.append(
                {
                    **_with_id(doc),
                    "item_id": self.item_ids[doc.item],
                    "label": doc.label,
                    "amount": amount,
                    "unit": unit,
                    "price": read_price(doc.price),
                    "priced_on": read_date(doc.priced_on),
                    "store": doc.store,
                    "barcode": doc.barcode,
                    "preferred": doc.preferred,
                    "archived": doc.archived,
                }
            )
        insert_rows(self.session, Product, rows)

    def insert_recipes(self, docs: Sequence[RecipeDoc]) -> None:
        """Insert recipes with what they make and their lines."""
        insert_rows(
            self.session,
            Recipe,
            [
                {
                    **_with_id(doc),
                    "name": doc.name,
                    "category": doc.category,
                    "batch_step": read_positive(doc.batch_step),
                    "minutes": doc.minutes,
                    "oven_minutes": doc.oven_minutes,
                    "method": doc.method,
                    "archived": doc.archived,
                }
                for doc in docs
            ],
        )
        ids = numbers(self.session, Recipe) if docs else {}
        makes: list[Row] = []
        lines: list[Row] = []
        for doc in docs:
            owner = {"recipe_id": ids[doc.slug]}
            makes += ({**owner, **row} for row in self._lines(doc.makes))
            lines += (
                {**owner, **row, "note": line.note}
                for line, row in zip(doc.lines, self._lines(doc.lines), strict=True)
            )
        insert_rows(self.session, RecipeOutput, makes)
        insert_rows(self.session, RecipeLine, lines)

    def insert_bundles(self, docs: Sequence[BundleDoc]) -> None:
        """Insert what bundles hold."""
        insert_rows(
            self.session,
            BundleLine,
            [
                {"bundle_id": self.item_ids[doc.item], **row}
                for doc in docs
                for row in self._lines(doc.lines)
            ],
        )

    def insert_events(self, docs: Sequence[EventDoc]) -> None:
        """Insert events with their lines, targets and ticks."""
        insert_rows(
            self.session,
            Event,
            [
                {
                    **_with_id(doc),
                    "name": doc.name,
                    "date": read_date(doc.date),
                    "status": doc.status,
                    "people": doc.people,
                    "notes": doc.notes,
                    "shopping_complete": doc.shopping_complete,
                    "archived": doc.archived,
                }
                for doc in docs
            ],
        )
        if not docs:
            return
        ids, recipes = numbers(self.session, Event), numbers(self.session, Recipe)
        lines: list[Row] = []
        targets: list[Row] = []
        ticks: list[Row] = []
        for doc in docs:
            owner = {"event_id": ids[doc.slug]}
            lines += (
                {**owner, **row, "recipient": line.recipient, "price": read_price(line.price)}
                for line, row in zip(doc.lines, self._lines(doc.lines), strict=True)
            )
            targets += (
                {
                    **owner,
                    "recipe_id": recipes[target.recipe],
                    "batches": _number(target.batches),
                    "short_ok": target.short_ok,
                    "accepted_need": None
                    if target.accepted_need is None
                    else _number(target.accepted_need),
                }
                for target in doc.targets
            )
            ticks += ({**owner, "item_id": self.item_ids[slug]} for slug in doc.checked)
        insert_rows(self.session, EventLine, lines)
        insert_rows(self.session, BatchTarget, targets)
        insert_rows(self.session, Checked, ticks)

    def add_units(self, used: Iterable[tuple[str, str]]) -> None:
        """Work out the factors of the units that amounts were entered in, by item."""
        known = self.session.execute(select(ItemUnit.item_id, ItemUnit.unit))
        there = {(item_id, unit) for item_id, unit in known}
        rows = []
        for slug, text in used:
            unit = parse_amount(text).unit or self.items[slug].unit
            key = self.item_ids[slug], unit
            if key not in there:
                there.add(key)
                factor = self._factor(slug, unit)
                rows.append({"item_id": key[0], "unit": unit, "factor": factor})
        insert_rows(self.session, ItemUnit, rows)

    def _factor(self, slug: str, unit: str) -> Fraction | None:
        facts = facts_in(self.items[slug])
        try:
            return None if facts is None else factor_to_stock(unit, facts)
        except UnknownUnit:
            # A measure that the item had once; its lines are unknown since it was taken away.
            return None

    def _amount(self, slug: str, text: str) -> tuple[Fraction, str]:
        amount = parse_amount(text)
        return amount.value, amount.unit or self.items[slug].unit

    def _lines(self, lines: Sequence[LineDoc]) -> list[Row]:
        rows = []
        for position, line in enumerate(lines):
            amount, unit = self._amount(line.item, line.amount)
            item_id = self.item_ids[line.item]
            rows.append({"position": position, "item_id": item_id, "amount": amount, "unit": unit})
        return rows


def used_units(
    products: Iterable[ProductDoc],
    recipes: Iterable[RecipeDoc],
    bundles: Iterable[BundleDoc],
    events: Iterable[EventDoc],
) -> Iterable[tuple[str, str]]:
    """Give every item and amount text of these documents."""
    for product in products:
        yield product.item, product.pack
    lines: Iterable[LineDoc]
    for recipe in recipes:
        for lines in (recipe.makes, recipe.lines):
            yield from ((line.item, line.amount) for line in lines)
    for bundle in bundles:
        yield from ((line.item, line.amount) for line in bundle.lines)
    for event in events:
        yield from ((line.item, line.amount) for line in event.lines)


def _with_id(doc: ItemDoc | ProductDoc | RecipeDoc | EventDoc) -> Row:
    return {"slug": doc.slug} if doc.id is None else {"id": doc.id, "slug": doc.slug}


def _number(text: str) -> Fraction:
    return parse_amount(text, allow_zero=True).value

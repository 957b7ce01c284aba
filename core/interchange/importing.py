"""Importing a kitchen file: a whole kitchen into an empty one, anything else as one change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field
from sqlalchemy.orm import Session

from core.clock import today
from core.documents import (
    Document,
    KitchenDoc,
    LotDoc,
    ProductDoc,
    SettingDoc,
)
from core.errors import BadDocument, BadFile, Problem
from core.interchange._inserting import Inserter, numbers, used_units
from core.interchange._restoring import check_empty, restore
from core.interchange._world import read_amount
from core.interchange.checking import check_kitchen
from core.interchange.formats import parse_file
from core.interchange.notes import UNKNOWN, Note
from core.models import Change, Event, Item, Product, Setting
from core.money import share
from core.services import saying, settings_service
from core.services._journal import difference, note_edits, put, recording
from core.services._ledger import Origin, add_lot, move
from core.services._read_documents import READERS
from core.services._rows import change_row
from core.services._settings import CURRENCY, has_prices, setting
from core.services._write_documents import slug_of, write_document
from core.services._writing import facts_in, read_date, read_price
from core.services.rows.journal import ChangeRow
from core.session import writing
from core.units import factor_to_stock, to_micro

KINDS = {
    "item": "items",
    "product": "products",
    "recipe": "recipes",
    "bundle": "bundles",
    "event": "events",
    "setting": "settings",
}
"""The kinds of documents in the order in which they are written, and their lists in a file."""

EXIT_UNKNOWN = 4


def counted(number: int, things: str) -> str:
    """Say how many there are of one of a file's lists: "1 item", "2 items"."""
    return f"{number} {things if number != 1 else things[:-1]}"


D = TypeVar("D", bound=Document)


class Replaced(Struct, frozen=True):
    """Something known that the file replaced, and which of its fields changed."""

    kind: str
    slug: str
    fields: tuple[str, ...]


class Imported(Struct, frozen=True):
    """What an import did. `change` is None where it added no entry of its own: a whole kitchen.

    `added` and `replaced` count by the file's lists ("items", "lots"); what a file repeats
    unchanged is in neither. `unknown` are the lines kept as unknown until they are mended, and
    the lots that could not be taken in for the same want; `notes` is the rest worth knowing.
    """

    change: ChangeRow | None
    added: dict[str, int] = field(default_factory=dict)
    replaced: dict[str, int] = field(default_factory=dict)
    replacements: tuple[Replaced, ...] = ()
    unknown: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """What was added or replaced, by the file's lists."""
        return dict(Counter(self.added) + Counter(self.replaced))

    @property
    def exit_code(self) -> int:
        """What the command line ends with: 4 where something stays unknown."""
        return EXIT_UNKNOWN if self.unknown else 0


def import_file(
    text: str | bytes, as_format: str | None = None, *, session: Session | None = None
) -> Imported:
    """Import a file of any known format, guessed where none is told.

    Raises:
        BadFile: Everything that is wrong with it at once, each with its JSON path.
        Refused: A whole kitchen, and this one is not empty.
    """
    parsed = parse_file(text, as_format)
    return import_kitchen(parsed.doc, notes=parsed.notes, problems=parsed.problems, session=session)


def import_kitchen(
    doc: KitchenDoc,
    *,
    notes: Iterable[Note] = (),
    problems: Sequence[Problem] = (),
    session: Session | None = None,
) -> Imported:
    """Write a kitchen, all or nothing: as one change, or restored if it has `changes`.

    A known slug is replaced, lots are new. `notes` and `problems` are what reading it told; an
    `unknown` note counts as one here too.

    Raises:
        BadFile: Everything that is wrong with it at once, each with its JSON path.
        Refused: A whole kitchen, and this one is not empty.
    """
    with writing(session) as writer:
        known = read_catalogue(writer)
        checked = check_kitchen(doc, KitchenDoc() if doc.changes else known, problems)
        found = [*checked.problems, *_currency_problems(writer, doc)]
        if found:
            raise BadFile(found)
        told = list(notes)
        unknown = (*checked.unknown, *(note for note in told if note.kind == UNKNOWN))
        rest = tuple(note for note in told if note.kind != UNKNOWN)
        if doc.changes:
            check_empty(writer)
            restore(writer, doc)
            _set_currency(writer, doc)
            added = {key: len(getattr(doc, key)) for key in (*KINDS.values(), *_LEDGER)}
            return Imported(None, {k: n for k, n in added.items() if n}, {}, (), unknown, rest)
        with writer.begin_nested():
            work = _Import(writer, doc, known)
            change = work.run()
        return Imported(
            change, dict(work.added), dict(work.replaced), tuple(work.replacements), unknown, rest
        )


_LEDGER = ("lots", "runs", "moves", "changes")


def read_catalogue(session: Session) -> KitchenDoc:
    """Return everything in the kitchen but its ledger and its journal."""
    doc = KitchenDoc()
    for kind, key in KINDS.items():
        setattr(doc, key, list(READERS[kind](session, None)))
    doc.settings = [each for each in doc.settings if each.slug in settings_service.KNOWN]
    return doc


# -- one change -----------------------------------------------------------------------------------


class _Import:
    """One import on its way into the journal."""

    def __init__(self, session: Session, doc: KitchenDoc, known: KitchenDoc) -> None:
        self.session = session
        self.doc = doc
        self.known = known
        self.before: dict[str, dict[str, Document]] = {
            kind: {slug_of(each)[1]: each for each in getattr(known, key)}
            for kind, key in KINDS.items()
        }
        self.items = {item.slug: item for item in (*known.items, *doc.items)}
        self.added: Counter[str] = Counter()
        self.replaced: Counter[str] = Counter()
        self.replacements: list[Replaced] = []
        self.problems: list[Problem] = []

    def run(self) -> ChangeRow | None:
        """Write all of it; nothing to write is no change."""
        currency = _new_currency(self.session, self.doc)
        written = any(getattr(self.doc, key) for key in (*KINDS.values(), "lots"))
        if not written and currency is None:
            return None
        with recording(self.session, "import", self._summary()) as change:
            if currency is not None:
                put(self.session, SettingDoc(slug=CURRENCY, value=currency))
            note_edits(self.session, self._write())
            if self.problems:
                raise BadFile(self.problems)
            if self.doc.lots:
                self._receive_all(change)
        return change_row(change)

    def _summary(self) -> str:
        counts = [(len(getattr(self.doc, key)), key) for key in (*KINDS.values(), "lots")]
        said = [counted(number, key) for number, key in counts if number]
        said = said or ["the currency"]
        return f"Imported {' and '.join([', '.join(said[:-1]), said[-1]] if said[1:] else said)}"

    def _write(self) -> list[dict[str, Any]]:
        """Write the documents, items first, and return what the journal keeps of it."""
        doc, inserter = self.doc, Inserter(self.session, self.items)
        edits = []
        new_items, old_items = self._sort("item", doc.items)
        inserter.insert_items(new_items)
        self._replace(old_items)
        edits += self._edits("item", [*new_items, *old_items])

        products = self._products()
        new_products, old_products = self._sort("product", products)
        recipes, old_recipes = self._sort("recipe", doc.recipes)
        bundles, old_bundles = self._sort("bundle", doc.bundles)
        events, old_events = self._sort("event", doc.events)
        inserter.add_units(used_units(new_products, recipes, bundles, events))
        # What loses a preference or an output comes before what gains it, undone in reverse.
        self._replace(each for each in old_products if not each.preferred)
        inserter.insert_products(new_products)
        self._replace(each for each in old_products if each.preferred)
        ordered = [each for each in old_products if not each.preferred]
        edits += self._edits(
            "product", [*ordered, *new_products, *(p for p in old_products if p.preferred)]
        )
        self._replace(old_recipes)
        if self.problems:
            return []
        inserter.insert_recipes(recipes)
        edits += self._edits("recipe", [*old_recipes, *recipes])
        self._replace(old_bundles)
        inserter.insert_bundles(bundles)
        edits += self._edits("bundle", [*bundles, *old_bundles])
        self._replace(old_events)
        inserter.insert_events(events)
        edits += self._edits("event", [*events, *old_events])
        settings = [
            SettingDoc(slug=each.slug, value=settings_service.read_value(each.slug, each.value))
            for each in doc.settings
        ]
        self._replace(settings)
        edits += self._edits("setting", settings)
        return edits

    def _sort(self, kind: str, docs: Sequence[D]) -> tuple[list[D], list[D]]:
        """Return the new ones, and the known ones that the file says otherwise of."""
        before = self.before[kind]
        slugs = [slug_of(doc)[1] for doc in docs]
        new = [doc for slug, doc in zip(slugs, docs, strict=True) if slug not in before]
        old = [
            doc
            for slug, doc in zip(slugs, docs, strict=True)
            if slug in before and before[slug] != doc
        ]
        return new, old

    def _products(self) -> list[ProductDoc]:
        """Return the file's products, and those that lose the preference to one of them."""
        told = {product.slug for product in self.doc.products}
        gains = {product.item for product in self.doc.products if product.preferred}
        losers = [
            msgspec.structs.replace(product, preferred=False)
            for product in self.known.products
            if product.preferred and product.item in gains and product.slug not in told
        ]
        return [*losers, *self.doc.products]

    def _replace(self, docs: Iterable[Document]) -> None:
        for doc in docs:
            try:
                write_document(self.session, doc)
            except BadDocument as error:
                path = self._path(doc)
                self.problems += (Problem(f"{path}.{p.path}", p.message) for p in error.problems)

    def _path(self, doc: Document) -> str:
        kind, slug = slug_of(doc)
        rows: list[Document] = getattr(self.doc, KINDS[kind])
        number = next((n for n, row in enumerate(rows) if slug_of(row)[1] == slug), None)
        return KINDS[kind] if number is None else f"{KINDS[kind]}[{number}]"

    def _edits(self, kind: str, docs: Sequence[Document]) -> list[dict[str, Any]]:
        """Return what the journal keeps of these documents, in their order."""
        if not docs:
            return []
        after = {slug_of(doc)[1]: doc for doc in READERS[kind](self.session, None)}
        edits = []
        for doc in docs:
            slug = slug_of(doc)[1]
            edit = difference(kind, slug, self.before[kind].get(slug), after.get(slug))
            if edit is None:
                continue
            edits.append(edit)
            if "created" in edit:
                self.added[KINDS[kind]] += 1
                continue
            self.replaced[KINDS[kind]] += 1
            fields = tuple(patch["field"] for patch in edit.get("patches", ()))
            self.replacements.append(Replaced(kind, slug, fields or ("lines",)))
        return edits

    # -- lots -------------------------------------------------------------------------------------

    def _receive_all(self, change: Change) -> None:
        session = self.session
        ids = numbers(session, Item), numbers(session, Product), numbers(session, Event)
        for lot in self.doc.lots:
            self._receive(change, lot, *ids)

    def _receive(
        self,
        change: Change,
        doc: LotDoc,
        items: Mapping[str, int],
        products: Mapping[str, int],
        events: Mapping[str, int],
    ) -> None:
        """Bring a lot in, and take out what of it was used before."""
        amount = self._micro(doc.item, doc.amount)
        left = amount if doc.left is None else self._micro(doc.item, doc.left)
        if amount is None or left is None:
            return
        paid = read_price(doc.paid)
        origin = Origin(
            read_date(doc.received) or today(),
            read_date(doc.expires),
            product_id=None if doc.product is None else products[doc.product],
            event_id=None if doc.event is None else events[doc.event],
            store=doc.store,
        )
        lot = add_lot(
            self.session,
            change,
            items[doc.item],
            amount,
            paid,
            origin,
            "received",
            priced=doc.priced,
        )
        self.added["lots"] += 1
        if left < amount:
            cost = share(lot.cost_left, amount - left, amount)
            if doc.cost_left is not None:
                cost = lot.cost_left - (read_price(doc.cost_left) or 0)
            move(self.session, change, lot, left - amount, -cost, "counted")

    def _micro(self, slug: str, text: str) -> int | None:
        """Return an amount in micro-units; None where it cannot be converted."""
        item, amount = self.items[slug], read_amount(text, zero=True)
        facts = facts_in(item)
        factor = None if facts is None else factor_to_stock(amount.unit, facts)
        return None if factor is None else to_micro(amount.value * factor)


# -- the currency ---------------------------------------------------------------------------------


def _currency_problems(session: Session, doc: KitchenDoc) -> list[Problem]:
    """Refuse another currency where there are prices: they would be taken for what they are not."""
    if doc.currency is None:
        return []
    if _new_currency(session, doc) is None or not has_prices(session):
        return []
    ours = setting(session, CURRENCY) or saying.DEFAULT_CURRENCY
    return [
        Problem(
            "currency",
            f"the file is in {doc.currency}, the prices of this kitchen are in {ours}; "
            "leave the currency out to take its prices for those of this kitchen",
        )
    ]


def _new_currency(session: Session, doc: KitchenDoc) -> str | None:
    """Return the currency of a file where it is not the one of the kitchen."""
    ours = setting(session, CURRENCY) or saying.DEFAULT_CURRENCY
    return None if doc.currency == ours else doc.currency


def _set_currency(session: Session, doc: KitchenDoc) -> None:
    if doc.currency is not None:
        session.merge(Setting(key=CURRENCY, value=doc.currency))
        session.flush()

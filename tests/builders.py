"""Builders of kitchens: what a test needs to say, said through the public services.

Things are named by slug and made on first mention: a recipe makes the items it makes, a bundle its
own item. Amounts are texts as a person types them, or numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents import (
    BundleDoc,
    EventDoc,
    EventLineDoc,
    ItemDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
    RecipeLineDoc,
)
from core.models import Lot, Run, RunOutput
from core.services import (
    assembly_service,
    catalog_service,
    event_service,
    production_service,
    stock_service,
)
from core.services._read_documents import READERS
from core.services.planning import plan_service
from core.services.rows.journal import ChangeRow
from core.services.rows.stock import LotRow
from core.session import reading

CHRISTMAS = date(2026, 12, 15)

Entered = int | Decimal | Fraction | str
Lines = Mapping[str, Entered]


def typed(amount: Entered) -> str:
    """Write an amount the way a person would type it."""
    return str(amount)


def spoken(slug: str) -> str:
    """Return the name that goes with a slug: gift-bag is Gift bag."""
    return slug.replace("-", " ").capitalize()


@dataclass
class KitchenBuilder:
    """Builds a kitchen and reads it back, everything by slug; through `session` if one is given."""

    session: Session | None = None

    # -- the catalogue ---------------------------------------------------------------------------

    def ingredient(self, slug: str, unit: str = "g", **facts: Any) -> int:
        return self._item(slug, "ingredient", unit, facts)

    def supply(self, slug: str, unit: str = "each", **facts: Any) -> int:
        return self._item(slug, "supply", unit, facts)

    def made(self, slug: str, unit: str = "each", **facts: Any) -> int:
        return self._item(slug, "made", unit, facts)

    def _item(self, slug: str, kind: str, unit: str, facts: Mapping[str, Any]) -> int:
        doc = ItemDoc(slug=slug, name=facts.get("name", spoken(slug)), kind=kind, unit=unit)
        for field, value in facts.items():
            setattr(doc, field, value)
        catalog_service.save_item(doc, session=self.session)
        return self.item(slug)

    def edit_item(self, slug: str, **facts: Any) -> ChangeRow:
        doc = catalog_service.get_item(self.item(slug), session=self.session)
        for field, value in facts.items():
            setattr(doc, field, value)
        return catalog_service.save_item(doc, session=self.session)

    def product(
        self, slug: str, item: str, pack: Entered, price: str | None = None, **facts: Any
    ) -> int:
        doc = ProductDoc(
            slug=slug, item=item, label=facts.pop("label", spoken(slug)), pack=typed(pack)
        )
        doc.price = price
        for field, value in facts.items():
            setattr(doc, field, value)
        catalog_service.save_product(doc, session=self.session)
        return catalog_service.find_product(slug, session=self.session).id

    def recipe(
        self,
        slug: str,
        makes: Lines,
        lines: Lines | Iterable[tuple[str, Entered]] = (),
        *,
        step: Entered = 1,
    ) -> int:
        """Save a recipe; made items that are new are counted in each."""
        known = {row.slug for row in catalog_service.list_items(self.session, archived=True)}
        for item in makes:
            if item not in known:
                self.made(item)
        pairs = lines.items() if isinstance(lines, Mapping) else lines
        catalog_service.save_recipe(
            RecipeDoc(
                slug=slug,
                name=spoken(slug),
                batch_step=typed(step),
                makes=[LineDoc(item=item, amount=typed(n)) for item, n in makes.items()],
                lines=[RecipeLineDoc(item=item, amount=typed(n)) for item, n in pairs],
            ),
            session=self.session,
        )
        return self.recipe_id(slug)

    def bundle(self, slug: str, lines: Lines | Iterable[tuple[str, Entered]], **facts: Any) -> int:
        pairs = lines.items() if isinstance(lines, Mapping) else lines
        item = ItemDoc(slug=slug, name=spoken(slug), kind="bundle", unit="each")
        for field, value in facts.items():
            setattr(item, field, value)
        holds = [LineDoc(item=inner, amount=typed(n)) for inner, n in pairs]
        catalog_service.save_bundle(
            BundleDoc(item=slug, lines=holds), item=item, session=self.session
        )
        return self.item(slug)

    # -- events ----------------------------------------------------------------------------------

    def event(
        self,
        slug: str,
        lines: Lines | Iterable[tuple[str, Entered] | tuple[str, Entered, str]],
        day: date = CHRISTMAS,
        **facts: Any,
    ) -> int:
        """Save an event; a line is item and quantity, or item, quantity and recipient."""
        rows = [(*pair, None) for pair in lines.items()] if isinstance(lines, Mapping) else lines
        doc = EventDoc(slug=slug, name=spoken(slug), date=day.isoformat())
        for row in rows:
            item, quantity, recipient = row if len(row) == 3 else (*row, None)
            doc.lines.append(
                EventLineDoc(item=item, amount=typed(quantity), recipient=recipient or None)
            )
        for field, value in facts.items():
            setattr(doc, field, value)
        event_service.save_event(doc, session=self.session)
        return self.event_id(slug)

    def want(self, event: str, item: str, quantity: Entered, to: str | None = None) -> ChangeRow:
        return event_service.set_line(
            self.event_id(event), self.item(item), quantity, recipient=to, session=self.session
        )

    def target(
        self, event: str, recipe: str, batches: Entered | None, *, short_ok: bool = False
    ) -> ChangeRow:
        return plan_service.set_target(
            self.event_id(event),
            self.recipe_id(recipe),
            batches,
            short_ok=short_ok,
            session=self.session,
        )

    # -- records ---------------------------------------------------------------------------------

    def buy(
        self,
        item: str,
        amount: Entered | None = None,
        paid: str | int | Decimal | None = None,
        *,
        packs: Entered | None = None,
        product: str | None = None,
        **facts: Any,
    ) -> ChangeRow:
        product_id = (
            None
            if product is None
            else catalog_service.find_product(product, session=self.session).id
        )
        return stock_service.receive(
            self.item(item),
            amount=amount,
            packs=packs,
            product_id=product_id,
            paid=paid,
            session=self.session,
            **facts,
        )

    def make(
        self,
        recipe: str,
        batches: Entered = 1,
        *,
        good: Lines | None = None,
        lost: Mapping[str, tuple[Entered, str]] | None = None,
        event: str | None = None,
        **facts: Any,
    ) -> ChangeRow:
        return production_service.record_production(
            self.recipe_id(recipe),
            batches,
            good=None if good is None else {self.item(item): n for item, n in good.items()},
            lost=None if lost is None else {self.item(item): n for item, n in lost.items()},
            event_id=None if event is None else self.event_id(event),
            session=self.session,
            **facts,
        )

    def assemble(
        self, bundle: str, quantity: Entered, *, event: str | None = None, **facts: Any
    ) -> ChangeRow:
        return assembly_service.record_assembly(
            self.item(bundle),
            quantity,
            event_id=None if event is None else self.event_id(event),
            session=self.session,
            **facts,
        )

    def deliver(self, event: str, item: str, quantity: Entered, **facts: Any) -> ChangeRow:
        return stock_service.deliver(
            self.event_id(event), self.item(item), quantity, session=self.session, **facts
        )

    def count(self, item: str, amount: Entered, **facts: Any) -> ChangeRow:
        return stock_service.count(self.item(item), amount, session=self.session, **facts)

    def discard(self, item: str, amount: Entered, reason: str = "stale") -> ChangeRow:
        return stock_service.discard(amount, reason, item_id=self.item(item), session=self.session)

    # -- finding ---------------------------------------------------------------------------------

    def item(self, slug: str) -> int:
        return catalog_service.find_item(slug, session=self.session).id

    def recipe_id(self, slug: str) -> int:
        return catalog_service.find_recipe(slug, session=self.session).id

    def event_id(self, slug: str) -> int:
        return event_service.find_event(slug, session=self.session).id

    # -- reading ---------------------------------------------------------------------------------

    def production(self, event: str) -> Any:
        return event_service.get_production_progress(self.event_id(event), session=self.session)

    def recipe_row(self, event: str, recipe: str) -> Any:
        key = self.recipe_id(recipe)
        return next(r for r in self.production(event)["recipes"] if r["recipe_id"] == key)

    def output(self, event: str, item: str) -> Any:
        key = self.item(item)
        rows = [o for r in self.production(event)["recipes"] for o in r["outputs"]]
        return next(row for row in rows if row["item_id"] == key)

    def batches(self, event: str, recipe: str) -> Decimal | None:
        """Return the batches still to be made, 0 where the event does not need the recipe."""
        key = self.recipe_id(recipe)
        found = [r for r in self.production(event)["recipes"] if r["recipe_id"] == key]
        return found[0]["remaining_batches"] if found else Decimal(0)

    def assembly(self, event: str) -> Any:
        return event_service.get_assembly_progress(self.event_id(event), session=self.session)

    def bundle_row(self, event: str, bundle: str) -> Any:
        key = self.item(bundle)
        return next(b for b in self.assembly(event)["bundles"] if b["bundle_id"] == key)

    def shopping(self, event: str) -> dict[str, Any]:
        """Return the shopping list of an event by the slugs of its items."""
        rows = event_service.get_shopping_list(self.event_id(event), session=self.session)
        slugs = {
            row.id: row.slug for row in catalog_service.list_items(self.session, archived=True)
        }
        return {slugs[row["item_id"]]: row for row in rows}

    def lots(self, item: str, *, empty: bool = False) -> list[LotRow]:
        """Return the lots of an item in the order in which they came in."""
        rows = stock_service.list_lots(self.item(item), empty=empty, session=self.session)
        return sorted(rows, key=lambda row: row.id)

    def left(self, item: str) -> Decimal:
        """Return what is left of an item in all its lots."""
        return sum((row.left for row in self.lots(item)), Decimal(0))

    def stock(self, item: str) -> Any:
        key = self.item(item)
        return next(r for r in stock_service.list_stock(session=self.session) if r.item_id == key)

    def state(self) -> dict[str, Any]:
        """Return all documents, what is left of every lot and every run in force, as plain data.

        Lots that an undo emptied are left out, so that undo can be compared with never having
        done it.
        """
        with reading(self.session) as reader:
            documents = {
                kind: [msgspec.to_builtins(doc) for doc in read(reader, None)]
                for kind, read in READERS.items()
            }
            lots = [
                tuple(row)
                for row in reader.execute(
                    select(Lot.id, Lot.item_id, Lot.left, Lot.cost_left, Lot.expires, Lot.event_id)
                    .where((Lot.left > 0) | (Lot.cost_left > 0))
                    .order_by(Lot.id)
                )
            ]
            runs = [
                tuple(row)
                for row in reader.execute(
                    select(Run.id, Run.batches, Run.cost, Run.waste, RunOutput.item_id)
                    .add_columns(RunOutput.good, RunOutput.lost)
                    .join(RunOutput, RunOutput.run_id == Run.id)
                    .where(Run.undone.is_(False))
                    .order_by(Run.id, RunOutput.item_id)
                )
            ]
            return {**documents, "lots": lots, "runs": runs}


def gift_bags(kitchen: KitchenBuilder, quantity: int = 50) -> None:
    """Build the order behind it all: bags of 6 cookies and 3 brownies for Christmas."""
    kitchen.recipe("cookies", {"cookie": 48})
    kitchen.recipe("brownies", {"brownie": 24})
    kitchen.bundle("gift-bag", {"cookie": 6, "brownie": 3})
    kitchen.event("christmas", {"gift-bag": quantity})


def ladder(kitchen: KitchenBuilder, levels: int) -> None:
    """Build what takes sugar by two ways at each level: 1 g by 2 to the power of levels ways."""
    kitchen.ingredient("sugar")
    below, amount = "sugar", "1 g"
    for level in range(1, levels + 1):
        ways = {f"{side}-{level}": 1 for side in ("left", "right")}
        for way in ways:
            kitchen.recipe(f"make-{way}", {way: 1}, {below: amount})
        below, amount = f"step-{level}", "1"
        kitchen.recipe(f"make-{below}", {below: 1}, ways)
    kitchen.event("fair", {below: 1})

"""Rows that records and lists return: plain, frozen data, made fresh for each call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One entry of the journal; `id` is its revision. `undone_by` is set while it is taken back."""

    id: int
    at: datetime
    terminal: str
    kind: str
    summary: str
    undoes: int | None
    undone_by: int | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in a list."""

    id: int
    slug: str
    name: str
    date: date
    status: str
    people: int | None
    archived: bool


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in a list."""

    id: int
    slug: str
    name: str
    kind: str
    unit: str
    category: str | None
    always_on_hand: bool
    archived: bool
    shelf_life_days: int | None = None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product in a list; `price` is for one pack of `pack` (as entered)."""

    id: int
    slug: str
    item_id: int
    item_name: str
    label: str
    pack: str
    price: Decimal | None
    priced_on: date | None
    store: str | None
    preferred: bool
    archived: bool


@dataclass(frozen=True, slots=True)
class RecipeRow:
    """A recipe in a list; `makes` says its outputs per batch, minutes are per batch."""

    id: int
    slug: str
    name: str
    category: str | None
    makes: str
    unknown_lines: int
    archived: bool
    minutes: int | None = None
    oven_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle in a list; `holds` says its components."""

    id: int
    slug: str
    name: str
    holds: str
    archived: bool


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot with what is left of it, in stock units; `value` is the cost of what is left."""

    id: int
    item_id: int
    item_name: str
    amount: Decimal
    left: Decimal
    paid: Decimal | None
    value: Decimal
    priced: bool
    received: date
    expires: date | None
    store: str | None
    product: str | None
    event_id: int | None
    event_name: str | None
    run_id: int | None


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """What was paid for an amount of an item; `price` is for one stock unit."""

    lot_id: int
    received: date
    store: str | None
    product: str | None
    amount: Decimal
    paid: Decimal | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class StockRow:
    """An item in stock, in stock units. `reserved` is what open events are given by the plan."""

    item_id: int
    slug: str
    name: str
    kind: str
    unit: str
    category: str | None
    on_hand: Decimal
    reserved: Decimal | None
    available: Decimal | None
    lots: int
    expires: date | None
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """A recorded production or assembly."""

    id: int
    change_id: int
    kind: str
    name: str
    event_name: str | None
    batches: Decimal
    at: datetime
    cost: Decimal
    undone: bool

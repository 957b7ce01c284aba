"""Rows of stock, and what was bought and made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


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

"""Rows of items, products, recipes and bundles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


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

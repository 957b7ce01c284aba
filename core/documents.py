"""The kitchen file as typed data (contract: the kitchen file, version 1).

One document describes one thing by its slug: an item, a product, a recipe, a bundle, an event,
or one row of the ledger. Amounts are texts ("2 1/3 cup", or in the item's stock unit when no unit
is named), money is a decimal text in the kitchen's currency, dates are ISO 8601. The same
documents are what the editing services write and what the journal keeps for undo; `id` of a
catalogue document is only in the file of a whole kitchen, so that restoring keeps the numbers.
"""

from __future__ import annotations

from typing import Any

import msgspec

FORMAT = "bakehouse"
VERSION = 1


class Document(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The base of every document; fields at their default are left out of files."""


class ItemDoc(Document):
    """An item with its measures."""

    slug: str
    name: str
    kind: str
    unit: str
    grams_per_ml: str | None = None
    grams_each: str | None = None
    display_unit: str | None = None
    category: str | None = None
    shelf_life_days: int | None = None
    always_on_hand: bool = False
    measures: dict[str, str] = {}
    allergens: list[str] = []
    notes: str | None = None
    archived: bool = False
    id: int | None = None


class ProductDoc(Document):
    """A pack of an ingredient or supply; `price` is for one pack."""

    slug: str
    item: str
    label: str
    pack: str
    price: str | None = None
    priced_on: str | None = None
    store: str | None = None
    barcode: str | None = None
    preferred: bool = False
    archived: bool = False
    id: int | None = None


class LineDoc(Document):
    """An item and an amount: what a recipe makes, or what a bundle holds."""

    item: str
    amount: str


class RecipeLineDoc(LineDoc):
    """One input of one batch."""

    note: str | None = None


class RecipeDoc(Document):
    """A recipe: what one batch makes, of what, and how. Minutes are per batch."""

    slug: str
    name: str
    batch_step: str = "1"
    makes: list[LineDoc] = []
    lines: list[RecipeLineDoc] = []
    category: str | None = None
    minutes: int | None = None
    oven_minutes: int | None = None
    method: str | None = None
    archived: bool = False
    id: int | None = None


class BundleDoc(Document):
    """What one bundle holds; the bundle itself is an item of kind `bundle`."""

    item: str
    lines: list[LineDoc] = []


class EventLineDoc(LineDoc):
    """A bundle or made item wanted at an event; `price` is for one."""

    recipient: str | None = None
    price: str | None = None


class TargetDoc(Document):
    """A decision on batches, with the gross need at which it was accepted."""

    recipe: str
    batches: str
    short_ok: bool = False
    accepted_need: str | None = None


class EventDoc(Document):
    """An event with its lines, batch targets and the items ticked off its shopping list."""

    slug: str
    name: str
    date: str
    status: str = "planned"
    people: int | None = None
    notes: str | None = None
    lines: list[EventLineDoc] = []
    targets: list[TargetDoc] = []
    checked: list[str] = []
    shopping_complete: bool = False
    archived: bool = False
    id: int | None = None


class SettingDoc(Document):
    """A setting of the kitchen; `slug` is its key."""

    slug: str
    value: str


class PluginRowDoc(Document):
    """A row of a plugin's table, for the journal only; `slug` is its table and key."""

    slug: str
    values: dict[str, str | None] = {}


class LotDoc(Document):
    """A lot of the ledger. In a file written by hand `id`, `left` and `paid` may be missing."""

    item: str
    amount: str
    id: str | None = None
    product: str | None = None
    left: str | None = None
    paid: str | None = None
    cost_left: str | None = None
    priced: bool | None = None
    received: str | None = None
    expires: str | None = None
    store: str | None = None
    event: str | None = None
    run: int | None = None


class RunOutputDoc(Document):
    """Good and lost units of one output."""

    item: str
    good: str
    lost: str = "0"
    reason: str | None = None


class RunDoc(Document):
    """A recorded production or assembly."""

    id: int
    change: int
    batches: str
    at: str
    recipe: str | None = None
    bundle: str | None = None
    event: str | None = None
    cost: str = "0.00"
    waste: str = "0.00"
    undone: bool = False
    outputs: list[RunOutputDoc] = []
    not_drawn: list[LineDoc] = []


class MoveDoc(Document):
    """A signed amount and cost in or out of a lot."""

    lot: str
    change: int
    reason: str
    amount: str
    cost: str = "0.00"
    run: int | None = None
    event: str | None = None
    recipient: str | None = None
    note: str | None = None


class ChangeDoc(Document):
    """An entry of the journal."""

    id: int
    at: str
    terminal: str
    kind: str
    summary: str
    undoes: int | None = None
    undone_by: int | None = None
    edits: list[dict[str, Any]] = []


class KitchenDoc(Document, omit_defaults=False):
    """A whole kitchen, or a part of one."""

    format: str = FORMAT
    version: int = VERSION
    currency: str | None = None
    items: list[ItemDoc] = []
    products: list[ProductDoc] = []
    recipes: list[RecipeDoc] = []
    bundles: list[BundleDoc] = []
    events: list[EventDoc] = []
    settings: list[SettingDoc] = []
    lots: list[LotDoc] = []
    runs: list[RunDoc] = []
    moves: list[MoveDoc] = []
    changes: list[ChangeDoc] = []

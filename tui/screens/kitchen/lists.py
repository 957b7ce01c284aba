"""Reading the four lists of the kitchen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from bakehouse.plugin import Cell, Column, Money, Row, RowStyle, Table
from core.services import catalog_service, saying
from core.services.rows.catalog import ItemRow, ProductRow
from tui.screens.kitchen.things import Kind, Thing

Lines = Iterator[Row]
STATE = Column("state", "", "status", priority=0)
COLUMNS: Mapping[Kind, Sequence[Column]] = {
    "recipe": (
        Column("name", "Recipe", width=24, priority=0),
        Column("makes", "Makes", width=18, priority=1),
        Column("hands", "Hands", "integer", priority=3),
        Column("oven", "Oven", "integer", priority=4),
        Column("category", width=10, priority=5),
        STATE,
    ),
    "bundle": (
        Column("name", "Bundle", width=24, priority=0),
        Column("holds", "Holds", width=30, priority=1),
        STATE,
    ),
    "item": (
        Column("name", "Item", width=26, priority=0),
        Column("kind", width=10, priority=1),
        Column("unit", "In", width=4, priority=2),
        Column("category", width=10, priority=4),
        Column("keeps", "Keeps", "integer", priority=3),
        STATE,
    ),
    "product": (
        Column("name", "Product", width=24, priority=0),
        Column("item", width=16, priority=2),
        Column("pack", "Pack", align="right", width=8, priority=1),
        Column("price", "Price", "money", priority=1),
        Column("store", width=10, priority=3),
        STATE,
    ),
}
EMPTY: Mapping[Kind, str] = {
    "recipe": "No recipe yet; n adds one.",
    "bundle": "No bundle yet; n adds one.",
    "item": "No item yet; n adds one. Recipes add what they name by themselves.",
    "product": "No product yet; n adds one: what a pack holds and costs.",
}


def read_list(kind: Kind, session: Session, *, archived: bool = False) -> Table:
    """Return all things of one kind by name; with `archived` those that are put away too."""
    rows = READERS[kind](session, archived)
    return Table(COLUMNS[kind], rows, empty=EMPTY[kind])


def _recipes(session: Session, archived: bool) -> Lines:
    for row in catalog_service.list_recipes(session, archived=archived):
        style: RowStyle | None = None
        state = ""
        if row.archived:
            style, state = "muted", "archived"
        elif row.unknown_lines:
            style, state = "unknown", f"{row.unknown_lines} unknown"
        cells = (
            row.name,
            row.makes,
            _number(row.minutes),
            _number(row.oven_minutes),
            row.category or "",
            state,
        )
        yield Row(Thing("recipe", row.id).key, cells, style=style)


def _bundles(session: Session, archived: bool) -> Lines:
    for row in catalog_service.list_bundles(session, archived=archived):
        style: RowStyle | None = "muted" if row.archived else None if row.holds else "short"
        state = "archived" if row.archived else "" if row.holds else "empty"
        yield Row(Thing("bundle", row.id).key, (row.name, row.holds, state), style=style)


def _items(session: Session, archived: bool) -> Lines:
    for row in catalog_service.list_items(session, archived=archived):
        cells = (
            row.name,
            row.kind,
            row.unit,
            row.category or "",
            _number(row.shelf_life_days),
            _item_state(row),
        )
        yield Row(Thing("item", row.id).key, cells, style="muted" if row.archived else None)


def _item_state(row: ItemRow) -> str:
    if row.archived:
        return "archived"
    return "always there" if row.always_on_hand else ""


def _products(session: Session, archived: bool) -> Lines:
    say = saying.amounts(session)
    for row in catalog_service.list_products(session, archived=archived):
        style, state = _product_state(row)
        price: Cell = Money(row.price, say.money(row.price)) if row.price is not None else None
        cells = (row.label, row.item_name, row.pack, price, row.store or "", state)
        yield Row(Thing("product", row.id).key, cells, style=style)


def _product_state(row: ProductRow) -> tuple[RowStyle | None, str]:
    if row.archived:
        return "muted", "archived"
    return ("done", "preferred") if row.preferred else (None, "")


def _number(value: int | None) -> Cell:
    return "" if value is None else value


READERS: Mapping[Kind, Callable[[Session, bool], Lines]] = {
    "recipe": _recipes,
    "bundle": _bundles,
    "item": _items,
    "product": _products,
}

"""Loading what is in stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

from bakehouse.plugin import Amount, Cell, Column, Money, Ref, Row, RowStyle, Table, ViewContext
from core.services import saying, stock_service
from core.services.rows.stock import StockRow
from core.services.saying import Say

COLUMNS = (
    Column("item", width=26, priority=0),
    Column("kind", width=10, priority=5),
    Column("category", width=14, priority=6),
    Column("on_hand", "On hand", "amount", edit="stock", width=12, priority=0),
    Column("reserved", "Reserved", "amount", width=12, priority=2),
    Column("available", "Available", "amount", width=12, priority=1),
    Column("lots", "Lots", "integer", width=4, priority=4),
    Column("expires", "Expires", "date", width=10, priority=2),
    Column("value", "Value", "money", width=10, priority=3),
    Column("status", "Status", "status", width=12, priority=1),
)

SOON = timedelta(days=7)


def load(ctx: ViewContext) -> Table:
    """Return every item that is stocked or wanted, by name."""
    items = stock_service.list_stock(session=ctx.session)
    say = saying.amounts(ctx.session)
    return Table(
        COLUMNS,
        [_row(item, say, ctx.today) for item in items],
        totals=_totals(items, say) if items else None,
        data=[asdict(item) for item in items],
        empty="No items yet.",
    )


def _row(item: StockRow, say: Say, today: date) -> Row:
    def amount(value: Decimal | None) -> Amount:
        return Amount(value, say.amount(item.item_id, value))

    style, status = _state(item, today)
    return Row(
        f"item:{item.item_id}",
        (
            item.name,
            item.kind,
            item.category or "",
            amount(item.on_hand),
            "" if item.reserved == 0 else amount(item.reserved),
            amount(item.available),
            item.lots,
            item.expires or "",
            Money(item.value, say.money(item.value)) if item.on_hand else "",
            status,
        ),
        about=Ref("item", item.item_id),
        style=style,
    )


def _state(item: StockRow, today: date) -> tuple[RowStyle | None, str]:
    """Return how an item stands, as a style and in words."""
    if item.available is None:
        return "unknown", "unknown"
    if not item.on_hand:
        return "muted", "none"
    if item.expires is not None and item.expires < today + SOON:
        return "short", "use soon"
    return None, ""


def _totals(items: Sequence[StockRow], say: Say) -> tuple[Cell, ...]:
    known = [item.value for item in items if item.value is not None]
    value = sum(known, Decimal(0)) if len(known) == len(items) else None
    cells: Mapping[str, Cell] = {
        "item": f"{sum(1 for item in items if item.on_hand)} in stock",
        "value": Money(value, say.money(value)),
    }
    return tuple(cells.get(column.name, "") for column in COLUMNS)

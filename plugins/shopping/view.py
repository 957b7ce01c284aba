"""Loading the shopping list of an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bakehouse.plugin import Amount, Cell, Column, Money, Ref, Row, RowStyle, Table, ViewContext
from core.services import event_service, saying
from core.services.planning.progress import estimated_cost
from core.services.planning.shapes import ShoppingRow
from core.services.saying import Say

COLUMNS = (
    Column("checked", "✓", width=1, priority=0),
    Column("item", width=22, priority=0),
    Column("to_buy", "Buy", "amount", width=10, priority=0),
    Column("packs", width=26, priority=1),
    Column("needed", "Need", "amount", width=10, priority=4),
    Column("available", "Have", "amount", width=10, priority=3, edit="stock"),
    Column("store", width=12, priority=5),
    Column("cost", "Cost", "money", width=9, priority=2),
    Column("status", "Status", "status", width=12, priority=0),
)

STYLES: Mapping[str, RowStyle] = {"enough": "muted", "always": "muted", "unknown": "unknown"}


def load(ctx: ViewContext) -> Table:
    """Return a row for each ingredient and supply that the work uses, what to buy first."""
    items = event_service.get_shopping_list(ctx.event, session=ctx.session)
    say = saying.amounts(ctx.session)
    return Table(
        COLUMNS,
        [_row(item, say) for item in sorted(items, key=_is_there)],
        totals=_totals(items, say) if items else None,
        data=items,
        empty="Nothing to buy for this event.",
    )


def _is_there(item: ShoppingRow) -> bool:
    return item["status"] in STYLES and item["status"] != "unknown"


def _row(item: ShoppingRow, say: Say) -> Row:
    style, status = _state(item)
    buys = item["status"] in ("buy", "unknown")
    return Row(
        f"item:{item['item_id']}",
        (
            "✓" if item["checked"] else "",
            item["item_name"],
            _amount(item, item["to_buy"], say) if buys else "",
            _packs(item),
            _amount(item, item["needed"], say),
            "" if item["status"] == "always" else _amount(item, item["available"], say),
            item["store"] or "",
            _money(item["estimated_cost"], say) if buys else "",
            status,
        ),
        about=Ref("item", item["item_id"]),
        style=style,
    )


def _state(item: ShoppingRow) -> tuple[RowStyle | None, str]:
    """Return how a line stands, as a style and in words."""
    status = item["status"]
    if status == "buy" and item["checked"]:
        return "done", "in the bag"
    if status == "buy" and item["problem"]:
        return None, item["problem"].partition(":")[0]
    return STYLES.get(status), status


def _packs(item: ShoppingRow) -> str:
    """Say what to take off the shelf, or what stands in the way of saying it."""
    if item["packs"]:
        return ", ".join(f"{pack['packs']} × {pack['label']}" for pack in item["packs"])
    return item["problem"] or ""


def _totals(items: Sequence[ShoppingRow], say: Say) -> tuple[Cell, ...]:
    to_buy = [item for item in items if item["status"] in ("buy", "unknown")]
    unpriced = sum(item["estimated_cost"] is None for item in to_buy)
    values: Mapping[str, Cell] = {
        "item": f"{len(to_buy)} to buy",
        "cost": _money(estimated_cost(list(items)), say),
        "status": f"{unpriced} unpriced" if unpriced else "",
    }
    return tuple(values.get(column.name, "") for column in COLUMNS)


def _amount(item: ShoppingRow, value: Decimal | None, say: Say) -> Amount:
    return Amount(value, say.amount(item["item_id"], value))


def _money(value: Decimal | None, say: Say) -> Money:
    return Money(value, say.money(value))

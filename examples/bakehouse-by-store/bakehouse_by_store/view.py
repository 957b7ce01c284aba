"""Loading the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from bakehouse.plugin import Amount, Cell, Column, Money, Ref, Row, Sections, Table, ViewContext
from core.services import event_service, saying
from core.services.planning.shapes import ShoppingRow
from core.services.saying import Say

ANYWHERE = "No store known"
COLUMNS = (
    Column("item", width=24, priority=0),
    Column("to_buy", "Buy", "amount", width=12, priority=0),
    Column("packs", width=28, priority=1),
    Column("cost", "Cost", "money", width=10, priority=0),
)


def load(ctx: ViewContext) -> Sections:
    """Return a table for each store."""
    lines = event_service.get_shopping_list(ctx.event, session=ctx.session)
    say = saying.amounts(session=ctx.session)
    stores: dict[str | None, list[ShoppingRow]] = defaultdict(list)
    for line in lines:
        if line["status"] in ("buy", "unknown"):
            stores[line["store"]].append(line)
    by_size = sorted(stores.items(), key=lambda found: (found[0] is None, -len(found[1]), found[0]))
    if not by_size:
        return Sections([("Shopping", Table(COLUMNS, empty="Nothing to buy for this event."))])
    return Sections([(store or ANYWHERE, _table(found, say)) for store, found in by_size])


def _table(lines: Sequence[ShoppingRow], say: Say) -> Table:
    rows = [
        Row(
            f"item:{line['item_id']}",
            (
                line["item_name"],
                Amount(line["to_buy"], say.amount(line["item_id"], line["to_buy"])),
                ", ".join(f"{pack['packs']} × {pack['label']}" for pack in line["packs"]),
                Money(line["estimated_cost"], say.money(line["estimated_cost"])),
            ),
            about=Ref("item", line["item_id"]),
            style="unknown" if line["status"] == "unknown" else None,
        )
        for line in lines
    ]
    return Table(COLUMNS, rows, totals=_totals(lines, say), data=list(lines))


def _totals(lines: Sequence[ShoppingRow], say: Say) -> tuple[Cell, ...]:
    costs = [line["estimated_cost"] for line in lines]
    known = [cost for cost in costs if cost is not None]
    missing = len(costs) - len(known)
    total = sum(known, Decimal(0))
    said = f"{missing} without a price" if missing else ""
    return (f"{len(lines)} to buy", "", said, Money(total, say.money(total)))

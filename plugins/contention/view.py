"""Loading what several open events want of one stock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal

from bakehouse.plugin import Amount, Column, Ref, Row, Table, ViewContext
from core.services import saying
from core.services.planning import plan_service
from core.services.rows.plan import ContendedItem
from core.services.saying import Say

COLUMNS = (
    Column("item", width=22, priority=0),
    Column("event", width=20, priority=0),
    Column("date", kind="date", width=10, priority=4),
    Column("need", "Wants", "amount", width=11, priority=1),
    Column("from_stock", "From stock", "amount", width=11, priority=1),
    Column("carried", "From batches", "amount", width=12, priority=1),
    Column("short", "Short", "amount", width=11, priority=0),
    Column("move", "If its date moved", width=44, priority=2),
)


def load(ctx: ViewContext) -> Table:
    """Return each contended item with the events that want it, in the order they are served."""
    items = plan_service.contention(session=ctx.session)
    if ctx.event_id is not None:
        items = [item for item in items if ctx.event_id in {e.event_id for e in item.events}]
    say = saying.amounts(ctx.session)
    return Table(
        COLUMNS,
        [row for item in items for row in _rows(item, say)],
        data=[asdict(item) for item in items],
        empty="No item is wanted by several open events.",
    )


def _rows(item: ContendedItem, say: Say) -> Iterator[Row]:
    def amount(value: Decimal | None) -> Amount:
        return Amount(value, say.amount(item.item_id, value))

    for event in item.events:
        unknown = event.short is None
        yield Row(
            f"{item.item_id}:{event.event_id}",
            (
                item.name,
                event.event_name,
                event.date,
                amount(event.need),
                amount(event.from_stock),
                amount(event.carried),
                amount(event.short),
                _moves(item, event.event_id, say),
            ),
            about=Ref("item", item.item_id),
            style="unknown" if unknown else "short" if event.short else None,
        )


def _moves(item: ContendedItem, event_id: int, say: Say) -> str:
    """Say what moving one event past its neighbours would change."""
    told = []
    for move in item.moves or ():
        if move.event_id == event_id and move.changes:
            changes = ", ".join(
                f"{change.event_name} short of {say.amount(item.item_id, change.after)}"
                for change in move.changes
            )
            told.append(f"{move.where} {move.other_name}: {changes}")
    return "; ".join(told)

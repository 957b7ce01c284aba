"""Loading what an event costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal

from bakehouse.plugin import Amount, Column, Money, Ref, Row, RowStyle, Sections, Table, ViewContext
from core.services import saying
from core.services.planning import cost_service
from core.services.planning.cost_service import EventCosts
from core.services.saying import Say

COSTS = (
    Column("what", "Cost", width=34, priority=0),
    Column("cost", "Amount", "money", width=12, priority=0),
    Column("note", "Note", width=44, priority=1),
)
LINES = (
    Column("line", width=26, priority=0),
    Column("for", "For", width=18, priority=3),
    Column("quantity", "Quantity", "amount", width=9, priority=1),
    Column("each", "Cost each", "money", width=12, priority=0),
    Column("cost", "Cost", "money", width=10, priority=1),
    Column("price", "Price", "money", width=10, priority=2),
    Column("margin", "Margin", "money", width=10, priority=1),
)


def load(ctx: ViewContext) -> Sections:
    """Return the costs of the event in all, and by line."""
    costs = cost_service.get_event_costs(ctx.event, session=ctx.session)
    say = saying.amounts(ctx.session)
    return Sections(
        (
            ("In all", Table(COSTS, list(_totals(costs, say)), data=asdict(costs))),
            ("By line", Table(LINES, list(_lines(costs, say)), empty="The event has no lines.")),
        )
    )


def _totals(costs: EventCosts, say: Say) -> Iterator[Row]:
    def row(key: str, what: str, value: Decimal | None, note: str = "") -> Row:
        style: RowStyle | None = "unknown" if value is None else None
        return Row(key, (what, Money(value, say.money(value)), note), style=style)

    yield row("so_far", "So far", costs.so_far, "what went into its runs and deliveries")
    yield row("from_stock", "Stock still to be used", costs.from_stock)
    yield row("to_buy", "Still to buy", costs.to_buy, "whole packs")
    yield row("left_over", "Less what stays of the packs", costs.left_over)
    if costs.to_others != 0:
        note = "of what was made for it"
        yield row("to_others", "Less what goes to other events", costs.to_others, note)
    yield row("total", "Total", costs.total, _why_unknown(costs, say))
    if costs.people:
        yield row("per_person", f"Per person, of {costs.people}", costs.per_person)
    if costs.price is not None:
        yield row("price", "Price of the lines", costs.price)
        yield row("margin", "Margin", costs.margin)


def _why_unknown(costs: EventCosts, say: Say) -> str:
    told = [f"at least {say.money(costs.at_least)}"]
    if costs.unpriced:
        told.append(f"no price: {', '.join(costs.unpriced)}")
    if costs.unknown:
        told.append(f"amount unknown: {', '.join(costs.unknown)}")
    return "; ".join(told) if costs.total is None else ""


def _lines(costs: EventCosts, say: Say) -> Iterator[Row]:
    def money(value: Decimal | None) -> Money:
        return Money(value, say.money(value))

    for number, line in enumerate(costs.lines, start=1):
        priced = line.price is not None
        yield Row(
            str(number),
            (
                line.name,
                line.recipient or "",
                Amount(line.quantity, say.amount(line.item_id, line.quantity)),
                Money(
                    line.cost_each, say.price_of_one(line.item_id, line.cost_each, line.quantity)
                ),
                money(line.cost),
                money(line.price) if priced else "",
                money(line.margin) if priced else "",
            ),
            about=Ref("item", line.item_id),
            style="unknown" if line.cost is None else None,
        )

"""Reading what charts show: the stock and price of an item, the costs of an event."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from bakehouse.plugin import Chart, Sections, Series
from core.services import catalog_service, saying, stock_service
from core.services.planning import cost_service, timeline_service

MOST_PRICES = 60
MOST_DAYS = 400
"""Of an event that is years ahead the last days before it are drawn."""


def read_charts(event_id: int, item_id: int | None, session: Session) -> Sections:
    """Return the charts of an item for an event, or without an item those of the event."""
    if item_id is None:
        return Sections((("Cost so far, and still to come", _costs(event_id, session)),))
    name = saying.amounts(session).name(item_id)
    parts = [(f"{name} for this event, at the end of each day", _stock(event_id, item_id, session))]
    prices = _prices(item_id, session)
    if prices is not None:
        parts.append((f"What {name} was bought for", prices))
    return Sections(tuple(parts))


def _stock(event_id: int, item_id: int, session: Session) -> Chart:
    days = timeline_service.get_stock_by_day(event_id, item_id, session=session)[-MOST_DAYS:]
    item = catalog_service.find_item(item_id, session=session)
    return Chart(
        "lines",
        tuple(_day(each.day.isoformat()) for each in days),
        (Series("in stock", tuple(each.amount for each in days)),),
        unit="" if item.unit == "each" else item.unit,
    )


def _prices(item_id: int, session: Session) -> Chart | None:
    """Return the price of a hundred stock units (of one, where pieces are counted) over time."""
    item = catalog_service.find_item(item_id, session=session)
    if item.kind not in ("ingredient", "supply"):
        return None
    each = 1 if item.unit == "each" else 100
    found = stock_service.price_history(item_id, session=session)[:MOST_PRICES]
    bought = [purchase for purchase in reversed(found) if purchase.price is not None]
    currency = saying.amounts(session).currency
    return Chart(
        "lines",
        tuple(purchase.received.isoformat() for purchase in bought),
        (Series("price", tuple(_cents(purchase.price, each) for purchase in bought)),),
        unit=f"{currency} {'each' if each == 1 else f'for {each} {item.unit}'}",
    )


def _cents(price: Decimal | None, each: int) -> Decimal | None:
    return None if price is None else Decimal(round(Fraction(price) * each * 100)) / 100


def _costs(event_id: int, session: Session) -> Chart:
    costs = cost_service.get_event_costs(event_id, session=session)
    named = (
        ("so far", costs.so_far),
        ("from stock", costs.from_stock),
        ("to buy", costs.to_buy),
        ("left over", costs.left_over),
        ("to others", costs.to_others),
        ("in all", costs.total),
    )
    return Chart(
        "bars",
        tuple(name for name, _ in named),
        (Series("costs", tuple(_cents(value, 1) for _, value in named)),),
        unit=saying.amounts(session).currency,
    )


def _day(iso: str) -> str:
    return iso[5:]

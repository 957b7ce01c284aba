"""The shopping list of an event: what to buy, what it will cost, and whether it is done."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from core.documents import EventDoc
from core.money import from_micro as money_of
from core.services import event_service
from core.services._settings import store_trip_cost
from core.services.planning._shopping import covers_of
from core.services.planning._views import find_event
from core.services.planning.progress import estimated_cost
from core.services.planning.shapes import ShoppingRow
from core.services.rows.journal import ChangeRow
from core.session import reading, writing


@dataclass(frozen=True, slots=True)
class StoreTotal:
    """What is to be bought at one store; `cost` is None while a price is missing."""

    store: str | None
    items: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class ShoppingSummary:
    """A shopping list in numbers.

    `trips` is how many stores the packs come from, and `trips_cost` what the trips to all of them
    but the first cost, by the setting; the estimated cost is without it.
    """

    items_to_buy: int
    checked: int
    unknown: int
    estimated_cost: Decimal | None
    stores: tuple[StoreTotal, ...]
    is_complete: bool
    trips: int
    trips_cost: Decimal


def get_items_to_buy(event_id: int, session: Session | None = None) -> list[ShoppingRow]:
    """Return the rows of an event's shopping list with something to buy.

    Raises:
        EventNotFound: No such event.
    """
    with reading(session) as reader:
        rows = event_service.get_shopping_list(event_id, session=reader)
        return [row for row in rows if row["status"] == "buy"]


def get_shopping_summary(event_id: int, session: Session | None = None) -> ShoppingSummary:
    """Return an event's shopping list in numbers, by store.

    Raises:
        EventNotFound: No such event.
    """
    with reading(session) as reader:
        rows = event_service.get_shopping_list(event_id, session=reader)
        to_buy = [row for row in rows if row["status"] == "buy"]
        stores: dict[str | None, list[ShoppingRow]] = {}
        for row in to_buy:
            stores.setdefault(row["store"], []).append(row)
        trips = _trips(reader, event_id)
        return ShoppingSummary(
            items_to_buy=len(to_buy),
            checked=sum(row["checked"] for row in to_buy),
            unknown=sum(row["status"] == "unknown" for row in rows),
            estimated_cost=estimated_cost(rows),
            stores=tuple(
                StoreTotal(store, len(found), estimated_cost(found))
                for store, found in sorted(stores.items(), key=lambda pair: pair[0] or "~")
            ),
            is_complete=is_shopping_complete(event_id, session=reader),
            trips=trips,
            trips_cost=money_of(store_trip_cost(reader) * max(0, trips - 1)),
        )


def _trips(session: Session, event_id: int) -> int:
    """Return how many stores the packs of an event's list come from."""
    covers = covers_of(session, find_event(session, event_id), "preferred").values()
    packs = [(b, key) for b in covers if b.cover is not None for key, _ in b.cover.packs]
    return len({bought.products[key].store for bought, key in packs} - {None})


def is_shopping_complete(event_id: int, session: Session | None = None) -> bool:
    """Tell whether the shopping of an event has been marked as done.

    Raises:
        EventNotFound: No such event.
    """
    with reading(session) as reader:
        return event_service.get_event(event_id, session=reader).shopping_complete


def mark_shopping_complete(event_id: int, session: Session | None = None) -> ChangeRow:
    """Mark the shopping of an event as done; given a session, nothing is committed here.

    Raises:
        EventNotFound: No such event.
    """
    return _mark(event_id, True, session)


def unmark_shopping_complete(event_id: int, session: Session | None = None) -> ChangeRow:
    """Mark the shopping of an event as not done.

    Raises:
        EventNotFound: No such event.
    """
    return _mark(event_id, False, session)


def _mark(event_id: int, complete: bool, session: Session | None) -> ChangeRow:
    with writing(session) as writer:
        doc: EventDoc = event_service.get_event(event_id, session=writer)
        doc.shopping_complete = complete
        summary = f"{doc.name}: shopping is {'done' if complete else 'not done'}"
        return event_service.save_event(doc, summary=summary, session=writer)

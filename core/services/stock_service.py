"""Stock: receiving, counting, discarding and delivering it, and what there is of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.clock import today
from core.errors import (
    EventNotFound,
    ItemNotFound,
    LotNotFound,
    RuleBroken,
)
from core.models import Event, Item, Lot, Product
from core.money import from_micro as money_of
from core.services import saying
from core.services._bought import bring_in, read_purchase
from core.services._counting import count_in, counted_amount, weighed
from core.services._drawing import Purpose, draw
from core.services._journal import recording
from core.services._kitchen import event_plan, planned
from core.services._ledger import ROUNDING, LotNow, Use, lot_now, lots_on_hand, take
from core.services._naming import sorting, spelled
from core.services._prices import was_bought
from core.services._recording import open_event
from core.services._rows import change_row, fresh, get_fresh
from core.services._wares import Wares
from core.services._writing import known_amount, ledger_amount
from core.services.rows.journal import ChangeRow
from core.services.rows.stock import LotRow, PurchaseRow, StockRow
from core.session import reading, writing
from core.units import (
    Entered,
    from_micro,
    to_decimal,
    to_micro,
)

# -- records --------------------------------------------------------------------------------------


def receive(
    item_id: int,
    *,
    amount: Entered | None = None,
    packs: Entered | None = None,
    product_id: int | None = None,
    paid: str | Decimal | int | None,
    store: str | None = None,
    received: date | None = None,
    expires: date | None = None,
    session: Session | None = None,
) -> ChangeRow:
    """Record a purchase as one journal entry and one lot.

    Either `amount`, or `packs` (2.5 is fine) of `product_id` (by default the item's preferred or
    only product). `paid` is the whole price, None if unknown. A purchase by packs becomes the
    product's last price, and its store the product's where that has none. The item's ticks on the
    shopping lists of open events are taken away.

    Raises:
        ItemNotFound, ProductNotFound: No such item or product.
        AmountError: An amount or price that cannot be read, or out of bounds.
        UnknownUnit: The amount's unit is neither a standard one nor a measure of the item.
        UnknownAmount: The amount's unit cannot be converted for want of a density.
        RuleBroken: Neither or both of amount and packs, or an item that is not bought.
    """
    with writing(session) as writer:
        day = received or today()
        wares = Wares(writer, [item_id], [product_id])
        bought = read_purchase(
            wares, item_id, day, amount=amount, packs=packs, product_id=product_id, paid=paid
        )
        say = saying.amounts(writer)
        price = "" if bought.paid is None else f" for {say.money(money_of(bought.paid))}"
        with recording(writer, "buy", f"Bought {bought.said}{price}") as change:
            bring_in(writer, change, wares, [bought], day, store, expires)
        return change_row(change)


def count(
    item_id: int,
    amount: Entered,
    *,
    lot_id: int | None = None,
    session: Session | None = None,
) -> ChangeRow:
    """Set what is there of an item (or of one lot) to what was counted, up or down.

    `amount` is an amount ("3 lb"), packs ("2.5 packs", or by the word on them, "3 bags") or the
    percentage left of what the lots on hand held when they came in ("40%"). A surplus comes in as
    a lot at the last known cost.

    Raises:
        ItemNotFound, LotNotFound: No such item, or no such lot of it.
        AmountError: An amount that cannot be read, or out of bounds.
        UnknownUnit: The amount's unit is neither a standard one nor a measure or pack of the item.
        UnknownAmount: The amount's unit cannot be converted for want of a density.
        RuleBroken: More than 100% or a percentage of nothing, more than the lot ever held, or packs
            of an item that has none or several of them.
    """
    with writing(session) as writer:
        item = _item(writer, item_id)
        lots = lots_on_hand(writer, [item.id])[item.id]
        if lot_id is not None:
            lots = [_lot(writer, lot_id, item.id)]
        counted = to_micro(counted_amount(writer, item, amount, lots))
        there = sum(lot.left for lot in lots)
        said = saying.amounts(writer).amount(item.id, from_micro(counted))
        summary = f"Counted {said} {item.name}{weighed(item, amount)}"
        with recording(writer, "count", summary) as change:
            if counted < there:
                # What is kept for an event is the last to be missed.
                lots.sort(key=lambda lot: lot.event_id is not None)
                parts = [(lot, lot.left) for lot in lots]
                take(writer, change, parts, there - counted, Use("counted"))
            elif counted > there:
                count_in(writer, change, item, counted - there, lots if lot_id else [])
        return change_row(change)


def discard(
    amount: Entered | None = None,
    reason: str = "",
    *,
    item_id: int | None = None,
    lot_id: int | None = None,
    session: Session | None = None,
) -> ChangeRow:
    """Take an amount of an item out of stock, or a lot (all of it without an amount).

    Raises:
        ItemNotFound, LotNotFound: No such item or lot, or a lot of another item.
        AmountError: An amount that cannot be read, or out of bounds.
        UnknownUnit: The amount's unit is neither a standard one nor a measure of the item.
        UnknownAmount: The amount's unit cannot be converted for want of a density.
        Shortage: There is less of the item.
        RuleBroken: No reason, neither a lot nor an item and its amount, or more than is left of
            the lot.
    """
    with writing(session) as writer:
        if not reason.strip():
            raise RuleBroken("Say why it is discarded, for example 'stale'.")
        if lot_id is not None:
            lot = _lot(writer, lot_id, item_id)
            item = _item(writer, lot.item_id)
            gone = lot.left if amount is None else _micro(writer, item, amount)
            if not 0 < gone <= lot.left:
                left = saying.amounts(writer).amount(item.id, from_micro(lot.left))
                raise RuleBroken(f"Lot L{lot.id} has {left} {item.name} left.")
            allowed = [(lot, lot.left)]
        elif item_id is not None and amount is not None:
            item = _item(writer, item_id)
            gone = _micro(writer, item, amount)
            allowed = []
        else:
            raise RuleBroken("Say which lot, or which item and how much of it.")
        said = saying.amounts(writer).amount(item.id, from_micro(gone))
        summary = f"Discarded {said} {item.name}: {reason.strip()}"
        with recording(writer, "discard", summary) as change:
            if allowed:
                take(writer, change, allowed, gone, Use("discarded", note=reason.strip()))
            else:
                purpose = Purpose("discarded", note=reason.strip(), borrow=True)
                draw(writer, change, {item.id: gone}, purpose)
        return change_row(change)


def deliver(
    event_id: int,
    item_id: int,
    quantity: Entered,
    *,
    to: str | None = None,
    more: bool = False,
    borrow: bool = False,
    session: Session | None = None,
) -> ChangeRow:
    """Hand out items of an event's lines; more than was ordered only with `more`.

    It fills the lines of the recipient `to` first and then the event's lines in order; what is
    so taken from the lines of others, the entry says. A recipient is found whatever the case and
    accents of the name. What is always on hand has no lots that it could come from. `borrow` uses
    lots kept for other events.

    Raises:
        EventNotFound, ItemNotFound: No such event or item.
        AmountError: A quantity that cannot be read, or out of bounds.
        UnknownUnit: The quantity's unit is neither a standard one nor a measure of the item.
        UnknownAmount: The quantity's unit cannot be converted for want of a density.
        Shortage: There is less of the item, or the rest is kept for other events.
        RuleBroken: An event that is not open, no line for the item, or more than its lines want.
    """
    with writing(session) as writer:
        event = open_event(writer, event_id)
        if event is None:
            raise EventNotFound(event_id)
        item = _item(writer, item_id)
        if item.always_on_hand:
            raise RuleBroken(
                f"{item.name} is always on hand: no stock of it is kept that could be handed out. "
                "It is never short, so nothing has to be recorded. To record it all the same, "
                f"edit {item.name} so that it is not always on hand, and count it."
            )
        handed = _micro(writer, item, quantity)
        found = event_plan(writer, event.id)
        lines = [] if found is None else [x for x in found.event.lines if x.item_id == item.id]
        if not lines:
            raise RuleBroken(f"{event.name} has no line for {item.name}.")
        wanted = sum(((line.need or Fraction(0)) for line in lines), Fraction(0))
        say = saying.amounts(writer)
        if not more and _exceeds(handed, to_micro(wanted)):
            raise RuleBroken(
                f"{event.name} still wants {say.amount(item.id, wanted)} {item.name}, not "
                f"{say.amount(item.id, from_micro(handed))}. Say so if more is meant."
            )
        said = say.amount(item.id, from_micro(handed))
        summary = f"Delivered {said} × {item.name}, {event.name}"
        if to is not None:
            to = spelled(to, (line.recipient for line in lines))
            own = sum(((x.need or Fraction(0)) for x in lines if x.recipient == to), Fraction(0))
            of_others = to_micro(min(from_micro(handed), wanted) - own)
            summary += f", to {to}"
            if of_others >= ROUNDING:
                said = say.amount(item.id, from_micro(of_others))
                summary += f"; {said} of it ordered by others"
        with recording(writer, "deliver", summary) as change:
            purpose = Purpose("delivered", event.id, recipient=to, borrow=borrow)
            draw(writer, change, {item.id: handed}, purpose)
        return change_row(change)


# -- reads ----------------------------------------------------------------------------------------


def list_stock(*, session: Session | None = None) -> list[StockRow]:
    """Return every item that is stocked or wanted, by name, with what open events are given."""
    with reading(session) as reader:
        plan = planned(reader)
        fresh = (Lot.expires.is_(None)) | (Lot.expires >= today())
        query = (
            select(
                Item.id,
                Item.slug,
                Item.name,
                Item.kind,
                Item.unit,
                Item.category,
                func.coalesce(func.sum(Lot.left), 0),
                func.count(Lot.id),
                func.min(Lot.expires),
                func.coalesce(func.sum(Lot.cost_left), 0),
                func.count(case((Lot.priced.is_(False), 1))),
            )
            .outerjoin(Lot, (Lot.item_id == Item.id) & (Lot.left > 0) & fresh)
            .where(Item.archived.is_(False), Item.always_on_hand.is_(False))
            .group_by(Item.id)
            .order_by(Item.name, Item.id)
        )
        rows = []
        for (
            key,
            slug,
            name,
            kind,
            unit,
            category,
            left,
            lots,
            expires,
            value,
            unpriced,
        ) in reader.execute(query):
            on_hand = from_micro(int(left))
            given = [plan.given(key, e) for e in range(len(plan.kitchen.events))]
            reserved = None if None in given else sum((g for g in given if g), Fraction(0))
            rows.append(
                StockRow(
                    key,
                    slug,
                    name,
                    kind,
                    unit,
                    category,
                    to_decimal(on_hand),
                    None if reserved is None else to_decimal(reserved),
                    None if reserved is None else to_decimal(on_hand - reserved),
                    lots,
                    expires,
                    None if unpriced else money_of(int(value)),
                )
            )
        return sorted(rows, key=lambda row: (sorting(row.name), row.item_id))


def list_lots(
    item_id: int | None = None, *, empty: bool = False, session: Session | None = None
) -> list[LotRow]:
    """Return lots with something left (or all), first to be used first."""
    with reading(session) as reader:
        query = (
            select(Lot, Item.name, Product.label, Event.name)
            .join(Item, Item.id == Lot.item_id)
            .outerjoin(Product, Product.id == Lot.product_id)
            .outerjoin(Event, Event.id == Lot.event_id)
            .order_by(Item.name, Lot.expires.is_(None), Lot.expires, Lot.received, Lot.id)
        )
        if item_id is not None:
            query = query.where(Lot.item_id == item_id)
        if not empty:
            query = query.where(Lot.left > 0)
        return [
            LotRow(
                lot.id,
                lot.item_id,
                name,
                to_decimal(from_micro(lot.amount)),
                to_decimal(from_micro(lot.left)),
                money_of(lot.paid) if lot.priced or lot.paid else None,
                money_of(lot.cost_left),
                lot.priced,
                lot.received,
                lot.expires,
                lot.store,
                product,
                lot.event_id,
                event,
                lot.run_id,
            )
            for lot, name, product, event in reader.execute(fresh(query))
        ]


def price_history(item_id: int, *, session: Session | None = None) -> list[PurchaseRow]:
    """Return what an item was bought for, newest first; purchases that were undone are left out.

    Raises:
        ItemNotFound: No such item.
    """
    with reading(session) as reader:
        _item(reader, item_id)
        query = (
            select(Lot.id, Lot.received, Lot.store, Product.label, Lot.amount, Lot.paid, Lot.priced)
            .outerjoin(Product, Product.id == Lot.product_id)
            .where(Lot.item_id == item_id, was_bought())
            .order_by(Lot.received.desc(), Lot.id.desc())
        )
        return [
            PurchaseRow(
                lot_id,
                day,
                store,
                product,
                to_decimal(from_micro(amount)),
                money_of(paid) if priced else None,
                to_decimal(Fraction(paid, amount)) if priced else None,
            )
            for lot_id, day, store, product, amount, paid, priced in reader.execute(query)
        ]


# -- parts of records -----------------------------------------------------------------------------


def _item(session: Session, item_id: int) -> Item:
    item = get_fresh(session, Item, item_id)
    if item is None:
        raise ItemNotFound(item_id)
    return item


def _lot(session: Session, lot_id: int, item_id: int | None) -> LotNow:
    lot = lot_now(session, lot_id)
    if lot is None or item_id not in (None, lot.item_id):
        raise LotNotFound(lot_id)
    return lot


def _exceeds(handed: int, wanted: int) -> bool:
    """Tell whether more is handed out than is wanted, by more than the ledger rounds."""
    return handed - wanted >= ROUNDING or (handed > 0 and not wanted)


def _micro(session: Session, item: Item, given: Entered) -> int:
    return ledger_amount(given, known_amount(session, item, given))

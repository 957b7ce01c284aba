"""A receipt: everything bought in one go, recorded as one; and what was bought the last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import today
from core.errors import BakehouseError, ReceiptRefused, RuleBroken
from core.models import Item, ItemUnit, Lot, Product, StockMove
from core.money import from_micro as money_of
from core.services import saying
from core.services._bought import Purchase, bring_in, packs_or_amount, read_purchase
from core.services._journal import recording
from core.services._prices import was_bought
from core.services._rows import change_row
from core.services._wares import Wares
from core.services.rows.journal import ChangeRow
from core.session import reading, writing
from core.units import Amount, exact, from_micro, plain_decimal, to_decimal

LOOKED_BACK = 2_000
"""How many purchases are looked through for what was bought the last time."""
NAMED = 3
"""How many things the journal names of a receipt."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of a receipt, as typed: packs ("2", "2 x 5 lb") or an amount, and its price.

    `paid` is the whole price of the line; None or "" is unknown.
    """

    item_id: int
    product_id: int | None
    amount: str
    paid: str | None = None


@dataclass(frozen=True, slots=True)
class LastBought:
    """What was bought of a product (or item) the last time at a store: as it would be typed."""

    item_id: int
    product_id: int | None
    name: str
    store: str | None
    received: date
    amount: str
    paid: Decimal | None


def record_receipt(
    lines: Sequence[ReceiptLine],
    *,
    store: str | None = None,
    received: date | None = None,
    session: Session | None = None,
) -> ChangeRow:
    """Record all lines of a receipt as one journal entry, all or nothing.

    Raises:
        ReceiptRefused: Lines that cannot be recorded, each with its sentence.
        RuleBroken: No line at all.
    """
    if not lines:
        raise RuleBroken("There is nothing on the receipt yet.")
    day = received or today()
    with writing(session) as writer:
        wares = Wares(writer, [line.item_id for line in lines], [line.product_id for line in lines])
        bought = []
        refused: dict[int, str] = {}
        for place, line in enumerate(lines):
            try:
                bought.append(_purchase(wares, line, day))
            except BakehouseError as error:
                refused[place] = str(error)
        if refused:
            raise ReceiptRefused(refused)
        with recording(writer, "buy", _summary(writer, wares, lines, bought, store)) as change:
            bring_in(writer, change, wares, bought, day, store)
        return change_row(change)


def list_last_bought(session: Session | None = None) -> list[LastBought]:
    """Return what was bought, for each store and product the last time only, newest first.

    Things of the same receipt stand in the order they were entered in.
    """
    with reading(session) as reader:
        entry = (
            select(func.min(StockMove.change_id))
            .where(StockMove.lot_id == Lot.id, StockMove.reason == "received")
            .scalar_subquery()
        )
        query = (
            select(
                Lot.item_id,
                Lot.product_id,
                Item.name,
                Item.unit,
                Product.label,
                Product.amount,
                Product.unit,
                ItemUnit.factor,
                Lot.store,
                Lot.received,
                Lot.amount,
                Lot.paid,
                Lot.priced,
                entry,
            )
            .join(Item, Item.id == Lot.item_id)
            .outerjoin(Product, (Product.id == Lot.product_id) & Product.archived.is_(False))
            .outerjoin(
                ItemUnit, (ItemUnit.item_id == Product.item_id) & (ItemUnit.unit == Product.unit)
            )
            .where(was_bought(), Item.archived.is_(False))
            .order_by(Lot.received.desc(), Lot.id.desc())
            .limit(LOOKED_BACK)
        )
        found: dict[tuple[object, ...], tuple[int, LastBought]] = {}
        for row in reader.execute(query):
            item_id, product_id, name, own, label, size, unit, factor = row[:8]
            store, day, amount, paid, priced, change_id = row[8:]
            if label is None:
                product_id, text = None, _typed(from_micro(amount), own)
            elif factor is None:
                text = _typed(from_micro(amount), own)
            else:
                packs = from_micro(amount) / (size * factor)
                number = plain_decimal(to_decimal(packs, 3))
                text = f"{number} x {exact(Amount(size, unit))}"
            said = LastBought(
                item_id,
                product_id,
                label or name,
                store,
                day,
                text,
                money_of(paid) if priced else None,
            )
            found.setdefault((store, item_id, product_id), (change_id, said))
        newest = list(found.values())[::-1]
        newest.sort(key=lambda each: (each[1].received, each[0]), reverse=True)
        return [said for _, said in newest]


def _typed(amount: Fraction, unit: str) -> str:
    """Write an amount in the unit that people would type for it."""
    large = {"g": "kg", "ml": "l"}.get(unit)
    if large is not None and amount >= 1000:
        return f"{plain_decimal(to_decimal(amount / 1000))} {large}"
    number = plain_decimal(to_decimal(amount))
    return number if unit == "each" else f"{number} {unit}"


def _purchase(wares: Wares, line: ReceiptLine, day: date) -> Purchase:
    """Read one line: packs where it says so or where a product is meant, else an amount."""
    packs, product_id, amount = packs_or_amount(wares, line.item_id, line.product_id, line.amount)
    return read_purchase(
        wares,
        line.item_id,
        day,
        amount=amount,
        packs=packs,
        product_id=product_id,
        paid=line.paid or None,
    )


def _summary(
    session: Session,
    wares: Wares,
    lines: Sequence[ReceiptLine],
    bought: Sequence[Purchase],
    store: str | None,
) -> str:
    names = []
    for line in lines[:NAMED]:
        product = None if line.product_id is None else wares.products.get(line.product_id)
        names.append(wares.items[line.item_id].name if product is None else product.label)
    more = len(lines) - len(names)
    where = f" at {store}" if store else ""
    paid = sum(each.paid or 0 for each in bought)
    said = f" for {saying.amounts(session).money(money_of(paid))}" if paid else ""
    things = f"{len(lines)} thing{'s' * (len(lines) != 1)}"
    rest = f" and {more} more" if more else ""
    return f"Bought {things}{where}{said}: {'; '.join(names)}{rest}"

"""What was bought: as people say it (2, "2 bags", "2 x 5 kg", or an amount), and recording it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace
from sqlalchemy.orm import Session

from core.errors import RuleBroken, UnknownAmount
from core.models import Change, Item, Product
from core.money import from_micro as money_of
from core.money import parse_money
from core.money import to_micro as micro_money
from core.services._journal import Fields, difference, note_edits
from core.services._ledger import Coming, Origin, add_lots
from core.services._packs import is_word_for, pack_word
from core.services._products import PACKS, is_word, pack_among, usual_product
from core.services._read_documents import money_text, read_products
from core.services._recording import keeps_until
from core.services._ticks import take_ticks
from core.services._wares import Wares
from core.services._writing import ledger_amount, plain_number
from core.units import Amount, Entered, exact, missing_fact, parse_amount

TIMES = re.compile(r"(?P<packs>.+?)\s*(?:\bx\b|(?<=[0-9])x(?=\s*[0-9])|[×*])\s*(?P<pack>.+)", re.I)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One lot that is bought: micro-units for micro-money, None if unknown.

    `price` is what a pack of the product costs by it, None where that is not to be remembered.
    """

    item: Item
    product: Product | None
    said: str
    amount: int
    paid: int | None
    price: int | None


# -- what was meant -------------------------------------------------------------------------------


def packs_or_amount(
    wares: Wares, item_id: int, product_id: int | None, text: str
) -> tuple[Fraction | None, int | None, str | None]:
    """Return the packs and their product, or else the amount."""
    product = None if product_id is None else wares.products.get(product_id)
    item = wares.items.get(item_id)
    times = TIMES.fullmatch(text.strip())
    if item is None or times is None:
        given = parse_amount(text)
        named = None if item is None else _counted_in(wares, item, product, given.unit)
        if named is not None:
            return given.value, named.id, None
        bare = given.unit is None and (product is not None or _is_weighed(item))
        if bare or given.unit in PACKS:
            return given.value, product_id, None
        return None, product_id, text
    number, pack = parse_amount(times["packs"]), parse_amount(times["pack"])
    if number.unit is not None:
        raise RuleBroken(f"'{text}' should be a number of packs and one pack, as 2 x 5 kg.")
    size = wares.factor(item, pack.unit or item.unit)
    # The product that is meant comes first.
    for sold in [*([] if product is None else [product]), *wares.sold(item.id)]:
        factor = wares.factor(item, sold.unit)
        if factor and size and sold.amount * factor == pack.value * size:
            return number.value, sold.id, None
    return None, None, exact(Amount(number.value * pack.value, pack.unit))


def _counted_in(
    wares: Wares, item: Item, product: Product | None, unit: str | None
) -> Product | None:
    """Return the product whose packs a word counts: "bags" of the one that is meant, or any."""
    if product is not None:
        word = pack_word(product.label, item.name, product.unit)
        return product if is_word_for(unit or "", word) else None
    if unit in PACKS or not is_word(unit):
        return None
    return pack_among(wares.sold(item.id), unit, item, wares.facts[item.id])


def _is_weighed(item: Item | None) -> bool:
    return item is not None and item.unit != "each"


def read_purchase(
    wares: Wares,
    item_id: int,
    day: date,
    *,
    amount: Entered | None,
    packs: Entered | None,
    product_id: int | None,
    paid: str | Decimal | int | None,
) -> Purchase:
    """Read what was bought on a day; see `core.services.stock_service.receive` for its errors."""
    item = wares.item(item_id)
    if item.kind not in ("ingredient", "supply"):
        raise RuleBroken(f"{item.name} is made here and not bought.")
    if (amount is None) == (packs is None):
        raise RuleBroken("Say either an amount or a number of packs.")
    cost = None if paid is None else micro_money(parse_money(paid))
    product = None if product_id is None else wares.product(item, product_id)
    price = None
    if amount is None:
        product = product or usual_product(item, wares.sold(item_id))
        count = plain_number(packs, "packs")
        size = wares.factor(item, product.unit)
        bought = None if size is None else count * product.amount * size
        said, unit = f"{exact(Amount(count, None))} × {product.label}", product.unit
        if cost is not None and (product.priced_on is None or product.priced_on <= day):
            price = micro_money(money_of(round(Fraction(cost) / count)))
    else:
        given = parse_amount(amount)
        bought = wares.in_stock_units(item, given)
        said, unit = f"{exact(given)} {item.name}", given.unit or item.unit
    if bought is None:
        raise UnknownAmount(item.name, unit, missing_fact(unit, wares.facts[item_id]))
    came = ledger_amount(packs if amount is None else amount, bought)
    return Purchase(item, product, said, came, cost, price)


# -- recording it ---------------------------------------------------------------------------------


def bring_in(
    session: Session,
    change: Change,
    wares: Wares,
    purchases: Sequence[Purchase],
    day: date,
    store: str | None,
    expires: date | None = None,
) -> None:
    """Record purchases of one day at one store: a lot each, prices of packs, ticks taken away.

    However many there are, it takes hardly more statements than one.
    """
    wares.add_units()
    prices = _remember_prices(session, purchases, day, store)
    ticks = take_ticks(session, [each.item for each in purchases])
    coming = []
    for each, price, taken in zip(purchases, prices, ticks, strict=True):
        note_edits(session, [price, *taken])
        product_id, usual = (each.product.id, each.product.store) if each.product else (None, None)
        until = expires or keeps_until(each.item, day)
        origin = Origin(day, until, product_id, store=store or usual)
        coming.append(Coming(each.item.id, each.amount, each.paid, origin))
    add_lots(session, change, coming, "received")


def _remember_prices(
    session: Session, purchases: Sequence[Purchase], day: date, store: str | None
) -> list[Fields | None]:
    """Leave the prices of packs with their products; return what each purchase edited.

    No rule of a product asks for its price or store, so that it is not written anew as a whole.
    """
    slugs = {each.product.slug for each in purchases if each.product and each.price is not None}
    docs = {doc.slug: doc for doc in read_products(session, slugs)} if slugs else {}
    edits: list[Fields | None] = []
    for each in purchases:
        product = each.product
        if product is None or each.price is None:
            edits.append(None)
            continue
        product.price, product.priced_on = each.price, day
        product.store = product.store or store
        before = docs[product.slug]
        docs[product.slug] = after = replace(
            before,
            price=money_text(each.price),
            priced_on=day.isoformat(),
            store=product.store,
        )
        edits.append(difference("product", product.slug, before, after))
    session.flush()
    return edits

"""How much was bought, as people say it: packs (2, "2 bags", "2 x 5 kg"), or an amount."""

from __future__ import annotations

import re
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import RuleBroken
from core.models import Item, Product
from core.services._packs import is_word_for, pack_word
from core.services._products import PACKS
from core.services._rows import get_fresh
from core.services._writing import use_unit
from core.units import Amount, exact, parse_amount

TIMES = re.compile(r"(?P<packs>.+?)\s*(?:\bx\b|(?<=[0-9])x(?=\s*[0-9])|[×*])\s*(?P<pack>.+)", re.I)


def packs_or_amount(
    session: Session, item_id: int, product_id: int | None, text: str
) -> tuple[Fraction | None, int | None, str | None]:
    """Return the packs and their product, or else the amount."""
    product = None if product_id is None else get_fresh(session, Product, product_id)
    item = get_fresh(session, Item, item_id)
    times = TIMES.fullmatch(text.strip())
    if item is None or times is None:
        given = parse_amount(text)
        word = (
            ""
            if product is None or item is None
            else pack_word(product.label, item.name, product.unit)
        )
        counts_packs = given.unit in PACKS or is_word_for(given.unit or "", word)
        if counts_packs or (given.unit is None and (product is not None or _is_weighed(item))):
            return given.value, product_id, None
        return None, product_id, text
    number, pack = parse_amount(times["packs"]), parse_amount(times["pack"])
    if number.unit is not None:
        raise RuleBroken(f"'{text}' should be a number of packs and one pack, as 2 x 5 kg.")
    size = use_unit(session, item, pack.unit or item.unit)
    for sold in _sold(session, item, product):
        factor = use_unit(session, item, sold.unit)
        if factor and size and sold.amount * factor == pack.value * size:
            return number.value, sold.id, None
    return None, None, exact(Amount(number.value * pack.value, pack.unit))


def is_sold(session: Session, item_id: int) -> bool:
    """Tell whether an item comes in packs: whether it has a product."""
    item = get_fresh(session, Item, item_id)
    return item is not None and bool(_sold(session, item, None))


def _is_weighed(item: Item | None) -> bool:
    return item is not None and item.unit != "each"


def _sold(session: Session, item: Item, product: Product | None) -> list[Product]:
    """Return the products of an item, the one that is meant first."""
    query = select(Product).where(Product.item_id == item.id, Product.archived.is_(False))
    found = session.scalars(query.order_by(Product.preferred.desc(), Product.id)).all()
    return [*([product] if product is not None else []), *found]

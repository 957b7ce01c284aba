"""Which product a purchase or a count means, and the price that a purchase leaves with it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documents import ProductDoc
from core.errors import ProductNotFound, RuleBroken
from core.models import Item, Product
from core.money import from_micro as money_of
from core.services._facts import facts_of
from core.services._journal import put
from core.services._packs import is_word_for, pack_word
from core.services._read_documents import read_products
from core.services._rows import get_fresh
from core.units import dimension, measure_of

PACKS = ("pack", "packs")


def product_of(
    session: Session, item: Item, product_id: int | None, *, needed: bool
) -> Product | None:
    """Return the named product, or for packs the preferred or only one."""
    if product_id is not None:
        product = get_fresh(session, Product, product_id)
        if product is None or product.item_id != item.id:
            raise ProductNotFound(product_id)
        return product
    if not needed:
        return None
    products = session.scalars(
        select(Product)
        .where(Product.item_id == item.id, Product.archived.is_(False))
        .order_by(Product.preferred.desc(), Product.id)
    ).all()
    if not products:
        raise RuleBroken(f"{item.name} has no product, so packs mean nothing. Say an amount.")
    if len(products) > 1 and not products[0].preferred:
        labels = ", ".join(product.slug for product in products)
        raise RuleBroken(f"Which product of {item.name}? One of: {labels}.")
    return products[0]


def remember_price(
    session: Session,
    product: Product,
    price: Fraction,
    day: date,
    store: str | None,
) -> None:
    if product.priced_on is not None and product.priced_on > day:
        return
    [doc] = read_products(session, [product.slug])
    put(session, _priced(doc, price, day, store))


def _priced(doc: ProductDoc, price: Fraction, day: date, store: str | None) -> ProductDoc:
    doc.price = str(money_of(round(price)))
    doc.priced_on = day.isoformat()
    doc.store = doc.store or store
    return doc


def pack_named(session: Session, item: Item, unit: str | None) -> Product | None:
    """Return the product whose packs a unit counts: "packs" of the usual one, "bags" of a bag."""
    if unit is None or dimension(unit) is not None:
        return None
    if unit in PACKS:
        return product_of(session, item, None, needed=True)
    if measure_of(unit, facts_of(session, item)) is not None:
        return None
    query = select(Product).where(Product.item_id == item.id, Product.archived.is_(False))
    products = session.scalars(query.order_by(Product.preferred.desc(), Product.id)).all()
    named = [p for p in products if is_word_for(unit, pack_word(p.label, item.name, p.unit))]
    if len(named) > 1 and not named[0].preferred:
        labels = ", ".join(product.label for product in named)
        raise RuleBroken(f"Which {unit} of {item.name}? There are: {labels}. Say an amount.")
    return named[0] if named else None

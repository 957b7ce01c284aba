"""Which product a purchase or a count means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import RuleBroken
from core.models import Item, Product
from core.services._facts import facts_of
from core.services._packs import is_word_for, pack_word
from core.units import ItemFacts, dimension, measure_of

PACKS = ("pack", "packs")


def usual_product(item: Item, products: Sequence[Product]) -> Product:
    """Return the product that packs of an item mean: of all it has, the preferred or only one."""
    if not products:
        raise RuleBroken(f"{item.name} has no product, so packs mean nothing. Say an amount.")
    if len(products) > 1 and not products[0].preferred:
        labels = ", ".join(product.slug for product in products)
        raise RuleBroken(f"Which product of {item.name}? One of: {labels}.")
    return products[0]


def pack_named(session: Session, item: Item, unit: str | None) -> Product | None:
    """Return the product whose packs a unit counts: "packs" of the usual one, "bags" of a bag."""
    if not is_word(unit):
        return None
    query = select(Product).where(Product.item_id == item.id, Product.archived.is_(False))
    products = session.scalars(query.order_by(Product.preferred.desc(), Product.id)).all()
    return pack_among(products, unit, item, facts_of(session, item))


def is_word(unit: str | None) -> TypeGuard[str]:
    """Tell whether a unit is none of the standard ones, so that it may be a word for packs."""
    return unit is not None and dimension(unit) is None


def pack_among(
    products: Sequence[Product], unit: str, item: Item, facts: ItemFacts
) -> Product | None:
    """Return the one of an item's products whose packs a word counts; None where it counts none."""
    if unit in PACKS:
        return usual_product(item, products)
    if measure_of(unit, facts) is not None:
        return None
    named = [p for p in products if is_word_for(unit, pack_word(p.label, item.name, p.unit))]
    if len(named) > 1 and not named[0].preferred:
        labels = ", ".join(product.label for product in named)
        raise RuleBroken(f"Which {unit} of {item.name}? There are: {labels}. Say an amount.")
    return named[0] if named else None

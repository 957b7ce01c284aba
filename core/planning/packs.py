"""Which packs to buy: the cheapest combination that covers an amount, exactly (domain.md §3).

Here are offers and their rules; `core.planning.covering` finds the combination.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from msgspec import Struct

from core.planning.covering import cheapest


class Offer(Struct, frozen=True):
    """A product on offer: one pack holds `amount` stock units and costs `price` micro-money.

    `store` is where it is sold; None is anywhere.
    """

    product_id: int
    amount: Fraction
    price: int | None
    preferred: bool = False
    store: str | None = None


class Cover(Struct, frozen=True):
    """Packs by product that cover a need; `cost` is None where a price is missing.

    `exact` tells whether they are proven to be the best; see `core.planning.covering`.
    """

    packs: tuple[tuple[int, int], ...]
    amount: Fraction
    cost: int | None
    exact: bool = True


def choose(need: Fraction, offers: Sequence[Offer], strategy: str = "preferred") -> Cover | None:
    """Return the packs to buy for `need`, or None without any offer.

    `preferred` takes the preferred product only, where one is set; `cheapest` takes all. Products
    without a price are considered only where none has one: then the fewest packs win. Ties: fewer
    packs, then less left over.
    """
    chosen = worth_buying(offers, strategy)
    return cover(need, chosen) if chosen else None


def worth_buying(offers: Sequence[Offer], strategy: str = "preferred") -> list[Offer]:
    """Return the offers that a strategy considers; those without a price only if none has one."""
    usable = [offer for offer in offers if offer.amount > 0]
    if strategy == "preferred":
        usable = [offer for offer in usable if offer.preferred] or usable
    return [offer for offer in usable if offer.price is not None] or usable


def cover(need: Fraction, offers: Sequence[Offer]) -> Cover:
    """Return the cheapest packs of one or more offers that cover `need`."""
    if need <= 0:
        return Cover((), Fraction(0), 0)
    scale = lcm(*(offer.amount.denominator for offer in offers))
    sizes = [o.amount.numerator * (scale // o.amount.denominator) for o in offers]
    step = gcd(*sizes)
    wanted = -(-need.numerator * scale // (need.denominator * step))
    found = cheapest(
        wanted, [size // step for size in sizes], [offer.price or 0 for offer in offers]
    )
    bought = [(o, size, n) for o, size, n in zip(offers, sizes, found.counts, strict=True) if n]
    priced = all(offer.price is not None for offer in offers)
    return Cover(
        tuple((offer.product_id, number) for offer, _, number in bought),
        Fraction(sum(size * number for _, size, number in bought), scale),
        sum((offer.price or 0) * number for offer, _, number in bought) if priced else None,
        found.proven,
    )

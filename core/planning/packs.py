"""Which packs to buy: the cheapest combination that covers an amount, exactly (domain.md §3)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from msgspec import Struct


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
    """Packs by product that cover a need; `cost` is None where a price is missing."""

    packs: tuple[tuple[int, int], ...]
    amount: Fraction
    cost: int | None


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
    counts = _cheapest(need, offers)
    packs = tuple((o.product_id, n) for o, n in zip(offers, counts, strict=True) if n)
    amount = sum((o.amount * n for o, n in zip(offers, counts, strict=True)), Fraction(0))
    priced = all(offer.price is not None for offer in offers)
    cost = sum((o.price or 0) * n for o, n in zip(offers, counts, strict=True)) if priced else None
    return Cover(packs, amount, cost)


def _cheapest(need: Fraction, offers: Sequence[Offer]) -> list[int]:
    """Return packs per offer: least (cost, packs, left over), by branch and bound."""
    if len(offers) == 1:
        return [-(-need // offers[0].amount)]
    scale = lcm(need.denominator, *(offer.amount.denominator for offer in offers))
    wanted = int(need * scale)
    sizes = [int(offer.amount * scale) for offer in offers]
    prices = [offer.price or 0 for offer in offers]
    order = sorted(range(len(offers)), key=lambda i: (Fraction(prices[i], sizes[i]), -sizes[i]))
    best: tuple[int, int, int] | None = None
    best_counts: list[int] = []

    def least(position: int, left: int, cost: int, packs: int) -> tuple[int, int]:
        """Return a cost and a number of packs that cannot be beaten from here on."""
        if left <= 0 or position == len(order):
            return cost, packs
        rest = order[position:]
        least_cost = cost - (-left * prices[rest[0]] // sizes[rest[0]])
        return least_cost, packs - (-left // max(sizes[i] for i in rest))

    def search(position: int, left: int, cost: int, packs: int, counts: list[int]) -> None:
        nonlocal best, best_counts
        if left <= 0:
            found = (cost, packs, -left)
            if best is None or found < best:
                best, best_counts = found, counts
            return
        if position == len(order):
            return
        here = order[position]
        most = -(-left // sizes[here])
        fewest = most if position == len(order) - 1 else 0
        for number in range(most, fewest - 1, -1):
            rest = left - number * sizes[here]
            spent = cost + number * prices[here]
            hope = least(position + 1, rest, spent, packs + number)
            if best is not None and hope > best[:2]:
                if rest > 0 and hope[0] > best[0]:
                    # Offers come by unit price, so fewer of this one only costs more.
                    break
                continue
            search(position + 1, rest, spent, packs + number, [*counts, number])

    search(0, wanted, 0, 0, [])
    result = [0] * len(offers)
    for position, number in enumerate(best_counts):
        result[order[position]] = number
    return result

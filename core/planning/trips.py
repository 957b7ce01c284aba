"""Which stores to go to: the cheapest packs of a whole list when every extra store costs a trip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from msgspec import Struct

from core.planning.packs import Cover, Offer, cover, worth_buying

MOST_STORES = 8
"""Up to this many stores that can be left out, every combination of stores is tried."""

Line = tuple[Fraction, Sequence[Offer]]
"""An amount to buy and what is on offer for it."""


class Trips(Struct, frozen=True):
    """The packs of each line in their order (None without an offer), and the stores to go to.

    `cost` is the price of the priced packs and of the trips, in micro-money. `exact` tells
    whether nothing cheaper exists.
    """

    covers: tuple[Cover | None, ...]
    stores: tuple[str, ...]
    cost: int
    exact: bool


def choose_together(lines: Sequence[Line], trip_cost: int, strategy: str = "preferred") -> Trips:
    """Return the packs for all lines that cost least together with the trips to their stores.

    The first store is free, every further one costs `trip_cost` micro-money; an offer without a
    store is to be had anywhere. Each line considers the offers that `packs.choose` would. Ties:
    fewer stores, then fewer packs.

    It is exact while at most `MOST_STORES` stores can be left out (a store that alone has an
    item must be gone to). With more, it is not: stores are left out one at a time, the one that
    saves most first, and `exact` is False, as it is with a line whose packs are not proven.
    """
    shop = _Shop([(need, worth_buying(offers, strategy)) for need, offers in lines], trip_cost)
    forced, optional = shop.forced, [s for s in shop.stores if s not in shop.forced]
    if len(optional) <= MOST_STORES:
        return min(
            (shop.visit(forced | set(more)) for more in _subsets(optional)), key=_Visit.order
        ).told(exact=True)
    best = shop.visit(forced | set(optional))
    while True:
        fewer = [shop.visit(best.open - {store}) for store in best.open - forced]
        better = min(fewer, key=_Visit.order, default=best)
        if _Visit.order(better) >= _Visit.order(best):
            return best.told(exact=False)
        best = better


def _subsets(stores: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(stores) + 1):
        yield from combinations(stores, size)


class _Visit(Struct, frozen=True):
    """What a list costs when only some stores are gone to."""

    open: frozenset[str]
    possible: bool
    cost: int
    packs: int
    covers: tuple[Cover | None, ...]

    def order(self) -> tuple[bool, int, int, int, tuple[str, ...]]:
        return not self.possible, self.cost, len(self.open), self.packs, tuple(sorted(self.open))

    def told(self, *, exact: bool) -> Trips:
        exact = exact and all(found is None or found.exact for found in self.covers)
        return Trips(self.covers, tuple(sorted(self.open)), self.cost, exact)


class _Shop:
    """A list with its offers; the best packs of a line among some stores are found once."""

    def __init__(self, lines: Sequence[tuple[Fraction, list[Offer]]], trip_cost: int) -> None:
        self.lines = lines
        self.trip_cost = trip_cost
        self.sold_at = [
            frozenset(offer.store for offer in offers if need > 0) for need, offers in lines
        ]
        self.stores = sorted({s for stores in self.sold_at for s in stores if s is not None})
        self.forced = frozenset(
            store for stores in self.sold_at if len(stores) == 1 for store in stores if store
        )
        self.known: dict[tuple[int, frozenset[str | None]], Cover | None] = {}

    def visit(self, stores: Iterable[str]) -> _Visit:
        """Return the best packs with only these stores open."""
        open_ = frozenset(stores)
        covers, cost, packs, possible = [], 0, 0, True
        for number, (_, offers) in enumerate(self.lines):
            found = self._cover(number, open_)
            covers.append(found)
            possible = possible and (found is not None or not offers)
            if found is not None:
                cost += found.cost or 0
                packs += sum(count for _, count in found.packs)
        cost += self.trip_cost * max(0, len(open_) - 1)
        return _Visit(open_, possible, cost, packs, tuple(covers))

    def _cover(self, number: int, open_: frozenset[str]) -> Cover | None:
        """Return the best packs of a line among these stores.

        They are the best among more stores too, where those buy nothing in a store that is shut.
        """
        among = self.sold_at[number]
        while True:
            found = self._among(number, among)
            bought = {key for key, _ in found.packs} if found else set()
            stores = {o.store for o in self.lines[number][1] if o.product_id in bought}
            shut = (stores & among) - {*open_, None}
            if not shut:
                return found
            among -= shut

    def _among(self, number: int, stores: frozenset[str | None]) -> Cover | None:
        need, offers = self.lines[number]
        key = (number, stores)
        if key not in self.known:
            reachable = [o for o in offers if need <= 0 or o.store in stores]
            self.known[key] = cover(need, reachable) if reachable else None
        return self.known[key]

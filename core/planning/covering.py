"""The cheapest way to cover a whole number by sizes with prices, in bounded work.

The best size costs least by the unit. Told by its unit price, a pack of another size adds a
*surcharge*, which is above 0, and every unit left over adds the price of a unit. Once the packs of
the other sizes are chosen, the rest is known: the best size fills up, and what is left over is what
their total lacks modulo the best size. So lists of other packs are made by rising surcharge, until
the surcharge alone is no less than the best whole found. Of two lists with the same remainder, one
that has no less surcharge and is no smaller is dropped, as packs of the best size make up for the
difference. So the work depends on the sizes, and hardly on the amount.

Where odd sizes cost nearly the same by the unit, that is still many lists. Then they are made in
two halves, some sizes in one, the others in the other (one size may be in both: single packs here,
a fixed number at once there), and each list of one half is joined to the best one of the other. So
a thousand lists of each stand for a million. The halves grow until nothing better can lie outside
of them. If that takes more than the last of `LENGTHS`, the best cover found is told as not proven.
Only very many packs of sizes without a common measure take so much, at unit prices that are alike
to four digits and more.

Cost, packs and amount are one number here, as digits make one numeral, so that comparing two
numbers is the whole rule (domain.md §3).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import islice
from math import gcd, isqrt, prod

from msgspec import Struct

FEW = 300
"""So many lists of packs are tried one by one; with more, it is done in halves."""
LENGTHS = (400, 4_000)
"""How many lists each half may have, from try to try."""


class Packing(Struct, frozen=True):
    """How many packs of each size; `proven` tells whether nothing better exists.

    `steps` is how many lists of packs were made to find it.
    """

    counts: list[int]
    proven: bool
    steps: int


def cheapest(wanted: int, sizes: Sequence[int], prices: Sequence[int]) -> Packing:
    """Return the packs of least (cost, number, left over) that cover `wanted`, above 0."""
    search = _Search(wanted, sizes, prices)
    proven = search.one_by_one() or any(search.in_halves(length) for length in LENGTHS)
    return Packing(search.counts(), proven, search.steps)


class _Part(Struct, frozen=True):
    """What a list may hold: `times` packs at once of the other size at `place`, `most` times."""

    place: int
    times: int
    most: int


_List = tuple[int, int, tuple[int, ...]]
"""Surcharge, total, and how often each part is in it."""
_Mate = tuple[int, tuple[int, ...]]
"""What a list adds to another, left over included, and how often each part is in it."""


class _Search:
    """The sizes as the best one tells them, and the best cover so far.

    `least` is what that one costs more than the wanted amount would at the best unit price. Costs
    are multiplied by the best size, which keeps them whole.
    """

    def __init__(self, wanted: int, sizes: Sequence[int], prices: Sequence[int]) -> None:
        offered: dict[int, int] = {}
        for key, size in enumerate(sizes):
            if size not in offered or prices[key] < prices[offered[size]]:
                offered[size] = key
        best = 0
        for size, key in offered.items():
            dearer = prices[key] * sizes[best] - prices[best] * size
            if dearer < 0 or (dearer == 0 and size > sizes[best]):
                best = key
        self.wanted, self.best, self.step = wanted, best, sizes[best]
        self.room = wanted + self.step
        """No good cover is as large: it could do without a pack of the best size."""
        costs = {
            size: (prices[key] * self.room + 1) * self.room + size for size, key in offered.items()
        }
        self.unit = costs[self.step]
        self.least = self.unit * (-wanted % self.step)
        others = sorted(
            (surcharge, size)
            for size, cost in costs.items()
            if (surcharge := cost * self.step - self.unit * size) < self.least
            and size < self.room
            and size != self.step
        )
        self.surcharges = [surcharge for surcharge, _ in others]
        self.sizes = [size for _, size in others]
        self.keys = [offered[size] for size in self.sizes]
        self.number = len(sizes)
        self.found = [0] * len(others)
        self.steps = 0

    def counts(self) -> list[int]:
        """Return the packs of each size of the best cover, filled up with the best size."""
        counts = [0] * self.number
        left = self.wanted
        for key, size, number in zip(self.keys, self.sizes, self.found, strict=True):
            counts[key] = number
            left -= size * number
        counts[self.best] = max(0, -(-left // self.step))
        return counts

    def one_by_one(self) -> bool:
        """Try the first lists of all other sizes; tell whether none is left."""
        parts = [_Part(place, 1, self.room) for place in range(len(self.sizes))]
        for number, (surcharge, total, counts) in enumerate(self._lists(parts)):
            if number == FEW:
                return False
            cost = surcharge + self.unit * ((total - self.wanted) % self.step)
            if cost < self.least:
                self.least, self.found = cost, list(counts)
        return True

    def in_halves(self, length: int) -> bool:
        """Join two halves of so many lists; tell whether nothing of use is outside of them."""
        one, other = self._halves()
        lists, end = self._first(one, length)
        joining, joining_end = self._first(other, length)
        mates = _Mates(self, lists)
        for surcharge, total, counts in sorted(joining, key=_total, reverse=True):
            mates.admit(self.room - total)
            cost, mate = mates.best(total)
            if surcharge + cost < self.least:
                self.least = surcharge + cost
                self.found = [0] * len(self.sizes)
                for parts, numbers in ((one, mate), (other, counts)):
                    for part, number in zip(parts, numbers, strict=True):
                        self.found[part.place] += part.times * number
        return min(end, joining_end) >= self.least

    def _halves(self) -> tuple[list[_Part], list[_Part]]:
        """Cut the lists so that both halves are about equally many."""
        most = [
            min(
                (self.room - 1) // size,
                self.least // surcharge,
                # One pack more would make packs of the best size, which cost less.
                self.step // gcd(size, self.step) - 1,
            )
            for surcharge, size in zip(self.surcharges, self.sizes, strict=True)
        ]
        goal = isqrt(prod(number + 1 for number in most)) + 1
        one: list[_Part] = []
        other: list[_Part] = []
        made = 1
        for place, number in enumerate(most):
            share = min(number + 1, -(-goal // made))
            if share > 1:
                one.append(_Part(place, 1, share - 1))
            if number >= share:
                other.append(_Part(place, share, number // share))
            made *= share
        return one, other

    def _first(self, parts: Sequence[_Part], length: int) -> tuple[list[_List], int]:
        """Return so many lists, and a surcharge that all further ones of use have at least."""
        lists = list(islice(self._lists(parts), length + 1))
        return lists[:length], lists[length][0] if len(lists) > length else self.least

    def _lists(self, parts: Sequence[_Part]) -> Iterator[_List]:
        """Yield the lists of packs that may be of use, by surcharge."""
        pieces = [
            (turn, self.surcharges[p.place] * p.times, self.sizes[p.place] * p.times, p.most)
            for turn, p in enumerate(parts)
        ]
        smallest: dict[int, int] = {}
        heap = [(0, 0, (0,) * len(parts), 0)]
        while heap:
            surcharge, total, counts, last = heappop(heap)
            if surcharge >= self.least:
                return
            remainder = total % self.step
            if smallest.get(remainder, self.room) <= total:
                continue
            smallest[remainder] = total
            self.steps += 1
            yield surcharge, total, counts
            if total >= self.wanted:
                continue
            for turn, more, size, most in pieces[last:]:
                number = counts[turn]
                if number < most and total + size < self.room and surcharge + more < self.least:
                    grown = (*counts[:turn], number + 1, *counts[turn + 1 :])
                    heappush(heap, (surcharge + more, total + size, grown, turn))


class _Mates:
    """The lists of one half, to find the best one for a list of the other.

    They lie by remainder. From the place that fills up exactly onwards, what is left over grows
    with the remainder; before it, the same and one best size more. So the best list is that of the
    places from there on or that of all, which a binary indexed tree tells in few steps. Lists are
    let in while the total stays small enough.
    """

    def __init__(self, search: _Search, lists: list[_List]) -> None:
        self.search = search
        self.waiting = sorted(lists, key=_total, reverse=True)
        self.remainders = sorted(total % search.step for _, total, _ in lists)
        self.none: _Mate = (search.least + search.unit * search.step, ())
        self.tree: list[_Mate] = [self.none] * (len(lists) + 1)
        self.best_of_all: _Mate = self.none

    def admit(self, room: int) -> None:
        """Let in the lists whose total is less than this."""
        while self.waiting and self.waiting[-1][1] < room:
            surcharge, total, counts = self.waiting.pop()
            remainder = total % self.search.step
            value = (surcharge + self.search.unit * remainder, counts)
            self.best_of_all = min(self.best_of_all, value)
            node = len(self.remainders) - bisect_left(self.remainders, remainder)
            # The next nodes tell of the same places and more, so they are no worse.
            while node < len(self.tree) and value < self.tree[node]:
                self.tree[node] = value
                node += node & -node

    def best(self, total: int) -> _Mate:
        """Return the best list for one of such a total."""
        search, behind = self.search, self.none
        exact = (search.wanted - total) % search.step
        node = len(self.remainders) - bisect_left(self.remainders, exact)
        while node:
            if self.tree[node] < behind:
                behind = self.tree[node]
            node &= node - 1
        cost, counts = self.best_of_all
        cost, counts = min(behind, (cost + search.unit * search.step, counts))
        return cost - search.unit * exact, counts


def _total(one: _List) -> int:
    return one[1]

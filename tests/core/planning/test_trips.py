"""Packs over a whole list with a cost for every extra store: equal to trying everything."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from core.planning.packs import Offer
from core.planning.trips import MOST_STORES, choose_together

MONEY = 10**6


def offer(key: int, amount: int, price: int, store: str | None) -> Offer:
    return Offer(key, Fraction(amount), price * MONEY, store=store)


def brute_force(lines: list[tuple[Fraction, list[Offer]]], trip_cost: int) -> int:
    """Return the least cost by trying every number of packs of every offer."""
    best: int | None = None
    per_line = []
    for need, offers in lines:
        options = []
        most = [int(-(-need // o.amount)) for o in offers]
        for counts in product(*(range(n + 1) for n in most)):
            if (
                sum((o.amount * n for o, n in zip(offers, counts, strict=True)), Fraction(0))
                >= need
            ):
                price = sum((o.price or 0) * n for o, n in zip(offers, counts, strict=True))
                used = {o.store for o, n in zip(offers, counts, strict=True) if n and o.store}
                options.append((price, frozenset(used)))
        per_line.append(set(options))
    for chosen in product(*per_line):
        stores = frozenset().union(*(used for _, used in chosen))
        cost = sum(price for price, _ in chosen) + trip_cost * max(0, len(stores) - 1)
        best = cost if best is None else min(best, cost)
    assert best is not None
    return best


offers = st.builds(
    offer,
    st.integers(1, 9),
    st.integers(1, 6),
    st.integers(0, 9),
    st.sampled_from(["Mill", "Market", "Wegmans", None]),
)
lists = st.lists(
    st.tuples(st.integers(1, 7).map(Fraction), st.lists(offers, min_size=1, max_size=3)),
    min_size=1,
    max_size=3,
)


@given(lists, st.integers(0, 6))
def test_the_packs_and_trips_cost_what_trying_everything_finds(
    lines: list[tuple[Fraction, list[Offer]]], trip: int
) -> None:
    found = choose_together(lines, trip * MONEY, "cheapest")

    assert found.exact
    assert found.cost == brute_force(lines, trip * MONEY)
    for (need, _), cover in zip(lines, found.covers, strict=True):
        assert cover is not None
        assert cover.amount >= need


def test_an_extra_store_is_left_out_when_it_saves_less_than_the_trip() -> None:
    lines = [
        (Fraction(1), [offer(1, 1, 5, "Mill")]),
        (Fraction(1), [offer(2, 1, 4, "Mill"), offer(3, 1, 2, "Market")]),
    ]

    assert choose_together(lines, 3 * MONEY, "cheapest").stores == ("Mill",)
    assert choose_together(lines, 1 * MONEY, "cheapest").stores == ("Market", "Mill")


def test_what_is_sold_anywhere_needs_no_trip() -> None:
    lines = [(Fraction(1), [offer(1, 1, 5, None), offer(2, 1, 4, "Mill")])]

    assert choose_together(lines, 9 * MONEY, "cheapest").cost == 4 * MONEY


def test_lines_without_an_offer_have_no_packs() -> None:
    assert choose_together([(Fraction(1), [])], MONEY).covers == (None,)


def test_with_very_many_stores_it_says_that_it_is_not_exact() -> None:
    stores = [f"Store {number}" for number in range(MOST_STORES + 2)]
    lines = [
        (Fraction(1), [offer(number, 1, number + 1, store) for number, store in enumerate(stores)]),
        (Fraction(1), [offer(number, 1, 9 - number, store) for number, store in enumerate(stores)]),
    ]

    found = choose_together(lines, MONEY, "cheapest")
    assert not found.exact
    assert all(cover is not None for cover in found.covers)


def test_with_packs_that_are_not_proven_it_says_that_it_is_not_exact() -> None:
    sizes = ("701.234567", "811.345678", "977.456789", "1009.567891")
    found = [
        Offer(number, Fraction(size), int(Fraction(size) * MONEY), store="Mill")
        for number, size in enumerate(sizes)
    ]

    assert choose_together([(Fraction(5_000), found)], MONEY, "cheapest").exact
    assert not choose_together([(Fraction(10**7), found)], MONEY, "cheapest").exact

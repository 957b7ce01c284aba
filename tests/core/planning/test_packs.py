"""Which packs to buy (domain.md §3), against trying every combination."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.planning.packs import Cover, Offer, choose

sizes = st.sampled_from([Fraction(n) for n in (1, 2, 3, 5, 8)] + [Fraction(5, 2), Fraction(7, 3)])
prices = st.integers(0, 12).map(lambda n: n * 250_000)


EXAMPLES = settings().max_examples * 25
"""The rare cases are those of three and more offers whose prices are nearly alike."""


@st.composite
def offers(draw: st.DrawFn, *, priced: bool = True) -> list[Offer]:
    """Draw offers, some of which cost the same by the unit."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        size = draw(sizes)
        price = draw(prices | st.just(int(size * 6) * 250_000))
        found.append(Offer(number, size, price if priced or draw(st.booleans()) else None))
    return found


def best_of_all(need: Fraction, found: list[Offer]) -> tuple[int, int, Fraction]:
    """Return (cost, packs, left over) of the best of all combinations."""
    most = [int(need / offer.amount) + 1 for offer in found]
    covers = []
    for counts in product(*(range(n + 1) for n in most)):
        amount = sum((o.amount * n for o, n in zip(found, counts, strict=True)), Fraction(0))
        if amount >= need:
            cost = sum((o.price or 0) * n for o, n in zip(found, counts, strict=True))
            covers.append((cost, sum(counts), amount - need))
    return min(covers)


def told(cover: Cover | None, need: Fraction) -> tuple[int, int, Fraction]:
    assert cover is not None
    return cover.cost or 0, sum(n for _, n in cover.packs), cover.amount - need


A_TIE_FOUND_LATE = [
    Offer(number, size, price)
    for number, (size, price) in enumerate(
        [(Fraction(1), 6), (Fraction(5, 2), 15), (Fraction(7, 3), 29), (Fraction(7, 3), 15)]
    )
]
"""Fewer of the offer that is cheapest by the unit cost no more here, and leave less over."""


@settings(max_examples=EXAMPLES)
@given(st.integers(1, 40).map(lambda n: Fraction(n, 3)), offers())
@example(Fraction(26, 3), A_TIE_FOUND_LATE)
def test_the_chosen_packs_are_the_best_of_all(need: Fraction, found: list[Offer]) -> None:
    assert told(choose(need, found, "cheapest"), need) == best_of_all(need, found)


@given(st.integers(1, 60).map(lambda n: Fraction(n, 3)), offers(priced=False))
def test_products_without_a_price_count_only_where_none_has_one(
    need: Fraction, found: list[Offer]
) -> None:
    priced = [offer for offer in found if offer.price is not None]
    cover = choose(need, found, "cheapest")
    assert told(cover, need) == best_of_all(need, priced or found)
    assert cover is not None
    assert (cover.cost is None) == (not priced)


@given(st.integers(1, 60).map(Fraction), offers())
def test_the_parts_of_a_cover_add_up(need: Fraction, found: list[Offer]) -> None:
    cover = choose(need, found)
    assert cover is not None
    by_id = {offer.product_id: offer for offer in found}
    assert cover.amount == sum(by_id[key].amount * n for key, n in cover.packs)
    assert cover.cost == sum((by_id[key].price or 0) * n for key, n in cover.packs)
    assert all(n > 0 for _, n in cover.packs)


def test_a_preferred_product_is_bought_though_another_is_cheaper() -> None:
    found = [Offer(1, Fraction(1), 100, preferred=True), Offer(2, Fraction(1), 1)]

    assert choose(Fraction(3), found) == Cover(((1, 3),), Fraction(3), 300)
    assert choose(Fraction(3), found, "cheapest") == Cover(((2, 3),), Fraction(3), 3)


def test_equal_prices_take_fewer_packs_then_less_left_over() -> None:
    by_packs = [Offer(1, Fraction(1), 1), Offer(2, Fraction(4), 4)]
    assert choose(Fraction(4), by_packs) == Cover(((2, 1),), Fraction(4), 4)

    by_rest = [Offer(1, Fraction(5), 4), Offer(2, Fraction(4), 4)]
    assert choose(Fraction(4), by_rest) == Cover(((2, 1),), Fraction(4), 4)


def test_free_packs_still_take_as_few_as_possible() -> None:
    found = [Offer(1, Fraction(1), 0), Offer(2, Fraction(10), 0)]
    assert choose(Fraction(10), found) == Cover(((2, 1),), Fraction(10), 0)


def test_nothing_on_offer_is_nothing_to_choose() -> None:
    assert choose(Fraction(1), []) is None


def test_nothing_needed_is_no_packs_at_no_cost() -> None:
    assert choose(Fraction(0), [Offer(1, Fraction(1), 5)]) == Cover((), Fraction(0), 0)


@pytest.mark.parametrize("need", [Fraction(10**9), Fraction(10**15, 7)])
def test_enormous_needs_are_covered_without_counting_up_to_them(need: Fraction) -> None:
    found = [Offer(n, Fraction(size), size * 3 + n) for n, size in enumerate((250, 1000, 999))]
    cover = choose(need, found)
    assert cover is not None
    assert need <= cover.amount < need + 1000

"""Which packs to buy (domain.md §3), against trying every combination."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import lcm

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.planning.covering import FEW, LENGTHS, cheapest
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


OUNCE = Fraction(28349523125, 10**9)
POUND = 16 * OUNCE
FLOUR = [
    Offer(number, Fraction(size), price)
    for number, (size, price) in enumerate(
        [
            (250, 750_000),
            (500, 1_500_000),
            (1000, 3_000_000),
            (8 * OUNCE, 680_000),
            (5 * POUND, 6_800_000),
            (25 * POUND, 34_020_000),
        ]
    )
]
"""Sizes without a common measure, at one price by the unit but for its rounding."""
ODD = [
    Offer(number, Fraction(size), int(Fraction(size) * 10**6))
    for number, size in enumerate(("701.234567", "811.345678", "977.456789", "1009.567891"))
]
"""The worst there is: no common measure, and exactly one price by the unit."""
MOST_STEPS = FEW + 1 + 2 * sum(length + 1 for length in LENGTHS)


def table(need: int, found: list[Offer]) -> tuple[int, int, Fraction]:
    """Return (cost, packs, left over) of the best cover of each amount up to `need`, one by one."""
    best = [(0, 0, 0)]
    for wanted in range(1, need + 1):
        covers = []
        for offer in found:
            cost, packs, amount = best[max(0, wanted - int(offer.amount))]
            covers.append((cost + (offer.price or 0), packs + 1, amount + int(offer.amount)))
        best.append(min(covers))
    cost, packs, amount = best[need]
    return cost, packs, Fraction(amount - need)


def in_whole(need: Fraction, found: list[Offer]) -> tuple[int, list[int], list[int]]:
    """Return a need, sizes and prices in the smallest unit of all."""
    scale = lcm(need.denominator, *(offer.amount.denominator for offer in found))
    sizes = [int(offer.amount * scale) for offer in found]
    return int(need * scale), sizes, [offer.price or 0 for offer in found]


@st.composite
def alike(draw: st.DrawFn) -> list[Offer]:
    """Draw offers of odd sizes that cost nearly the same by the unit, or nothing at all."""
    by_unit, apart = draw(st.sampled_from([(1, 0), (3, 1), (1_000, 2), (10_000, 900), (0, 0)]))
    return [
        Offer(number, Fraction(size), size * by_unit + draw(st.integers(0, apart)))
        for number, size in enumerate(draw(st.lists(st.integers(60, 700), min_size=2, max_size=7)))
    ]


def step_by_step(need: int, found: list[Offer]) -> None:
    chosen = choose(Fraction(need), found, "cheapest")
    assert chosen is not None
    assert chosen.exact
    assert told(chosen, Fraction(need)) == table(need, found)


@settings(max_examples=settings().max_examples * 2)
@given(st.integers(1, 6_000), alike())
def test_packs_of_nearly_one_unit_price_are_the_best_of_all(need: int, found: list[Offer]) -> None:
    step_by_step(need, found)


@pytest.mark.parametrize("need", [30_011, 60_007])
@pytest.mark.parametrize("apart", [0, 1, 7])
def test_packs_that_are_found_in_halves_are_the_best_of_all(need: int, apart: int) -> None:
    sizes = (1_013, 1_511, 2_003, 2_417, 2_999)
    found = [Offer(n, Fraction(s), s * 10_000 + apart * n) for n, s in enumerate(sizes)]

    assert cheapest(*in_whole(Fraction(need), found)).steps > FEW
    step_by_step(need, found)


@pytest.mark.parametrize("kilograms", ["0.001", "1", "20", "40", "1234.567", "40000", "1000000"])
def test_packs_of_shops_take_few_steps_for_any_amount(kilograms: str) -> None:
    packing = cheapest(*in_whole(Fraction(kilograms) * 1000, FLOUR))

    assert packing.proven
    assert packing.steps <= FEW + 2 * (LENGTHS[0] + 1) + 1


@given(
    st.fractions(Fraction(1, 1000), 10**9, max_denominator=10**6),
    st.lists(
        st.tuples(st.fractions(1, 10**9, max_denominator=10**6), st.integers(0, 10**15)),
        min_size=2,
        max_size=8,
    ),
    st.sampled_from([None, 0, 1, 10**6]),
)
def test_no_input_takes_more_than_the_most_steps(
    need: Fraction, of: list[tuple[Fraction, int]], by_unit: int | None
) -> None:
    found = [
        Offer(number, size, price if by_unit is None else int(size * by_unit))
        for number, (size, price) in enumerate(of)
    ]
    wanted, sizes, prices = in_whole(need, found)
    packing = cheapest(wanted, sizes, prices)

    assert packing.steps <= MOST_STEPS
    assert sum(n * size for n, size in zip(packing.counts, sizes, strict=True)) >= wanted


def test_packs_that_would_take_too_long_to_prove_cover_and_say_so() -> None:
    need = Fraction(10**7)
    chosen = choose(need, ODD)

    assert chosen is not None
    assert not chosen.exact
    assert need <= chosen.amount < need + 1
    assert cheapest(*in_whole(need, ODD)).steps <= MOST_STEPS

"""Lines of a shopping list, each sold in two to five sizes, or in six at one price by the gram."""

from __future__ import annotations

import random
from fractions import Fraction

from core.planning.packs import Offer, choose

LINES = 1_000
GRAMS = (113, 227, 250, 340, 454, 500, 680, 750, 907, 1000, 1500, 2000, 2268, 2500, 5000)
"""Packs as shops have them."""
ALIKE = 100
OUNCES = (4, 8, 16, 32, 80, 160, 400)
OUNCE = Fraction(28349523125, 10**9)
CENT = 10_000

Line = tuple[Fraction, list[Offer]]
"""What is needed, and what is on offer for it."""


def lines() -> list[Line]:
    """Return the lines, the same in every run; larger packs are cheaper by the gram, or not."""
    chance = random.Random(7)
    return [_line(chance, sizes=2 + number % 4) for number in range(LINES)]


def _line(chance: random.Random, sizes: int) -> Line:
    offers = [
        Offer(number, Fraction(grams), grams * chance.randint(6_000, 14_000))
        for number, grams in enumerate(chance.sample(GRAMS, sizes))
    ]
    return Fraction(chance.randint(1, 20_000), chance.choice((1, 1, 2, 3, 4))), offers


def lines_alike() -> list[Line]:
    """Return lines of six sizes, metric and in ounces, whose unit prices differ by rounding."""
    chance = random.Random(7)
    found = []
    for _ in range(ALIKE):
        by_gram = chance.randint(2_000, 9_000)
        sizes = [Fraction(grams) for grams in chance.sample(GRAMS, 3)]
        sizes += [ounces * OUNCE for ounces in chance.sample(OUNCES, 3)]
        offers = [
            Offer(number, size, round(size * by_gram / CENT) * CENT)
            for number, size in enumerate(sizes)
        ]
        found.append((Fraction(chance.randint(1, 10 ** chance.randint(2, 6))), offers))
    return found


def choose_all(of: list[Line]) -> None:
    """Choose the cheapest packs for every line."""
    for need, offers in of:
        choose(need, offers, "cheapest")

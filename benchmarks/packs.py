"""Lines of a shopping list, each sold in two to five sizes."""

from __future__ import annotations

import random
from fractions import Fraction

from core.planning.packs import Offer, choose

LINES = 1_000
GRAMS = (113, 227, 250, 340, 454, 500, 680, 750, 907, 1000, 1500, 2000, 2268, 2500, 5000)
"""Packs as shops have them."""

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


def choose_all(of: list[Line]) -> None:
    """Choose the cheapest packs for every line."""
    for need, offers in of:
        choose(need, offers, "cheapest")

"""Measures that everybody means the same by, where an item has none of that name itself.

A pinch is a part of a teaspoon. A length has no unit of its own in a kitchen: an item that is
counted in one length (a yard of ribbon, or a centimetre) can be written in any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

SMALL: Final[dict[str, tuple[Fraction, str]]] = {
    word: (worth, "tsp")
    for worth, words in {
        Fraction(1, 16): ("pinch", "pinches"),
        Fraction(1, 8): ("dash", "dashes"),
    }.items()
    for word in words
}
"""What small measures are: an amount and its unit."""

CONTAINERS: Final = frozenset(
    (
        "can",
        "tin",
        "jar",
        "pack",
        "package",
        "packet",
        "pkg",
        "bag",
        "box",
        "bottle",
        "carton",
        "container",
        "tub",
        "tube",
        "pouch",
        "envelope",
    )
)
"""What things are sold in."""

# Canonical name: centimetres, other spellings.
_LENGTHS: Final[dict[str, tuple[Fraction, str]]] = {
    "mm": (Fraction(1, 10), "millimeter,millimeters,millimetre,millimetres"),
    "cm": (Fraction(1), "centimeter,centimeters,centimetre,centimetres"),
    "m": (Fraction(100), "meter,meters,metre,metres"),
    "inch": (Fraction(254, 100), "inches"),
    "foot": (Fraction(3048, 100), "feet,ft"),
    "yard": (Fraction(9144, 100), "yards,yd,yds"),
}
_SPELLINGS: Final = {
    word: name for name, row in _LENGTHS.items() for word in (name, *row[1].split(","))
}
SEVERAL: Final = {"mm": "mm", "cm": "cm", "m": "m", "ft": "ft", "yd": "yd", "foot": "feet"}
"""What several of a length are called, where that is not the word with an s."""


def length(word: str) -> str | None:
    """Return the name of the length that a word means, or None."""
    return _SPELLINGS.get(word)


def in_length(word: str, measures: Iterable[str]) -> tuple[str, Fraction] | None:
    """Return one of an item's measures that is a length, and how many of it `word` is."""
    name = length(word)
    if name is None:
        return None
    for measure in measures:
        other = length(measure)
        if other is not None:
            return measure, _LENGTHS[name][0] / _LENGTHS[other][0]
    return None


def plural(word: str) -> str:
    """Return a word for several of what it names."""
    if word in SEVERAL:
        return SEVERAL[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"

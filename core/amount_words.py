"""Amounts as people say them: in their units, with fractions and words for several."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.digits import digits, ends_within, mixed
from core.errors import UnknownUnit
from core.units import LIMIT, UNKNOWN, ItemFacts, dimension, factor_to_stock, unrounded
from core.usual_measures import plural

_SAID_PLACES = 3
_EXACT_PLACES = 6
_LAST_DIGIT = Fraction(1, 10**_SAID_PLACES)
# The ledger's rounding to micro-units moves a third of a cup off the third by less than this.
_SNAP = Fraction(1, 10**5)
# The same moves a number that ends by less than this.
_ENDS = Fraction(1, 10**8)
_SMALLEST_BATCH = 1000
_SMALLEST_WORTH = 12
_SAID_FRACTIONS = frozenset({1, 2, 3, 4, 8})
_KITCHEN_UNITS: Final = frozenset(
    {"tsp", "tbsp", "cup", "pint", "quart", "gallon", "metric cup", "imperial cup", "each", "dozen"}
)
_ONE_OR_LESS = re.compile(r"-?(?:1|0\.[0-9]+|[0-9]+/[0-9]+)|[<>].*")


def say(value: Fraction | None, unit: str | None, *, exact: bool = False) -> str:
    """Say a value in `unit`: "2 1/3 cup", "12.5 lb", "48", "2 sticks"; None is "unknown".

    At most 3 decimals, with `exact` all of a number that has at most 6; what is too small for
    them is said as "<0.001 g", never as 0. `each` goes without saying.
    """
    if value is None:
        return UNKNOWN
    if unit is None or unit == "each":
        return _said_number(value, kitchen=True, exact=exact)
    measure = dimension(unit) is None
    number = _said_number(value, kitchen=measure or unit in _KITCHEN_UNITS, exact=exact)
    return f"{number} {_counted(number, unit) if measure else unit}"


def say_batches(value: Decimal | Fraction | None, *, exact: bool = False) -> str:
    """Say a number of batches so that it means the same when it is typed: "2 1/2", "2/7", "1/16".

    What 3 decimals cannot say is a fraction. Of what is neither, `exact` says six decimals.
    """
    return UNKNOWN if value is None else _said_batches(value, _SMALLEST_BATCH, exact=exact)


def say_worth(value: Decimal | Fraction | None, *, exact: bool = False) -> str:
    """Say what is worth so many batches, in fractions down to twelfths, else in decimals."""
    return UNKNOWN if value is None else _said_batches(value, _SMALLEST_WORTH, exact=exact)


def _said_batches(value: Decimal | Fraction, smallest: int, *, exact: bool) -> str:
    batches = unrounded(value, smallest)
    short = ends_within(batches, _SAID_PLACES) or batches.denominator > smallest
    return _said_number(batches, kitchen=True, exact=exact) if short else mixed(batches)


def say_stock(
    value: Fraction | None,
    facts: ItemFacts,
    display_unit: str | None = None,
    *,
    exact: bool = False,
) -> str:
    """Say stock units in the display unit, if it converts and fits the value's size.

    What is too small to be said in either is "less than" in the display unit, as its column is.
    Else in the stock unit, from 1000 g or ml on in kg or l. None is "unknown".
    """
    if value is None:
        return UNKNOWN
    unit, factor = said_unit(value, facts, display_unit)
    said = say(value / factor, unit, exact=exact)
    return f"{said} each" if unit == "each" and facts.unit != "each" else said


def said_unit(
    value: Fraction, facts: ItemFacts, display_unit: str | None = None
) -> tuple[str, Fraction]:
    """Return the unit in which stock units of this size are said, and how many it is of them."""
    factor = _display_factor(display_unit, facts)
    if display_unit is not None and factor and (_fits(value / factor) or not _fits(value)):
        return display_unit, factor
    large = {"g": "kg", "ml": "l"}.get(facts.unit)
    if large is not None and abs(value) >= 1000:
        return large, Fraction(1000)
    return facts.unit, Fraction(1)


def _display_factor(unit: str | None, facts: ItemFacts) -> Fraction | None:
    try:
        return None if unit is None else factor_to_stock(unit, facts)
    except UnknownUnit:
        return None


def _fits(value: Fraction) -> bool:
    return not value or _LAST_DIGIT <= abs(value) <= LIMIT


def _said_number(value: Fraction, *, kitchen: bool, exact: bool) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    if kitchen:
        near = Fraction(round(value * 24), 24)
        if near and near.denominator in _SAID_FRACTIONS and abs(value - near) < _SNAP:
            return mixed(near)
    if exact and abs(value - round(value, _EXACT_PLACES)) < _ENDS:
        return digits(value, _EXACT_PLACES)
    said = digits(value, _SAID_PLACES)
    if said == "0" and value:
        return f"<{digits(_LAST_DIGIT, 3)}" if value > 0 else f">-{digits(_LAST_DIGIT, 3)}"
    return said


def _counted(number: str, word: str) -> str:
    return word if _ONE_OR_LESS.fullmatch(number) else plural(word)


def singular(word: str) -> str:
    """Return the name of a measure from how several are called: "boxes" is box."""
    if dimension(word) is not None:
        return word
    for length in (1, 2):
        if len(word) > length and plural(word[:-length]) == word:
            return word[:-length]
    return word

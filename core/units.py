"""Amounts as people write them, exact from the first keystroke to the ledger.

Every value is a `Fraction`; no binary float enters or leaves. Factors between units are exact
(`domain.md` §2): US customary units by default, imperial and metric ones under their own names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import Final, Literal

from msgspec import Struct

from core import usual_measures
from core.digits import digits, ends_within, mixed, plain, rounded
from core.errors import AmountError, RuleBroken, UnknownUnit, UnreadableAmount

Dimension = Literal["mass", "volume", "count"]

STOCK_UNITS: Final = ("g", "ml", "each")
MICRO: Final = 1_000_000
LIMIT: Final = 10**9
LEDGER_ROUNDING: Final = Fraction(1, 1000)
UNKNOWN: Final = "unknown"

_EXAMPLE = "Type a number and a unit, for example 2 1/3 cup."
_UNIT_EXAMPLE = "Type a unit such as g or cup, or the name of a measure."
_MAX_TEXT = 1000
_EXACT_PLACES = 28
_DIVISION = Context(prec=60, traps=[Inexact])
"""Divides exactly, without trailing zeros, or not at all."""
_WRITTEN_FRACTIONS = frozenset({1, 2, 3, 4, 6, 8, 16})

_CUP: Final = Fraction(2365882365, 10**7)
_IMPERIAL_PINT: Final = Fraction(56826125, 10**5)

# Canonical name: dimension, size in the dimension's stock unit, other spellings. Sizes are exact by
# definition; a test holds them to pint's, which takes 0.4 s to import.
_TABLE: Final[dict[str, tuple[Dimension, Fraction, str]]] = {
    "g": ("mass", Fraction(1), "gr,gram,grams,gramme,grammes"),
    "kg": ("mass", Fraction(1000), "kgs,kilo,kilos,kilogram,kilograms"),
    "mg": ("mass", Fraction(1, 1000), "milligram,milligrams"),
    "oz": ("mass", Fraction(28349523125, 10**9), "ounce,ounces"),
    "lb": ("mass", Fraction(45359237, 10**5), "lbs,pound,pounds"),
    "ml": ("volume", Fraction(1), "milliliter,milliliters,millilitre,millilitres"),
    "l": ("volume", Fraction(1000), "liter,liters,litre,litres"),
    "dl": ("volume", Fraction(100), "deciliter,deciliters,decilitre,decilitres"),
    "cl": ("volume", Fraction(10), "centiliter,centiliters,centilitre,centilitres"),
    "tsp": ("volume", _CUP / 48, "tsps,teaspoon,teaspoons"),
    "tbsp": ("volume", _CUP / 16, "tb,tbs,tbsps,tablespoon,tablespoons"),
    "cup": ("volume", _CUP, "c,cups"),
    "fl oz": ("volume", _CUP / 8, "floz,fluid oz,fluid ounce,fluid ounces"),
    "pint": ("volume", _CUP * 2, "pt,pts,pints"),
    "quart": ("volume", _CUP * 4, "qt,qts,quarts"),
    "gallon": ("volume", _CUP * 16, "gal,gals,gallons"),
    "metric cup": ("volume", Fraction(250), "metric cups"),
    "imperial cup": ("volume", _IMPERIAL_PINT / 2, "imperial cups"),
    "imperial fl oz": ("volume", _IMPERIAL_PINT / 20, "imperial fluid ounce"),
    "imperial pint": ("volume", _IMPERIAL_PINT, "imperial pints"),
    "imperial quart": ("volume", _IMPERIAL_PINT * 2, "imperial quarts"),
    "imperial gallon": ("volume", _IMPERIAL_PINT * 8, "imperial gallons"),
    "each": ("count", Fraction(1), "ea,pc,pcs,piece,pieces"),
    "dozen": ("count", Fraction(12), "dz,doz,dozens"),
}
_SPELLINGS: Final = {
    word: name for name, row in _TABLE.items() for word in (name, *row[2].split(","))
}

_DECIMAL = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+")
_FRACTION = re.compile(r"(?:([0-9]+)(?:\s+|-\s?))?([0-9]+)\s*/\s*([0-9]+)")
_THOUSANDS = re.compile(r"[0-9]*,[0-9]{3}(?![0-9])")
_EXPONENT = re.compile(r"[eE][+-]?[0-9]")


class Amount(Struct, frozen=True):
    """A value and its canonical unit, as entered; no unit means the item's stock unit."""

    value: Fraction
    unit: str | None


class ItemFacts(Struct, frozen=True):
    """What converting an amount needs to know of an item.

    `unit` is its stock unit; `measures` has canonical names and amounts in standard units.
    """

    name: str
    unit: str
    grams_per_ml: Fraction | None
    grams_each: Fraction | None
    measures: Mapping[str, Amount]


Entered = int | Decimal | Fraction | str
"""An amount as entered; a bare number is in the item's stock unit."""


# -- reading ------------------------------------------------------------------------------------


def parse_amount(given: Entered | Amount, *, allow_zero: bool = False) -> Amount:
    """Read an amount exactly.

    Takes "2 1/3 c", "2-1/2 cups", "1½ cups", "0,5 kg", ".5 tsp", "2lb", "1 dozen" or a number.
    Raises `AmountError` for what is no amount, is ambiguous ("1,000"), negative, above 10^9 or,
    unless `allow_zero`, zero; `TypeError` for floats and everything else that is not exact.
    """
    unit: str | None = None
    if isinstance(given, Amount):
        value = _exact_number(given.value)
        unit = None if given.unit is None else canonical_unit(given.unit)
    elif isinstance(given, str):
        value, unit = _split(given)
    else:
        value = _exact_number(given)
    shown = given if isinstance(given, str) else plain(value)
    if value < 0:
        raise _negative(shown)
    if value == 0 and not allow_zero:
        raise AmountError(shown, "it must be more than zero")
    if value > LIMIT:
        raise _too_large(shown)
    return Amount(value, unit)


def canonical_unit(word: str) -> str:
    """Return the canonical name of a standard unit, or the word in lower case as a measure's name.

    "T" is a tablespoon and "t" a teaspoon, by kitchen convention; no other case matters.
    """
    bare = " ".join(word.split()).rstrip(" .,;")
    if bare == "T":
        return "tbsp"
    if bare == "t":
        return "tsp"
    lowered = unicodedata.normalize("NFC", bare.lower())
    if not lowered[:1].isalpha() or not lowered.isprintable():
        raise UnreadableAmount(word, "a unit or measure begins with a letter", _UNIT_EXAMPLE)
    return _SPELLINGS.get(lowered.replace(".", ""), lowered)


def read_number(number: str, text: str, example: str = _EXAMPLE) -> Fraction:
    """Read a whole number, decimal (point or comma), fraction or mixed fraction.

    `text` is all that was typed, and `example` what to type, for the message of the `AmountError`.
    """
    plain = _spell_fractions(number).strip()
    if plain.startswith(("-", "\N{MINUS SIGN}")):
        raise _negative(text)
    if _THOUSANDS.search(plain):
        raise _ambiguous(plain, text)
    if _DECIMAL.fullmatch(plain):
        return Fraction(plain.replace(",", "."))
    match = _FRACTION.fullmatch(plain)
    if match is None:
        reason = "it has a number that cannot be read" if plain else "it has no number in front"
        raise UnreadableAmount(text, reason if text.strip() else "there is nothing in it", example)
    whole, top, bottom = (int(part or 0) for part in match.groups())
    if bottom == 0:
        raise AmountError(text, "nothing can be divided by zero", example)
    if match.group(1) and top >= bottom:
        raise AmountError(text, "a fraction behind a whole number is less than one", example)
    return whole + Fraction(top, bottom)


def decimal_fraction(number: Decimal) -> Fraction:
    """Return a finite `Decimal` of sensible size as a fraction, else raise `AmountError`."""
    if not number.is_finite():
        raise UnreadableAmount(number, "it is no number", _EXAMPLE)
    if number and number.adjusted() > _MAX_TEXT:
        raise _too_large(number)
    if int(number.as_tuple().exponent) < -_MAX_TEXT:
        raise AmountError(number, "it has too many decimals")
    return Fraction(number)


def _split(text: str) -> tuple[Fraction, str | None]:
    if len(text) > _MAX_TEXT:
        raise UnreadableAmount(text, "it is too long", _EXAMPLE)
    letter = next((at for at, char in enumerate(text) if char.isalpha()), len(text))
    number, word = text[:letter], text[letter:]
    value = read_number(number, text)
    refuse_exponent(number, word, text)
    return value, canonical_unit(word) if word else None


def refuse_exponent(number: str, word: str, text: str) -> None:
    """Raise `AmountError` where what stands right behind a number is its exponent: 1e9."""
    if number[-1:].isdigit() and _EXPONENT.match(word):
        raise UnreadableAmount(text, "it has an exponent", "Type all the digits.")


def _exact_number(given: object) -> Fraction:
    if type(given) is Fraction:
        return given
    if isinstance(given, Decimal):
        return decimal_fraction(given)
    if isinstance(given, int | Fraction) and not isinstance(given, bool):
        return Fraction(given)
    raise TypeError(f"an amount is text, int, Decimal or Fraction, not {type(given).__name__}")


def _spell_fractions(text: str) -> str:
    """Write "1½" as "1 1/2"; blanks on both sides keep "½2" from becoming 1/22."""
    spelled = "".join(
        f" {unicodedata.normalize('NFKC', char)} "
        if unicodedata.decomposition(char).startswith("<fraction>")
        else char
        for char in text
    )
    return spelled.replace("\N{FRACTION SLASH}", "/").replace("\N{DIVISION SLASH}", "/")


def _negative(text: str) -> AmountError:
    return AmountError(text, "it is less than zero", "Type it without the minus.")


def _too_large(text: object) -> AmountError:
    return AmountError(text, "amounts above 10^9 are refused")


def _ambiguous(number: str, text: str) -> AmountError:
    if number.count(",") == 1 and _DECIMAL.fullmatch(number):
        whole, point = number.replace(",", ""), number.replace(",", ".")
        fix = f"Type {whole} if the comma groups thousands, {point} if it marks decimals."
    else:
        fix = "Type it without thousands separators, and with a point for decimals."
    return AmountError(text, "the comma is ambiguous", fix)


# -- converting ---------------------------------------------------------------------------------


def dimension(unit: str | None) -> Dimension | None:
    """Return what a standard unit measures; None for a measure's name."""
    row = _TABLE.get(unit or "")
    return row[0] if row else None


def factor_to_stock(unit: str | None, facts: ItemFacts) -> Fraction | None:
    """Return how many stock units of the item one `unit` is; None is unknown (`domain.md` §2).

    A measure of that name comes first, then the stock unit's own dimension, then a measure named
    by another unit of the same dimension (the largest: flour `cup` = 125 g makes a `tbsp`
    125/16 g), then `grams_per_ml` and `grams_each`. `UnknownUnit`: neither unit nor measure.
    """
    if unit is None or unit == facts.unit:
        return Fraction(1)
    measure = measure_of(unit, facts)
    if measure is not None:
        given_in = measure.unit or facts.unit
        if dimension(given_in) is None:
            return None
        # A measure named by a unit is what rates are made of, so it cannot rest on one.
        rate = _rate(given_in, facts) if dimension(unit) is None else _plain_rate(given_in, facts)
        return _times(measure.value * _size(given_in), rate)
    if dimension(unit) is None:
        raise UnknownUnit(unit, facts.name)
    return _times(_size(unit), _rate(unit, facts))


def factor_between(unit: str, other: str) -> Fraction:
    """Return how many of `other` one `unit` is: standard units of one dimension."""
    return _size(unit) / _size(other)


def measure_of(unit: str, facts: ItemFacts) -> Amount | None:
    """Return the item's measure of this name, singular or plural, or what everybody means by it."""
    found = facts.measures.get(unit)
    if found is not None or dimension(unit) is not None:
        return found
    for name, amount in facts.measures.items():
        if usual_measures.plural(name) == unit or name == usual_measures.plural(unit):
            return amount
    if unit in usual_measures.SMALL:
        return Amount(*usual_measures.SMALL[unit])
    length = usual_measures.in_length(unit, facts.measures)
    if length is None:
        return None
    one = facts.measures[length[0]]
    return Amount(one.value * length[1], one.unit)


def check_measures(facts: ItemFacts) -> None:
    """Raise `RuleBroken` for a measure that could not be used or would redefine a unit."""
    for name, amount in facts.measures.items():
        label = f"The measure '{name}' of {facts.name}"
        if canonical_unit(name) != name:
            raise RuleBroken(f"{label} must be spelled '{canonical_unit(name)}'.")
        given_in = dimension(amount.unit or facts.unit)
        if given_in is None:
            raise RuleBroken(f"{label} is given in '{amount.unit}'. Give it in g, ml, each, cup …")
        if amount.value <= 0:
            raise RuleBroken(f"{label} must be more than zero.")
        if dimension(name) in (dimension(facts.unit), given_in):
            raise RuleBroken(f"{label} would redefine the unit {name}. Choose another name.")
        if usual_measures.plural(name) != name and usual_measures.plural(name) in facts.measures:
            raise RuleBroken(
                f"{label} is there twice, as '{name}' and as '{usual_measures.plural(name)}'."
            )


def missing_fact(unit: str | None, facts: ItemFacts) -> str:
    """Say what to set so that an unknown amount of the item becomes known."""
    word = unit or facts.unit
    measure = measure_of(word, facts)
    if measure is None and dimension(word) is None:
        return f"add a measure '{word}' to {facts.name}"
    dimensions = {dimension(measure.unit if measure else word), dimension(facts.unit)}
    wanted = []
    if "volume" in dimensions and not facts.grams_per_ml:
        wanted.append("a density (grams per ml)")
    if "count" in dimensions and not facts.grams_each:
        wanted.append("the weight of one (grams each)")
    fact = " and ".join(wanted)
    if measure is not None:
        return f"set {fact} of {facts.name} or give its measure '{word}' in {facts.unit}"
    return f"set {fact} or a measure for '{word}' of {facts.name}"


def _times(size: Fraction, rate: Fraction | None) -> Fraction | None:
    return None if rate is None else size * rate


def _rate(unit: str, facts: ItemFacts) -> Fraction | None:
    """Return stock units per gram, ml or each, measures first."""
    kind, own = dimension(unit), dimension(facts.unit)
    if kind == own:
        return Fraction(1)
    implied = _implied_rate(kind, facts)
    if implied is not None:
        return implied
    grams, per_gram = _grams(kind, facts), _implied_rate("mass", facts)
    if grams and per_gram:
        return grams * per_gram
    return _plain_rate(unit, facts)


def _plain_rate(unit: str, facts: ItemFacts) -> Fraction | None:
    """Return stock units per gram, ml or each, from density and `grams_each` alone."""
    kind, own = dimension(unit), dimension(facts.unit)
    if kind == own:
        return Fraction(1)
    grams, stock_grams = _grams(kind, facts), _grams(own, facts)
    return grams / stock_grams if grams and stock_grams else None


def _implied_rate(kind: Dimension | None, facts: ItemFacts) -> Fraction | None:
    names = [name for name in facts.measures if dimension(name) == kind]
    for name in sorted(names, key=_size, reverse=True):
        worth = factor_to_stock(name, facts)
        if worth is not None:
            return worth / _size(name)
    return None


def _grams(kind: Dimension | None, facts: ItemFacts) -> Fraction | None:
    if kind == "mass":
        return Fraction(1)
    return facts.grams_per_ml if kind == "volume" else facts.grams_each


def _size(unit: str) -> Fraction:
    """Return the size of a standard unit in g, ml or each."""
    return _TABLE[unit][1]


# -- writing, exactly ---------------------------------------------------------------------------


def to_micro(value: Fraction) -> int:
    """Round stock units half-even to the ledger's micro-units; beyond 10^9: `AmountError`."""
    number = _exact_number(value)
    if abs(number) > LIMIT:
        raise _too_large(plain(number))
    return round(number * MICRO)


def from_micro(micro: int) -> Fraction:
    """Return the ledger's micro-units as stock units."""
    return Fraction(micro, MICRO)


def to_decimal(value: Fraction, places: int = 6) -> Decimal:
    """Return a decimal without trailing zeros: exact if it ends, else rounded half-even.

    A decimal that ends only beyond 28 places counts as one that does not. `str` of a very small
    `Decimal` has an exponent; write it with `plain_decimal`.
    """
    top, bottom = _exact_number(value).as_integer_ratio()
    if bottom == 1:
        return Decimal(top)
    if 10**_EXACT_PLACES % bottom:
        top, bottom = rounded(top * 10**places, bottom), 10**places
    try:
        return _DIVISION.divide(Decimal(top), Decimal(bottom))
    except Inexact:
        return Decimal(digits(Fraction(top, bottom), _EXACT_PLACES))


def unrounded(value: Decimal | Fraction, largest: int = 1000) -> Fraction:
    """Return the fraction that `to_decimal` rounded to this: 0.285714 is 2/7.

    A value that no fraction with a denominator up to `largest` is rounded to is returned as it is.
    """
    number = Fraction(value)
    near = number.limit_denominator(largest)
    return near if to_decimal(near) == to_decimal(number) else number


def plain_decimal(number: Decimal) -> str:
    """Write a finite decimal without exponent and without trailing zeros."""
    if not number.is_finite():
        raise ValueError(f"{number} is no finite decimal")
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def amount_text(value: Fraction, unit: str) -> str:
    """Write an amount as documents do: exactly, `each` left unsaid."""
    return exact(Amount(value, None if unit == "each" else unit))


def exact(amount: Amount) -> str:
    """Write an amount so that `parse_amount` reads the same value and unit back.

    Kitchen fractions are mixed ("2 1/3 cup"), other values decimals of up to 12 places
    ("453.59237 g"), and what is neither a mixed fraction.
    """
    value = amount.value
    if value.denominator not in _WRITTEN_FRACTIONS and ends_within(value, 12):
        number = digits(value, 12)
    else:
        number = mixed(value)
    return number if amount.unit is None else f"{number} {amount.unit}"

"""What an amount of an item is in another unit: "1 cup = 120 g", "1 = 50 g"."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from core import usual_measures
from core.documents import ItemDoc
from core.errors import RuleBroken
from core.units import Amount, ItemFacts, dimension, exact, factor_to_stock, parse_amount

BASES = {"mass": "g", "volume": "ml", "count": "each"}
SAID_IN = [(volume, mass) for volume in ("cup", "tbsp", "tsp", "l") for mass in ("g", "oz", "lb")]
"""The units in which a density is said that is no short decimal of grams per ml."""
_MILLION = 10**6


def equivalents_of(doc: ItemDoc) -> list[str]:
    """Return what is known of an item's units, as lines that `with_equivalents` reads."""
    lines = [f"1 {name} = {amount}" for name, amount in doc.measures.items()]
    if doc.grams_per_ml is not None:
        lines.append(_said_density(parse_amount(doc.grams_per_ml).value))
    if doc.grams_each is not None:
        lines.append(f"1 each = {doc.grams_each} g")
    return lines


def _said_density(grams_per_ml: Fraction) -> str:
    """Say a density as people enter it, which reads back as exactly the same: 1 cup = 140 g."""
    for volume, mass in [("ml", "g"), *SAID_IN]:
        worth = grams_per_ml * _size(Amount(Fraction(1), volume)) / _size(Amount(Fraction(1), mass))
        if _MILLION % worth.denominator == 0:
            return f"1 {volume} = {exact(Amount(worth, mass))}"
    return f"1 ml = {exact(Amount(grams_per_ml, 'g'))}"


def with_equivalents(doc: ItemDoc, lines: Sequence[str]) -> ItemDoc:
    """Return the item with exactly these equivalents; "none" alone is none of them.

    Raises:
        RuleBroken, AmountError: A line is none.
    """
    bare = msgspec.structs.replace(doc, measures={}, grams_per_ml=None, grams_each=None)
    texts = [line for line in lines if line.strip()]
    if [text.strip().casefold() for text in texts] == ["none"]:
        return bare
    for text in texts:
        left, equals, right = text.partition("=")
        if not equals or not left.strip() or not right.strip():
            raise RuleBroken(f"'{text}' should be written as 1 cup = 120 g.")
        bare = with_equivalent(bare, left, right)
    return bare


def with_equivalent(doc: ItemDoc, amount: str, equals: str) -> ItemDoc:
    """Return the item with one equivalent more: a measure, its density, or what one weighs.

    Raises:
        RuleBroken: Both are of one kind (g and kg), or neither is a unit that everybody knows.
        AmountError: One is no amount.
    """
    one, other = _entered(amount), _entered(equals)
    kinds = {dimension(one.unit), dimension(other.unit)}
    if len(kinds) == 1:
        said = f"'{amount.strip()} = {equals.strip()}'"
        if usual_measures.length(one.unit or "") and usual_measures.length(other.unit or ""):
            raise RuleBroken(
                f"{said} is known. Say which length {doc.name} is counted in, as 1 m = 1; "
                "all others follow."
            )
        raise RuleBroken(f"{said} should say one unit in another kind of unit, as 1 cup = 120 g.")
    if None in kinds:
        name, worth = (one, other) if dimension(one.unit) is None else (other, one)
        return _with_measure(doc, name, worth)
    if kinds == {"mass", "count"}:
        return msgspec.structs.replace(doc, grams_each=_ratio("mass", "count", one, other))
    volume, worth = (one, other) if dimension(one.unit) == "volume" else (other, one)
    if dimension(worth.unit) == "count":
        named = (worth, volume) if doc.unit == "ml" else (volume, worth)
        return _with_measure(doc, *named)
    if doc.unit == "g" and volume.unit != "ml":
        return _with_measure(doc, volume, worth)
    return msgspec.structs.replace(doc, grams_per_ml=_ratio("mass", "volume", one, other))


def _entered(text: str) -> Amount:
    """Read an amount; a unit alone is one of it, a number alone counts."""
    bare = text.strip()
    if "=" in bare:
        raise RuleBroken(f"'{bare}' has an = too many. Write it as 1 cup = 120 g.")
    amount = parse_amount(f"1 {bare}" if bare[:1].isalpha() else bare)
    return Amount(amount.value, amount.unit or "each")


def _with_measure(doc: ItemDoc, name: Amount, worth: Amount) -> ItemDoc:
    each = exact(Amount(worth.value / name.value, worth.unit))
    measures = {**doc.measures, str(name.unit): each}
    shown = doc.display_unit
    if shown is None and doc.unit == "each" and usual_measures.length(str(name.unit)):
        # "7 1/2 ribbon" would say nothing of how long it is.
        shown = name.unit
    return msgspec.structs.replace(doc, measures=measures, display_unit=shown)


def _ratio(over: str, under: str, one: Amount, other: Amount) -> str:
    """Return how many grams one ml or each is, of an amount in each kind of unit."""
    sizes = {dimension(each.unit): _size(each) for each in (one, other)}
    top = next(size for kind, size in sizes.items() if kind == over)
    bottom = next(size for kind, size in sizes.items() if kind == under)
    return exact(Amount(top / bottom, None))


def _size(amount: Amount) -> Fraction:
    kind = dimension(amount.unit)
    assert kind is not None
    factor = factor_to_stock(amount.unit, ItemFacts("", BASES[kind], None, None, {}))
    assert factor is not None
    return amount.value * factor

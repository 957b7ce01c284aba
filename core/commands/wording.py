"""What people write around an amount and an item: marks of lists, sums, sizes, notes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction

from core.errors import AmountError, RuleBroken
from core.units import Amount, canonical_unit, dimension, exact, factor_between, parse_amount
from core.usual_measures import CONTAINERS, SMALL, length

DIGITS = "0-9¼-¾⅐-⅞"
NUMBER = re.compile(rf"\s*((?:[{DIGITS}.,/]+(?:\s+|-(?=[0-9])|(?=[^0-9\s])|$))+)", re.UNICODE)
QUOTES = '"“”„'
LONGEST_UNIT = 3
"""Words that a unit may have: imperial fluid ounce."""

BULLET = r"(?:[-–—•*·▪☐□◦]|\[[ xX]?\])\s+"
PLACE = rf"[0-9]{{1,3}}(?:\)\s*|\.\s+(?=[{DIGITS}]))"
MARK = re.compile(rf"\s*(?:{BULLET}|{PLACE})(?=\S)")
"""What stands before a line of a list: a bullet, a box to tick, its number."""
SEPARATOR = re.compile(r"\s*[,;(\[]|\s+[-–—]+\s*(?=\S)|\s*—")
"""What a note stands behind."""
BRACKETS = {"(": ")", "[": "]"}
IN_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]?")
AND = ("+", "&", "and", "plus")
OR = ("to", "or", "-", "–", "—")
VAGUE = frozenset(
    (
        "heaping",
        "heaped",
        "rounded",
        "level",
        "scant",
        "generous",
        "packed",
        "firmly",
        "lightly",
        "loosely",
        "tightly",
    )
)
"""How full a measure is."""
PACKS = CONTAINERS | {"stick", "block", "bar"}
"""What is sold by its size: one (14 oz) can."""
METRIC = frozenset(("mg", "g", "kg", "ml", "cl", "dl", "l"))
FEW_PARTS = frozenset((1, 2, 3, 4, 6, 8, 16))
"""The fractions of a unit that people measure out."""
HOW = "Write one amount and one item in a line"


def unmarked(line: str) -> str:
    """Return a line without what makes it one of a list."""
    return MARK.sub("", line, count=1) if MARK.match(line) else line


def unit_of(words: str | None) -> str | None:
    """Return the unit or measure that words may be; None where they cannot be one."""
    try:
        return None if words is None else canonical_unit(words)
    except AmountError:
        return None


def is_usual(unit: str) -> bool:
    """Tell whether a word is a unit or a measure for everybody, of whatever item."""
    return dimension(unit) is not None or unit in SMALL or length(unit) is not None


def plainer(number: str, words: Sequence[str]) -> str | None:
    """Return the same line with one plain amount before its item; None where it is plain.

    Raises:
        RuleBroken: It leaves open which amount it means.
    """
    if len(words) > 1 and words[0].casefold() in OR and NUMBER.match(words[1]):
        raise RuleBroken(f"'{number} {' '.join(words[:2])}' are two amounts. {HOW}.")
    return (
        _with_size_behind(number, " ".join(words))
        or _with_fullness_behind(number, words)
        or _summed(number, words)
    )


def _with_size_behind(number: str, rest: str) -> str | None:
    """Write "1 cup (8 oz) nuts" as "1 cup nuts (8 oz)", and packs of a size as their amount."""
    before, opened, behind = rest.partition("(")
    inside, closed, name = (part.strip() for part in behind.partition(")"))
    if not opened or not closed or not name or SEPARATOR.match(name):
        return None
    measure, words = before.strip(), name.split()
    if not measure:
        size = _size(inside)
        if size is not None and len(words) > 1 and _is_pack(words[0]):
            total = exact(Amount(parse_amount(number).value * size.value, size.unit))
            called = " ".join(words[2:] if words[1] == "of" and len(words) > 2 else words[1:])
            return f"{total} {called} ({number} {words[0]} of {inside})"
    elif not _is_measure(measure):
        return None
    return " ".join(part for part in (number, measure, name, f"({inside})") if part)


def _size(text: str) -> Amount | None:
    """Return what one pack holds, where it is said by weight or volume: "14 oz", "14-oz"."""
    try:
        size = parse_amount(re.sub(r"(?<=[0-9])-(?=[a-zA-Z])", " ", text))
    except AmountError:
        return None
    return size if dimension(size.unit) in ("mass", "volume") else None


def _is_pack(word: str) -> bool:
    bare = word.strip(".,").casefold()
    return bare in PACKS or bare.removesuffix("s") in PACKS or bare.removesuffix("es") in PACKS


def _is_measure(words: str) -> bool:
    unit = unit_of(words)
    return unit is not None and (is_usual(unit) or _is_pack(words))


def _with_fullness_behind(number: str, words: Sequence[str]) -> str | None:
    """Write "1 heaping cup flour" and "1 cup packed sugar" with how full it is as a note."""
    unit = next((n for n, word in enumerate(words) if word.casefold() not in VAGUE), len(words))
    if unit > 2 or unit == len(words) or not _is_measure(words[unit]):
        return None
    rest = [*words[unit + 1 :]]
    size = next((n for n, word in enumerate(rest) if word.casefold() not in VAGUE), len(rest))
    vague = [*words[:unit], *rest[:size]]
    if not vague or not rest[size:]:
        return None
    return f"{number} {' '.join([words[unit], *rest[size:]])} ({' '.join(vague)})"


def _summed(number: str, words: Sequence[str]) -> str | None:
    """Write "2 lb 3 oz flour" and "2 cups + 1 tbsp flour" with the sum as one amount."""
    amounts: list[Amount] = []
    said, rest = number, [*words]
    while True:
        unit, behind = _unit_first(rest)
        if unit is None or not behind:
            return None
        amounts.append(Amount(parse_amount(said).value, unit))
        added = behind[0].casefold() in AND
        text = " ".join(behind[added:])
        more = NUMBER.match(text)
        if more is None:
            break
        said, rest = more.group(1).strip(), text[more.end() :].split()
        other = _unit_first(rest)[0]
        if other is None or dimension(other) != dimension(unit):
            return None
        if not added and not _goes_on(amounts[-1], Amount(parse_amount(said).value, other)):
            return None
    return f"{_sum(amounts)} {' '.join(behind)}" if len(amounts) > 1 else None


def _unit_first(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the unit that words begin with, and the words behind it."""
    for size in range(min(LONGEST_UNIT, len(words)), 0, -1):
        unit = unit_of(" ".join(words[:size]))
        if unit is not None and dimension(unit) is not None:
            return unit, [*words[size:]]
    return None, [*words]


def _goes_on(first: Amount, second: Amount) -> bool:
    """Tell whether an amount is the small rest of another one, and not the same said twice."""
    assert first.unit is not None
    assert second.unit is not None
    same = (first.unit in METRIC) is (second.unit in METRIC)
    return same and second.value * factor_between(second.unit, first.unit) < 1


def _sum(amounts: Sequence[Amount]) -> str:
    """Add amounts up, in the first of their units that holds them in parts people measure."""
    totals = []
    for unit in [each.unit for each in amounts if each.unit is not None]:
        total = Fraction(0)
        for each in amounts:
            total += each.value * factor_between(each.unit or unit, unit)
        totals.append(Amount(total, unit))
    return exact(next((t for t in totals if t.value.denominator in FEW_PARTS), totals[0]))


# -- notes ----------------------------------------------------------------------------------------


def notes_of(name: str) -> Iterator[tuple[str, str]]:
    """Yield how words may fall into a name and a note behind it, the longest name first."""
    for found in reversed([*SEPARATOR.finditer(name, 1)]):
        yield name[: found.start()].strip(), name[found.start() :]


def note_in(text: str) -> str | None:
    """Return the note that stands behind a name, without what sets it off.

    Raises:
        RuleBroken: It holds more amounts, and not in brackets.
    """
    bare = text.strip(" ,;")
    if bare[:1] in BRACKETS:
        return bare[1:].replace(BRACKETS[bare[0]], "", 1).strip() or None
    bare = bare.lstrip("-–— ")
    for part in re.split("[,;]", IN_BRACKETS.sub("", bare)):
        words = part.split()
        if words and words[0].casefold() in AND:
            words = words[1:]
        said = " ".join(words)
        number = NUMBER.match(said)
        rest = said[number.end() :] if number else ""
        if rest[:1].isalpha() and not is_usual(unit_of(rest) or ""):
            raise RuleBroken(f"'{said}' is another amount. {HOW}, or what is a note in brackets.")
    return bare or None


def refuse_odd_name(name: str) -> None:
    """Raise `RuleBroken` for what is left of a line and cannot be meant as a name."""
    words = name.split()
    odd = ""
    if _is_sign(name[:1]):
        odd = "begins with a sign"
    elif NUMBER.match(name):
        odd = "begins with a number"
    elif _is_measure(words[0]) and (dimension(unit_of(words[0])) or unit_of(words[0]) in SMALL):
        odd = "begins with a unit"
    elif any(_is_amount(words, place) for place in range(1, len(words))):
        odd = "has another amount in it"
    if odd:
        raise RuleBroken(f"'{name}' {odd}. {HOW}, or the name in quotes.")


def _is_sign(char: str) -> bool:
    return unicodedata.category(char or " ")[0] == "P" or unicodedata.category(char or " ") == "Sm"


def _is_amount(words: Sequence[str], place: int) -> bool:
    """Tell whether a number among words is the amount of something."""
    number = NUMBER.match(words[place])
    if number is None:
        return False
    unit = words[place][number.end() :] or "".join(words[place + 1 : place + 2])
    return words[place - 1].casefold() in (*AND, *OR) or dimension(unit_of(unit)) is not None

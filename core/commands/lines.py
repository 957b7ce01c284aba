"""Reading a line as people write it: "2 1/3 c flour", "250 g butter, softened", "flour=500 g"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from msgspec import Struct, field
from msgspec.structs import replace

from core.amount_words import say, say_stock
from core.commands.known import KnownItem, KnownItems
from core.commands.wording import (
    LONGEST_UNIT,
    NUMBER,
    QUOTES,
    is_usual,
    note_in,
    notes_of,
    plainer,
    refuse_odd_name,
    unit_of,
    unmarked,
)
from core.errors import (
    BakehouseError,
    ItemNotFound,
    Refused,
    RuleBroken,
    UnreadableArgument,
)
from core.units import (
    dimension,
    factor_to_stock,
    measure_of,
    missing_fact,
    parse_amount,
    refuse_exponent,
)
from core.usual_measures import SMALL, in_length

NEW_KINDS = ("supply", "made", "ingredient")
"""What an item that nobody knows may be said to be, behind a comma."""
ONE = re.compile(r"^\s*(?:an?|one)\s+(?=\S)", re.IGNORECASE)
HEADINGS = frozenset(
    (
        "item",
        "ingredient",
        "name",
        "amount",
        "quantity",
        "qty",
        "unit",
        "measure",
        "note",
        "comment",
    )
)
"""What stands over the columns of a table, one of each."""
STOCK_UNIT_OF = {"mass": "g", "volume": "ml", "count": "each"}
Resolve = Callable[[str], KnownItem | None]


class ReadLine(Struct, frozen=True):
    """What a line says.

    `amount` is as it was written, `name` what it calls the item, `item` the one it means; without
    an item it is a new one, unless there are `guesses`, between which a person chooses; `kind` is
    what a new one is said to be. `stock` is the amount in stock units; None with an item is
    unknown, and `fix` says what mends it.
    `error` is why it cannot be kept as it is.
    """

    text: str
    amount: str = ""
    unit: str | None = None
    name: str = ""
    note: str | None = None
    item: KnownItem | None = None
    guesses: tuple[KnownItem, ...] = ()
    kind: str | None = None
    stock: Fraction | None = None
    fix: str = ""
    error: BakehouseError | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written there."""
        return not self.text.strip()

    @property
    def is_new(self) -> bool:
        """Whether it names an item that is not known yet."""
        return not self.is_empty and self.error is None and self.item is None and not self.guesses

    @property
    def is_unknown(self) -> bool:
        """Whether its amount cannot be converted, for want of a density or a measure."""
        return self.item is not None and bool(self.fix)

    @property
    def wants_unit(self) -> bool:
        """Whether it has a bare number of what is weighed."""
        return self.item is not None and self.unit is None and self.item.is_weighed

    @property
    def stock_unit(self) -> str:
        """The unit that the item is counted in, or will be if it is new."""
        if self.item is not None:
            return self.item.facts.unit
        unit = SMALL[self.unit][1] if self.unit in SMALL else self.unit
        return STOCK_UNIT_OF[dimension(unit) or "count"]

    @property
    def said(self) -> str:
        """The amount as it was understood: in stock units where they are known, else as entered.

        A length is said in the one that its item is counted in.
        """
        entered = parse_amount(self.amount) if self.amount else None
        if self.item is not None and self.stock is not None:
            in_own = entered and in_length(entered.unit or "", self.item.facts.measures)
            if entered and in_own:
                return say(entered.value * in_own[1], in_own[0])
            return say_stock(self.stock, self.item.facts)
        if entered is None:
            return ""
        return say(entered.value, entered.unit)


class _Parts(Struct):
    number: str
    words: list[str]
    loose: Resolve | None = None
    errors: list[BakehouseError] = field(default_factory=list)

    def units(self) -> Iterator[tuple[str | None, str]]:
        """Yield how the words may fall into a unit and a name, the longest unit first."""
        for size in range(min(LONGEST_UNIT, len(self.words) - 1), 0, -1):
            rest = self.words[size:]
            if rest[0] == "of" and len(rest) > 1:
                rest = rest[1:]
            yield " ".join(self.words[:size]), " ".join(rest)


def is_heading(text: str) -> bool:
    """Tell whether a row of a table says what its columns are."""
    cells = [cell.strip().casefold() for cell in text.split("\t") if cell.strip()]
    return len(cells) > 1 and all(cell.removesuffix("s") in HEADINGS for cell in cells)


def _ways_to_read(text: str) -> list[str]:
    """Return a line without its bullet or number, on one line, "a pinch" as "1 pinch".

    Of a table the cell with the amount comes first; what stands behind amount and item is a note,
    or else, behind a number alone, a measure: the likelier one first.
    """
    cells = [" ".join(cell.split()) for cell in text.split("\t")]
    cells = [cell for cell in cells if cell]
    place = next((n for n, cell in enumerate(cells) if NUMBER.match(cell)), 0)
    amount, *behind = cells[place:] or [""]
    ways = [
        way
        for size in _cells_of_unit(amount, behind)
        if (way := _row(amount, behind[:size], cells[:place], behind[size:]))
    ]
    return [ONE.sub("1 ", unmarked(way), count=1) for way in ways or [amount]]


def _cells_of_unit(amount: str, behind: Sequence[str]) -> Sequence[int]:
    """Return in how many cells behind the amount its unit may stand, the likelier number first."""
    if not behind or NUMBER.fullmatch(amount) is None:
        return (0,)
    unit = unit_of(behind[0])
    return (1,) if unit is not None and is_usual(unit) else (1, 0)


def _row(amount: str, unit: Sequence[str], before: Sequence[str], behind: Sequence[str]) -> str:
    """Return a row of a table as a line: the item stands before its amount, else right behind."""
    item, note = (before, behind) if before else (behind[:1], behind[1:])
    return ", ".join([" ".join([amount, *unit, *item]), *note]) if item else ""


def read(text: str, known: KnownItems, loose: Resolve | None = None) -> ReadLine:
    """Read a line against the items that are known; what is wrong with it is in the result.

    An item is meant by its whole name (or the part before the comma), singular or plural, its slug
    or its id. `loose` is asked where that finds none, and may raise.
    """
    if not text.strip():
        return ReadLine(text)
    return min((_read_way(text, way, known, loose) for way in _ways_to_read(text)), key=_doubt)


def _doubt(line: ReadLine) -> int:
    """Rank the ways to read a line: a number alone counts pieces, and seldom grams."""
    if line.item is None:
        return 2
    clear = line.unit is not None or line.item.facts.unit == "each"
    return 0 if clear and line.error is None and not line.fix else 1


def _read_way(text: str, line: str, known: KnownItems, loose: Resolve | None) -> ReadLine:
    try:
        return replace(_read(line, known, loose), text=text)
    except BakehouseError as error:
        return ReadLine(text, name=_name_of(line), error=error)


def _read(line: str, known: KnownItems, loose: Resolve | None) -> ReadLine:
    name, equals, amount = line.partition("=")
    if equals:
        entered = parse_amount(amount)
        item = known.named(name) or (loose(name.strip()) if loose else None)
        return _found(amount.strip(), entered.unit, name.strip(), None, item, known)
    found = NUMBER.match(line)
    if found is None:
        raise UnreadableArgument(f"'{line}' should be an amount and an item, as '2 1/3 c flour'.")
    number, words = found.group(1).strip(), line[found.end() :].split()
    refuse_exponent(found.group(1), line[found.end() :], line)
    parse_amount(number)
    if not words:
        raise RuleBroken(f"'{line}' names no item.")
    parts = _Parts(number, words, loose)
    exactly = _exactly(parts, known)
    if exactly is not None:
        return _of_what(exactly)
    plain = plainer(number, words)
    if plain is not None:
        return _read(plain, known, loose)
    return _of_what(_loosely(parts, known) or _as_written(parts, known))


def _of_what(line: ReadLine) -> ReadLine:
    """Refuse a bare number of what is weighed: nobody means grams by it."""
    if not line.wants_unit or line.item is None:
        return line
    unit = line.item.facts.unit
    return replace(
        line,
        error=RuleBroken(
            f"{line.amount} of what? {line.item.name} is counted in {unit}. "
            f"Write the unit: {line.amount} {unit}."
        ),
    )


def _exactly(parts: _Parts, known: KnownItems) -> ReadLine | None:
    """Read it as an item that is called just so, with or without a unit before it."""
    whole = " ".join(parts.words)
    if known.named(whole) is not None:
        return _found(parts.number, None, whole, None, known.named(whole), known)
    unmeasured: ReadLine | None = None
    for unit, name in parts.units():
        canonical = unit_of(unit)
        item, note = _noted(name, known.named)
        if canonical is None or item is None:
            continue
        amount = f"{parts.number} {unit}"
        if dimension(canonical) is not None or measure_of(canonical, item.facts) is not None:
            return _found(amount, canonical, name, note, item, known)
        if " " not in canonical:
            unmeasured = _found(amount, canonical, name, note, item, known)
    item, note = _noted(whole, known.named)
    if item is not None:
        return _found(parts.number, None, whole, note, item, known)
    return unmeasured


def _loosely(parts: _Parts, known: KnownItems) -> ReadLine | None:
    """Read it as the one item that has these words in its name, where the caller allows that."""
    if parts.loose is None:
        return None
    for unit, name in parts.units():
        canonical = unit_of(unit)
        if canonical is None:
            continue
        standard = is_usual(canonical)
        try:
            item = parts.loose(name.strip(QUOTES))
        except ItemNotFound:
            if standard:
                raise
            continue
        if item is not None and (standard or measure_of(canonical, item.facts) is not None):
            return _found(f"{parts.number} {unit}", canonical, name, None, item, known)
    whole = " ".join(parts.words)
    return _found(parts.number, None, whole, None, parts.loose(whole.strip(QUOTES)), known)


def _as_written(parts: _Parts, known: KnownItems) -> ReadLine:
    """Read it as an item that is not known, with what it may be."""
    for unit, name in parts.units():
        canonical = unit_of(unit)
        if canonical is None:
            continue
        if is_usual(canonical):
            return _named(f"{parts.number} {unit}", canonical, name, known)
        line = _new(f"{parts.number} {unit}", canonical, name, known)
        fitting = tuple(g for g in line.guesses if measure_of(canonical, g.facts) is not None)
        if fitting:
            refuse_odd_name(line.name)
            return replace(line, guesses=fitting)
    words = parts.words
    unit = unit_of(words[0]) if len(words) == 1 else None
    if unit is not None and dimension(unit) is not None:
        raise RuleBroken(f"'{parts.number} {words[0]}' names no item.")
    return _named(parts.number, None, " ".join(words), known)


def _named(amount: str, unit: str | None, name: str, known: KnownItems) -> ReadLine:
    """Read what is left of a line as a name, if it can be meant as one."""
    line = _new(amount, unit, name, known)
    if name[:1] not in QUOTES:
        refuse_odd_name(line.name)
    return line


def _new(amount: str, unit: str | None, name: str, known: KnownItems) -> ReadLine:
    if name[:1] in QUOTES:
        bare, _, note = name[1:].partition('"') if '"' in name[1:] else (name[1:], "", "")
        called = bare.strip(QUOTES + " ")
        if not called:
            raise RuleBroken(f"'{name}' names no item.")
        kind, rest = _kind_and_note(note)
        return ReadLine("", amount, unit, called, rest, known.named(called), kind=kind)
    *_, (called, note) = [(name, ""), *notes_of(name)]
    kind, rest = _kind_and_note(note)
    line = ReadLine("", amount, unit, called.strip(), rest, kind=kind)
    return replace(line, guesses=known.guesses(line.name))


def _kind_and_note(text: str) -> tuple[str | None, str | None]:
    """Return what a new item is said to be, and what else stands behind its name."""
    note = note_in(text)
    first, _, rest = (note or "").partition(",")
    kind = first.strip().casefold()
    return (kind, note_in(rest)) if kind in NEW_KINDS else (None, note)


def _noted(name: str, resolve: Resolve) -> tuple[KnownItem | None, str | None]:
    """Return the item that a name means, without the note that stands behind it."""
    bare = name.strip(QUOTES) if name[:1] in QUOTES else name
    item = resolve(bare)
    if item is not None:
        return item, None
    for called, note in notes_of(name):
        item = resolve(called.strip(QUOTES))
        if item is not None:
            return item, note_in(note)
    return None, None


def _found(
    amount: str,
    unit: str | None,
    name: str,
    note: str | None,
    item: KnownItem | None,
    known: KnownItems,
) -> ReadLine:
    if item is None:
        return _new(amount, unit, name, known)
    line = ReadLine("", amount, unit, item.name, note, item)
    if item.always:
        return line
    try:
        factor = factor_to_stock(unit, item.facts)
    except Refused as error:
        return replace(line, error=error, fix=missing_fact(unit, item.facts))
    if factor is None:
        return replace(line, fix=missing_fact(unit, item.facts))
    return replace(line, stock=parse_amount(amount).value * factor)


def _name_of(line: str) -> str:
    found = NUMBER.match(line)
    return (line[found.end() :] if found else line).strip()

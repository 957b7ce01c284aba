"""Reading the rows of a bake-tracker export: typed values, every problem with its JSON path.

A value that is broken is recorded as a problem and replaced by a harmless one, so that reading
goes on and all problems come out at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from core.errors import AmountError, Problem
from core.interchange.notes import Note
from core.units import canonical_unit, parse_amount, plain_decimal

_HARMLESS: Final = Decimal(1)


class Source(Struct):
    """The export with what was found on the way: problems, notes, and the arrays looked at."""

    data: Mapping[str, object]
    exported_on: str | None = None
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)

    def problem(self, path: str, message: str) -> None:
        """Record something wrong; the export will be refused."""
        self.problems.append(Problem(path, message))

    def note(self, kind: str, place: str, message: str) -> None:
        """Record something decided or not understood; the export is read all the same."""
        self.notes.append(Note(kind, place, message))

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a top-level array; a missing one is empty."""
        self.looked_at.add(name)
        return self._rows(self.data.get(name), name)

    def _rows(self, value: object, path: str) -> list[Row]:
        if value is None:
            return []
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.problem(path, "a list is expected")
            return []
        found = []
        for index, entry in enumerate(value):
            place = f"{path}[{index}]"
            if isinstance(entry, Mapping):
                found.append(Row(self, place, entry))
            else:
                self.problem(place, "an object is expected")
        return found


class Row(Struct, frozen=True, eq=False):
    """One object of the export and its JSON path."""

    source: Source
    place: str
    data: Mapping[str, object]

    def problem(self, key: str, message: str) -> None:
        """Record a problem with one field of this row."""
        self.source.problem(f"{self.place}.{key}" if self.place else key, message)

    def note(self, kind: str, message: str) -> None:
        """Record a note on this row."""
        self.source.note(kind, self.place, message)

    def rows(self, *keys: str) -> list[Row]:
        """Return the objects of nested arrays, in the order of `keys`."""
        return [
            row
            for key in keys
            for row in self.source._rows(self.data.get(key), f"{self.place}.{key}")
        ]

    def text(self, *keys: str) -> str | None:
        """Return the text of the first of `keys` that has one."""
        for key in keys:
            value = self.data.get(key)
            if value is not None and not isinstance(value, str):
                self.problem(key, f"text is expected, not {_said(value)}")
            elif value and value.strip():
                return value.strip()
        return None

    def line(self, *keys: str) -> str | None:
        """Return the text of the first of `keys` that has one, on one line."""
        text = self.text(*keys)
        return None if text is None else " ".join(text.split())

    def name(self, *keys: str) -> str:
        """Return a name that must be there, on one line."""
        before = len(self.source.problems)
        found = self.line(*keys)
        if found is None and len(self.source.problems) == before:
            self.problem(keys[0], "is missing")
        return found or "?"

    def flag(self, *keys: str) -> bool:
        """Return whether one of `keys` is set."""
        found = False
        for key in keys:
            value = self.data.get(key)
            if value is not None and not isinstance(value, bool):
                self.problem(key, f"true or false is expected, not {_said(value)}")
            found = found or value is True
        return found

    def number(self, key: str, *, zero: bool = False) -> Decimal | None:
        """Return a number above zero (or from zero on); None if there is none.

        A finite binary float raises `TypeError`: the caller decodes numbers as `Decimal`.
        """
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, float) and math.isfinite(value):
            raise TypeError(f"{self.place}.{key}: decode numbers as Decimal, not float")
        number = _decimal(value)
        if number is None:
            self.problem(key, f"a number is expected, not {_said(value)}")
            return _HARMLESS
        try:
            parse_amount(number, allow_zero=zero)
        except AmountError as error:
            self.problem(key, error.reason)
            return _HARMLESS
        return number

    def amount(self, key: str, *, zero: bool = False) -> Decimal:
        """Return a number that must be there."""
        found = self.number(key, zero=zero)
        if found is None:
            self.problem(key, "is missing")
        return _HARMLESS if found is None else found

    def whole(self, *keys: str) -> int | None:
        """Return the first whole number of `keys`; a fraction is rounded up."""
        for key in keys:
            found = self.number(key, zero=True)
            if found is not None:
                return math.ceil(found)
        return None

    def unit(self, key: str) -> str | None:
        """Return a unit or measure as written; None if there is none."""
        word = self.line(key)
        if word is None or word.lower() == "count":
            return "each" if word else None
        try:
            canonical_unit(word)
        except AmountError as error:
            self.problem(key, f"'{word}' is no unit: {error.reason}")
            return "each"
        return word

    def day(self, *keys: str) -> str | None:
        """Return the date (of a date or time) of the first of `keys` that has one."""
        for key in keys:
            text = self.text(key)
            if text is None:
                continue
            try:
                return date.fromisoformat(text[:10]).isoformat()
            except ValueError:
                self.problem(key, f"'{text[:40]}' is no date (YYYY-MM-DD)")
        return None


class Index:
    """Things of the export by their slug, else by their name, as its references use both."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._by_slug: dict[str, str] = {}
        self._by_name: dict[str, str] = {}

    def add(self, row: Row, ours: str, *names: str | None) -> None:
        """Remember our slug under a row's own slug and names; the first of a name wins."""
        slug = row.text("slug")
        if slug is not None and slug in self._by_slug:
            row.problem("slug", f"there are two {self.noun}s '{slug}'")
        if slug is not None:
            self._by_slug.setdefault(slug, ours)
        for name in names:
            if name is not None:
                self._by_name.setdefault(name, ours)

    def get(self, name: str | None) -> str | None:
        """Return our slug of the thing, if it is there."""
        return None if name is None else self._by_slug.get(name) or self._by_name.get(name)

    def resolve(self, row: Row, *keys: str) -> str | None:
        """Return our slug of what a row refers to; a missing or dangling one is a problem."""
        before = len(row.source.problems)
        name = row.text(*keys)
        found = self.get(name)
        if found is None and len(row.source.problems) == before:
            key = next((key for key in keys if row.data.get(key)), keys[0])
            missing = f"there is no {self.noun} '{name}' in this file"
            row.problem(key, missing if name else "is missing")
        return found


def written(number: Decimal, unit: str | None = None) -> str:
    """Write an amount as the export has it: its exact decimal and its unit."""
    text = plain_decimal(number)
    return text if unit is None else f"{text} {unit}"


def joined(parts: Iterable[str | None], separator: str) -> str | None:
    """Join the parts that are there."""
    return separator.join(part for part in parts if part) or None


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, str) and not set(value) <= set("0123456789.-"):
        return None
    try:
        return Decimal(value)
    except ArithmeticError:
        return None


def _said(value: object) -> str:
    if isinstance(value, str):
        return f"'{value[:40]}'"
    names = {bool: "true or false", list: "a list", dict: "an object", type(None): "nothing"}
    return names.get(type(value), "a number")

"""A kitchen file on top of the kitchen it goes into, and what is found wrong with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Final, TypeVar

from core.documents import ChangeDoc, ItemDoc, KitchenDoc
from core.errors import BakehouseError, Problem, RuleBroken, UnknownUnit
from core.interchange.notes import UNKNOWN, Note
from core.schema import KINDS
from core.services._rules import WITHDRAWN, check_kind, check_slug, check_spoken
from core.services._writing import Problems, facts_in, read_date, read_positive
from core.units import (
    Amount,
    canonical_unit,
    factor_to_stock,
    missing_fact,
    parse_amount,
)

T = TypeVar("T")

_NOT_FINITE: Final = re.compile(r"\s*[+-]?(?:nan|inf|infinity)\b", re.IGNORECASE)


class World:
    """Looks things up in the file first and then in the kitchen, and collects problems.

    `whole`: the file is a whole kitchen, complete in itself. `known` None: there is no kitchen to
    ask, so what the file does not define is not judged.
    """

    def __init__(self, doc: KitchenDoc, known: KitchenDoc | None) -> None:
        self.doc = doc
        self.whole = bool(doc.changes)
        self.complete = known is not None or self.whole
        there = known or KitchenDoc()
        self.there = there
        # Of what the file has twice, the first is judged by.
        self.items = {each.slug: each for each in (*there.items, *doc.items[::-1])}
        self.products = {each.slug: each for each in (*there.products, *doc.products[::-1])}
        self.recipes = {each.slug: each for each in (*there.recipes, *doc.recipes[::-1])}
        self.bundles = {each.item: each for each in (*there.bundles, *doc.bundles[::-1])}
        self.events = {each.slug: each for each in (*there.events, *doc.events[::-1])}
        self.facts = {slug: facts_in(item) for slug, item in self.items.items()}
        self.problems = Problems()
        self.unknown: list[Note] = []
        self._former = _former_measures(doc.changes)

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        """Note a broken rule inside the block under `path`, and go on."""
        with self.problems.at(path):
            yield

    def wrong(self, path: str, message: str) -> None:
        """Note something wrong."""
        self.problems.found.append(Problem(path, message))

    def unique(self, key: str, named: Iterable[object], field: str) -> None:
        """Refuse what a list has twice; `field` is the part of a row that names it, or empty."""
        first: dict[object, int] = {}
        for number, name in enumerate(named):
            if first.setdefault(name, number) != number:
                place = f"{key}[{number}].{field}" if field else f"{key}[{number}]"
                self.wrong(place, f"'{name}' is a duplicate of {key}[{first[name]}].")

    def name(self, path: str, slug: str, name: str, field: str = "name") -> None:
        """Judge a slug and a name."""
        with self.at(f"{path}.slug"):
            if slug.startswith(WITHDRAWN) and not self.whole:
                raise RuleBroken(f"'{slug}' is no slug. Use small letters, digits and dashes.")
            check_slug(slug)
        with self.at(f"{path}.{field}"):
            check_spoken(name)

    def referred(self, path: str, slug: str, among: Mapping[str, T], noun: str) -> T | None:
        """Return what a slug refers to; an unknown one is a problem."""
        found = among.get(slug)
        if found is None and self.complete:
            where = "in this file" if self.whole else "in this file or in the kitchen"
            self.wrong(path, f"There is no {noun} '{slug}' {where}.")
        return found

    def item(self, path: str, slug: str, kinds: Sequence[str] = KINDS) -> ItemDoc | None:
        """Return the item that a slug refers to, if it is of the right kind."""
        item = self.referred(path, slug, self.items, "item")
        if item is None or item.kind not in KINDS:
            return item
        with self.at(path):
            check_kind(item.name, item.kind, kinds)
            return item
        return None

    def amount(
        self, path: str, text: str, item: ItemDoc | None, of: str, *, zero: bool = False
    ) -> Fraction | None:
        """Judge an amount and return it in stock units; what stays unknown is noted.

        `of` names what the amount is a line of.
        """
        amount: Amount | None = None
        with self.at(path):
            amount = read_amount(text, zero=zero)
        facts = None if item is None else self.facts[item.slug]
        if amount is None or item is None or facts is None:
            return None
        unit = amount.unit or item.unit
        factor: Fraction | None = None
        try:
            factor = factor_to_stock(unit, facts)
        except UnknownUnit as error:
            if unit not in self._former.get(_own(item.slug), ()):
                self.wrong(path, str(error))
                return None
        if factor is None:
            fix = missing_fact(unit, facts)
            said = f"{of}: {text} of {item.name} cannot be converted and is unknown: {fix}."
            self.unknown.append(Note(UNKNOWN, path, said, item.name, text, fix))
            return None
        return amount.value * factor

    def plain(self, path: str, text: str | None, *, zero: bool = False) -> Fraction | None:
        """Judge a number without a unit."""
        with self.at(path):
            if zero and text is not None and read_amount(text, zero=True).value == 0:
                return Fraction(0)
            return read_plain(text)
        return None

    def day(self, path: str, text: str | None) -> None:
        """Judge a date."""
        with self.at(path):
            read_date(text)


def read_amount(text: str, *, zero: bool = False) -> Amount:
    """Read an amount; says of what is not finite that it is not."""
    if _NOT_FINITE.match(text):
        raise RuleBroken(f"'{text.strip()}' is no finite number.")
    return parse_amount(text, allow_zero=zero)


def read_plain(text: str | None) -> Fraction | None:
    """Read a number above zero without a unit."""
    if text is not None:
        read_amount(text)
    return read_positive(text)


def _own(slug: str) -> str:
    return slug.rsplit(WITHDRAWN, 1)[-1]


def _former_measures(changes: Iterable[ChangeDoc]) -> dict[str, set[str]]:
    """Return the measures that items once had, by slug, as the journal tells.

    A line keeps its unit when its measure is taken away; it is unknown then, and no mistake.
    """
    former: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        for edit in change.edits:
            if edit.get("kind") != "item" or not isinstance(edit.get("slug"), str):
                continue
            patches = edit.get("patches")
            told = [edit.get("created"), edit.get("deleted")]
            for patch in patches if isinstance(patches, list) else ():
                if isinstance(patch, dict) and patch.get("field") == "measures":
                    told += [{"measures": patch.get("was")}, {"measures": patch.get("now")}]
            for fields in told:
                measures = fields.get("measures") if isinstance(fields, dict) else None
                if isinstance(measures, dict):
                    former[_own(edit["slug"])].update(map(_canonical, measures))
    return former


def _canonical(name: str) -> str:
    try:
        return canonical_unit(name)
    except BakehouseError:
        return name

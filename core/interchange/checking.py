"""Judging a kitchen file before anything is written: every rule it breaks, with its JSON path.

The rules are those of the writers in `core.services`; here they are asked of a whole file at
once, together with what is in the kitchen already. A file with `changes` is a whole kitchen: it
must be complete in itself, and may hold what only a kitchen with a history can have.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from core.errors import BadDocument, Problem, Refused, RuleBroken
from core.interchange._cycles import find_cycles
from core.interchange.documents import (
    BundleDoc,
    EventDoc,
    ItemDoc,
    KitchenDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
)
from core.interchange.notes import UNKNOWN, Note
from core.models import KINDS, STATUSES
from core.services._writing import (
    WITHDRAWN,
    Problems,
    check_one_of,
    check_slug,
    read_date,
    read_positive,
    read_price,
)
from core.units import (
    STOCK_UNITS,
    Amount,
    ItemFacts,
    canonical_unit,
    check_measures,
    dimension,
    factor_to_stock,
    measure_of,
    missing_fact,
    parse_amount,
)
from core.errors import UnknownUnit

BOUGHT: Final = ("ingredient", "supply")
SERVED: Final = ("bundle", "made")

_NOT_FINITE: Final = re.compile(r"\s*[+-]?(?:nan|inf|infinity)\b", re.IGNORECASE)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a file, and which of its amounts stay unknown."""

    problems: list[Problem]
    unknown: list[Note]


def check_kitchen(
    doc: KitchenDoc, known: KitchenDoc | None, found: Sequence[Problem] = ()
) -> Checked:
    """Judge a file against the kitchen it goes into.

    Args:
        doc: The file.
        known: What the kitchen has; None when there is none to ask, so that slugs which the file
            does not define are left unjudged.
        found: What is wrong in the file's shape; nothing else is said of those places.
    """
    from core.interchange._ledger_checking import check_ledger

    world = World(doc, known)
    world.check_currency()
    world.check_items()
    world.check_products()
    world.check_recipes()
    world.check_bundles()
    world.check_events()
    world.check_cycles()
    check_ledger(world)
    broken = {problem.path for problem in found}
    told = [*found, *(p for p in world.problems.found if not _below(p.path, broken))]
    return Checked(list(dict.fromkeys(told)), world.unknown)


def _below(path: str, broken: set[str]) -> bool:
    """Tell whether a path is one of `broken` or inside of one."""
    ends = [n for n, char in enumerate(path) if char in ".["]
    return path in broken or any(path[:end] in broken for end in ends)


@dataclass(slots=True)
class World:
    """A file on top of the kitchen it goes into, and what was found wrong so far."""

    doc: KitchenDoc
    known: KitchenDoc | None
    problems: Problems = field(default_factory=Problems)
    unknown: list[Note] = field(default_factory=list)
    whole: bool = field(init=False)
    items: dict[str, ItemDoc] = field(init=False)
    products: dict[str, ProductDoc] = field(init=False)
    recipes: dict[str, RecipeDoc] = field(init=False)
    events: dict[str, EventDoc] = field(init=False)
    facts: dict[str, ItemFacts | None] = field(init=False)
    former: Mapping[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        known = self.known or KitchenDoc()
        self.whole = bool(self.doc.changes)
        self.items = {item.slug: item for item in (*known.items, *self.doc.items)}
        self.products = {each.slug: each for each in (*known.products, *self.doc.products)}
        self.recipes = {each.slug: each for each in (*known.recipes, *self.doc.recipes)}
        self.events = {each.slug: each for each in (*known.events, *self.doc.events)}
        self.facts = {slug: facts_of(item) for slug, item in self.items.items()}
        self.former = _former_measures(self.doc) if self.whole else {}

    # -- what all kinds share ---------------------------------------------------------------------

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        """Note a broken rule inside the block under `path`, and go on."""
        with self.problems.at(path):
            yield

    def wrong(self, path: str, message: str) -> None:
        """Note something wrong."""
        self.problems.found.append(Problem(path, message))

    def unique(self, path: str, keys: Iterable[object], what: str, key: str = "slug") -> None:
        """Refuse what is there twice in a list."""
        first: dict[object, int] = {}
        for number, each in enumerate(keys):
            if each is not None and first.setdefault(each, number) != number:
                place = f"{path}[{number}].{key}" if key else f"{path}[{number}]"
                self.wrong(place, f"'{each}' is a duplicate: {what} {path}[{first[each]}]")

    def name(self, path: str, slug: str, name: str, key: str = "name") -> None:
        """Judge a slug and a name."""
        with self.at(f"{path}.slug"):
            if slug.startswith(WITHDRAWN) and not self.whole:
                raise RuleBroken(f"'{slug}' is no slug. Use small letters, digits and dashes.")
            check_slug(slug)
        if not name.strip():
            self.wrong(f"{path}.{key}", "A name is needed.")

    def one[T](self, path: str, slug: str | None, among: Mapping[str, T], noun: str) -> T | None:
        """Return what a slug refers to; an unknown one is a problem."""
        if slug is None:
            return None
        found = among.get(slug)
        if found is None and (self.known is not None or self.whole):
            self.wrong(
                path, f"There is no {noun} '{slug}', neither in this file nor in the kitchen."
            )
        return found

"""Rules of documents, each in one place: their writers ask them, and so does judging a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from core.errors import RuleBroken
from core.schema import KINDS, OPEN
from core.units import STOCK_UNITS, ItemFacts, canonical_unit, dimension, measure_of

if TYPE_CHECKING:
    from core.documents import EventDoc, ItemDoc, LineDoc

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
MOST = 10**9
WITHDRAWN = "~"
"""What the slug of a withdrawn row starts with; see `core.services.journal_service`."""

BOUGHT: Final = ("ingredient", "supply")
SERVED: Final = ("bundle", "made")
MADE: Final = ("made",)


# -- names and numbers ----------------------------------------------------------------------------


def check_spoken(name: str) -> None:
    """Refuse a name in which there is nothing to see, such as blanks and joiners."""
    if not any(sign.isprintable() and not sign.isspace() for sign in name):
        raise RuleBroken("A name is needed.")


def check_slug(slug: str) -> None:
    """Refuse a slug that is not made of small letters, digits, dots, dashes."""
    if not SLUG.fullmatch(slug.split(WITHDRAWN)[-1] if slug.startswith(WITHDRAWN) else slug):
        raise RuleBroken(f"'{slug}' is no slug. Use small letters, digits and dashes.")


def check_one_of(value: str, allowed: Iterable[str]) -> None:
    """Refuse a word that is not among those there are."""
    if value not in allowed:
        raise RuleBroken(f"'{value}' is none of {', '.join(allowed)}.")


def check_not_negative(value: int | None) -> None:
    """Refuse a number below zero, or one that no database could keep."""
    if value is not None and value < 0:
        raise RuleBroken(f"{value} is below zero.")
    _check_not_endless(value)


def check_people(people: int | None) -> None:
    """Refuse a number of people that cannot be."""
    if people is not None and people <= 0:
        raise RuleBroken(f"{people} people cannot be; leave it out if unknown.")
    _check_not_endless(people)


def _check_not_endless(value: int | None) -> None:
    if value is not None and value > MOST:
        raise RuleBroken("Numbers above 10^9 are refused.")


# -- items and products ---------------------------------------------------------------------------


def check_kind(name: str, kind: str, wanted: Sequence[str] = KINDS) -> None:
    """Refuse an item of a kind that does not go here."""
    if kind not in wanted:
        raise RuleBroken(f"{name} is of kind {kind}; here goes {' or '.join(wanted)}.")


def check_stock_unit(doc: ItemDoc) -> None:
    """Refuse a unit in which the item cannot be counted."""
    check_one_of(doc.unit, STOCK_UNITS)
    if doc.kind == "bundle" and doc.unit != "each":
        raise RuleBroken("A bundle is counted in each.")


def check_display_unit(unit: str | None, facts: ItemFacts) -> None:
    """Refuse a unit that an item's amounts cannot be shown in."""
    if unit is None:
        return
    word = canonical_unit(unit)
    if dimension(word) is None and measure_of(word, facts) is None:
        raise RuleBroken(f"'{unit}' is no unit and no measure of {facts.name}.")
    if word != unit:
        raise RuleBroken(f"'{unit}' must be spelled '{word}' here.")


def check_only_preferred(item: str, other: str | None) -> None:
    """Refuse a second preferred product; `other` is the slug of the first, if there is one."""
    if other is not None:
        raise RuleBroken(f"'{other}' is already the preferred product of {item}; one can be.")


# -- recipes and events ---------------------------------------------------------------------------


def check_makes(makes: Sequence[LineDoc]) -> None:
    """Refuse a recipe that makes nothing."""
    if not makes:
        raise RuleBroken("A recipe makes at least one item.")


def check_only_maker(item: str, other: str | None) -> None:
    """Refuse a second recipe for an item; `other` is the name of the first, if there is one."""
    if other is not None:
        raise RuleBroken(f"{item} is already made by {other}; one recipe makes an item.")


def check_not_open(doc: EventDoc) -> None:
    """Refuse putting an event away that still takes part in the plan."""
    if doc.archived and doc.status in OPEN:
        raise RuleBroken(
            f"{doc.name} is still {doc.status}. Set it to done or cancelled, then put it away."
        )

"""Finding things by slug, id or unique part of a name, and giving slugs to new ones."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, Table, select
from sqlalchemy.orm import Session

from core.errors import Ambiguous, NotFound, RuleBroken
from core.services._reading import is_id, rows_of
from core.services._rules import SLUG, WITHDRAWN

MOST_DIGITS = 12
"""A longer number is no id."""


def find(
    session: Session, table: Table[Any], name: str | int, missing: type[NotFound], **only: Any
) -> int:
    """Return the id of what has this slug, id or unique name part. Case and accents are ignored.

    `only` narrows by column values. Raises `missing` with near names, or `Ambiguous`.
    """
    label = table.c["name" if "name" in table.c else "label"]
    query = select(table.c.id, table.c.slug, label).where(table.c.slug.not_like(f"{WITHDRAWN}%"))
    for column, value in only.items():
        query = query.where(table.c[column].in_(value))
    text = str(name).strip()
    if isinstance(name, int):
        if is_id(name) and rows_of(session, query.where(table.c.id == name)):
            return name
        raise missing(text)
    told = _told_exactly(session, query, table, text)
    if told is not None:
        return told
    rows = rows_of(session, query)
    words = sorting(text).split()
    exact = [row for row in rows if sorting(row[2]) == sorting(text)]
    fits = exact or [
        row
        for row in rows
        if words and all(word in f"{sorting(row[2])} {row[1]}" for word in words)
    ]
    if len(fits) == 1:
        return int(fits[0][0])
    if fits:
        raise Ambiguous(text, [slug for _, slug, _ in fits])
    slugs = [slug for _, slug, _ in rows]
    near = difflib.get_close_matches(text.casefold(), slugs, n=3, cutoff=0.6)
    raise missing(text, near)


def _told_exactly(
    session: Session, query: Select[int, str, str], table: Table[Any], text: str
) -> int | None:
    """Return what has this very slug, or else this id; no other names have to be read for it."""
    exact = table.c.slug == text
    number = int(text) if text.isdecimal() and len(text) < MOST_DIGITS else 0
    if is_id(number):
        exact |= table.c.id == number
    found = {slug: key for key, slug, _ in rows_of(session, query.where(exact))}
    return found.get(text, next(iter(found.values()), None))


def slug_for(session: Session, table: Table[Any], name: str, told: str | None = None) -> str:
    """Return the told slug, or one made from the name that is still free."""
    taken = {slug for (slug,) in rows_of(session, select(table.c.slug))}
    if told is not None:
        if told in taken:
            raise RuleBroken(f"The slug '{told}' is taken.")
        return told
    base = re.sub(r"[^a-z0-9]+", "-", sorting(name)).strip("-") or "unnamed"
    if not SLUG.fullmatch(base):
        base = "unnamed"
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def spelled(name: str, known: Iterable[str | None]) -> str:
    """Return a name as it is known already: "mrs smith" is the Mrs Smith who is."""
    same = [each for each in known if each and sorting(each) == sorting(name)]
    return name if not same or name in same else same[0]


def sorting(text: str) -> str:
    """Return a key that sorts and compares names with accents and case ignored."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))

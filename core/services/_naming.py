"""Finding things by slug, id or unique part of a name, and giving slugs to new ones."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Ambiguous, NotFound, RuleBroken
from core.services._writing import SLUG, WITHDRAWN


def find(
    session: Session, model: Any, name: str | int, missing: type[NotFound], **only: Any
) -> int:
    """Return the id of what has this slug, id or unique name part. Case and accents are ignored.

    `only` narrows by column values. Raises `missing` with near names, or `Ambiguous`.
    """
    label = getattr(model, "name", None) or model.label
    query = select(model.id, model.slug, label).where(model.slug.not_like(f"{WITHDRAWN}%"))
    for column, value in only.items():
        query = query.where(getattr(model, column).in_(value))
    rows = session.execute(query).all()
    by_slug: dict[str, int] = {slug: key for key, slug, _ in rows}
    text = str(name).strip()
    if isinstance(name, int):
        if any(key == name for key, _, _ in rows):
            return name
        raise missing(text)
    if text in by_slug:
        return by_slug[text]
    if text.isdigit() and any(key == int(text) for key, _, _ in rows):
        return int(text)
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
    near = difflib.get_close_matches(text.casefold(), by_slug, n=3, cutoff=0.6)
    raise missing(text, near)


def slug_for(session: Session, model: Any, name: str, told: str | None = None) -> str:
    """Return the told slug, or one made from the name that is still free."""
    taken = set(session.scalars(select(model.slug)))
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


def sorting(text: str) -> str:
    """Return a key that sorts and compares names with accents and case ignored."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))

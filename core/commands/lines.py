"""Reading a line as people write it in a recipe: "2 1/3 c flour", "6 cookie", "flour=500 g"."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from core.documents import LineDoc
from core.errors import ItemNotFound, RuleBroken, UnreadableArgument
from core.services import catalog_service
from core.units import canonical_unit, dimension, parse_amount

NUMBER = re.compile(r"\s*((?:[0-9¼-¾⅐-⅞.,/]+(?:\s+|-(?=[0-9])|(?=[^0-9\s])))+)", re.UNICODE)


def read_line(text: str, session: Session) -> LineDoc:
    """Return the item and amount of a line. Raises `ItemNotFound`, `Ambiguous`, `AmountError`."""
    name, equals, amount = text.partition("=")
    if equals:
        parse_amount(amount)
        return LineDoc(item=_find(name.strip(), session), amount=amount.strip())
    found = NUMBER.match(text)
    if found is None:
        raise UnreadableArgument(f"'{text}' should be an amount and an item, as '2 1/3 c flour'.")
    number, words = found.group(1).strip(), text[found.end() :].split()
    if not words:
        raise RuleBroken(f"'{text}' names no item.")
    for length in range(min(3, len(words) - 1), 0, -1):
        unit = " ".join(words[:length])
        rest = " ".join(words[length:])
        item = _find_of(unit, rest, session)
        if item is not None:
            parse_amount(f"{number} {unit}")
            return LineDoc(item=item, amount=f"{number} {unit}")
    parse_amount(number)
    return LineDoc(item=_find(" ".join(words), session), amount=number)


def _find_of(unit: str, name: str, session: Session) -> str | None:
    """Return the item `name` if `unit` is a standard unit or a measure of it."""
    canonical = canonical_unit(unit)
    try:
        row = catalog_service.find_item(name.removeprefix("of "), session=session)
    except ItemNotFound:
        if dimension(canonical) is not None:
            raise
        return None
    if dimension(canonical) is not None:
        return row.slug
    measures = catalog_service.get_item(row.id, session=session).measures
    return row.slug if canonical in measures or canonical.removesuffix("s") in measures else None


def _find(name: str, session: Session) -> str:
    return catalog_service.find_item(name, session=session).slug

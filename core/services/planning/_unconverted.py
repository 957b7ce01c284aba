"""Products whose pack is in a unit that their item cannot be converted to: they are unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.schema import ITEM_UNIT, PRODUCT
from core.services._facts import facts_of_items
from core.services._reading import rows_of
from core.session import remembered
from core.units import amount_text, missing_fact

READ = ("product", "item_unit", "item", "measure")
"""The tables that say what is in a pack."""


class Unconverted(Struct, frozen=True):
    """A product, its pack as entered, and what to set so that the pack becomes known."""

    label: str
    entered: str
    fix: str


def unconverted_of(session: Session) -> Mapping[int, Sequence[Unconverted]]:
    """Return the products whose pack cannot be converted, by item."""
    return remembered(session, "unconverted", lambda: _load(session), of=READ)


def _load(session: Session) -> Mapping[int, Sequence[Unconverted]]:
    query = (
        select(
            PRODUCT.c.item_id, PRODUCT.c.label, PRODUCT.c.amount, PRODUCT.c.unit, ITEM_UNIT.c.factor
        )
        .select_from(PRODUCT)
        .join(
            ITEM_UNIT,
            (ITEM_UNIT.c.item_id == PRODUCT.c.item_id) & (ITEM_UNIT.c.unit == PRODUCT.c.unit),
        )
        .where(PRODUCT.c.archived.is_(False), ITEM_UNIT.c.factor.is_(None))
        .order_by(PRODUCT.c.item_id, PRODUCT.c.slug)
    )
    rows = rows_of(session, query)
    facts = facts_of_items(session, {row.item_id for row in rows}) if rows else {}
    found: dict[int, list[Unconverted]] = defaultdict(list)
    for item_id, label, amount, unit, _ in rows:
        fix = missing_fact(unit, facts[item_id])
        found[item_id].append(Unconverted(label, amount_text(amount, unit), fix))
    return found

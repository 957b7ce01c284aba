"""What converting amounts needs to know of every item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.schema import ITEM, MEASURE
from core.services._reading import rows_of
from core.session import remembered
from core.units import Amount, ItemFacts

if TYPE_CHECKING:
    from core.models import Item


def item_facts(session: Session) -> dict[int, ItemFacts]:
    """Return the facts of every item by id, remembered while no item is written."""
    return remembered(session, "facts", lambda: facts_of_items(session), of=("item", "measure"))


def facts_of(session: Session, item: Item) -> ItemFacts:
    """Return what is known of an item for converting amounts to its stock unit."""
    measures = measures_of_items(session, [item.id]).get(item.id, {})
    return ItemFacts(item.name, item.unit, item.grams_per_ml, item.grams_each, measures)


def facts_of_items(
    session: Session, item_ids: Collection[int] | None = None
) -> dict[int, ItemFacts]:
    """Read the facts of some items by id; None for all of them."""
    measures = measures_of_items(session, item_ids)
    query = select(ITEM.c.id, ITEM.c.name, ITEM.c.unit, ITEM.c.grams_per_ml, ITEM.c.grams_each)
    if item_ids is not None:
        query = query.where(ITEM.c.id.in_(item_ids))
    return {
        item_id: ItemFacts(name, unit, per_ml, each, measures.get(item_id, {}))
        for item_id, name, unit, per_ml, each in rows_of(session, query)
    }


def measures_of_items(
    session: Session, item_ids: Collection[int] | None = None
) -> dict[int, dict[str, Amount]]:
    """Read the measures of some items, or of all, by id and name; who has none is left out."""
    query = select(MEASURE.c.item_id, MEASURE.c.name, MEASURE.c.amount, MEASURE.c.unit)
    if item_ids is not None:
        query = query.where(MEASURE.c.item_id.in_(item_ids))
    found: dict[int, dict[str, Amount]] = defaultdict(dict)
    for item_id, name, amount, unit in rows_of(session, query):
        found[item_id][name] = Amount(amount, unit)
    return dict(found)

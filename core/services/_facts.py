"""What converting amounts needs to know of every item."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import Item, Measure
from core.session import remembered
from core.units import Amount, ItemFacts


def item_facts(session: Session) -> dict[int, ItemFacts]:
    """Return the facts of every item by id, remembered while nothing is written."""
    return remembered(session, "facts", lambda: _load(session))


def _load(session: Session) -> dict[int, ItemFacts]:
    measures: dict[int, dict[str, Amount]] = defaultdict(dict)
    for item_id, name, amount, unit in session.execute(
        select(Measure.item_id, Measure.name, Measure.amount, Measure.unit)
    ):
        measures[item_id][name] = Amount(amount, unit)
    query = select(Item.id, Item.name, Item.unit, Item.grams_per_ml, Item.grams_each)
    return {
        item_id: ItemFacts(name, unit, per_ml, each, measures[item_id])
        for item_id, name, unit, per_ml, each in session.execute(query)
    }

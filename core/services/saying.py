"""Saying amounts and money to people: each item in its display unit (domain.md §2)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import Item, Measure, Setting
from core.money import say_money
from core.session import reading, remembered
from core.units import UNKNOWN, Amount, ItemFacts, say, say_stock

CURRENCY = "USD"


class Say:
    """Says amounts of items, and money in the kitchen's currency, of one state of the kitchen."""

    def __init__(
        self, facts: dict[int, ItemFacts], display: dict[int, str | None], currency: str
    ) -> None:
        self._facts = facts
        self._display = display
        self.currency = currency

    def amount(self, item_id: int, value: Decimal | Fraction | None) -> str:
        """Say an amount, given in stock units, in the item's display unit; None is unknown."""
        exact = None if value is None else Fraction(value)
        return say_stock(exact, self._facts[item_id], self._display[item_id])

    def name(self, item_id: int) -> str:
        """Return the item's name."""
        return self._facts[item_id].name

    def batches(self, value: Decimal | Fraction | None) -> str:
        """Say a number of batches."""
        return UNKNOWN if value is None else say(Fraction(value), None)

    def money(self, value: Decimal | None) -> str:
        """Say money, rounded to cents; None is unknown."""
        return say_money(value, self.currency)


def duration(minutes: int) -> str:
    """Say minutes as hours and minutes: "1 h 30 min"."""
    full, rest = divmod(minutes, 60)
    parts = [f"{full} h"] if full else []
    parts += [f"{rest} min"] if rest or not full else []
    return " ".join(parts)


def amounts(session: Session | None = None) -> Say:
    """Return what says amounts and money in the session's state of the kitchen."""
    with reading(session) as reader:
        return remembered(reader, "say", lambda: _load(reader), of=("item", "measure", "setting"))


def _load(session: Session) -> Say:
    measures: dict[int, dict[str, Amount]] = defaultdict(dict)
    for item_id, name, amount, unit in session.execute(
        select(Measure.item_id, Measure.name, Measure.amount, Measure.unit)
    ):
        measures[item_id][name] = Amount(amount, unit)
    facts: dict[int, ItemFacts] = {}
    display: dict[int, str | None] = {}
    query = select(
        Item.id, Item.name, Item.unit, Item.grams_per_ml, Item.grams_each, Item.display_unit
    )
    for item_id, name, unit, per_ml, each, shown in session.execute(query):
        facts[item_id] = ItemFacts(name, unit, per_ml, each, measures[item_id])
        display[item_id] = shown
    currency = session.scalar(select(Setting.value).where(Setting.key == "currency"))
    return Say(facts, display, currency or CURRENCY)

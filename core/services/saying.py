"""Saying amounts and money to people: each item in its display unit (domain.md §2)."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.amount_words import said_unit, say_batches, say_stock, say_worth
from core.money import say_money
from core.schema import ITEM
from core.services._facts import facts_of_items, item_facts
from core.services._reading import rows_of
from core.services._settings import CURRENCY, setting
from core.session import reading, remembered
from core.units import ItemFacts, to_decimal

DEFAULT_CURRENCY = "USD"
"""The currency of a kitchen that has none set."""


class Say:
    """Says amounts of items, and money in the kitchen's currency, of one state of the kitchen."""

    def __init__(
        self, facts: dict[int, ItemFacts], display: dict[int, str | None], currency: str
    ) -> None:
        self._facts = facts
        self._display = display
        self.currency = currency

    def amount(self, item_id: int, value: Decimal | Fraction | None, *, exact: bool = False) -> str:
        """Say an amount, given in stock units, in the item's display unit; None is unknown.

        Three decimals are enough to weigh by; with `exact` it can be added up.
        """
        amount = None if value is None else Fraction(value)
        return say_stock(amount, self._facts[item_id], self._display[item_id], exact=exact)

    def price_of_one(
        self, item_id: int, price: Decimal | None, quantity: Decimal | Fraction | None
    ) -> str:
        """Say what one costs, given for a stock unit: of a piece, else of the unit it is said in.

        That is the unit in which a `quantity` of it is said: "$2.57 / lb".
        """
        facts = self._facts[item_id]
        if price is None or facts.unit == "each":
            return self.money(price)
        unit, factor = said_unit(Fraction(quantity or 0), facts, self._display[item_id])
        of_unit = to_decimal(Fraction(price) * factor)
        return f"{self.money(of_unit)} / {unit}"

    def name(self, item_id: int) -> str:
        """Return the item's name."""
        return self._facts[item_id].name

    def batches(self, value: Decimal | Fraction | None, *, exact: bool = False) -> str:
        """Say a number of batches, so that it can be typed as it is said."""
        return say_batches(value, exact=exact)

    def worth(self, value: Decimal | Fraction | None, *, exact: bool = False) -> str:
        """Say what good output, or a need of it, is worth in batches."""
        return say_worth(value, exact=exact)

    def of_batches(self, value: Decimal | Fraction | None, *, exact: bool = False) -> str:
        """Say a number of batches with its word: "1 batch", "2 1/2 batches"."""
        return _with_word(self.batches(value, exact=exact), value)

    def of_worth(self, value: Decimal | Fraction | None, *, exact: bool = False) -> str:
        """Say what is worth so many batches, with the word."""
        return _with_word(self.worth(value, exact=exact), value)

    def money(self, value: Decimal | None) -> str:
        """Say money, rounded to cents; None is unknown."""
        return say_money(value, self.currency)


def _with_word(said: str, batches: Decimal | Fraction | None) -> str:
    few = batches is not None and abs(Fraction(batches)) <= 1
    return f"{said} batch{'' if few else 'es'}"


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


def amounts_of(item_ids: Collection[int], session: Session | None = None) -> Say:
    """Return what says money, and amounts of these items alone: read sooner than all of them."""
    with reading(session) as reader:
        return Say(
            facts_of_items(reader, item_ids), _display_units(reader, item_ids), _currency(reader)
        )


def _load(session: Session) -> Say:
    return Say(item_facts(session), _display_units(session, None), _currency(session))


def _display_units(session: Session, item_ids: Collection[int] | None) -> dict[int, str | None]:
    query = select(ITEM.c.id, ITEM.c.display_unit)
    if item_ids is not None:
        query = query.where(ITEM.c.id.in_(item_ids))
    return dict(rows_of(session, query))


def _currency(session: Session) -> str:
    return setting(session, CURRENCY) or DEFAULT_CURRENCY

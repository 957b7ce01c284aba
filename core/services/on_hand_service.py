"""What there is of every item, read in a few plain queries so that ten thousand open at once.

Amounts are in millionths of the stock unit and money in millionths, as the ledger keeps them.
Words for people are made only for the rows that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import Text, case, func, select, type_coerce
from sqlalchemy.orm import Session

from core.amount_words import say, say_stock
from core.clock import today
from core.money import from_micro as money_of
from core.money import say_money
from core.schema import ITEM, ITEM_UNIT, LOT, PRODUCT, SETTING
from core.services._facts import measures_of_items
from core.services._kitchen import open_events, planned
from core.services._naming import sorting
from core.services._packs import pack_word
from core.services._reading import rows_of
from core.services.saying import DEFAULT_CURRENCY
from core.session import reading
from core.units import Amount, ItemFacts, exact, from_micro, to_decimal


class StockedItem(NamedTuple):
    """An item that is stocked or could be; `folded` is its name for sorting and searching.

    `grams_per_ml` and `grams_each` are fractions as they are written.
    """

    folded: str
    item_id: int
    name: str
    kind: str
    unit: str
    grams_per_ml: str | None
    grams_each: str | None
    display_unit: str | None


@dataclass(frozen=True, slots=True)
class Stocked:
    """Every stocked item by name, and how to say its amounts."""

    items: tuple[StockedItem, ...]
    measures: Mapping[int, Mapping[str, Amount]]
    currency: str

    def amount(self, item: StockedItem, value: Fraction | None) -> str:
        """Say an amount of an item, given in stock units; None is unknown."""
        facts = ItemFacts(
            item.name,
            item.unit,
            None if item.grams_per_ml is None else Fraction(item.grams_per_ml),
            None if item.grams_each is None else Fraction(item.grams_each),
            dict(self.measures.get(item.item_id, {})),
        )
        return say_stock(value, facts, item.display_unit)

    def money(self, value: int) -> str:
        """Say money."""
        return say_money(money_of(value), self.currency)


class OnHand(NamedTuple):
    """What is usable of an item, in how many lots, `unpriced` of them without a price.

    `expires` is the next day on which a lot goes off, `expired` what has gone off already, and
    `held` what these lots held when they came in.
    """

    left: int = 0
    lots: int = 0
    expires: date | None = None
    value: int = 0
    unpriced: int = 0
    expired: int = 0
    held: int = 0


class Pack(NamedTuple):
    """The pack an item is bought in: its preferred or newest product."""

    label: str
    amount: str
    unit: str
    factor: str | None

    def said(self, item_name: str, left: int) -> str:
        """Say what is left of an item in packs, "2.5 bags"; "" where nothing is."""
        if self.factor is None or not left:
            return ""
        number = from_micro(left) / (Fraction(self.amount) * Fraction(self.factor))
        rounded = Fraction(round(number * 100), 100) or number
        word = pack_word(self.label, item_name, self.unit)
        if word:
            return say(rounded, word)
        size = exact(Amount(Fraction(self.amount), None if self.unit == "each" else self.unit))
        return f"{say(rounded, None)} × {size}"


class Promise(NamedTuple):
    """What the plan of all open events says of an item, in stock units; None is unknown.

    `reserved` is the stock it gives to events, `short` what stock does not cover: to buy, to make
    or to assemble.
    """

    reserved: Fraction | None
    short: Fraction | None


def list_stocked(session: Session | None = None) -> Stocked:
    """Return every item that is stocked or could be, by name; `always_on_hand` ones left out."""
    with reading(session) as reader:
        query = select(
            ITEM.c.id,
            ITEM.c.name,
            ITEM.c.kind,
            ITEM.c.unit,
            type_coerce(ITEM.c.grams_per_ml, Text),
            type_coerce(ITEM.c.grams_each, Text),
            ITEM.c.display_unit,
        ).where(ITEM.c.archived.is_(False), ITEM.c.always_on_hand.is_(False))
        items = [StockedItem(sorting(row[1]), *row) for row in rows_of(reader, query)]
        items.sort()
        currency = reader.scalar(select(SETTING.c.value).where(SETTING.c.key == "currency"))
        return Stocked(tuple(items), measures_of_items(reader), currency or DEFAULT_CURRENCY)


def list_on_hand(session: Session | None = None) -> dict[int, OnHand]:
    """Return what there is of every item; those with no lot at all are left out."""
    with reading(session) as reader:
        usable = LOT.c.expires.is_(None) | (LOT.c.expires >= today())
        query = (
            select(
                LOT.c.item_id,
                func.sum(case((usable, LOT.c.left), else_=0)),
                func.sum(case((usable, 1), else_=0)),
                func.min(case((usable, LOT.c.expires))),
                func.sum(case((usable, LOT.c.cost_left), else_=0)),
                func.sum(case((usable & LOT.c.priced.is_(False), 1), else_=0)),
                func.sum(case((usable, 0), else_=LOT.c.left)),
                func.sum(case((usable, LOT.c.amount), else_=0)),
            )
            .where(LOT.c.left > 0)
            .group_by(LOT.c.item_id)
        )
        return {
            key: OnHand(int(left), int(lots), expires, *map(int, others))
            for key, left, lots, expires, *others in rows_of(reader, query)
        }


def list_promises(session: Session | None = None) -> dict[int, Promise]:
    """Return what the plan gives away and lacks, by item; items no open event needs are left out.

    It takes the whole plan, which the other lists do without.
    """
    with reading(session) as reader:
        promises: dict[int, Promise] = {}
        if not open_events(reader):
            return promises
        plan = planned(reader)
        for item_id, item in plan.items.items():
            unsure = bool(item.unsure)
            reserved = sum(item.kept.values()) + sum(item.free.values())
            promises[item_id] = Promise(
                None if unsure else Fraction(reserved, item.scale),
                None if unsure else Fraction(sum(item.net.values()), item.scale),
            )
        return promises


def list_claimants(session: Session | None = None) -> dict[int, str]:
    """Return the names of the open events by id; without one there are no promises, and no plan."""
    with reading(session) as reader:
        return open_events(reader)


def list_packs(session: Session | None = None) -> dict[int, Pack]:
    """Return the pack of each item: its preferred product, else the one that was added last."""
    with reading(session) as reader:
        query = (
            select(
                PRODUCT.c.item_id,
                PRODUCT.c.label,
                type_coerce(PRODUCT.c.amount, Text),
                PRODUCT.c.unit,
                type_coerce(ITEM_UNIT.c.factor, Text),
            )
            .join(
                ITEM_UNIT,
                (ITEM_UNIT.c.item_id == PRODUCT.c.item_id) & (ITEM_UNIT.c.unit == PRODUCT.c.unit),
            )
            .where(PRODUCT.c.archived.is_(False))
            .order_by(PRODUCT.c.preferred, PRODUCT.c.id)
        )
        return {key: Pack(*rest) for key, *rest in rows_of(reader, query)}


def get_deliverable(event_id: int, item_id: int, session: Session | None = None) -> Decimal | None:
    """Return how many of an item can be handed out for an event now, in stock units.

    What its lines still want, as far as there is stock for it; None where that is unknown. An
    event that is not open wants nothing.
    """
    with reading(session) as reader:
        plan = planned(reader)
        place = plan.index.get(event_id)
        if place is None:
            return Decimal(0)
        needs = [x.need for x in plan.kitchen.events[place].lines if x.item_id == item_id]
        there = plan.given(item_id, place)
        if there is None or None in needs:
            return None
        return to_decimal(min(there, sum((need for need in needs if need), Fraction(0))))

"""The shopping list of an event, read off its plan (domain.md §3, contract §1)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.money import from_micro as money_of
from core.planning.kitchen import Item
from core.planning.packs import Cover, Offer, choose
from core.planning.plan import Plan
from core.planning.trips import choose_together
from core.schema import CHECKED, ITEM_UNIT, PRODUCT
from core.services._kitchen import EventPlan
from core.services._naming import sorting
from core.services._prices import UnitCost, last_unit_costs
from core.services._reading import rows_of
from core.services._settings import store_trip_cost
from core.services.planning._unconverted import unconverted_of
from core.services.planning._unknown import why_unknown
from core.services.planning._views import decimal, known, on_hand
from core.services.planning.shapes import (
    PackRow,
    ShoppingRow,
)
from core.session import remembered
from core.units import to_micro

OFFERS = ("product", "item_unit")
"""The tables that say how items are sold."""


def shopping(session: Session, found: EventPlan, strategy: str = "preferred") -> list[ShoppingRow]:
    """Return the shopping list of an event, by name."""
    if found.place is None:
        return []
    plan, place = found.plan, found.place
    wanted = sorted(bought_of(plan, place), key=lambda item: (sorting(item.name), item.id))
    ticks = select(CHECKED.c.item_id).where(CHECKED.c.event_id == found.event.id)
    checked = {item_id for (item_id,) in rows_of(session, ticks)}
    covers = covers_of(session, found, strategy)
    rows = []
    for item in wanted:
        needed, to_buy = plan.need(item.id, place), plan.net(item.id, place)
        there, reserved = on_hand(found, item.id), plan.reserved(item.id, place)
        row = ShoppingRow(
            item_id=item.id,
            item_name=item.name,
            kind=item.kind,
            unit=item.unit,
            category=item.category,
            store=None,
            needed=decimal(needed),
            on_hand=known(there),
            reserved=decimal(reserved),
            available=decimal(None if reserved is None else there - reserved),
            to_buy=decimal(to_buy),
            status=status_of(item.always_on_hand, to_buy),
            packs=[],
            left_over=None,
            left_over_worth=None,
            left_over_for=None,
            estimated_cost=None,
            problem=None,
            checked=item.id in checked,
        )
        if row["status"] == "always":
            row["to_buy"] = Decimal(0)
        elif to_buy is None:
            row["problem"] = why_unknown(session, found, item.id)
        else:
            _add_packs(row, covers[item.id])
            if covers[item.id].cover is None and item.id in unconverted_of(session):
                pack = unconverted_of(session)[item.id][0]
                row["problem"] = f"{pack.label}, '{pack.entered}': {pack.fix}"
            if row["left_over"]:
                row["left_over_for"] = _next_buyer(plan, item.id, place)
        rows.append(row)
    return rows


class Bought(Struct, frozen=True):
    """What to buy of one item: the packs that cover `net` (None: nothing says how it is sold).

    `last` is what the item cost last, where no product says what the packs cost.
    """

    net: Fraction
    cover: Cover | None
    products: Mapping[int, SoldAs]
    usual_store: str | None
    last: UnitCost | None = None

    @property
    def label(self) -> str:
        """Return the packs as people say them."""
        packs = () if self.cover is None else self.cover.packs
        return ", ".join(f"{count} × {self.products[key].label}" for key, count in packs)

    @property
    def stores(self) -> set[str | None]:
        """Return where the packs are sold."""
        packs = () if self.cover is None else self.cover.packs
        return {self.products[key].store for key, _ in packs}

    @property
    def amount(self) -> Fraction:
        """Return what the packs hold, in stock units."""
        return Fraction(0) if self.cover is None else self.cover.amount

    @property
    def cost(self) -> int | None:
        """Return what it will cost, in micro-money, by the packs or by what was paid last."""
        if self.cover is not None and self.cover.cost is not None:
            return self.cover.cost
        if not self.net:
            return 0
        return None if self.last is None else self.last.of(to_micro(self.amount or self.net))

    @property
    def left_over_worth(self) -> int:
        """Return what is worth of it after the event, in micro-money; 0 where it is not known."""
        if self.cover is None or not self.net:
            return 0
        return round((self.cover.amount - self.net) / self.cover.amount * (self.cost or 0))


def cover_of(session: Session, found: EventPlan, item_id: int, strategy: str) -> Bought | None:
    """Return the packs an event buys of an item, or None where nothing says how it is sold."""
    bought = covers_of(session, found, strategy).get(item_id)
    return None if bought is None or bought.cover is None else bought


def covers_of(session: Session, found: EventPlan, strategy: str) -> dict[int, Bought]:
    """Return the packs of every item an event needs and knows the amount of, by item.

    Each line has the cheapest packs; where an extra store has a cost, they are the cheapest of
    the whole list, trips included.
    """
    key = ("covers", found.event.id, strategy)
    return remembered(session, key, lambda: _covers(session, found, strategy))


def _covers(session: Session, found: EventPlan, strategy: str) -> dict[int, Bought]:
    plan, place = found.plan, found.place
    if place is None:
        return {}
    needs = {
        item_id: net
        for item_id, item_plan in plan.needed(place).items()
        if plan.kitchen.items[item_id].bought
        and item_plan.need.get(place)
        and (net := plan.net(item_id, place)) is not None
    }
    products = remembered(
        session, ("offers", *needs), lambda: offers_of(session, list(needs)), of=OFFERS
    )
    wanted = {key: [p.offer for p in products.get(key, [])] for key in needs}
    trip_cost = store_trip_cost(session)
    if trip_cost:
        lines = [(needs[key], offers) for key, offers in wanted.items()]
        chosen = choose_together(lines, trip_cost, strategy).covers
    else:
        chosen = tuple(choose(needs[key], offers, strategy) for key, offers in wanted.items())
    covers = dict(zip(wanted, chosen, strict=True))
    unpriced = [key for key, c in covers.items() if needs[key] and (c is None or c.cost is None)]
    last = last_unit_costs(session, unpriced) if unpriced else {}
    return {
        key: Bought(
            needs[key],
            cover,
            {p.offer.product_id: p for p in products.get(key, [])},
            _usual(products, key),
            last.get(key),
        )
        for key, cover in covers.items()
    }


def _usual(products: Mapping[int, list[SoldAs]], item_id: int) -> str | None:
    """Return the store of an item's preferred product, or of its first."""
    known = products.get(item_id, [])
    preferred = [product for product in known if product.offer.preferred]
    return next((product.store for product in preferred or known), None)


def bought_of(plan: Plan, place: int) -> list[Item]:
    """Return the items that are bought and that an event needs, in no order."""
    return [item for item_id in plan.needed(place) if (item := plan.kitchen.items[item_id]).bought]


def status_of(always: bool, to_buy: Fraction | None) -> str:
    """Return the `status` of a line of the shopping list (contract §1)."""
    if always:
        return "always"
    if to_buy is None:
        return "unknown"
    return "buy" if to_buy else "enough"


class SoldAs:
    """A product of an item, as an offer."""

    def __init__(self, offer: Offer, label: str, store: str | None) -> None:
        self.offer = offer
        self.label = label
        self.store = store


def offers_of(session: Session, item_ids: list[int]) -> dict[int, list[SoldAs]]:
    """Return the products of items that say how they are sold, by item."""
    query = (
        select(
            PRODUCT.c.id,
            PRODUCT.c.item_id,
            PRODUCT.c.label,
            PRODUCT.c.store,
            PRODUCT.c.amount,
            PRODUCT.c.price,
            PRODUCT.c.preferred,
            ITEM_UNIT.c.factor,
        )
        .select_from(PRODUCT)
        .join(
            ITEM_UNIT,
            (ITEM_UNIT.c.item_id == PRODUCT.c.item_id) & (ITEM_UNIT.c.unit == PRODUCT.c.unit),
        )
        .where(
            PRODUCT.c.item_id.in_(item_ids),
            PRODUCT.c.archived.is_(False),
            ITEM_UNIT.c.factor.is_not(None),
        )
        .order_by(PRODUCT.c.item_id, PRODUCT.c.slug)
    )
    found: dict[int, list[SoldAs]] = {}
    for key, item_id, label, store, amount, price, preferred, factor in rows_of(session, query):
        offer = Offer(key, amount * (factor or 1), price, preferred, store)
        found.setdefault(item_id, []).append(SoldAs(offer, label, store))
    return found


def _next_buyer(plan: Plan, item_id: int, place: int) -> str | None:
    """Return the next open event that would have to buy some of an item."""
    net = plan.items[item_id].net
    later = min((e for e, amount in net.items() if e > place and amount), default=None)
    return None if later is None else plan.kitchen.events[later].name


def _add_packs(row: ShoppingRow, bought: Bought) -> None:
    """Say which packs to buy, from where, and what they cost."""
    cover, by_id = bought.cover, bought.products
    if not bought.net:
        row["store"] = bought.usual_store
        row["left_over"] = Decimal(0)
        row["estimated_cost"] = Decimal("0.00")
        return
    row["estimated_cost"] = None if bought.cost is None else money_of(bought.cost)
    if cover is None:
        row["problem"] = "no product: nothing says how it is sold"
        return
    for product_id, number in cover.packs:
        product = by_id[product_id]
        price = product.offer.price
        row["packs"].append(
            PackRow(
                product_id=product_id,
                label=product.label,
                packs=number,
                amount=known(product.offer.amount * number),
                cost=None if price is None else money_of(price * number),
            )
        )
    row["store"] = by_id[cover.packs[0][0]].store
    row["left_over"] = known(cover.amount - bought.net)
    if bought.cost is not None:
        row["left_over_worth"] = money_of(bought.left_over_worth)
    if cover.cost is None:
        row["problem"] = "no price"
    elif not cover.exact:
        row["problem"] = "not proven: other packs may be cheaper or fewer"

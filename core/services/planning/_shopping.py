"""The shopping list of an event, read off its plan (domain.md §3, contract §1)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import Checked, Item, ItemUnit, Product
from core.money import from_micro as money_of
from core.planning.packs import Offer, choose
from core.services._kitchen import EventPlan
from core.services.planning._unknown import why_unknown
from core.services.planning._views import available, decimal, known, on_hand, sorting
from core.services.planning.shapes import (
    PackRow,
    ShoppingRow,
)


def shopping(session: Session, found: EventPlan, strategy: str = "preferred") -> list[ShoppingRow]:
    """Return the shopping list of an event, by name."""
    if found.place is None:
        return []
    plan, place = found.plan, found.place
    wanted = [
        item
        for item_id, item_plan in plan.items.items()
        if (item := plan.kitchen.items[item_id]).bought
        and (place in item_plan.unknown or item_plan.need.get(place))
    ]
    wanted.sort(key=lambda item: (sorting(item.name), item.id))
    ids = [item.id for item in wanted]
    categories = dict(session.execute(select(Item.id, Item.category).where(Item.id.in_(ids))).all())
    checked = set(
        session.scalars(select(Checked.item_id).where(Checked.event_id == found.event.id))
    )
    offers = _offers(session, ids)
    rows = []
    for item in wanted:
        needed, to_buy = plan.need(item.id, place), plan.net(item.id, place)
        reserved = plan.reserved(item.id, place)
        row = ShoppingRow(
            item_id=item.id,
            item_name=item.name,
            kind=item.kind,
            unit=item.unit,
            category=categories[item.id],
            store=None,
            needed=decimal(needed),
            on_hand=known(on_hand(found, item.id)),
            reserved=decimal(reserved),
            available=decimal(available(found, item.id)),
            to_buy=decimal(to_buy),
            status=_status(item.always_on_hand, to_buy),
            packs=[],
            left_over=None,
            estimated_cost=None,
            problem=None,
            checked=item.id in checked,
        )
        if row["status"] == "always":
            row["to_buy"] = Decimal(0)
        elif to_buy is None:
            row["problem"] = why_unknown(session, found, item.id)
        else:
            _add_packs(row, to_buy, offers.get(item.id, []), strategy)
        rows.append(row)
    return rows


def _status(always: bool, to_buy: Fraction | None) -> str:
    if always:
        return "always"
    if to_buy is None:
        return "unknown"
    return "buy" if to_buy else "enough"


class _Product:
    """A product of an item, as an offer."""

    def __init__(self, offer: Offer, label: str, store: str | None) -> None:
        self.offer = offer
        self.label = label
        self.store = store


def _offers(session: Session, item_ids: list[int]) -> dict[int, list[_Product]]:
    query = (
        select(
            Product.id,
            Product.item_id,
            Product.label,
            Product.store,
            Product.amount,
            Product.price,
            Product.preferred,
            ItemUnit.factor,
        )
        .join(ItemUnit, (ItemUnit.item_id == Product.item_id) & (ItemUnit.unit == Product.unit))
        .where(
            Product.item_id.in_(item_ids),
            Product.archived.is_(False),
            ItemUnit.factor.is_not(None),
        )
        .order_by(Product.item_id, Product.slug)
    )
    found: dict[int, list[_Product]] = {}
    for key, item_id, label, store, amount, price, preferred, factor in session.execute(query):
        offer = Offer(key, amount * (factor or 1), price, preferred)
        found.setdefault(item_id, []).append(_Product(offer, label, store))
    return found


def _add_packs(row: ShoppingRow, to_buy: Fraction, products: list[_Product], strategy: str) -> None:
    """Say which packs to buy, from where, and what they cost."""
    preferred = [p for p in products if p.offer.preferred]
    cover = choose(to_buy, [p.offer for p in products], strategy)
    by_id = {p.offer.product_id: p for p in products}
    if not to_buy:
        row["store"] = next((p.store for p in preferred or products), None)
        row["left_over"] = Decimal(0)
        row["estimated_cost"] = Decimal("0.00")
        return
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
    row["left_over"] = known(cover.amount - to_buy)
    row["estimated_cost"] = None if cover.cost is None else money_of(cover.cost)
    if cover.cost is None:
        row["problem"] = "no price"

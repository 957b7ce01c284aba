"""What has no price or an old one: the cost of an event leaves it out or rests on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import select

from core.clock import today
from core.money import from_micro as money_of
from core.planning.packs import Cover, choose
from core.planning.trips import choose_together
from core.schema import ITEM_UNIT, PRODUCT
from core.services._naming import sorting
from core.services._prices import UnitCost, last_unit_costs
from core.services._reading import rows_of
from core.services._settings import store_trip_cost
from core.services.planning._problem import PlanProblem, Scope
from core.services.planning._shopping import SoldAs, offers_of
from core.services.planning._unconverted import Unconverted, unconverted_of
from core.session import remembered
from core.units import MICRO

OLD_PRICE = timedelta(days=365)

Nets = dict[int, Fraction]
"""What has to be bought of one item, by event."""


def prices(scope: Scope) -> Iterator[PlanProblem]:
    """Yield what is to be bought without a price, or at one that is older than a year."""
    products = remembered(scope.session, "products priced", lambda: _products(scope))
    to_buy = _to_buy(scope)
    unconverted = unconverted_of(scope.session)
    for item_id in _by_name(scope, to_buy.keys() & unconverted.keys()):
        others = bool(products.get(item_id))
        yield from _unconverted(scope, item_id, to_buy[item_id], unconverted[item_id], others)
    doubtful = {
        item_id: nets for item_id, nets in to_buy.items() if _is_doubtful(products.get(item_id, []))
    }
    if not doubtful:
        return
    trip_cost = store_trip_cost(scope.session)
    offers = offers_of(scope.session, list(to_buy if trip_cost else doubtful))
    covers = _together(to_buy, offers, trip_cost) if trip_cost else _each(doubtful, offers)
    last = last_unit_costs(scope.session, list(doubtful))
    for item_id in _by_name(scope, doubtful):
        dates = {product_id: day for product_id, _, day in products.get(item_id, [])}
        known = offers.get(item_id, [])
        bought = {e: covers[item_id, e] for e in doubtful[item_id]}
        nets = doubtful[item_id]
        if item_id in unconverted and not known:
            # What is told of its products is what is to be mended.
            continue
        yield from _of_item(scope, item_id, nets, bought, known, dates, last.get(item_id))


def _by_name(scope: Scope, item_ids: Iterable[int]) -> list[int]:
    names = scope.plan.kitchen.items
    return sorted(item_ids, key=lambda key: (sorting(names[key].name), key))


def _unconverted(
    scope: Scope, item_id: int, nets: Nets, packs: Sequence[Unconverted], others: bool
) -> Iterator[PlanProblem]:
    """Yield the products of an item whose packs say nothing about how much of it is in them."""
    item, places = scope.plan.kitchen.items[item_id], list(nets)
    amount = scope.say.amount(item_id, sum(nets.values(), Fraction(0)))
    for pack in packs:
        yield PlanProblem(
            "unknown pack",
            pack.label,
            f"How much {item.name} is in {pack.label} ({pack.entered}) is unknown.",
            "It is left out where packs are chosen."
            if others
            else f"Nothing says how to buy {amount} {item.name}{scope.of_events(places)}.",
            f"{pack.fix[:1].upper()}{pack.fix[1:]}, or give {pack.label} a pack in {item.unit}.",
            item_id=item_id,
            **scope.touched(places),
        )


Priced = tuple[int, int | None, date | None]
"""A product with its price and the day of it."""


def _products(scope: Scope) -> dict[int, list[Priced]]:
    """Return, by item, the products that say how it is sold."""
    query = (
        select(PRODUCT.c.item_id, PRODUCT.c.id, PRODUCT.c.price, PRODUCT.c.priced_on)
        .select_from(PRODUCT)
        .join(
            ITEM_UNIT,
            (ITEM_UNIT.c.item_id == PRODUCT.c.item_id) & (ITEM_UNIT.c.unit == PRODUCT.c.unit),
        )
        .where(PRODUCT.c.archived.is_(False), ITEM_UNIT.c.factor.is_not(None))
    )
    found: dict[int, list[Priced]] = defaultdict(list)
    for item_id, product_id, price, day in rows_of(scope.session, query):
        found[item_id].append((product_id, price, day))
    return found


def _is_doubtful(products: Sequence[Priced]) -> bool:
    return not products or any(price is None or _is_old(day) for _, price, day in products)


def _is_old(day: date | None) -> bool:
    return day is not None and today() - day > OLD_PRICE


def _to_buy(scope: Scope) -> dict[int, Nets]:
    """Return what is to be bought, by item and event."""
    plan, looked_at = scope.plan, set(scope.places)
    found: dict[int, Nets] = {}
    for item_id, item in plan.items.items():
        if not plan.kitchen.items[item_id].bought or plan.kitchen.items[item_id].always_on_hand:
            continue
        nets = {
            e: Fraction(net, item.scale)
            for e, net in item.net.items()
            if net and e in looked_at and e not in item.unsure
        }
        if nets:
            found[item_id] = dict(sorted(nets.items()))
    return found


def _of_item(
    scope: Scope,
    item_id: int,
    nets: Nets,
    covers: Mapping[int, Cover | None],
    products: Sequence[SoldAs],
    dates: dict[int, date | None],
    last: UnitCost | None,
) -> Iterator[PlanProblem]:
    unsold = [e for e, cover in covers.items() if cover is None]
    unpriced = [e for e, cover in covers.items() if cover is not None and cover.cost is None]
    name = scope.plan.kitchen.items[item_id].name
    labels = {product.offer.product_id: product.label for product in products}
    chosen = next((labels[c.packs[0][0]] for e in unpriced if (c := covers[e]) and c.packs), name)
    if unsold and last is None:
        what = "no product: nothing says how it is sold"
        fix = f"Add a product of {name}, or buy it once."
        amounts = {e: nets[e] for e in unsold}
        yield _left_out(scope, "no product", name, what, fix, item_id, amounts)
    if unpriced and last is None:
        fix = f"Set the price of {chosen}, or buy it once."
        amounts = {e: nets[e] for e in unpriced}
        yield _left_out(scope, "no price", chosen, "no price", fix, item_id, amounts)
    if last is not None and _is_old(last.day) and (unsold or unpriced):
        if unsold:
            fix = f"Add a product of {name} with its price, or buy it again."
            amounts = {e: nets[e] for e in unsold}
            yield _old_purchase(scope, "old purchase", name, fix, item_id, last, amounts)
        if unpriced:
            fix = f"Set the price of {chosen}, or buy it again."
            amounts = {e: nets[e] for e in unpriced}
            yield _old_purchase(scope, "old price", chosen, fix, item_id, last, amounts)
    for product in products:
        key, price = product.offer.product_id, product.offer.price
        counts = {
            e: number
            for e, cover in covers.items()
            if cover is not None
            for bought, number in cover.packs
            if bought == key
        }
        if counts and _is_old(dates[key]):
            day = dates[key] or today()
            cost = None if price is None else money_of(price * sum(counts.values()))
            places = list(counts)
            yield PlanProblem(
                "old price",
                product.label,
                f"The price of {product.label} is from {day.isoformat()}.",
                f"{scope.say.money(cost)} of the estimated cost{scope.of_events(places)} rest on "
                f"a price that is {(today() - day).days} days old.",
                f"Look the price of {product.label} up and set it: the same one again confirms it.",
                item_id=item_id,
                **scope.touched(places),
            )


Covers = dict[tuple[int, int], Cover | None]
"""The packs that are bought, by item and event."""
Offers = Mapping[int, Sequence[SoldAs]]


def _each(to_buy: Mapping[int, Nets], offers: Offers) -> Covers:
    """Return the packs of each line for itself."""
    return {
        (item_id, e): choose(net, [product.offer for product in offers.get(item_id, ())])
        for item_id, nets in to_buy.items()
        for e, net in nets.items()
    }


def _together(to_buy: Mapping[int, Nets], offers: Offers, trip_cost: int) -> Covers:
    """Return the packs of each event's whole list: they depend on the stores of all of it."""
    lists: dict[int, dict[int, Fraction]] = defaultdict(dict)
    for item_id, nets in to_buy.items():
        for e, net in nets.items():
            lists[e][item_id] = net
    found: Covers = {}
    for e, needs in lists.items():
        lines = [(net, [p.offer for p in offers.get(key, ())]) for key, net in needs.items()]
        chosen = choose_together(lines, trip_cost, "preferred").covers
        found |= {(key, e): cover for key, cover in zip(needs, chosen, strict=True)}
    return found


def _left_out(
    scope: Scope, kind: str, place: str, what: str, fix: str, item_id: int, nets: Nets
) -> PlanProblem:
    name, places = scope.plan.kitchen.items[item_id].name, list(nets)
    amount = scope.say.amount(item_id, sum(nets.values(), Fraction(0)))
    return PlanProblem(
        kind,
        place,
        f"{name}: {what}.",
        f"The estimated cost{scope.of_events(places)} leaves out {amount} of it.",
        fix,
        item_id=item_id,
        **scope.touched(places),
    )


def _old_purchase(
    scope: Scope, kind: str, place: str, fix: str, item_id: int, last: UnitCost, nets: Nets
) -> PlanProblem:
    """Tell that what an event will cost rests on what was paid for an item long ago."""
    name, places, day = scope.plan.kitchen.items[item_id].name, list(nets), last.day or today()
    cost = money_of(sum(last.of(round(net * MICRO)) for net in nets.values()))
    return PlanProblem(
        kind,
        place,
        f"{name} was last paid for on {day.isoformat()}.",
        f"{scope.say.money(cost)} of the cost{scope.of_events(places)} rest on a price that is "
        f"{(today() - day).days} days old.",
        fix,
        item_id=item_id,
        **scope.touched(places),
    )

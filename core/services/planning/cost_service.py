"""What an event costs: so far by the ledger, to come by the plan; each coin counted once.

Cost enters an event when something from outside (a purchase, free stock, another event's batch)
is used in its runs or delivered for it, and leaves it again when another event uses what it made.
What its own runs made is counted by what went into it, never again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import and_, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from core.models import Event, EventLine, Item, Lot, Run, RunNotDrawn, StockMove
from core.money import from_micro as money_of
from core.money import split
from core.planning.kitchen import Line
from core.planning.plan import Plan
from core.services._kitchen import EventPlan
from core.services._ledger import ROUNDING
from core.services._prices import last_unit_costs
from core.services._recording import say_entered
from core.services.planning._given import Part, given_stock
from core.services.planning._shopping import covers_of
from core.services.planning._views import decimal, find_event
from core.session import reading
from core.units import MICRO


@dataclass(frozen=True, slots=True)
class LineCost:
    """An event line's share of the event's cost; with its price, what it earns.

    The event's cost is shared by what the things in the line are made of, so that the lines
    add up to it; of a line that has something without a known cost in it, the share is unknown.
    `margin` is price less cost, of the whole line. None is unknown.
    """

    item_id: int
    name: str
    recipient: str | None
    quantity: Decimal | None
    cost: Decimal | None
    cost_each: Decimal | None
    price_each: Decimal | None
    price: Decimal | None
    margin: Decimal | None


@dataclass(frozen=True, slots=True)
class EventCosts:
    """What an event costs, in the kitchen's currency; None where a part is unknown.

    total = so_far + to_come - to_others, and to_come = from_stock + to_buy - left_over. `so_far`
    is what the ledger says went into it; `from_stock` what the stock is worth that the plan gives
    it; `to_buy` the packs still to buy, and `left_over` what is worth of them after the event;
    `to_others` is what the plan gives other events of what its runs made. `at_least` is the total
    without its unknown parts: `unpriced` says what has no price, `unknown` of what an amount is
    not known.
    """

    event_id: int
    event_name: str
    so_far: Decimal | None
    from_stock: Decimal | None
    to_buy: Decimal | None
    left_over: Decimal | None
    to_come: Decimal | None
    to_others: Decimal | None
    total: Decimal | None
    at_least: Decimal
    people: int | None
    per_person: Decimal | None
    price: Decimal | None
    margin: Decimal | None
    lines: tuple[LineCost, ...]
    unpriced: tuple[str, ...]
    unknown: tuple[str, ...]


def get_event_costs(event_id: int, session: Session | None = None) -> EventCosts:
    """Return what an event has cost and still will, by line and by person.

    Raises:
        EventNotFound: No such event.
    """
    with reading(session) as reader:
        found = find_event(reader, event_id)
        needed = _needed(found)
        so_far = _so_far(reader, event_id)
        stock, to_others = given_stock(reader, found, needed)
        buy, left_over = _to_buy(reader, found, needed)
        to_come = _sum_of(stock, buy, less=left_over)
        total = _sum_of(so_far, to_come, less=to_others)
        people = reader.scalar(select(Event.people).where(Event.id == event_id))
        lines = tuple(_lines(reader, found, total))
        price = _sum([line.price for line in lines])
        told = total.told()
        return EventCosts(
            event_id,
            found.event.name,
            so_far.told(),
            stock.told(),
            buy.told(),
            left_over.told(),
            to_come.told(),
            to_others.told(),
            told,
            money_of(total.micro),
            people,
            None if told is None or not people else money_of(round(Fraction(total.micro, people))),
            price,
            None if price is None or told is None else price - told,
            lines,
            tuple(sorted(set(total.unpriced.values()))),
            tuple(sorted(set(total.unknown.values()))),
        )


def _sum_of(*parts: Part, less: Part) -> Part:
    """Add up parts less one; unknown if any is."""
    total = Part(-less.micro, dict(less.unpriced), dict(less.unknown))
    for part in reversed(parts):
        total.micro += part.micro
        total.unpriced |= part.unpriced
        total.unknown |= part.unknown
    return total


# -- so far, by the ledger -------------------------------------------------------------------------


def _so_far(session: Session, event_id: int) -> Part:
    """Add up what went into an event's runs and deliveries from outside, less what left it.

    What a run should have used and could not draw is unknown.
    """
    user, maker = aliased(Run), aliased(Run)
    # Each part is found by an index; told apart by `or` in one query, all moves are looked at.
    into = union_all(
        select(StockMove.id)
        .join(Run, Run.id == StockMove.run_id)
        .where(StockMove.reason == "used", Run.event_id == event_id),
        select(StockMove.id).where(StockMove.reason == "delivered", StockMove.event_id == event_id),
    )
    made_here = and_(maker.event_id.is_not(None), maker.event_id == event_id)
    query = (
        select(Item.id, Item.name, Lot.priced, func.sum(StockMove.cost), func.sum(StockMove.amount))
        .join(Lot, Lot.id == StockMove.lot_id)
        .join(Item, Item.id == Lot.item_id)
        .outerjoin(user, user.id == StockMove.run_id)
        .outerjoin(maker, maker.id == Lot.run_id)
        .group_by(Item.id, Item.name, Lot.priced)
    )
    entered = query.where(
        StockMove.id.in_(into), or_(maker.event_id.is_(None), maker.event_id != event_id)
    )
    elsewhere = or_(
        and_(StockMove.reason == "used", or_(user.event_id.is_(None), user.event_id != event_id)),
        and_(StockMove.reason == "delivered", StockMove.event_id != event_id),
    )
    left = query.where(elsewhere, made_here)
    so_far = Part(unknown=_not_drawn(session, event_id))
    for item_id, name, priced, cost, amount in session.execute(entered):
        so_far.micro -= int(cost)
        if not priced and -int(amount) >= ROUNDING:
            so_far.unpriced[item_id] = name
    for _, _, _, cost, _ in session.execute(left):
        so_far.micro += int(cost)
    return so_far


def _not_drawn(session: Session, event_id: int) -> dict[int, str]:
    """Say, by item, what an event's runs could not draw because its amount is unknown."""
    query = (
        select(RunNotDrawn.item_id, Item.name, RunNotDrawn.unit, RunNotDrawn.amount)
        .join(Run, Run.id == RunNotDrawn.run_id)
        .join(Item, Item.id == RunNotDrawn.item_id)
        .where(Run.event_id == event_id, Run.undone.is_(False))
        .order_by(RunNotDrawn.id)
    )
    amounts: dict[tuple[int, str], dict[str, Fraction]] = {}
    for item_id, name, unit, amount in session.execute(query):
        by_unit = amounts.setdefault((item_id, name), {})
        by_unit[unit] = by_unit.get(unit, Fraction(0)) + amount
    return {
        item_id: " and ".join(say_entered(amount, unit) for unit, amount in by_unit.items())
        + f" {name} that was not drawn"
        for (item_id, name), by_unit in amounts.items()
    }


# -- to come, by the plan --------------------------------------------------------------------------


def _needed(found: EventPlan) -> list[int]:
    """Return the items that an open event needs and that are not always there."""
    if found.place is None:
        return []
    items = found.plan.kitchen.items
    return [key for key in found.plan.needed(found.place) if not items[key].always_on_hand]


def _to_buy(session: Session, found: EventPlan, needed: Sequence[int]) -> tuple[Part, Part]:
    """Return what an event's purchases cost, and what stays of them."""
    plan, place = found.plan, found.place
    buy, over = Part(), Part()
    if place is None:
        return buy, over
    covers = covers_of(session, found, "preferred")
    for item_id in needed:
        item, net = plan.kitchen.items[item_id], plan.net(item_id, place)
        if net is None:
            buy.unknown[item_id] = item.name
        elif item.bought and net:
            bought = covers[item_id]
            if bought.cost is None:
                buy.unpriced[item_id] = item.name
            else:
                buy.micro += bought.cost
                over.micro += bought.left_over_worth
    # What stays of packs is as unknown as the packs.
    over.unpriced, over.unknown = buy.unpriced, buy.unknown
    return buy, over


# -- by line --------------------------------------------------------------------------------------


def _lines(session: Session, found: EventPlan, total: Part) -> Iterator[LineCost]:
    """Share the event's known cost among its lines by what their items are made of.

    A line with something in it whose cost is not known has a share that is not told.
    """
    rows = session.execute(
        select(EventLine.price, Item.name)
        .join(Item, Item.id == EventLine.item_id)
        .where(EventLine.event_id == found.event.id)
        .order_by(EventLine.position)
    ).all()
    lines = found.event.lines
    not_known = {*total.unpriced, *total.unknown}
    each = _Standard(session, found.plan, [line.item_id for line in lines], not_known)
    costs = [each.cost(line.item_id) for line in lines]
    weights = [cost.known * (line.quantity or 0) for line, cost in zip(lines, costs, strict=True)]
    shares: list[int | None] = [None] * len(lines)
    if not any(weights) and all(cost.whole for cost in costs):
        weights = [line.quantity or Fraction(0) for line in lines]
    # What is in no line cannot be said of any: then none of their costs is known.
    if any(weights) and each.met >= not_known:
        shares = [
            share if cost.whole and line.quantity is not None else None
            for share, cost, line in zip(split(total.micro, weights), costs, lines, strict=True)
        ]
    for (price, name), line, share in zip(rows, lines, shares, strict=True):
        cost = None if share is None else money_of(share)
        one = (
            None
            if share is None or not line.quantity
            else money_of(round(Fraction(share) / line.quantity))
        )
        earned = (
            None
            if price is None or line.quantity is None
            else money_of(round(price * line.quantity))
        )
        yield LineCost(
            line.item_id,
            name,
            line.recipient,
            decimal(line.quantity),
            cost,
            one,
            None if price is None else money_of(price),
            earned,
            None if earned is None or cost is None else earned - cost,
        )


def _sum(prices: Sequence[Decimal | None]) -> Decimal | None:
    """Add up the prices of lines; None where no line has one."""
    known = [price for price in prices if price is not None]
    return sum(known, Decimal("0.00")) if known else None


@dataclass(frozen=True, slots=True)
class _Each:
    """What is known of the cost of one stock unit, in micro-money, and whether that is all."""

    known: Fraction
    whole: bool


class _Standard:
    """What one unit of an item costs by its recipe or bundle, at the last known costs.

    `not_known` are items whose cost is not known in this event, and `met` those of them that were
    come across.
    """

    def __init__(
        self,
        session: Session,
        plan: Plan,
        item_ids: Iterable[int],
        not_known: Collection[int],
    ) -> None:
        self.plan = plan
        self.not_known = not_known
        self.met: set[int] = set()
        self.bought = last_unit_costs(session, self._bought_for(item_ids))
        self._costs: dict[int, _Each] = {}

    def _bought_for(self, item_ids: Iterable[int]) -> list[int]:
        """Return what is bought for items: also for those of an event that the plan leaves out."""
        kitchen, waiting = self.plan.kitchen, list(item_ids)
        reached: set[int] = set()
        while waiting:
            item_id = waiting.pop()
            if item_id not in reached:
                reached.add(item_id)
                recipe = self.plan.made_by.get(item_id)
                lines = kitchen.bundles.get(item_id, ()) if recipe is None else recipe.lines
                waiting += [line.item_id for line in lines]
        return [item_id for item_id in reached if kitchen.items[item_id].bought]

    def cost(self, item_id: int) -> _Each:
        """Return the cost of one stock unit of an item."""
        if item_id not in self._costs:
            found = self._cost(item_id)
            if item_id in self.not_known:
                self.met.add(item_id)
                found = _Each(found.known, whole=False)
            self._costs[item_id] = found
        return self._costs[item_id]

    def _cost(self, item_id: int) -> _Each:
        kitchen = self.plan.kitchen
        item = kitchen.items[item_id]
        if item.always_on_hand:
            return _Each(Fraction(0), whole=True)
        if item.bought:
            found = self.bought.get(item_id)
            known = Fraction(0) if found is None else Fraction(found.paid * MICRO, found.amount)
            return _Each(known, whole=found is not None)
        recipe = self.plan.made_by.get(item_id)
        if recipe is None:
            return self._of(kitchen.bundles.get(item_id, ()), whole=item_id in kitchen.bundles)
        batch = self._of(recipe.lines)
        per_batch = next(line.amount for line in recipe.outputs if line.item_id == item_id)
        if not per_batch:
            return _Each(Fraction(0), whole=False)
        return _Each(batch.known / per_batch, batch.whole)

    def _of(self, lines: Sequence[Line], *, whole: bool = True) -> _Each:
        known = Fraction(0)
        for line in lines:
            each = self.cost(line.item_id)
            known += each.known * (line.amount or 0)
            whole = whole and each.whole and line.amount is not None
        return _Each(known, whole)

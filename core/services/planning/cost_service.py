"""What an event costs: so far by the ledger, to come by the plan; each coin counted once.

Cost enters an event when something from outside (a purchase, free stock, another event's batch)
is used in its runs or delivered for it, and leaves it again when another event uses what it made.
What its own runs made is counted by what went into it, never again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import and_, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from core.clock import today
from core.models import Event, EventLine, Item, Lot, Run, StockMove
from core.money import from_micro as money_of
from core.money import split
from core.planning.kitchen import Line
from core.planning.plan import Plan
from core.schema import OPEN
from core.services._kitchen import EventPlan
from core.services._ledger import ROUNDING
from core.services._prices import last_unit_costs
from core.services._reading import something_left
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

    total = so_far + from_stock + to_buy - left_over. `so_far` is what the ledger says went into
    it; `from_stock` what the stock is worth that the plan gives it; `to_buy` the packs still to
    buy, and `left_over` what is worth of them after the event. `at_least` is the total without
    its unknown parts, and `unpriced` says which these are.
    """

    event_id: int
    event_name: str
    so_far: Decimal | None
    from_stock: Decimal | None
    to_buy: Decimal | None
    left_over: Decimal | None
    to_come: Decimal | None
    total: Decimal | None
    at_least: Decimal
    people: int | None
    per_person: Decimal | None
    price: Decimal | None
    margin: Decimal | None
    lines: tuple[LineCost, ...]
    unpriced: tuple[str, ...]


def get_event_costs(event_id: int, session: Session | None = None) -> EventCosts:
    """Return what an event has cost and still will, by line and by person.

    Raises:
        EventNotFound: No such event.
    """
    with reading(session) as reader:
        found = find_event(reader, event_id)
        so_far = _so_far(reader, event_id)
        stock, buy, left_over = _to_come(reader, found)
        at_least = so_far.micro + stock.micro + buy.micro - left_over.micro
        unpriced = {**so_far.unpriced, **stock.unpriced, **buy.unpriced}
        total = None if unpriced else at_least
        coming = stock.micro + buy.micro - left_over.micro
        people = reader.scalar(select(Event.people).where(Event.id == event_id))
        lines = tuple(_lines(reader, found, at_least, unpriced.keys()))
        price = _sum([line.price for line in lines])
        told = None if total is None else money_of(total)
        return EventCosts(
            event_id,
            found.event.name,
            so_far.told(),
            stock.told(),
            buy.told(),
            left_over.told(),
            None if {*stock.unpriced, *buy.unpriced} else money_of(coming),
            told,
            money_of(at_least),
            people,
            None if total is None or not people else money_of(round(Fraction(total, people))),
            price,
            None if price is None or told is None else price - told,
            lines,
            tuple(sorted(set(unpriced.values()))),
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a cost in micro-money, and the names of items in it whose cost is not known."""

    micro: int
    unpriced: Mapping[int, str] = field(default_factory=dict)

    def told(self) -> Decimal | None:
        return None if self.unpriced else money_of(self.micro)


# -- so far, by the ledger -------------------------------------------------------------------------


def _so_far(session: Session, event_id: int) -> _Part:
    """Add up what went into an event's runs and deliveries from outside, less what left it."""
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
    micro, unpriced = 0, {}
    for item_id, name, priced, cost, amount in session.execute(entered):
        micro -= int(cost)
        if not priced and -int(amount) >= ROUNDING:
            unpriced[item_id] = name
    for _, _, _, cost, _ in session.execute(left):
        micro += int(cost)
    return _Part(micro, unpriced)


# -- to come, by the plan --------------------------------------------------------------------------


def _to_come(session: Session, found: EventPlan) -> tuple[_Part, _Part, _Part]:
    """Return the worth of the stock an event is given, of what it buys, and what stays of it."""
    plan, place = found.plan, found.place
    if place is None:
        return _Part(0), _Part(0), _Part(0)
    covers = covers_of(session, found, "preferred")
    wanted = [item_id for item_id, item in plan.items.items() if _asks(plan, item_id, place)]
    worth = _stock_worth(session, wanted, found.event.id)
    stock = buy = over = 0
    no_stock_price, no_price = {}, {}
    for item_id in wanted:
        name = plan.kitchen.items[item_id].name
        given, net = plan.given(item_id, place), plan.net(item_id, place)
        if given is None or net is None:
            no_price[item_id] = name
            continue
        kept = Fraction(plan.items[item_id].kept.get(place, 0), plan.items[item_id].scale)
        free = given - kept
        lots = worth.get(item_id)
        # Lots of the event's own runs are in what it has cost so far.
        if free and lots is not None:
            stock += round(free * MICRO * lots.cost / lots.amount)
            if not lots.priced:
                no_stock_price[item_id] = name
        if not plan.kitchen.items[item_id].bought or not net:
            continue
        bought = covers[item_id]
        if bought.cost is None:
            no_price[item_id] = name
            continue
        buy += bought.cost
        over += bought.left_over_worth
    return _Part(stock, no_stock_price), _Part(buy, no_price), _Part(over)


def _asks(plan: Plan, item_id: int, place: int) -> bool:
    item = plan.items[item_id]
    if plan.kitchen.items[item_id].always_on_hand:
        return False
    return place in item.unsure or bool(item.need.get(place))


@dataclass(frozen=True, slots=True)
class _Worth:
    """What free stock of an item cost, and how much there is of it."""

    amount: int
    cost: int
    priced: bool


def _stock_worth(session: Session, item_ids: Sequence[int], event_id: int) -> dict[int, _Worth]:
    """Return what the usable stock that is not kept for an open event cost, by item."""
    query = (
        select(Lot.item_id, Lot.event_id, Event.status, Lot.left, Lot.cost_left, Lot.priced)
        .outerjoin(Event, Event.id == Lot.event_id)
        .where(
            something_left(
                Lot.item_id.in_(item_ids), or_(Lot.expires.is_(None), Lot.expires >= today())
            )
        )
    )
    free: dict[int, _Worth] = {}
    kept: dict[int, _Worth] = {}
    for item_id, owner, status, left, cost, priced in session.execute(query):
        open_owner = owner is not None and status in OPEN
        if open_owner and owner == event_id:
            continue
        pool = kept if open_owner else free
        before = pool.get(item_id, _Worth(0, 0, True))
        pool[item_id] = _Worth(before.amount + left, before.cost + cost, before.priced and priced)
    # What other events keep and do not need is free too; it stands in where nothing else is.
    return {**kept, **free}


# -- by line --------------------------------------------------------------------------------------


def _lines(
    session: Session, found: EventPlan, at_least: int, unpriced: Collection[int]
) -> Iterator[LineCost]:
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
    each = _Standard(session, found.plan, unpriced)
    costs = [each.cost(line.item_id) for line in lines]
    weights = [cost.known * (line.quantity or 0) for line, cost in zip(lines, costs, strict=True)]
    shares: list[int | None] = [None] * len(lines)
    if not any(weights) and all(cost.whole for cost in costs):
        weights = [line.quantity or Fraction(0) for line in lines]
    # What is in no line cannot be said of any: then none of their costs is known.
    if any(weights) and each.met >= set(unpriced):
        shares = [
            share if cost.whole and line.quantity is not None else None
            for share, cost, line in zip(split(at_least, weights), costs, lines, strict=True)
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

    `unpriced` are items whose cost is not known in this event, and `met` those of them that were
    come across.
    """

    def __init__(self, session: Session, plan: Plan, unpriced: Collection[int]) -> None:
        self.plan = plan
        self.unpriced = unpriced
        self.met: set[int] = set()
        bought = [i for i in plan.items if plan.kitchen.items[i].bought]
        self.bought = last_unit_costs(session, bought)
        self._costs: dict[int, _Each] = {}

    def cost(self, item_id: int) -> _Each:
        """Return the cost of one stock unit of an item."""
        if item_id not in self._costs:
            found = self._cost(item_id)
            if item_id in self.unpriced:
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

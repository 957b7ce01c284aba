"""What the stock is worth that the plan gives: to an event, and of its own batches to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.money import from_micro as money_of
from core.money import split
from core.planning.feeds import Stretch, allot
from core.schema import LOT, RUN
from core.services._kitchen import EventPlan
from core.services._reading import rows_of
from core.services.planning._reasons import UsableLot, usable_lots
from core.units import LEDGER_ROUNDING


@dataclass(slots=True)
class Part:
    """A part of a cost in micro-money, and what makes it unknown.

    `unpriced` are the names of items in it whose cost is not known, `unknown` says of which
    items an amount is not; both by item. Then `micro` is what it is for certain: of what is
    taken off a cost the most that it can be, of all else the least.
    """

    micro: int = 0
    unpriced: dict[int, str] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)

    def told(self) -> Decimal | None:
        return None if self.unpriced or self.unknown else money_of(self.micro)


def given_stock(session: Session, found: EventPlan, needed: Iterable[int]) -> tuple[Part, Part]:
    """Return the worth of the stock an event is given, and of what its runs made for others.

    The first leaves out what its own runs made. Lots go where they would be used, so that what
    all events are given of a lot, and what nobody needs yet, adds up to what it cost.
    """
    plan, place = found.plan, found.place
    given, others = Part(), Part()
    lots = usable_lots(session, {*needed, *_made(session, found.event.id)})
    for item_id, rows in lots.items():
        name = plan.kitchen.items[item_id].name
        unsure = plan.items[item_id].unsure if item_id in plan.items else frozenset()
        shares = allot(plan, item_id, rows)
        for lot in rows:
            own = lot.maker_id == found.event.id
            part = others if own else given
            for e, cost in _by_event(lot, shares[lot.id]):
                if e is None:
                    takers = unsure - {place} if own else unsure & {place}
                    if takers:
                        part.unknown[item_id] = name
                        part.micro += cost if own else 0
                elif (e == place) != own:
                    part.micro += cost
                    if not lot.priced:
                        part.unpriced[item_id] = name
    return given, others


def _made(session: Session, event_id: int) -> Iterator[int]:
    """Yield the items of which something is left that an event's runs made."""
    query = (
        select(LOT.c.item_id)
        .join(RUN, RUN.c.id == LOT.c.run_id)
        .where(RUN.c.event_id == event_id, LOT.c.left > 0)
        .distinct()
    )
    for (item_id,) in rows_of(session, query):
        yield item_id


def _by_event(lot: UsableLot, stretches: Sequence[Stretch]) -> Iterator[tuple[int | None, int]]:
    """Yield what an event is given of a lot is worth; without event, what nobody needs yet."""
    amounts = [(stretch.e, stretch.high - stretch.low) for stretch in stretches]
    # The last use of a lot takes along what is only ledger rounding.
    used = [(e, amount) for e, amount in amounts if e is not None or amount >= LEDGER_ROUNDING]
    used = used or amounts
    costs = split(lot.cost, [amount for _, amount in used])
    yield from ((e, cost) for (e, _), cost in zip(used, costs, strict=True))

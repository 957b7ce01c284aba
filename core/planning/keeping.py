"""What does not keep until the day of the event that counts on it, of stock and of batches.

It is shared out so that as much as can be keeps: an event takes first what keeps until its day
and for the shortest time beyond. So what is bought or made nearer to the day takes the place of
what would not keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from core.planning.feeds import LotShare
from core.planning.kitchen import MICRO
from core.planning.plan import Flow, Plan, RecipePlan


def not_keeping(
    plan: Plan, item_id: int, lots: Sequence[LotShare], expires: Mapping[int, date]
) -> dict[tuple[int, int], Fraction]:
    """Return what the plan gives events of lots that expire before them, by lot and event.

    `lots` are all usable ones of the item, those that expire first before the others; `expires`
    are the days until which they keep, as far as there are any.
    """
    item, events = plan.items.get(item_id), plan.kitchen.events
    if item is None or plan.kitchen.items[item_id].always_on_hand:
        return {}
    left = {lot.id: Fraction(lot.left, MICRO) for lot in lots}
    kept = {events[e].id: Fraction(amount, item.scale) for e, amount in item.kept.items()}
    given = {
        e: Fraction(item.kept.get(e, 0) + item.free.get(e, 0), item.scale)
        for e in sorted({*item.kept, *item.free})
    }
    spare: dict[int, Fraction] = {}
    for lot in lots:
        if lot.event_id is not None:
            there = spare.get(lot.event_id, -kept.get(lot.event_id, Fraction(0)))
            spare[lot.event_id] = there + left[lot.id]

    def take(e: int, lot: LotShare, most: Fraction) -> Fraction:
        part = min(left[lot.id], given[e], most)
        left[lot.id] -= part
        given[e] -= part
        return part

    def keeps(e: int, lot: LotShare) -> bool:
        return lot.id not in expires or expires[lot.id] >= events[e].date

    for e in given:
        most = kept.get(events[e].id, Fraction(0))
        for lot in lots:
            if lot.event_id == events[e].id and keeps(e, lot):
                most -= take(e, lot, most)
    for e in given:
        for lot in lots:
            if keeps(e, lot):
                own = lot.event_id is None or lot.event_id == events[e].id
                part = take(e, lot, given[e] if own else spare[lot.event_id or 0])
                if not own:
                    spare[lot.event_id or 0] -= part
    found: dict[tuple[int, int], Fraction] = {}
    for own in (True, False):
        for e in given:
            for lot in lots:
                if own and lot.event_id != events[e].id:
                    continue
                part = take(e, lot, given[e])
                if part and not keeps(e, lot):
                    found[lot.id, e] = found.get((lot.id, e), Fraction(0)) + part
    return found


def stale_flows(
    batches: RecipePlan, days: Sequence[date], keeps: Sequence[int | None]
) -> Iterator[Flow]:
    """Yield what events count on of earlier events' batches that does not keep so long.

    `days` are those of the events, `keeps` the days that each output keeps.
    """
    made, left = batches.made, dict[int, int]()
    for e in batches.need:
        if e in made:
            left[e] = made[e]
        for number, net, worth_each in batches.wanted:
            worth, most = net.get(e, 0) * worth_each, keeps[number]
            old = {
                source
                for source in left
                if most is not None and (days[e] - days[source]).days > most
            }
            for source in sorted(left, key=lambda source: (source in old, source)):
                part = min(left[source], worth)
                left[source] -= part
                worth -= part
                if part and source in old:
                    yield Flow(source, e, number, part)

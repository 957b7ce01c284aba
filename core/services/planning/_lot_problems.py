"""Lots that have expired, and lots that expire before what the plan gives them to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from core.clock import today
from core.planning.feeds import Stretch, allot
from core.schema import ITEM, LOT
from core.services._reading import rows_of
from core.services.planning._problem import PlanProblem, Scope
from core.services.planning._reasons import usable_lots
from core.units import from_micro


def lots(scope: Scope) -> Iterator[PlanProblem]:
    """Yield expired lots, and lots that expire before an event that the plan gives them to."""
    query = (
        select(LOT.c.id, LOT.c.item_id, LOT.c.left, LOT.c.expires, ITEM.c.name)
        .select_from(LOT)
        .join(ITEM, ITEM.c.id == LOT.c.item_id)
        .where(LOT.c.left > 0, LOT.c.expires.is_not(None))
        .order_by(LOT.c.expires, LOT.c.id)
    )
    dated = rows_of(scope.session, query)
    for lot_id, item_id, left, expires, name in dated:
        if expires is not None and expires < today():
            amount = scope.say.amount(item_id, from_micro(left))
            yield PlanProblem(
                "expired",
                f"lot L{lot_id}",
                f"{amount} {name} expired on {expires.isoformat()}.",
                "It counts nowhere in the plan.",
                f"Discard lot L{lot_id}.",
                None,
                item_id,
            )
    if not scope.places:
        return
    last = max(scope.plan.kitchen.events[e].date for e in scope.places)
    soon = {row.id: row for row in dated if row.expires and today() <= row.expires < last}
    usable = usable_lots(scope.session, {row.item_id for row in soon.values()})
    for item_id, shares in usable.items():
        given = allot(scope.plan, item_id, shares)
        for lot_id in (share.id for share in shares if share.id in soon):
            yield from _expiring(scope, soon[lot_id], given[lot_id])


def _expiring(scope: Scope, lot: Any, stretches: Sequence[Stretch]) -> Iterator[PlanProblem]:
    kitchen = scope.plan.kitchen
    amounts: dict[int, Fraction] = {}
    for stretch in stretches:
        if stretch.e is not None and stretch.e in scope.places:
            part = stretch.high - stretch.low
            amounts[stretch.e] = amounts.get(stretch.e, Fraction(0)) + part
    for e, taken in amounts.items():
        event = kitchen.events[e]
        if lot.expires >= event.date:
            continue
        amount = scope.say.amount(lot.item_id, taken)
        wait = (event.date - lot.expires).days
        made = not kitchen.items[lot.item_id].bought
        yield PlanProblem(
            "expiring",
            f"lot L{lot.id}",
            f"{amount} {lot.name} for {event.name} expire on {lot.expires.isoformat()}, "
            f"{wait} days before it.",
            f"{event.name} counts on {amount} that "
            + ("will not keep until then." if made else "must be used by then."),
            "Make it again nearer to the day."
            if made
            else "Make what uses it in time, or buy fresh.",
            item_id=lot.item_id,
            **scope.touched([e]),
        )

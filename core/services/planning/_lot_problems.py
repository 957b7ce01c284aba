"""Lots that have expired, and lots that expire before what the plan gives them to."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from core.clock import today
from core.planning.keeping import not_keeping
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
    days = {row.id: row.expires for row in dated if row.expires}
    usable = usable_lots(scope.session, {row.item_id for row in soon.values()})
    for item_id, shares in usable.items():
        for (lot_id, e), taken in not_keeping(scope.plan, item_id, shares, days).items():
            if e in scope.places:
                yield _expiring(scope, soon[lot_id], e, taken)


def _expiring(scope: Scope, lot: Any, e: int, taken: Fraction) -> PlanProblem:
    kitchen = scope.plan.kitchen
    event, item = kitchen.events[e], kitchen.items[lot.item_id]
    amount = scope.say.amount(lot.item_id, taken)
    wait = (event.date - lot.expires).days
    made_by = scope.plan.made_by.get(lot.item_id)
    return PlanProblem(
        "expiring",
        f"lot L{lot.id}",
        f"{amount} {lot.name} for {event.name} expire on {lot.expires.isoformat()}, "
        f"{wait} days before it.",
        f"{event.name} counts on {amount} that "
        + ("must be used by then." if item.bought else "will not keep until then."),
        "Make what uses it in time, or buy fresh."
        if item.bought
        else f"Make it again for {event.name}, nearer to the day.",
        item_id=lot.item_id,
        about=("recipe", made_by.id)
        if made_by is not None
        else ("bundle", lot.item_id)
        if item.kind == "bundle"
        else None,
        **scope.touched([e]),
    )

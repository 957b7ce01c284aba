"""Problems of days: events that are over and still open, and more to do than there are hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from core.clock import today
from core.services import saying
from core.services.planning import _timeline
from core.services.planning._problem import PlanProblem, Scope, listed


def past_events(scope: Scope) -> Iterator[PlanProblem]:
    """Yield events that are over, but for which the plan goes on: they come before all others."""
    events = scope.plan.kitchen.events
    for e in scope.places:
        event, days = events[e], (today() - events[e].date).days
        if days <= 0 or all(line.need == 0 for line in event.lines):
            continue
        takes = _taken(scope, e)
        yield PlanProblem(
            "past",
            event.name,
            f"{event.name} was {'yesterday' if days == 1 else f'{days} days ago'} "
            "and is still open.",
            "The plan serves it before the events to come"
            + (f", and gives it {takes} of the stock." if takes else "."),
            "Set it to done or cancelled, or give it a new date.",
            **scope.touched([e]),
        )


def _taken(scope: Scope, e: int) -> str:
    plan = scope.plan
    given = {item_id: plan.given(item_id, e) for item_id in plan.items}
    return listed(
        [
            f"{scope.say.amount(item_id, amount)} {plan.kitchen.items[item_id].name}"
            for item_id, amount in given.items()
            if amount
        ]
    )


def full_days(scope: Scope) -> Iterator[PlanProblem]:
    """Yield the days of events that have more to do, for all open events, than they have room."""
    limits = _timeline.limits(scope.session)
    if limits.hands is None and limits.oven is None:
        return
    loads = _timeline.loads(scope.session)
    for day, places in sorted(_busy(scope).items()):
        load = loads[day]
        over = [
            f"{saying.duration(minutes)} of {what}, and a day has {saying.duration(limit)}"
            for what, minutes, limit in (
                ("work", load.hands, limits.hands),
                ("oven", load.oven, limits.oven),
            )
            if limit is not None and minutes > limit
        ]
        if over:
            yield PlanProblem(
                "overload",
                day.isoformat(),
                f"{day.isoformat()} has {'; '.join(over)}.",
                "Not all of it can be done on the last day on which it has to be.",
                "Make earlier what keeps: the timeline says from which day on.",
                **scope.touched(places),
            )


def _busy(scope: Scope) -> dict[date, list[int]]:
    """Return the days on which something is to be done, and for which of the events."""
    found: dict[date, list[int]] = defaultdict(list)
    for e in scope.places:
        tasks = _timeline.tasks(scope.session).get(e, ())
        for day in {task.day for task in tasks if task.id is not None}:
            found[day].append(e)
    return found

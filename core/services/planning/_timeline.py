"""What the ledger and the settings add to a timeline: minutes, days kept, and full days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from msgspec import Struct
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.clock import today
from core.planning.timeline import Minutes, Task, tasks_of, to_buy_by_event, works_by_event
from core.schema import EVENT, ITEM, RECIPE, RUN, RUN_OUTPUT
from core.services._kitchen import planned
from core.services._reading import rows_of
from core.services._settings import HANDS_HOURS, OVEN_HOURS, hours
from core.session import remembered


class Load(Struct):
    """The work of one day, of all open events: minutes that are known, and recipes without."""

    hands: int = 0
    oven: int = 0
    untimed: frozenset[int] = frozenset()


class Limits(Struct, frozen=True):
    """The minutes of work and of oven that a day has; None where nobody has said so."""

    hands: int | None
    oven: int | None

    def exceeded(self, load: Load) -> bool:
        """Tell whether a day has more to do than it has room for."""
        return (self.hands is not None and load.hands > self.hands) or (
            self.oven is not None and load.oven > self.oven
        )


def limits(session: Session) -> Limits:
    """Return what a day has room for."""

    def minutes(key: str) -> int | None:
        given = hours(session, key)
        return None if given is None else int(given * 60)

    return Limits(minutes(HANDS_HOURS), minutes(OVEN_HOURS))


def tasks(session: Session) -> Mapping[int, list[Task]]:
    """Return what is still to be done for each open event, by its place in the plan."""
    return remembered(session, ("tasks", today()), lambda: dict(_tasks(session)))


def _tasks(session: Session) -> Iterator[tuple[int, list[Task]]]:
    plan = planned(session)
    query = select(RECIPE.c.id, RECIPE.c.minutes, RECIPE.c.oven_minutes)
    minutes = {
        # A recipe that says how long it takes, but not in the oven, is not baked.
        key: Minutes(hands, 0 if oven is None and hands is not None else oven)
        for key, hands, oven in rows_of(session, query)
    }
    keeping = select(ITEM.c.id, ITEM.c.shelf_life_days).where(ITEM.c.shelf_life_days.is_not(None))
    keeps = dict(rows_of(session, keeping))
    complete = select(EVENT.c.id).where(EVENT.c.shopping_complete.is_(True))
    shopped = {event_id for (event_id,) in rows_of(session, complete)}
    to_buy, works = to_buy_by_event(plan), works_by_event(plan)
    for e, event in enumerate(plan.kitchen.events):
        yield (
            e,
            tasks_of(
                plan,
                e,
                today=today(),
                minutes=minutes,
                keeps=keeps,
                to_buy=0 if event.id in shopped else to_buy.get(e, 0),
                works=works.get(e, []),
            ),
        )


def loads(session: Session) -> Mapping[date, Load]:
    """Return the work of each day, of all open events."""
    found: dict[date, Load] = defaultdict(Load)
    for each in tasks(session).values():
        for task in each:
            load = found[task.day]
            load.hands += task.hands or 0
            load.oven += task.oven or 0
            if task.id is not None and (task.hands is None or task.oven is None):
                load.untimed |= {task.id}
    return found


class Done(Struct, frozen=True):
    """What the runs of an event have done of a recipe or bundle, and the day of the last one."""

    amount: Fraction
    day: date


def done(session: Session, event_id: int) -> dict[tuple[str, int], Done]:
    """Return what has been made and assembled for an event, by kind and id.

    A run of which nothing came out good has done nothing.
    """
    good = exists().where(RUN_OUTPUT.c.run_id == RUN.c.id, RUN_OUTPUT.c.good > 0)
    query = select(RUN.c.kind, RUN.c.recipe_id, RUN.c.bundle_id, RUN.c.batches, RUN.c.at).where(
        RUN.c.event_id == event_id, RUN.c.undone.is_(False), good
    )
    found: dict[tuple[str, int], Done] = {}
    for kind, recipe_id, bundle_id, batches, at in rows_of(session, query):
        key = ("make", recipe_id or 0) if kind == "production" else ("assemble", bundle_id or 0)
        before = found.get(key, Done(Fraction(0), date.min))
        found[key] = Done(before.amount + batches, max(before.day, at.date()))
    return found

"""The timeline of an event: what to do on which day, counted back from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from core.clock import today
from core.errors import ItemNotFound
from core.models import Event
from core.planning.timeline import ORDER, Kind, Task, stock_by_day
from core.services._kitchen import EventPlan
from core.services._naming import sorting
from core.services._rows import get_fresh
from core.services.planning import _timeline
from core.services.planning._timeline import Done, Load
from core.services.planning._views import decimal, find_event, known
from core.session import reading

NO_LOAD = Load()


@dataclass(frozen=True, slots=True)
class TimelineTask:
    """One thing to do, or done.

    `kind` is shop, make or assemble; `id` the recipe or bundle, None for shopping. `amount` is
    what is left of it in batches, bundles or items to buy (None: unknown), `done` what was made.
    `earliest` is the first day from which it keeps, where that is known; minutes are for all of
    it, None where the recipe does not say. `late` tasks should have been done before their day.
    """

    kind: Kind
    id: int | None
    name: str
    amount: Decimal | None
    done: Decimal
    day: date
    earliest: date | None
    hands_minutes: int | None
    oven_minutes: int | None
    late: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class TimelineDay:
    """A day with something to do for the event.

    The minutes are those of all open events that are known; `untimed` are the recipes of that day
    that do not say how long they take. `too_full` says that it is more than a day has room for.
    """

    day: date
    tasks: tuple[TimelineTask, ...]
    hands_minutes: int
    oven_minutes: int
    untimed: tuple[str, ...]
    too_full: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """What to do for an event by day, and what is done; limits are minutes a day, if set."""

    event_id: int
    event_name: str
    date: date
    hands_limit: int | None
    oven_limit: int | None
    done: tuple[TimelineTask, ...]
    days: tuple[TimelineDay, ...]


@dataclass(frozen=True, slots=True)
class StockDay:
    """What there is of an item at the end of a day, in its stock unit; None is unknown."""

    day: date
    amount: Decimal | None


def get_timeline(event_id: int, session: Session | None = None) -> Timeline:
    """Return what to do on which day for an event; see `core.planning.timeline` for the rule.

    Of an event that is not open there is only what was done.

    Raises:
        EventNotFound: No such event.
    """
    with reading(session) as reader:
        found = find_event(reader, event_id)
        limits = _timeline.limits(reader)
        made = _timeline.done(reader, event_id)
        todo = () if found.place is None else _timeline.tasks(reader)[found.place]
        loads = _timeline.loads(reader)
        days = []
        for day in sorted({task.day for task in todo}):
            load = loads.get(day, NO_LOAD)
            recipes = found.plan.kitchen.recipes
            days.append(
                TimelineDay(
                    day,
                    tuple(_task(found, task, made) for task in todo if task.day == day),
                    load.hands,
                    load.oven,
                    tuple(sorted((recipes[key].name for key in load.untimed), key=sorting)),
                    limits.exceeded(load),
                )
            )
        waiting = {(task.kind, task.id) for task in todo}
        finished = [
            _finished(found, kind, key, each)
            for (kind, key), each in made.items()
            if (kind, key) not in waiting
        ]
        finished.sort(key=lambda task: (task.day, ORDER.index(task.kind), sorting(task.name)))
        if ("shop", None) not in waiting and _is_shopped(reader, event_id):
            finished.insert(0, _shopped(found))
        return Timeline(
            event_id,
            found.event.name,
            found.event.date,
            limits.hands,
            limits.oven,
            tuple(finished),
            tuple(days),
        )


def get_stock_by_day(event_id: int, item_id: int, session: Session | None = None) -> list[StockDay]:
    """Return what an event has of an item at the end of each day up to it, by its timeline.

    Of an event that is not open there are no days.

    Raises:
        EventNotFound, ItemNotFound: No such event or item.
    """
    with reading(session) as reader:
        found = find_event(reader, event_id)
        if item_id not in found.plan.kitchen.items:
            raise ItemNotFound(item_id)
        if found.place is None:
            return []
        tasks = _timeline.tasks(reader)[found.place]
        days = stock_by_day(found.plan, found.place, item_id, tasks, today())
        return [StockDay(day, decimal(amount)) for day, amount in days]


def _is_shopped(session: Session, event_id: int) -> bool:
    event = get_fresh(session, Event, event_id)
    return event is not None and event.shopping_complete


def _task(found: EventPlan, task: Task, made: dict[tuple[str, int], Done]) -> TimelineTask:
    done = None if task.id is None else made.get((task.kind, task.id))
    return TimelineTask(
        task.kind,
        task.id,
        _name(found, task.kind, task.id),
        decimal(task.amount),
        Decimal(0) if done is None else known(done.amount),
        task.day,
        task.earliest,
        task.hands,
        task.oven,
        task.late,
        False,
    )


def _finished(found: EventPlan, kind: str, key: int, done: Done) -> TimelineTask:
    what: Kind = "make" if kind == "make" else "assemble"
    return TimelineTask(
        what,
        key,
        _name(found, what, key),
        Decimal(0),
        known(done.amount),
        done.day,
        None,
        0,
        0,
        False,
        True,
    )


def _shopped(found: EventPlan) -> TimelineTask:
    day = found.event.date
    return TimelineTask(
        "shop", None, "Shopping", Decimal(0), Decimal(0), day, None, 0, 0, False, True
    )


def _name(found: EventPlan, kind: Kind, key: int | None) -> str:
    kitchen = found.plan.kitchen
    if key is None:
        return "Shopping"
    return kitchen.recipes[key].name if kind == "make" else kitchen.items[key].name

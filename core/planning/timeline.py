"""What to do on which day for an event, counted back from it.

The rule is simple and always gives the same answer. What is assembled is assembled the day before
the event, and what goes into something is made the day before that is made: as late as it can be.
Only what does not keep that long is made later, on the day it is used. Shopping comes the day
before the first work that it is for. What should have been done by now is for today, and what
rests on it moves along. Nothing is moved to make room: a day that is too full is told, not mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.planning.plan import Plan

Kind = Literal["shop", "make", "assemble"]

DAY = timedelta(days=1)
Work = tuple[Kind, int]
"""Something to make or to assemble: the kind, and the id of the recipe or bundle."""
ORDER: tuple[Kind, ...] = ("shop", "make", "assemble")


class Minutes(Struct, frozen=True):
    """What one batch takes, in minutes of work and in the oven; None is unknown."""

    hands: int | None = None
    oven: int | None = None


class Task(Struct, frozen=True):
    """One thing to do for an event.

    `id` is the recipe or the bundle, None for shopping; `amount` its batches, how many bundles, or
    how many items to buy; None is unknown. `earliest` is the first day on which it may be done so
    that it keeps, where that is known. `hands` and `oven` are minutes for all of it, rounded up;
    None is unknown. `late` says that it is for a later day than it should be, `depth` how much has
    to be done before it.
    """

    kind: Kind
    id: int | None
    amount: Fraction | None
    day: date
    earliest: date | None = None
    hands: int | None = 0
    oven: int | None = 0
    late: bool = False
    depth: int = 0


def tasks_of(
    plan: Plan,
    e: int,
    *,
    today: date,
    minutes: Mapping[int, Minutes],
    keeps: Mapping[int, int | None],
    to_buy: int,
    works: Sequence[Work] | None = None,
) -> list[Task]:
    """Return what is still to be done for an event, in the order to do it.

    `minutes` are those of a batch by recipe, `keeps` the days that an item keeps. `to_buy` is
    how many items are still to be bought. `works` are those of the event in `works_by_event`, from
    whoever asks for more than one.
    """
    wanted = works_by_event(plan).get(e, []) if works is None else works
    schedule = _Schedule(plan, e, wanted, today, keeps)
    tasks = [schedule.task(work, minutes) for work in schedule.works]
    if to_buy:
        tasks.append(_shopping(tasks, to_buy, plan.kitchen.events[e].date, today))
    return sorted(tasks, key=lambda task: (task.day, ORDER.index(task.kind), task.depth))


def _shopping(tasks: list[Task], to_buy: int, event_day: date, today: date) -> Task:
    first = min((task.day for task in tasks), default=event_day)
    day = max(today, first - DAY)
    return Task("shop", None, Fraction(to_buy), day, late=first <= today)


class _Schedule:
    """The days of what is to be made and assembled for one event."""

    def __init__(
        self,
        plan: Plan,
        e: int,
        works: Sequence[Work],
        today: date,
        keeps: Mapping[int, int | None],
    ) -> None:
        self._plan = plan
        self._e = e
        self._keeps = keeps
        self._event = plan.kitchen.events[e]
        self.works = works
        self._users: dict[int, list[Work]] = {}
        self._makers: dict[int, list[Work]] = {}
        for work in self.works:
            for item_id in self._inputs(work):
                self._users.setdefault(item_id, []).append(work)
            for item_id in self._gives(work):
                self._makers.setdefault(item_id, []).append(work)
        self._last: dict[Work, date] = {}
        self._days: dict[Work, date] = {}
        self._depths: dict[Work, int] = {}
        # What uses something comes before it in the order of the plan.
        for work in self.works:
            self._last[work] = self._last_day(work)
        for work in reversed(self.works):
            before = [maker for i in self._inputs(work) for maker in self._makers.get(i, ())]
            own = max(self._last[work], self._earliest(work) or date.min, today)
            self._days[work] = max([own, *(self._days[other] for other in before)])
            self._depths[work] = max((self._depths[other] for other in before), default=-1) + 1

    def task(self, work: Work, minutes: Mapping[int, Minutes]) -> Task:
        """Return the task of a work."""
        kind, key = work
        day, earliest = self._days[work], self._earliest(work)
        made = kind == "make"
        amount = self._plan.batches(key, self._e) if made else self._plan.net(key, self._e)
        task = Task(
            kind,
            key,
            amount,
            day,
            earliest,
            late=day > max(self._last[work], earliest or date.min),
            depth=self._depths[work],
        )
        if not made:
            return task
        each = minutes.get(key, Minutes())
        return replace(task, hands=_times(each.hands, amount), oven=_times(each.oven, amount))

    def _inputs(self, work: Work) -> set[int]:
        kind, key = work
        kitchen = self._plan.kitchen
        lines = kitchen.recipes[key].lines if kind == "make" else kitchen.bundles[key]
        return {line.item_id for line in lines}

    def _gives(self, work: Work) -> list[int]:
        """Return the items that come of a work."""
        kind, key = work
        if kind == "assemble":
            return [key]
        return [line.item_id for line in self._plan.kitchen.recipes[key].outputs]

    def _last_day(self, work: Work) -> date:
        """Return the last day on which a work may be done for what uses it."""
        days = [self._event.date - DAY]
        for item_id in self._gives(work):
            for user in self._users.get(item_id, ()):
                # A bundle in a bundle is put together just before it.
                nested = work[0] == user[0] == "assemble"
                days.append(self._last[user] - (timedelta() if nested else DAY))
        return min(days)

    def _earliest(self, work: Work) -> date | None:
        """Return the first day from which all that comes of a work keeps until it is wanted.

        What only goes into recipes is wanted when they are made, all else at the event.
        """
        found = []
        for item_id in self._gives(work):
            keeps = self._keeps.get(item_id)
            if keeps is None or self._plan.need(item_id, self._e) == 0:
                continue
            users = self._users.get(item_id, ())
            until = self._event.date
            if users and all(kind == "make" for kind, _ in users) and not self._ordered(item_id):
                until = max(self._last[user] for user in users)
            found.append(until - timedelta(days=keeps))
        return max(found, default=None)

    def _ordered(self, item_id: int) -> bool:
        return any(line.item_id == item_id and line.need != 0 for line in self._event.lines)


def works_by_event(plan: Plan) -> dict[int, list[Work]]:
    """Return what has to be done for each event, in the order of the plan: inputs last."""
    found: dict[int, list[Work]] = defaultdict(list)
    for kind, key in plan.order:
        if kind == "recipe":
            recipe = plan.recipes.get(key)
            for e in () if recipe is None else sorted({*recipe.steps, *recipe.unknown}):
                if plan.batches(key, e) != 0:
                    found[e].append(("make", key))
        elif plan.kitchen.items[key].kind == "bundle":
            for e in _needing(plan, key):
                if plan.net(key, e) != 0:
                    found[e].append(("assemble", key))
    return found


def to_buy_by_event(plan: Plan) -> dict[int, int]:
    """Return how many items are to be bought for each event; unknown amounts are among them."""
    found: dict[int, int] = defaultdict(int)
    for item_id in plan.items:
        item = plan.kitchen.items[item_id]
        if item.bought and not item.always_on_hand:
            for e in _needing(plan, item_id):
                found[e] += plan.net(item_id, e) != 0
    return found


def _needing(plan: Plan, item_id: int) -> list[int]:
    """Return the events that need some of an item."""
    item = plan.items.get(item_id)
    return [] if item is None else sorted({*item.need, *item.unknown})


def _times(minutes: int | None, amount: Fraction | None) -> int | None:
    if minutes is None or amount is None:
        return None
    return ceil(minutes * amount)


def stock_by_day(
    plan: Plan, e: int, item_id: int, tasks: list[Task], today: date
) -> list[tuple[date, Fraction | None]]:
    """Return what an event has of an item at the end of each day up to it, by its timeline.

    It begins with the stock that the plan gives the event; purchases and batches come in, and what
    is made and assembled of it goes out. None where an amount is unknown.
    """
    moves = [move for task in tasks for move in _moves(plan, e, item_id, task)]
    last = max(plan.kitchen.events[e].date, today)
    there = plan.given(item_id, e)
    found = []
    for number in range((last - today).days + 1):
        day = today + number * DAY
        for when, amount in moves:
            if when == day:
                there = None if there is None or amount is None else there + amount
        found.append((day, there))
    return found


def _moves(plan: Plan, e: int, item_id: int, task: Task) -> Iterator[tuple[date, Fraction | None]]:
    """Yield what a task takes of an item, and what it adds to it."""
    kitchen = plan.kitchen
    if task.kind == "shop" or task.id is None:
        if kitchen.items[item_id].bought:
            yield task.day, plan.net(item_id, e)
        return
    made = task.kind == "make"
    lines = kitchen.recipes[task.id].lines if made else kitchen.bundles[task.id]
    for line in lines:
        if line.item_id == item_id:
            known = line.amount is not None and task.amount is not None
            yield task.day, -line.amount * task.amount if known else None  # type: ignore[operator]
    if made:
        for number, output in enumerate(kitchen.recipes[task.id].outputs):
            if output.item_id == item_id:
                yield task.day, plan.to_make(task.id, number, e)
    elif task.id == item_id:
        yield task.day, task.amount

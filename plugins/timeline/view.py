"""Loading the timeline of an event."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal

from bakehouse.plugin import Amount, Cell, Column, Ref, Row, RowStyle, Table, ViewContext
from core.services import saying
from core.services.planning import timeline_service
from core.services.planning.timeline_service import Timeline, TimelineDay, TimelineTask
from core.services.saying import Say, duration

COLUMNS = (
    Column("done", "✓", width=1, priority=0),
    Column("day", width=10, priority=0),
    Column("task", "To do", width=30, priority=0),
    Column("hands", "Work", "amount", width=9, priority=2),
    Column("oven", "Oven", "amount", width=9, priority=3),
    Column("hands_load", "Work day", "percent", width=12, priority=4),
    Column("oven_load", "Oven day", "percent", width=12, priority=5),
    Column("earliest", "Keeps from", width=10, priority=6),
    Column("status", "Status", "status", width=16, priority=1),
)

NO_LIMIT = "A full bar is the busiest day, unless hands_hours and oven_hours are set."

ALL_EVENTS = "of all events"


def load(ctx: ViewContext) -> Table:
    """Return a row for each day, and below it one for each thing to do; what is done first."""
    timeline = timeline_service.get_timeline(ctx.event, session=ctx.session)
    say = saying.amounts(ctx.session)
    fullest = _Fullest(timeline)
    rows = [_task_row(ctx.event, task, say, ctx.today) for task in timeline.done]
    for day in timeline.days:
        rows.append(_day_row(day, fullest, ctx.today))
        rows += [_task_row(ctx.event, task, say, ctx.today) for task in day.tasks]
    if timeline.days:
        rows.append(_event_row(timeline, ctx.today))
    unset = timeline.hands_limit is None and timeline.oven_limit is None
    return Table(
        COLUMNS,
        rows,
        data=asdict(timeline),
        empty="Nothing to do for this event.",
        note=NO_LIMIT if unset and timeline.days else "",
    )


class _Fullest:
    """What a full day is: the limit that is set, else the busiest day of the event."""

    def __init__(self, timeline: Timeline) -> None:
        self.hands = timeline.hands_limit or max(
            (day.hands_minutes for day in timeline.days), default=0
        )
        self.oven = timeline.oven_limit or max(
            (day.oven_minutes for day in timeline.days), default=0
        )


def _day_row(day: TimelineDay, fullest: _Fullest, today: date) -> Row:
    untimed = f", {len(day.untimed)} untimed" if day.untimed else ""
    style: RowStyle | None = "short" if day.too_full else None
    return Row(
        f"day:{day.day.isoformat()}",
        (
            "",
            _said_day(day.day),
            f"{_away(day.day, today)}{untimed}",
            _minutes(day.hands_minutes),
            _minutes(day.oven_minutes),
            _share(day.hands_minutes, fullest.hands),
            _share(day.oven_minutes, fullest.oven),
            "",
            "too full" if day.too_full else ALL_EVENTS if _has_others(day) else "",
        ),
        style=style,
    )


def _has_others(day: TimelineDay) -> bool:
    """Tell whether the day's sums hold more than the rows below it: what other events need."""
    made = [task for task in day.tasks if task.kind == "make" and not task.complete]
    hands = sum(task.hands_minutes or 0 for task in made)
    oven = sum(task.oven_minutes or 0 for task in made)
    untimed = sum(task.hands_minutes is None and task.oven_minutes is None for task in made)
    return (day.hands_minutes, day.oven_minutes, len(day.untimed)) != (hands, oven, untimed)


def _task_row(event_id: int, task: TimelineTask, say: Say, today: date) -> Row:
    style, status = _state(task, say, today)
    return Row(
        f"{task.kind}:{task.id or 0}",
        (
            "✓" if task.complete else "",
            _said_day(task.day) if task.complete and task.kind != "shop" else "",
            f"  {_said(task, say)}",
            _minutes(task.hands_minutes) if task.kind == "make" and not task.complete else "",
            _minutes(task.oven_minutes) if task.kind == "make" and not task.complete else "",
            "",
            "",
            "" if task.earliest is None else _said_day(max(task.earliest, today)),
            status,
        ),
        about=_about(event_id, task),
        style=style,
    )


def _event_row(timeline: Timeline, today: date) -> Row:
    cells: dict[str, Cell] = {
        "day": _said_day(timeline.date),
        "task": f"{timeline.event_name}, {_away(timeline.date, today)}",
    }
    return Row("event", tuple(cells.get(column.name, "") for column in COLUMNS), style="muted")


def _about(event_id: int, task: TimelineTask) -> Ref:
    if task.id is None:
        return Ref("event", event_id)
    return Ref("recipe" if task.kind == "make" else "bundle", task.id)


def _said(task: TimelineTask, say: Say) -> str:
    amount = task.done if task.complete else task.amount
    if task.kind == "shop":
        if task.complete:
            return "Shopping done"
        return f"Shop: {say.batches(amount)} item{'' if amount == 1 else 's'} to buy"
    if task.kind == "assemble":
        verb = "Assembled" if task.complete else "Assemble"
        return f"{verb} {say.batches(amount)} {task.name}"
    verb = "Made" if task.complete else "Make"
    return f"{verb} {say.batches(amount)} × {task.name}"


def _state(task: TimelineTask, say: Say, today: date) -> tuple[RowStyle | None, str]:
    """Return how a task stands, as a style and in words."""
    if task.complete:
        return "done", "done"
    if task.amount is None:
        return "unknown", "unknown"
    if task.late:
        return "short", "late"
    words = [f"{say.batches(task.done)} done"] if task.done else []
    return None, ", ".join([*words, *(["today"] if task.day == today else [])])


def _minutes(minutes: int | None) -> Amount | str:
    if minutes is None:
        return "no time set"
    return Amount(Decimal(minutes), duration(minutes)) if minutes else ""


def _share(minutes: int, full: int) -> Cell:
    return Decimal(minutes * 100) / full if full and minutes else ""


def _said_day(day: date) -> str:
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _away(day: date, today: date) -> str:
    days = (day - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    return f"in {days} days" if days > 0 else f"{-days} days ago"

"""What all records share: the event they are for, their run, how long what they bring in keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from core.errors import EventNotFound, RuleBroken
from core.models import Change, Event, Item, Run, RunNotDrawn, RunOutput
from core.planning.kitchen import Line
from core.schema import OPEN
from core.services._rows import get_fresh
from core.units import Amount, exact, parse_amount

ADD_RUN = insert(Run).returning(Run.id)
FINISH_RUN = (
    update(Run)
    .where(Run.id == bindparam("run"))
    .values(cost=bindparam("all_of_it"), waste=bindparam("part_of_it"))
)
ADD_OUTPUT = insert(RunOutput)


class Output(NamedTuple):
    """What a run made of one item, in micro-units."""

    item_id: int
    good: int
    lost: int = 0
    reason: str | None = None


def begin_run(
    session: Session,
    change: Change,
    batches: Fraction,
    at: datetime,
    event: Event | None,
    *,
    recipe_id: int | None = None,
    bundle_id: int | None = None,
) -> int:
    """Write down a run of a recipe or a bundle and return its id; the moves of its inputs name it.

    Like `finish_run`, it goes past the ORM, where a row takes several times as long.
    """
    session.flush()
    row = {
        "change_id": change.id,
        "kind": "production" if bundle_id is None else "assembly",
        "recipe_id": recipe_id,
        "bundle_id": bundle_id,
        "event_id": None if event is None else event.id,
        "batches": batches,
        "at": at,
        "cost": 0,
        "waste": 0,
        "undone": False,
    }
    return session.connection().execute(ADD_RUN, row).scalar_one()


def finish_run(
    session: Session, run_id: int, outputs: Sequence[Output], cost: int, waste: int = 0
) -> None:
    """Write down what came out of a run and what its inputs cost."""
    connection = session.connection()
    connection.execute(FINISH_RUN, {"run": run_id, "all_of_it": cost, "part_of_it": waste})
    connection.execute(ADD_OUTPUT, [{"run_id": run_id, **each._asdict()} for each in outputs])


class NotDrawn(NamedTuple):
    """What a run should use and cannot draw, because its amount is unknown; as it was entered."""

    item: Item
    amount: Fraction
    unit: str

    @classmethod
    def of(cls, item: Item, line: Line, times: Fraction | int) -> NotDrawn:
        """Return what so many batches or bundles would take for a line of unknown amount."""
        entered = parse_amount(line.entered)
        return cls(item, entered.value * times, entered.unit or item.unit)


def note_not_drawn(session: Session, run_id: int, lines: Iterable[NotDrawn]) -> None:
    """Write down what a run could not draw."""
    for item, amount, unit in lines:
        session.add(RunNotDrawn(run_id=run_id, item_id=item.id, amount=amount, unit=unit))


def say_not_drawn(lines: Sequence[NotDrawn]) -> str:
    """Say what a run could not draw, to be put after what was done; nothing if there is none."""
    told = [f"{say_entered(line.amount, line.unit)} {line.item.name}" for line in lines]
    return f"; not drawn, as the amount is unknown: {', '.join(told)}" if told else ""


def say_entered(amount: Fraction, unit: str) -> str:
    """Say an amount in the unit in which it was entered."""
    return exact(Amount(amount, None if unit == "each" else unit))


def keeps_until(item: Item, made: date) -> date | None:
    """Return the last good day of an item made or received on a day; None without shelf life.

    What would keep beyond the calendar keeps until its last day.
    """
    days = item.shelf_life_days
    return None if days is None else made + timedelta(days=min(days, (date.max - made).days))


def open_event(session: Session, event_id: int | None) -> Event | None:
    """Return the event a record is for. Raises `EventNotFound`, or `RuleBroken` if not open."""
    if event_id is None:
        return None
    event = get_fresh(session, Event, event_id)
    if event is None:
        raise EventNotFound(event_id)
    if event.status not in OPEN:
        raise RuleBroken(
            f"{event.name} is {event.status}. Set its status to started to record for it."
        )
    return event

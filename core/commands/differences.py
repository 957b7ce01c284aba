"""What changes in the views of events: every number before and after, as people say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from core.services import event_service, saying
from core.services.planning.progress import get_event_progress
from core.services.planning.shapes import EventProgress
from core.services.rows import ChangeRow


@dataclass(frozen=True, slots=True)
class Difference:
    """One number of a view before and after, said as people say it; `change` carries the sign."""

    event: str
    view: str
    name: str
    field: str
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What was done, what it changed, and the three views of the events after it."""

    change: ChangeRow
    differences: tuple[Difference, ...]
    events: tuple[EventProgress, ...]


def watch(session: Session, work: Callable[[], ChangeRow], event_id: int | None = None) -> Watched:
    """Do `work` on a session and return what it changed in the views.

    With `event_id` only that event's views are compared, else those of all open events.
    """
    before = _numbers(session, _views(session, event_id))
    change = work()
    events = _views(session, event_id)
    return Watched(change, tuple(_compare(before, _numbers(session, events))), events)


Key = tuple[str, str, str, str]
"""Event, view, name and field."""
ON_HAND = "on hand"


@dataclass(frozen=True, slots=True)
class _Number:
    value: Decimal | None
    says: Callable[[Decimal | None], str]


def _views(session: Session, event_id: int | None) -> tuple[EventProgress, ...]:
    """Return the three views of the event told, else of all open ones."""
    if event_id is not None:
        return (get_event_progress(event_id, session=session),)
    rows = event_service.list_events(session)
    keys = [row.id for row in rows if row.status in ("planned", "started")]
    return tuple(get_event_progress(key, session=session) for key in keys)


def _numbers(session: Session, events: Sequence[EventProgress]) -> dict[Key, _Number]:
    say = saying.amounts(session)
    return {key: value for progress in events for key, value in _numbers_of(progress, say)}


def _numbers_of(progress: EventProgress, say: saying.Say) -> Iterator[tuple[Key, _Number]]:
    event = progress["event_name"]

    def number(
        view: str,
        name: str,
        field: str,
        value: Decimal | None,
        says: Callable[[Decimal | None], str],
    ) -> tuple[Key, _Number]:
        return (event, view, name, field), _Number(value, says)

    for recipe in progress["production"]["recipes"]:
        name = recipe["recipe_name"]
        batches = recipe["remaining_batches"]
        yield number("production", name, "batches to make", batches, say.batches)
        for output in recipe["outputs"]:
            says = _amount_of(say, output["item_id"])
            made = output["produced"]
            yield number("production", output["item_name"], "good", made, says)
            yield number("production", output["item_name"], "lost", output["lost"], says)
    for bundle in progress["assembly"]["bundles"]:
        name = bundle["bundle_name"]
        for field, value in (
            ("assembled", bundle["assembled_quantity"]),
            ("to assemble", bundle["remaining"]),
            ("can assemble now", bundle["can_assemble_now"]),
            ("short", bundle["short"]),
        ):
            yield number("assembly", name, field, value, say.batches)
    for row in progress["shopping"]:
        says = _amount_of(say, row["item_id"])
        yield number("shopping", row["item_name"], "to buy", row["to_buy"], says)
        yield number("shopping", row["item_name"], ON_HAND, row["on_hand"], says)
    yield number("shopping", "all", "estimated cost", progress["estimated_cost"], say.money)


def _amount_of(say: saying.Say, item_id: int) -> Callable[[Decimal | None], str]:
    return lambda value: say.amount(item_id, value)


def _compare(before: Mapping[Key, _Number], after: Mapping[Key, _Number]) -> Iterator[Difference]:
    """Yield what differs, in the order of the views as they are after."""
    for key in [*after, *(key for key in before if key not in after)]:
        event, view, name, field = key
        was, now = before.get(key), after.get(key)
        says = (now or was or _NOTHING).says
        if was is not None and now is not None and was.value == now.value:
            continue
        if field == ON_HAND and (was is None or now is None):
            # The line has come to the list or left it; what is there has not changed.
            continue
        old = Decimal(0) if was is None else was.value
        new = Decimal(0) if now is None else now.value
        if old == new:
            continue
        change = ""
        if old is not None and new is not None:
            sign = "+" if new > old else "−"
            change = f"{sign}{says(abs(new - old))}"
        yield Difference(event, view, name, field, says(old), says(new), change)


_NOTHING = _Number(None, lambda value: str(value))

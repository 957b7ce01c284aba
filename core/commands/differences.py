"""What changes in the views of events: every number before and after, as people say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct
from sqlalchemy.orm import Session

from core.services import event_service, saying
from core.services._kitchen import no_collecting
from core.services.planning.progress import get_event_progress
from core.services.planning.shapes import EventProgress
from core.session import remembered
from core.units import LEDGER_ROUNDING

Done = TypeVar("Done")


class Difference(Struct, frozen=True):
    """One number of a view before and after, said as people say it; `change` carries the sign."""

    event: str
    view: str
    name: str
    field: str
    before: str
    after: str
    change: str


class Watched(Struct, Generic[Done], frozen=True):
    """What was done, what it changed, and the three views of the events after it."""

    change: Done
    differences: tuple[Difference, ...]
    events: tuple[EventProgress, ...]


def watch(session: Session, work: Callable[[], Done], event_id: int | None = None) -> Watched[Done]:
    """Do `work` on a session and return what it changed in the views.

    With `event_id` only that event's views are compared, else those of all open events.
    """
    with no_collecting():
        before = _state(session, event_id)
        change = work()
        events = _views(session, event_id)
        return Watched(change, tuple(_differences(session, before, _numbers(events))), events)


Key = tuple[str, str, str, str]
"""Event, view, name and field."""
Numbers = dict[Key, "_Number"]
ON_HAND = "on hand"


MONEY = "money"
BATCHES = "batches"
Says = Callable[[Decimal | None], str]


class _Number(NamedTuple):
    """A number and what it counts: an item, by its id, or else batches or money."""

    value: Decimal | None
    counts: int | str

    def sayer(self, say: saying.Say) -> Says:
        """Return what says a value as this number is said."""
        if isinstance(self.counts, int):
            return partial(say.amount, self.counts)
        return say.money if self.counts == MONEY else say.batches


NOTHING = _Number(Decimal(0), BATCHES)
"""What a number was before it came, and is when it has gone."""


class _State:
    """The numbers in views of events before something is done, and what says them."""

    def __init__(self, session: Session, event_id: int | None) -> None:
        self.numbers = _numbers(_views(session, event_id))
        self.say = _say(session, self.numbers.values())


def _state(session: Session, event_id: int | None) -> _State:
    """Return the state as it is now: one step is often tried after the other from here."""
    return remembered(session, ("state", event_id), lambda: _State(session, event_id))


def _numbers(events: Iterable[EventProgress]) -> Numbers:
    return {key: number for progress in events for key, number in _numbers_of(progress)}


def _say(session: Session, numbers: Iterable[_Number]) -> saying.Say:
    """Return what says these numbers."""
    counted = {number.counts for number in numbers}
    return saying.amounts_of([key for key in counted if isinstance(key, int)], session)


def _views(session: Session, event_id: int | None) -> tuple[EventProgress, ...]:
    """Return the three views of the event told, else of all open ones."""
    if event_id is not None:
        return (get_event_progress(event_id, session=session),)
    rows = event_service.list_events(session)
    keys = [row.id for row in rows if row.status in ("planned", "started")]
    return tuple(get_event_progress(key, session=session) for key in keys)


def _numbers_of(progress: EventProgress) -> Iterator[tuple[Key, _Number]]:
    event = progress["event_name"]
    for recipe in progress["production"]["recipes"]:
        batches = recipe["remaining_batches"]
        key = event, "production", recipe["recipe_name"], "batches to make"
        yield key, _Number(batches, BATCHES)
        for output in recipe["outputs"]:
            item_id, name = output["item_id"], output["item_name"]
            yield (event, "production", name, "good"), _Number(output["produced"], item_id)
            yield (event, "production", name, "lost"), _Number(output["lost"], item_id)
            yield (event, "production", name, "delivered"), _Number(output["delivered"], item_id)
    for bundle in progress["assembly"]["bundles"]:
        name = bundle["bundle_name"]
        for field, value in (
            ("assembled", bundle["assembled_quantity"]),
            ("to assemble", bundle["remaining"]),
            ("can assemble now", bundle["can_assemble_now"]),
            ("short", bundle["short"]),
            ("delivered", bundle["delivered_quantity"]),
        ):
            yield (event, "assembly", name, field), _Number(value, BATCHES)
    for row in progress["shopping"]:
        item_id, name = row["item_id"], row["item_name"]
        yield (event, "shopping", name, "to buy"), _Number(row["to_buy"], item_id)
        yield (event, "shopping", name, ON_HAND), _Number(row["on_hand"], item_id)
    key = event, "shopping", "all", "estimated cost"
    yield key, _Number(progress["estimated_cost"], MONEY)


def _differences(session: Session, before: _State, after: Numbers) -> Iterator[Difference]:
    """Yield what differs, in the order of the views as they are after."""
    changed = [key for key in after if _is_other(before.numbers.get(key), after[key], key)]
    gone = [key for key in before.numbers if key not in after]
    say = _say(session, (after[key] for key in changed))
    for key in changed:
        yield _difference(key, before.numbers.get(key), after[key], after[key].sayer(say))
    for key in gone:
        was = before.numbers[key]
        if _is_other(was, None, key):
            # It may be gone from the kitchen too: only the state before can say it.
            yield _difference(key, was, None, was.sayer(before.say))


def _is_other(was: _Number | None, now: _Number | None, key: Key) -> bool:
    """Tell whether a number has changed; what comes or goes was or is nothing."""
    if key[-1] == ON_HAND and (was is None or now is None):
        # The line has come to the list or left it; what is there has not changed.
        return False
    old, new = (was or NOTHING).value, (now or NOTHING).value
    if old == new or old is None or new is None:
        return old != new
    amount = isinstance((was or now or NOTHING).counts, int)
    # What the ledger rounds is no difference.
    return not amount or abs(new - old) >= LEDGER_ROUNDING


def _difference(key: Key, was: _Number | None, now: _Number | None, says: Says) -> Difference:
    old, new = (was or NOTHING).value, (now or NOTHING).value
    change = ""
    if old is not None and new is not None:
        sign = "+" if new > old else "−"
        change = f"{sign}{says(abs(new - old))}"
    return Difference(*key, says(old), says(new), change)

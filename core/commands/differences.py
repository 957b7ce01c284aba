"""What changes in the views of events: every number before and after, as people say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy.orm import Session

from core.services import event_service, saying
from core.services._kitchen import no_collecting
from core.services.planning.progress import get_event_progress
from core.services.planning.shapes import EventProgress
from core.session import remembered

Done = TypeVar("Done")


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
class Watched(Generic[Done]):
    """What was done, what it changed, and the three views of the events after it."""

    change: Done
    differences: tuple[Difference, ...]
    events: tuple[EventProgress, ...]


def watch(session: Session, work: Callable[[], Done], event_id: int | None = None) -> Watched[Done]:
    """Do `work` on a session and return what it changed in the views.

    With `event_id` only that event's views are compared, else those of all open events.
    """
    with no_collecting():
        before = _numbers(session, event_id)
        change = work()
        events = _views(session, event_id)
        after = _Numbers(events, session)
        return Watched(change, tuple(_differences(before, after)), events)


Key = tuple[str, str, str, str]
"""Event, view, name and field."""
ON_HAND = "on hand"


MONEY = "money"
BATCHES = "batches"


class _Number(NamedTuple):
    """A number and what it counts: an item, by its id, or else batches or money."""

    value: Decimal | None
    counts: int | str

    def sayer(self, say: saying.Say) -> Callable[[Decimal | None], str]:
        """Return what says a value as this number is said."""
        if isinstance(self.counts, int):
            return partial(say.amount, self.counts)
        return say.money if self.counts == MONEY else say.batches


class _Numbers:
    """The numbers in views of events, of one state, and what says them."""

    def __init__(self, events: Iterable[EventProgress], session: Session) -> None:
        self.by_key = {key: number for progress in events for key, number in _numbers_of(progress)}
        counted = {number.counts for number in self.by_key.values()}
        self.say = saying.amounts_of([key for key in counted if isinstance(key, int)], session)


def _numbers(session: Session, event_id: int | None) -> _Numbers:
    """Return the numbers as they are now: one step is often tried after the other from here."""
    return remembered(
        session,
        ("numbers", event_id),
        lambda: _Numbers(_views(session, event_id), session),
    )


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
    for bundle in progress["assembly"]["bundles"]:
        name = bundle["bundle_name"]
        for field, value in (
            ("assembled", bundle["assembled_quantity"]),
            ("to assemble", bundle["remaining"]),
            ("can assemble now", bundle["can_assemble_now"]),
            ("short", bundle["short"]),
        ):
            yield (event, "assembly", name, field), _Number(value, BATCHES)
    for row in progress["shopping"]:
        item_id, name = row["item_id"], row["item_name"]
        yield (event, "shopping", name, "to buy"), _Number(row["to_buy"], item_id)
        yield (event, "shopping", name, ON_HAND), _Number(row["on_hand"], item_id)
    key = event, "shopping", "all", "estimated cost"
    yield key, _Number(progress["estimated_cost"], MONEY)


def _differences(before: _Numbers, after: _Numbers) -> Iterator[Difference]:
    """Yield what differs, in the order of the views as they are after."""
    gone = [key for key in before.by_key if key not in after.by_key]
    for key in [*after.by_key, *gone]:
        event, view, name, field = key
        was, now = before.by_key.get(key), after.by_key.get(key)
        if field == ON_HAND and (was is None or now is None):
            # The line has come to the list or left it; what is there has not changed.
            continue
        old = Decimal(0) if was is None else was.value
        new = Decimal(0) if now is None else now.value
        if old == new:
            continue
        # What is gone may be gone from the kitchen too: then only the state before can say it.
        state = before if now is None else after
        says = state.by_key[key].sayer(state.say)
        change = ""
        if old is not None and new is not None:
            sign = "+" if new > old else "−"
            change = f"{sign}{says(abs(new - old))}"
        yield Difference(event, view, name, field, says(old), says(new), change)

"""The plan, and loading what it is made from, in a number of queries that does not grow."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from functools import cached_property

from msgspec import Struct
from sqlalchemy.orm import Session

from core.clock import today
from core.planning import kitchen as planning
from core.planning.kitchen import Kitchen
from core.planning.netting import make_plan
from core.planning.plan import Plan
from core.planning.shape import shape_of
from core.schema import OPEN
from core.services import _kitchen_queries as queries
from core.services._catalogue import catalogue, stock_amount
from core.services._reading import rows_of
from core.session import remembered
from core.units import from_micro

NOTHING = Fraction(0)


def planned(session: Session) -> Plan:
    """Return the plan of all open events in the session's state; made once per transaction."""
    return remembered(session, ("plan", today()), lambda: planned_anew(session))


def planned_anew(session: Session) -> Plan:
    """Load the kitchen and plan it, whatever is remembered."""
    with no_collecting():
        kitchen = load_kitchen(session)
        known = catalogue(session)
        shape = known.shape = shape_of(kitchen, known.shape)
        return make_plan(kitchen, shape)


@contextmanager
def no_collecting() -> Iterator[None]:
    """Put off collecting garbage.

    Planning and reading off a plan make many small objects and no cycles of them: collecting
    garbage meanwhile would take as long again as planning a small kitchen. Entered before the
    session is opened, it ends when these objects are gone with it.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class EventPlan(Struct, frozen=True, dict=True):
    """One event in the plan; `place` is where it stands there, None while it is not open."""

    event: planning.Event
    plan: Plan
    place: int | None

    @cached_property
    def alone(self) -> Plan:
        """Return the plan of the event alone: it tells gross needs.

        It has no stock, no runs and no deliveries, but the event's targets.
        """
        return make_plan(self.plan.kitchen.alone(self.event))


def event_plan(session: Session, event_id: int) -> EventPlan | None:
    """Return what the plan says of one event, or None when there is no such event."""
    return remembered(
        session, ("event plan", today(), event_id), lambda: _event_plan(session, event_id)
    )


def _event_plan(session: Session, event_id: int) -> EventPlan | None:
    plan = planned(session)
    place = plan.index.get(event_id)
    if place is not None:
        return EventPlan(plan.kitchen.events[place], plan, place)
    found = load_events(session, event_id)
    return EventPlan(found[0], plan, None) if found else None


# What each part of the demand is read from: it is read again only after a write to one of these.
HEADS = ("event", "batch_target")
LINES = ("event", "event_line", "item_unit")
DONE = ("event", "batch_target", "run", "run_output", "stock_move", "lot")
STOCK = ("lot",)
GOOD = ("event", "run", "run_output")


def load_kitchen(session: Session) -> Kitchen:
    """Load the kitchen with its open events and unexpired stock.

    Only what was written to is loaded again: most records and edits leave the rest alone.
    """
    known = catalogue(session)
    events = load_events(session)
    free, kept = _load_stock(session, {event.id for event in events})
    return Kitchen(
        items=known.items,
        recipes=known.recipes,
        bundles=known.bundles,
        events=events,
        free=free,
        kept=kept,
    )


def load_events(session: Session, only: int | None = None) -> tuple[planning.Event, ...]:
    """Load the open events (or one, open or not) with what is delivered and produced.

    They come by (date, slug).
    """
    heads, targets = _heads(session, only)
    lines = remembered(session, ("event lines", only), lambda: _load_lines(session, only), of=LINES)
    good, delivered = remembered(
        session, ("done", only), lambda: _load_done(session, only), of=DONE
    )
    # Sorted here and not there: what comes first gets the stock, and databases sort texts by
    # rules of their own.
    return tuple(
        planning.Event(
            key,
            *head,
            tuple(fill_lines(lines.get(key, ()), delivered.get(key, {}))),
            targets.get(key, {}),
            good.get(key, {}),
        )
        for key, head in sorted(heads.items(), key=lambda pair: (pair[1][2], pair[1][0]))
    )


def open_events(session: Session) -> dict[int, str]:
    """Return the names of the open events by id, for which next to nothing has to be loaded."""
    heads, _ = _heads(session)
    return {key: name for key, (_, name, _, _) in heads.items()}


Heads = tuple[dict[int, tuple[str, str, date, bool]], dict[int, dict[int, planning.Target]]]
"""Slug, name, date and whether open of events, and their batch targets, by event."""


def _heads(session: Session, only: int | None = None) -> Heads:
    return remembered(session, ("events", only), lambda: _load_heads(session, only), of=HEADS)


def _load_heads(session: Session, only: int | None) -> Heads:
    heads = {}
    targets: dict[int, dict[int, planning.Target]] = defaultdict(dict)
    for key, slug, name, day, status, recipe_id, batches, short_ok, need in rows_of(
        session, queries.events(only is not None), event=only
    ):
        heads[key] = slug, name, day, status in OPEN
        if recipe_id is not None:
            targets[key][recipe_id] = planning.Target(batches, short_ok, need)
    return heads, targets


def _load_lines(session: Session, only: int | None) -> dict[int, list[planning.EventLine]]:
    """Load the lines of events by event, nothing of them delivered."""
    factors = catalogue(session).factors
    lines: dict[int, list[planning.EventLine]] = defaultdict(list)
    for event_id, item_id, amount, unit, recipient in rows_of(
        session, queries.event_lines(only is not None), event=only
    ):
        quantity, entered = stock_amount(amount, unit, factors.get((item_id, unit)))
        line = planning.EventLine(item_id, quantity, NOTHING, recipient, entered)
        lines[event_id].append(line)
    return lines


Delivered = dict[tuple[int, str | None], Fraction]
"""What was delivered, by item and recipient."""


def _load_done(
    session: Session, only: int | None
) -> tuple[dict[int, dict[int, Fraction]], dict[int, Delivered]]:
    """Sum good output (by event and item) and deliveries (by event) of events."""
    good: dict[int, dict[int, Fraction]] = defaultdict(dict)
    delivered: dict[int, Delivered] = defaultdict(dict)
    rows = rows_of(session, queries.done(only is not None), event=only)
    for what, event_id, item_id, recipient, micro in rows:
        amount = from_micro(int(micro))
        if what == "good":
            good[event_id or 0][item_id] = amount
        else:
            delivered[event_id or 0][item_id, recipient] = -amount
    return good, delivered


class Made(Struct, frozen=True):
    """What was made for an event: batches run by recipe, good and lost output by item."""

    batches: Mapping[int, Fraction]
    good: Mapping[int, Fraction]
    lost: Mapping[int, Fraction]


def load_made(session: Session, event_id: int) -> Made:
    """Add up the production runs of an event that are not undone."""
    runs: dict[int, tuple[int, Fraction]] = {}
    good: dict[int, int] = defaultdict(int)
    lost: dict[int, int] = defaultdict(int)
    for run_id, recipe_id, batches, item_id, came, gone in rows_of(
        session, queries.made(), event=event_id
    ):
        runs[run_id] = recipe_id or 0, batches
        if item_id is not None:
            good[item_id] += came
            lost[item_id] += gone
    total: dict[int, Fraction] = defaultdict(Fraction)
    for recipe_id, batches in runs.values():
        total[recipe_id] += batches
    return Made(
        total,
        {item_id: from_micro(micro) for item_id, micro in good.items()},
        {item_id: from_micro(micro) for item_id, micro in lost.items()},
    )


def load_recipes_made(session: Session) -> Mapping[int, set[int]]:
    """Return the recipes that were run for open events, by event."""
    found: dict[int, set[int]] = defaultdict(set)
    for event_id, recipe_id in rows_of(session, queries.made_for_open_events()):
        found[event_id or 0].add(recipe_id or 0)
    return found


def good_of_open_events(session: Session) -> Mapping[int, Mapping[int, Fraction]]:
    """Return what came out good for open events, by event and item."""
    return remembered(session, "good of open events", lambda: _load_good(session), of=GOOD)


def _load_good(session: Session) -> Mapping[int, Mapping[int, Fraction]]:
    found: dict[int, dict[int, Fraction]] = defaultdict(dict)
    for event_id, item_id, micro in rows_of(session, queries.good_for_open_events()):
        found[event_id or 0][item_id] = from_micro(int(micro))
    return found


def fill_lines(
    lines: Iterable[planning.EventLine], delivered: Delivered
) -> list[planning.EventLine]:
    """Give deliveries to the recipient's own lines first, then to the lines in order.

    What is more than ordered stays with no line (domain.md §4).
    """
    rows = list(lines)
    if not delivered:
        return rows
    rest = dict(delivered)
    filled = [NOTHING] * len(rows)
    for own in (True, False):
        for number, line in enumerate(rows):
            if line.quantity is None:
                continue
            for key in list(rest):
                item_id, recipient = key
                wanted = line.quantity - filled[number]
                if item_id != line.item_id or wanted <= 0:
                    continue
                if own and (recipient is None or recipient != line.recipient):
                    continue
                given = min(wanted, rest[key])
                filled[number] += given
                rest[key] -= given
    return [line._replace(delivered=done) for line, done in zip(rows, filled, strict=True)]


def _load_stock(
    session: Session, open_events: Collection[int]
) -> tuple[dict[int, int], dict[int, dict[int, int]]]:
    """Sum unexpired stock: free by item, and kept by item and open event, in micro-units."""
    day = today()
    rows = remembered(
        session, ("stock", day), lambda: rows_of(session, queries.stock(), today=day), of=STOCK
    )
    free: dict[int, int] = defaultdict(int)
    kept: dict[int, dict[int, int]] = defaultdict(dict)
    for item_id, event_id, micro in rows:
        if event_id is not None and event_id in open_events:
            kept[item_id][event_id] = int(micro)
        else:
            free[item_id] += int(micro)
    return free, kept

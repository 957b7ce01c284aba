"""Loading what the planner reads, in a number of queries that does not grow with the data."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from core.clock import today
from core.models import (
    OPEN,
    BatchTarget,
    BundleLine,
    Event,
    EventLine,
    Item,
    ItemUnit,
    Lot,
    Recipe,
    RecipeLine,
    RecipeOutput,
    Run,
    RunOutput,
    StockMove,
)
from core.models.base import read_exact
from core.planning import kitchen as planning
from core.planning.kitchen import Kitchen
from core.planning.netting import make_plan
from core.planning.plan import Plan
from core.session import remembered
from core.units import Amount, exact, from_micro


def planned(session: Session) -> Plan:
    """Return the plan of all open events in the session's state; made once per transaction."""
    return remembered(session, ("plan", today()), lambda: _plan(session))


def _plan(session: Session) -> Plan:
    # Planning makes many small objects and no cycles of them: collecting garbage meanwhile would
    # take as long again as the planning of a small kitchen.
    collects = gc.isenabled()
    gc.disable()
    try:
        return make_plan(load_kitchen(session))
    finally:
        if collects:
            gc.enable()


@dataclass(frozen=True, slots=True)
class EventPlan:
    """One event in the plan (if it is open), and the same event alone.

    `alone` has no stock, no runs and no deliveries, but the event's targets: it tells gross needs.
    """

    event: planning.Event
    plan: Plan
    place: int | None
    alone: Plan


def event_plan(session: Session, event_id: int) -> EventPlan | None:
    """Return what the plan says of one event, or None when there is no such event."""
    return remembered(
        session, ("event plan", today(), event_id), lambda: _event_plan(session, event_id)
    )


def _event_plan(session: Session, event_id: int) -> EventPlan | None:
    plan = planned(session)
    place = plan.index.get(event_id)
    if place is not None:
        event = plan.kitchen.events[place]
    else:
        found = load_events(session, Event.id == event_id)
        if not found:
            return None
        event = found[0]
    return EventPlan(event, plan, place, make_plan(plan.kitchen.alone(event)))


def load_kitchen(session: Session) -> Kitchen:
    """Load the kitchen with its open events and unexpired stock."""
    items = {
        row.id: planning.Item(*row)
        for row in session.execute(
            select(
                Item.id,
                Item.slug,
                Item.name,
                Item.kind,
                Item.unit,
                Item.always_on_hand,
                Item.category,
            )
        )
    }
    free, kept = _load_stock(session)
    return Kitchen(
        items=items,
        recipes=load_recipes(session),
        bundles=load_bundles(session, items),
        events=load_events(session, Event.status.in_(OPEN)),
        free=free,
        kept=kept,
    )


def _text(column: Any) -> ColumnElement[str]:
    """Select an exact column as its text; `_stock_amount` reads it."""
    return type_coerce(column, Text())


@lru_cache(maxsize=65_536)
def _stock_amount(amount: str, unit: str, factor: str | None) -> tuple[Fraction | None, str]:
    """Return an amount in stock units; of an unknown one, None and how it was entered.

    Remembered, because a kitchen repeats the same few thousand amounts in every load.
    """
    if factor is None:
        return None, exact(Amount(read_exact(amount), unit))
    return read_exact(amount) * read_exact(factor), ""


def _line(item_id: int, amount: str, unit: str, factor: str | None) -> planning.Line:
    return planning.Line(item_id, *_stock_amount(amount, unit, factor))


def _factor_of(line: Any) -> ColumnElement[bool]:
    return and_(ItemUnit.item_id == line.item_id, ItemUnit.unit == line.unit)


def load_recipes(session: Session, only: int | None = None) -> dict[int, planning.Recipe]:
    """Load all recipes by id, or one."""
    outputs: dict[int, list[planning.Line]] = defaultdict(list)
    lines: dict[int, list[planning.Line]] = defaultdict(list)
    inputs = (
        select(
            RecipeLine.recipe_id,
            RecipeLine.item_id,
            _text(RecipeLine.amount),
            RecipeLine.unit,
            _text(ItemUnit.factor),
        )
        .outerjoin(ItemUnit, _factor_of(RecipeLine))
        .order_by(RecipeLine.recipe_id, RecipeLine.position)
    )
    recipes = (
        select(
            Recipe.id,
            Recipe.slug,
            Recipe.name,
            Recipe.batch_step,
            RecipeOutput.item_id,
            _text(RecipeOutput.amount),
            RecipeOutput.unit,
            _text(ItemUnit.factor),
        )
        .join(RecipeOutput, RecipeOutput.recipe_id == Recipe.id)
        .outerjoin(ItemUnit, _factor_of(RecipeOutput))
        .order_by(Recipe.id, RecipeOutput.position)
    )
    if only is not None:
        inputs = inputs.where(RecipeLine.recipe_id == only)
        recipes = recipes.where(Recipe.id == only)
    for recipe_id, item_id, amount, unit, factor in session.execute(inputs):
        lines[recipe_id].append(_line(item_id, amount, unit, factor))
    heads = {}
    for key, slug, name, step, item_id, amount, unit, factor in session.execute(recipes):
        heads[key] = slug, name, step
        outputs[key].append(_line(item_id, amount, unit, factor))
    return {
        key: planning.Recipe(key, *head, tuple(outputs[key]), tuple(lines[key]))
        for key, head in heads.items()
    }


def load_bundles(
    session: Session, items: Mapping[int, planning.Item] | None = None
) -> dict[int, tuple[planning.Line, ...]]:
    """Load what each bundle holds, by the id of its item; `items` saves asking which there are."""
    ids = (
        session.scalars(select(Item.id).where(Item.kind == "bundle"))
        if items is None
        else (item.id for item in items.values() if item.kind == "bundle")
    )
    bundles: dict[int, list[planning.Line]] = {item_id: [] for item_id in ids}
    query = (
        select(
            BundleLine.bundle_id,
            BundleLine.item_id,
            _text(BundleLine.amount),
            BundleLine.unit,
            _text(ItemUnit.factor),
        )
        .outerjoin(ItemUnit, _factor_of(BundleLine))
        .order_by(BundleLine.bundle_id, BundleLine.position)
    )
    for bundle_id, item_id, amount, unit, factor in session.execute(query):
        bundles[bundle_id].append(_line(item_id, amount, unit, factor))
    return {bundle_id: tuple(lines) for bundle_id, lines in bundles.items()}


def load_events(session: Session, which: ColumnElement[bool]) -> tuple[planning.Event, ...]:
    """Load events with what is delivered and produced, by (date, slug)."""
    query = (
        select(
            Event.id,
            Event.slug,
            Event.name,
            Event.date,
            Event.status,
            EventLine.item_id,
            _text(EventLine.amount),
            EventLine.unit,
            EventLine.recipient,
            _text(ItemUnit.factor),
        )
        .outerjoin(EventLine, EventLine.event_id == Event.id)
        .outerjoin(ItemUnit, _factor_of(EventLine))
        .where(which)
        .order_by(Event.id, EventLine.position)
    )
    # Sorted here and not there: what comes first gets the stock, and databases sort texts by
    # rules of their own.
    heads = {}
    lines: dict[int, list[planning.EventLine]] = defaultdict(list)
    for key, slug, name, day, status, item_id, amount, unit, recipient, factor in session.execute(
        query
    ):
        heads[key] = slug, name, day, status in OPEN
        if item_id is not None:
            quantity, entered = _stock_amount(amount, unit, factor)
            line = planning.EventLine(item_id, quantity, Fraction(0), recipient, entered)
            lines[key].append(line)
    delivered = _load_delivered(session, which)
    targets = _load_targets(session, which)
    good, lost = _load_outputs(session, which)
    return tuple(
        planning.Event(
            key,
            *head,
            tuple(fill_lines(lines[key], delivered.get(key, {}))),
            targets[key],
            good[key],
            lost[key],
        )
        for key, head in sorted(heads.items(), key=lambda pair: (pair[1][2], pair[1][0]))
    )


def _load_targets(
    session: Session, which: ColumnElement[bool]
) -> dict[int, dict[int, planning.Target]]:
    targets: dict[int, dict[int, planning.Target]] = defaultdict(dict)
    query = (
        select(
            BatchTarget.event_id,
            BatchTarget.recipe_id,
            BatchTarget.batches,
            BatchTarget.short_ok,
            BatchTarget.accepted_need,
        )
        .join(Event, Event.id == BatchTarget.event_id)
        .where(which)
    )
    for event_id, recipe_id, batches, short_ok, need in session.execute(query):
        targets[event_id][recipe_id] = planning.Target(batches, short_ok, need)
    return targets


Outputs = dict[int, dict[int, Fraction]]
"""Amounts by event and item."""


def _load_outputs(session: Session, which: ColumnElement[bool]) -> tuple[Outputs, Outputs]:
    """Sum the good and the lost output of the events' runs."""
    good: Outputs = defaultdict(dict)
    lost: Outputs = defaultdict(dict)
    query = (
        select(Run.event_id, RunOutput.item_id, func.sum(RunOutput.good), func.sum(RunOutput.lost))
        .join(RunOutput, RunOutput.run_id == Run.id)
        .join(Event, Event.id == Run.event_id)
        .where(which, Run.undone.is_(False))
        .group_by(Run.event_id, RunOutput.item_id)
    )
    for event_id, item_id, came, gone in session.execute(query):
        good[event_id or 0][item_id] = from_micro(int(came))
        if gone:
            lost[event_id or 0][item_id] = from_micro(int(gone))
    return good, lost


Delivered = dict[tuple[int, str | None], Fraction]
"""What was delivered, by item and recipient."""


def _load_delivered(session: Session, which: ColumnElement[bool]) -> dict[int, Delivered]:
    delivered: dict[int, Delivered] = defaultdict(dict)
    query = (
        select(StockMove.event_id, Lot.item_id, StockMove.recipient, func.sum(StockMove.amount))
        .join(Lot, Lot.id == StockMove.lot_id)
        .join(Event, Event.id == StockMove.event_id)
        .where(which, StockMove.reason == "delivered")
        .group_by(StockMove.event_id, Lot.item_id, StockMove.recipient)
    )
    for event_id, item_id, recipient, micro in session.execute(query):
        delivered[event_id or 0][item_id, recipient] = -from_micro(int(micro))
    return delivered


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
    filled = [Fraction(0)] * len(rows)
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


def _load_stock(session: Session) -> tuple[dict[int, int], dict[int, dict[int, int]]]:
    """Sum unexpired stock: free by item, and kept by item and open event, in micro-units."""
    free: dict[int, int] = defaultdict(int)
    kept: dict[int, dict[int, int]] = defaultdict(dict)
    query = (
        select(Lot.item_id, Lot.event_id, Event.status, func.sum(Lot.left))
        .outerjoin(Event, Event.id == Lot.event_id)
        .where(Lot.left > 0, or_(Lot.expires.is_(None), Lot.expires >= today()))
        .group_by(Lot.item_id, Lot.event_id, Event.status)
    )
    for item_id, event_id, status, micro in session.execute(query):
        if event_id is not None and status in OPEN:
            kept[item_id][event_id] = int(micro)
        else:
            free[item_id] += int(micro)
    return free, kept

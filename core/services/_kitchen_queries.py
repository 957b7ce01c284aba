"""The queries of what the planner reads: each is built once, and told its values by name.

Building them takes longer than a small kitchen takes to answer.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from core.models import (
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
from core.schema import OPEN

Rows = Select[*tuple[Any, ...]]
"""A query of more columns than types can tell."""


@cache
def items() -> Rows:
    """Return all items, as `planning.Item` has them, once for each unit, with its factor."""
    return select(
        Item.id,
        Item.slug,
        Item.name,
        Item.kind,
        Item.unit,
        Item.always_on_hand,
        Item.category,
        ItemUnit.unit,
        _text(ItemUnit.factor),
    ).outerjoin(ItemUnit, ItemUnit.item_id == Item.id)


def _text(column: Any) -> ColumnElement[str]:
    """Select an exact column as its text; `stock_amount` reads it."""
    return type_coerce(column, Text())


def _unknown_unit(line: Any) -> ColumnElement[str | None]:
    """Select the unit of a line, which only a line without a factor has to tell."""
    return case((ItemUnit.factor.is_(None), line.unit))


def _factor_of(line: Any) -> ColumnElement[bool]:
    return and_(ItemUnit.item_id == line.item_id, ItemUnit.unit == line.unit)


@cache
def recipe_lines() -> Select[int, int, str, str]:
    """Return the lines of all recipes, in order."""
    return select(
        RecipeLine.recipe_id, RecipeLine.item_id, _text(RecipeLine.amount), RecipeLine.unit
    ).order_by(RecipeLine.recipe_id, RecipeLine.position)


@cache
def recipes() -> Rows:
    """Return all recipes with their outputs, in order."""
    return (
        select(
            Recipe.id,
            Recipe.slug,
            Recipe.name,
            _text(Recipe.batch_step),
            RecipeOutput.item_id,
            _text(RecipeOutput.amount),
            _unknown_unit(RecipeOutput),
            _text(ItemUnit.factor),
        )
        .join(RecipeOutput, RecipeOutput.recipe_id == Recipe.id)
        .outerjoin(ItemUnit, _factor_of(RecipeOutput))
        .order_by(Recipe.id, RecipeOutput.position)
    )


@cache
def recipe() -> tuple[Rows, Rows]:
    """Return the queries of one recipe with its outputs, and of its lines with their factors."""
    lines = (
        select(
            RecipeLine.item_id,
            _text(RecipeLine.amount),
            _unknown_unit(RecipeLine),
            _text(ItemUnit.factor),
        )
        .outerjoin(ItemUnit, _factor_of(RecipeLine))
        .where(RecipeLine.recipe_id == bindparam("recipe"))
        .order_by(RecipeLine.position)
    )
    return recipes().where(Recipe.id == bindparam("recipe")), lines


@cache
def bundles() -> Rows:
    """Return what bundles hold, in order."""
    return (
        select(
            BundleLine.bundle_id,
            BundleLine.item_id,
            _text(BundleLine.amount),
            _unknown_unit(BundleLine),
            _text(ItemUnit.factor),
        )
        .outerjoin(ItemUnit, _factor_of(BundleLine))
        .order_by(BundleLine.bundle_id, BundleLine.position)
    )


def _which(one: bool) -> ColumnElement[bool]:
    """Select one event, or those that are open."""
    return Event.id == bindparam("event") if one else Event.status.in_(OPEN)


@cache
def events(one: bool) -> Rows:
    """Return events, once for each batch target; one event or the open ones."""
    return (
        select(
            Event.id,
            Event.slug,
            Event.name,
            Event.date,
            Event.status,
            BatchTarget.recipe_id,
            BatchTarget.batches,
            BatchTarget.short_ok,
            BatchTarget.accepted_need,
        )
        .outerjoin(BatchTarget, BatchTarget.event_id == Event.id)
        .where(_which(one))
    )


@cache
def event_lines(one: bool) -> Select[int, int, str, str, str | None]:
    """Return the lines of events, in order; of one event or of the open ones."""
    return (
        select(
            EventLine.event_id,
            EventLine.item_id,
            _text(EventLine.amount),
            EventLine.unit,
            EventLine.recipient,
        )
        .where(EventLine.event_id.in_(select(Event.id).where(_which(one))))
        .order_by(EventLine.event_id, EventLine.position)
    )


@cache
def done(one: bool) -> CompoundSelect[str, int | None, int, str | None, Any]:
    """Return what was done for events, by what it is, event and item.

    That is "good" for the good output of the runs of events with batch targets, and "delivered"
    (below zero) with the recipient.
    """
    good = (
        select(
            literal("good"),
            Run.event_id,
            RunOutput.item_id,
            cast(None, Text()),
            func.sum(RunOutput.good),
        )
        .join(RunOutput, RunOutput.run_id == Run.id)
        .join(Event, Event.id == Run.event_id)
        .where(_which(one), Event.id.in_(select(BatchTarget.event_id)), Run.undone.is_(False))
        .group_by(Run.event_id, RunOutput.item_id)
    )
    delivered = (
        select(
            literal("delivered"),
            StockMove.event_id,
            Lot.item_id,
            StockMove.recipient,
            func.sum(StockMove.amount),
        )
        .join(Lot, Lot.id == StockMove.lot_id)
        .join(Event, Event.id == StockMove.event_id)
        .where(_which(one), StockMove.reason == "delivered")
        .group_by(StockMove.event_id, Lot.item_id, StockMove.recipient)
    )
    return union_all(good, delivered)


@cache
def made() -> Select[int, int | None, Fraction, int, int, int]:
    """Return the production runs of an event with their outputs."""
    return (
        select(
            Run.id, Run.recipe_id, Run.batches, RunOutput.item_id, RunOutput.good, RunOutput.lost
        )
        .outerjoin(RunOutput, RunOutput.run_id == Run.id)
        .where(Run.event_id == bindparam("event"), Run.kind == "production", Run.undone.is_(False))
    )


@cache
def made_for_open_events() -> Select[int | None, int | None]:
    """Return which recipes have been run for which open event."""
    return (
        select(Run.event_id, Run.recipe_id)
        .join(Event, Event.id == Run.event_id)
        .where(_which(one=False), Run.kind == "production", Run.undone.is_(False))
        .distinct()
    )


@cache
def stock() -> Select[int, int | None, Any]:
    """Return unexpired stock, by item and the event it is kept for."""
    return (
        select(Lot.item_id, Lot.event_id, func.sum(Lot.left))
        .where(Lot.left > 0, or_(Lot.expires.is_(None), Lot.expires >= bindparam("today")))
        .group_by(Lot.item_id, Lot.event_id)
    )

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
    Table,
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

from core.schema import (
    BATCH_TARGET,
    BUNDLE_LINE,
    EVENT,
    EVENT_LINE,
    ITEM,
    ITEM_UNIT,
    LOT,
    OPEN,
    RECIPE,
    RECIPE_LINE,
    RECIPE_OUTPUT,
    RUN,
    RUN_OUTPUT,
    STOCK_MOVE,
)

Rows = Select[*tuple[Any, ...]]
"""A query of more columns than types can tell."""


@cache
def items() -> Rows:
    """Return all items, as `planning.Item` has them, once for each unit, with its factor."""
    return (
        select(
            ITEM.c.id,
            ITEM.c.slug,
            ITEM.c.name,
            ITEM.c.kind,
            ITEM.c.unit,
            ITEM.c.always_on_hand,
            ITEM.c.category,
            ITEM_UNIT.c.unit,
            _text(ITEM_UNIT.c.factor),
        )
        .select_from(ITEM)
        .outerjoin(ITEM_UNIT, ITEM_UNIT.c.item_id == ITEM.c.id)
    )


def _text(column: Any) -> ColumnElement[str]:
    """Select an exact column as its text; `stock_amount` reads it."""
    return type_coerce(column, Text())


def _unknown_unit(line: Table[Any]) -> ColumnElement[str | None]:
    """Select the unit of a line, which only a line without a factor has to tell."""
    return case((ITEM_UNIT.c.factor.is_(None), line.c.unit))


def _factor_of(line: Table[Any]) -> ColumnElement[bool]:
    return and_(ITEM_UNIT.c.item_id == line.c.item_id, ITEM_UNIT.c.unit == line.c.unit)


@cache
def recipe_lines() -> Select[int, int, str, str]:
    """Return the lines of all recipes, in order."""
    return select(
        RECIPE_LINE.c.recipe_id,
        RECIPE_LINE.c.item_id,
        _text(RECIPE_LINE.c.amount),
        RECIPE_LINE.c.unit,
    ).order_by(RECIPE_LINE.c.recipe_id, RECIPE_LINE.c.position)


@cache
def recipes() -> Rows:
    """Return all recipes with their outputs, in order."""
    return (
        select(
            RECIPE.c.id,
            RECIPE.c.slug,
            RECIPE.c.name,
            _text(RECIPE.c.batch_step),
            RECIPE_OUTPUT.c.item_id,
            _text(RECIPE_OUTPUT.c.amount),
            _unknown_unit(RECIPE_OUTPUT),
            _text(ITEM_UNIT.c.factor),
        )
        .select_from(RECIPE)
        .join(RECIPE_OUTPUT, RECIPE_OUTPUT.c.recipe_id == RECIPE.c.id)
        .outerjoin(ITEM_UNIT, _factor_of(RECIPE_OUTPUT))
        .order_by(RECIPE.c.id, RECIPE_OUTPUT.c.position)
    )


@cache
def recipe() -> tuple[Rows, Rows]:
    """Return the queries of one recipe with its outputs, and of its lines with their factors."""
    lines = (
        select(
            RECIPE_LINE.c.item_id,
            _text(RECIPE_LINE.c.amount),
            _unknown_unit(RECIPE_LINE),
            _text(ITEM_UNIT.c.factor),
        )
        .select_from(RECIPE_LINE)
        .outerjoin(ITEM_UNIT, _factor_of(RECIPE_LINE))
        .where(RECIPE_LINE.c.recipe_id == bindparam("recipe"))
        .order_by(RECIPE_LINE.c.position)
    )
    return recipes().where(RECIPE.c.id == bindparam("recipe")), lines


@cache
def bundles() -> Rows:
    """Return what bundles hold, in order."""
    return (
        select(
            BUNDLE_LINE.c.bundle_id,
            BUNDLE_LINE.c.item_id,
            _text(BUNDLE_LINE.c.amount),
            _unknown_unit(BUNDLE_LINE),
            _text(ITEM_UNIT.c.factor),
        )
        .select_from(BUNDLE_LINE)
        .outerjoin(ITEM_UNIT, _factor_of(BUNDLE_LINE))
        .order_by(BUNDLE_LINE.c.bundle_id, BUNDLE_LINE.c.position)
    )


def _which(one: bool) -> ColumnElement[bool]:
    """Select one event, or those that are open."""
    return EVENT.c.id == bindparam("event") if one else EVENT.c.status.in_(OPEN)


@cache
def events(one: bool) -> Rows:
    """Return events, once for each batch target; one event or the open ones."""
    return (
        select(
            EVENT.c.id,
            EVENT.c.slug,
            EVENT.c.name,
            EVENT.c.date,
            EVENT.c.status,
            BATCH_TARGET.c.recipe_id,
            BATCH_TARGET.c.batches,
            BATCH_TARGET.c.short_ok,
            BATCH_TARGET.c.accepted_need,
        )
        .select_from(EVENT)
        .outerjoin(BATCH_TARGET, BATCH_TARGET.c.event_id == EVENT.c.id)
        .where(_which(one))
    )


@cache
def event_lines(one: bool) -> Select[int, int, str, str, str | None]:
    """Return the lines of events, in order; of one event or of the open ones."""
    return (
        select(
            EVENT_LINE.c.event_id,
            EVENT_LINE.c.item_id,
            _text(EVENT_LINE.c.amount),
            EVENT_LINE.c.unit,
            EVENT_LINE.c.recipient,
        )
        .where(EVENT_LINE.c.event_id.in_(select(EVENT.c.id).where(_which(one))))
        .order_by(EVENT_LINE.c.event_id, EVENT_LINE.c.position)
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
            RUN.c.event_id,
            RUN_OUTPUT.c.item_id,
            cast(None, Text()),
            func.sum(RUN_OUTPUT.c.good),
        )
        .select_from(RUN)
        .join(RUN_OUTPUT, RUN_OUTPUT.c.run_id == RUN.c.id)
        .join(EVENT, EVENT.c.id == RUN.c.event_id)
        .where(
            _which(one), EVENT.c.id.in_(select(BATCH_TARGET.c.event_id)), RUN.c.undone.is_(False)
        )
        .group_by(RUN.c.event_id, RUN_OUTPUT.c.item_id)
    )
    delivered = (
        select(
            literal("delivered"),
            STOCK_MOVE.c.event_id,
            LOT.c.item_id,
            STOCK_MOVE.c.recipient,
            func.sum(STOCK_MOVE.c.amount),
        )
        .select_from(STOCK_MOVE)
        .join(LOT, LOT.c.id == STOCK_MOVE.c.lot_id)
        .join(EVENT, EVENT.c.id == STOCK_MOVE.c.event_id)
        .where(_which(one), STOCK_MOVE.c.reason == "delivered")
        .group_by(STOCK_MOVE.c.event_id, LOT.c.item_id, STOCK_MOVE.c.recipient)
    )
    return union_all(good, delivered)


@cache
def made() -> Select[int, int | None, Fraction, int, int, int]:
    """Return the production runs of an event with their outputs."""
    return (
        select(
            RUN.c.id,
            RUN.c.recipe_id,
            RUN.c.batches,
            RUN_OUTPUT.c.item_id,
            RUN_OUTPUT.c.good,
            RUN_OUTPUT.c.lost,
        )
        .select_from(RUN)
        .outerjoin(RUN_OUTPUT, RUN_OUTPUT.c.run_id == RUN.c.id)
        .where(
            RUN.c.event_id == bindparam("event"),
            RUN.c.kind == "production",
            RUN.c.undone.is_(False),
        )
    )


@cache
def good_for_open_events() -> Select[int | None, int, Any]:
    """Return what came out good for open events, in micro-units."""
    return (
        select(RUN.c.event_id, RUN_OUTPUT.c.item_id, func.sum(RUN_OUTPUT.c.good))
        .select_from(RUN)
        .join(RUN_OUTPUT, RUN_OUTPUT.c.run_id == RUN.c.id)
        .join(EVENT, EVENT.c.id == RUN.c.event_id)
        .where(_which(one=False), RUN.c.undone.is_(False))
        .group_by(RUN.c.event_id, RUN_OUTPUT.c.item_id)
    )


@cache
def made_for_open_events() -> Select[int | None, int | None]:
    """Return which recipes have been run for which open event."""
    return (
        select(RUN.c.event_id, RUN.c.recipe_id)
        .select_from(RUN)
        .join(EVENT, EVENT.c.id == RUN.c.event_id)
        .where(_which(one=False), RUN.c.kind == "production", RUN.c.undone.is_(False))
        .distinct()
    )


@cache
def stock() -> Select[int, int | None, Any]:
    """Return unexpired stock, by item and the event it is kept for."""
    return (
        select(LOT.c.item_id, LOT.c.event_id, func.sum(LOT.c.left))
        .where(LOT.c.left > 0, or_(LOT.c.expires.is_(None), LOT.c.expires >= bindparam("today")))
        .group_by(LOT.c.item_id, LOT.c.event_id)
    )

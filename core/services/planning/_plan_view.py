"""The plan as plain data, for people and programs: what each event needs, and what to do for it."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy.orm import Session

from core.clock import today
from core.planning.plan import Plan
from core.services._naming import sorting
from core.services.planning._views import decimal, find_event, is_stale
from core.services.rows.plan import PlannedEvent, PlannedItem, PlannedRecipe, PlanView
from core.session import revision_of

KINDS = ("bundle", "made", "ingredient", "supply")


def view_of(session: Session, plan: Plan) -> PlanView:
    """Return a plan as plain data."""
    events = []
    for place, event in enumerate(plan.kitchen.events):
        items = [
            _item(plan, item_id, place)
            for item_id, item in plan.items.items()
            if place in item.unknown or item.need.get(place)
        ]
        recipes = [
            _recipe(session, plan, recipe_id, place)
            for recipe_id in plan.recipes
            if plan.batches(recipe_id, place) != 0 or recipe_id in event.targets
        ]
        events.append(
            PlannedEvent(
                event.id,
                event.slug,
                event.name,
                event.date,
                tuple(sorted(items, key=lambda row: (KINDS.index(row.kind), sorting(row.name)))),
                tuple(sorted(recipes, key=lambda row: sorting(row.name))),
            )
        )
    return PlanView(revision_of(session), today(), tuple(events))


def _item(plan: Plan, item_id: int, place: int) -> PlannedItem:
    item = plan.kitchen.items[item_id]
    net = plan.net(item_id, place)
    verb = "buy" if item.bought else "assemble" if item.kind == "bundle" else "make"
    if item.always_on_hand:
        status = "always"
    elif net is None:
        status = "unknown"
    else:
        status = verb if net else "enough"
    return PlannedItem(
        item.id,
        item.slug,
        item.name,
        item.kind,
        item.unit,
        decimal(plan.need(item_id, place)),
        decimal(plan.given(item_id, place)),
        decimal(net),
        status,
    )


def _recipe(session: Session, plan: Plan, recipe_id: int, place: int) -> PlannedRecipe:
    found = plan.recipes[recipe_id]
    event = plan.kitchen.events[place]
    target = event.targets.get(recipe_id)
    short = Fraction(found.short.get(place, 0), found.scale)
    return PlannedRecipe(
        recipe_id,
        found.recipe.slug,
        found.recipe.name,
        decimal(plan.batches(recipe_id, place)),
        None if target is None else decimal(target.batches),
        target is not None and is_stale(find_event(session, event.id), recipe_id),
        None if place in found.unknown else decimal(short),
    )

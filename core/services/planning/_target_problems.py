"""Batch targets that are short or stale, and batches of an event that another one counts on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.planning.feasibility import assemblies, loose_short
from core.planning.keeping import stale_flows
from core.planning.kitchen import Recipe
from core.planning.netting import produced_batches
from core.planning.plan import Plan, RecipePlan
from core.schema import ITEM
from core.services._kitchen import good_of_open_events
from core.services._reading import rows_of
from core.services.planning._problem import PlanProblem, Scope
from core.services.planning._views import find_event, is_stale
from core.session import remembered


def targets(scope: Scope) -> Iterator[PlanProblem]:
    """Yield the targets that are short, with what they leave out, and those that are stale."""
    for e in scope.places:
        if scope.plan.kitchen.events[e].targets:
            yield from _targets_of(scope, e)


def _targets_of(scope: Scope, e: int) -> Iterator[PlanProblem]:
    plan, say = scope.plan, scope.say
    event = plan.kitchen.events[e]
    found = find_event(scope.session, event.id)
    for recipe_id, target in event.targets.items():
        recipe = plan.kitchen.recipes[recipe_id]
        batches = plan.recipes.get(recipe_id)
        if batches is not None and batches.short.get(e):
            enough = _enough(batches.needed_steps.get(e, 0), recipe, event.good)
            yield PlanProblem(
                "short",
                f"{event.name}, {recipe.name}",
                f"The target of {say.of_batches(target.batches)} of {recipe.name} is short.",
                _left_out(scope, e, batches),
                f"Raise the target to {say.of_batches(enough)}, or take it away.",
                item_id=recipe.outputs[0].item_id,
                about=("recipe", recipe_id),
                **scope.touched([e]),
            )
        if is_stale(found, recipe_id):
            need = found.alone.batch_need(recipe_id, 0)
            yield PlanProblem(
                "stale target",
                f"{event.name}, {recipe.name}",
                f"The target of {say.of_batches(target.batches)} of {recipe.name} is stale.",
                f"It was accepted at a need of {say.of_worth(target.accepted_need)}; "
                f"now the need is {say.of_worth(need)}.",
                "Accept the plan again, or set the target.",
                item_id=recipe.outputs[0].item_id,
                **scope.touched([e]),
            )


def _enough(steps: int, recipe: Recipe, good: Mapping[int, Fraction]) -> Fraction:
    """Return the target that plans so many steps on top of the good output there is."""
    produced = produced_batches(good, recipe) or Fraction(0)
    return (steps + ceil(produced / recipe.step)) * recipe.step


def _left_out(scope: Scope, e: int, batches: RecipePlan) -> str:
    """Say what a short target leaves out: bundles, and what is ordered as it is."""
    plan, say, session = scope.plan, scope.say, scope.session
    bundles = remembered(session, ("assemblies", e), lambda: list(assemblies(plan, e)))
    loose = remembered(session, ("loose short", e), lambda: loose_short(plan, e))
    short = {a.bundle_id: Fraction(a.short) for a in bundles if a.short} | loose
    reached = _reached(plan, batches.recipe)
    told = [
        f"{say.amount(item_id, amount)} {say.name(item_id)} short"
        for item_id, amount in short.items()
        if item_id in reached
    ]
    lacking = Fraction(batches.short[e], batches.scale)
    return "; ".join(told) or f"{say.of_batches(lacking)} of it will be missing."


def _reached(plan: Plan, recipe: Recipe) -> set[int]:
    """Return the items that a recipe makes, and those that are made of them."""
    found: set[int] = set()
    waiting = [line.item_id for line in recipe.outputs]
    while waiting:
        item_id = waiting.pop()
        if item_id in found:
            continue
        found.add(item_id)
        for kind, key, _ in plan.users.get(item_id, ()):
            outputs = plan.kitchen.recipes[key].outputs if kind == "recipe" else ()
            waiting += [line.item_id for line in outputs] if kind == "recipe" else [key]
    return found


# -- what is left for later events -----------------------------------------------------------------


def carried_too_long(scope: Scope) -> Iterator[PlanProblem]:
    """Yield what a later event counts on of an earlier one's batches, if it does not keep so long.

    Batches of its own, by a target, take their place.
    """
    plan, looked_at = scope.plan, set(scope.places)
    lives = _shelf_lives(scope.session)
    days = [event.date for event in plan.kitchen.events]
    for batches in plan.recipes.values():
        outputs = batches.recipe.outputs
        keeps = [lives.get(output.item_id) for output in outputs]
        if not any(most is not None for most in keeps):
            continue
        found: dict[tuple[int, int, int], Fraction] = {}
        for flow in stale_flows(batches, days, keeps):
            if flow.taker in looked_at:
                key = (flow.output, flow.source, flow.taker or 0)
                worth = Fraction(flow.worth, batches.scale)
                found[key] = found.get(key, Fraction(0)) + worth
        for (number, source, taker), worth in found.items():
            amount = worth * (outputs[number].amount or 0)
            yield _too_old(scope, batches, number, source, taker, amount)


def _too_old(
    scope: Scope, batches: RecipePlan, number: int, source: int, taker: int, amount: Fraction
) -> PlanProblem:
    kitchen, say, recipe = scope.plan.kitchen, scope.say, batches.recipe
    event, baked_for = kitchen.events[taker], kitchen.events[source]
    item_id = recipe.outputs[number].item_id
    name, keeps = say.name(item_id), _shelf_lives(scope.session)[item_id]
    steps = -(-batches.need[taker] // batches.step)
    good = good_of_open_events(scope.session).get(event.id, {})
    enough = say.of_batches(_enough(steps, recipe, good))
    return PlanProblem(
        "shelf life",
        f"{event.name}, {name}",
        f"{name} keeps {keeps} days, and is baked for {baked_for.name} "
        f"{(event.date - baked_for.date).days} days before.",
        f"{say.amount(item_id, amount)} of those {event.name} counts on may be stale.",
        f"Set a target of {enough} of {recipe.name} for {event.name}: it then has its own.",
        item_id=item_id,
        about=("recipe", recipe.id),
        **scope.touched([taker]),
    )


def _shelf_lives(session: Session) -> dict[int, int]:
    return remembered(session, "shelf lives", lambda: _load_shelf_lives(session), of=("item",))


def _load_shelf_lives(session: Session) -> dict[int, int]:
    query = select(ITEM.c.id, ITEM.c.shelf_life_days).where(ITEM.c.shelf_life_days.is_not(None))
    return {item_id: days for item_id, days in rows_of(session, query) if days is not None}

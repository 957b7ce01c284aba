"""What makes a plan wrong or doubtful: each with its place, its effect and its fix.

What is the same in several events is one problem that names them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.planning.contention import Claim, Contention, lacking
from core.planning.feasibility import assemblies
from core.planning.plan import Plan
from core.schema import ITEM
from core.services import saying
from core.services._reading import rows_of
from core.services.planning._day_problems import full_days, past_events
from core.services.planning._lot_problems import lots
from core.services.planning._price_problems import prices
from core.services.planning._problem import PlanProblem, Scope, listed
from core.services.planning._unknown import cause_of
from core.services.planning._views import find_event, is_stale
from core.session import remembered

ORDER = (
    "unknown",
    "no recipe",
    "empty bundle",
    "past",
    "short",
    "stale target",
    "expired",
    "expiring",
    "shelf life",
    "contention",
    "overload",
    "no product",
    "no price",
    "old price",
)


def problems(session: Session, plan: Plan, places: Sequence[int]) -> list[PlanProblem]:
    """Return the problems of a plan's events, the worst kinds first, each thing once."""
    scope = Scope(session, plan, places, saying.amounts(session))
    found = [
        *_unknown(scope),
        *_unmakeable(scope),
        *past_events(scope),
        *_targets(scope),
        *_carried_too_long(scope),
        *_contention(scope),
        *prices(scope),
        *lots(scope),
        *full_days(scope),
    ]
    return sorted(found, key=lambda problem: ORDER.index(problem.kind))


def _unknown(scope: Scope) -> Iterator[PlanProblem]:
    kitchen = scope.plan.kitchen
    for item_id, item in scope.plan.items.items():
        if not item.unsure or kitchen.items[item_id].always_on_hand:
            continue
        name = kitchen.items[item_id].name
        by_fix: dict[str, list[int]] = defaultdict(list)
        for e in scope.places:
            if e in item.unsure:
                fix = cause_of(scope.session, scope.plan, e, item_id)
                by_fix[fix].append(e)
        for fix, places in by_fix.items():
            yield PlanProblem(
                "unknown",
                scope.names(places),
                f"The amount of {name} is unknown.",
                f"{name} is neither planned nor on the shopping list with a number.",
                fix,
                item_id=item_id,
                **scope.touched(places),
            )


def _unmakeable(scope: Scope) -> Iterator[PlanProblem]:
    plan = scope.plan
    for item_id in plan.items:
        item = plan.kitchen.items[item_id]
        no_recipe = item.kind == "made" and item_id not in plan.made_by
        if not no_recipe and (item.kind != "bundle" or plan.kitchen.bundles[item_id]):
            continue
        nets = _known(scope, item_id)
        if not nets:
            continue
        places = list(nets)
        needed = scope.say.amount(item_id, sum(nets.values(), Fraction(0)))
        if no_recipe:
            yield PlanProblem(
                "no recipe",
                scope.names(places),
                f"No recipe makes {item.name}.",
                f"{needed} {item.name} are needed and not planned.",
                f"Add a recipe that makes {item.name}.",
                item_id=item_id,
                **scope.touched(places),
            )
        else:
            yield PlanProblem(
                "empty bundle",
                scope.names(places),
                f"{item.name} holds nothing.",
                f"{needed} are needed, of which nothing is planned.",
                f"Add lines to {item.name}.",
                item_id=item_id,
                **scope.touched(places),
            )


def _known(scope: Scope, item_id: int) -> dict[int, Fraction]:
    """Return what stock does not cover of an item, by event; unknown amounts are left out."""
    nets = {e: scope.plan.net(item_id, e) for e in scope.places}
    return {e: net for e, net in nets.items() if net}


def _targets(scope: Scope) -> Iterator[PlanProblem]:
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
            yield PlanProblem(
                "short",
                f"{event.name}, {recipe.name}",
                f"The target of {say.of_batches(target.batches)} of {recipe.name} is short.",
                _short_bundles(scope, e) or "Loose items will be missing.",
                "Raise the target, or accept the plan.",
                item_id=recipe.outputs[0].item_id,
                **scope.touched([e]),
            )
        if is_stale(found, recipe_id):
            need = found.alone.batch_need(recipe_id, 0)
            yield PlanProblem(
                "stale target",
                f"{event.name}, {recipe.name}",
                f"The target of {say.of_batches(target.batches)} of {recipe.name} is stale.",
                f"It was accepted at a need of {say.of_batches(target.accepted_need)}; "
                f"now the need is {say.of_batches(need)}.",
                "Accept the plan again, or set the target.",
                item_id=recipe.outputs[0].item_id,
                **scope.touched([e]),
            )


def _short_bundles(scope: Scope, e: int) -> str:
    names = scope.plan.kitchen.items
    found = remembered(scope.session, ("assemblies", e), lambda: list(assemblies(scope.plan, e)))
    return "; ".join(f"{a.short} {names[a.bundle_id].name} short" for a in found if a.short)


def _contention(scope: Scope) -> Iterator[PlanProblem]:
    """Yield what events lack although the stock would do for each of them alone."""
    for found, claims in lacking(scope.plan, set(scope.places)):
        yield _contended(scope, found, claims)


def _contended(scope: Scope, found: Contention, claims: Sequence[Claim]) -> PlanProblem:
    plan, say, item_id = scope.plan, scope.say, found.item_id
    events, name = plan.kitchen.events, plan.kitchen.items[item_id].name
    places = [claim.e for claim in claims]
    given = [c for c in found.claims if c.given and (len(places) > 1 or c.e != places[0])]
    others = [f"{say.amount(item_id, c.given)} go to {events[c.e].name}" for c in given[:3]]
    if len(given) > len(others):
        others.append(f"the rest to {len(given) - len(others)} more")
    short = say.amount(item_id, sum((c.short or Fraction(0) for c in claims), Fraction(0)))
    lacks = [f"{events[c.e].name} is short of {say.amount(item_id, c.short)}" for c in claims[:3]]
    if len(claims) > len(lacks):
        lacks.append(f"{len(claims) - len(lacks)} more too")
    who = scope.names(places)
    alone = f"each of {who}" if len(places) > 1 else who
    return PlanProblem(
        "contention",
        who,
        f"{name} would do for {alone}, but others need it too.",
        f"Of {say.amount(item_id, found.stock)} in stock {', '.join(others)}; "
        f"{listed(lacks) if len(claims) <= 3 else ', '.join(lacks)}.",
        f"Get {short} more, or move a date: see the contention view.",
        item_id=item_id,
        **scope.touched(places),
    )


def _carried_too_long(scope: Scope) -> Iterator[PlanProblem]:
    """Yield what an earlier event's batches leave for a later one, if it does not keep so long."""
    plan, looked_at = scope.plan, set(scope.places)
    events = plan.kitchen.events
    lives = _shelf_lives(scope.session)
    for (item_id, source, taker), amount in _carried(plan, lives).items():
        keeps, baked_for, event = lives[item_id], events[source], events[taker]
        wait = (event.date - baked_for.date).days
        if taker not in looked_at or wait <= keeps:
            continue
        name = plan.kitchen.items[item_id].name
        yield PlanProblem(
            "shelf life",
            f"{event.name}, {name}",
            f"{name} keeps {keeps} days, and is baked for {baked_for.name} {wait} days before.",
            f"{scope.say.amount(item_id, amount)} of those {event.name} counts on may be stale.",
            f"Bake them later than {baked_for.name}, or set a batch target for both events.",
            item_id=item_id,
            **scope.touched([taker]),
        )


def _carried(plan: Plan, lives: dict[int, int]) -> dict[tuple[int, int, int], Fraction]:
    """Return what is left over for a later event, by item, event baked for and event it goes to."""
    found: dict[tuple[int, int, int], Fraction] = {}
    for recipe in plan.recipes.values():
        outputs = recipe.recipe.outputs
        if not any(output.item_id in lives for output in outputs):
            continue
        for flow in recipe.flows:
            output = outputs[flow.output]
            if flow.taker in (None, flow.source) or output.amount is None:
                continue
            if output.item_id in lives:
                key = (output.item_id, flow.source, flow.taker or 0)
                amount = Fraction(flow.worth, recipe.scale) * output.amount
                found[key] = found.get(key, Fraction(0)) + amount
    return found


def _shelf_lives(session: Session) -> dict[int, int]:
    query = select(ITEM.c.id, ITEM.c.shelf_life_days).where(ITEM.c.shelf_life_days.is_not(None))
    return {item_id: days for item_id, days in rows_of(session, query) if days is not None}

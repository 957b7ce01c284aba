"""What makes a plan wrong or doubtful: each with its place, its effect and its fix.

What is the same in several events is one problem that names them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from sqlalchemy.orm import Session

from core.planning.contention import Claim, Contention, lacking
from core.planning.plan import Plan
from core.services import saying
from core.services.planning._day_problems import full_days, past_events
from core.services.planning._lot_problems import lots
from core.services.planning._price_problems import prices
from core.services.planning._problem import PlanProblem, Scope, listed
from core.services.planning._target_problems import carried_too_long, targets
from core.services.planning._unknown import Cause, cause_of

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
    "unknown pack",
    "no product",
    "no price",
    "old price",
    "old purchase",
)


def problems(session: Session, plan: Plan, places: Sequence[int]) -> list[PlanProblem]:
    """Return the problems of a plan's events, the worst kinds first, each thing once."""
    scope = Scope(session, plan, places, saying.amounts(session))
    found = [
        *_unknown(scope),
        *_unmakeable(scope),
        *past_events(scope),
        *targets(scope),
        *carried_too_long(scope),
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
        by_cause: dict[Cause, list[int]] = defaultdict(list)
        for e in scope.places:
            if e in item.unsure:
                by_cause[cause_of(scope.session, scope.plan, e, item_id)].append(e)
        for cause, places in by_cause.items():
            yield PlanProblem(
                "unknown",
                scope.names(places),
                f"The amount of {name} is unknown.",
                f"{name} is neither planned nor on the shopping list with a number.",
                cause.fix,
                item_id=item_id,
                about=("item", cause.item_id),
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
        f"{_more(scope, item_id, max(places))}, or move a date: see the contention view.",
        item_id=item_id,
        **scope.touched(places),
    )


def _more(scope: Scope, item_id: int, last: int) -> str:
    """Say how much more of an item covers an event: the free pool covers those before it first."""
    item, kitchen = scope.plan.items[item_id], scope.plan.kitchen
    lacking = sum(net for e, net in item.net.items() if e <= last)
    amount = scope.say.amount(item_id, Fraction(lacking, item.scale))
    verb = "Get" if kitchen.items[item_id].bought else "Make"
    return f"{verb} {amount} more"

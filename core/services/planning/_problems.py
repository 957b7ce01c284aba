"""What makes a plan wrong or doubtful: each with its place, its effect and its fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import today
from core.models import Item, Lot, Product
from core.planning.feasibility import assemblies
from core.services import saying
from core.services._kitchen import EventPlan
from core.services.planning._shopping import shopping
from core.services.planning._unknown import why_unknown
from core.services.planning._views import is_stale
from core.units import from_micro

OLD_PRICE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One thing that makes a plan wrong or doubtful.

    `kind` is unknown, no recipe, empty bundle, short, stale target, expired, expiring, no price,
    no product or old price; `place` is where, `effect` what it does, `fix` what mends it.
    """

    kind: str
    place: str
    message: str
    effect: str
    fix: str
    event_id: int | None = None
    item_id: int | None = None


def problems(session: Session, events: Sequence[EventPlan]) -> list[PlanProblem]:
    """Return the problems of events, the worst kinds first, each thing once."""
    say = saying.amounts(session)
    found: list[PlanProblem] = []
    for event in events:
        if event.place is not None:
            found.extend(_unknown(session, event))
            found.extend(_unmakeable(event, say))
            found.extend(_targets(event, say))
            found.extend(_prices(session, event))
    found.extend(_lots(session, events, say))
    seen: set[tuple[str, int | None, int | None, str]] = set()
    unique = []
    for problem in found:
        key = (problem.kind, problem.event_id, problem.item_id, problem.place)
        if key not in seen:
            seen.add(key)
            unique.append(problem)
    return sorted(unique, key=lambda problem: ORDER.index(problem.kind))


ORDER = (
    "unknown",
    "no recipe",
    "empty bundle",
    "short",
    "stale target",
    "expired",
    "expiring",
    "no product",
    "no price",
    "old price",
)


def _unknown(session: Session, event: EventPlan) -> Iterator[PlanProblem]:
    plan, place = event.plan, event.place or 0
    for item_id, item in plan.items.items():
        if place not in item.unsure or plan.kitchen.items[item_id].always_on_hand:
            continue
        name = plan.kitchen.items[item_id].name
        yield PlanProblem(
            "unknown",
            event.event.name,
            f"The amount of {name} is unknown.",
            f"{name} is neither planned nor on the shopping list with a number.",
            why_unknown(session, event, item_id),
            event.event.id,
            item_id,
        )


def _unmakeable(event: EventPlan, say: saying.Say) -> Iterator[PlanProblem]:
    plan, place = event.plan, event.place or 0
    for item_id in plan.items:
        item = plan.kitchen.items[item_id]
        net = plan.net(item_id, place)
        if not net:
            continue
        if item.kind == "made" and item_id not in plan.made_by:
            yield PlanProblem(
                "no recipe",
                event.event.name,
                f"No recipe makes {item.name}.",
                f"{say.amount(item_id, net)} {item.name} are needed and not planned.",
                f"Add a recipe that makes {item.name}.",
                event.event.id,
                item_id,
            )
        elif item.kind == "bundle" and not plan.kitchen.bundles[item_id]:
            yield PlanProblem(
                "empty bundle",
                event.event.name,
                f"{item.name} holds nothing.",
                f"{say.amount(item_id, net)} are needed, of which nothing is planned.",
                f"Add lines to {item.name}.",
                event.event.id,
                item_id,
            )


def _targets(event: EventPlan, say: saying.Say) -> Iterator[PlanProblem]:
    plan, place = event.plan, event.place or 0
    short_bundles = [
        f"{found.short} {plan.kitchen.items[found.bundle_id].name} short"
        for found in assemblies(plan, place)
        if found.short
    ]
    for recipe_id, target in event.event.targets.items():
        recipe = plan.kitchen.recipes[recipe_id]
        batches = plan.recipes.get(recipe_id)
        if batches is not None and batches.short.get(place):
            yield PlanProblem(
                "short",
                f"{event.event.name}, {recipe.name}",
                f"The target of {say.batches(target.batches)} batches of {recipe.name} is short.",
                "; ".join(short_bundles) or "Loose items will be missing.",
                "Raise the target, or accept the plan.",
                event.event.id,
                recipe.outputs[0].item_id,
            )
        if is_stale(event, recipe_id):
            need = event.alone.batch_need(recipe_id, 0)
            yield PlanProblem(
                "stale target",
                f"{event.event.name}, {recipe.name}",
                f"The target of {say.batches(target.batches)} batches of {recipe.name} is stale.",
                f"It was accepted at a need of {say.batches(target.accepted_need)} batches; "
                f"now {say.batches(need)} are needed.",
                "Accept the plan again, or set the target.",
                event.event.id,
                recipe.outputs[0].item_id,
            )


def _prices(session: Session, event: EventPlan) -> Iterator[PlanProblem]:
    rows = [row for row in shopping(session, event) if row["status"] == "buy"]
    bought = {pack["product_id"] for row in rows for pack in row["packs"]}
    dates = dict(
        session.execute(select(Product.id, Product.priced_on).where(Product.id.in_(bought))).all()
    )
    for row in rows:
        kind = {"no price": "no price"}.get(row["problem"] or "", "no product")
        if row["problem"]:
            yield PlanProblem(
                kind,
                row["item_name"],
                f"{row['item_name']}: {row['problem']}.",
                "The estimated cost leaves it out.",
                f"Set a price on a product of {row['item_name']}, or buy it once.",
                event.event.id,
                row["item_id"],
            )
        for pack in row["packs"]:
            priced_on = dates.get(pack["product_id"])
            if priced_on is not None and today() - priced_on > OLD_PRICE:
                yield PlanProblem(
                    "old price",
                    pack["label"],
                    f"The price of {pack['label']} is from {priced_on.isoformat()}.",
                    "The estimated cost may be too low.",
                    "Look the price up and set it.",
                    event.event.id,
                    row["item_id"],
                )


def _lots(session: Session, events: Sequence[EventPlan], say: saying.Say) -> Iterator[PlanProblem]:
    """Yield expired lots, and lots that expire before the first event that uses them."""
    query = (
        select(Lot.id, Lot.item_id, Lot.left, Lot.expires, Item.name)
        .join(Item, Item.id == Lot.item_id)
        .where(Lot.left > 0, Lot.expires.is_not(None))
        .order_by(Lot.expires, Lot.id)
    )
    open_events = [event for event in events if event.place is not None]
    for lot_id, item_id, left, expires, name in session.execute(query):
        if expires is None:
            continue
        said = say.amount(item_id, from_micro(left))
        if expires < today():
            yield PlanProblem(
                "expired",
                f"lot {lot_id}",
                f"{said} {name} expired on {expires.isoformat()}.",
                "It counts nowhere in the plan.",
                f"Discard lot {lot_id}, or use it by name.",
                None,
                item_id,
            )
            continue
        user = next((e for e in open_events if e.plan.given(item_id, e.place or 0)), None)
        if user is not None and expires < user.event.date:
            yield PlanProblem(
                "expiring",
                f"lot {lot_id}",
                f"{said} {name} expires on {expires.isoformat()}, before {user.event.name}.",
                "It counts in the plan, and must be used by then.",
                "Make what uses it in time, or buy fresh.",
                user.event.id,
                item_id,
            )

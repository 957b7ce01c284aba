"""What makes a plan wrong or doubtful: each with its place, its effect and its fix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import today
from core.models import Item, Lot, Product
from core.planning.feasibility import assemblies
from core.planning.feeds import Stretch, allot
from core.planning.plan import Plan
from core.services import saying
from core.services._kitchen import EventPlan
from core.services.planning._contention import lacking
from core.services.planning._reasons import usable_lots
from core.services.planning._shopping import shopping
from core.services.planning._unknown import why_unknown
from core.services.planning._views import is_stale
from core.session import remembered
from core.units import from_micro

OLD_PRICE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One thing that makes a plan wrong or doubtful.

    `kind` is one of `ORDER`; `place` is where, `effect` what it does, `fix` what mends it. There
    is none for a cycle: a recipe or bundle that would contain itself is refused when it is saved.
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
            found.extend(_prices(session, event, say))
            found.extend(_contention(session, event, say))
            found.extend(_carried_too_long(session, event, say))
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
    "shelf life",
    "contention",
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


def _prices(session: Session, event: EventPlan, say: saying.Say) -> Iterator[PlanProblem]:
    rows = [row for row in shopping(session, event) if row["status"] == "buy"]
    bought = {pack["product_id"] for row in rows for pack in row["packs"]}
    dates = dict(
        session.execute(select(Product.id, Product.priced_on).where(Product.id.in_(bought))).all()
    )
    for row in rows:
        name = row["item_name"]
        if row["problem"]:
            kind = "no price" if row["problem"] == "no price" else "no product"
            fix = (
                f"Add a product of {name}, or buy it once."
                if kind == "no product"
                else f"Set a price on a product of {name}, or buy it once."
            )
            yield PlanProblem(
                kind,
                name,
                f"{name}: {row['problem']}.",
                f"The estimated cost leaves out {say.amount(row['item_id'], row['to_buy'])} of it.",
                fix,
                event.event.id,
                row["item_id"],
            )
        for pack in row["packs"]:
            priced_on = dates.get(pack["product_id"])
            if priced_on is not None and today() - priced_on > OLD_PRICE:
                days = (today() - priced_on).days
                yield PlanProblem(
                    "old price",
                    pack["label"],
                    f"The price of {pack['label']} is from {priced_on.isoformat()}.",
                    f"{say.money(pack['cost'])} of the estimated cost rest on a price that is "
                    f"{days} days old.",
                    "Look the price up and set it.",
                    event.event.id,
                    row["item_id"],
                )


def _contention(session: Session, event: EventPlan, say: saying.Say) -> Iterator[PlanProblem]:
    """Yield what the event lacks although the stock would do for it alone."""
    plan = event.plan
    for found, claim in lacking(session, event.place or 0):
        others = [
            f"{say.amount(found.item_id, other.given)} go to {plan.kitchen.events[other.e].name}"
            for other in found.claims
            if other.e != claim.e and other.given
        ]
        name = plan.kitchen.items[found.item_id].name
        short = say.amount(found.item_id, claim.short)
        yield PlanProblem(
            "contention",
            event.event.name,
            f"{name} would do for {event.event.name}, but others need it too.",
            f"Of {say.amount(found.item_id, found.stock)} in stock {', '.join(others)}; "
            f"{event.event.name} is short of {short}.",
            f"Get {short} more, or move a date: see the contention view.",
            event.event.id,
            found.item_id,
        )


def _carried_too_long(session: Session, event: EventPlan, say: saying.Say) -> Iterator[PlanProblem]:
    """Yield what an earlier event's batches leave for this one, if it does not keep that long."""
    plan = event.plan
    lives = _shelf_lives(session)
    carried = remembered(session, "carried", lambda: _carried(plan)).get(event.place or 0, {})
    for (item_id, source), amount in carried.items():
        baked_for = plan.kitchen.events[source]
        wait = (event.event.date - baked_for.date).days
        keeps = lives.get(item_id)
        if keeps is None or wait <= keeps:
            continue
        name = plan.kitchen.items[item_id].name
        yield PlanProblem(
            "shelf life",
            f"{event.event.name}, {name}",
            f"{name} keeps {keeps} days, and is baked for {baked_for.name} {wait} days before.",
            f"{say.amount(item_id, amount)} of those {event.event.name} counts on may be stale.",
            f"Bake them later than {baked_for.name}, or set a batch target for both events.",
            event.event.id,
            item_id,
        )


Carried = dict[tuple[int, int], Fraction]
"""By item and the event it is baked for, what is left over for a later event."""


def _carried(plan: Plan) -> dict[int, Carried]:
    found: dict[int, Carried] = defaultdict(dict)
    for recipe in plan.recipes.values():
        for flow in recipe.flows:
            output = recipe.recipe.outputs[flow.output]
            if flow.taker is not None and flow.source != flow.taker and output.amount is not None:
                key = (output.item_id, flow.source)
                amount = Fraction(flow.worth, recipe.scale) * output.amount
                rows = found[flow.taker]
                rows[key] = rows.get(key, Fraction(0)) + amount
    return found


def _shelf_lives(session: Session) -> dict[int, int | None]:
    query = select(Item.id, Item.shelf_life_days).where(Item.shelf_life_days.is_not(None))
    return remembered(session, "shelf lives", lambda: dict(session.execute(query).all()))


def _lots(session: Session, events: Sequence[EventPlan], say: saying.Say) -> Iterator[PlanProblem]:
    """Yield expired lots, and lots that expire before an event that the plan gives them to."""
    query = (
        select(Lot.id, Lot.item_id, Lot.left, Lot.expires, Item.name)
        .join(Item, Item.id == Lot.item_id)
        .where(Lot.left > 0, Lot.expires.is_not(None))
        .order_by(Lot.expires, Lot.id)
    )
    dated = session.execute(query).all()
    for lot_id, item_id, left, expires, name in dated:
        if expires is not None and expires < today():
            yield PlanProblem(
                "expired",
                f"lot {lot_id}",
                f"{say.amount(item_id, from_micro(left))} {name} expired on {expires.isoformat()}.",
                "It counts nowhere in the plan.",
                f"Discard lot {lot_id}.",
                None,
                item_id,
            )
    places = {event.place for event in events if event.place is not None}
    if not places:
        return
    plan = events[0].plan
    last = max(plan.kitchen.events[place].date for place in places)
    soon = {row.id: row for row in dated if row.expires and today() <= row.expires < last}
    lots = usable_lots(session, {row.item_id for row in soon.values()})
    for item_id, shares in lots.items():
        given = allot(plan, item_id, shares)
        for lot_id in (share.id for share in shares if share.id in soon):
            yield from _expiring(plan, soon[lot_id], given[lot_id], places, say)


def _expiring(
    plan: Plan, lot: Any, stretches: Sequence[Stretch], places: set[int], say: saying.Say
) -> Iterator[PlanProblem]:
    for stretch in stretches:
        if stretch.e is None or stretch.e not in places:
            continue
        event = plan.kitchen.events[stretch.e]
        if lot.expires >= event.date:
            continue
        amount = say.amount(lot.item_id, stretch.high - stretch.low)
        wait = (event.date - lot.expires).days
        made = not plan.kitchen.items[lot.item_id].bought
        yield PlanProblem(
            "expiring",
            f"lot {lot.id}",
            f"{amount} {lot.name} for {event.name} expire on {lot.expires.isoformat()}, "
            f"{wait} days before it.",
            f"{event.name} counts on {amount} that "
            + ("will not keep until then." if made else "must be used by then."),
            "Make it again nearer to the day."
            if made
            else "Make what uses it in time, or buy fresh.",
            event.id,
            lot.item_id,
        )

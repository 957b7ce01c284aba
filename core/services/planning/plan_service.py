"""The one plan: what all open events need, why, what is wrong with it, and batch targets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlalchemy.orm import Session

from core.errors import ItemNotFound, LotNotFound, RecipeNotFound, RuleBroken
from core.planning.netting import make_plan, produced_batches
from core.planning.plan import Plan
from core.planning.why import Reason, explain_batches, explain_item
from core.schema import ITEM, LOT, RECIPE
from core.services import event_service
from core.services._kitchen import EventPlan, load_made, no_collecting, planned
from core.services._naming import find
from core.services._reading import row_of
from core.services.planning import _problems
from core.services.planning._problem import PlanProblem
from core.services.planning._views import find_event, is_stale
from core.session import reading, writing
from core.units import Amount, exact

if TYPE_CHECKING:
    from core.documents import EventDoc, TargetDoc
    from core.services.rows.journal import ChangeRow
    from core.services.rows.plan import ContendedItem, PlanView

__all__ = [
    "PlanProblem",
    "Reason",
    "accept_targets",
    "contention",
    "explain",
    "explain_feeds",
    "explain_line",
    "explain_purchase",
    "get_plan",
    "get_plan_through",
    "problems",
    "set_target",
]


def get_plan(session: Session | None = None) -> PlanView:
    """Return the plan of all open events, by (date, slug)."""
    from core.services.planning._plan_view import view_of

    with no_collecting(), reading(session) as reader:
        return view_of(reader, planned(reader))


def get_plan_through(through: date, session: Session | None = None) -> PlanView:
    """Return the plan of the open events up to a day; later ones are left out of it.

    Lots kept for later events stay kept for them.
    """
    from core.services.planning._plan_view import view_of

    with no_collecting(), reading(session) as reader:
        kitchen = planned(reader).kitchen
        events = tuple(event for event in kitchen.events if event.date <= through)
        ids = {event.id for event in events}
        kept = {
            item_id: {event_id: left for event_id, left in lots.items() if event_id in ids}
            for item_id, lots in kitchen.kept.items()
        }
        return view_of(reader, make_plan(replace(kitchen, events=events, kept=kept)))


def explain(event_id: int, item: int | str, session: Session | None = None) -> Reason:
    """Explain what an event needs of an item beyond stock, down to its event lines.

    The parts of each number add up to it exactly; see `core.planning.why`.

    Raises:
        EventNotFound, ItemNotFound: No such event or item.
        Ambiguous: Several items have this in their names.
        RuleBroken: The event is not open, so that nothing is planned for it.
    """
    with reading(session) as reader:
        found, place = _open(reader, event_id)
        item_id = _item_id(reader, item)
        return _explained(reader, found, item_id, place)


def explain_purchase(
    event_id: int, item: int | str, *, packs: str = "preferred", session: Session | None = None
) -> Reason:
    """Explain what an event buys or makes of an item: the packs or batches of it, and why.

    They are what is missing and what is left over of them. Where there are none, or nothing says
    how it is sold, it is the same as `explain`.

    Raises:
        EventNotFound, ItemNotFound: No such event or item.
        Ambiguous: Several items have this in their names.
        RuleBroken: The event is not open.
    """
    from core.services.planning import _reasons

    with reading(session) as reader:
        found, place = _open(reader, event_id)
        item_id = _item_id(reader, item)
        reason = _explained(reader, found, item_id, place)
        if reason.kind == "make":
            notes = _reasons.losses(reader, found.event.id)
            return _in_batches(found.plan, item_id, place, notes) or reason
        return _reasons.in_packs(reader, found, item_id, reason, packs)


def explain_feeds(
    item: int | str | None = None,
    *,
    lot_id: int | None = None,
    event_id: int | None = None,
    session: Session | None = None,
) -> Reason:
    """Say where a lot, or all that is needed of an item, goes: up to the event lines.

    Lots are taken in the order in which they would be used. An item's needs are those of one
    event, or of all open ones. The amounts add up exactly; see `core.planning.feeds`.

    Raises:
        ItemNotFound, LotNotFound, EventNotFound: No such thing.
        Ambiguous: Several items have this in their names.
        RuleBroken: Neither or both of item and lot, an event that is not open, an empty lot.
    """
    from core.planning.feeds import feeds_of_item, feeds_of_lot
    from core.services.planning import _reasons

    with reading(session) as reader:
        if (item is None) == (lot_id is None):
            raise RuleBroken("Name either an item or a lot.")
        if lot_id is not None:
            lot = row_of(reader, LOT, lot_id)
            if lot is None:
                raise LotNotFound(lot_id)
            lots = _reasons.usable_lots(reader, [lot.item_id])[lot.item_id]
            if lot_id not in [share.id for share in lots]:
                raise RuleBroken(f"Lot L{lot_id} is empty or expired, so it feeds nothing.")
            return feeds_of_lot(planned(reader), lot.item_id, lots, lot_id)
        item_id = _item_id(reader, item or "")
        place = None if event_id is None else _open(reader, event_id)[1]
        return feeds_of_item(planned(reader), item_id, place)


def explain_line(event_id: int, item: int | str, session: Session | None = None) -> Reason:
    """Say what an event's lines of an item take: bundles, batches, stock, and what to buy.

    Raises:
        EventNotFound, ItemNotFound: No such event or item.
        Ambiguous: Several items have this in their names.
        RuleBroken: The event is not open, or has no line for the item.
    """
    from core.planning.feeds import needs_of_line

    with reading(session) as reader:
        found, place = _open(reader, event_id)
        item_id = _item_id(reader, item)
        if item_id not in {line.item_id for line in found.event.lines}:
            name = found.plan.kitchen.items[item_id].name
            raise RuleBroken(f"{found.event.name} has no line for {name}.")
        return needs_of_line(found.plan, item_id, place)


def _explained(session: Session, found: EventPlan, item_id: int, place: int) -> Reason:
    from core.services.planning import _reasons

    notes = _reasons.losses(session, found.event.id)
    return explain_item(found.plan, item_id, place, notes)


def _in_batches(plan: Plan, item_id: int, place: int, notes: Mapping[int, str]) -> Reason | None:
    """Explain the batches that make an item; None where it asks for none."""
    recipe = plan.made_by.get(item_id)
    if recipe is None or recipe.id not in plan.recipes:
        return None
    reason = explain_batches(plan, recipe.id, place, notes)
    return reason if reason.parts else None


def _item_id(session: Session, item: int | str) -> int:
    """Return the id of an item; one that is an id of the kitchen is taken as it is."""
    if isinstance(item, int) and item in planned(session).kitchen.items:
        return item
    return find(session, ITEM, item, ItemNotFound)


def _open(session: Session, event_id: int) -> tuple[EventPlan, int]:
    found = find_event(session, event_id)
    if found.place is None:
        raise RuleBroken(f"{found.event.name} is not open, so nothing is planned for it.")
    return found, found.place


def contention(*, moves: bool = True, session: Session | None = None) -> list[ContendedItem]:
    """Return the items that several open events want of one stock, those that run out first.

    It says who gets what, when it runs out and, with `moves`, what serving an event before or
    after its neighbour would change. That is planned anew for each, so it is bounded: in a big
    kitchen the last items are without (`core.planning.contention`).
    """
    from core.services.planning import _contention

    with no_collecting(), reading(session) as reader:
        return _contention.read(reader, moves=moves)


def problems(event_id: int | None = None, session: Session | None = None) -> list[PlanProblem]:
    """Return what makes the plan wrong or doubtful, of one event or of all open ones.

    What is the same in several events is one problem that names them.

    Raises:
        EventNotFound: No such event.
    """
    with no_collecting(), reading(session) as reader:
        plan = planned(reader)
        if event_id is None:
            return _problems.problems(reader, plan, range(len(plan.kitchen.events)))
        place = find_event(reader, event_id).place
        return _problems.problems(reader, plan, [] if place is None else [place])


# -- batch targets --------------------------------------------------------------------------------


def set_target(
    event_id: int,
    recipe_id: int,
    batches: int | Decimal | Fraction | str | None,
    *,
    short_ok: bool = False,
    session: Session | None = None,
) -> ChangeRow:
    """Decide on the batches of a recipe for an event; None takes the decision away.

    The target remembers the gross need it was accepted at (domain.md §3.6).

    Raises:
        EventNotFound, RecipeNotFound: No such event or recipe.
        AmountError: Batches that cannot be read, or out of bounds.
        RuleBroken: Not a multiple of the recipe's batch step.
    """
    from core.services._writing import batches_of

    with writing(session) as writer:
        found = find_event(writer, event_id)
        recipe = row_of(writer, RECIPE, recipe_id)
        if recipe is None:
            raise RecipeNotFound(recipe_id)
        doc = event_service.get_event(event_id, session=writer)
        doc.targets = [target for target in doc.targets if target.recipe != recipe.slug]
        wanted = None
        if batches is not None:
            wanted = batches_of(batches, recipe.name, recipe.batch_step, allow_zero=True)
            doc.targets.append(_target(found, recipe_id, recipe.slug, wanted, short_ok))
        said = "no target" if wanted is None else f"{exact(Amount(wanted, None))} batches"
        return _save(writer, doc, f"{doc.name}: {said} of {recipe.name}")


def accept_targets(event_id: int, session: Session | None = None) -> ChangeRow:
    """Accept the planned batches of an event as its targets, replacing stale ones.

    A target that still allows to be short stays as it is while its need is the same.

    Raises:
        EventNotFound: No such event.
        RuleBroken: The event is not open, or a number of batches is unknown.
    """
    with writing(session) as writer:
        found = find_event(writer, event_id)
        if found.place is None:
            raise RuleBroken(f"{found.event.name} is not open, so nothing is planned for it.")
        doc = event_service.get_event(event_id, session=writer)
        kept = {
            recipe_id: target
            for recipe_id, target in found.event.targets.items()
            if target.short_ok and not is_stale(found, recipe_id)
        }
        kitchen = found.plan.kitchen
        good = load_made(writer, event_id).good
        targets = [t for t in doc.targets if t.recipe in {kitchen.recipes[r].slug for r in kept}]
        for recipe_id in found.alone.recipes:
            recipe = kitchen.recipes[recipe_id]
            if recipe_id in kept or found.alone.batches(recipe_id, 0) == 0:
                continue
            batches = found.plan.batches(recipe_id, found.place)
            produced = produced_batches(good, recipe)
            if batches is None or produced is None:
                raise RuleBroken(
                    f"The batches of {recipe.name} are unknown; mend the problem first."
                )
            wanted = batches + -(-produced // recipe.step) * recipe.step
            targets.append(_target(found, recipe_id, recipe.slug, wanted, False))
        doc.targets = targets
        return _save(writer, doc, f"Accepted the plan of {doc.name}")


def _target(
    found: EventPlan, recipe_id: int, slug: str, batches: Fraction, short_ok: bool
) -> TargetDoc:
    from core.documents import TargetDoc

    need = found.alone.batch_need(recipe_id, 0)
    return TargetDoc(
        recipe=slug,
        batches=exact(Amount(batches, None)),
        short_ok=short_ok,
        accepted_need=None if need is None else exact(Amount(need, None)),
    )


def _save(session: Session, doc: EventDoc, summary: str) -> ChangeRow:
    doc.targets.sort(key=lambda target: target.recipe)
    return event_service.save_event(doc, summary=summary, session=session)

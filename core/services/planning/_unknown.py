"""Saying why an amount is unknown, and the fix (domain.md §2)."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from core.planning.plan import Plan
from core.services._facts import item_facts
from core.services._kitchen import EventPlan
from core.units import missing_fact, parse_amount


class Cause(NamedTuple):
    """What makes an amount unknown: the item that lacks a fact, and what mends it, in words."""

    item_id: int
    fix: str


def why_unknown(session: Session, found: EventPlan, item_id: int) -> str:
    """Say which line makes an item's need unknown for an open event, and how to mend it."""
    return cause_of(session, found.plan, found.place or 0, item_id).fix


def cause_of(session: Session, plan: Plan, e: int, item_id: int) -> Cause:
    """Say which line makes an item's need unknown for an event of the plan, and how to mend it."""
    own = _unknown_line(session, plan, e, item_id)
    if own is not None:
        return Cause(item_id, own)
    # Nothing wrong with its own lines: what asks for it, or shares its stock, is unknown itself.
    for kind, key, _ in plan.users.get(item_id, ()):
        unknown = e in (plan.recipes[key].unknown if kind == "recipe" else plan.items[key].unsure)
        if not unknown:
            continue
        makes = (
            [line.item_id for line in plan.kitchen.recipes[key].outputs]
            if kind == "recipe"
            else [key]
        )
        for made in makes:
            if made in plan.items and e in plan.items[made].unsure:
                return cause_of(session, plan, e, made)
        # It knows what is wanted of it and not how many batches that takes.
        for made in makes:
            yields = _unknown_line(session, plan, e, made)
            if yields is not None:
                return Cause(made, yields)
    others = [other for other in sorted(plan.items[item_id].unknown) if other != e]
    if e not in plan.items[item_id].unknown and others:
        return cause_of(session, plan, others[0], item_id)
    return Cause(item_id, "another event takes an unknown amount of it")


def _unknown_line(session: Session, plan: Plan, e: int, item_id: int) -> str | None:
    """Say which line of a recipe, a bundle or the event has an unknown amount of an item."""
    kitchen = plan.kitchen
    name = kitchen.items[item_id].name
    lines = [
        (kitchen.recipes[key].name if kind == "recipe" else kitchen.items[key].name, line)
        for kind, key, line in plan.users.get(item_id, ())
    ]
    maker = plan.made_by.get(item_id)
    if maker is not None:
        lines += [(maker.name, line) for line in maker.outputs if line.item_id == item_id]
    for owner, line in lines:
        if line.amount is None:
            return f"{owner}, line '{line.entered} {name}': " + _fix(session, item_id, line.entered)
    for wanted in kitchen.events[e].lines:
        if wanted.item_id == item_id and wanted.quantity is None:
            return f"event line '{wanted.entered}': {_fix(session, item_id, wanted.entered)}"
    return None


def _fix(session: Session, item_id: int, entered: str) -> str:
    return missing_fact(parse_amount(entered).unit, item_facts(session)[item_id])

"""Saying why an amount is unknown, and the fix (domain.md §2)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.models import Item
from core.services._kitchen import EventPlan
from core.services._writing import facts_of
from core.units import missing_fact, parse_amount


def why_unknown(session: Session, found: EventPlan, item_id: int) -> str:
    """Say which line makes an item's need unknown, and how to mend it."""
    plan = found.plan
    place = found.place or 0
    own = _unknown_line(session, found, item_id)
    if own is not None:
        return own
    # Nothing wrong with its own lines: what asks for it, or shares its stock, is unknown itself.
    for kind, key in plan.order:
        lines = (
            plan.kitchen.recipes[key].lines
            if kind == "recipe"
            else plan.kitchen.bundles.get(key, ())
        )
        if any(line.item_id == item_id for line in lines):
            cause = (
                place in plan.recipes[key].unknown
                if kind == "recipe"
                else place in plan.items[key].unsure
            )
            if cause:
                makes = (
                    [line.item_id for line in plan.kitchen.recipes[key].outputs]
                    if kind == "recipe"
                    else [key]
                )
                for made in makes:
                    if made in plan.items and place in plan.items[made].unsure:
                        return why_unknown(session, found, made)
                # It knows what is wanted of it and not how many batches that takes.
                for made in makes:
                    yields = _unknown_line(session, found, made)
                    if yields is not None:
                        return yields
    return "another event takes an unknown amount of it"


def _unknown_line(session: Session, found: EventPlan, item_id: int) -> str | None:
    plan = found.plan
    for kind, key in plan.order:
        if kind == "recipe":
            recipe = plan.kitchen.recipes[key]
            lines, name = (*recipe.lines, *recipe.outputs), recipe.name
        elif key in plan.kitchen.bundles:
            lines, name = plan.kitchen.bundles[key], plan.kitchen.items[key].name
        else:
            continue
        for line in lines:
            if line.item_id == item_id and line.amount is None:
                return f"{name}, line '{line.entered} {plan.kitchen.items[item_id].name}': " + (
                    _fix(session, item_id, line.entered)
                )
    for line_ in found.event.lines:
        if line_.item_id == item_id and line_.quantity is None:
            return f"event line '{line_.entered}': {_fix(session, item_id, line_.entered)}"
    return None


def _fix(session: Session, item_id: int, entered: str) -> str:
    item = session.get_one(Item, item_id)
    return missing_fact(parse_amount(entered).unit or item.unit, facts_of(session, item))

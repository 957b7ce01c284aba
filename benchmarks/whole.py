"""The plan with all that can be asked of it, which is what both databases are measured by."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.planning.plan import Plan
from core.services._kitchen import no_collecting, planned_anew


def whole_plan(session: Session) -> Plan:
    """Load and plan, with every item netted and every batch's output followed to its taker.

    Garbage is not collected meanwhile, as where `plan_service` gives the plan.
    """
    with no_collecting():
        plan = planned_anew(session)
        for item in plan.items.values():
            assert item.scale
        for recipe in plan.recipes.values():
            assert recipe.flows is not None
        return plan

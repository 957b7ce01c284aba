"""The check of the plan: unknown amounts, stale targets, expired lots, missing prices."""

from __future__ import annotations

from bakehouse.plugin import Finding, Ref, ViewContext
from core.services.planning import plan_service
from core.services.planning.plan_service import PlanProblem


def check(ctx: ViewContext) -> list[Finding]:
    """Return what is wrong with the plan of the event, or of all open events."""
    problems = plan_service.problems(ctx.event_id, session=ctx.session)
    return [
        Finding(
            kind=problem.kind,
            place=problem.place,
            message=problem.message,
            effect=problem.effect,
            fix=problem.fix,
            about=_about(problem),
            event_id=problem.event_id,
            event_ids=problem.event_ids,
        )
        for problem in problems
    ]


def _about(problem: PlanProblem) -> Ref | None:
    if problem.about is not None:
        return Ref(*problem.about)
    if problem.item_id is not None:
        return Ref("item", problem.item_id)
    return None if problem.event_id is None else Ref("event", problem.event_id)

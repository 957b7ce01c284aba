"""What if: steps tried in a rehearsal, and what they would change; or kept as one entry.

A step is a command with its arguments as text: another quantity (`event line`), a batch target, a
date (`event set`), a lost batch (`make` with losses), a price (`product set`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from sqlalchemy.orm import Session

from core.commands.differences import Difference, watch
from core.commands.model import Given
from core.commands.registry import command, run
from core.errors import RuleBroken
from core.services._journal import STEPS, recording
from core.services._kitchen import no_collecting
from core.services._rows import change_row
from core.services.planning import plan_service
from core.services.planning.plan_service import PlanProblem
from core.services.planning.shapes import EventProgress
from core.services.rows.journal import ChangeRow
from core.session import rehearsal, writing


class Step(Struct, frozen=True):
    """A command by its name, with its arguments as people type them."""

    command: str
    values: Mapping[str, Given] = field(default_factory=dict)


class WhatIf(Struct, frozen=True):
    """What steps would do to the open events, or to one event.

    `change` is the entry they would be. `events` are the three views of each event after the
    steps; `solved` and `new` the problems that go and come, `changed` those that stay and say
    something else. `differences` compare with now.
    """

    change: ChangeRow
    events: tuple[EventProgress, ...]
    problems: tuple[PlanProblem, ...]
    solved: tuple[PlanProblem, ...]
    new: tuple[PlanProblem, ...]
    differences: tuple[Difference, ...]
    changed: tuple[PlanProblem, ...] = ()


def what_if(steps: Sequence[Step], *, event_id: int | None = None) -> WhatIf:
    """Try steps in a rehearsal and return what they would change; nothing is kept.

    With `event_id` only that event is looked at, else all open ones. Raises what a step raises.
    """
    with no_collecting(), rehearsal() as session:
        return what_if_on(session, steps, event_id=event_id)


def what_if_on(session: Session, steps: Sequence[Step], *, event_id: int | None = None) -> WhatIf:
    """Do steps on a rehearsal's session, and say what they changed."""
    before = plan_service.problems(event_id, session=session)
    watched = watch(session, lambda: keep(steps, session=session), event_id)
    after = plan_service.problems(event_id, session=session)
    were, are = set(map(_identity, before)), set(map(_identity, after))
    told = [problem for problem in after if problem not in before]
    return WhatIf(
        watched.change,
        watched.events,
        tuple(after),
        tuple(problem for problem in before if _identity(problem) not in are),
        tuple(problem for problem in told if _identity(problem) not in were),
        watched.differences,
        tuple(problem for problem in told if _identity(problem) in were),
    )


def _identity(problem: PlanProblem) -> tuple[object, ...]:
    """Return what makes it the same problem, whatever numbers it says."""
    return problem.kind, problem.item_id, problem.event_id, problem.place


def keep(
    steps: Sequence[Step], *, summary: str | None = None, session: Session | None = None
) -> ChangeRow:
    """Do steps one after the other, all or nothing, as one entry that one undo takes back.

    The entry's summary is those of the steps, after `summary` if one is given.

    Raises:
        RuleBroken: No step, or one that is an undo.
        CommandNotFound: No such command; and what a step itself raises.
    """
    if not steps:
        raise RuleBroken("There is no step to do.")
    for step in steps:
        command(step.command)
    with writing(session) as writer:
        if len(steps) == 1 and summary is None:
            return run(steps[0].command, steps[0].values, writer)
        with recording(writer, STEPS, f"{summary}: " if summary else "") as change:
            for step in steps:
                run(step.command, step.values, writer)
        return change_row(change)

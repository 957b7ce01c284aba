"""Reading everything the workspace shows, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bakehouse.plugin import Area
from core.errors import EventNotFound
from core.services import event_service
from core.services.planning import plan_service
from core.services.planning.plan_service import PlanProblem
from core.services.planning.progress import get_event_progress
from core.services.planning.shapes import EventProgress
from core.services.rows import EventRow
from core.session import KitchenSession
from plugins.host import Failure, Host, Loaded, View
from tui.screens.base import Again

SHOPPING = "shopping"
MAIN = ("production", "assembly", SHOPPING)
"""The plugins whose views are read with every refresh, since one plan gives all of them."""


def is_main(view: View) -> bool:
    """Tell whether a view is one of those that the workspace shows together."""
    return view.builtin and view.plugin in MAIN


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of an event: all of it from one revision.

    `outcomes` has what each view that was asked for returned; `others` are the ids of all events
    in order, this one included.
    """

    event: EventRow
    progress: EventProgress
    problems: tuple[PlanProblem, ...]
    views: tuple[View, ...]
    outcomes: dict[str, Loaded | Failure]
    others: tuple[int, ...]


def read_snapshot(
    host: Host,
    session: KitchenSession,
    event_id: int,
    wanted: Collection[str],
    on_stuck: Callable[[Failure], None],
) -> Snapshot:
    """Read an event and, one after the other, the main views and those in `wanted`.

    Raises:
        EventNotFound: The event is not there any more.
        Again: A view broke the session; the host will not run it again.
    """
    events = event_service.list_events(session, archived=True)
    event = next((row for row in events if row.id == event_id), None)
    if event is None:
        raise EventNotFound(event_id)
    progress = get_event_progress(event_id, session=session)
    problems = plan_service.problems(event_id, session=session)
    views = tuple(sorted(host.views(Area.EVENT), key=lambda view: not is_main(view)))
    outcomes: dict[str, Loaded | Failure] = {}
    for view in views:
        if is_main(view) or view.id in wanted:
            outcomes[view.id] = outcome = host.load(view, session, event_id, on_stuck=on_stuck)
            if isinstance(outcome, Failure) and outcome.session_lost:
                raise Again
    others = tuple(row.id for row in events if not row.archived or row.id == event_id)
    return Snapshot(event, progress, tuple(problems), views, outcomes, others)

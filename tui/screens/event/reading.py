"""Reading everything the workspace shows, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bakehouse.plugin import Area
from core.errors import EventNotFound
from core.services import event_service, saying
from core.services.planning.progress import get_event_progress
from core.session import KitchenSession
from plugins.host import Failure, Host, Loaded, View
from tui.screens.base import Again
from tui.screens.problems.reading import read_problems

if TYPE_CHECKING:
    from bakehouse.plugin import Finding
    from core.commands.trying import Replayed, Try
    from core.services.planning.shapes import EventProgress
    from core.services.rows.events import EventRow

SHOPPING = "shopping"
MAIN = ("production", "assembly", SHOPPING)
"""The plugins whose views are read with every refresh, since one plan gives all of them."""
ELSEWHERE = ("problems", "stock")
"""The plugins whose views have screens of their own."""


def is_main(view: View) -> bool:
    """Tell whether a view is one of those that the workspace shows together."""
    return view.builtin and view.plugin in MAIN


def views_of(host: Host) -> tuple[View, ...]:
    """Return what the workspace shows: the main views, others of an event, of the whole kitchen."""
    shown = [view for view in host.views() if not (view.builtin and view.plugin in ELSEWHERE)]
    return tuple(
        sorted(shown, key=lambda view: (not is_main(view), view.spec.area is Area.KITCHEN))
    )


class Snapshot(Struct, frozen=True):
    """One state of an event: all of it from one revision.

    `outcomes` has what each view that was asked for returned; `others` are the ids of all events
    in order, this one included. In a what-if, `before` is the state that it started from, of
    revision `revision`, and the tables of `outcomes` say how far each number is from there.
    """

    event: EventRow
    progress: EventProgress
    problems: tuple[Finding, ...]
    views: tuple[View, ...]
    outcomes: dict[str, Loaded | Failure]
    others: tuple[int, ...]
    revision: int
    before: Snapshot | None = None
    replayed: Replayed | None = None

    @property
    def kept(self) -> Snapshot:
        """The state that is not only tried."""
        return self if self.before is None else self.before

    def is_of_state(self, other: Snapshot) -> bool:
        """Tell whether another snapshot is of the same event in the same state, nothing tried."""
        tried = self.replayed is not None or other.replayed is not None
        own, others = ((each.event.id, each.revision) for each in (self, other))
        return own == others and not tried


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
        Again: A view or a check broke the session; the host will not run it again.
    """
    events = event_service.list_events(session, archived=True)
    event = next((row for row in events if row.id == event_id), None)
    if event is None:
        raise EventNotFound(event_id)
    progress = get_event_progress(event_id, session=session)
    views = views_of(host)
    outcomes: dict[str, Loaded | Failure] = {}
    for view in views:
        if is_main(view) or view.id in wanted:
            outcomes[view.id] = outcome = host.load(view, session, event_id, on_stuck=on_stuck)
            if isinstance(outcome, Failure) and outcome.session_lost:
                raise Again
    problems = read_problems(host, session, event_id, on_stuck)
    others = tuple(row.id for row in events if not row.archived or row.id == event_id)
    return Snapshot(event, progress, problems, views, outcomes, others, session.revision)


def rehearse_snapshot(
    host: Host,
    session: KitchenSession,
    event_id: int,
    wanted: Collection[str],
    on_stuck: Callable[[Failure], None],
    tries: Sequence[Try],
    known: Snapshot | None,
) -> Snapshot:
    """Read an event in a rehearsal after what is tried, compared with how it is now.

    `known` is the last state read; where it is not the one of now, that is read first.

    Raises:
        EventNotFound: The event is not there any more.
        Again: A view broke the session.
    """
    from core.commands.trying import replay

    before = known
    if before is None or not _covers(before, session, event_id, wanted):
        before = read_snapshot(host, session, event_id, wanted, on_stuck)
    replayed = replay(session, tries)
    after = read_snapshot(host, session, event_id, wanted, on_stuck)
    return replace(
        after,
        outcomes=_compared(before.outcomes, after.outcomes, session),
        revision=session.revision,
        before=before,
        replayed=replayed,
    )


def _covers(
    known: Snapshot, session: KitchenSession, event_id: int, wanted: Collection[str]
) -> bool:
    """Tell whether a state that was read is that of now, with all views that are wanted."""
    return (
        known.revision == session.revision
        and known.event.id == event_id
        and all(view in known.outcomes for view in wanted)
    )


def _compared(
    before: Mapping[str, Loaded | Failure],
    after: Mapping[str, Loaded | Failure],
    session: KitchenSession,
) -> dict[str, Loaded | Failure]:
    from tui.screens.event.comparing import compared

    say = saying.amounts(session)
    found: dict[str, Loaded | Failure] = {}
    for view_id, outcome in after.items():
        was = before.get(view_id)
        if isinstance(outcome, Loaded) and isinstance(was, Loaded):
            outcome = replace(outcome, data=compared(was.data, outcome.data, say))
        found[view_id] = outcome
    return found

"""Reading every event and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from bakehouse.plugin import Cell, Column, Finding, Ref, Row, RowStyle, Table
from core import clock
from core.services import catalog_service, event_service
from core.services.planning.standings import Standing, get_standings
from core.services.rows.events import EventRow
from core.session import KitchenSession
from plugins.host import Host
from plugins.jobs import OnStuck
from tui.screens.problems.reading import read_problems
from tui.widgets.days import days_left

OPEN = ("planned", "started")
COLUMNS = (
    Column("days", "Left", width=12, priority=0),
    Column("event", width=24, priority=0),
    Column("date", kind="date", priority=3),
    Column("state", "State", priority=2),
    Column("baked", "Baked", "percent", width=15, priority=1, align="left"),
    Column("assembled", "Assembled", "percent", width=15, priority=1, align="left"),
    Column("bought", "Bought", "percent", width=15, priority=1, align="left"),
    Column("shared", "Shared", priority=1),
    Column("status", "Needs", "status", priority=0),
)


class Home(Struct, frozen=True):
    """Every event, how many are open, and whether the kitchen holds anything at all.

    The rows are made where they are read: what they are made from is far more than they are, and
    letting go of it would hold up the screen.
    """

    events: tuple[EventRow, ...]
    coming: int
    table: Table
    items: int


class _Line(Struct, frozen=True):
    """One event of the list; `standing` is None once it is over."""

    event: EventRow
    standing: Standing | None
    problems: int
    contended: int
    """How many items would do for it alone, but other events need them too."""


def read_home(
    host: Host, session: KitchenSession, on_stuck: OnStuck, *, archived: bool = False
) -> Home:
    """Read all events, what is next first and what is over last; the open ones with their state.

    With `archived` those that are put away too.

    Raises:
        Again: A check broke the session; the host will not run it again.
    """
    today = clock.today()
    events = event_service.list_events(session, archived=archived)
    coming = [event for event in events if event.status in OPEN]
    over = [event for event in events if event.status not in OPEN]
    standings = {each.event_id: each for each in get_standings(session)} if coming else {}
    findings = read_problems(host, session, None, on_stuck) if coming else ()
    lines = [
        _line(event, standings.get(event.id), findings) for event in [*coming, *reversed(over)]
    ]
    table = Table(
        COLUMNS, [_row(line, today) for line in lines], empty="No event yet; n makes one."
    )
    items = 1 if events else len(catalog_service.list_items(session))
    return Home(tuple(events), len(coming), table, items)


def _line(event: EventRow, standing: Standing | None, findings: Sequence[Finding]) -> _Line:
    kinds = [] if standing is None else [each.kind for each in findings if each.concerns(event.id)]
    return _Line(event, standing, len(kinds), kinds.count("contention"))


def _row(line: _Line, today: date) -> Row:
    event, standing = line.event, line.standing
    style, status = _state(line)
    baked: Cell = ""
    assembled: Cell = ""
    bought: Cell = ""
    if standing is not None:
        baked = standing.production_pct if standing.recipes else ""
        assembled = standing.assembly_pct if standing.bundles else ""
        bought = standing.bought_pct if standing.lines else ""
    return Row(
        f"event:{event.id}",
        (
            days_left(event.date, today),
            event.name,
            event.date,
            "archived" if event.archived else event.status,
            baked,
            assembled,
            bought,
            f"⇄ {line.contended}" if line.contended else "",
            status,
        ),
        about=Ref("event", event.id),
        style=style,
    )


def _state(line: _Line) -> tuple[RowStyle | None, str]:
    """Return what an event needs, as a style and in words."""
    standing = line.standing
    if standing is None:
        return "muted", ""
    if not (standing.recipes or standing.bundles):
        return None, "nothing on it yet"
    words = []
    if standing.items_to_buy:
        words.append(f"{standing.items_to_buy} to buy")
    if line.problems:
        words.append(f"{line.problems} problem{'s' if line.problems > 1 else ''}")
        return ("unknown" if standing.unknown else "short"), ", ".join(words)
    return (None, ", ".join(words)) if words else ("done", "ready")

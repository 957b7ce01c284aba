"""Reading every event and how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bakehouse.plugin import Cell, Column, Ref, Row, RowStyle, Table
from core import clock
from core.services import catalog_service, event_service
from core.services.planning.progress import get_event_progress
from core.services.planning.shapes import EventProgress, ShoppingRow
from core.services.rows import EventRow
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


@dataclass(frozen=True, slots=True)
class Home:
    """Every event, how many are open, and whether the kitchen holds anything at all.

    The rows are made where they are read: what they are made from is far more than they are, and
    letting go of it would hold up the screen.
    """

    events: tuple[EventRow, ...]
    coming: int
    table: Table
    items: int


@dataclass(frozen=True, slots=True)
class _Standing:
    """How far one event is; `progress` is None once it is over."""

    event: EventRow
    progress: EventProgress | None
    problems: int
    contended: int = 0
    """How many items would do for it alone, but other events need them too."""


def read_home(host: Host, session: KitchenSession, on_stuck: OnStuck) -> Home:
    """Read all events, what is next first and what is over last; the open ones with their state.

    Raises:
        Again: A check broke the session; the host will not run it again.
    """
    today = clock.today()
    events = event_service.list_events(session)
    coming = [event for event in events if event.status in OPEN]
    over = [event for event in events if event.status not in OPEN]
    rows = [
        _row(_standing(host, session, event, on_stuck), today)
        for event in [*coming, *reversed(over)]
    ]
    table = Table(COLUMNS, rows, empty="No event yet; n makes one.")
    items = 1 if events else len(catalog_service.list_items(session))
    return Home(tuple(events), len(coming), table, items)


def _standing(host: Host, session: KitchenSession, event: EventRow, on_stuck: OnStuck) -> _Standing:
    if event.status not in OPEN:
        return _Standing(event, None, 0)
    problems = read_problems(host, session, event.id, on_stuck)
    contended = sum(problem.kind == "contention" for problem in problems)
    progress = get_event_progress(event.id, session=session)
    return _Standing(event, progress, len(problems), contended)


def _row(standing: _Standing, today: date) -> Row:
    event, progress = standing.event, standing.progress
    style, status = _state(standing)
    baked: Cell = ""
    assembled: Cell = ""
    bought: Cell = ""
    if progress is not None:
        baked = progress["production"]["progress_pct"] if progress["production"]["recipes"] else ""
        assembled = progress["assembly"]["progress_pct"] if progress["assembly"]["bundles"] else ""
        bought = shopping_pct(progress["shopping"]) if progress["shopping"] else ""
    return Row(
        f"event:{event.id}",
        (
            days_left(event.date, today),
            event.name,
            event.date,
            event.status,
            baked,
            assembled,
            bought,
            f"⇄ {standing.contended}" if standing.contended else "",
            status,
        ),
        about=Ref("event", event.id),
        style=style,
    )


def shopping_pct(rows: list[ShoppingRow]) -> Decimal:
    """Return how much of what is needed is there or ticked off, in percent, by lines."""
    lines = [row for row in rows if row["status"] != "always"]
    there = [row for row in lines if row["status"] == "enough" or row["checked"]]
    return Decimal(100 * len(there) // len(lines)) if lines else Decimal(100)


def _state(standing: _Standing) -> tuple[RowStyle | None, str]:
    """Return what an event needs, as a style and in words."""
    progress = standing.progress
    if progress is None:
        return "muted", ""
    if not (progress["production"]["recipes"] or progress["assembly"]["bundles"]):
        return None, "nothing on it yet"
    words = list(_needs(progress))
    if standing.problems:
        words.append(f"{standing.problems} problem{'s' if standing.problems > 1 else ''}")
        return ("unknown" if progress["unknown"] else "short"), ", ".join(words)
    return (None, ", ".join(words)) if words else ("done", "ready")


def _needs(progress: EventProgress) -> Iterator[str]:
    if progress["items_to_buy"]:
        yield f"{progress['items_to_buy']} to buy"

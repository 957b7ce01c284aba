"""The demo is a kitchen in the middle of its work, the same on every day it is made."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core import clock
from core.errors import RuleBroken
from core.interchange.demo import FILE, is_demo, make_demo
from core.interchange.exporting import export_kitchen, write_kitchen
from core.services import doctor_service, event_service, journal_service, production_service
from core.session import Database, configure, use
from tests.builders import KitchenBuilder

TODAY = date(2026, 11, 22)


@pytest.fixture
def steps() -> list[dict[str, Any]]:
    decoded: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["steps"]
    return decoded


def test_the_demo_is_one_import_and_then_its_records(
    kitchen: Database, steps: list[dict[str, Any]]
) -> None:
    imported = make_demo()
    assert imported.exit_code == 0
    assert not imported.notes
    changes = journal_service.list_changes()[::-1]
    assert [change.id for change in changes] == [*range(1, len(steps) + 2)]
    kinds = {"check": "event"}
    assert [change.kind for change in changes] == [
        "import",
        *(kinds.get(step["do"], step["do"]) for step in steps),
    ]
    assert doctor_service.check_kitchen() == []


def test_the_demo_has_an_open_event_with_work_left_and_stock_for_it(
    sqlite_kitchen: Database,
) -> None:
    make_demo()
    found = False
    for event in event_service.list_events():
        production = event_service.get_production_progress(event.id)
        shopping = event_service.get_shopping_list(event.id)
        found = found or (
            event.status in ("planned", "started")
            and any((row["remaining_batches"] or 0) > 0 for row in production["recipes"])
            and any(row["status"] == "buy" for row in shopping)
            and any(row["kind"] == "ingredient" and row["on_hand"] > 0 for row in shopping)
        )
    assert found


def test_the_dates_of_the_demo_follow_today(sqlite_kitchen: Database) -> None:
    with clock.fixed(datetime(2027, 3, 5, 9)):
        make_demo()
    assert b'"today' not in write_kitchen(export_kitchen())
    events = {row.slug: row.date for row in event_service.list_events()}
    assert events["winter-market-stall"] == date(2027, 3, 5) + timedelta(days=9)
    runs = production_service.list_runs()
    assert {run.at.date() for run in runs} >= {date(2027, 3, 5) - timedelta(days=6)}
    assert all(run.at <= datetime(2027, 3, 5, 9) for run in runs)
    assert [run.at for run in runs] == sorted((run.at for run in runs), reverse=True)


def test_a_record_of_the_past_uses_what_had_not_expired_then(sqlite_kitchen: Database) -> None:
    make_demo()
    [cream] = KitchenBuilder().lots("heavy-cream")
    assert cream.expires is not None
    assert cream.expires < TODAY
    assert cream.left < cream.amount


def test_the_demo_is_the_same_each_time(
    sqlite_kitchen: Database, tmp_path: Path, fixed_clock: datetime
) -> None:
    make_demo()
    first = write_kitchen(export_kitchen())
    with use(sqlite_kitchen):
        other = configure(tmp_path / "again.db", create=True)
        make_demo()
        assert write_kitchen(export_kitchen()) == first
        other.dispose()


def test_everything_in_the_demo_can_be_undone(sqlite_kitchen: Database) -> None:
    make_demo()
    for change in range(journal_service.revision(), 0, -1):
        journal_service.undo(change)
    assert not event_service.list_events(archived=True)
    assert doctor_service.check_kitchen() == []


def test_the_demo_is_known_as_one_and_never_put_into_a_kitchen_of_ones_own(
    kitchen: Database,
) -> None:
    assert not is_demo()
    KitchenBuilder().ingredient("flour")
    with pytest.raises(RuleBroken, match="empty kitchen of its own"):
        make_demo()
    assert not is_demo()


def test_a_demo_is_marked_as_one(sqlite_kitchen: Database) -> None:
    make_demo()
    assert is_demo()
    assert KitchenBuilder().left("granola") > Decimal(0)

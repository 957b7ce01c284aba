"""A kitchen that goes away while it is open: what is said, and that nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from bakehouse.testing.screens import settle, until
from core import backups
from core.errors import DatabaseError, NewerSchema
from core.services import event_service, journal_service
from core.session import Database, configure, read_session, session_scope
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said, write
from tui.screens.base import KitchenScreen
from tui.screens.form.screen import FormScreen
from tui.widgets.headline import Headline
from tui.widgets.table import TableView

EVENT = "winter-market-stall"
LOOK = 0.02


def path_of(kitchen: Database) -> Path:
    assert kitchen.path is not None
    return kitchen.path


def move_away(path: Path, to: Path) -> None:
    for end in ("-wal", "-shm", ""):
        old = path.with_name(path.name + end)
        if old.exists():
            old.rename(to.with_name(to.name + end))


def alert(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(Headline).head.alert


async def make_a_batch(pilot: Pilot[None]) -> FormScreen:
    """Type into the dialog of a batch, without doing it yet."""
    await keys(pilot, "1", "m")
    dialog = pilot.app.screen
    assert isinstance(dialog, FormScreen)
    await write(pilot, "2")
    return dialog


def typed(dialog: FormScreen) -> str:
    return str(dialog.values["batches"])


# -- gone, and back --------------------------------------------------------------------------------


async def test_a_deleted_file_is_told_and_what_was_typed_stays(
    demo: Database, site: Site, tmp_path: Path
) -> None:
    path, elsewhere = path_of(demo), tmp_path / "elsewhere.db"
    async with running(site, event=EVENT, look_every=LOOK) as pilot:
        before = journal_service.revision()
        rows = len(pilot.app.screen.query_one(TableView).rows)
        dialog = await make_a_batch(pilot)
        move_away(path, elsewhere)
        await until(
            pilot, lambda: "is gone: it was deleted, moved or renamed" in app_of(pilot).lost
        )
        assert app_of(pilot).lost in said(pilot)[-1]
        await keys(pilot, "enter")
        assert pilot.app.screen is dialog
        assert typed(dialog) == "2"
        assert not path.exists(), "nothing was made in its place"
        move_away(elsewhere, path)
        await until(pilot, lambda: not app_of(pilot).lost)
        await keys(pilot, "enter")
        assert journal_service.revision() == before + 1
        assert len(pilot.app.screen.query_one(TableView).rows) == rows


async def test_what_is_on_the_screen_stays_and_the_headline_says_why_it_is_old(
    demo: Database, site: Site, tmp_path: Path
) -> None:
    path, elsewhere = path_of(demo), tmp_path / "elsewhere.db"
    async with running(site, event=EVENT, look_every=LOOK) as pilot:
        move_away(path, elsewhere)
        await until(pilot, lambda: bool(app_of(pilot).lost))
        await keys(pilot, "r")
        assert pilot.app.screen.query_one(TableView).rows
        assert alert(pilot) == "kitchen not reachable"
        await keys(pilot, "f6", "f5", "f1", "u")
        assert pilot.app.is_running
        move_away(elsewhere, path)
        await until(pilot, lambda: alert(pilot) == "")
        assert pilot.app.screen.query_one(TableView).rows


@pytest.mark.parametrize("mode", ["f1", "f3", "f4", "f5"])
async def test_each_list_that_was_read_stays_however_one_comes_to_it(
    demo: Database, site: Site, tmp_path: Path, mode: str
) -> None:
    path, elsewhere = path_of(demo), tmp_path / "elsewhere.db"
    async with running(site, look_every=LOOK) as pilot:
        await keys(pilot, mode)
        rows = len(pilot.app.screen.query_one(TableView).rows)
        seat(3)
        move_away(path, elsewhere)
        await until(pilot, lambda: bool(app_of(pilot).lost))
        await keys(pilot, "r", "f6", mode, "r")
        shown = pilot.app.screen.query_one(TableView)
        assert len(shown.rows) == rows
        assert shown.region.height > 0
        assert alert(pilot) == "kitchen not reachable"


def test_nothing_is_written_into_a_file_that_has_lost_its_name(
    demo: Database, tmp_path: Path
) -> None:
    path, elsewhere = path_of(demo), tmp_path / "elsewhere.db"
    [first, *_] = event_service.list_events()
    event_service.set_event(first.id, people=3)
    before = journal_service.revision()
    move_away(path, elsewhere)
    with pytest.raises(DatabaseError, match="cannot be opened"):
        event_service.set_event(first.id, people=4)
    move_away(elsewhere, path)
    assert journal_service.revision() == before


# -- replaced --------------------------------------------------------------------------------------


async def test_another_kitchen_under_the_same_name_is_read_and_written(
    demo: Database, site: Site, tmp_path: Path, kitchen_template: Path
) -> None:
    path = path_of(demo)
    other = tmp_path / "other.db"
    shutil.copy(kitchen_template, other)
    async with running(site, look_every=LOOK) as pilot:
        assert len(pilot.app.screen.query_one(TableView).rows) == 3
        move_away(path, tmp_path / "old.db")
        other.rename(path)
        await until(pilot, lambda: "The kitchen was opened again." in said(pilot))
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, KitchenScreen)
        assert screen.revision == 0
        assert not screen.stale
        await keys(pilot, "n")
        await write(pilot, "Fair")
        await keys(pilot, "tab")
        await write(pilot, "2026-12-05")
        await keys(pilot, "enter")
        assert [row.name for row in event_service.list_events()] == ["Fair"]


def seat(people: int) -> None:
    event_service.set_event(event_service.find_event(EVENT).id, people=people)


async def test_a_backup_restored_elsewhere_is_read_and_told_though_its_revision_is_lower(
    demo: Database, site: Site, tmp_path: Path
) -> None:
    backup, before = tmp_path / "backup.db", journal_service.revision()
    backups.back_up(demo, backup)
    seat(3)
    async with running(site, event=EVENT, look_every=LOOK) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, KitchenScreen)
        seat(4)
        await until(pilot, lambda: app_of(pilot).newest == before + 2)
        await keys(pilot, "r")
        assert screen.revision == before + 2
        backups.restore(backup, path_of(demo))
        await until(pilot, lambda: screen.revision == before)
        assert f"this is revision {before} of another journal" in said(pilot)[-1]
        assert not screen.stale
        seat(5)
        await until(pilot, lambda: app_of(pilot).newest == before + 1)
        await keys(pilot, "r")
        assert screen.revision == before + 1
        for mode in ("f1", "f3", "f5"):
            await keys(pilot, mode)
            assert alert(pilot) == ""


async def test_another_journal_of_the_same_revision_is_told_too(
    demo: Database, site: Site, tmp_path: Path
) -> None:
    backup, before = tmp_path / "backup.db", journal_service.revision()
    backups.back_up(demo, backup)
    other = configure(backup)
    event_service.add_event("Fair", date(2026, 12, 5))
    other.dispose()
    configure(path_of(demo))
    async with running(site, event=EVENT, look_every=LOOK) as pilot:
        seat(3)
        await until(pilot, lambda: app_of(pilot).newest == before + 1)
        backups.restore(backup, path_of(demo))
        await until(pilot, lambda: bool(said(pilot)))
        assert f"this is revision {before + 1} of another journal" in said(pilot)[-1]
        await keys(pilot, "f1")
        assert "Fair" in str(pilot.app.screen.query_one(TableView).rows)


async def test_what_others_do_and_undo_is_no_other_journal(demo: Database, site: Site) -> None:
    async with running(site, event=EVENT, look_every=LOOK) as pilot:
        seat(3)
        await until(pilot, lambda: app_of(pilot).newest == journal_service.revision())
        journal_service.undo()
        await until(pilot, lambda: app_of(pilot).newest == journal_service.revision())
        assert said(pilot) == []


# -- migrated by a newer program -------------------------------------------------------------------


async def test_a_kitchen_that_a_newer_program_migrated_is_left_alone(
    demo: Database, site: Site
) -> None:
    path = path_of(demo)
    async with running(site, event=EVENT, look_every=LOOK) as pilot:
        dialog = await make_a_batch(pilot)
        with closing(sqlite3.connect(path)) as newer, newer:
            newer.execute("UPDATE alembic_version SET version_num = '9999'")
        await until(pilot, lambda: bool(app_of(pilot).lost))
        assert "newer version of Bakehouse (schema 9999" in said(pilot)[-1]
        await keys(pilot, "enter")
        assert pilot.app.screen is dialog
        assert typed(dialog) == "2"
        assert "Update Bakehouse" in str(dialog.query_one("#form-message").render())  # type: ignore[attr-defined]
        for scope in (read_session, session_scope):
            with pytest.raises(NewerSchema), scope():
                pass


# -- locked ----------------------------------------------------------------------------------------


async def test_a_locked_kitchen_is_told_and_the_record_goes_through_later(
    demo: Database, site: Site
) -> None:
    path = path_of(demo)
    configure(path, timeout=0.05)
    async with running(site, event=EVENT, look_every=LOOK) as pilot:
        before = journal_service.revision()
        dialog = await make_a_batch(pilot)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await keys(pilot, "enter")
            assert pilot.app.screen is dialog
            assert typed(dialog) == "2"
            shown = str(dialog.query_one("#form-message").render())  # type: ignore[attr-defined]
            assert "in use by another program" in shown
            await keys(pilot, "escape", "r", "u")
            assert "in use by another program" in said(pilot)[-1]
            assert pilot.app.screen.query_one(TableView).rows, "a reader waits for nobody"
        assert journal_service.revision() == before
        await keys(pilot, "u")
        assert journal_service.revision() == before + 1


# -- read-only -------------------------------------------------------------------------------------


@contextmanager
def without_rights(path: Path) -> Iterator[None]:
    """Let nobody write the file and its folder, and be nobody where one is root."""
    root = os.geteuid() == 0
    files = [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]
    for file in files:
        if file.exists():
            file.chmod(0o444)
    path.parent.chmod(0o555)
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        path.parent.chmod(0o755)
        for file in files:
            if file.exists():
                file.chmod(0o644)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that another user can enter."""
    with tempfile.TemporaryDirectory(prefix="bakehouse-readonly-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


async def test_a_file_that_became_read_only_is_told_and_what_was_typed_stays(
    demo_template: Path, no_kitchen: None, fixed_clock: object, site: Site, open_folder: Path
) -> None:
    path = open_folder / "kitchen.db"
    shutil.copy(demo_template, path)
    kitchen = configure(path)
    async with running(site, event=EVENT) as pilot:
        before = journal_service.revision()
        dialog = await make_a_batch(pilot)
        kitchen.dispose()
        with without_rights(path):
            await keys(pilot, "enter")
            assert pilot.app.screen is dialog
            shown = str(dialog.query_one("#form-message").render())  # type: ignore[attr-defined]
            assert "cannot be" in shown
            assert str(path) in shown
            assert typed(dialog) == "2"
        await keys(pilot, "enter")
        assert journal_service.revision() == before + 1


# -- hard use --------------------------------------------------------------------------------------


async def test_keys_held_down_lose_nothing(demo: Database, site: Site) -> None:
    async with running(site, event=EVENT) as pilot:
        for _ in range(500):
            pilot.app.simulate_key("j")
        for _ in range(500):
            pilot.app.simulate_key("space")
        await settle(pilot)
        await pilot.pause()
        assert pilot.app.is_running
        await keys(pilot, "escape", "f5")
        await until(pilot, lambda: pilot.app.current_mode == "journal")


async def test_a_long_text_that_is_pasted_is_no_matter(demo: Database, site: Site) -> None:
    from textual.events import Paste

    async with running(site, NARROW, event=EVENT) as pilot:
        await keys(pilot, "3", "slash")
        field = pilot.app.focused
        assert isinstance(field, Input)
        field.post_message(Paste("flour\t[bold]" * 9_000 + "\n2 cups"))
        await settle(pilot)
        assert pilot.app.is_running
        await keys(pilot, "escape", "m")
        assert isinstance(pilot.app.focused, Input)
        pilot.app.focused.post_message(Paste("1" * 100_000))
        await settle(pilot)
        dialog = pilot.app.screen
        assert isinstance(dialog, FormScreen)
        await until(pilot, lambda: dialog.looked)
        await keys(pilot, "enter")
        assert pilot.app.screen is dialog
        await keys(pilot, "escape", "question_mark", "escape", "ctrl+o", "escape")


@pytest.mark.parametrize("size", [(20, 5), (10, 2), (200, 60)])
async def test_any_size_of_terminal(demo: Database, site: Site, size: tuple[int, int]) -> None:
    async with running(site, NARROW, event=EVENT) as pilot:
        await pilot.resize_terminal(*size)
        await keys(pilot, "j", "ctrl+o", "escape", "ctrl+t", "p", "escape", "w", "escape", "m")
        assert isinstance(pilot.app.screen, FormScreen)
        await write(pilot, "1")
        await pilot.resize_terminal(*NARROW)
        await settle(pilot)
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.values["batches"] == "1"
        await keys(pilot, "escape")
        await pilot.resize_terminal(*size)
        await keys(pilot, "f5", "e", "escape", "f6", "enter", "escape", "question_mark")
        assert pilot.app.is_running

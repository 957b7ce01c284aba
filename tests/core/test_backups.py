"""Backups: one consistent file made while others write, brought back whole or not at all."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core.backups import back_up, check_backup, restore
from core.errors import (
    BadFile,
    DatabaseBusy,
    DatabaseUnreachable,
    NewerSchema,
    NotAKitchen,
    RuleBroken,
)
from core.services import journal_service
from core.services.doctor_service import check_kitchen
from core.session import Database, configure, read_session, revision_of
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    builder = KitchenBuilder()
    builder.ingredient("flour")
    builder.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    builder.event("christmas", {"cookie": 100})
    builder.buy("flour", "2000 g", "4.00")
    return builder


def path_of(kitchen: Database) -> Path:
    assert kitchen.path is not None
    return kitchen.path


def opened(path: Path) -> KitchenBuilder:
    configure(path, create=False)
    return KitchenBuilder()


def beside(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


# -- backup --------------------------------------------------------------------------------------


def test_a_backup_is_the_whole_kitchen_in_one_file(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    state = bakery.state()
    folder = tmp_path / "safe"
    folder.mkdir()
    made = back_up(sqlite_kitchen, folder / "copy.db")

    assert made.revision == journal_service.revision()
    assert beside(made.path) == ["copy.db"]
    assert opened(made.path).state() == state
    assert check_kitchen() == []


def test_a_backup_is_one_state_while_others_write(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            bakery.buy("flour", "1 g", "0.01")
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(30)
        copies = [back_up(sqlite_kitchen, tmp_path / f"copy-{n}.db") for n in range(5)]
    finally:
        stop.set()
        writer.join()

    for made in copies:
        configure(made.path, create=False)
        assert check_kitchen() == []
        with read_session() as session:
            assert revision_of(session) == made.revision


def test_a_file_that_is_there_is_not_written_over_unasked(
    sqlite_kitchen: Database, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ann")

    with pytest.raises(RuleBroken, match="--replace"):
        back_up(sqlite_kitchen, letter)
    assert letter.read_text() == "Dear Ann"
    assert back_up(sqlite_kitchen, letter, replace=True).revision == 0
    assert check_backup(letter).revision == 0


def test_the_kitchen_is_not_its_own_backup(sqlite_kitchen: Database, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path_of(sqlite_kitchen))

    for name in (path_of(sqlite_kitchen), link):
        with pytest.raises(RuleBroken, match="itself"):
            back_up(sqlite_kitchen, name, replace=True)


def test_a_backup_into_nowhere_is_refused(sqlite_kitchen: Database, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no folder"):
        back_up(sqlite_kitchen, tmp_path / "nowhere" / "copy.db")


def test_a_kitchen_on_a_server_says_how_it_is_kept(
    postgres_kitchen: Database, tmp_path: Path
) -> None:
    with pytest.raises(RuleBroken, match="export"):
        back_up(postgres_kitchen, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_that_is_killed_leaves_no_file_of_that_name(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    killed(f"""
        import os, signal
        from core import backups
        backups._sync = lambda path: os.kill(os.getpid(), signal.SIGKILL)
        from core.session import configure
        from pathlib import Path
        backups.back_up(configure({str(sqlite_kitchen.path)!r}), Path({str(target)!r}))
    """)

    assert not target.exists()
    assert back_up(sqlite_kitchen, target).revision == journal_service.revision()


# -- restore -------------------------------------------------------------------------------------


def test_a_restore_brings_the_kitchen_back_and_keeps_what_was_there(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    before = bakery.state()
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    bakery.make("cookies", 2, event="christmas")
    later = bakery.state()
    sqlite_kitchen.dispose()

    restored = restore(made.path, path_of(sqlite_kitchen))

    assert opened(path_of(sqlite_kitchen)).state() == before
    assert journal_service.revision() == made.revision
    assert restored.kept is not None
    assert opened(restored.kept).state() == later
    assert check_kitchen() == []


def test_a_screen_that_is_open_reads_one_state_or_the_other(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    bakery.make("cookies", 2, event="christmas")
    later = journal_service.revision()

    with read_session() as session:
        assert revision_of(session) == later
        restore(made.path, path_of(sqlite_kitchen))
        assert KitchenBuilder(session).lots("cookie")
        assert revision_of(session) == later
    assert journal_service.revision() == made.revision
    # And writing goes on where the backup was.
    bakery.buy("flour", "1 g", "0.01")
    assert journal_service.revision() == made.revision + 1
    assert check_kitchen() == []


def test_a_restore_makes_a_kitchen_where_there_is_none(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    state = bakery.state()
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")

    restored = restore(made.path, tmp_path / "new.db")

    assert restored.kept is None
    assert opened(tmp_path / "new.db").state() == state


def test_a_restore_is_not_overridden_by_the_log_of_a_kitchen_that_was_deleted(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    state, path = bakery.state(), path_of(sqlite_kitchen)
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("SELECT count(*) FROM change").fetchone()
        bakery.make("cookies", 2, event="christmas")
        path.unlink()
        restore(made.path, path)
    assert opened(path).state() == state
    [log] = tmp_path.glob("*.before-restore-*")
    assert log.name.endswith(".db-wal")


def test_a_kitchen_that_is_being_written_is_not_restored(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    bakery.buy("flour", "1 g", "0.01")
    state = bakery.state()
    other = sqlite3.connect(path_of(sqlite_kitchen), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(DatabaseBusy, match="try again"):
            restore(made.path, path_of(sqlite_kitchen), timeout=0.2)
    finally:
        other.close()

    assert bakery.state() == state
    assert not [name for name in beside(path_of(sqlite_kitchen)) if "before-restore" in name]


@pytest.mark.parametrize("moment", ["_keep_aside", "after"])
def test_a_restore_that_is_killed_has_done_nothing(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path, moment: str
) -> None:
    """Killed when it begins to copy what is there, and in the middle of the pages."""
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    bakery.make("cookies", 2, event="christmas")
    state = bakery.state()
    killed(f"""
        import os, signal
        from pathlib import Path
        from core import backups
        keep = backups._keep_aside
        def die(*given):
            if {moment!r} == "after":
                keep(*given)
            os.kill(os.getpid(), signal.SIGKILL)
        backups._keep_aside = die
        backups.restore(Path({str(made.path)!r}), Path({str(sqlite_kitchen.path)!r}), timeout=5)
    """)

    assert bakery.state() == state
    assert check_kitchen() == []
    restore(made.path, path_of(sqlite_kitchen))
    assert journal_service.revision() == made.revision


def killed(program: str) -> None:
    """Run a program that kills itself."""
    lines = program.strip("\n").splitlines()
    lead = len(lines[0]) - len(lines[0].lstrip())
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(line[lead:] for line in lines)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "not a SQLite file"), (b"Dear Ann, " * 500, "not a SQLite file")],
)
def test_what_is_no_database_is_no_backup(
    sqlite_kitchen: Database, tmp_path: Path, content: bytes, told: str
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes(content)

    with pytest.raises(NotAKitchen, match=told):
        restore(letter, path_of(sqlite_kitchen))


def test_a_database_of_something_else_is_no_backup_and_is_never_written_over(
    sqlite_kitchen: Database, tmp_path: Path
) -> None:
    photos = tmp_path / "photos.db"
    with sqlite3.connect(photos) as raw:
        raw.execute("CREATE TABLE photo (id INTEGER)")
    raw.close()
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    content = photos.read_bytes()

    with pytest.raises(NotAKitchen, match="no kitchen"):
        restore(photos, path_of(sqlite_kitchen))
    with pytest.raises(NotAKitchen, match="no kitchen"):
        restore(made.path, photos)
    assert photos.read_bytes() == content


def test_a_backup_of_a_newer_program_is_refused(sqlite_kitchen: Database, tmp_path: Path) -> None:
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    with sqlite3.connect(made.path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    raw.close()

    with pytest.raises(NewerSchema, match="9999_from_the_future"):
        restore(made.path, path_of(sqlite_kitchen))


def test_a_backup_that_is_cut_off_is_refused(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    state = bakery.state()
    content = made.path.read_bytes()
    made.path.write_bytes(content[: len(content) // 2])

    with pytest.raises(DatabaseUnreachable, match="damaged"):
        restore(made.path, path_of(sqlite_kitchen))
    assert bakery.state() == state


def test_a_backup_that_is_not_there_is_a_bad_file(sqlite_kitchen: Database, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="nowhere.db"):
        restore(tmp_path / "nowhere.db", path_of(sqlite_kitchen))


def test_a_damaged_kitchen_is_kept_as_it_is_and_replaced(
    bakery: KitchenBuilder, sqlite_kitchen: Database, tmp_path: Path
) -> None:
    state = bakery.state()
    made = back_up(sqlite_kitchen, tmp_path / "copy.db")
    sqlite_kitchen.dispose()
    path = path_of(sqlite_kitchen)
    damaged = bytearray(path.read_bytes())
    damaged[200 : len(damaged) // 2] = b"\xff" * (len(damaged) // 2 - 200)
    path.write_bytes(damaged)

    restored = restore(made.path, path)

    assert opened(path).state() == state
    assert restored.kept is not None
    assert restored.kept.read_bytes() == bytes(damaged)

"""Backups of a kitchen: one consistent file, made while others work, and brought back whole.

Both ways use SQLite's own online backup: it copies one state of the database, and what it writes
into a kitchen becomes visible in one commit. So a restore may happen under a running program, and
a process that is killed in the middle has done nothing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from core import _database, _sqlite, clock, migrations
from core.errors import (
    BadFile,
    BakehouseError,
    DatabaseBusy,
    DatabaseUnreachable,
    NewerSchema,
    NotAKitchen,
    Problem,
    RuleBroken,
)
from core.session import Database

_HEADER = b"SQLite format 3\x00"
_ALL = -1


class Backup(Struct, frozen=True):
    """A backup that was looked through: its revision (newest journal entry) and schema."""

    path: Path
    revision: int
    schema: str
    size: int


class Restored(Struct, frozen=True):
    """What a restore brought back; `kept` is a copy of the kitchen before it, if there was one."""

    backup: Backup
    kept: Path | None


def back_up(kitchen: Database, target: Path, *, replace: bool = False) -> Backup:
    """Copy a kitchen to `target`, whole or not at all, while others go on reading and writing.

    The copy is checked before it gets its name.

    Raises:
        RuleBroken: The kitchen is on a server, or something is at `target` and `replace` is false.
        BadFile: `target` cannot be written.
        DatabaseUnreachable: The kitchen is damaged; no copy was kept.
    """
    source = _file_of(kitchen, "Write it to a kitchen file instead: `bakehouse export FILE`.")
    _refuse_same(source, target)
    if target.exists() and not replace:
        raise RuleBroken(f"{target} is there already. Name another file, or add --replace.")
    with _written_whole(target, replace=replace) as part:
        _copy(source, part, kitchen.timeout)
        shutil.copymode(source, part)
        found = check_backup(part, called=source)
    return Backup(target, found.revision, found.schema, target.stat().st_size)


@contextmanager
def filled_first(target: Path, *, keep: bool) -> Iterator[Path]:
    """Give the path of a new kitchen to make and fill; with `keep` it is `target` at the end.

    After an exception, and without `keep`, nothing is left of it. Nobody else sees it before it
    has its name, and a kitchen that others make at `target` meanwhile stays as it is.

    Raises:
        DatabaseBusy: There is such a kitchen by now; nothing of this one was kept.
        DatabaseUnreachable: Nothing can be written where it is to be.
    """
    near = next(folder for folder in target.parents if os.path.isdir(folder))
    try:
        aside = TemporaryDirectory(prefix=".bakehouse-", dir=near, ignore_cleanup_errors=True)
    except OSError as error:
        raise DatabaseUnreachable(f"{target} cannot be made: {error.strerror}.") from error
    with aside as folder:
        # What is written beside a kitchen, such as its backups, goes away with it.
        new = Path(folder) / target.name
        yield new
        if keep:
            _put_in_place(new, target)


def _put_in_place(new: Path, target: Path) -> None:
    try:
        with _written_whole(target, replace=False, make_folder=True) as part:
            _copy(new, part, _database.BUSY_SECONDS)
    except RuleBroken as error:
        raise DatabaseBusy(
            f"Another program has made {target} meanwhile, which was left as it is. Nothing was "
            "kept of what was to come into it; try again."
        ) from error


def check_backup(path: Path, *, called: Path | None = None) -> Backup:
    """Look a file through: a sound database, of a kitchen, of a schema this program knows.

    `called` is the name to use in messages.

    Raises:
        BadFile: It cannot be read.
        NotAKitchen: It is something else.
        NewerSchema: A newer program wrote it.
        DatabaseUnreachable: It is damaged.
    """
    name = called or path
    try:
        with path.open("rb") as file:
            head = file.read(len(_HEADER))
        size = path.stat().st_size
    except OSError as error:
        raise BadFile([Problem(str(name), error.strerror or str(error))]) from error
    if head != _HEADER:
        raise NotAKitchen(
            f"{name} is no backup: it is not a SQLite file. A kitchen file is read with "
            "`bakehouse import FILE`."
        )
    with _explained(name), closing(_sqlite.connect(path, "ro", 1)) as driver:
        tables = {row[0] for row in driver.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", "change"} <= tables:
            raise NotAKitchen(f"{name} is a database, but no kitchen.")
        schema = str(driver.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        if schema not in migrations.REVISIONS:
            raise NewerSchema(
                f"{name} was written by a newer version of Bakehouse (schema {schema}; this one "
                f"knows up to {migrations.HEAD}). Update Bakehouse; nothing was changed."
            )
        problems = [row[0] for row in driver.execute("PRAGMA integrity_check")]
        if problems != ["ok"]:
            raise DatabaseUnreachable(f"{name} is damaged: {problems[0]}. Nothing was changed.")
        if driver.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise DatabaseUnreachable(
                f"{name} is damaged: rows refer to nothing. Nothing was changed."
            )
        revision = driver.execute("SELECT max(id) FROM change").fetchone()[0] or 0
    return Backup(path, revision, schema, size)


def restore(source: Path, target: Path, *, timeout: float | None = None) -> Restored:
    """Make the kitchen at `target` what the backup `source` is.

    The backup is checked first. What is there now is copied beside it while nobody else can
    write; then all of the backup comes in with one commit. Where there is no kitchen yet, one is
    made. An older schema is brought up to date when the kitchen is next opened.

    Raises:
        What `check_backup` raises, and
        RuleBroken: `source` and `target` are one file.
        DatabaseBusy: Another program is writing and did not finish within `timeout` seconds.
    """
    patience = _database.BUSY_SECONDS if timeout is None else timeout
    _refuse_same(source, target)
    found = check_backup(source)
    if not target.exists():
        with _written_whole(target, replace=False, make_folder=True) as part:
            _copy(source, part, patience)
            _put_log_aside(target, _free_name(target))
        return Restored(found, None)
    try:
        check_backup(target)
    except DatabaseUnreachable:
        return Restored(found, _restore_over_damage(source, target, patience))
    return Restored(found, _restore_into(source, target, patience))


def _restore_over_damage(source: Path, target: Path, timeout: float) -> Path:
    """Put the backup in the place of a damaged kitchen, which is kept as it is."""
    kept = _free_name(target)
    with _written_whole(target, replace=True) as part:
        _copy(source, part, timeout)
        shutil.copy2(target, kept)
        _put_log_aside(target, kept)
    return kept


def _put_log_aside(target: Path, kept: Path) -> None:
    """Give the log beside a kitchen the name of what is kept: it would be played into another."""
    target.with_name(target.name + "-shm").unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        target.with_name(target.name + "-wal").rename(kept.with_name(kept.name + "-wal"))


def _restore_into(source: Path, target: Path, timeout: float) -> Path:
    """Copy the backup into a kitchen that others may have open; return what was kept aside."""
    kept: list[Path] = []
    deadline = time.monotonic() + timeout

    def between_pages(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() > deadline:
                raise _busy(target)
        elif not kept:
            # From the first page on nobody else can write, and until the last one everybody
            # still reads what was there before.
            kept.append(_keep_aside(target, timeout))

    with (
        _explained(target),
        closing(_sqlite.connect(source, "ro", timeout)) as old,
        closing(_sqlite.connect(target, "rw", timeout)) as kitchen,
    ):
        _hold_snapshot(old)
        _sqlite.use_wal(kitchen, target)
        old.backup(kitchen, pages=1, progress=between_pages, sleep=0.05)
    return kept[0]


def _keep_aside(path: Path, timeout: float) -> Path:
    """Copy the kitchen beside itself."""
    copy = _free_name(path)
    with _written_whole(copy, replace=False) as part:
        _copy(path, part, timeout)
        shutil.copymode(path, part)
    return copy


def _free_name(path: Path) -> Path:
    """Return a name beside a kitchen under which it can be kept."""
    day = f"{clock.now():%Y-%m-%d-%H%M%S}"
    for number in count(1):
        end = "" if number == 1 else f"-{number}"
        copy = path.with_name(f"{path.stem}.before-restore-{day}{end}{path.suffix}")
        if not copy.exists():
            break
    return copy


def _copy(source: Path, part: Path, timeout: float) -> None:
    """Copy one state of a database into a new file that stands alone, without a log beside it."""
    with (
        _explained(source),
        closing(_sqlite.connect(source, "ro", timeout)) as old,
        closing(_sqlite.connect(part, "rwc", timeout)) as new,
    ):
        _hold_snapshot(old)
        old.backup(new, pages=_ALL)
        new.execute("PRAGMA journal_mode=DELETE")


def _hold_snapshot(driver: sqlite3.Connection) -> None:
    driver.execute("BEGIN")
    driver.execute("SELECT count(*) FROM sqlite_master").fetchone()


@contextmanager
def _written_whole(target: Path, *, replace: bool, make_folder: bool = False) -> Iterator[Path]:
    """Give the name of a part to write; at the end it is `target`, safely on the disk."""
    part = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        if make_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        elif not target.parent.is_dir():
            raise FileNotFoundError(2, f"there is no folder {target.parent}")
        yield part
        _sync(part)
        if replace:
            part.replace(target)
        else:
            _name_new(part, target)
        _sync(target.parent)
    except OSError as error:
        raise BadFile([Problem(str(target), error.strerror or str(error))]) from error
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + end).unlink(missing_ok=True)


def _name_new(part: Path, target: Path) -> None:
    """Give a file its name, unless another one has got it meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise RuleBroken(f"{target} is there already.") from None
    except OSError:
        # Some file systems have no hard links.
        if target.exists():
            raise RuleBroken(f"{target} is there already.") from None
        part.rename(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _file_of(kitchen: Database, instead: str) -> Path:
    if kitchen.path is None:
        raise RuleBroken(
            f"{kitchen} is on a server, whose own tools back it up (pg_dump). {instead}"
        )
    return kitchen.path


def _refuse_same(source: Path, target: Path) -> None:
    if target.exists() and source.exists() and source.samefile(target):
        raise RuleBroken(f"{target} is the kitchen itself. Name another file.")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        explained: BakehouseError | None = _sqlite.explain(error, path)
        if explained is None:
            raise DatabaseUnreachable(f"{path} cannot be copied: {error}.") from error
        raise explained from error


def _busy(path: Path) -> DatabaseBusy:
    return DatabaseBusy(
        f"{path} is in use by another program. Nothing was changed; try again in a moment."
    )

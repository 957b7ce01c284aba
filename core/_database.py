"""The process's database: opening a kitchen, making one, and bringing an old one up to date."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from core import _sqlite, migrations
from core.errors import (
    DatabaseUnreachable,
    NewerSchema,
    NoDatabase,
    NotAKitchen,
    ReadOnly,
    SessionMisuse,
)
from core.places import read_path

BUSY_SECONDS = 5.0
"""How long a writer waits for the writer before it; other values are for tests."""

_MAKE_ONE = (
    "`bakehouse` without a command makes one and opens it; `bakehouse import FILE` makes one of a "
    "file, `bakehouse demo` a worked example"
)
_HEADER = b"SQLite format 3\x00"
_CREATION_LOCK = 0x62616B65


class Database:
    """One kitchen's database with its reading and its writing engine.

    `url` opens it again and may hold a password; `str()` does not. `path` is None on a server.
    """

    def __init__(self, url: URL, *, readonly: bool, timeout: float) -> None:
        self.readonly = readonly
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.dialect = "sqlite" if self.is_sqlite else "postgresql"
        self.url = url.render_as_string(hide_password=False)
        self.timeout = timeout
        self.path: Path | None = Path(url.database or "") if self.is_sqlite else None
        self._shown = url.render_as_string(hide_password=True)
        self.reader: Engine
        self.writer: Engine
        if self.path is not None:
            self.reader = _sqlite.reading_engine(self.path, timeout)
            self.writer = _sqlite.writing_engine(self.path, timeout)
        else:
            postgres = postgres_module()
            self.reader = postgres.reading_engine(url, timeout)
            self.writer = postgres.writing_engine(url, timeout)

    def __str__(self) -> str:
        return str(self.path) if self.path is not None else self._shown

    @property
    def in_use(self) -> bool:
        """Whether a session holds a pooled connection now."""
        pools = (self.reader.pool, self.writer.pool)
        return any(isinstance(pool, QueuePool) and pool.checkedout() > 0 for pool in pools)

    def refuse_readonly(self) -> None:
        """Raise `ReadOnly` if this kitchen was opened for reading only."""
        if self.readonly:
            raise ReadOnly(
                f"{self} is open for reading only. Start without --readonly to change it."
            )

    def migrating_engine(self) -> Engine:
        """Return an engine of its own for migrations, without foreign keys and guards."""
        if self.path is not None:
            return _sqlite.migrating_engine(self.path, self.timeout)
        return cast(Engine, postgres_module().migrating_engine(make_url(self.url), self.timeout))

    def interrupt(self, driver: Any) -> None:
        """Stop what a connection of the driver runs; for other threads to call.

        On PostgreSQL it may take two seconds, if the server does not answer.
        """
        # It may be closing at this moment: then there is nothing to stop.
        with suppress(self.reader.dialect.loaded_dbapi.Error):
            if self.path is not None:
                driver.interrupt()
            else:
                postgres_module().interrupt(driver)

    def stop(self, driver: Any) -> None:
        """Stop what a migrating connection runs, and on SQLite whatever it would run later."""
        if self.path is not None:
            driver.stopped = True
        self.interrupt(driver)

    def take_away(self, driver: Any) -> None:
        """Take back what a stopped connection did whose thread does not come back, lock and all."""
        if self.path is not None:
            _sqlite.take_away(driver)
        else:
            postgres_module().take_away(driver, make_url(self.url), self.timeout)

    def dispose(self) -> None:
        """Close the connections that no session holds; the database can still be used."""
        self.reader.dispose()
        self.writer.dispose()
        if self.path is not None and not self.readonly:
            _sqlite.tidy(self.path)


_current: Database | None = None
_configuring = threading.Lock()


def configure(
    target: str | Path,
    *,
    create: bool = True,
    readonly: bool = False,
    timeout: float = BUSY_SECONDS,
) -> Database:
    """Open the kitchen at `target` and make it the database of this process.

    Args:
        target: The path of a SQLite file, or a `sqlite:///` or `postgresql://` URL.
        create: Make a new kitchen where there is none.
        readonly: Change nothing, not even an old schema; writing sessions are refused.
        timeout: Seconds that a writer waits for another one.

    Raises:
        BadFile: `target` cannot be a path.
        NoDatabase: There is none and `create` is false.
        NotAKitchen: It is something else.
        NewerSchema: A newer program made it.
        ReadOnly: It must be brought up to date, which `readonly` forbids.
        DatabaseBusy: Another program holds it.
        DatabaseUnreachable: It cannot be opened.
    """
    global _current
    url = _url_of(target)
    with _configuring:
        if url.get_backend_name() == "sqlite":
            _prepare_file(Path(url.database or ""), create and not readonly, readonly, timeout)
        else:
            _prepare_server(url, create and not readonly, readonly, timeout)
        before, _current = _current, Database(url, readonly=readonly, timeout=timeout)
        if before is not None and not before.in_use:
            before.dispose()
        return _current


def database() -> Database:
    """Return the database of this process.

    Raises:
        SessionMisuse: `configure` has not been called.
    """
    if _current is None:
        raise SessionMisuse("No kitchen is open. Call core.session.configure(path) first.")
    return _current


@contextmanager
def use(other: Database) -> Iterator[Database]:
    """Make `other` the database of this process inside the block."""
    global _current
    before, _current = _current, other
    try:
        yield other
    finally:
        _current = before


def postgres_module() -> ModuleType:
    """Return `core._postgres`, which needs the extra `postgres`.

    Raises:
        DatabaseUnreachable: The driver is not installed.
    """
    try:
        from core import _postgres
    except ImportError as error:
        raise DatabaseUnreachable(
            "PostgreSQL needs the driver psycopg: install 'bakehouse[postgres]'."
        ) from error
    return _postgres


def file_of(target: str | Path) -> Path | None:
    """Return the file in which the kitchen at `target` is kept, or None for one on a server.

    Raises:
        NotAKitchen: `target` names no kitchen that can be opened.
        BadFile: It cannot be a path.
    """
    url = _url_of(target)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _url_of(target: str | Path) -> URL:
    told = str(target)
    if "://" not in told:
        if told.strip() in ("", ":memory:"):
            raise _in_memory()
        return URL.create("sqlite", database=str(read_path(told)))
    try:
        url = make_url(told.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError) as error:
        raise NotAKitchen("This database URL cannot be read. " + _URLS) from error
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:") or "memory" in url.query.get("mode", ""):
            raise _in_memory()
        return _url_of(str(url.database))
    if url.get_backend_name() != "postgresql":
        raise NotAKitchen(f"'{url.drivername}' is not supported. {_URLS}")
    return url.set(drivername="postgresql+psycopg")


_URLS = "Give the path of a file, or postgresql://user@host/name."


def _in_memory() -> NotAKitchen:
    return NotAKitchen(
        "A kitchen cannot live in memory: reading and writing need two connections to one "
        "database. Give the path of a file."
    )


# -- SQLite ------------------------------------------------------------------------------------


def _prepare_file(path: Path, create: bool, readonly: bool, timeout: float) -> None:
    try:
        head = _head_of(path)
        if head is None:
            if not create:
                raise NoDatabase(f"There is no kitchen at {path}. {_MAKE_ONE}.")
            _create_file(path, timeout)
            head = _head_of(path)
    except OSError as error:
        raise DatabaseUnreachable(f"{path} cannot be opened: {error.strerror}.") from error
    if head is None or head[:16] != _HEADER:
        raise NotAKitchen(f"{path} is not a SQLite file, so it is no kitchen.")
    try:
        with closing(_sqlite.connect(path, "ro", timeout)) as driver:
            revision = _revision_in_file(driver, path)
        wal = head[18:20] == b"\x02\x02"
        if not readonly and not wal:
            with closing(_sqlite.connect(path, "rw", timeout)) as driver:
                _sqlite.use_wal(driver, path)
    except sqlite3.Error as error:
        explained = _sqlite.explain(error, path)
        if explained is None:
            raise
        raise explained from error
    if _is_old(revision, path, readonly):
        _migrate_file(path, timeout)


def _head_of(path: Path) -> bytes | None:
    """Return the first hundred bytes of the file, or None if there is nothing."""
    if path.is_dir():
        raise DatabaseUnreachable(f"{path} is a folder. Name a file in it.")
    try:
        with path.open("rb") as file:
            return file.read(100)
    except FileNotFoundError:
        return None


def _revision_in_file(driver: sqlite3.Connection, path: Path) -> str:
    tables = {row[0] for row in driver.execute("SELECT name FROM sqlite_master")}
    if not {"alembic_version", "change"} <= tables:
        raise _foreign(path)
    row = driver.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise _foreign(path)
    return str(row[0])


def _create_file(path: Path, timeout: float) -> None:
    """Make the whole kitchen beside `path`, then give it its name: nobody sees half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with closing(_sqlite.connect(new, "rwc", timeout)) as driver:
            _sqlite.use_wal(driver, new)
        engine = _sqlite.migrating_engine(new, timeout)
        with engine.begin() as connection:
            migrations.create(connection)
        _name_new_file(new, path)
    except sqlite3.Error as error:
        explained = _sqlite.explain(error, path)
        if explained is None:
            raise
        raise explained from error
    finally:
        for suffix in ("", "-wal", "-shm"):
            new.with_name(new.name + suffix).unlink(missing_ok=True)


def _name_new_file(new: Path, path: Path) -> None:
    try:
        os.link(new, path)
    except FileExistsError:
        return
    except OSError:
        # Some file systems have no hard links.
        if not path.exists():
            new.rename(path)


def _migrate_file(path: Path, timeout: float) -> None:
    engine = _sqlite.migrating_engine(path, timeout)
    with engine.begin() as connection:
        # Another program may have done it while this one waited for the lock.
        if migrations.revision_in(connection) == migrations.HEAD:
            return
        try:
            migrations.back_up(path)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseUnreachable(
                f"{path} must be brought up to date, but no backup can be made beside it "
                f"({error}). It was left as it was."
            ) from error
        migrations.upgrade(connection)
        migrations.check_foreign_keys(connection)


# -- PostgreSQL --------------------------------------------------------------------------------


def _prepare_server(url: URL, create: bool, readonly: bool, timeout: float) -> None:
    engine = cast(Engine, postgres_module().migrating_engine(url, timeout))
    shown = url.render_as_string(hide_password=True)
    with engine.connect() as connection:
        revision = _revision_on_server(connection, shown)
        if revision is not None and not _is_old(revision, shown, readonly):
            return
        if revision is None and not create:
            raise NoDatabase(f"The database {shown} is empty. {_MAKE_ONE}.")
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CREATION_LOCK})
        if revision is not None:
            migrations.upgrade(connection)
        elif _revision_on_server(connection, shown) is None:
            migrations.create(connection)
        connection.commit()


def _revision_on_server(connection: Connection, shown: str) -> str | None:
    """Return the schema's revision, or None if the database holds no table at all."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if not {"alembic_version", "change"} <= tables:
        raise _foreign(shown)
    revision = migrations.revision_in(connection)
    if revision is None:
        raise _foreign(shown)
    return revision


# -- both --------------------------------------------------------------------------------------


def refuse_other_schema(revision: str | None, where: object) -> None:
    """Raise where a kitchen was migrated, or replaced by an older one, since it was opened.

    Raises:
        NewerSchema: A newer program has migrated it.
        ReadOnly: It is of an older schema, and is brought up to date only when it is opened.
    """
    if revision == migrations.HEAD:
        return
    if revision in migrations.REVISIONS:
        raise ReadOnly(
            f"{where} has been replaced by an older kitchen (schema {revision}). Start Bakehouse "
            "again, which brings it up to date; nothing was changed."
        )
    raise _newer(str(revision), where)


def _is_old(revision: str, where: object, readonly: bool) -> bool:
    if revision == migrations.HEAD:
        return False
    if revision not in migrations.REVISIONS:
        raise _newer(revision, where)
    if readonly:
        raise ReadOnly(
            f"{where} has an older schema ({revision}) and must be brought up to date once. "
            "Open it without --readonly; a backup is made beside it first."
        )
    return True


def _newer(revision: str, where: object) -> NewerSchema:
    return NewerSchema(
        f"{where} was written by a newer version of Bakehouse (schema {revision}; this one "
        f"knows up to {migrations.HEAD}). Update Bakehouse; nothing was changed."
    )


def _foreign(where: object) -> NotAKitchen:
    return NotAKitchen(f"{where} is a database, but no kitchen: its tables are not Bakehouse's.")

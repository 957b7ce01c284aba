"""The plan and the three views of one event, beside the limit of the machine.

Times are CPU milliseconds of this process, the median of several warm calls.
"""

from __future__ import annotations

import gc
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event as events

from benchmarks import packs, postgres
from benchmarks.growth import exponents
from benchmarks.kitchens import NOW, SIZES, fill
from benchmarks.limit import Limit
from benchmarks.whole import whole_plan
from core import clock
from core.commands.preview import preview
from core.planning.plan import Plan
from core.services import event_service, production_service
from core.services._catalogue import forget_catalogues
from core.services.planning import plan_service
from core.session import Database, configure, read_session, session_scope
from core.units import from_micro, to_decimal

EVENT = 5
CALLS = 7
PACKS = f"packs for {packs.LINES:,} lines of 2 to 5 sizes"
PACKS_ALIKE = f"packs for {packs.ALIKE:,} lines of 6 sizes at one unit price"
"""They depend on no kitchen."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing at one size; `limit` is the hand-written program's time for it.

    `postgres` is the time of the same on PostgreSQL, where it was measured.
    """

    size: str
    what: str
    ms: float
    limit: float | None = None
    queries: int | None = None
    memory_mb: float | None = None
    postgres: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as plain data."""
        return asdict(self)


def measure(sizes: str, on_postgres: str = "") -> list[Figure]:
    """Measure every size; kitchens are made in a temporary folder and thrown away.

    `on_postgres` are the sizes to measure on PostgreSQL too.
    """
    figures = [
        Figure("any", what, _median(partial(packs.choose_all, to_buy)))
        for what, to_buy in ((PACKS, packs.lines()), (PACKS_ALIKE, packs.lines_alike()))
    ]
    with tempfile.TemporaryDirectory(prefix="bakehouse-bench-") as folder, clock.fixed(NOW):
        for name in sizes:
            kitchen = configure(Path(folder) / f"{name}.db", create=True)
            with session_scope() as session:
                fill(session, SIZES[name])
            figures += _measure_one(name, kitchen)
            kitchen.dispose()
    elsewhere = postgres.measure("".join(name for name in sizes if name in on_postgres))
    return [
        replace(figure, postgres=elsewhere.get((figure.size, figure.what))) for figure in figures
    ]


def _measure_one(size: str, kitchen: Database) -> list[Figure]:
    limit = Limit(str(kitchen.path))
    _check(limit)
    figures = [
        _plan(size),
        Figure(size, "plan after an edit of the catalogue", _median(_plan_from_nothing)),
        _view(size, kitchen, "production progress", event_service.get_production_progress,
              limit.production),
        _view(size, kitchen, "assembly progress", event_service.get_assembly_progress,
              limit.assembly),
        _view(size, kitchen, "shopping list", event_service.get_shopping_list, limit.shopping),
        _explain(size),
        *_what_if(size, kitchen),
        _record(size),
        Figure(size, "problems of all events", _median(plan_service.problems, 3)),
        Figure(size, "contention with moves", _median(plan_service.contention, 3)),
    ]  # fmt: skip
    limit.close()
    return figures


def _median(work: Callable[[], object], calls: int = CALLS) -> float:
    work()
    times = []
    for _ in range(calls):
        gc.collect()
        started = time.process_time()
        work()
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def _check(limit: Limit) -> None:
    """Make sure that the hand-written program gives the numbers the services give."""
    by_hand = limit.shopping(EVENT)
    rows = event_service.get_shopping_list(EVENT)
    assert by_hand.keys() == {row["item_id"] for row in rows}, "the same items are needed"
    for row in rows:
        scale = limit.scale[row["item_id"]]
        said = by_hand[row["item_id"]]
        told = [row[key] for key in ("needed", "on_hand", "reserved", "available", "to_buy")]
        assert told == [to_decimal(Fraction(amount, scale)) for amount in said[4:9]], row
        packs = [(pack["product_id"], pack["packs"]) for pack in row["packs"]]
        assert packs == ([] if said[9] is None else [(said[9][0], said[9][2])]), row
    production = event_service.get_production_progress(EVENT)["recipes"]
    batches, _ = limit.production(EVENT)
    for recipe in production:
        steps, good = batches.get(recipe["recipe_id"], (0, 0))
        step = Fraction(*limit.steps[recipe["recipe_id"]])
        assert recipe["remaining_batches"] == to_decimal(steps * step), recipe
        assert not steps or recipe["outputs"][0]["produced"] == from_micro(good), recipe
    assert batches.keys() <= {recipe["recipe_id"] for recipe in production}
    bundles = event_service.get_assembly_progress(EVENT)["bundles"]
    assert limit.assembly(EVENT)[0] == {
        b["bundle_id"]: b["remaining"] for b in bundles if b["remaining"]
    }


def _plan(size: str) -> Figure:
    ms = _median(_whole_plan)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figure(size, "plan of all events", ms, memory_mb=round(peak))


def _whole_plan() -> Plan:
    with read_session() as session:
        return whole_plan(session)


def _plan_from_nothing() -> Plan:
    forget_catalogues()
    return _whole_plan()


def _view(
    size: str,
    kitchen: Database,
    what: str,
    service: Callable[[int], object],
    by_hand: Callable[[int], object],
) -> Figure:
    ours, limits = [], []
    for _ in range(3):
        ours.append(_median(lambda: service(EVENT), 3))
        limits.append(_median(lambda: by_hand(EVENT), 3))
    with _counting(kitchen) as count:
        service(EVENT)
    return Figure(size, what, statistics.median(ours), statistics.median(limits), count[0])


@contextmanager
def _counting(kitchen: Database) -> Iterator[list[int]]:
    """Count the queries on the reading engine; BEGIN and the like are none."""
    count = [0]

    def note(_c: Any, _cu: Any, statement: str, *_: Any) -> None:
        count[0] += statement.lstrip().upper().startswith(("SELECT", "WITH"))

    events.listen(kitchen.reader, "before_cursor_execute", note)
    try:
        yield count
    finally:
        events.remove(kitchen.reader, "before_cursor_execute", note)


def _explain(size: str) -> Figure:
    with read_session() as session:
        rows = event_service.get_shopping_list(EVENT, session=session)
        item = rows[0]["item_id"]
        ms = _median(lambda: plan_service.explain(EVENT, item, session=session))
    return Figure(size, "explain one line, once planned", ms)


def _what_if(size: str, kitchen: Database) -> list[Figure]:
    """Measure a step after another one, and the first one, when nothing is remembered."""
    with read_session() as session:
        line = event_service.get_event(EVENT, session=session).lines[0]
    values = {"event": str(EVENT), "item": line.item, "quantity": "120"}

    def step() -> None:
        preview("event line", values, event_id=EVENT)

    def first_step() -> None:
        # What is remembered is the connection's.
        kitchen.dispose()
        step()

    return [
        Figure(size, "one what-if step with differences", _median(step)),
        Figure(size, "the first what-if step", _median(first_step, 3)),
    ]


def _record(size: str) -> Figure:
    with session_scope() as session:
        ms = _median(
            lambda: production_service.record_production(1400, 1, count_first=True, session=session)
        )
        session.rollback()
    return Figure(size, "record a run, no commit", ms)


# -- printing -------------------------------------------------------------------------------------


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        "| size | what | CPU ms | limit ms | ratio | queries | PostgreSQL ms |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for figure in figures:
        ratio = f"{figure.ms / figure.limit:.2f}" if figure.limit else ""
        limit = f"{figure.limit:.1f}" if figure.limit else ""
        queries = "" if figure.queries is None else str(figure.queries)
        elsewhere = "" if figure.postgres is None else f"{figure.postgres:.1f}"
        lines.append(
            f"| {figure.size} | {figure.what} | {figure.ms:.1f} | {limit} | {ratio} | {queries} "
            f"| {elsewhere} |"
        )
    grown = growth(figures)
    if grown:
        told = ", ".join(f"{what} {exponent:.2f}" for what, exponent in grown.items())
        lines += ["", f"Growth exponent (1: in proportion to event lines): {told}."]
    for figure in figures:
        if figure.memory_mb is not None:
            lines += ["", f"Peak memory after the plan at {figure.size}: {figure.memory_mb} MB."]
    return "\n".join(lines)


def growth(figures: list[Figure]) -> dict[str, float]:
    """Return how steeply each figure grows with event lines."""
    return exponents({(figure.size, figure.what): figure.ms for figure in figures})


HEADING = "The plan"


def _waiting() -> float:
    """Return how many programs want a processor, for each there is, in the last five minutes."""
    return os.getloadavg()[1] / (os.cpu_count() or 1)


def section(text: str) -> str:
    """Return the section of `docs/performance.md`."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sizes = "; ".join(
        f"{size.name}: {size.lines:,} event lines of {size.events} events, {size.lots:,} lots, "
        f"{size.runs:,} runs"
        for size in SIZES.values()
    )
    python = platform.python_version()
    return f"""Made by `python -m benchmarks plan --write` (Python {python}). Times are CPU
milliseconds, medians of warm calls; machines differ, so the ratio is what counts. The limit is the
same answer by hand-written SQL through `sqlite3` and plain dictionaries (`benchmarks/limit.py`),
measured in the same run on the same data; before measuring, its numbers are compared with those of
the services. It leaves out the walk of what can be made or assembled, gross needs, deliveries,
targets, unknown amounts and reasons, so the ratios are on the safe side. It is SQLite's, also
beside PostgreSQL, whose column counts the CPU of the server's process too. The plan of all events
is loaded, every item is netted and every batch followed to its takers. The plan and the views are
read and made anew each time, but for what is made of the catalogue, which is taken over where its
rows are read to be the same (docs/architecture.md); after an edit of it, nothing is. A what-if step
is one after another, as a person tries them, and the first one loads what the others remember.
Recording a run includes counting in what is lacking of its inputs. Packs are the cheapest, exactly.
Peak memory of the whole run:
{memory:.0f} MB. Programs that wanted each processor at its end: {_waiting():.1f}; the more, the
longer all times.

{sizes}. All have 2,000 ingredients, 1,500 recipes in three tiers and 300 bundles.

{text}
"""

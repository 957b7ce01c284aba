"""What is measured inside the app, while it runs in a pty: `python -m benchmarks.probes NAME …`.

Times are CPU milliseconds of the whole process, its threads included; waiting costs nothing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import WorkerCancelled

from bakehouse.plugin import Column, Table
from core.session import configure
from plugins.host import Host
from tui.app import BakehouseApp
from tui.collector import collecting_rarely, keep_what_is_there
from tui.modes import MODES
from tui.widgets.listing import Listing

Script = Callable[[BakehouseApp, Pilot[Any]], Awaitable[dict[str, Any]]]

ROWS = 10_000
BEAT = 0.005


async def settle(app: BakehouseApp, pilot: Pilot[Any]) -> None:
    """Wait until every worker has ended and what it brought is painted."""
    for _ in range(3):
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete()
        await pilot.pause(0)


async def cpu_of(app: BakehouseApp, pilot: Pilot[Any], *keys: str) -> float:
    """Press keys and return the CPU milliseconds until what they bring is painted."""
    started = time.process_time()
    await pilot.press(*keys)
    await settle(app, pilot)
    return (time.process_time() - started) * 1000


# -- keys ------------------------------------------------------------------------------------------


class ListScreen(Screen[None]):
    """A list of many rows."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Listing()

    def on_mount(self) -> None:
        """Show the rows."""
        columns = [Column("number", kind="integer"), Column("name", width=30), Column("place"),
                   Column("state", kind="status"), Column("share", kind="percent")]  # fmt: skip
        rows = [(n, f"Flour no. {n} of the mill", f"shelf {n % 40}", "ok", n % 100)
                for n in range(ROWS)]  # fmt: skip
        listing = self.query_one(Listing)
        listing.table.show_table(Table(columns, rows))
        listing.table.focus()


async def keys(app: BakehouseApp, pilot: Pilot[Any]) -> dict[str, Any]:
    """Move in ten thousand rows, and filter them."""
    await app.push_screen(ListScreen())
    await settle(app, pilot)
    await cpu_of(app, pilot, "j")
    moves = [await cpu_of(app, pilot, key) for key in ("j", "j", "k", "pagedown", "j") * 40]
    await cpu_of(app, pilot, "slash")
    typed = []
    for words in ("flour 12 mill", "sugar 7", "mill 31 rye", "butter 9"):
        names = ["space" if key == " " else key for key in words]
        typed += [await cpu_of(app, pilot, key) for key in (*names, *["backspace"] * len(words))]
    return {"move_p95": p95(moves), "filter_p95": p95(typed)}


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


# -- opening ---------------------------------------------------------------------------------------


async def opening(app: BakehouseApp, pilot: Pilot[Any], mode: str) -> dict[str, Any]:
    """Open a mode for the first time, then again."""
    found = next(each for each in MODES if each.name == mode)
    first = await cpu_of(app, pilot, found.key)
    again = []
    for _ in range(5):
        await cpu_of(app, pilot, "f1")
        again.append(await cpu_of(app, pilot, found.key, "r"))
    return {"first": first, "again": sorted(again)[2]}


# -- memory ----------------------------------------------------------------------------------------


def resident_mb() -> float:
    """Return the memory that the process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def memory(app: BakehouseApp, pilot: Pilot[Any], rounds: int) -> dict[str, Any]:
    """Refresh the workspace again and again."""
    warm = max(1, rounds // 5)
    before = 0.0
    for number in range(rounds):
        if number == warm:
            before = resident_mb()
        app.screen.load()  # type: ignore[attr-defined]
        await app.workers.wait_for_complete()
    await settle(app, pilot)
    return {"before": before, "after": resident_mb(), "rounds": rounds}


# -- stalls ----------------------------------------------------------------------------------------


class Heartbeat:
    """Beats on the loop; `cpu` is the longest the loop's own thread worked between two beats."""

    def __init__(self) -> None:
        self.cpu = 0.0
        self.wall = 0.0
        self._last = (time.thread_time(), time.monotonic())
        self._handle = asyncio.get_running_loop().call_later(BEAT, self._beat)

    def _beat(self) -> None:
        now = (time.thread_time(), time.monotonic())
        self.cpu = max(self.cpu, (now[0] - self._last[0]) * 1000)
        self.wall = max(self.wall, (now[1] - self._last[1] - BEAT) * 1000)
        self._last = now
        self._handle = asyncio.get_running_loop().call_later(BEAT, self._beat)

    def end(self) -> None:
        """Stop."""
        self._handle.cancel()


STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("open the workspace", ("f2",)),
    ("move", ("j", "j", "pagedown", "G", "g")),
    ("filter", ("3", "slash", "i", "n", "g", "escape")),
    ("refresh", ("r",)),
    ("why", ("w", "escape")),
    ("problems", ("p", "escape")),
    ("dialog", ("b", "i", "n", "g", "tab", "2", "escape")),
    ("palette", ("ctrl+p", "t", "h", "e", "escape")),
    ("journal", ("f5", "G")),
    ("home", ("f1", "r")),
    ("keys", ("question_mark", "t", "escape")),
)


async def stalls(app: BakehouseApp, pilot: Pilot[Any]) -> dict[str, Any]:
    """Use every screen of a big kitchen and say how long the loop was held at most."""
    found = {}
    for name, pressed in STEPS:
        beat = Heartbeat()
        for key in pressed:
            await pilot.press(key)
            await settle(app, pilot)
        beat.end()
        found[name] = {"cpu": beat.cpu, "wall": beat.wall}
    return found


SCRIPTS: dict[str, Callable[[str], Script]] = {
    "keys": lambda _: keys,
    "opening": lambda mode: lambda app, pilot: opening(app, pilot, mode),
    "memory": lambda rounds: lambda app, pilot: memory(app, pilot, int(rounds)),
    "stalls": lambda _: stalls,
}


def main() -> None:
    """Run one probe: its name, its argument, the kitchen, the event, and where to write."""
    name, argument, path, event, out = sys.argv[1:]
    configure(path)
    app = BakehouseApp(Host(only=()), event=event or None, look_every=3600)

    async def measured(pilot: Pilot[Any]) -> None:
        try:
            await settle(app, pilot)
            found = await SCRIPTS[name](argument)(app, pilot)
        # Whoever started the probe is told; here nobody would see it.
        except Exception as error:
            found = {"error": repr(error)}
        Path(out).write_text(json.dumps(found), encoding="utf-8")
        app.exit()

    with collecting_rarely():
        keep_what_is_there()
        app.run(auto_pilot=measured)


if __name__ == "__main__":
    main()

"""The screen with a plugin, run without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from plugins.host import Failure, Host
    from tui.app import BakehouseApp
    from tui.widgets.pane import Pane

NARROW: Final = (80, 24)
WIDE: Final = (120, 40)


@dataclass(frozen=True, slots=True)
class Shown:
    """How a view came out: its error if it has one, and a picture of the whole screen."""

    failure: Failure | None
    svg: str


class Screens:
    """The app with one host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def app(self, event_id: int | None = None) -> BakehouseApp:
        """Make the app, for `snap_compare` of pytest-textual-snapshot for instance."""
        from tui.app import BakehouseApp

        event = None if event_id is None else str(event_id)
        return BakehouseApp(self._host, event=event, look_every=3600)

    @asynccontextmanager
    async def running(
        self, event_id: int | None = None, *, size: tuple[int, int] = WIDE
    ) -> AsyncIterator[Pilot[str]]:
        """Run the app and give its pilot when all is read."""
        async with playing(self.app(event_id), size=size) as pilot:
            yield pilot

    def matches(
        self,
        compare: Callable[..., bool],
        view: str,
        event_id: int,
        *,
        size: tuple[int, int] = WIDE,
    ) -> bool:
        """Compare a picture of a view with the one taken before, by pytest-textual-snapshot."""

        async def before(pilot: Pilot[str]) -> None:
            await settle(pilot)
            await open_view(pilot, view)
            await come_to_rest(pilot)

        app = self.app(event_id)
        app.animation_level = "none"
        return compare(app, terminal_size=size, run_before=before)

    def show(self, view: str, event_id: int, *, size: tuple[int, int] = WIDE) -> Shown:
        """Open a view of an event, and return how it came out."""

        async def play() -> Shown:
            async with self.running(event_id, size=size) as pilot:
                pane = await open_view(pilot, view)
                return Shown(pane.failure, pilot.app.export_screenshot())

        return asyncio.run(play())


@asynccontextmanager
async def playing(app: BakehouseApp, *, size: tuple[int, int] = WIDE) -> AsyncIterator[Pilot[str]]:
    """Run an app, give its pilot when all is read, and leave it as a person does."""
    async with app.run_test(size=size, notifications=True) as pilot:
        try:
            await settle(pilot)
            yield pilot
        finally:
            # What is still read would come to a screen that is being taken apart.
            app.exit(app.return_value, app.return_code or 0)
            app.workers.cancel_all()


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until every worker has ended and what they brought is on the screen."""
    from textual.worker import WorkerCancelled

    for _ in range(5):
        while True:
            # One that another one replaces is cancelled, and then it is the other that counts.
            with suppress(WorkerCancelled):
                await pilot.app.workers.wait_for_complete()
                break
            await pilot.pause(0)
        await pilot.pause(0)


async def come_to_rest(pilot: Pilot[Any]) -> None:
    """Wait until the screen looks the same twice: on a busy machine a layout takes its time."""
    before = ""
    for _ in range(20):
        await settle(pilot)
        now = pilot.app.export_screenshot()
        if now == before:
            return
        before = now
    raise AssertionError("the screen did not come to rest")


async def open_view(pilot: Pilot[str], view: str) -> Pane:
    """Open a view of the event that is open, and give its pane when it has been loaded."""
    from tui.screens.event.board import Board
    from tui.screens.event.screen import EventScreen

    screen = pilot.app.screen
    assert isinstance(screen, EventScreen), "open an event first"
    panes = {pane.view.id: pane for pane in screen.query_one(Board).panes}
    assert view in panes, f"there is no {view}, only {', '.join(panes)}"
    await screen.action_pane(panes[view].number)
    await settle(pilot)
    await until(pilot, lambda: panes[view].outcome is not None)
    return panes[view]


async def until(pilot: Pilot[Any], what: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so."""
    for _ in range(int(seconds * 100)):
        if what():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not come about")

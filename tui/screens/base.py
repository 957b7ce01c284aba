"""What every screen of the kitchen does: one session for its life, one transaction per refresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from msgspec.structs import replace
from textual import events, work
from textual.reactive import reactive

from core import clock
from core.errors import BakehouseError, Interrupted
from core.session import KitchenSession
from core.worker import SessionWorker
from plugins.jobs import OnStuck
from tui.typing_ahead import Awaited
from tui.widgets.headline import Head, Headline

if TYPE_CHECKING:
    from core.services.rows.journal import ChangeRow
    from tui.app import BakehouseApp

Data = TypeVar("Data")
Result = TypeVar("Result")

IDLE = 2.0
"""Seconds without a key after which a screen follows the database by itself."""
ATTEMPTS = 5
"""How often one refresh may begin anew on another session."""


class Again(Exception):
    """Raised while reading: the session was lost to a plugin, begin anew."""


class KitchenScreen(Awaited[None], Generic[Data]):
    """A screen that reads all it shows in one transaction of its own session.

    `reader` returns what is run on the session's thread, which returns plain data; `present` puts
    all of it on the screen in one go. The session is never touched on any other thread.
    """

    KEYS_OF: ClassVar[str]
    UNDOES: ClassVar[bool] = True
    """Whether what is done here is in the journal, so that undo means it."""
    revision: reactive[int | None] = reactive(None)
    """The revision that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_wait = True
        self._session: SessionWorker | None = None
        self._read_at = ""
        self._generation = 0
        self._head = Head("")

    @property
    def kitchen(self) -> BakehouseApp:
        """The app, by its own type."""
        return cast("BakehouseApp", self.app)

    @property
    def stale(self) -> bool:
        """Whether somebody has changed the kitchen since it was read, or the plugins."""
        if self.revision is None:
            return False
        return self.revision < self.kitchen.newest or self.outdated

    @property
    def outdated(self) -> bool:
        """Whether what was read is nothing to go on from: of another kitchen or other plugins."""
        return self._generation < self.kitchen.generation

    # -- for each screen ---------------------------------------------------------------------------

    def reader(self) -> Callable[[KitchenSession], Data]:
        """Return what reads everything; it runs on the session's thread."""
        raise NotImplementedError

    def present(self, data: Data) -> None:
        """Show what was read."""
        raise NotImplementedError

    async def presented(self) -> None:
        """Wait for what has to be there before anything of it is drawn; by default for nothing."""

    def present_error(self, error: BakehouseError) -> None:
        """Show why nothing could be read."""
        raise NotImplementedError

    def stays(self, error: BakehouseError) -> bool:
        """Say why it was not read again, and leave what is shown; False where nothing is."""
        if self.revision is None:
            return False
        self.head(replace(self._head, alert="not refreshed, r tries again"))
        self.kitchen.say(str(error), "error")
        return True

    def catch_up(self, change: ChangeRow) -> None:
        """Show what was done here."""
        self.load()

    def submit(
        self, session: SessionWorker, work: Callable[[KitchenSession], Result]
    ) -> Future[Result]:
        """Have `work` done on the session's thread; by default in a transaction that reads."""
        return session.submit(work)

    # -- life --------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Acquire the session and read."""
        self._session = SessionWorker(name=type(self).__name__)
        self.watch(self.app, "newest", self._follow, init=False)
        self.watch(self.app, "lost", self._show_head, init=False)
        self.set_interval(IDLE / 2, self._follow)
        self.load()

    def on_unmount(self) -> None:
        """Have the session closed on its own thread."""
        if self._session is not None:
            self._session.close()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Catch up with what happened meanwhile; what is new has just been styled."""
        if self.revision is None:
            event.refresh_styles = False
        if self.stale:
            self.load()

    def action_reload(self) -> None:
        """Read again."""
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Read everything in one transaction and show it; before the mount there is no need."""
        if self._session is None:
            return
        generation = self.kitchen.generation
        try:
            revision, data = await self._load()
        except BakehouseError as error:
            if self.is_attached:
                self.present_error(error)
                self.take_keys()
            return
        if not self.is_attached:
            return
        self._read_at = clock.now().strftime("%H:%M")
        self._generation = generation
        self.set_reactive(KitchenScreen.revision, revision)
        if generation == self.kitchen.generation:
            # Else it is of a journal that another one has replaced meanwhile.
            self.kitchen.newest = max(self.kitchen.newest, revision)
        with self.app.batch_update():
            self.present(data)
            self._show_head()
            await self.presented()
        if self.keys_wait:
            self.take_keys()

    async def _load(self) -> tuple[int, Data]:
        for _ in range(ATTEMPTS):
            session, read = self._session, self.reader()
            assert session is not None
            try:
                work = partial(_with_revision, read)
                return await asyncio.wrap_future(self.submit(session, work))
            except Again:
                continue
            except Interrupted:
                if session is self._session:
                    raise
        raise Interrupted("The plugins on this screen broke its session again and again.")

    def giving_up(self) -> OnStuck:
        """Return what gives up the session of now, for when a plugin that has it will not stop.

        Its thread is abandoned, and the screen goes on with another.
        """
        stuck = self._session

        def give_up(_: object) -> None:
            if stuck is None:
                return
            if stuck is self._session:
                self._session = SessionWorker(name=type(self).__name__)
            stuck.abandon()

        return give_up

    # -- the headline ------------------------------------------------------------------------------

    def head(self, head: Head) -> None:
        """Say what the screen shows; the state is added."""
        self._head = head
        self._show_head()

    def _show_head(self) -> None:
        state = ""
        if self.revision is not None:
            state = f"rev {self.revision} · {self._read_at}"
        alert = "stale, r refreshes" if self.stale else self._head.alert
        if self.kitchen.lost:
            alert = "kitchen not reachable"
        if self.kitchen.readonly:
            alert = f"read-only · {alert}" if alert else "read-only"
        head = self._head
        for headline in self.query(Headline):
            headline.head = Head(head.title, head.facts, head.value, state, alert)

    def _follow(self) -> None:
        """Follow the database, but never under the hands of a person."""
        if not self.stale:
            return
        if self.is_current and self.kitchen.idle_for >= IDLE:
            self.load()
        else:
            self._show_head()


def _with_revision(
    read: Callable[[KitchenSession], Data], session: KitchenSession
) -> tuple[int, Data]:
    return session.revision, read(session)

"""What-if in place: what is tried is rehearsed, and every pane shows what it would change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace
from textual import on, work
from textual.reactive import var
from textual.timer import Timer
from textual.widgets import Input

from core.errors import BakehouseError
from core.session import KitchenSession
from core.worker import SessionWorker
from tui.screens.base import KitchenScreen
from tui.screens.event.banner import Banner
from tui.screens.event.board import Board
from tui.screens.event.reading import Snapshot
from tui.screens.event.what_if import NOTHING_TO_TRY, WhatIf, question, try_on
from tui.threads import in_thread
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from core.commands.trying import Replayed, Try
    from core.commands.what_if import Step

DEBOUNCE = 0.1
"""Seconds to wait for the next key before what is tried is worked out."""
FIRST = "Keep what is tried with Enter, or drop it with Esc, before you record anything."

Result = TypeVar("Result")


class RehearsingScreen(KitchenScreen[Snapshot]):
    """A screen of an event on which numbers can be tried.

    What is tried is replayed from scratch with every refresh, in a rehearsal on the screen's
    session, so that it holds no lock while a person thinks and is always tried on what is.
    """

    AUTO_FOCUS = ""
    snapshot: var[Snapshot | None] = var(None, always_update=True)
    """What is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.what_if = WhatIf()
        self._asked: tuple[Try, ...] = ()
        self._worked_out: tuple[Try, ...] = ()
        self._timer: Timer | None = None
        self._pane: Pane | None = None
        self._question = ""
        self._number_taken: Try | None = None
        """The number that was taken last; asked for anew where it turns out to be none."""
        self._keep_soon = False
        self._keeping = False

    @property
    def rehearsing(self) -> bool:
        """Whether anything is tried."""
        return self.what_if.active

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is shown although it is only tried, as steps."""
        replayed = None if self.snapshot is None else self.snapshot.replayed
        return () if replayed is None else replayed.steps

    def submit(
        self, session: SessionWorker, work: Callable[[KitchenSession], Result]
    ) -> Future[Result]:
        """Have `work` done in a rehearsal while anything is tried."""
        if self.rehearsing:
            return session.submit_rehearsal(work)
        return session.submit(work)

    # -- trying ------------------------------------------------------------------------------------

    def action_nudge(self, by: int) -> None:
        """Try one more of what the row counts, or one less."""
        found = self._found()
        if found is not None:
            tried, _, _ = found
            self.what_if.tries.append(replace(tried, by=by))
            self._rehearse()

    def action_type_number(self) -> None:
        """Type a number to try."""
        found = self._found()
        if found is not None:
            self.what_if.typed, self._pane, self._question = found
            self.query_one(Banner).ask(self._question)
            self.call_after_refresh(self.query_one(Board).share_room)
            self.refresh_bindings()

    def _found(self) -> tuple[Try, Pane, str] | None:
        """Return what can be tried on the row under the cursor, or say why nothing can."""
        if self.snapshot is None or self._keeping:
            return None
        if self.kitchen.readonly:
            self.kitchen.say(
                "This kitchen is open for reading only, so nothing can be tried.", "warning"
            )
            return None
        pane = self.query_one(Board).current
        listed = None if pane is None else pane.listed
        row = None if listed is None else listed.row
        if pane is not None and listed is not None and row is not None:
            tried = try_on(listed.table, row, self.snapshot.progress)
            if tried is not None:
                return tried, pane, question(tried, listed.table, row)
        self.kitchen.say(NOTHING_TO_TRY, "warning")
        return None

    @on(Input.Changed, "#what-if-input")
    def _try_typed(self, message: Input.Changed) -> None:
        message.stop()
        self.what_if.type(message.value)
        self._rehearse()

    @on(Input.Submitted, "#what-if-input")
    def _take_number(self, message: Input.Submitted) -> None:
        message.stop()
        self._number_taken = self.what_if.typed
        self.what_if.take_typed()
        self._stop_asking()
        self._rehearse()

    def _stop_asking(self) -> None:
        self.what_if.typed = None
        self.query_one(Banner).stop_asking()
        if self._pane is not None:
            self._pane.focus_content()

    # -- working it out ----------------------------------------------------------------------------

    def _rehearse(self) -> None:
        """Work out what is tried, as soon as no key has come for a moment."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DEBOUNCE, self._rehearse_now)
        if self.rehearsing:
            self.query_one(Banner).begin()
        self.refresh_bindings()

    def _rehearse_now(self) -> None:
        self._timer = None
        if self._session is not None:
            # What is being worked out is of no use any more.
            self._session.interrupt()
        self.load()

    def tries_to_read(self) -> tuple[Try, ...]:
        """Return what is to be tried in the refresh that begins now."""
        self._asked = self.what_if.all
        return self._asked

    def show_what_if(self, snapshot: Snapshot) -> None:
        """Show what was tried; say what could not be done, and leave it out."""
        self._worked_out = self._asked
        self.query_one(Banner).show(snapshot if self.rehearsing else None)
        if snapshot.replayed is None:
            return
        refused = self._refused(snapshot.replayed)
        if refused:
            self._keep_soon = False
            self.what_if.forget(snapshot.replayed.refused)
            if not self._asked_again(snapshot.replayed):
                for message in refused:
                    self.kitchen.say(f"Left out: {message}", "warning")
                self.load()
        elif self._keep_soon and self._worked_out == self.what_if.all:
            self.action_keep()

    def _asked_again(self, replayed: Replayed) -> bool:
        """Ask for the number that was taken last anew, as typed, if it is what was refused."""
        taken, self._number_taken = self._number_taken, None
        if taken is None or all(each.tried.subject != taken.subject for each in replayed.refused):
            return False
        self.what_if.typed = taken
        banner = self.query_one(Banner)
        banner.ask(self._question)
        banner.input.value = taken.text or ""
        self.refresh_bindings()
        return True

    def _refused(self, replayed: Replayed) -> Sequence[str]:
        """Return why tries were refused; what is still being typed may yet become something."""
        typed = None if self.what_if.typed is None else self.what_if.typed.subject
        return [each.message for each in replayed.refused if each.tried.subject != typed]

    # -- keeping and dropping ----------------------------------------------------------------------

    def action_unstep(self) -> None:
        """Leave out the newest step."""
        if self.what_if.tries and not self._is_kept():
            self.what_if.tries.pop()
            self._rehearse()

    def action_drop(self) -> None:
        """Leave out everything that is tried, or only the number that is being typed."""
        if self._is_kept():
            return
        if self.query_one(Banner).asking:
            self._stop_asking()
        else:
            self.what_if.drop()
        self._keep_soon = False
        self._rehearse()

    def _is_kept(self) -> bool:
        """Tell whether what is tried is being recorded, and say so: then it is too late."""
        if self._keeping:
            self.kitchen.say("This is being recorded already; undo takes it back.", "warning")
        return self._keeping

    def action_keep(self) -> None:
        """Keep what is tried, as one entry of the journal."""
        if self._keeping:
            return
        if self._timer is not None or self._worked_out != self.what_if.all:
            # It is kept as it was worked out, so that comes first.
            self._keep_soon = True
            return
        self._keep_soon = False
        if self.steps:
            self._keeping = True
            self._keep(self.steps)
        else:
            self.action_drop()

    @work(group="keep")
    async def _keep(self, steps: Sequence[Step]) -> None:
        from core.commands.what_if import keep

        try:
            change = await asyncio.wrap_future(in_thread(lambda: keep(steps), "keep"))
        except BakehouseError as error:
            self.kitchen.say(f"Nothing was kept: {error}", "error")
            self.load()
        else:
            self.what_if.drop()
            self.kitchen.done(change)
        finally:
            self._keeping = False

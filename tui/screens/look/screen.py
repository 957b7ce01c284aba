"""Charts of an item or an event, over the workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from bakehouse.plugin import Sections
from core.commands.trying import redo
from core.commands.what_if import Step
from core.errors import BakehouseError
from core.session import KitchenSession
from core.worker import SessionWorker
from tui.screens.dialog import Dialog
from tui.screens.look.reading import read_charts
from tui.widgets.sections import SectionsView
from tui.widgets.words import Words


class LookScreen(Dialog[None]):
    """Shows the charts of an item for an event, or those of the event; also of what is tried."""

    KEYS_OF = "charts"
    CSS_PATH = Path(__file__).with_name("look.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "dismiss(None)", "Back", id="look.back"),
    ]

    def __init__(self, event_id: int, item_id: int | None, steps: Sequence[Step] = ()) -> None:
        super().__init__()
        self.about = event_id, item_id
        self.steps = tuple(steps)
        self._session: SessionWorker | None = None

    def compose(self) -> ComposeResult:
        """Lay out a title, a place for the charts, the keys."""
        with Vertical(id="look"):
            yield Words("Looking …", id="look-title")
            yield Words("↑↓ scroll · Esc goes back", id="look-keys")

    def on_mount(self) -> None:
        """Read the charts."""
        self._session = SessionWorker(name="look")
        self.load()

    def on_unmount(self) -> None:
        """Have the session closed on its own thread."""
        if self._session is not None:
            self._session.close()

    @work(exclusive=True, group="fill")
    async def load(self) -> None:
        """Read the charts and show them."""
        session, (event_id, item_id) = self._session, self.about
        assert session is not None

        def read(own: KitchenSession) -> Sections:
            redo(own, self.steps)
            return read_charts(event_id, item_id, own)

        submit = session.submit_rehearsal if self.steps else session.submit
        title = self.query_one("#look-title", Words)
        try:
            charts = await asyncio.wrap_future(submit(read))
        except BakehouseError as error:
            title.add_class("error")
            title.say(str(error))
            return
        title.display = False
        view = SectionsView(charts)
        await self.query_one("#look").mount(view, before="#look-keys")
        view.focus()

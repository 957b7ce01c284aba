"""The panes of the workspace and the room they get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widget import AwaitMount

from bakehouse.plugin import Ref
from plugins.host import Failure, Loaded, View
from tui.screens.event.arranging import TALL, WIDE, heights
from tui.screens.event.reading import SHOPPING, is_main
from tui.widgets.pane import Pane
from tui.widgets.tabs import Tab, TabLine

TOGETHER = "Make, assemble, shop"


class Board(Vertical):
    """The main panes together where there is room, else one at a time; others always as tabs."""

    class Opened(Message):
        """A pane was opened whose view may not have been loaded."""

    def __init__(self) -> None:
        super().__init__()
        self._open = 0
        self._panes: list[Pane] = []
        self._coming: list[AwaitMount] = []

    def compose(self) -> ComposeResult:
        """Lay out the tabs, and two places for panes."""
        yield TabLine()
        with Container(id="board-body"):
            yield Container(id="board-left")
            yield Container(id="board-right")

    @property
    def together(self) -> bool:
        """Whether the main panes are on one screen."""
        return self.app.size.width >= WIDE

    @property
    def wanted(self) -> frozenset[str]:
        """The ids of the views that can be seen; safe to ask on any thread."""
        panes = self._panes
        return frozenset(pane.view.id for pane in panes[self._open : self._open + 1])

    @property
    def panes(self) -> Sequence[Pane]:
        """Every pane, those included that nobody has opened yet."""
        return self._panes

    @property
    def current(self) -> Pane | None:
        """The pane that has the focus, or the open one."""
        for pane in self._panes:
            if pane.has_focus_within:
                return pane
        shown = self._shown()
        return shown[0] if shown else None

    # -- showing -----------------------------------------------------------------------------------

    def show(
        self, views: Sequence[View], outcomes: Mapping[str, Loaded | Failure], *, anew: bool
    ) -> None:
        """Show what the views returned, all in one go.

        Of another state than before, as `anew` says, nothing is left of the views not loaded now.
        """
        if [pane.view for pane in self._panes] != list(views):
            self._make(views)
        for pane in self._panes:
            if pane.view.id in outcomes:
                pane.show(outcomes[pane.view.id])
            elif anew:
                pane.forget()

    def _make(self, views: Sequence[View]) -> None:
        if self.has_focus_within:
            # Keys sent to a widget that has gone would go nowhere.
            self.screen.set_focus(None)
        for pane in self._panes:
            if pane.is_attached:
                pane.remove()
        self._panes = [Pane(view, number) for number, view in enumerate(views, start=1)]
        self._open = min(self._open, max(0, len(views) - 1))
        for pane in self._main():
            self._lay_out(pane)

    def _lay_out(self, pane: Pane) -> None:
        """Put a pane in its place. Most are opened rarely, and then one at a time."""
        side = "#board-right" if pane.view.plugin == SHOPPING else "#board-left"
        if not pane.is_attached:
            self._coming.append(self.query_one(side).mount(pane))

    async def laid_out(self) -> None:
        """Wait until every pane that was put in its place is there."""
        waiting = list(self._coming)
        for each in waiting:
            await each
        self._coming = [each for each in self._coming if each not in waiting]

    def _main(self) -> list[Pane]:
        return [pane for pane in self._panes if is_main(pane.view)]

    def _shown(self) -> list[Pane]:
        opened = self._panes[self._open : self._open + 1]
        if self.together and (not opened or is_main(opened[0].view)):
            return self._main()
        return opened

    @property
    def _height(self) -> int:
        """The lines there are; before it has been drawn, those of what it fills."""
        size = self.size or self.query_ancestor(Container).size
        return size.height

    def share_room(self) -> None:
        """Share the room among the panes that are shown."""
        if not self.is_mounted or not self._panes:
            return
        shown = self._shown()
        several = len(shown) > 1
        for pane in shown:
            self._lay_out(pane)
        for pane in self._panes:
            pane.display = pane in shown
            pane.stand_alone(not several)
        self._show_tabs(several)
        body = self.query_one("#board-body")
        left, right = self.query_one("#board-left"), self.query_one("#board-right")
        for side in (left, right):
            side.display = any(pane.display for pane in side.query(Pane))
        beside = several and self.app.size.width >= TALL
        body.set_class(beside, "-beside")
        room = self._height - int(self.query_one(TabLine).display)
        if beside:
            self._share([p for p in shown if p.parent is left], room)
            self._share([p for p in shown if p.parent is right], room)
            left.styles.height = right.styles.height = room
            return
        self._share(shown, room)
        for side in (left, right):
            side.styles.height = sum(
                int(pane.styles.height.value)
                for pane in shown
                if pane.parent is side and pane.styles.height is not None
            )

    @staticmethod
    def _share(panes: Sequence[Pane], room: int) -> None:
        for pane, height in zip(panes, heights([p.lines for p in panes], room), strict=True):
            pane.styles.height = height

    def _show_tabs(self, several: bool) -> None:
        titles = [f"{number} {pane.view.title}" for number, pane in enumerate(self._panes, 1)]
        tabs = [Tab(title, place, place == self._open) for place, title in enumerate(titles)]
        main = len(self._main())
        if self.together and main > 1:
            tabs = [Tab(f"1-{main} {TOGETHER}", 0, several), *tabs[main:]]
        line = self.query_one(TabLine)
        line.tabs = tuple(tabs)
        line.display = len(tabs) > 1

    # -- going -------------------------------------------------------------------------------------

    def focus_open(self) -> None:
        """Put the focus on the pane that is open, else on the first one shown."""
        shown = self._shown()
        for pane in [*self._panes[self._open : self._open + 1], *shown][:1]:
            pane.focus_content()

    @property
    def awaits_data(self) -> bool:
        """Whether the pane that is open has nothing to show yet."""
        opened = self._panes[self._open : self._open + 1]
        return any(pane.outcome is None for pane in opened)

    def go(self, number: int) -> bool:
        """Go to a pane by its number; True if its view has to be loaded.

        Before there are any, that is where the first one that comes is looked for.
        """
        if not self._panes:
            self._open = max(0, number - 1)
        if not 1 <= number <= len(self._panes):
            return False
        pane = self._panes[number - 1]
        self._open = number - 1
        self.share_room()
        pane.focus_content()
        return not is_main(pane.view)

    def go_to(self, about: Ref) -> bool:
        """Go to the first row that stands for a thing; False where none is loaded."""
        for pane in self._panes:
            if pane.go_to(about):
                self.go(pane.number)
                return True
        return False

    @on(Pane.Filled)
    def _filled(self) -> None:
        self.share_room()

    @on(TabLine.Chosen)
    def _chosen(self, message: TabLine.Chosen) -> None:
        message.stop()
        if self.go(message.place + 1):
            self.post_message(self.Opened())

"""Where lots and runs came from and where they went, as a tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from bakehouse.plugin import Ref
from core.services import saying
from core.services.planning.telling import Told
from core.services.rows.traces import Trace
from core.services.telling_traces import TraceTeller
from core.session import KitchenSession
from tui.screens.why.reading import MOST_LINES, Line
from tui.screens.why.screen import WhyScreen

Find = Callable[[Session], Sequence[Trace]]


class TraceScreen(WhyScreen):
    """The tree of what was traced, one after the other."""

    def __init__(self, what: str, find: Find, nothing: str) -> None:
        super().__init__(0, ())
        self.what = what
        self.find = find
        self.nothing = nothing
        """What is said where there is no trace."""

    def read(self, session: KitchenSession) -> list[Line]:
        """Return the lines; it runs on the session's thread."""
        teller = TraceTeller(saying.amounts(session))
        lines = _Lines()
        return [lines.line(teller.subject(trace)) for trace in self.find(session)]

    def title_of(self, lines: Sequence[Line]) -> str:
        """Return what stands over the lines."""
        return f"Trace  {self.what}" if lines else self.nothing


class _Lines:
    """Makes lines of what is told, as long as a person could read on."""

    def __init__(self) -> None:
        self._left = MOST_LINES

    def line(self, told: Told) -> Line:
        """Return a line and all below it."""
        self._left -= 1
        inner = [self.line(each) for each in told.inner if self._left > 0]
        if len(inner) < len(told.inner):
            inner.append(Line("…", "and more"))
        about = None if told.item_id is None else Ref("item", told.item_id)
        return Line(told.amount, told.words, "", tuple(inner), about)

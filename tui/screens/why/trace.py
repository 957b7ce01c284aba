"""Where lots and runs came from and where they went, as a tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from core.services import saying
from core.services.planning.telling import Told
from core.services.rows.traces import Trace
from core.services.telling_traces import TraceTeller
from core.session import KitchenSession
from tui.screens.why.screen import WhyScreen

Find = Callable[[Session], Sequence[Trace]]


class TraceScreen(WhyScreen):
    """The tree of what was traced, one after the other."""

    KEYS_OF = "trace"

    def __init__(self, what: str, find: Find, nothing: str) -> None:
        super().__init__(0, ())
        self.what = what
        self.find = find
        self.nothing = nothing
        """What is said where there is no trace."""

    def read(self, session: KitchenSession) -> list[Told]:
        """Return the lines; it runs on the session's thread."""
        teller = TraceTeller(saying.amounts(session))
        return [teller.subject(trace) for trace in self.find(session)]

    def title_of(self, lines: Sequence[Told]) -> str:
        """Return what stands over the lines."""
        return f"Trace  {self.what}" if lines else self.nothing

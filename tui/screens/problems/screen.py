"""Problems: what would make the plan wrong, each with what mends it under Enter."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from bakehouse.plugin import Column, Ref, Row, RowStyle, Table
from core.commands.trying import redo
from core.commands.what_if import Step
from core.errors import BakehouseError
from core.services.planning import plan_service
from core.services.planning.plan_service import PlanProblem
from core.session import KitchenSession
from core.worker import SessionWorker
from tui.screens.dialog import Dialog
from tui.screens.form.offers import Prefilled
from tui.widgets.listing import Listing
from tui.widgets.table import TableView
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import BakehouseApp

COLUMNS = (
    Column("kind", "", "status", priority=1),
    Column("message", "Problem", width=40, priority=0),
    Column("place", "Where", width=16, priority=2),
)
FIXES = {
    "unknown": "item set",
    "no recipe": "recipe add",
    "empty bundle": "bundle set",
    "short": "event accept",
    "stale target": "event accept",
    "expired": "discard",
    "expiring": "buy",
    "overload": "setting set",
    "no product": "product add",
    "no price": "buy",
    "old price": "product set",
}


WRONG = ("no recipe", "empty bundle", "short", "stale target", "expired")
"""Kinds that make the plan wrong; the others make it doubtful."""


TRYING = "These are the problems of what is tried; keep or drop that before you mend one."


class ProblemsScreen(Dialog[None]):
    """The problems of one event."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "mend", "Mend it", id="problems.mend"),
        Binding("escape,q,p", "dismiss(None)", "Back", id="problems.back"),
    ]

    def __init__(self, event_id: int, steps: Sequence[Step] = ()) -> None:
        super().__init__()
        self.event_id_asked = event_id
        self.steps = tuple(steps)
        self.problems: tuple[PlanProblem, ...] = ()
        self._session: SessionWorker | None = None

    def compose(self) -> ComposeResult:
        """Lay out a title, the list, all of the one under the cursor, the keys."""
        with Vertical(id="problems"):
            yield Words("Problems", id="problems-title")
            yield Listing()
            with Vertical(id="problem"):
                yield Words("", id="problem-message")
                yield Words("", id="problem-effect")
                yield Words("", id="problem-fix")
            yield Words("Enter mends it · / filters · Esc goes back", id="problems-keys")

    def on_mount(self) -> None:
        """Read them."""
        self._session = SessionWorker(name="problems")
        self.load()
        self.watch(self.app, "newest", self._follow, init=False)

    def _follow(self) -> None:
        self.load()

    def on_unmount(self) -> None:
        """Have the session closed on its own thread."""
        if self._session is not None:
            self._session.close()

    @work(exclusive=True)
    async def load(self) -> None:
        """Read the problems and show them."""
        session, event_id = self._session, self.event_id_asked
        assert session is not None

        def read(own: KitchenSession) -> list[PlanProblem]:
            redo(own, self.steps)
            return plan_service.problems(event_id, session=own)

        submit = session.submit_rehearsal if self.steps else session.submit
        try:
            found = await asyncio.wrap_future(submit(read))
        except BakehouseError as error:
            self.query_one("#problems-title", Words).say(str(error))
            return
        self.problems = tuple(found)
        count = len(found)
        self.query_one("#problems-title", Words).say(
            f"{count} problem{'s' * (count != 1)}" if count else "Nothing is wrong with the plan"
        )
        rows = [
            Row(
                f"{p.kind}:{p.event_id}:{p.item_id}:{p.place}",
                (p.kind, p.message, p.place),
                style=_style(p),
            )
            for p in found
        ]
        listing = self.query_one(Listing)
        listing.table.show_table(Table(COLUMNS, rows, empty="Nothing to mend."))
        listing.table.focus()
        self._show()

    @property
    def problem(self) -> PlanProblem | None:
        """The problem under the cursor."""
        table = self.query_one(TableView)
        if table.row is None:
            return None
        keys = [row.key for row in table.table.rows]
        place = keys.index(table.row.key)
        return self.problems[place] if place < len(self.problems) else None

    @on(TableView.Moved)
    def _show(self) -> None:
        problem = self.problem
        self.query_one("#problem").display = problem is not None
        if problem is not None:
            self.query_one("#problem-message", Words).say(problem.message)
            self.query_one("#problem-effect", Words).say(f"Effect  {problem.effect}")
            self.query_one("#problem-fix", Words).say(f"Fix     {problem.fix}")

    @on(TableView.Selected)
    def action_mend(self) -> None:
        """Open the dialog that mends the problem under the cursor."""
        problem = self.problem
        if problem is None or problem.kind not in FIXES:
            return
        if self.steps:
            self.notify(TRYING, severity="warning", markup=False)
            return
        name = FIXES[problem.kind]
        app = cast("BakehouseApp", self.app)
        app.ask(name, _given(name, problem), event_id=problem.event_id)


def _given(name: str, problem: PlanProblem) -> Mapping[str, Prefilled]:
    if name.startswith("event"):
        return {} if problem.event_id is None else {"event": Ref("event", problem.event_id)}
    if name == "discard":
        lot = problem.place.removeprefix("lot ")
        return {"what": f"L{lot}", "amount": "all", "reason": "expired"}
    if name == "setting set":
        return {"key": "oven_hours" if " of oven" in problem.message else "hands_hours"}
    if name == "product set":
        return {"product": problem.place}
    if problem.item_id is None:
        return {}
    item = Ref("item", problem.item_id)
    return {"item": item, "what": problem.place if name == "buy" else item, "bundle": item}


def _style(problem: PlanProblem) -> RowStyle:
    if problem.kind == "unknown":
        return "unknown"
    return "short" if problem.kind in WRONG else "muted"

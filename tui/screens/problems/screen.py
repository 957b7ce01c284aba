"""Problems: what would make the plan wrong, each with what mends it under Enter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from bakehouse.plugin import Column, Finding, Ref, Row, RowStyle, Table
from tui.screens.dialog import Dialog
from tui.screens.event.reading import Snapshot
from tui.screens.form.offers import Prefilled
from tui.widgets.listing import Listing
from tui.widgets.table import TableView
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import BakehouseApp
    from tui.screens.event.rehearsing import RehearsingScreen

COLUMNS = (
    Column("kind", "", "status", priority=1),
    Column("message", "Problem", width=40, priority=0),
    Column("place", "Where", width=16, priority=2),
)
FIXES = {
    "unknown": "item set",
    "no recipe": "recipe add",
    "empty bundle": "bundle set",
    "past": "event status",
    "short": "event target",
    "stale target": "event accept",
    "expired": "discard",
    "expiring": "buy",
    "shelf life": "event target",
    "overload": "setting set",
    "unknown pack": "item set",
    "no product": "product add",
    "no price": "product set",
    "old price": "product set",
    "old purchase": "product add",
}
"""The command that mends what the check of the plan finds, by its kind."""
AFRESH = {"recipe": "make", "bundle": "assemble"}
"""The command that makes again what expires too soon, by what that is about."""
FIELDS = {"unknown": "equals", "unknown pack": "equals", "no price": "price", "old price": "price"}
"""The field of an entry in which a problem is mended, by its kind."""
PLAN = "problems.plan"
"""The check of the plan."""
EDITS = {
    "item": "item set",
    "bundle": "bundle set",
    "recipe": "recipe set",
    "event": "event set",
    "lot": "discard",
}
"""The command that mends what another check finds, by what that is about."""
WRONG = ("no recipe", "empty bundle", "past", "short", "stale target", "expired")
"""Kinds that make the plan wrong; the others make it doubtful."""
TRYING = "These are the problems of what is tried; keep or drop that before you mend one."


class ProblemsScreen(Dialog[None]):
    """What all checks found of the event in the workspace, in the state that it shows."""

    KEYS_OF = "problems"
    CSS_PATH = Path(__file__).with_name("problems.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "mend", "Mend it", id="problems.mend"),
        Binding("escape,q,p", "dismiss(None)", "Back", id="problems.back"),
    ]

    def __init__(self, workspace: RehearsingScreen) -> None:
        super().__init__()
        self._workspace = workspace
        self.problems: tuple[Finding, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out a title, the list, all of the one under the cursor, the keys."""
        with Vertical(id="problems"):
            yield Words("Problems", id="problems-title")
            yield Listing()
            with Vertical(id="problem"):
                yield Words("", id="problem-message")
                yield Words("", id="problem-effect")
                yield Words("", id="problem-fix")
            yield Words("", id="problems-keys")

    def on_mount(self) -> None:
        """Show what the workspace has, whenever it has been read again."""
        self.watch(self._workspace, "snapshot", self._follow)
        self.query_one(Listing).table.focus()

    def _follow(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            return
        self.problems = snapshot.problems
        count = len(self.problems)
        self.query_one("#problems-title", Words).say(
            f"{count} problem{'s' * (count != 1)}" if count else "Nothing is wrong with the plan"
        )
        rows = [
            Row(str(place), (_kind(problem), problem.message, problem.place), style=_style(problem))
            for place, problem in enumerate(self.problems)
        ]
        self.query_one(TableView).show_table(Table(COLUMNS, rows, empty="Nothing to mend."))
        self._show()

    @property
    def problem(self) -> Finding | None:
        """The problem under the cursor."""
        row = self.query_one(TableView).row
        return None if row is None else self.problems[int(row.key)]

    @on(TableView.Moved)
    def _show(self) -> None:
        problem = self.problem
        self.query_one("#problem").display = problem is not None
        mends = "Enter mends it · / filters · " if self.problems else ""
        self.query_one("#problems-keys", Words).say(f"{mends}Esc goes back")
        if problem is not None:
            self.query_one("#problem-message", Words).say(problem.message)
            for name in ("effect", "fix"):
                words, text = self.query_one(f"#problem-{name}", Words), getattr(problem, name)
                words.display = bool(text)
                words.say(f"{name.capitalize():<8}{text}")

    @on(TableView.Selected)
    def action_mend(self) -> None:
        """Open the dialog that mends the problem under the cursor."""
        problem = self.problem
        name = None if problem is None else _mending(problem)
        if problem is None or name is None:
            return
        if self._workspace.steps:
            self.notify(TRYING, severity="warning", markup=False)
            return
        app = cast("BakehouseApp", self.app)
        field = FIELDS.get(problem.kind, "")
        app.ask(name, _given(name, problem), event_id=problem.event_id, field=field)


def _mending(problem: Finding) -> str | None:
    """Return the command that mends a problem, or None where none does."""
    if problem.check == PLAN:
        again = None if problem.about is None else AFRESH.get(problem.about.kind)
        return again if again and problem.kind == "expiring" else FIXES.get(problem.kind)
    return None if problem.about is None else EDITS.get(problem.about.kind)


def _given(name: str, problem: Finding) -> Mapping[str, Prefilled]:
    about = problem.about
    if problem.check != PLAN:
        assert about is not None
        return {"what": f"L{about.id}"} if about.kind == "lot" else {about.kind: about}
    event = None if problem.event_id is None else Ref("event", problem.event_id)
    if name in ("event target", "make", "assemble"):
        return {about.kind: about, "event": event} if about and event else {}
    if name.startswith("event"):
        return {} if event is None else {"event": event}
    if name == "discard":
        lot = problem.place.removeprefix("lot ")
        return {"what": lot, "amount": "all", "reason": "expired"}
    if name == "setting set":
        return {"key": "oven_hours" if " of oven" in problem.message else "hands_hours"}
    if name == "product set":
        return {"product": problem.place}
    if about is None or about.kind != "item":
        return {}
    return {"item": about, "what": problem.place if name == "buy" else about, "bundle": about}


def _kind(problem: Finding) -> str:
    """Return what kind of problem it is, or where it is from."""
    return problem.kind.replace("_", " ") or problem.check


def _style(problem: Finding) -> RowStyle:
    if problem.kind == "unknown":
        return "unknown"
    return "short" if problem.kind in WRONG or problem.check != PLAN else "muted"

"""The banner over the workspace while something is tried: that nothing is saved, and the steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from tui.widgets.plain import plain
from tui.widgets.words import Words

if TYPE_CHECKING:
    from bakehouse.plugin import Finding
    from core.commands.trying import Replayed
    from tui.screens.event.reading import Snapshot

TITLE = "WHAT IF: nothing is saved"
KEYS = "Enter keeps · Esc drops · u takes one back · + − = try more"
TYPING_KEYS = "Enter takes the number · Esc leaves it"


class Banner(Vertical):
    """Says what is tried, what problems that brings, and asks for a number."""

    def __init__(self) -> None:
        super().__init__()
        # Here and not by a rule of style: under a dialog it is asked before it is styled.
        self.display = False

    def _lay_out(self) -> None:
        """Lay out the title, the steps, the question, and what there is to say about them."""
        if not self.children:
            title, steps = Words(id="what-if-title"), Words(id="what-if-steps")
            line = Horizontal(id="what-if-number")
            line.display = False
            self.mount(title, steps, line, Words(id="what-if-notes"))
            # Not as its children from the beginning: the next key is for the number already.
            number = Input(compact=True, placeholder="a number, or an amount", id="what-if-input")
            line.mount(Words(id="what-if-question"), number)

    @property
    def input(self) -> Input:
        """Where one types a number."""
        return self.query_one("#what-if-input", Input)

    @property
    def asking(self) -> bool:
        """Whether it asks for a number."""
        return self.display and bool(self.query_one("#what-if-number").display)

    def ask(self, question: str) -> None:
        """Ask for a number."""
        self._lay_out()
        self.display = True
        self.query_one("#what-if-question", Words).say(f"{plain(question)} ")
        self.query_one("#what-if-number").display = True
        with self.prevent(Input.Changed):
            self.input.value = ""
        self.input.focus()
        self._say_title()

    def stop_asking(self) -> None:
        """Take the question away."""
        self.query_one("#what-if-number").display = False
        self._say_title()

    def begin(self) -> None:
        """Say at once that something is tried, before it has been worked out."""
        self._lay_out()
        self.display = True
        self._say_title(" · working it out …")

    def show(self, snapshot: Snapshot | None) -> None:
        """Show what was tried; without it, nothing but a question that is being asked."""
        replayed = None if snapshot is None else snapshot.replayed
        self.display = replayed is not None or self.asking
        if not self.display:
            return
        self._lay_out()
        self._say_title()
        steps = () if replayed is None or snapshot is None else _steps(snapshot, replayed)
        self._say("#what-if-steps", _numbered(steps))
        self._say("#what-if-notes", "" if snapshot is None else " · ".join(_notes(snapshot)))

    def _say_title(self, more: str = "") -> None:
        keys = TYPING_KEYS if self.asking else KEYS
        self._say("#what-if-title", f"{TITLE}{more or f' · {keys}'}")

    def _say(self, selector: str, text: str) -> None:
        words = self.query_one(selector, Words)
        words.display = bool(text)
        words.say(plain(text))


def _steps(snapshot: Snapshot, replayed: Replayed) -> list[str]:
    """Return what the steps do; that it is done to this event goes without saying."""
    return [step.removeprefix(f"{snapshot.event.name}: ") for step in replayed.said]


def _numbered(steps: Sequence[str]) -> str:
    if len(steps) < 2:
        return " ".join(steps)
    return "   ".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _notes(snapshot: Snapshot) -> list[str]:
    """Return what was refused, and which problems come and go."""
    notes = []
    if snapshot.replayed is not None:
        notes += [f"✗ {refused.message}" for refused in snapshot.replayed.refused]
    if snapshot.before is not None:
        came = _messages(snapshot.problems, snapshot.before.problems)
        went = _messages(snapshot.before.problems, snapshot.problems)
        notes += [f"! new problem: {message}" for message in came]
        notes += [f"✓ solved: {message}" for message in went]
    return notes


def _messages(these: Sequence[Finding], those: Sequence[Finding]) -> list[str]:
    """Return the problems that are new in these; one that only says another number is not."""
    known = set(map(_identity, those))
    return [each.message for each in these if _identity(each) not in known]


def _identity(problem: Finding) -> tuple[object, ...]:
    return problem.check, problem.kind, problem.event_id, problem.about, problem.place

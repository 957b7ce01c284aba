"""What a command would change, view by view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from core.commands.preview import Difference
from tui.widgets.plain import fitted, plain
from tui.widgets.words import Words

LEAST_NAME = 22


class DifferencesView(VerticalScroll, can_focus=False):
    """Numbers before and after, under the name of their view."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Words(id="differences-text")

    def show(
        self,
        differences: Sequence[Difference],
        *,
        done: bool,
        several: bool,
        notes: Sequence[str] = (),
    ) -> None:
        """Show `notes` and what would change; `done` where the command itself would work."""
        lines = lines_of(differences, self.scrollable_content_region.width, several=several)
        if done and not lines:
            lines = ["nothing else in the plan changes"]
        # Work may end while the dialog is being taken away.
        for text in self.query("#differences-text").results(Words):
            text.say("\n".join([*notes, *lines]))
        self.scroll_home(animate=False)


def lines_of(differences: Sequence[Difference], width: int, *, several: bool) -> list[str]:
    """Say differences line by line, the amounts under each other; names give way."""
    field = _longest(each.field for each in differences)
    before = _longest(plain(each.before) for each in differences)
    after = _longest(plain(each.after) for each in differences)
    change = _longest(plain(each.change) for each in differences)
    room = width - 2 - 2 - field - 2 - before - 3 - after
    name = _longest(plain(each.name) for each in differences)
    changes = room - 2 - change >= min(name, LEAST_NAME)
    name = max(1, min(name, room - (2 + change if changes else 0)))
    lines: list[str] = []
    view = ("", "")
    for each in differences:
        if (each.event, each.view) != view:
            view = (each.event, each.view)
            lines.append(plain(f"{each.view} · {each.event}" if several else each.view))
        line = (
            f"  {fitted(plain(each.name), name)}  {each.field.ljust(field)}  "
            f"{plain(each.before).rjust(before)} → {plain(each.after).ljust(after)}"
        )
        lines.append(f"{line}  {plain(each.change).rjust(change)}" if changes else line)
    return lines


def _longest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)

"""What a command would change, view by view."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from core.commands.preview import Difference
from tui.widgets.plain import fitted, plain
from tui.widgets.words import Words

NAME, FIELD = 26, 16


class DifferencesView(VerticalScroll, can_focus=False):
    """Numbers before and after, under the name of their view."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Words(id="differences-text")

    def show(self, differences: Sequence[Difference], *, done: bool, several: bool) -> None:
        """Show what would change; `done` where the command itself would work."""
        lines = lines_of(differences, several=several)
        if done and not lines:
            lines = ["no number of an open event changes"]
        self.query_one("#differences-text", Words).say("\n".join(lines))
        self.scroll_home(animate=False)


def lines_of(differences: Sequence[Difference], *, several: bool) -> list[str]:
    """Say differences line by line, the amounts under each other."""
    name = min(NAME, max((len(plain(each.name)) for each in differences), default=0))
    field = min(FIELD, max((len(each.field) for each in differences), default=0))
    before = max((len(plain(each.before)) for each in differences), default=0)
    lines: list[str] = []
    view = ("", "")
    for each in differences:
        if (each.event, each.view) != view:
            view = (each.event, each.view)
            lines.append(plain(f"{each.view} · {each.event}" if several else each.view))
        change = f"  ({plain(each.change)})" if each.change else ""
        lines.append(
            f"  {fitted(plain(each.name), name)}  {fitted(each.field, field)}  "
            f"{plain(each.before).rjust(before)} → {plain(each.after)}{change}"
        )
    return lines

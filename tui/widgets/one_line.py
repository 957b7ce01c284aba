"""A field of one line that loses nothing of what is pasted into it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from tui.widgets.plain import plain


class OneLine(Input):
    """An input into which several lines are pasted as one."""

    def _on_paste(self, event: events.Paste) -> None:
        """Join the lines with blanks."""
        event.prevent_default()
        event.stop()
        lines = [plain(line).strip() for line in event.text.splitlines()]
        self.replace(" ".join(line for line in lines if line), *self.selection)

"""Text that is shown as it is."""

from __future__ import annotations

from textual.widgets import Static

from tui.widgets.plain import plain_lines


class Words(Static):
    """A text that may hold anything a person typed; nothing in it is markup."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None):  # noqa: A002
        super().__init__(plain_lines(text), id=id, classes=classes, markup=False)

    def say(self, text: str) -> None:
        """Show another text."""
        self.update(plain_lines(text))

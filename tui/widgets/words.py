"""Text that is shown as it is."""

from __future__ import annotations

from textual.widgets import Static

from tui.widgets.plain import plain_lines


class Words(Static):
    """A text that may hold anything a person typed; nothing in it is markup."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None):  # noqa: A002
        self.text = plain_lines(text)
        super().__init__(self.text, id=id, classes=classes, markup=False)

    def say(self, text: str) -> None:
        """Show another text; the same one costs nothing."""
        said = plain_lines(text)
        if said != self.text:
            self.text = said
            self.update(said)

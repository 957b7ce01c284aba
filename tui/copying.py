"""Copying to the clipboard of the person's own terminal, also over SSH (OSC 52).

The terminal is asked by an escape sequence and answers nothing, so nobody can know whether it has
done so. What is known to fail is told: a text longer than many terminals take.
"""

from __future__ import annotations

from typing import Final, TypeVar

from textual.app import App

from tui.widgets.notice import Notice
from tui.widgets.plain import plain_lines
from tui.widgets.words import Words

Result = TypeVar("Result")

LARGEST: Final = 74_994
"""Bytes that every terminal with OSC 52 takes: 100,000 characters, encoded and wrapped."""


class CopyingApp(App[Result]):
    """An app that copies what is on the screen and what it has said."""

    def __init__(self) -> None:
        super().__init__()
        self.said_last = ""
        """What was said in the corner last."""

    def copy_to_clipboard(self, text: str) -> None:
        """Ask the terminal to take a text; what no terminal could take is replaced by `?`."""
        super().copy_to_clipboard(text.encode("utf-8", "replace").decode("utf-8"))

    def copy(self, text: str) -> None:
        """Copy a text, and say so."""
        self.copy_to_clipboard(text)
        size = len(text.encode("utf-8", "replace"))
        if size > LARGEST:
            self.notify(
                f"Sent {size:,} bytes to the clipboard; many terminals drop more than "
                f"{LARGEST:,}. e writes a list into a file.",
                severity="warning",
                markup=False,
            )
        else:
            self.notify("Copied.", timeout=2, markup=False)

    def action_copy_said(self) -> None:
        """Copy the error that is on the screen, else what was said in the corner last."""
        errors = [
            words.text for words in self.screen.query(".error").results(Words) if words.display
        ]
        notices = [each.text for each in self.screen.query(Notice) if each.display]
        said = "\n".join(filter(None, errors or notices)) or self.said_last
        if said:
            self.copy(plain_lines(said).removeprefix("✗ "))

"""What stands on a screen that has nothing to show: what happened, and what to do."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.widgets.words import Words


class Notice(Vertical):
    """A title, a sentence, and keys that help."""

    def compose(self) -> ComposeResult:
        """Three texts in the middle."""
        yield Words(classes="notice-title")
        yield Words(classes="notice-message")
        yield Words(classes="notice-keys")

    @property
    def text(self) -> str:
        """What happened, to be copied."""
        said = (self.query_one(f".notice-{part}", Words).text for part in ("title", "message"))
        return "\n".join(filter(None, said))

    def say(self, title: str, message: str = "", keys: tuple[tuple[str, str], ...] = ()) -> None:
        """Say something else."""
        width = max((len(key) for key, _ in keys), default=0)
        self.query_one(".notice-title", Words).say(title)
        self.query_one(".notice-message", Words).say(message)
        lines = [f"{key.rjust(width)}   {what}" for key, what in keys]
        self.query_one(".notice-keys", Words).say("\n".join(lines))

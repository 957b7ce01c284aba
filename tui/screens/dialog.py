"""What stands over a screen, and goes away once."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from tui.typing_ahead import Awaited

HIGH = 12
"""From so many rows on there is room for more than what is asked."""
READS = ("fill", "look", "list")
"""The groups of a dialog's workers that only read."""


class Dialog(ModalScreen[ScreenResultType], Awaited[ScreenResultType]):
    """A modal screen that only ever takes itself away.

    Textual's `dismiss` takes away whatever is on top: the second of two quick keys, or work that
    ends late, would take the screen below, or end the program where there is none.
    """

    VERTICAL_BREAKPOINTS = [(0, "-low"), (HIGH, "-high")]

    _left: tuple[ScreenResultType | None] | None = None
    """The result to leave with, where it ended while another mode was open."""

    @property
    def has_left(self) -> bool:
        """Whether it has ended; it may still be on its way out."""
        return self._left is not None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go away with a result, and with whatever is on top; once."""
        if self not in self.app.screen_stack:
            if self.is_attached and self._left is None:
                self._leave(result)
            return AwaitComplete()
        while self.app.screen is not self:
            self.app.pop_screen()
        self._leave(result)
        return super().dismiss(result)

    def _leave(self, result: ScreenResultType | None) -> None:
        self._left = (result,)
        # What is still read for it would come to fields that are taken away one by one.
        for group in READS:
            self.workers.cancel_group(self, group)

    def on_screen_resume(self) -> None:
        """Go away now where it ended while another mode was open."""
        if self._left is not None and self.app.screen is self:
            super().dismiss(*self._left)

"""What is drawn in whole lines, once for each width."""

from __future__ import annotations

from collections.abc import Sequence

from textual.cache import LRUCache
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget


class Lines(Widget):
    """Lines that change with the width only: they are kept, and what is in sight is drawn.

    `lines_in` returns them.
    """

    DEFAULT_CSS = "Lines { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        # With a scrollbar beside it and without.
        self._kept: LRUCache[int, Sequence[Strip]] = LRUCache(2)

    def lines_in(self, width: int) -> Sequence[Strip]:
        """Return the lines in so many cells; none is wider."""
        raise NotImplementedError

    def _lines(self, width: int) -> Sequence[Strip]:
        if width not in self._kept:
            self._kept[width] = self.lines_in(width)
        return self._kept[width]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines it takes in this width."""
        return len(self._lines(max(1, width)))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = max(1, self.content_size.width)
        lines = self._lines(width)
        line = lines[y] if y < len(lines) else Strip.blank(width)
        return line.adjust_cell_length(width).apply_style(self.rich_style)

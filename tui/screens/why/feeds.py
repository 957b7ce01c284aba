"""Where an item or a lot goes: who gets what of it, and up to the event lines it is for."""

from __future__ import annotations

from collections.abc import Sequence

from core.services.planning.telling import Told
from core.session import KitchenSession
from tui.screens.why.reading import read_contention, read_feeds
from tui.screens.why.screen import WhyScreen


class FeedsScreen(WhyScreen):
    """The tree of what an item, or one lot of it, is for."""

    def __init__(self, item_id: int, name: str, lot_id: int | None = None) -> None:
        super().__init__(0, [item_id])
        self.asked = name if lot_id is None else f"{name}, lot L{lot_id}"
        self.lot_id = lot_id

    def read(self, session: KitchenSession) -> list[Told]:
        """Return the lines; it runs on the session's thread."""
        [item_id] = self.items
        contention = read_contention(item_id, session)
        return [*contention, read_feeds(item_id, self.lot_id, session)]

    def title_of(self, lines: Sequence[Told]) -> str:
        """Return what stands over the lines."""
        return f"Where it goes  {self.asked}"

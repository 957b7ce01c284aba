"""Going to what a line of an explanation stands for, from a screen that shows something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.services.planning.telling import Told

if TYPE_CHECKING:
    from tui.app import BakehouseApp


def follow(app: BakehouseApp, line: Told | None) -> None:
    """Open the event of a line, else its item in the stock."""
    if line is None:
        return
    if line.event_id is not None:
        app.open_event(line.event_id)
    elif line.about is not None and line.about[0] == "item":
        app.open_item(line.about[1])

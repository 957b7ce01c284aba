"""Going to what a line of an explanation stands for, from a screen that shows something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.why.reading import Line

if TYPE_CHECKING:
    from tui.app import BakehouseApp


def follow(app: BakehouseApp, line: Line | None) -> None:
    """Open the event of a line, else its item in the stock."""
    if line is None:
        return
    if line.event_id is not None:
        app.open_event(line.event_id)
    elif line.about is not None and line.about.kind in ("item", "bundle"):
        app.open_item(line.about.id)

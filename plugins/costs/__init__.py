"""Costs: what an event has cost, and what it still will."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the view."""
    return [
        ViewSpec(
            id="costs",
            title="Costs",
            area=Area.EVENT,
            load="plugins.costs.view:load",
            order=50,
            help="What the event has cost, what it still will, per bundle and per person.",
        )
    ]

"""Plan: what all open events need."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the view."""
    return [
        ViewSpec(
            id="plan",
            title="Plan",
            area=Area.KITCHEN,
            load="plugins.plan.view:load",
            order=10,
            help="What every open event needs, gets from stock, and still lacks.",
        )
    ]

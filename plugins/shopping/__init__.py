"""Shopping: what to buy for an event."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the view."""
    return [
        ViewSpec(
            id="shopping",
            title="Shopping",
            area=Area.EVENT,
            load="plugins.shopping.view:load",
            order=30,
            help="What to buy for the work still to be done, in packs, with store and cost.",
        )
    ]

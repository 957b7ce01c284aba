"""Stock: what is there."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the view."""
    return [
        ViewSpec(
            id="stock",
            title="Stock",
            area=Area.KITCHEN,
            load="plugins.stock.view:load",
            order=20,
            help="Every item: what is there, what is promised to events, what expires first.",
        )
    ]

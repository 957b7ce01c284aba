"""Assembly: what to assemble for an event, and what stands in the way."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the view."""
    return [
        ViewSpec(
            id="assembly",
            title="Assembly",
            area=Area.EVENT,
            load="plugins.assembly.view:load",
            order=20,
            help="Which bundles to fill, how many now and after baking, and what is missing.",
        )
    ]

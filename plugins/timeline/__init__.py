"""Timeline: what to do on which day, counted back from the event."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the view."""
    return [
        ViewSpec(
            id="timeline",
            title="Timeline",
            area=Area.EVENT,
            load="plugins.timeline.view:load",
            order=40,
            key="T",
            help="What to do on which day, and how full each day is; Space records what is done.",
        )
    ]

"""Production: what to bake for an event, and how far it is."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the view."""
    return [
        ViewSpec(
            id="production",
            title="Production",
            area=Area.EVENT,
            load="plugins.production.view:load",
            order=10,
            help="What to bake, what can be baked now, what was made and lost, what is left over.",
        )
    ]

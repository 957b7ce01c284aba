"""Contention: what several open events want of one stock."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the view."""
    return [
        ViewSpec(
            id="contention",
            title="Contention",
            area=Area.KITCHEN,
            load="plugins.contention.view:load",
            order=40,
            budget_ms=2500,
            help="What several open events want, who gets it, and what moving a date would change.",
        )
    ]

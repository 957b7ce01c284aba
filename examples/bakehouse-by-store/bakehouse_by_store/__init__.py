"""The shopping list of an event, store by store."""

from __future__ import annotations

from bakehouse.plugin import Area, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the list."""
    return [
        ViewSpec(
            id="by-store",
            title="By store",
            area=Area.EVENT,
            load="bakehouse_by_store.view:load",
            key="g",
            help="What to buy for the event, store by store, with what each store will cost.",
        )
    ]

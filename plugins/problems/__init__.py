"""Problems: what would make the plan wrong, found by every check."""

from __future__ import annotations

from bakehouse.plugin import Area, CheckSpec, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the list of what all checks found."""
    return [
        ViewSpec(
            id="problems",
            title="Problems",
            area=Area.KITCHEN,
            load="plugins.problems.view:load",
            order=30,
            help="What would make the plan wrong, what that does to it, and what mends it.",
            findings=True,
        )
    ]


@contribute.checks
def checks() -> list[CheckSpec]:
    """Offer the check of the plan itself."""
    return [
        CheckSpec(
            id="problems.plan",
            title="The plan",
            check="plugins.problems.check:check",
            # The whole kitchen may have a year of open events.
            budget_ms=1_000,
        )
    ]

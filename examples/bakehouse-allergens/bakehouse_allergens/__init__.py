"""Allergens of what is made, through nested recipes, to bundles and recipients."""

from __future__ import annotations

from bakehouse.plugin import Area, CheckSpec, Setting, ViewSpec, contribute


@contribute.views
def views() -> list[ViewSpec]:
    """Offer the table of allergens."""
    return [
        ViewSpec(
            id="allergens",
            title="Allergens",
            area=Area.EVENT,
            load="bakehouse_allergens.view:load",
            help="What the things of an event hold, by recipient, and how it gets there.",
        )
    ]


@contribute.checks
def checks() -> list[CheckSpec]:
    """Offer the checks of recipients and of ingredients."""
    return [
        CheckSpec(
            id="allergens.recipients",
            title="Who must not have what",
            check="bakehouse_allergens.checking:recipients",
        ),
        CheckSpec(
            id="allergens.missing",
            title="Allergens not noted",
            check="bakehouse_allergens.checking:missing",
        ),
    ]


@contribute.settings
def settings() -> list[Setting]:
    """Offer the list of who must not have what."""
    return [
        Setting(
            key="avoid",
            title="Who must not have what",
            default="",
            help="As “Aunt Mary: tree nuts, milk; Tom: sesame”.",
        )
    ]

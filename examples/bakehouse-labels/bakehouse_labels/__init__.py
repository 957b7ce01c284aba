"""Product labels of what goes out for an event."""

from __future__ import annotations

from bakehouse.plugin import Area, ExporterSpec, Setting, contribute


@contribute.exporters
def exporters() -> list[ExporterSpec]:
    """Offer the format."""
    return [
        ExporterSpec(
            id="labels",
            title="Product labels",
            suffix=".html",
            write="bakehouse_labels.export:write",
            area=Area.EVENT,
            help="A page of labels to print: ingredients by weight, allergens, lot, best before.",
        )
    ]


@contribute.settings
def settings() -> list[Setting]:
    """Offer who made it, and whose law the allergens follow."""
    return [
        Setting(
            key="maker",
            title="Name and address of the maker",
            default="",
            help="Printed on every label.",
        ),
        Setting(
            key="region",
            title="Whose allergens",
            default="EU",
            kind="choice",
            choices=("EU", "US"),
            help="The 14 of the European Union or the 9 of the United States.",
        ),
    ]

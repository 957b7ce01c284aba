"""Writing the page."""

from __future__ import annotations

from typing import BinaryIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from bakehouse.plugin import ViewContext
from bakehouse_labels.labelling import labels_of


def write(ctx: ViewContext, file: BinaryIO) -> None:
    """Write the labels of the event as one HTML page."""
    region = str(ctx.settings.get("region", "EU"))
    pages = Environment(
        loader=PackageLoader("bakehouse_labels", "."), autoescape=True, undefined=StrictUndefined
    )
    page = pages.get_template("labels.html.jinja").render(
        labels=labels_of(ctx, ctx.event, region),
        maker=str(ctx.settings.get("maker", "")),
        region=region,
    )
    file.write(page.encode())

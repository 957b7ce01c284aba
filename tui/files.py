"""Files in and out: the dialogs that the palette opens for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from bakehouse.plugin import Area
from core.errors import BakehouseError
from core.services.rows.events import EventRow
from core.session import read_session
from plugins.host import Exporter, Importer
from tui.threads import in_thread

if TYPE_CHECKING:
    from tui.app import BakehouseApp
    from tui.screens.export.screen import ExportScreen

Opens = Callable[[EventRow | None], "ExportScreen"]


def ask_import(app: BakehouseApp, importer: Importer | None = None) -> None:
    """Ask for a file and import it, in a format of a plugin or whichever it has."""
    from tui.screens.importing.screen import ImportScreen

    app.push_screen(ImportScreen(app.host, importer), app.done)


def ask_export_kitchen(app: BakehouseApp) -> None:
    """Ask where to write the whole kitchen."""
    _open(app, Area.KITCHEN, _kitchen_file)


def ask_export_event(app: BakehouseApp) -> None:
    """Ask where to write what an event needs of the catalogue."""
    _open(app, Area.EVENT, _kitchen_file)


def ask_export_by(app: BakehouseApp, exporter: Exporter) -> None:
    """Ask where to write what a plugin makes, of the event that is open or of the kitchen."""

    def opens(event: EventRow | None) -> ExportScreen:
        from tui.screens.export.formats import plugin_format
        from tui.screens.export.screen import ExportScreen

        of = "the whole kitchen" if event is None else event.name
        what = f"of {of}, by {exporter.plugin} {exporter.version}"
        title = exporter.title if event is None else f"{exporter.title} {event.name}"
        form = plugin_format(app.host, exporter, None if event is None else event.id)
        return ExportScreen(title, what, [form])

    _open(app, exporter.spec.area, opens)


def _kitchen_file(event: EventRow | None) -> ExportScreen:
    from tui.screens.export.formats import kitchen_format
    from tui.screens.export.screen import ExportScreen

    if event is None:
        what = "all of it, with its stock and its journal"
        return ExportScreen("kitchen", what, [kitchen_format()])
    what = f"{event.name}, and the items, recipes and bundles it needs"
    return ExportScreen(event.name, what, [kitchen_format(event.slug)])


def _open(app: BakehouseApp, area: Area, opens: Opens) -> None:
    app.run_worker(_opening(app, area, opens), group="export", exclusive=True)


async def _opening(app: BakehouseApp, area: Area, opens: Opens) -> None:
    """Open a dialog about the event that is open, else the next one; say so without any."""
    from tui.screens.export.formats import event_of

    shown: int | None = getattr(app.screen, "event_id", None)

    def find() -> EventRow | None:
        with read_session() as session:
            return event_of(area, app.event_id if shown is None else shown, session)

    try:
        event = await asyncio.wrap_future(in_thread(find, "export"))
    except BakehouseError as error:
        app.say(str(error), "warning")
    else:
        app.push_screen(opens(event))

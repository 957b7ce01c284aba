"""What can be written besides a list: the kitchen, an event, and what plugins make of them."""

from __future__ import annotations

from bakehouse.plugin import Area
from core.errors import RuleBroken
from core.services import event_service
from core.services.rows.events import EventRow
from core.session import KitchenSession
from core.worker import SessionWorker
from plugins.host import Exporter, Host
from tui.exporting import Format

KITCHEN_FILE = "a kitchen file, which `file: import` takes in again"


def kitchen_format(event: str | None = None) -> Format:
    """Return the kitchen file, of all of the kitchen or of what one event needs."""

    def make() -> bytes:
        from core.interchange.exporting import export_kitchen, write_kitchen

        return write_kitchen(export_kitchen(event=event))

    return Format("json", KITCHEN_FILE, make)


def plugin_format(host: Host, exporter: Exporter, event_id: int | None) -> Format:
    """Return the format of a plugin, written on a session and a thread of its own."""

    def make() -> bytes:
        worker = SessionWorker(name="export")
        try:
            return worker.submit(
                lambda session: host.write_export(
                    exporter, session, event_id, on_stuck=lambda _: worker.abandon()
                )
            ).result()
        finally:
            worker.close()

    said = exporter.spec.help or f"by {exporter.plugin} {exporter.version}"
    return Format(exporter.spec.suffix.removeprefix("."), said, make)


def event_of(area: Area, event_id: int | None, session: KitchenSession) -> EventRow | None:
    """Return the event that an export is about: the one given, else the next open one.

    Raises:
        RuleBroken: It is about an event, and none is open.
    """
    if area is not Area.EVENT:
        return None
    events = event_service.list_events(session, archived=True)
    for event in events:
        if event.id == event_id:
            return event
    for event in events:
        if not event.archived and event.status in ("planned", "started"):
            return event
    raise RuleBroken("This is about one event, and no event is open.")

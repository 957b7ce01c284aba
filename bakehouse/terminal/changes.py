"""Importing and exporting by plugins: their formats beside our own."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.options import Settings
from bakehouse.terminal.output import Heading, plain, print_json, print_table, say
from bakehouse.terminal.reads import event_for
from bakehouse.terminal.talk import give_up, stdout_is_talk

if TYPE_CHECKING:
    from bakehouse.plugin import ChangeSet
    from core.services.rows.journal import ChangeRow
    from core.session import Database
    from plugins.changes import Previewed
    from plugins.host import Exporter, Host

KITCHEN_FILE = "bakehouse"
OURS = ".json"


def changes_of(
    host: Host, kitchen: Database, name: str, content: bytes, as_format: str | None
) -> ChangeSet | None:
    """Return what a plugin reads in a file, or None where the file is of one of our formats."""
    from bakehouse.plugin import Source
    from core.interchange.formats import FORMATS
    from core.session import read_session
    from plugins.formats import chosen

    if as_format in FORMATS:
        return None
    source = Source(PurePath(name).name, content)
    with stdout_is_talk():
        host.prepare(kitchen, as_format)
        with read_session() as session:
            importer = (
                host.importer_for(source, session, on_stuck=give_up)
                if as_format is None
                else chosen(as_format, host.importers(), list(FORMATS))
            )
            if importer is None:
                return None
            changes = host.read_import(importer, source, session, on_stuck=give_up)
    say(f"{source.name} is read as {importer.title}, by {importer.plugin} {importer.version}.")
    return changes


def import_changes(changes: ChangeSet, *, dry_run: bool) -> ChangeRow | Previewed:
    """Do what a plugin read, as one change, or return what it would change."""
    from plugins.changes import apply, preview

    return preview(changes) if dry_run else apply(changes)


def report_changes(settings: Settings, changes: ChangeSet, done: ChangeRow | Previewed) -> int:
    """Print the change that was done, or what it would change."""
    from plugins.changes import Previewed

    for note in changes.notes:
        say(note)
    if settings.as_json:
        print_json({"data": done, "kept": not isinstance(done, Previewed)})
    elif isinstance(done, Previewed):
        _print_preview(done, len(changes.steps))
    else:
        click.echo(plain(f"#{done.id} {done.summary}"))
    return 0


def _print_preview(previewed: Previewed, steps: int) -> None:
    click.echo(plain(f"Would be: {previewed.change.summary} ({steps} steps)"))
    rows = [
        (each.event, each.name, each.field, each.before, each.after, each.change)
        for each in previewed.differences
    ]
    headings = [
        Heading("event", "Event"),
        Heading("name", "What"),
        Heading("field", ""),
        Heading("before", "Now", "amount"),
        Heading("after", "Then", "amount"),
        Heading("change", "Change", "amount"),
    ]
    print_table(headings, rows, empty="No number of an open event would change.")
    say("Nothing was kept.")


def export_by_plugin(
    host: Host, kitchen: Database, file: str, event: str | None, as_format: str | None
) -> bytes | None:
    """Return what a plugin writes, or None where our own format is asked for."""
    from core.session import read_session

    suffix = PurePath(file).suffix.lower()
    if as_format == KITCHEN_FILE or (as_format is None and suffix in (OURS, "")):
        return None
    with stdout_is_talk():
        host.prepare(kitchen, as_format)
        exporter = _exporter(host, file, as_format)
        if exporter is None:
            return None
        with read_session() as session:
            chosen_event = event_for(exporter.spec.area, event, session)
            event_id = None if chosen_event is None else chosen_event.id
            return host.write_export(exporter, session, event_id, on_stuck=give_up)


def _exporter(host: Host, file: str, as_format: str | None) -> Exporter | None:
    from core.errors import Ambiguous
    from plugins.formats import chosen

    if as_format is not None:
        return chosen(as_format, host.exporters(), [KITCHEN_FILE])
    found = [each for each in host.exporters() if file.lower().endswith(each.spec.suffix)]
    if len(found) > 1:
        raise Ambiguous(file, [each.id for each in found])
    return found[0] if found else None

"""Whole kitchens: the demo, import, export."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.changes import (
    changes_of,
    export_by_plugin,
    import_changes,
    report_changes,
)
from bakehouse.terminal.demos import demo_path, prepare_demo, say_where
from bakehouse.terminal.options import (
    Settings,
    common_options,
    json_option,
    settings_of,
)
from bakehouse.terminal.output import Heading, plain, print_json, print_table, say
from bakehouse.terminal.screen import open_screen

if TYPE_CHECKING:
    from core.interchange.importing import Imported


@click.command(help="Open a worked example kitchen, in a file of its own.")
@click.option("--at", metavar="PATH", help=f"Where to keep it; else {demo_path()}.")
@click.option("--fresh", is_flag=True, help="Make it anew, with dates from today on.")
@common_options
@click.pass_context
def demo(ctx: click.Context, at: str | None, fresh: bool) -> int:
    """Make the demo kitchen if there is none, and open the screen or print a summary."""
    from core.places import read_path

    settings = settings_of(ctx)
    path = read_path(at) if at else demo_path()
    settings.db = str(path)
    prepare_demo(settings, path, fresh=fresh)
    if sys.stdout.isatty() and sys.stdin.isatty():
        ended = open_screen(settings)
        say_where(path)
        return ended
    settings.open()
    _summary(path)
    return 0


def _summary(path: Path) -> None:
    from core.services import event_service
    from core.services.planning import progress
    from core.session import read_session

    click.echo(plain(f"The demo kitchen is at {path}"))
    with read_session() as session:
        rows = []
        for event in event_service.list_events(session):
            found = progress.get_event_progress(event.id, session=session)
            percent = found["overall_pct"]
            rows.append(
                (
                    event.slug,
                    event.name,
                    event.date.isoformat(),
                    event.status,
                    "unknown" if percent is None else f"{int(percent)} %",
                    str(found["items_to_buy"]),
                )
            )
    headings = [
        Heading("slug", "Slug"),
        Heading("name", "Event"),
        Heading("date", "Date"),
        Heading("status", "Status"),
        Heading("ready", "Ready", "number"),
        Heading("to_buy", "To buy", "number"),
    ]
    print_table(headings, rows)
    say(f"Look further with `bakehouse --db {path} show production`, or open it in a terminal.")


@click.command("import", help="Read a kitchen file, or a file of another program or plugin.")
@click.argument("file")
@click.option(
    "--as", "as_format", metavar="FORMAT", help="bakehouse, bake-tracker, or one of a plugin."
)
@click.option("--dry-run", is_flag=True, help="Only show what it would change.")
@json_option
@common_options
@click.pass_context
def import_(ctx: click.Context, file: str, as_format: str | None, dry_run: bool) -> int:
    """Import a file, all or nothing."""
    from core.errors import BadFile, Problem
    from core.places import read_path

    settings = settings_of(ctx)
    path = read_path(file)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile([Problem(file, error.strerror or str(error))]) from error
    report: Callable[[], int]
    with settings.fill(keep=not dry_run) as kitchen:
        changes = changes_of(settings.host(), kitchen, path.name, content, as_format)
        if changes is not None:
            done = import_changes(changes, dry_run=dry_run)
            report = partial(report_changes, settings, changes, done)
        else:
            imported = _import_ours(content, as_format, dry_run)
            report = partial(_report, settings, imported, dry_run)
    # Only now is it sure that what was imported is kept.
    return report()


def _import_ours(content: bytes, as_format: str | None, dry_run: bool) -> Imported:
    from core.interchange.importing import import_file
    from core.session import rehearsal

    if dry_run:
        with rehearsal() as session:
            return import_file(content, as_format, session=session)
    return import_file(content, as_format)


def _report(settings: Settings, imported: Imported, dry_run: bool) -> int:
    from core.interchange.importing import counted

    if settings.as_json:
        print_json({"data": imported, "kept": not dry_run})
        return imported.exit_code
    for note in imported.notes:
        say(str(note))
    verb = "Would import" if dry_run else "Imported"
    counts = ", ".join(counted(number, kind) for kind, number in imported.counts.items() if number)
    click.echo(plain(f"{verb} {counts or 'nothing'}."))
    if imported.unknown:
        number = len(imported.unknown)
        kept = "1 amount is" if number == 1 else f"{number} amounts are"
        say(f"{kept} kept as unknown until mended:")
        for line in imported.unknown:
            say(f"  {line}")
    if dry_run:
        say("Nothing was kept.")
    return imported.exit_code


@click.command(help="Write the kitchen, or what one event needs of it, to a file ('-' for stdout).")
@click.argument("file")
@click.option("--event", metavar="EVENT", help="Only this event and what it needs.")
@click.option("--as", "as_format", metavar="FORMAT", help="bakehouse, or a format of a plugin.")
@common_options
@click.pass_context
def export(ctx: click.Context, file: str, event: str | None, as_format: str | None) -> None:
    """Export the kitchen; a file is written whole or not at all, and a link to it stays one."""
    from core.errors import BadFile, Problem
    from core.interchange.exporting import export_kitchen, write_kitchen
    from core.places import read_path
    from plugins.storage import replace_file

    settings = settings_of(ctx)
    kitchen = settings.open()
    content = export_by_plugin(settings.host(), kitchen, file, event, as_format)
    if content is None:
        slug = None
        if event is not None:
            from core.services import event_service

            slug = event_service.find_event(event).slug
        content = write_kitchen(export_kitchen(event=slug))
    if file == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        path = Path(os.path.realpath(read_path(file)))
        if path.exists() and not path.is_file():
            # A pipe or a device cannot be replaced, only written to.
            path.write_bytes(content)
        else:
            replace_file(path, content, make_folder=False)
    except OSError as error:
        raise BadFile([Problem(str(path), error.strerror or str(error))]) from error
    say(f"Written to {path}")

"""Whole kitchens: the demo, import, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.changes import changes_of, export_by_plugin, import_changes
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
    settings = settings_of(ctx)
    path = Path(at).expanduser() if at else demo_path()
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
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as", "as_format", metavar="FORMAT", help="bakehouse, bake-tracker, or one of a plugin."
)
@click.option("--dry-run", is_flag=True, help="Only show what it would change.")
@json_option
@common_options
@click.pass_context
def import_(ctx: click.Context, file: Path, as_format: str | None, dry_run: bool) -> int:
    """Import a file, all or nothing."""
    from core.errors import BadFile, Problem

    settings = settings_of(ctx)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadFile([Problem(str(file), error.strerror or str(error))]) from error
    new = _is_new(settings)
    kitchen = settings.open(create=True)
    try:
        changes = changes_of(settings.host(), kitchen, file.name, content, as_format)
        if changes is not None:
            return import_changes(settings, changes, dry_run=dry_run)
        return _import_ours(settings, content, as_format, dry_run)
    except BaseException:
        dry_run = True
        raise
    finally:
        if dry_run:
            _take_away_new(new)


def _import_ours(settings: Settings, content: bytes, as_format: str | None, dry_run: bool) -> int:
    from core.interchange.importing import import_file
    from core.session import rehearsal

    if dry_run:
        with rehearsal() as session:
            imported = import_file(content, as_format, session=session)
    else:
        imported = import_file(content, as_format)
    _report(settings, imported, dry_run)
    return imported.exit_code


def _is_new(settings: Settings) -> Path | None:
    """Return the file of a kitchen that is not there yet."""
    target = settings.target()
    path = Path(target.removeprefix("sqlite:///")).expanduser()
    return None if "://" in target.removeprefix("sqlite:///") or path.exists() else path


def _take_away_new(path: Path | None) -> None:
    """Leave no empty kitchen behind where nothing was imported."""
    if path is None:
        return
    from core.session import database

    database().dispose()
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        file.unlink(missing_ok=True)


def _report(settings: Settings, imported: Imported, dry_run: bool) -> None:
    from core.interchange.importing import counted

    if settings.as_json:
        print_json({"data": imported, "kept": not dry_run})
        return
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
    path = Path(file).expanduser().resolve()
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device cannot be replaced, only written to.
            path.write_bytes(content)
        else:
            replace_file(path, content, make_folder=False)
    except OSError as error:
        raise BadFile([Problem(str(path), error.strerror or str(error))]) from error
    say(f"Written to {path}")

"""Backups on the command line: made while the kitchen is in use, and brought back whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.options import Settings, common_options, json_option, settings_of
from bakehouse.terminal.output import plain, print_json, say

if TYPE_CHECKING:
    from core.backups import Backup


@click.command(help="Copy the kitchen to a file, also while it is in use.")
@click.argument("file")
@click.option("--replace", is_flag=True, help="Write over a file that is there.")
@json_option
@common_options
@click.pass_context
def backup(ctx: click.Context, file: str, replace: bool) -> None:
    """Write a backup, whole or not at all."""
    from core.backups import back_up
    from core.places import read_path

    settings = settings_of(ctx)
    made = back_up(settings.open(), read_path(file), replace=replace)
    if settings.as_json:
        print_json({"data": {"file": str(made.path), "revision": made.revision, "size": made.size}})
        return
    click.echo(plain(f"{made.path}: {_said(made)}"))
    say(f"Bring it back with `bakehouse restore {made.path}`.")


@click.command(help="Bring a backup back; what is there now is kept aside.")
@click.argument("file")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@common_options
@click.pass_context
def restore(ctx: click.Context, file: str, yes: bool) -> int:
    """Check a backup, ask, and make the kitchen what it is."""
    from core import backups
    from core.errors import ReadOnly
    from core.places import read_path

    settings = settings_of(ctx)
    target = _target(settings)
    if settings.readonly:
        raise ReadOnly(f"{target} is open for reading only. Start without --readonly.")
    source = read_path(file)
    found = backups.check_backup(source)
    if not yes and not _agreed(found, source, target):
        say("Nothing was changed.")
        return 1
    restored = backups.restore(source, target)
    settings.open()
    kept = None if restored.kept is None else str(restored.kept)
    if settings.as_json:
        print_json({"data": {"file": str(target), "revision": found.revision, "kept": kept}})
        return 0
    click.echo(plain(f"{target}: {_said(restored.backup)}"))
    if kept is not None:
        say(f"What was there before is in {kept}")
    return 0


def _target(settings: Settings) -> Path:
    """Return the file of the kitchen, which need not be there. Raises `RuleBroken` for a server."""
    from core.errors import RuleBroken
    from core.session import file_of

    target = file_of(settings.target())
    if target is None:
        raise RuleBroken(
            "A backup is a file and cannot be brought back to a server. Export it to a kitchen "
            "file (`bakehouse --db BACKUP export FILE`) and import that into an empty database."
        )
    return target


def _agreed(found: Backup, source: Path, target: Path) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("Add --yes to restore without being asked.")
    say(f"{source}: {_said(found)}")
    if target.exists():
        question = f"Make {target} what it was then? What is there now is kept beside it."
    else:
        question = f"Make {target} from it?"
    return click.confirm(plain(question), err=True)


def _said(found: Backup) -> str:
    return f"revision {found.revision}, {found.size / 1_000_000:.1f} MB."

"""Trying steps on the command line: what they would change, or keeping them as one entry."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import plain, print_json, say
from bakehouse.terminal.records import print_preview, render, values_of
from core.commands.registry import COMMANDS

if TYPE_CHECKING:
    from core.commands.what_if import Step, WhatIf


@click.command(
    "what-if",
    help="Try steps without keeping them; each is a command in quotes, as "
    '"event line christmas gift-bag 60".',
)
@click.argument("steps", nargs=-1, required=True, metavar="STEP...")
@click.option("--event", help="Look at this event only.")
@click.option("--keep", is_flag=True, help="Do them, as one entry of the journal.")
@json_option
@common_options
@click.pass_context
def what_if(ctx: click.Context, steps: tuple[str, ...], event: str | None, keep: bool) -> None:
    """Rehearse the steps and print what they would change, or keep them."""
    read = [_step(ctx, text) for text in steps]
    from core.commands import what_if as trying
    from core.services import event_service

    settings = settings_of(ctx)
    settings.open()
    if keep:
        change = trying.keep(read)
        if settings.as_json:
            print_json({"data": change})
        else:
            click.echo(plain(f"#{change.id} {change.summary}"))
        return
    event_id = None if event is None else event_service.find_event(event).id
    found = trying.what_if(read, event_id=event_id)
    if settings.as_json:
        print_json({"data": found, "kept": False})
    else:
        _print(found)


def _step(ctx: click.Context, text: str) -> Step:
    """Return the command that a text names, with its arguments."""
    from core.commands.what_if import Step

    try:
        words = shlex.split(text)
    except ValueError as error:
        raise click.UsageError(f"'{text}': {error}.", ctx) from error
    for length in (2, 1):
        command = COMMANDS.get(" ".join(words[:length]))
        if command is not None:
            context = render(command).make_context(command.name, words[length:], parent=ctx)
            return Step(command.name, values_of(context.params))
    raise click.UsageError(f"'{text}' begins with no command that records or edits.", ctx)


def _print(found: WhatIf) -> None:
    print_preview(found.change.summary, found.differences)
    for problem in found.new:
        click.echo(plain(f"New problem: {problem.message} {problem.effect}"))
    for problem in found.changed:
        click.echo(plain(f"Problem changes: {problem.message} {problem.effect}"))
    for problem in found.solved:
        click.echo(plain(f"Solved: {problem.message}"))
    say("Nothing was kept.")

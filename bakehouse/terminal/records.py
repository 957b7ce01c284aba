"""The commands of the kitchen as subcommands: done, rehearsed with `--dry-run`, or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import Heading, plain, print_json, print_table, say
from core.commands.model import Command, Given, Param, Wanted

MINUS = re.compile(r"-[0-9.,/]")

if TYPE_CHECKING:
    from core.commands.preview import Difference


class _Recording(click.Command):
    """A command whose amounts may be typed with a minus by mistake."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; a number with a minus is no option."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            number = next((word for word in given if MINUS.match(word)), None)
            if number is None or not number.startswith(error.option_name):
                raise
            raise click.UsageError(
                f"'{number}' is less than zero. Type it without the minus.",
                ctx,
            ) from error


def render(command: Command) -> click.Command:
    """Return a command of the kitchen as a click command."""

    @click.pass_context
    def callback(ctx: click.Context, /, dry_run: bool, **given: Any) -> None:
        values = values_of(given)
        if dry_run:
            rehearse(ctx, command, values)
        else:
            do(ctx, command, values)

    made = _Recording(
        command.words[-1],
        callback=callback,
        help=command.summary,
        params=[_param(param) for param in command.params],
    )
    dry = click.option("--dry-run", is_flag=True, help="Only show what it would change.")
    return dry(json_option(common_options(made)))


def values_of(given: Mapping[str, Any]) -> dict[str, Given]:
    """Return what click read of a command's parameters as the command's arguments."""
    return {name: _value(value) for name, value in given.items() if name != "dry_run"}


def _value(value: Any) -> Given:
    if isinstance(value, tuple):
        return [str(part) for part in value]
    return value if value is None or isinstance(value, bool) else str(value)


def _param(param: Param) -> click.Parameter:
    metavar = param.metavar or (None if param.choices else param.name.upper())
    kind = click.Choice(param.choices) if param.choices else click.STRING
    if not param.option:
        return click.Argument(
            [param.name], required=param.required, type=kind, nargs=-1 if param.many else 1
        )
    if param.wanted is Wanted.FLAG:
        return click.Option([param.flag, param.name], is_flag=True, help=param.help)
    return click.Option(
        [param.flag, param.name],
        required=param.required,
        multiple=param.many,
        type=kind,
        metavar=metavar,
        help=param.help,
    )


def do(ctx: click.Context, command: Command, values: dict[str, Given]) -> None:
    """Do a command and print its journal entry."""
    from core.commands.notes import notes_of
    from core.commands.registry import run

    settings = settings_of(ctx)
    settings.open()
    change = run(command.name, values)
    if settings.as_json:
        print_json({"data": change})
    else:
        click.echo(plain(f"#{change.id} {change.summary}"))
    for note in notes_of(command.name, values):
        say(note)


def rehearse(ctx: click.Context, command: Command, values: dict[str, Given]) -> None:
    """Do a command in a rehearsal and print what it would change."""
    from core.commands.preview import preview

    settings = settings_of(ctx)
    settings.open()
    found = preview(command.name, values)
    if settings.as_json:
        print_json({"data": found, "kept": False})
        return
    print_preview(found.change.summary, found.differences)
    for note in found.notes:
        say(note)
    say("Nothing was kept.")


def print_preview(summary: str, differences: Sequence[Difference]) -> None:
    """Print what would be done, and the numbers of the views that it would change."""
    click.echo(plain(f"Would do: {summary}"))
    headings = [
        Heading("event", "Event"),
        Heading("view", "View"),
        Heading("name", "What"),
        Heading("field", ""),
        Heading("before", "Now", "number"),
        Heading("after", "Then", "number"),
        Heading("change", "Change", "number"),
    ]
    rows = [(d.event, d.view, d.name, d.field, d.before, d.after, d.change) for d in differences]
    print_table(headings, rows, empty="No open event's plan would change.")

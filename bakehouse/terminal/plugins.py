"""`bakehouse plugins`: what there is, and turning it on and off. Never imports plugin code."""

from __future__ import annotations

import click

from bakehouse.terminal.options import common_options, json_option, settings_of
from bakehouse.terminal.output import Heading, print_json, print_table, say


@click.group(help="Plugins: list, show, enable, disable.")
def plugins() -> None:
    """Group the plugin commands."""


@plugins.command("list", help="List every plugin with its state.")
@json_option
@common_options
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List plugins; imports none."""
    settings = settings_of(ctx)
    host = settings.host()
    records = host.records()
    if settings.as_json:
        print_json({"data": records})
        return
    headings = [
        Heading("name", "Name"),
        Heading("version", "Version"),
        Heading("state", "State"),
        Heading("reason", "Why"),
    ]
    print_table(headings, [(r.name, r.version, str(r.state), r.reason) for r in records])
    for note in host.notes:
        say(note)


@plugins.command("show", help="Show what is known of one plugin.")
@click.argument("name")
@json_option
@common_options
@click.pass_context
def show(ctx: click.Context, name: str) -> None:
    """Show one plugin; imports it not."""
    settings = settings_of(ctx)
    record = settings.host().record(name)
    if settings.as_json:
        print_json({"data": record})
        return
    rows = [
        ("name", record.name),
        ("version", record.version),
        ("distribution", record.distribution),
        ("state", str(record.state)),
        ("why", record.reason),
    ]
    print_table([Heading("field", ""), Heading("value", "")], rows)


@plugins.command("enable", help="Accept a plugin, for later commands too.")
@click.argument("name")
@common_options
@click.pass_context
def enable(ctx: click.Context, name: str) -> None:
    """Accept a plugin; it is imported when it is next needed."""
    record = settings_of(ctx).host().enable(name)
    click.echo(f"{record.name} {record.version} is {record.state}.")


@plugins.command("disable", help="Turn a plugin off, for later commands too.")
@click.argument("name")
@common_options
@click.pass_context
def disable(ctx: click.Context, name: str) -> None:
    """Turn a plugin off."""
    record = settings_of(ctx).host().disable(name)
    click.echo(f"{record.name} {record.version} is {record.state}.")

"""`bakehouse plugins`: what there is, and turning it on and off. Never imports plugin code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from bakehouse.terminal.options import Settings, common_options, json_option, settings_of
from bakehouse.terminal.output import Heading, plain, print_json, print_table, say
from bakehouse.terminal.scaffold import KINDS, scaffold
from bakehouse.terminal.talk import stdout_is_talk

if TYPE_CHECKING:
    from plugins.bisecting import Bisect
    from plugins.host import Host, Record

FIELDS = [Heading("field", ""), Heading("value", "")]


@click.group(help="Plugins: list, show, enable, disable, and finding what is wrong with them.")
def plugins() -> None:
    """Group the plugin commands."""


@plugins.command("list", help="List every plugin with its state.")
@json_option
@common_options
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List plugins; imports none."""
    from plugins.choosing import clashes_of

    settings = settings_of(ctx)
    host = settings.host()
    records = host.records()
    clashes = clashes_of(host.suggested_keys())
    if settings.as_json:
        print_json({"data": records, "key_clashes": clashes, "notes": host.notes})
        return
    headings = [
        Heading("name", "Name"),
        Heading("version", "Version"),
        Heading("state", "State"),
        Heading("offers", "Offers"),
        Heading("reason", "Why"),
    ]
    rows = [(r.name, r.version, str(r.state), ", ".join(r.offers), _why(r)) for r in records]
    print_table(headings, rows)
    for record in records:
        for told in record.deprecated:
            say(f"{record.name} {record.version} uses what will stop: {told}")
    for clash in clashes:
        say(f"the key {clash.key} is wanted by {', '.join(clash.lost_by)}; {clash.kept_by} has it")
    for note in host.notes:
        say(note)


def _why(record: Record) -> str:
    """Return why a plugin has its state, else what failed when it was last used."""
    return record.reason or "; ".join(f"when last used: {told}" for told in record.when_last_used)


@plugins.command("show", help="Show what is known of one plugin, with its settings.")
@click.argument("name")
@json_option
@common_options
@click.pass_context
def show(ctx: click.Context, name: str) -> None:
    """Show one plugin as it is known from its metadata and its last run; imports it not."""
    settings = settings_of(ctx)
    host = settings.host()
    record, held = host.record(name), host.known_settings(name)
    if settings.as_json:
        print_json({"data": record, "settings": [each.as_data() for each in held.held]})
        return
    rows = [
        ("name", record.name),
        ("version", record.version),
        ("distribution", record.distribution),
        ("state", str(record.state)),
        ("why", record.reason),
        *((hook, ", ".join(ids)) for hook, ids in record.offers.items() if hook != "settings"),
        *(("when last used", told) for told in record.when_last_used),
        *(("will stop", told) for told in record.deprecated),
    ]
    print_table(FIELDS, [(field, value) for field, value in rows if value])
    if held.held:
        click.echo()
        headings = [Heading("key", "Setting"), Heading("value", "Value"), Heading("title", "What"),
                    Heading("takes", "Takes"), Heading("from", "From")]  # fmt: skip
        print_table(
            headings,
            [
                (each.setting.key, each.said, each.setting.title, each.setting.takes, each.source)
                for each in held.held
            ],
        )
    for trouble in (*held.troubles, *held.unknown):
        say(trouble)
    if not record.offers and not record.builtin:
        say("What it offers is known once it has been used.")


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


@plugins.command("set", help="Set a setting of a plugin in the config file, or its default again.")
@click.argument("name")
@click.argument("key")
@click.argument("value", required=False)
@click.option("--default", "reset", is_flag=True, help="Take it out of the config file.")
@json_option
@common_options
@click.pass_context
def set_(ctx: click.Context, name: str, key: str, value: str | None, reset: bool) -> None:
    """Write a setting; the rest of the config file stays as it is."""
    if (value is None) is not reset:
        raise click.UsageError("Give a value, or --default.")
    settings = settings_of(ctx)
    # A plugin whose settings are not known yet is loaded, and may print.
    with stdout_is_talk():
        held = settings.host().keep_setting(name, key, value)
    if settings.as_json:
        print_json({"data": held.as_data()})
    else:
        click.echo(plain(f"{key} = {held.said}, from {held.source}"))
    if held.variable:
        say(f"{held.variable} wins over the config file for as long as it is set.")


@plugins.command("new", help="Write a new plugin into a folder of its own: code, tests, metadata.")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default="view", show_default=True)
@click.option("--in", "within", default=".", help="Where to make its folder; by default here.")
@common_options
@click.pass_context
def new(ctx: click.Context, name: str, kind: str, within: str) -> None:
    """Write a plugin from a template; imports none."""
    from core.places import read_path

    parent = read_path(within)
    taken = frozenset(record.name for record in settings_of(ctx).host().records())
    written = scaffold(name, kind, parent, taken)
    for path in written:
        click.echo(path)
    say(
        f"Install it beside Bakehouse: pip install -e '{parent / f'bakehouse-{name}'}[test]'\n"
        f"Then `pytest` in its folder, and `bakehouse plugins enable {name}`."
    )


@plugins.command("purge", help="Take the tables of a plugin, and all in them, out of the kitchen.")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it; without, only say what would be taken out.")
@json_option
@common_options
@click.pass_context
def purge(ctx: click.Context, name: str, yes: bool) -> int:
    """Drop a plugin's tables, whether it is installed or not, after a backup of a file."""
    from plugins.tables import purge as drop
    from plugins.tables import tables_of

    settings = settings_of(ctx)
    kitchen = settings.open()
    names = drop(kitchen, name) if yes else tables_of(kitchen, name)
    if settings.as_json:
        print_json({"data": names, "purged": yes})
    elif not names:
        click.echo(f"{name} has no tables in this kitchen.")
    elif yes:
        click.echo(f"Taken out: {', '.join(names)}.")
    else:
        click.echo(f"This would take out {', '.join(names)}; --yes does it.")
    return 0 if yes or not names else 1


@plugins.command("doctor", help="Say what is wrong with plugins, and what to do about it.")
@json_option
@common_options
@click.pass_context
def doctor(ctx: click.Context) -> int:
    """Look at every plugin without importing it; exit 1 if anything is wrong, not only new."""
    from plugins.checkup import look

    settings = settings_of(ctx)
    troubles = look(settings.host(), _kitchen(settings))
    wrong = any(not trouble.news for trouble in troubles)
    if settings.as_json:
        print_json({"data": troubles})
    else:
        for trouble in troubles:
            click.echo(
                f"{trouble.plugin}: {trouble.message}" if trouble.plugin else trouble.message
            )
            if trouble.fix:
                click.echo(f"    {trouble.fix}")
        if not wrong:
            say("Nothing is wrong with the plugins.")
    return 1 if wrong else 0


def _kitchen(settings: Settings) -> Any:
    """Return the kitchen if there is one that can be opened: the plugins are looked at anyway."""
    from core.errors import BakehouseError

    try:
        return settings.open()
    except BakehouseError:
        return None


# -- bisect ---------------------------------------------------------------------------------------


@plugins.group("bisect", invoke_without_command=True, help="Find the plugin that makes trouble.")
@common_options
@click.pass_context
def bisect(ctx: click.Context) -> None:
    """Begin the search, or go on with it: on a terminal by asking, else by saying where it is."""
    from plugins import bisecting

    if ctx.invoked_subcommand is not None:
        return
    host = settings_of(ctx).host()
    search = _search(host)
    while _tell(host, search) and sys.stdin.isatty():
        said = click.prompt("Try it in another terminal. Is the trouble still there? [y/n/q]")
        if said[:1].lower() not in ("y", "n"):
            return
        search = bisecting.answered(search, said[:1].lower() == "y")
        bisecting.keep(host.state_folder, search)


@bisect.command("bad", help="The trouble is still there.")
@common_options
@click.pass_context
def bad(ctx: click.Context) -> None:
    """Go on after a round with the trouble."""
    _answer(settings_of(ctx).host(), trouble=True)


@bisect.command("good", help="The trouble is gone.")
@common_options
@click.pass_context
def good(ctx: click.Context) -> None:
    """Go on after a round without it."""
    _answer(settings_of(ctx).host(), trouble=False)


@bisect.command("run", help="Have a command tell: its exit code is 0 where there is no trouble.")
@click.argument("command", nargs=-1, required=True)
@common_options
@click.pass_context
def run(ctx: click.Context, command: tuple[str, ...]) -> None:
    """Run a command in each round until the plugin is found."""
    import subprocess

    from plugins import bisecting

    host = settings_of(ctx).host()
    search = _search(host)
    while _tell(host, search):
        # The person named this command to be run.
        code = subprocess.run(command, check=False).returncode  # noqa: S603
        search = bisecting.answered(search, code != 0)
        bisecting.keep(host.state_folder, search)


@bisect.command("stop", help="End the search; every plugin takes part again.")
@common_options
@click.pass_context
def stop(ctx: click.Context) -> None:
    """Forget the search."""
    from plugins import bisecting

    bisecting.end(settings_of(ctx).host().state_folder)
    click.echo("The search has ended; every plugin takes part again.")


def _search(host: Host) -> Bisect:
    """Return the search that is under way, or begin one."""
    from core.errors import RuleBroken
    from plugins import bisecting

    search = bisecting.load(host.state_folder)
    if search is None:
        names = [record.name for record in host.records() if _takes_part(record)]
        if not names:
            raise RuleBroken(
                "No plugin takes part but the built-in ones: there is nothing to search among. "
                "`bakehouse plugins list` says why; `bakehouse doctor` looks at the kitchen."
            )
        search = bisecting.begin(names)
        bisecting.keep(host.state_folder, search)
    return search


def _takes_part(record: Record) -> bool:
    from plugins.host import State

    return not record.builtin and record.state in (State.ENABLED, State.LOADED)


def _answer(host: Host, *, trouble: bool) -> None:
    from core.errors import RuleBroken
    from plugins import bisecting

    search = bisecting.load(host.state_folder)
    if search is None:
        raise RuleBroken("No search is under way. Begin one with `bakehouse plugins bisect`.")
    search = bisecting.answered(search, trouble)
    bisecting.keep(host.state_folder, search)
    _tell(host, search)


def _tell(host: Host, search: Bisect) -> bool:
    """Say where the search is; return whether it goes on. A search that is over is forgotten."""
    from plugins import bisecting

    if search.innocent:
        click.echo("The trouble is there without any plugin: none of them makes it.")
    elif search.culprit is not None:
        click.echo(f"It is {search.culprit}. `bakehouse plugins disable {search.culprit}`")
    else:
        let_in = ", ".join(search.let_in) or "none"
        rounds = "One round" if search.rounds == 1 else f"At most {search.rounds} rounds"
        click.echo(f"Plugins that take part now: {let_in}. {rounds} to go.")
        say("Look whether the trouble is there, then `bakehouse plugins bisect bad` or `good`.")
        return True
    bisecting.end(host.state_folder)
    return False

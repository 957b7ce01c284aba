"""What is where and whether it is sound: the kitchen, the config, the keys."""

from __future__ import annotations

import click

from bakehouse import __version__
from bakehouse.terminal.demos import demo_path
from bakehouse.terminal.options import common_options, default_kitchen, json_option, settings_of
from bakehouse.terminal.output import Heading, print_json, print_table, say

BAD_FILE = 2


@click.command(help="Check the kitchen and the config, and say where things are.")
@json_option
@common_options
@click.pass_context
def doctor(ctx: click.Context) -> int:
    """Report versions, paths and problems; exit 1 for the kitchen's, 2 for the config's alone."""
    from core.errors import BakehouseError

    settings = settings_of(ctx)
    facts = _facts()
    troubles = [str(trouble) for trouble in _troubles()]
    problems: list[str] = []
    try:
        kitchen = settings.open()
        facts["kitchen"] = str(kitchen)
        problems = _check(facts)
    except BakehouseError as error:
        facts["kitchen"] = settings.target() if "://" not in settings.target() else "a server"
        problems = [str(error)]
    if settings.as_json:
        print_json({"data": {**facts, "problems": problems, "config_problems": troubles}})
    else:
        print_table([Heading("fact", ""), Heading("value", "")], list(facts.items()))
        for problem in [*problems, *troubles]:
            say(f"problem: {problem}")
        if not problems and not troubles:
            say("Everything adds up.")
    if problems:
        return 1
    return BAD_FILE if troubles else 0


@click.command(help="Every key of the screen, by the name it is rebound with in the config file.")
@json_option
@common_options
@click.pass_context
def keys(ctx: click.Context) -> None:
    """List the bindings that can be rebound, with the keys they have now."""
    from core.config import config
    from tui.keymap import known_keys

    rows = known_keys(config())
    if settings_of(ctx).as_json:
        print_json({"data": rows})
        return
    headings = [
        Heading("id", "Name"),
        Heading("keys", "Keys"),
        Heading("does", "What it does"),
        Heading("where", "Where"),
    ]
    print_table(headings, [(row.id, row.keys, row.does, row.where) for row in rows])


def _facts() -> dict[str, str]:
    import platform
    from importlib.metadata import version

    from core.places import cache_folder, config_file, log_folder, state_folder

    return {
        "bakehouse": __version__,
        "python": platform.python_version(),
        "textual": version("textual"),
        "sqlalchemy": version("sqlalchemy"),
        "default kitchen": str(default_kitchen()),
        "demo kitchen": str(demo_path()),
        "config": str(config_file()),
        "log": str(log_folder() / "bakehouse.log"),
        "crash reports": str(log_folder() / "crash-*.txt"),
        "drafts": str(state_folder() / "drafts"),
        "cache": str(cache_folder()),
    }


def _troubles() -> tuple[object, ...]:
    from core.config import config
    from tui.keymap import checked
    from tui.themes import theme_trouble

    found = config()
    theme = theme_trouble(found)
    return (*found.troubles, *([theme] if theme else []), *checked(found).troubles)


def _check(facts: dict[str, str]) -> list[str]:
    from core.services import catalog_service, doctor_service, event_service, journal_service
    from core.session import read_session

    with read_session() as session:
        facts["revision"] = str(journal_service.revision(session))
        facts["items"] = str(len(catalog_service.list_items(session)))
        facts["recipes"] = str(len(catalog_service.list_recipes(session)))
        facts["events"] = str(len(event_service.list_events(session)))
        return doctor_service.check_kitchen(session)

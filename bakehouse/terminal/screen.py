"""Opening the screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.demos import demo_path, prepare_demo, say_where
from bakehouse.terminal.options import Settings
from bakehouse.terminal.output import say
from tui.collector import collecting_rarely

if TYPE_CHECKING:
    from bakehouse.plugin import ViewData
    from plugins.host import Host
    from tui.exporting import Writers


def open_screen(settings: Settings) -> int:
    """Open the screen on the kitchen, which is made where there is none yet.

    Whoever asks for the demo there gets it, in its own file, in the same terminal.
    """
    if not sys.stdout.isatty():
        raise click.UsageError(
            "The screen needs a terminal. For data use a command, such as `bakehouse event list`."
        )
    with collecting_rarely():
        return _run(settings)


def _run(settings: Settings) -> int:
    from tui.app import DEMO, run_app

    settings.open(create=not settings.readonly)
    ended = run_app(host=_prepared(settings), writers=writers())
    if ended == DEMO:
        settings.db = str(demo_path())
        prepare_demo(settings, demo_path())
        settings.open()
        ended = run_app(host=_prepared(settings), writers=writers())
        say_where(demo_path())
    return ended if isinstance(ended, int) else 0


def _prepared(settings: Settings) -> Host:
    """Return the plugin host, with the plugins' tables up to date in the kitchen that is open."""
    from core.session import database

    host = settings.host()
    for failure in host.prepare(database()):
        say(str(failure))
    return host


def writers() -> Writers:
    """Return what `bakehouse show` writes views with, by the ending of the file."""
    return {"csv": _csv, "md": _markdown, "json": _json}


def _csv(data: ViewData) -> str:
    from bakehouse.terminal.views import view_as_csv

    return view_as_csv(data)


def _markdown(data: ViewData) -> str:
    from bakehouse.terminal.views import view_as_markdown

    return view_as_markdown(data)


def _json(data: ViewData) -> str:
    from bakehouse.terminal.output import json_text
    from bakehouse.terminal.views import view_as_json

    return json_text({"data": view_as_json(data)}) + "\n"

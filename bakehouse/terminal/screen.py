"""Opening the screen."""

from __future__ import annotations

import sys

import click

from bakehouse.terminal.options import Settings


def open_screen(settings: Settings) -> int:
    """Open the screen on the kitchen, which is made where there is none yet."""
    from tui.app import run_app

    if not sys.stdout.isatty():
        raise click.UsageError(
            "The screen needs a terminal. For data use a command, such as `bakehouse event list`."
        )
    settings.open(create=not settings.readonly)
    return run_app(host=settings.host())

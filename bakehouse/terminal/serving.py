"""Opening the screen to web browsers, through the optional package textual-serve."""

from __future__ import annotations

import shlex
import sys

import click

from bakehouse.terminal.options import Settings, common_options, settings_of
from bakehouse.terminal.output import say


@click.command(help="Open the screen to web browsers.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Where to listen.",
)
@click.option(
    "--host", default="localhost", show_default=True, help="Which of this machine's addresses."
)
@common_options
@click.pass_context
def serve(ctx: click.Context, port: int, host: str) -> None:
    """Serve the screen until it is stopped; every browser has a screen of its own."""
    from core.errors import RuleBroken

    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise RuleBroken(
            "Serving needs the package textual-serve: install 'bakehouse[web]'."
        ) from error
    settings = settings_of(ctx)
    settings.open(create=not settings.readonly).dispose()
    if host not in ("localhost", "127.0.0.1", "::1"):
        say("There is no password: whoever reaches this address can change the kitchen.")
    Server(screen_command(settings), host=host, port=port, title="Bakehouse").serve()


def screen_command(settings: Settings) -> str:
    """Return the command line that opens the screen on the same kitchen."""
    words = [sys.executable, "-m", "bakehouse.cli", "--db", settings.target()]
    if settings.readonly:
        words.append("--readonly")
    if settings.without is not None:
        words.append(f"--no-plugins={settings.without}")
    return shlex.join(words)

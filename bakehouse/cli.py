"""The `bakehouse` command: options, subcommands found when they are asked for, and exit codes.

Exit codes (contract §2): 0 done, 1 refused, 2 usage or bad file, 3 busy or unreachable, 4 imported
with lines kept as unknown. stdout is data, stderr is talk. Nothing heavy is imported here.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module

import click

from bakehouse import __version__
from bakehouse.terminal.options import Settings, common_options
from core.commands.registry import COMMANDS
from core.errors import BakehouseError, Shortage

USAGE = 2
INTERRUPTED = 130

PLANS = "bakehouse.terminal.plans"
READS = "bakehouse.terminal.reads"
DOCTOR = "bakehouse.terminal.doctor"
FILES = "bakehouse.terminal.files"
LISTS = "bakehouse.terminal.lists"
PLUGINS = "bakehouse.terminal.plugins"
RECORDS = "bakehouse.terminal.records"
WHAT_IF = "bakehouse.terminal.what_if"
TRACES = "bakehouse.terminal.traces"
KEEPING = "bakehouse.terminal.keeping"
SERVING = "bakehouse.terminal.serving"

FOUND_IN: dict[str, tuple[str, str]] = {
    "show": (f"{READS}:show", "Show any view of any plugin."),
    "plan": (f"{PLANS}:plan", "The plan of an event, or of all open events, and why."),
    "what-if": (f"{WHAT_IF}:what_if", "Try steps without keeping them, or keep them as one."),
    "log": (f"{READS}:log", "What was done, newest first."),
    "trace": (f"{TRACES}:trace", "Where a lot, a run or an item came from and went."),
    "event": (f"{LISTS}:event", "Events: list and edit."),
    "item": (f"{LISTS}:item", "Items: list and edit."),
    "product": (f"{LISTS}:product", "Products: list and edit."),
    "recipe": (f"{LISTS}:recipe", "Recipes: list and edit."),
    "bundle": (f"{LISTS}:bundle", "Bundles: list and edit."),
    "setting": (f"{LISTS}:setting", "Settings of the kitchen: list and set."),
    "row": (f"{LISTS}:row", "Rows of plugins' tables: set and remove."),
    "demo": (f"{FILES}:demo", "Open a worked example kitchen."),
    "import": (f"{FILES}:import_", "Read a kitchen file, or a file of another program."),
    "export": (f"{FILES}:export", "Write the kitchen to a file."),
    "backup": (f"{KEEPING}:backup", "Copy the kitchen to a file, also while it is in use."),
    "restore": (f"{KEEPING}:restore", "Bring a backup back; what is there now is kept aside."),
    "doctor": (f"{DOCTOR}:doctor", "Check the kitchen and the config, and say where things are."),
    "keys": (f"{DOCTOR}:keys", "Every key of the screen, by the name it is rebound with."),
    "serve": (f"{SERVING}:serve", "Open the screen to web browsers."),
    "plugins": (f"{PLUGINS}:plugins", "Plugins: list, show, set, enable, disable, new, doctor."),
}
"""Where each subcommand is, and its help, so that `--help` imports none of them."""


class Lazy(click.Group):
    """A group that imports a subcommand when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all subcommands, in the order of a day's work."""
        records = [name for name, found in COMMANDS.items() if len(found.words) == 1]
        return [*FOUND_IN, *records]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a subcommand."""
        if cmd_name in FOUND_IN:
            module, _, attribute = FOUND_IN[cmd_name][0].partition(":")
            found: click.Command = getattr(import_module(module), attribute)
            return found
        if cmd_name in COMMANDS and len(COMMANDS[cmd_name].words) == 1:
            made: click.Command = import_module(RECORDS).render(COMMANDS[cmd_name])
            return made
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands without importing them."""
        rows = [
            (name, FOUND_IN[name][1] if name in FOUND_IN else COMMANDS[name].summary)
            for name in self.list_commands(ctx)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand, with near names for one that is not there."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=3)
            hint = f" Did you mean {', '.join(near)}?" if near else ""
            raise click.UsageError(f"There is no command '{args[0]}'.{hint}", ctx) from error


@click.group(
    cls=Lazy,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="bakehouse")
@common_options
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Plan food that is made in batches for a date.

    Without a command it opens the screen.
    """
    settings = ctx.ensure_object(Settings)
    ctx.call_on_close(settings.close)
    if ctx.invoked_subcommand is None:
        from bakehouse.terminal.screen import open_screen

        ctx.exit(open_screen(settings))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    code = run(sys.argv[1:] if arguments is None else list(arguments))
    others = (each for each in threading.enumerate() if each is not threading.main_thread())
    if any(not each.daemon for each in others):
        # A plugin has left work behind that nobody waits for: ours is on daemon threads.
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; errors become one message on stderr."""
    # An option with an optional value would take the next word for it.
    words = ["--no-plugins=" if word == "--no-plugins" else word for word in arguments]
    for word in words:
        if not _is_text(word):
            _tell(f"'{ascii(word)[1:-1]}' is no text; Bakehouse reads arguments as UTF-8.")
            return USAGE
    try:
        result = cli.main(words, prog_name="bakehouse", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BakehouseError as error:
        _tell(_said(error))
        return error.exit_code
    except BrokenPipeError:
        # Whoever read us has gone (as `| head` does); nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        _tell(_crashed(error))
        return 1
    return result if isinstance(result, int) else 0


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _said(error: BakehouseError) -> str:
    """Say an error; of a shortage also the option with which it can be recorded."""
    if not isinstance(error, Shortage) or not error.allowed_by:
        return str(error)
    option = error.allowed_by.replace("_", "-")
    return f"{error} With --{option} what is missing is counted in, and it is recorded."


def _crashed(error: Exception) -> str:
    """Write a crash report and say what happened, without what was in the kitchen."""
    from tui.crash import write_report

    path = write_report(error, revision=0)
    kept = f"A report is in {path}" if path else "No report could be written"
    return (
        f"Something is wrong with the program itself ({type(error).__name__}); nothing was kept "
        f"that was not whole. {kept}; it holds nothing of your kitchen."
    )


def _tell(message: str) -> None:
    from bakehouse.terminal.output import plain

    click.echo(plain(f"bakehouse: {message}", lines=True), err=True)


if __name__ == "__main__":
    main()

"""What can be done in a kitchen, as data.

A command has words, parameters and a function that runs it on a session. The command line renders
each as a subcommand, the screen as a dialog, and importers return lists of them. All of them take
their arguments as text, as people type them, and do one thing that the journal can undo.
"""

from core.commands.model import Arguments, Command, Param, Wanted
from core.commands.registry import COMMANDS, command, run

__all__ = ["COMMANDS", "Arguments", "Command", "Param", "Wanted", "command", "run"]

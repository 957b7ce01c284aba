"""Whose rows a plugin writes: its own, whatever names the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bakehouse.plugin import Action, Step, prefix_of

COMMANDS = (("row", "set"), ("row", "remove"))
"""The commands that write rows of plugins' tables."""


def refuse_others_steps(plugin: str, steps: Sequence[Step]) -> None:
    """Raise `ValueError` where a step writes rows of a table that is not the plugin's."""
    for number, step in enumerate(steps):
        if tuple(step.command.split()) in COMMANDS:
            table = step.arguments.get("table")
            _refuse_other(plugin, f"steps[{number}]", table if isinstance(table, str) else "")


def refuse_others_actions(plugin: str, actions: Iterable[Action]) -> None:
    """Raise `ValueError` where an action writes rows of a table that is not the plugin's."""
    for action in actions:
        if action.command[:2] in COMMANDS:
            table = action.command[2] if len(action.command) > 2 else ""
            _refuse_other(plugin, f"Action '{action.id}'", table)


def _refuse_other(plugin: str, place: str, table: str) -> None:
    prefix = prefix_of(plugin)
    if not table.startswith(prefix) or "{" in table:
        raise ValueError(
            f"{place}: '{table}' is no table of {plugin}; the names of its tables begin with "
            f"'{prefix}'"
        )

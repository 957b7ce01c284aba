"""Change sets of importers: checked as a whole, tried in a rehearsal, done as one change."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from bakehouse.plugin import ChangeSet, Step
from core.commands import COMMANDS
from core.commands.differences import Difference, watch
from core.commands.model import Command, Given, Param, Wanted
from core.commands.steps import StepRefused, import_steps
from core.commands.what_if import Step as Known
from core.errors import BadFile, Problem
from core.session import rehearsal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services.rows.journal import ChangeRow

NEVER = ("undo", "redo")
"""Commands that are no part of a change."""
MOST_PROBLEMS = 50
"""So many wrong steps are told; more of them say nothing new."""


class Previewed(Struct, frozen=True):
    """The entry that a change set would be, and what it would change in the open events."""

    change: ChangeRow
    differences: tuple[Difference, ...]


def preview(changes: ChangeSet) -> Previewed:
    """Do a change set in a rehearsal and return what it would change; nothing is kept.

    Raises:
        BadFile: Any step is wrong or refused; each is told with its number.
    """
    steps = checked(changes)
    with rehearsal() as session:
        watched = watch(session, lambda: _do(steps, changes, session))
        return Previewed(watched.change, watched.differences)


def apply(changes: ChangeSet, *, session: Session | None = None) -> ChangeRow:
    """Do a change set: all of it as one entry of the journal, or nothing.

    Raises:
        BadFile: Any step is wrong or refused; each is told with its number. Nothing has changed.
    """
    return _do(checked(changes), changes, session)


def checked(changes: ChangeSet) -> list[Known]:
    """Return the steps as the kitchen knows them.

    Raises:
        BadFile: There is no such command, or it takes other arguments; all problems at once.
    """
    problems = [
        Problem(f"steps[{number}]{place}", message)
        for number, step in enumerate(changes.steps)
        for place, message in _problems(step)
    ]
    if problems:
        raise BadFile(problems[:MOST_PROBLEMS])
    return [
        Known(step.command, {name: cast(Given, value) for name, value in step.arguments.items()})
        for step in changes.steps
    ]


def _do(steps: list[Known], changes: ChangeSet, session: Session | None) -> ChangeRow:
    summary = changes.summary or f"Imported {len(steps)} steps"
    try:
        return import_steps(steps, summary, session=session)
    except StepRefused as error:
        place = f"steps[{error.number}] ({error.step.command})"
        raise BadFile([Problem(place, str(error))]) from error


def _problems(step: Step) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a step, as far as can be told without doing it."""
    if step.command not in COMMANDS or step.command in NEVER:
        known = [name for name in COMMANDS if name not in NEVER]
        near = get_close_matches(step.command, known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        yield "", f"there is no command '{step.command}' to import with{hint}"
        return
    command = COMMANDS[step.command]
    wanted = {param.name: param for param in command.params}
    for name, value in step.arguments.items():
        if name not in wanted:
            yield f".{name}", _unknown(name, command)
        elif value is not None:
            message = _wrong(wanted[name], value)
            if message:
                yield f".{name}", message
    for param in command.params:
        if param.required and step.arguments.get(param.name) in (None, ""):
            yield f".{param.name}", f"'{command.name}' needs it: {param.help}"


def _unknown(name: str, command: Command) -> str:
    known = [param.name for param in command.params]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known)}"
    return f"'{command.name}' takes no '{name}'; {hint}"


def _wrong(param: Param, value: object) -> str:
    """Return what is wrong with the kind of an argument, or nothing."""
    if param.wanted is Wanted.FLAG:
        return "" if isinstance(value, bool) else "must be True or False"
    if isinstance(value, bool):
        return "must be a text, not True or False"
    if isinstance(value, tuple) and not param.many:
        return "must be one text, not several"
    if param.choices and value not in param.choices:
        return f"must be one of {', '.join(param.choices)}, not '{value}'"
    return ""

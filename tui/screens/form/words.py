"""Reading a command with its arguments as words, as a plugin's action names them."""

from __future__ import annotations

from collections.abc import Sequence

from core.commands import COMMANDS
from core.commands.model import Command, Given, Param, Wanted
from core.errors import RuleBroken


def read_words(words: Sequence[str]) -> tuple[str, dict[str, Given]]:
    """Return the name of the command and its arguments. Raises `RuleBroken` for others."""
    command = next(
        (
            COMMANDS[" ".join(words[:length])]
            for length in (2, 1)
            if " ".join(words[:length]) in COMMANDS
        ),
        None,
    )
    if command is None:
        raise RuleBroken(f"There is no command '{' '.join(words)}'.")
    given: dict[str, Given] = {}
    places = [param for param in command.params if not param.option]
    rest = list(words[len(command.words) :])
    while rest:
        word = rest.pop(0)
        if word.startswith("--"):
            param = _option(command, word)
            if param.wanted is not Wanted.FLAG and not rest:
                raise RuleBroken(f"'{word}' of '{command.name}' has no value.")
            if param.many:
                said = given.get(param.name)
                given[param.name] = [*(said if isinstance(said, list) else ()), rest.pop(0)]
            else:
                given[param.name] = True if param.wanted is Wanted.FLAG else rest.pop(0)
        elif places:
            given[places.pop(0).name] = word
        else:
            raise RuleBroken(f"'{word}' is too much for '{command.name}'.")
    return command.name, given


def _option(command: Command, word: str) -> Param:
    for param in command.params:
        if param.option and param.flag == word:
            return param
    raise RuleBroken(f"'{command.name}' has no option '{word}'.")

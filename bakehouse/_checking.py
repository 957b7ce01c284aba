"""How data of plugins checks itself: what it is given is taken as plain data, or refused.

What belongs to another class stays with the plugin: none of its methods is called later.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final, TypeVar, get_args

MOST_SAID: Final = 5_000
"""So many characters may stand in one cell, heading or note; no line shows more of them."""

T = TypeVar("T")


def plain_text(text: str) -> str:
    """Return a text as a plain `str`, so that no method of another class is called later."""
    return text if type(text) is str else str.__str__(text)


def at_most(values: Iterable[T], most: int, what: str) -> tuple[T, ...]:
    """Return values as a tuple; of too many, not even all are read, and `ValueError` says so."""
    taken = tuple(islice(values, most + 1))
    if len(taken) > most:
        raise ValueError(f"{what} at most {most:,}")
    return taken


def kind_of(value: object) -> str:
    """Return what a value is, for a message."""
    return "None" if value is None else type(value).__name__


def check_texts(where: str, **texts: object) -> None:
    """Raise `TypeError` for what should be a text and is none, `ValueError` for too long a one."""
    for name, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"{where}: {name} must be a text, not {kind_of(text)}")
        if len(text) > MOST_SAID:
            raise ValueError(f"{where}: {name} has at most {MOST_SAID:,} characters")


def check_choice(value: object, choices: object, where: str, what: str) -> None:
    """Raise `ValueError` for what is not one of the words of a `Literal`."""
    known = get_args(choices)
    if value not in known:
        raise ValueError(f"{where}: {what} must be one of {', '.join(known)}, not {value!r}")

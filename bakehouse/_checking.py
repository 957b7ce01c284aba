"""How data of plugins checks itself: what it is given is taken as plain data, or refused.

What belongs to another class stays with the plugin: none of its methods is called later.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar, get_args

T = TypeVar("T")


def plain_text(text: str) -> str:
    """Return a text as a plain `str`, so that no method of another class is called later.

    Raises:
        ValueError: It has half a character in it, and could not be printed or written.
    """
    plain = text if type(text) is str else str.__str__(text)
    if not plain.isascii():
        try:
            plain.encode()
        except UnicodeEncodeError:
            raise ValueError("has half a character in it (a surrogate)") from None
    return plain


def put_texts(thing: object, where: str, *names: str) -> None:
    """Make attributes of a frozen thing plain texts.

    Raises:
        TypeError: One is no text.
        ValueError: One cannot be written.
    """
    for name in names:
        text = getattr(thing, name)
        if type(text) is str and text.isascii():
            continue
        object.__setattr__(thing, name, checked_text(text, f"{where}: {name}"))


def checked_text(text: object, what: str) -> str:
    """Return one text as a plain one. Errors as `put_texts`; they begin with `what`."""
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a text, not {kind_of(text)}")
    try:
        return plain_text(text)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None


def at_most(values: Iterable[T], most: int, what: str) -> tuple[T, ...]:
    """Return values as a tuple; of too many, not even all are read, and `ValueError` says so."""
    taken = tuple(islice(values, most + 1))
    if len(taken) > most:
        raise ValueError(f"{what} at most {most:,}")
    return taken


def kind_of(value: object) -> str:
    """Return what a value is, for a message."""
    return "None" if value is None else type(value).__name__


def check_choice(value: object, choices: object, where: str, what: str) -> None:
    """Raise `ValueError` for what is not one of the words of a `Literal`."""
    known = get_args(choices)
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{where}: {what} must be one of {', '.join(known)}, not {value!r}")

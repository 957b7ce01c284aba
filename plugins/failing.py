"""Saying what went wrong in a plugin, whatever it raised."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import BakehouseError, Refused

OURS = (
    "plugins.formats.",
    "plugins.guarding.",
    "plugins.jobs.",
    "plugins.registering.",
    "plugins.running.",
    "plugins.singles.",
    "plugins.tables.",
    "plugins.timing.",
    "importlib.",
    "pluggy.",
)
LONGEST = 2000
"""Characters of a message that are kept."""


class Unwritable(Refused):
    """What a view gives as its data cannot be written so; that is its plugin's doing."""


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Within `with`: data of a plugin is written as `what`; it may have ways of its own.

    Raises:
        Unwritable: It cannot be, for whatever reason.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise Unwritable(f"what it gives as its data is no {what}: {describe(error)}") from error


def describe(error: BaseException) -> str:
    """Say an exception in one line or few: its kind and its text."""
    # A plugin's exception may fail even at being said, and in any way.
    try:
        text = writable(str(error).strip()[:LONGEST])
    except KeyboardInterrupt:
        raise
    except BaseException:
        text = "its message cannot be shown"
    kind = type(error)
    if issubclass(kind, SystemExit):
        return f"it called sys.exit({text})"
    if issubclass(kind, BakehouseError):
        return text
    name = writable(kind.__name__)
    return f"{name}: {text}" if text else name


def writable(text: str) -> str:
    """Return a text that can be printed and written: half a character becomes a question mark."""
    return text.encode(errors="replace").decode()


def traceback_of(error: BaseException) -> str:
    """Return the traceback for the plugin's author, from the first frame of other code than ours.

    What the host itself found wrong has no frames.
    """
    frames = error.__traceback__
    while frames is not None and _is_ours(frames.tb_frame.f_globals.get("__name__")):
        frames = frames.tb_next
    try:
        told = traceback.TracebackException(type(error), error, frames).format()
        return writable("".join(told))
    except KeyboardInterrupt:
        raise
    except BaseException:
        return f"{describe(error)}\n"


def _is_ours(module: object) -> bool:
    return f"{module}.".startswith(OURS)

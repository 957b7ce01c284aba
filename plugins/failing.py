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
    # A plugin's exception may fail even at being said.
    try:
        text = str(error).strip()[:LONGEST]
    except Exception:
        text = "its message cannot be shown"
    if isinstance(error, SystemExit):
        return f"it called sys.exit({text})"
    if isinstance(error, BakehouseError):
        return text
    kind = type(error).__name__
    return f"{kind}: {text}" if text else kind


def traceback_of(error: BaseException) -> str:
    """Return the traceback for the plugin's author, from the first frame of other code than ours.

    What the host itself found wrong has no frames.
    """
    frames = error.__traceback__
    while frames is not None and _is_ours(frames.tb_frame.f_globals.get("__name__")):
        frames = frames.tb_next
    return "".join(traceback.TracebackException(type(error), error, frames).format())


def _is_ours(module: object) -> bool:
    return f"{module}.".startswith(OURS)

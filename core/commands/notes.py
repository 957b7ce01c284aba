"""What is worth a second look in a command that can be done all the same."""

from __future__ import annotations

from collections.abc import Mapping

from core.clock import today
from core.commands.model import Arguments, Given

COMES_IN = "buy"
IS_DUE = ("event add", "event set", "event copy")


def notes_of(name: str, values: Mapping[str, Given]) -> tuple[str, ...]:
    """Return what to tell about a command's arguments, which it has taken already."""
    if name != COMES_IN and name not in IS_DUE:
        return ()
    day = Arguments(values).day("date")
    if day is None:
        return ()
    if name == COMES_IN and day > today():
        return (f"{day.isoformat()} is still to come: it counts as on hand from now on.",)
    if name in IS_DUE and day < today():
        return (f"{day.isoformat()} is past.",)
    return ()

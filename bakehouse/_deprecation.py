"""Telling which plugin still uses a part of the API that will go away."""

from __future__ import annotations

import warnings
from contextvars import ContextVar

_noted: ContextVar[dict[str, None] | None] = ContextVar("noted", default=None)


class ApiDeprecationWarning(DeprecationWarning):
    """A part of the plugin API that stops in a later version."""


def deprecated(what: str, *, instead: str, stops_in: str) -> None:
    """Note that whoever runs now uses `what`: for the plugin list, and for its author's tests."""
    told = f"{what} stops in {stops_in}; use {instead}"
    noted = _noted.get()
    if noted is not None:
        noted[told] = None
    warnings.warn(told, ApiDeprecationWarning, stacklevel=3)


class noting:  # noqa: N801 - it is used like a function
    """Collect in `into`, as keys, what is used of the deprecated API inside the block."""

    __slots__ = ("_into", "_token")

    def __init__(self, into: dict[str, None]) -> None:
        self._into = into

    def __enter__(self) -> None:
        self._token = _noted.set(self._into)

    def __exit__(self, *error: object) -> None:
        _noted.reset(self._token)

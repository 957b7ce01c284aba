"""A kitchen file several times over: of everything as much more, in the same shapes."""

from __future__ import annotations

import json
from typing import Any, Final

_SLUGS: Final = {"slug", "item", "product", "recipe", "bundle", "event", "checked"}
_NAMES: Final = {"name", "label"}
_NUMBERS: Final = {"id", "lot", "change", "run", "undoes", "undone_by"}
_APART: Final = 1_000
"""How far apart the numbers of one copy and the next are."""


def times_over(kitchen: bytes, times: int) -> bytes:
    """Return a whole kitchen with all of it `times` over, each time under names of its own."""
    whole = json.loads(kitchen)
    copies = [whole, *(_renamed(whole, number, "") for number in range(1, times))]
    lists = {key: [each for copy in copies for each in copy[key]]
             for key, value in whole.items() if isinstance(value, list)}  # fmt: skip
    return json.dumps({**whole, **lists}).encode()


def _renamed(value: Any, number: int, key: str) -> Any:
    """Return a part of a file as of the copy with this number; `key` is where it stands."""
    if isinstance(value, dict):
        return {inner: _renamed(each, number, inner) for inner, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, number, key) for each in value]
    if key in _SLUGS:
        return f"{value}-{number}"
    if key in _NAMES:
        return f"{value} {number}"
    if key in _NUMBERS and isinstance(value, int):
        return value + _APART * number
    if key in _NUMBERS and isinstance(value, str):
        return f"L{int(value[1:]) + _APART * number}"
    return value

"""Keys as people read them."""

from __future__ import annotations

from textual.dom import DOMNode
from textual.keys import format_key

EVERYWHERE = "everywhere"


def said_key(key: str) -> str:
    """Return a key as people read it."""
    *modifiers, last = key.split("+")
    shown = format_key(last)
    return "+".join((*modifiers, shown.upper() if last[0] == "f" and last[1:].isdigit() else shown))


def said_keys(keys: str) -> str:
    """Return keys, apart by commas, as people read them."""
    return " ".join(dict.fromkeys(map(said_key, keys.split(","))))


def said_place(owner: type[DOMNode]) -> str:
    """Return where the keys of a kind of screen or widget work: its own `KEYS_OF`."""
    return str(getattr(owner, "KEYS_OF", EVERYWHERE))

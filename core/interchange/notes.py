"""What people should know of a file that was read: not wrong, but not silent either."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

UNKNOWN: Final = "unknown"
IGNORED: Final = "ignored"


class Note(Struct, frozen=True):
    """One thing of a file that was decided, left out, or kept as unknown.

    `kind`: `unknown` (an amount that cannot be converted; `item`, `line` and `fix` say which,
    where and what to do), `ignored` (a field that means nothing here), and of another program's
    file `guessed`, `merged`, `renamed`, `similar` (two items that may be one) or `skipped` (left
    out, with the reason). `place` is the JSON path in the file, or empty.
    """

    kind: str
    place: str
    message: str
    item: str | None = None
    line: str | None = None
    fix: str | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

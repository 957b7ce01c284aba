"""Finding the plugin that makes trouble by halves, over as many runs of the program as it takes.

First all plugins are left out: if the trouble is still there, none of them makes it. Then one half
of those that are left in question is let in, and so on, until one is left.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict, replace

from plugins.storage import replace_file

FILE = "bisect.json"


class Bisect(Struct, frozen=True):
    """A search that is under way.

    Attributes:
        suspects: The plugins that may be it, in order.
        let_in: Those of them that take part in this round.
        everyone: All plugins that the search began with.
        cleared: Whether it is known that without plugins the trouble is gone.
    """

    suspects: tuple[str, ...]
    let_in: tuple[str, ...]
    everyone: tuple[str, ...]
    cleared: bool = False

    @property
    def left_out(self) -> frozenset[str]:
        """The plugins that take no part in this round."""
        return frozenset(self.everyone) - frozenset(self.let_in)

    @property
    def culprit(self) -> str | None:
        """The plugin that makes the trouble, once it is known."""
        return self.suspects[0] if self.cleared and len(self.suspects) == 1 else None

    @property
    def innocent(self) -> bool:
        """Whether no plugin makes the trouble."""
        return not self.suspects

    @property
    def rounds(self) -> int:
        """How many answers are still wanted at most."""
        return (len(self.suspects) - 1).bit_length() + (not self.cleared)


def begin(names: Sequence[str]) -> Bisect:
    """Begin a search among plugins with none of them let in."""
    everyone = tuple(sorted(names))
    return Bisect(everyone, (), everyone)


def answered(search: Bisect, trouble: bool) -> Bisect:
    """Go on with the search, after a round with the trouble or without it."""
    if not search.cleared:
        if trouble:
            return replace(search, suspects=())
        return _halved(replace(search, cleared=True))
    let_in = frozenset(search.let_in)
    left = tuple(name for name in search.suspects if (name in let_in) is trouble)
    return _halved(replace(search, suspects=left))


def _halved(search: Bisect) -> Bisect:
    return replace(search, let_in=search.suspects[: (len(search.suspects) + 1) // 2])


def load(folder: Path) -> Bisect | None:
    """Return the search that is under way, or None."""
    try:
        told = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Bisect(
            tuple(told["suspects"]), tuple(told["let_in"]), tuple(told["everyone"]), told["cleared"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(folder: Path, search: Bisect) -> None:
    """Keep a search for the next run. It cannot be kept: `OSError`."""
    replace_file(folder / FILE, json.dumps(asdict(search)))


def end(folder: Path) -> None:
    """Forget the search."""
    (folder / FILE).unlink(missing_ok=True)

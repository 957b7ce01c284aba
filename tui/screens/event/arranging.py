"""How the panes share the workspace."""

from __future__ import annotations

from collections.abc import Sequence

WIDE = 120
"""From this width on, production, assembly and shopping are on one screen."""
TALL = 200
"""From this width on, two of them stand side by side."""


def heights(wanted: Sequence[int], available: int) -> list[int]:
    """Share `available` lines among panes: who wants little gets it, the rest is shared evenly."""
    given = [0] * len(wanted)
    waiting = list(range(len(wanted)))
    left = available
    while waiting:
        share = left // len(waiting)
        content = [n for n in waiting if wanted[n] <= share]
        if not content:
            for place, n in enumerate(waiting):
                given[n] = left // (len(waiting) - place)
                left -= given[n]
            return given
        for n in content:
            given[n] = wanted[n]
            left -= given[n]
            waiting.remove(n)
    if given:
        given[-1] += left
    return given

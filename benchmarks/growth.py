"""How times grow with the kitchen: the exponent k of n^k, n being event lines."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

from benchmarks.kitchens import SIZES


def exponents(times: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Return the exponent from the smallest to the largest size measured, by name of figure.

    `times` are by size and name. 1 is growth in proportion; what does not depend on the lines is
    0. The catalogue is the same at every size, so small kitchens are dearer than their lines.
    """
    found = {}
    for what in dict.fromkeys(what for _, what in times):
        sizes = [name for name in SIZES if (name, what) in times]
        if len(sizes) < 2:
            continue
        small, large = sizes[0], sizes[-1]
        ratio = times[large, what] / times[small, what]
        found[what] = log(ratio) / log(SIZES[large].lines / SIZES[small].lines)
    return found

"""Looking for garbage rarely, so that no key waits for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = (20_000, 10, 10)
"""New objects before the young are looked through, and how often that is before older ones are."""


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for garbage less often than Python does, and not before `keep_what_is_there`.

    What is made while the program starts stays until its end: with Python's own thresholds it is
    looked through again and again, each time for longer than a frame may take.
    """
    before, collects = gc.get_threshold(), gc.isenabled()
    gc.set_threshold(*THRESHOLDS)
    gc.disable()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        if collects:
            gc.enable()


def keep_what_is_there() -> None:
    """Leave out of every later look what is there now: modules, classes, models."""
    gc.freeze()
    gc.enable()

"""Keeping stdout for data while code of a plugin runs, which may print, or have others print."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from bakehouse.terminal.output import plain, say

STDOUT, STDERR = 1, 2


@contextmanager
def stdout_is_talk() -> Iterator[None]:
    """Send to stderr what is written to stdout in the block, by C code and other programs too."""
    sys.stdout.flush()
    try:
        kept = os.dup(STDOUT)
    except OSError:
        # There is no stdout to keep clean.
        yield
        return
    try:
        os.dup2(STDERR, STDOUT)
        with redirect_stdout(sys.stderr):
            yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept, STDOUT)
        os.close(kept)


def give_up(failure: object) -> None:
    """End at once with one message: a plugin holds the thread that would have to say it."""
    say(plain(f"bakehouse: {failure}"))
    sys.stderr.flush()
    os._exit(1)

"""Keeping stdout for data while code of a plugin runs, which may print, or have others print."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from bakehouse.terminal.output import plain, say

STDOUT, STDERR = 1, 2


@contextmanager
def stdout_is_talk() -> Iterator[None]:
    """Send to stderr what is written to stdout in the block, by C code and other programs too.

    Whoever closes either of them in the block, or puts something else there, does so for the block.
    """
    sys.stdout.flush()
    try:
        kept = os.dup(STDOUT)
    except OSError:
        # There is no stdout to keep clean.
        yield
        return
    streams = sys.stdout, sys.stderr
    try:
        os.dup2(STDERR, STDOUT)
        sys.stdout = sys.stderr = cast(TextIO, _Unclosed(sys.stderr))
        yield
    finally:
        sys.stdout, sys.stderr = streams
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept, STDOUT)
        os.close(kept)


class _Unclosed:
    """A stream that cannot be closed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def close(self) -> None:
        """Do nothing."""


def give_up(failure: object) -> None:
    """End at once with one message: a plugin holds the thread that would have to say it."""
    say(plain(f"bakehouse: {failure}"))
    sys.stderr.flush()
    os._exit(1)

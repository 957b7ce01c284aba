"""Which terminal is at work, so that undo takes back one's own last change."""

from __future__ import annotations

import getpass
import os
import platform
import sys


def name() -> str:
    """Return a name for this terminal; `BAKEHOUSE_TERMINAL` overrides it."""
    told = os.environ.get("BAKEHOUSE_TERMINAL")
    if told:
        return told
    return f"{_user()}@{platform.node() or 'localhost'}{_tty()}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"


def _tty() -> str:
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None and stream.isatty():
                return ":" + os.ttyname(stream.fileno()).removeprefix("/dev/")
        except (OSError, ValueError):
            continue
    return ""

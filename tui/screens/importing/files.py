"""The files that can be named while one types a path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from core import places
from core.errors import BadFile
from tui.screens.form.offers import Offer

MOST = 2_000
"""So many entries of a folder are looked at."""


def working_folder() -> str:
    """Return the working folder as one would type it."""
    here, home = places.working_folder(), places.home_folder()
    if home is not None and here.is_relative_to(home):
        here = Path("~") / here.relative_to(home)
    return f"{here}{os.sep}"


def folder_typed(text: str) -> str:
    """Return the part of a path as it is typed that names a folder; "" for the working folder."""
    return text[: text.rfind(os.sep) + 1]


def files_in(typed: str, suffixes: Sequence[str]) -> list[Offer]:
    """Return what is in a folder, the newest file first, then the folders, as one would type it.

    With `suffixes`, only files that end so. A folder that cannot be read has nothing.
    """
    try:
        with os.scandir(places.read_path(typed)) as found:
            entries = [each for each in islice(found, MOST) if not each.name.startswith(".")]
            folders = sorted(each.name for each in entries if each.is_dir())
            files = [each for each in entries if each.is_file() and _fits(each.name, suffixes)]
            files.sort(key=lambda each: each.stat().st_mtime, reverse=True)
    except (OSError, BadFile):
        return []
    names = [*(each.name for each in files), *(f"{name}{os.sep}" for name in folders)]
    return [Offer("file", number, typed + name, name) for number, name in enumerate(names)]


def _fits(name: str, suffixes: Sequence[str]) -> bool:
    return not suffixes or name.lower().endswith(tuple(suffixes))

"""Writing what a list shows into a file."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from bakehouse.plugin import ViewData
from core.errors import BadFile, Problem, RuleBroken

Writers = Mapping[str, Callable[[ViewData], str]]
"""What makes a text of a view, by the ending of the file: csv, md, json."""


class Taken(RuleBroken):
    """There is a file of this name already."""


def file_name(title: str, day: date, ending: str) -> str:
    """Return a name for the file that a list is written to."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", folded).strip("-") or "list"
    return f"{words}-{day.isoformat()}.{ending}"


def write_file(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a whole file or none.

    Raises:
        Taken: It is there already and `replace` is false.
        BadFile: It cannot be written.
    """
    try:
        if path.is_dir():
            raise BadFile([Problem(str(path), "this is a folder; name a file in it")])
        if path.exists() and not replace:
            raise Taken(f"{path} is there already.")
        new = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            new.write_text(text, encoding="utf-8", newline="")
            _name(new, path, replace=replace)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise BadFile([Problem(str(path), f"it cannot be written: {error.strerror}")]) from error


def _name(new: Path, path: Path, *, replace: bool) -> None:
    if replace:
        new.replace(path)
        return
    try:
        os.link(new, path)
    except FileExistsError as error:
        raise Taken(f"{path} is there already.") from error
    except OSError:
        # Some file systems have no hard links.
        if path.exists():
            raise Taken(f"{path} is there already.") from None
        new.replace(path)

"""Writing files: what a list shows, the kitchen, or what a plugin makes of it."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

from msgspec import Struct

from bakehouse.plugin import Table, ViewData
from core.errors import BadFile, Problem, RuleBroken
from plugins.failing import Unwritable

Writers = Mapping[str, Callable[[ViewData], str]]
"""What makes a text of a view, by the ending of the file: csv, md, json."""
NAMES = {"csv": "CSV, for spreadsheets", "md": "Markdown, for people", "json": "JSON, for programs"}


class Format(Struct, frozen=True):
    """One way of writing a file: the ending of its name, and what is said of it.

    `make` returns the content; it is called on a thread that may wait.
    """

    ending: str
    said: str
    make: Callable[[], str | bytes]


class Taken(RuleBroken):
    """There is a file of this name already."""


def file_name(title: str, day: date, ending: str) -> str:
    """Return a name for the file that a list is written to."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", folded).strip("-") or "list"
    return f"{words}-{day.isoformat()}.{ending}"


def said_of(data: ViewData) -> str:
    """Say how much is written of what a list shows."""
    if not isinstance(data, Table):
        return "all of it"
    rows = len(data.rows)
    return f"{rows} row{'s' * (rows != 1)}, as the list shows them"


def formats_of(data: ViewData, writers: Writers, source: str = "") -> list[Format]:
    """Return the ways of writing what a list shows, which comes from `source`."""
    return [
        Format(ending, NAMES.get(ending, ending), partial(_made, writer, data, source))
        for ending, writer in writers.items()
    ]


def _made(writer: Callable[[ViewData], str], data: ViewData, source: str) -> str:
    try:
        return writer(data)
    except Unwritable as error:
        raise Unwritable(f"{source}: {error}" if source else str(error)) from error


def write_file(path: Path, content: str | bytes, *, replace: bool = False) -> None:
    """Write a whole file or none.

    Raises:
        Taken: It is there already and `replace` is false.
        BadFile: It cannot be written.
    """
    try:
        if path.is_dir():
            raise BadFile([Problem(str(path), "this is a folder; name a file in it")])
        if path.exists() and not path.is_file():
            raise BadFile([Problem(str(path), "this is no file")])
        if path.exists() and not replace:
            raise Taken(f"{path} is there already.")
        new = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            new.write_bytes(content.encode() if isinstance(content, str) else content)
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

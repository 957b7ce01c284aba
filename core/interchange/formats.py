"""The formats of files that can be imported, and telling which one a file has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from core.documents import FORMAT
from core.errors import BadFile, Problem
from core.interchange.bake_tracker import read_bake_tracker
from core.interchange.notes import UNKNOWN
from core.interchange.reading import Parsed, parse_json, parse_kitchen

BAKE_TRACKER: Final = "bake-tracker"

Reader = Callable[[object], Parsed]
"""Reads decoded JSON, with numbers as int or `Decimal`."""


def parse_file(text: str | bytes, as_format: str | None = None) -> Parsed:
    """Return a file of any format as far as it can be read, with what is wrong in its shape."""
    if as_format is not None and as_format not in FORMATS:
        known = " or ".join(FORMATS)
        raise BadFile([Problem("--as", f"there is no format '{as_format}'; it is {known}")])
    data = parse_json(text)
    return FORMATS[as_format or guess_format(data)](data)


def guess_format(data: object) -> str:
    """Return the format that decoded JSON says it has; ours if it says nothing."""
    if isinstance(data, Mapping) and "format" not in data:
        told = data.get("application")
        if told == BAKE_TRACKER:
            return BAKE_TRACKER
    return FORMAT


def _bake_tracker(data: object) -> Parsed:
    doc, notes = read_bake_tracker(cast(Mapping[str, object], data))
    # Lines that stay unknown are listed when they are written; lots that are left out are not.
    told = [
        note for note in notes if note.kind != UNKNOWN or note.place.startswith("inventory_items")
    ]
    return Parsed(doc, told)


FORMATS: Final[Mapping[str, Reader]] = {FORMAT: parse_kitchen, BAKE_TRACKER: _bake_tracker}

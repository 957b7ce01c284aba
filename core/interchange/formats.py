"""The formats of files that can be imported, and telling which one a file has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from core.documents import FORMAT, KitchenDoc
from core.errors import BadFile, Problem
from core.interchange.bake_tracker import read_bake_tracker
from core.interchange.notes import UNKNOWN, Note
from core.interchange.reading import Parsed, parse_json, parse_kitchen

BAKE_TRACKER: Final = "bake-tracker"

Reader = Callable[[object], Parsed]
"""Reads decoded JSON, with numbers as int or `Decimal`."""


def read_file(text: str | bytes, as_format: str | None = None) -> tuple[KitchenDoc, list[Note]]:
    """Return the kitchen of a file of any format, and what was decided on the way.

    Only its shape is judged here; the rules of a kitchen, `import_kitchen` judges.

    Raises:
        BadFile: It is no file of the format (or, without one, of any known format).
    """
    parsed = parse_file(text, as_format)
    if parsed.problems:
        from core.interchange.checking import check_kitchen

        raise BadFile(check_kitchen(parsed.doc, None, parsed.problems).problems)
    return parsed.doc, parsed.notes


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

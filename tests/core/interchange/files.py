"""Reading a file into a kitchen of its own, with everything that is wrong in it."""

from __future__ import annotations

from core.documents import KitchenDoc
from core.errors import BadFile
from core.interchange.checking import check_kitchen
from core.interchange.formats import parse_file
from core.interchange.notes import Note


def read_file(text: str | bytes, as_format: str | None = None) -> tuple[KitchenDoc, list[Note]]:
    """Return the kitchen of a file that stands by itself, and what was decided on the way."""
    parsed = parse_file(text, as_format)
    problems = check_kitchen(parsed.doc, None, parsed.problems).problems
    if problems:
        raise BadFile(problems)
    return parsed.doc, parsed.notes

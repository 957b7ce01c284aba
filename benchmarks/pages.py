"""Writing one section of a page and leaving the others as they are."""

from __future__ import annotations

import re
from pathlib import Path


def put(path: Path, section: str) -> None:
    """Put a section into a page in place of the one with its heading, or at the end."""
    parts = re.split(r"(?m)^(?=##? )", path.read_text(encoding="utf-8") if path.exists() else "")
    kept = [part.rstrip() for part in parts if part.strip()]
    heading = _heading(section)
    place = next((n for n, part in enumerate(kept) if _heading(part) == heading), len(kept))
    kept[place : place + 1] = [section.rstrip()]
    path.write_text("\n\n".join(kept) + "\n", encoding="utf-8")


def _heading(section: str) -> str:
    return section.lstrip().partition("\n")[0]

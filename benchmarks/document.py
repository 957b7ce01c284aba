"""The page `docs/performance.md`: each suite writes its own section and keeps the others."""

from __future__ import annotations

import re
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
TITLE = "# Performance"


def write_section(heading: str, text: str, path: Path = PATH) -> None:
    """Put a section into the page, in the place of the one with its heading or at the end."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = re.split(r"(?m)^(?=## )", old)
    sections = [part.strip() for part in parts if part.startswith("## ")]
    new = f"## {heading}\n\n{text.strip()}"
    mine = [place for place, part in enumerate(sections) if part.startswith(f"## {heading}\n")]
    if mine:
        sections[mine[0]] = new
    else:
        sections.append(new)
    path.write_text("\n\n".join([TITLE, *sections]) + "\n", encoding="utf-8")

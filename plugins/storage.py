"""Small files that are written whole."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def replace_file(path: Path, content: str | bytes, *, make_folder: bool = True) -> None:
    """Write a file so that a reader sees the old one or the whole new one; its mode stays.

    Raises:
        OSError: It cannot be written; the old one is as it was.
    """
    if make_folder:
        path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{uuid4().hex}.new")
    try:
        new.write_bytes(content.encode() if isinstance(content, str) else content)
        with suppress(FileNotFoundError):
            shutil.copymode(path, new)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise

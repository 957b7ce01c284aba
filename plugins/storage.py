"""Small files that are written whole, and the folders where they are kept."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from platformdirs import user_config_path, user_state_path


def config_folder() -> Path:
    """Return the folder of what a person has decided."""
    return user_config_path("bakehouse", appauthor=False)


def state_folder() -> Path:
    """Return the folder of what the program remembers by itself."""
    return user_state_path("bakehouse", appauthor=False)


def replace_file(path: Path, content: str | bytes, *, make_folder: bool = True) -> None:
    """Write a file so that a reader sees the old one or the whole new one.

    Raises:
        OSError: It cannot be written; the old one is as it was.
    """
    if make_folder:
        path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise

"""Small files that are written whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

try:
    import fcntl
except ImportError:
    # Folders cannot be held on Windows: there, nobody waits.
    fcntl = None  # type: ignore[assignment]


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait until nobody else, here or in another program, holds a file of this folder; hold it.

    What is read, changed and written in between loses nothing that others wrote. Where a folder
    cannot be made or held, as on some network shares, it goes on without.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if fcntl is not None:
                folder = os.open(path.parent, os.O_RDONLY)
                stack.callback(os.close, folder)
                fcntl.flock(folder, fcntl.LOCK_EX)
        yield


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

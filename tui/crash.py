"""What is left of a crash: where it happened, never what was in the kitchen."""

from __future__ import annotations

import platform
import traceback
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from textual.worker import WorkerFailed

from core.places import log_folder

LIBRARIES = ("textual", "rich", "sqlalchemy", "pluggy")


def write_report(error: BaseException, *, revision: int, folder: Path | None = None) -> Path | None:
    """Write a report and return its path, or None where it cannot be written.

    It holds the kinds of the errors and the lines of code they came through; neither their
    messages nor the values of variables, which may name what people cook and for whom.
    """
    from bakehouse import __version__

    where = folder or log_folder()
    path = where / f"crash-{datetime.now():%Y%m%d-%H%M%S-%f}.txt"
    lines = [
        f"bakehouse {__version__}, Python {platform.python_version()}, {platform.platform()}",
        ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
        f"revision {revision}",
        "",
        *_told(error),
    ]
    try:
        where.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError:
        return None
    return path


def _told(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    if isinstance(error, WorkerFailed):
        error = error.error
    while error is not None:
        kind = type(error)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        for frame in traceback.extract_tb(error.__traceback__):
            lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is not None:
            lines.append("while handling, or caused by")
    return lines


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"

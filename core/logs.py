"""The log: what the program did, never what is in the kitchen."""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from core.places import log_folder

LARGEST = 512 * 1024
"""Bytes of one log file."""
KEPT = 3
"""Older log files that are kept."""


def start_log(level: str = "info", folder: Path | None = None) -> Path | None:
    """Begin to log into the platform's folder; return the file, or None where it cannot be."""
    path = (folder or log_folder()) / "bakehouse.log"
    logger = logging.getLogger("bakehouse")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(_Formatter("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
    stop_log()
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    # A terminal that shows a screen must not be written to.
    logger.propagate = False
    return path


def stop_log() -> None:
    """Close the log file."""
    logger = logging.getLogger("bakehouse")
    for handler in [each for each in logger.handlers if isinstance(each, RotatingFileHandler)]:
        logger.removeHandler(handler)
        handler.close()


class _Formatter(logging.Formatter):
    """Leaves out the messages of exceptions, which may name what people cook and for whom."""

    def formatException(  # noqa: N802
        self,
        ei: (
            tuple[type[BaseException], BaseException, TracebackType | None]
            | tuple[None, None, None]
        ),
    ) -> str:
        kind, _, trace = ei
        lines = [f"  {each.filename}:{each.lineno} in {each.name}"
                 for each in traceback.extract_tb(trace)]  # fmt: skip
        name = "" if kind is None else f"{kind.__module__}.{kind.__qualname__}"
        return "\n".join([name, *lines])

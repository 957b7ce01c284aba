"""Where files are: the program's own on this platform, and those that a person names.

Nothing is made by asking.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from core.errors import BadFile, Problem

NAME = "bakehouse"
CONFIG_VARIABLE = "BAKEHOUSE_CONFIG"


def read_path(told: str, within: Path | None = None) -> Path:
    """Return the absolute path that a person typed, from the working folder or `within` a folder.

    `~` is the home folder, `~anna` that of anna. There need be nothing at the path.

    Raises:
        BadFile: It cannot be a path, or there is no folder that it begins in.
    """
    try:
        os.fsencode(told)
        path = Path(told)
        # To pathlib `./~b` is `~b`.
        if told.startswith("~"):
            path = path.expanduser()
    except UnicodeEncodeError as error:
        raise _no_path(ascii(told)[1:-1], "this is no text") from error
    except RuntimeError as error:
        raise _no_path(
            told,
            f"there is no such home folder; a name that itself begins with ~ is written "
            f".{os.sep}{told}",
        ) from error
    if "\0" in told:
        raise _no_path(told.replace("\0", "\\0"), "there is a NUL in it, which no file has")
    try:
        return path.absolute() if within is None else within / path
    except FileNotFoundError as error:
        raise _no_path(
            told, "the working folder is no longer there; go to another, or name all of the path"
        ) from error


def _no_path(shown: str, reason: str) -> BadFile:
    return BadFile([Problem(shown, reason)])


def home_folder() -> Path | None:
    """Return the home folder of whoever runs the program, or None for somebody without one."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def working_folder() -> Path:
    """Return the working folder; where it is no longer there the home folder, or the topmost."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return home_folder() or Path(os.sep)


def config_file() -> Path:
    """Return the path of the config file; `BAKEHOUSE_CONFIG` names another.

    What else a person decides about plugins is kept beside it.

    Raises:
        BadFile: What `BAKEHOUSE_CONFIG` says cannot be a path.
    """
    told = os.environ.get(CONFIG_VARIABLE)
    if told:
        return read_path(told)
    return platformdirs.user_config_path(NAME, appauthor=False) / "config.toml"


def data_folder() -> Path:
    """Return where kitchens are kept when nothing else is said."""
    return platformdirs.user_data_path(NAME, appauthor=False)


def log_folder() -> Path:
    """Return where the log and crash reports are written."""
    return platformdirs.user_log_path(NAME, appauthor=False)


def state_folder() -> Path:
    """Return where what the program remembers by itself is kept, drafts among it."""
    return platformdirs.user_state_path(NAME, appauthor=False)


def cache_folder() -> Path:
    """Return where what can be made anew may be kept."""
    return platformdirs.user_cache_path(NAME, appauthor=False)

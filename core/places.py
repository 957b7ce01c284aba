"""Where the program keeps its own files on this platform; nothing is made by asking."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

NAME = "bakehouse"
CONFIG_VARIABLE = "BAKEHOUSE_CONFIG"


def config_file() -> Path:
    """Return the path of the config file; `BAKEHOUSE_CONFIG` names another."""
    told = os.environ.get(CONFIG_VARIABLE)
    if told:
        return Path(told).expanduser().absolute()
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

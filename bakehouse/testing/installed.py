"""The plugin under test, as if it were installed, whether or not it is."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from bakehouse import __version__

GROUP = "bakehouse.plugins"


def name_of(plugin: ModuleType) -> str:
    """Return the name of a plugin: that of its entry point, else of its module with dashes."""
    for entry in entry_points(group=GROUP):
        if entry.value == plugin.__name__:
            return entry.name
    return plugin.__name__.rpartition(".")[2].replace("_", "-")


@contextmanager
def findable(plugin: ModuleType, folder: Path) -> Iterator[str]:
    """Let hosts find a plugin while this lasts, and give its name."""
    name = name_of(plugin)
    if any(entry.value == plugin.__name__ for entry in entry_points(group=GROUP)):
        yield name
        return
    info = folder / f"{name.replace('-', '_')}-0.dist-info"
    info.mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n"
    (info / "METADATA").write_text(f"{metadata}Requires-Dist: bakehouse=={__version__}\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {plugin.__name__}\n")
    importlib.invalidate_caches()
    with patch("sys.path", [*_path(), str(folder)]):
        yield name


def _path() -> list[str]:
    import sys

    return sys.path

"""Plugins that are single files, in the user's own folder and nowhere else."""

from __future__ import annotations

import importlib.util
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from msgspec import Struct

from plugins.discovery import Found

FOLDER = "plugins"
"""The name of the folder, in the config folder."""


class FileEntry(Struct, frozen=True):
    """What imports a file under the name of its stem, so that it can name its own functions."""

    path: Path

    @property
    def module(self) -> str:
        """The name of its module."""
        return self.path.stem

    def load(self) -> ModuleType:
        """Import the file; another one of the same name is not touched."""
        name = self.path.stem
        if importlib.util.find_spec(name) is not None:
            raise ImportError(f"there is already a module '{name}'; give the file another name")
        spec = importlib.util.spec_from_file_location(name, self.path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.path} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module


def discover_files(folder: Path) -> tuple[list[Found], list[str]]:
    """Return the plugins that are files of the folder, and what is wrong with others.

    The version of a file is that of its content, so that a mended one gets a new try.
    """
    found: list[Found] = []
    notes: list[str] = []
    if not folder.is_dir():
        return found, notes
    for path in sorted(folder.glob("*.py")):
        if not path.stem.isidentifier():
            notes.append(f"{path} is left out: its name is no name of a module")
            continue
        try:
            version = sha256(path.read_bytes()).hexdigest()[:8]
        except OSError as error:
            notes.append(f"{path} is left out: {error.strerror}")
            continue
        name = path.stem.replace("_", "-")
        found.append(Found(name, version, str(path), False, (), FileEntry(path), path))
    return found, notes

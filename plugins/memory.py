"""What is remembered of plugins from run to run, so that it can be told without importing them.

Each entry belongs to one version: another version of a plugin starts with a clean sheet.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from plugins.discovery import Found
from plugins.storage import held, replace_file

Facts = dict[str, Any]

REGISTERING = "(registering)"
TABLES = "(tables)"
"""What can fail beside views, checks and formats, which go by their ids."""


class Memory:
    """A file in the state folder; one that cannot be read or written is done without."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.Lock()
        self._entries = self._read()

    def of(self, found: Found) -> Facts:
        """Return what is remembered of this version of a plugin."""
        entry = self._entries.get(found.name, {})
        return dict(entry) if entry.get("version") == found.version else {}

    def note(self, found: Found, **facts: object) -> None:
        """Remember facts of this version; None forgets one."""
        self._change(found, lambda before: {**before, **facts})

    def prepared(self, found: Found, database: str) -> None:
        """Remember that tables of this version are in a database; forget files that are gone."""

        def change(before: Facts) -> Facts:
            known = before.get("tables", ())
            there = [each for each in known if "://" in each or os.path.exists(each)]
            return {**before, "tables": sorted({*there, database})}

        self._change(found, change)

    def failures(self, found: Found) -> dict[str, str]:
        """Return what of this version failed when it was last used, and why."""
        return _failures(self.of(found))

    def failed(self, found: Found, what: str, why: str) -> None:
        """Remember that something of this version failed, until it works again."""
        self._change(found, lambda before: {**before, "failures": {**_failures(before), what: why}})

    def worked(self, found: Found, *whats: str) -> None:
        """Forget that something of this version failed."""
        if "failures" not in self._entries.get(found.name, {}):
            return

        def change(before: Facts) -> Facts:
            left = {what: why for what, why in _failures(before).items() if what not in whats}
            return {**before, "failures": left or None}

        self._change(found, change)

    def _change(self, found: Found, change: Callable[[Facts], Facts]) -> None:
        """Change what is remembered of this version, beginning with what others have noted."""
        with self._writing, held(self.path):
            self._entries = {**self._entries, **self._read()}
            before = self.of(found)
            told = {**change(before), "version": found.version}
            entry = {key: value for key, value in told.items() if value is not None}
            if entry == before or (not before and entry == {"version": found.version}):
                return
            self._entries = {**self._entries, found.name: entry}
            with suppress(OSError):
                text = json.dumps(self._entries, indent=1, ensure_ascii=False, sort_keys=True)
                replace_file(self.path, text + "\n")

    def _read(self) -> dict[str, Facts]:
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(told, dict):
            return {}
        return {name: entry for name, entry in told.items() if isinstance(entry, dict)}


def _failures(entry: Facts) -> dict[str, str]:
    told = entry.get("failures")
    return {what: str(why) for what, why in told.items()} if isinstance(told, dict) else {}

"""What is remembered of plugins from run to run, so that it can be told without importing them.

Each entry belongs to one version: another version of a plugin starts with a clean sheet.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from plugins.discovery import Found
from plugins.storage import replace_file

REGISTERING = "(registering)"
TABLES = "(tables)"
"""What can fail beside views, checks and formats, which go by their ids."""


class Memory:
    """A file in the state folder; one that cannot be read or written is done without."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.RLock()
        self._entries = self._read()

    def of(self, found: Found) -> dict[str, Any]:
        """Return what is remembered of this version of a plugin."""
        entry = self._entries.get(found.name, {})
        return dict(entry) if entry.get("version") == found.version else {}

    def note(self, found: Found, **facts: object) -> None:
        """Remember facts of this version; None forgets one."""
        with self._writing:
            before = self.of(found)
            told = {**before, **facts, "version": found.version}
            entry = {key: value for key, value in told.items() if value is not None}
            if entry == before or (not before and entry == {"version": found.version}):
                return
            # Another program may have remembered something of other plugins meanwhile.
            self._entries = {**self._read(), found.name: entry}
            with suppress(OSError):
                text = json.dumps(self._entries, indent=1, ensure_ascii=False, sort_keys=True)
                replace_file(self.path, text + "\n")

    def failures(self, found: Found) -> dict[str, str]:
        """Return what of this version failed when it was last used, and why."""
        told = self.of(found).get("failures")
        return {what: str(why) for what, why in told.items()} if isinstance(told, dict) else {}

    def failed(self, found: Found, what: str, why: str) -> None:
        """Remember that something of this version failed, until it works again."""
        with self._writing:
            self.note(found, failures={**self.failures(found), what: why})

    def worked(self, found: Found, *whats: str) -> None:
        """Forget that something of this version failed."""
        if "failures" not in self._entries.get(found.name, {}):
            return
        with self._writing:
            before = self.failures(found)
            left = {what: why for what, why in before.items() if what not in whats}
            if left != before:
                self.note(found, failures=left or None)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(told, dict):
            return {}
        return {name: entry for name, entry in told.items() if isinstance(entry, dict)}

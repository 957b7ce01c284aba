"""The block list: versions of plugins that are known to do harm, in the wheel and the config.

[[blocked]]
name = "bakehouse-labels"      # the plugin, or the distribution it comes from
versions = "<1.2"              # left out: every version
reason = "it writes the wrong allergens; 1.2 is good"
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from plugins.discovery import Found, canonical

OURS = Path(__file__).parent / "blocked.toml"
NAME = "blocked.toml"
"""The name of the user's own list, in the config folder."""


class BlockList:
    """The entries of both lists; `trouble` says what is wrong with the user's."""

    def __init__(self, users: Path, ours: Path = OURS) -> None:
        self.trouble = ""
        self._entries: list[dict[str, str]] = []
        for path in (ours, users):
            try:
                self._entries += _read(path)
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                self.trouble = f"{path} cannot be read: {error}"

    def reason(self, found: Found) -> str:
        """Return why a plugin is blocked, or nothing."""
        if found.builtin:
            return ""
        names = {canonical(found.name), canonical(found.distribution)}
        for entry in self._entries:
            if canonical(entry["name"]) in names and _holds(entry.get("versions", ""), found):
                return f"{found} is on the block list: {entry.get('reason', 'no reason is given')}"
        return ""


def _read(path: Path) -> Sequence[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    if "[[blocked]]" not in text:
        return []
    import tomllib

    entries = tomllib.loads(text)["blocked"]
    for entry in entries:
        if "name" not in entry or not all(isinstance(value, str) for value in entry.values()):
            raise ValueError("an entry has a name, versions and a reason, all texts")
        _holds(entry.get("versions", ""), None)
    return list(entries)


def _holds(versions: str, found: Found | None) -> bool:
    if not versions:
        return True
    # Slow to import, and needed for entries with versions only.
    from packaging.specifiers import SpecifierSet

    wanted = SpecifierSet(versions)
    return found is not None and wanted.contains(found.version, prereleases=True)

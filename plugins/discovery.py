"""Finding plugins by what is installed, without importing any of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, PackageMetadata, distributions
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from bakehouse import __version__

GROUP = "bakehouse.plugins"
OURS = "bakehouse"


class Entry(Protocol):
    """What imports a plugin's module."""

    @property
    def module(self) -> str:
        """Return the module's name."""

    def load(self) -> Any:
        """Import and return it."""


class Found(Struct, frozen=True):
    """An entry point and the distribution it comes from, or a `file` that is a plugin."""

    name: str
    version: str
    distribution: str
    builtin: bool
    requires: tuple[str, ...]
    entry: Entry
    file: Path | None = None

    @property
    def module(self) -> str:
        """The name of its module."""
        return self.entry.module

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


def discover(path: Sequence[str] | None = None) -> tuple[list[Found], list[str]]:
    """Return the plugins of every installed distribution, built-in first, and what is damaged.

    Args:
        path: Folders to look in; left out, those that Python imports from.
    """
    found: list[Found] = []
    damaged: list[str] = []
    seen: set[str] = set()
    for distribution in _distributions(path):
        # What others have installed may be broken in any way; it must not stop the rest.
        try:
            if GROUP not in (distribution.read_text("entry_points.txt") or ""):
                continue
            # Every look at it parses it anew.
            told = distribution.metadata
            name = str(told["Name"])
            if canonical(name) in seen:
                continue
            seen.add(canonical(name))
            found += _plugins_of(distribution, told, name)
        except Exception as error:
            damaged.append(f"{distribution!r} is damaged and left out: {error}")
    return sorted(found, key=lambda each: (not each.builtin, each.name, str(each))), damaged


def clash(found: Found, same_name: Iterable[Found]) -> str:
    """Return why a plugin cannot have its name, or nothing.

    Names are the same that give the same tables and variables of settings, as pre-fix and pre_fix.
    """
    others = [other for other in same_name if other is not found]
    if found.builtin:
        others = [other for other in others if other.builtin]
    if not others:
        return ""
    for other in others:
        if other.builtin:
            like = "" if other.name == found.name else f", '{other.name}'"
            return f"'{found.name}' of {found} has the name of a built-in plugin{like}"
    if all(other.name == found.name for other in others):
        both = " and ".join(sorted(map(str, [found, *others])))
        return f"'{found.name}' is the name of two plugins: {both}; uninstall one"
    both = " and ".join(sorted(f"'{each.name}' of {each}" for each in [found, *others]))
    return f"{both} would share their tables and variables of settings; uninstall one"


def incompatible(found: Found) -> str:
    """Return why a plugin cannot run with this version of Bakehouse, or nothing."""
    if found.builtin or not any(map(_names_us, found.requires)):
        return ""
    # Slow to import, and needed for third-party plugins only.
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement

    for text in filter(_names_us, found.requires):
        try:
            asked = Requirement(text)
        except InvalidRequirement:
            return f"its requirement '{text}' cannot be read"
        if canonical(asked.name) != OURS:
            continue
        try:
            applies = asked.marker is None or asked.marker.evaluate({"extra": ""})
        except (UndefinedComparison, UndefinedEnvironmentName):
            applies = True
        if applies and not asked.specifier.contains(__version__, prereleases=True):
            return f"needs bakehouse {asked.specifier}, this is {__version__}"
    return ""


def _distributions(path: Sequence[str] | None) -> Iterable[Distribution]:
    return distributions() if path is None else distributions(path=list(path))


def _plugins_of(distribution: Distribution, told: PackageMetadata, name: str) -> list[Found]:
    version = str(told["Version"])
    requires = tuple(told.get_all("Requires-Dist") or ())
    if not requires and distribution.read_text("requires.txt"):
        requires = tuple(distribution.requires or ())
    builtin = canonical(name) == OURS
    return [
        Found(entry.name, version, name, builtin, requires, entry)
        for entry in distribution.entry_points
        if entry.group == GROUP
    ]


def _names_us(requirement: str) -> bool:
    return canonical(requirement.strip()).startswith(OURS)


def canonical(name: str) -> str:
    """Return a name of a distribution as all its spellings compare."""
    return re.sub(r"[-_.]+", "-", name).lower()

"""Which plugins the user has accepted or turned off, and which are left out of this run."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct

from core.errors import BadFile, Problem
from plugins.discovery import Found
from plugins.states import State
from plugins.storage import held, replace_file

VARIABLE = "BAKEHOUSE_PLUGINS"

Only = Collection[str] | Literal["all"] | None
"""Names of plugins; "all", without asking; or None: those the user has accepted."""


class Limits(Struct, frozen=True):
    """What this run is limited to. Whoever is named here is accepted for this run."""

    only: frozenset[str] | Literal["all"] | None = None
    without: frozenset[str] = frozenset()
    source: str = ""

    @classmethod
    def of(cls, only: Only, without: Collection[str], environment: Mapping[str, str]) -> Limits:
        """Return the limits of the caller, else those of the environment variable."""
        source = ""
        if only is None and (told := environment.get(VARIABLE)) is not None:
            source = VARIABLE
            only = told.strip()
        if isinstance(only, str):
            return cls("all" if only == "all" else _names(only), frozenset(without), source)
        return cls(None if only is None else frozenset(only), frozenset(without), source)

    def verdict(self, found: Found) -> tuple[State, str] | None:
        """Return the state that these limits give a plugin, or None: it is up to the user."""
        if found.name in self.without:
            return State.DISABLED, "left out of this run"
        if found.builtin:
            return State.ENABLED, ""
        if self.only is None:
            return None
        if self.only == "all" or found.name in self.only:
            return State.ENABLED, ""
        by = f" by {self.source}" if self.source else ""
        return State.DISABLED, f"left out of this run{by}"

    def names(self) -> frozenset[str]:
        """Return every name given."""
        named = self.only if isinstance(self.only, frozenset) else frozenset()
        return named | self.without


class Consent:
    """The file with what the user has decided.

    Each decision changes the file as it is then: what another terminal decided meanwhile stays. A
    plugin is accepted together with the distribution it comes from: another one under the same
    name is asked about anew. A file that cannot be read accepts nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        self._accepted: dict[str, str] = {}
        self._disabled: set[str] = set()
        self._read()

    def verdict(self, found: Found) -> tuple[State, str]:
        """Return the state that the user's decisions give a plugin."""
        if found.name in self._disabled:
            return State.DISABLED, f"turned off; `bakehouse plugins enable {found.name}`"
        if found.builtin or self._accepted.get(found.name) == found.distribution:
            return State.ENABLED, ""
        return State.DISCOVERED, f"new; `bakehouse plugins enable {found.name}` accepts it"

    def enable(self, found: Found) -> None:
        """Accept a plugin, for later runs too.

        Raises:
            BadFile: The file cannot be read or written; nothing has changed.
        """
        with self._deciding() as (accepted, disabled):
            disabled.discard(found.name)
            if not found.builtin:
                accepted[found.name] = found.distribution

    def disable(self, name: str) -> None:
        """Turn a plugin off, for later runs too.

        Raises:
            BadFile: The file cannot be read or written; nothing has changed.
        """
        with self._deciding() as (accepted, disabled):
            accepted.pop(name, None)
            disabled.add(name)

    @contextmanager
    def _deciding(self) -> Iterator[tuple[dict[str, str], set[str]]]:
        """Give what has been decided by now, and keep what is made of it."""
        with held(self.path):
            self._read()
            if self.trouble:
                raise self._bad(f"{self.trouble}; mend or delete it")
            accepted, disabled = dict(self._accepted), set(self._disabled)
            yield accepted, disabled
            told = {"accepted": dict(sorted(accepted.items())), "disabled": sorted(disabled)}
            try:
                replace_file(self.path, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
            except OSError as error:
                raise self._bad(f"cannot be written: {error.strerror}") from error
            self._accepted, self._disabled = accepted, disabled

    def _read(self) -> None:
        decided: tuple[dict[str, str], set[str]] = {}, set()
        self.trouble = ""
        try:
            decided = _decisions(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            self.trouble = f"cannot be read: {error}"
        self._accepted, self._disabled = decided

    def _bad(self, message: str) -> BadFile:
        return BadFile([Problem(str(self.path), message)])


def _decisions(text: str) -> tuple[dict[str, str], set[str]]:
    """Return what was accepted and turned off. Raises ValueError for anything else."""
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError("it must be an object with `accepted` and `disabled`")
    accepted, disabled = told.get("accepted", {}), told.get("disabled", [])
    if not (isinstance(accepted, dict) and _all_text(accepted.values())):
        raise ValueError("`accepted` must give a distribution for each plugin")
    if not (isinstance(disabled, list) and _all_text(disabled)):
        raise ValueError("`disabled` must be a list of names")
    return accepted, set(disabled)


def _names(told: str) -> frozenset[str]:
    return frozenset(name.strip() for name in told.split(",") if name.strip())


def _all_text(values: Collection[object]) -> bool:
    return all(isinstance(value, str) for value in values)

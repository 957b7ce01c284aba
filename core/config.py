"""The config file: TOML in the platform's folder, with the environment over it.

What is wrong in it is told, with the file, the line, the key and the fix, and the rest of it
counts: a wrong config never keeps the program from starting.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field

from core.errors import BadFile
from core.places import CONFIG_VARIABLE, config_file, read_path

LOG_LEVELS = ("debug", "info", "warning", "error")
ON = ("1", "true", "yes", "on", "full")
OFF = ("0", "false", "no", "off", "none")


class Trouble(Struct, frozen=True):
    """One thing that is wrong in the config: where, and what to do about it."""

    where: str
    message: str
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}, line {self.line}"
        return f"{place}, {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class Config(Struct, frozen=True):
    """What the config file and the environment say; None where neither does.

    Attributes:
        path: The config file, whether or not there is one.
        theme: The name of a theme.
        database: The kitchen to open: a path or a URL.
        animation: Whether things may glide.
        log_level: The least that is logged.
        keys: Binding id to keys, separated by commas; not yet checked.
        plugins: The settings of each plugin.
        troubles: What is wrong.
    """

    path: Path
    theme: str | None = None
    database: str | None = None
    animation: bool = True
    log_level: str = "info"
    keys: Mapping[str, str] = field(default_factory=dict)
    plugins: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()


def config() -> Config:
    """Return what the config file and the environment say now."""
    path = config_file()
    read = _from_file(path)
    values, troubles = dict(read.values), list(read.troubles)
    for name, value, trouble in _from_environment(os.environ):
        if trouble is not None:
            troubles.append(trouble)
        else:
            values[name] = value
    return Config(path, troubles=tuple(troubles), **values)


def settings_of(plugin: str) -> Mapping[str, object]:
    """Return the settings of a plugin, from `[plugins.NAME]`; empty where there are none."""
    return MappingProxyType(dict(config().plugins.get(plugin, {})))


def line_of(text: str, *path: str) -> int | None:
    """Return the line of a key in a TOML text, or None where it cannot be found."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := re.match(_HEADING, line):
            table = _parts(heading.group(1))
            if table == path:
                return number
        elif found := re.match(_ASSIGNMENT, line):
            whole = (*table, *_parts(found.group(1)))
            if ".".join(whole) == ".".join(path):
                return number
    return None


# -- the file -------------------------------------------------------------------------------------

_HEADING = r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$"
_ASSIGNMENT = r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
_PART = r"""[\w-]+|"[^"]*"|'[^']*'"""


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


class _Read(Struct, frozen=True):
    values: Mapping[str, Any]
    troubles: tuple[Trouble, ...] = ()


def _from_file(path: Path) -> _Read:
    if not path.exists():
        if CONFIG_VARIABLE in os.environ:
            reason = f"there is no such file, which {CONFIG_VARIABLE} names"
            return _Read({}, (Trouble(str(path), reason),))
        return _Read({})
    # Slow to import, and most people have no config file.
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        told = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        return _Read({}, (Trouble(str(path), f"it cannot be read: {error.strerror}"),))
    except UnicodeDecodeError:
        return _Read({}, (Trouble(str(path), "it is not written in UTF-8"),))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return _Read({}, (_syntax(path, str(error)),))
    return _Checking(path, text).check(told)


def _syntax(path: Path, said: str) -> Trouble:
    found = re.search(r"\(at line (\d+), column \d+\)", said)
    message = f"it is no TOML, so nothing of it counts: {said or 'nested too deep'}"
    return Trouble(str(path), message, None if found is None else int(found.group(1)))


class _Checking:
    """Checks what the file says, key by key."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._troubles: list[Trouble] = []

    def check(self, told: Mapping[str, Any]) -> _Read:
        """Return what can be used, and what is wrong with the rest."""
        checks: dict[str, Callable[[Any], Any]] = {
            "theme": self._theme,
            "database": self._database,
            "animation": self._animation,
            "log_level": self._log_level,
            "keys": self._keys,
            "plugins": self._plugins,
        }
        values = {}
        for name, value in told.items():
            if name not in checks:
                self._wrong(_unknown("key", name, checks), name)
                continue
            found = checks[name](value)
            if found is not None:
                values[name] = found
        return _Read(values, tuple(self._troubles))

    def _wrong(self, message: str, *path: str) -> None:
        line = line_of(self._text, *path)
        self._troubles.append(Trouble(str(self._path), message, line, ".".join(path)))

    def _theme(self, value: Any) -> str | None:
        if isinstance(value, str) and value.strip():
            return value.strip()
        self._wrong('it must be a name in quotes, such as "bakehouse-light"', "theme")
        return None

    def _database(self, value: Any) -> str | None:
        if not isinstance(value, str) or not value.strip():
            self._wrong("it must be a path or a URL in quotes", "database")
            return None
        if "://" in value:
            return value
        # A path is meant from where it is written, not from wherever the program is started.
        try:
            return str(read_path(value, self._path.parent))
        except BadFile as error:
            self._wrong(f"it cannot be a path: {error.problems[0].message}", "database")
            return None

    def _animation(self, value: Any) -> bool | None:
        if isinstance(value, bool):
            return value
        self._wrong("it must be true or false, without quotes", "animation")
        return None

    def _log_level(self, value: Any) -> str | None:
        if value in LOG_LEVELS:
            return str(value)
        self._wrong(f"it must be one of {_quoted(LOG_LEVELS)}", "log_level")
        return None

    def _keys(self, value: Any) -> dict[str, str] | None:
        if not isinstance(value, dict):
            self._wrong('it must be a table: [keys], then lines as "journal.undo" = "u"', "keys")
            return None
        keys = {}
        for name, said in _flat(value):
            words = said if isinstance(said, list) else [said]
            if words and all(isinstance(word, str) and word.strip() for word in words):
                keys[name] = ",".join(word.strip() for word in words)
            else:
                self._wrong('it must be a key in quotes, such as "ctrl+z", or a list', "keys", name)
        return keys

    def _plugins(self, value: Any) -> dict[str, Mapping[str, object]] | None:
        if not isinstance(value, dict):
            self._wrong("it must be a table: [plugins.NAME], then the settings", "plugins")
            return None
        for name, settings in value.items():
            if not isinstance(settings, dict):
                self._wrong(f"settings stand in a table of their own: [plugins.{name}]",
                            "plugins", name)  # fmt: skip
        return {name: each for name, each in value.items() if isinstance(each, dict)}


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the entries of a table whose keys may be dotted, with or without quotes."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are {_quoted(known)}"
    return f"there is no such {what}; {hint}"


def _quoted(names: Mapping[str, object] | tuple[str, ...]) -> str:
    return ", ".join(names)


# -- the environment ------------------------------------------------------------------------------


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, Any, Trouble | None]]:
    """Yield what variables say over the file; an empty variable says nothing."""
    if theme := environ.get("BAKEHOUSE_THEME"):
        yield "theme", theme, None
    if database := environ.get("BAKEHOUSE_DB"):
        yield "database", database, None
    if told := environ.get("BAKEHOUSE_ANIMATION", "").lower():
        wrong = None
        if told not in (*ON, *OFF):
            wrong = Trouble("BAKEHOUSE_ANIMATION", f"'{told}' is neither on nor off")
        yield "animation", told in ON, wrong
    if told := environ.get("BAKEHOUSE_LOG_LEVEL", "").lower():
        wrong = None
        if told not in LOG_LEVELS:
            levels = _quoted(LOG_LEVELS)
            wrong = Trouble("BAKEHOUSE_LOG_LEVEL", f"'{told}' is none of {levels}")
        yield "log_level", told, wrong

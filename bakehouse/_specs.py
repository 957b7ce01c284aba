"""What plugins declare: specs of views, checks, importers, exporters, settings and tables.

`bakehouse.plugin` makes all of it public. Implementations are named, never imported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bakehouse._checking import at_most, checked_text, put_texts
from bakehouse._tables import Row

MOST = 100
"""More words, actions or suffixes than this are taken for an endless generator."""

MOST_MS = 600_000
"""Nobody waits longer than ten times this."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_PACKAGE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_REFERENCE = re.compile(_PACKAGE.pattern + r":[A-Za-z_]\w*", re.ASCII)
_KEY = re.compile(r"[^\s,]+")
_SUFFIX = re.compile(r"(\.[a-z0-9]+)+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLACES = ("about.id", "about.kind", "event", "key")


class Area(Enum):
    """Where a view belongs."""

    EVENT = "event"
    """One event: the workspace."""
    KITCHEN = "kitchen"
    """The whole kitchen; where an event is given, the view may keep to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do with a row: a command of the kitchen, run with preview, journal and undo.

    `command` is the command's name and its arguments; `{about.id}`, `{about.kind}`, `{key}` (of
    the row) and `{event}` are filled in. Nothing in it is executed by a shell.
    """

    id: str
    title: str
    command: tuple[str, ...]
    key: str | None = None

    def __post_init__(self) -> None:
        _check_named(self, "Action", "title")
        _check_key("Action", self.id, self.key)
        object.__setattr__(self, "command", at_most(self.command, MOST, "a command has words,"))
        if not self.command or not all(isinstance(word, str) for word in self.command):
            raise ValueError(f"Action {self.id!r}: command must be a command's name and arguments")
        words = tuple(checked_text(word, f"Action {self.id!r}: a word") for word in self.command)
        object.__setattr__(self, "command", words)
        for word in self.command:
            for place in _PLACEHOLDER.findall(word):
                if place not in _PLACES:
                    known = ", ".join(f"{{{known}}}" for known in _PLACES)
                    raise ValueError(f"Action {self.id!r}: no {{{place}}} there; use {known}")

    def words(self, row: Row, event_id: int | None = None) -> tuple[str, ...] | None:
        """Return the command for `row`, or None where it lacks what the command needs."""
        values: dict[str, str] = {"key": row.key}
        if row.about is not None:
            values |= {"about.id": str(row.about.id), "about.kind": row.about.kind}
        if event_id is not None:
            values["event"] = str(event_id)
        needed = {place for word in self.command for place in _PLACEHOLDER.findall(word)}
        if not needed <= values.keys():
            return None
        return tuple(
            _PLACEHOLDER.sub(lambda found: values[found.group(1)], word) for word in self.command
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSpec:
    """A view that a plugin offers.

    Attributes:
        id: The plugin's name, or that, a dot and more.
        title: What people read above it.
        area: Where it belongs.
        load: `"module:function"`, taking a `ViewContext` and returning a `Table`, `Sections`,
            `Markdown` or `Chart`. Imported when the view is first opened.
        show: `"module:Widget"`, a Textual widget that the screen makes with what `load` returned:
            then that may be a frozen dataclass of your own. With a method `as_view` that returns
            one of the above, it says how it looks where there is no screen.
        key: A suggestion; the keys of the program win, clashes are listed.
        order: Views are sorted by order, then id.
        budget_ms: Milliseconds after which it is called slow; after ten times that it is stopped.
        help: One paragraph.
        actions: What can be done with its rows.
        findings: Whether the host is to run all checks first and hand over what they found.
    """

    id: str
    title: str
    area: Area
    load: str
    show: str | None = None
    key: str | None = None
    order: int = 100
    budget_ms: int = 250
    help: str = ""
    actions: tuple[Action, ...] = ()
    findings: bool = False

    def __post_init__(self) -> None:
        _check_named(self, "ViewSpec", "title", "help")
        _check_reference("ViewSpec", self.id, "load", self.load)
        _check_key("ViewSpec", self.id, self.key)
        _check_budget("ViewSpec", self.id, self.budget_ms)
        _check_area("ViewSpec", self.id, self.area)
        if self.show is not None:
            _check_reference("ViewSpec", self.id, "show", self.show)
        if not isinstance(self.order, int):
            raise TypeError(f"ViewSpec {self.id!r}: order must be a number, not {self.order!r}")
        object.__setattr__(self, "actions", at_most(self.actions, MOST, "a ViewSpec has actions,"))
        for action in self.actions:
            if not isinstance(action, Action):
                raise TypeError(f"ViewSpec {self.id!r}: {action!r} is no Action")
        ids = [action.id for action in self.actions]
        if len(set(ids)) < len(ids):
            raise ValueError(f"ViewSpec {self.id!r}: two actions have the same id")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """A check whose findings join the problems list.

    `check` is `"module:function"`, taking a `ViewContext` and returning an iterable of `Finding`.
    """

    id: str
    title: str
    check: str
    budget_ms: int = 250
    help: str = ""

    def __post_init__(self) -> None:
        _check_named(self, "CheckSpec", "title", "help")
        _check_reference("CheckSpec", self.id, "check", self.check)
        _check_budget("CheckSpec", self.id, self.budget_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImporterSpec:
    """A format of files that a plugin reads.

    Attributes:
        id: The plugin's name, or that, a dot and more.
        title: What people read in a list of formats.
        read: `"module:function"`, taking a `ViewContext` and a `Source` and returning a
            `ChangeSet`. The kitchen previews it, does it as one change, and undoes it as one.
        suffixes: The ends of the names of such files, as `".csv"`.
        sniff: `"module:function"`, taking a `ViewContext` and a `Source` and telling whether it
            has this format.
        budget_ms: After ten times as many milliseconds it is stopped.
        help: One paragraph.
    """

    id: str
    title: str
    read: str
    suffixes: tuple[str, ...] = ()
    sniff: str | None = None
    budget_ms: int = 3000
    help: str = ""

    def __post_init__(self) -> None:
        _check_named(self, "ImporterSpec", "title", "help")
        _check_reference("ImporterSpec", self.id, "read", self.read)
        if self.sniff is not None:
            _check_reference("ImporterSpec", self.id, "sniff", self.sniff)
        object.__setattr__(
            self, "suffixes", at_most(self.suffixes, MOST, "an ImporterSpec has suffixes,")
        )
        for suffix in self.suffixes:
            _check_suffix("ImporterSpec", self.id, suffix)
        _check_budget("ImporterSpec", self.id, self.budget_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterSpec:
    """A format of files that a plugin writes.

    Attributes:
        id: The plugin's name, or that, a dot and more.
        title: What people read in a list of formats.
        suffix: The end of the names of such files, as `".pdf"`.
        write: `"module:function"`, taking a `ViewContext` and a binary file. It writes to the
            file, or returns a text or bytes instead. People get the whole file or none.
        area: Whether it is about one event or the whole kitchen.
        budget_ms: After ten times as many milliseconds it is stopped.
        help: One paragraph.
    """

    id: str
    title: str
    suffix: str
    write: str
    area: Area = Area.EVENT
    budget_ms: int = 3000
    help: str = ""

    def __post_init__(self) -> None:
        _check_named(self, "ExporterSpec", "title", "help")
        _check_suffix("ExporterSpec", self.id, self.suffix)
        _check_reference("ExporterSpec", self.id, "write", self.write)
        _check_area("ExporterSpec", self.id, self.area)
        _check_budget("ExporterSpec", self.id, self.budget_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesSpec:
    """The tables that a plugin has in each kitchen, beside the kitchen's own.

    Attributes:
        id: The plugin's name.
        migrations: The package with its alembic revisions, one lineage of its own. They may
            only touch tables whose names begin with `prefix_of(name)`.
        help: One paragraph: what is kept in them.
    """

    id: str
    migrations: str
    help: str = ""

    def __post_init__(self) -> None:
        _check_named(self, "TablesSpec", "help")
        if not isinstance(self.migrations, str) or not _PACKAGE.fullmatch(self.migrations):
            raise ValueError(
                f"TablesSpec {self.id!r}: migrations must be the name of a package, "
                f"not {self.migrations!r}"
            )


def prefix_of(plugin: str) -> str:
    """Return what the names of a plugin's tables begin with, as `p_by_store__`."""
    return f"p_{plugin.lower().replace('-', '_').replace('.', '_')}__"


# -- checking -----------------------------------------------------------------------------------


def _check_named(spec: Any, what: str, *texts: str) -> None:
    """Check the id of a spec and its texts, the title among them."""
    if not isinstance(spec.id, str) or not _ID.fullmatch(spec.id):
        raise ValueError(
            f"{what} {spec.id!r}: an id is the plugin's name, or that, a dot and more; "
            "letters, digits, - and _"
        )
    put_texts(spec, what, "id")
    put_texts(spec, f"{what} {spec.id!r}", *texts)
    if "title" in texts and not spec.title.strip():
        raise ValueError(f"{what} {spec.id!r}: needs a title")


def _check_reference(what: str, name: str, attribute: str, value: object) -> None:
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise ValueError(f"{what} {name!r}: {attribute} must be 'module:function', not {value!r}")


def _check_key(what: str, name: str, key: object) -> None:
    if key is not None and not (type(key) is str and key.isprintable() and _KEY.fullmatch(key)):
        raise ValueError(f"{what} {name!r}: key must be one key such as 'g' or 'ctrl+g'")


def _check_budget(what: str, name: str, budget: object) -> None:
    if type(budget) is not int or not 1 <= budget <= MOST_MS:
        raise ValueError(f"{what} {name!r}: budget_ms must be from 1 to {MOST_MS:,}")


def _check_suffix(what: str, name: str, suffix: object) -> None:
    if not isinstance(suffix, str) or not _SUFFIX.fullmatch(suffix):
        raise ValueError(
            f"{what} {name!r}: a suffix is as '.csv', in small letters, not {suffix!r}"
        )


def _check_area(what: str, name: str, area: object) -> None:
    if not isinstance(area, Area):
        raise TypeError(f"{what} {name!r}: area must be an Area, not {area!r}")

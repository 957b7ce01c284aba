"""What is wrong with plugins and what to do about it, told without importing any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from msgspec import Struct

from bakehouse.plugin import prefix_of
from plugins import bisecting
from plugins.states import Record, State

if TYPE_CHECKING:
    from core.session import Database
    from plugins.host import Host
    from plugins.settings import Held


class Trouble(Struct, frozen=True):
    """One thing that is wrong, or is only `news`: then nothing has to be done about it.

    `plugin` is empty where it is about none in particular.
    """

    plugin: str
    message: str
    fix: str = ""
    news: bool = False


def look(host: Host, database: Database | None) -> list[Trouble]:
    """Return what is wrong or new, plugin by plugin; with a kitchen, also in its tables."""
    troubles = [Trouble("", note) for note in host.notes]
    for record in host.records():
        name = record.name
        disable = f"bakehouse plugins disable {name}"
        mend, remove = _ways_out(record)
        if record.state is State.DISABLED:
            continue
        if record.state is State.DISCOVERED:
            message = f"version {record.version} of {record.distribution} is new and not loaded"
            fix = f"bakehouse plugins enable {name}, or {remove}"
            troubles.append(Trouble(name, message, fix, news=True))
        elif record.state in (State.INCOMPATIBLE, State.BLOCKED):
            troubles.append(Trouble(name, record.reason, f"{mend}, or {remove}"))
        elif record.state in (State.FAILED, State.QUARANTINED):
            troubles.append(Trouble(name, record.reason, f"{disable}, or {mend}"))
        elif record.state is State.ENABLED and not _is_there(record):
            message = f"its module '{record.module}' is not installed"
            fix = f"pip install --force-reinstall {record.distribution}, or {disable}"
            troubles.append(Trouble(name, message, fix))
        elif record.state in (State.ENABLED, State.LOADED):
            troubles += [
                Trouble(name, f"when last used: {told}", f"{disable}, or {mend}")
                for told in record.when_last_used
            ]
        settings = host.known_settings(name)
        troubles += [
            Trouble(name, held.trouble, f"{_way_back(name, held)}, or {disable}")
            for held in settings.held
            if held.trouble
        ]
        troubles += [Trouble(name, message) for message in settings.unknown]
        troubles += [Trouble(name, f"uses what will stop: {told}") for told in record.deprecated]
    if bisecting.load(host.state_folder) is not None:
        message = "a search for trouble is under way, which leaves plugins out"
        troubles.append(Trouble("", message, "bakehouse plugins bisect, or bisect stop"))
    if database is not None:
        troubles += _tables(host, database)
    return troubles


def _way_back(plugin: str, held: Held) -> str:
    """Return how a setting has its default again."""
    if held.variable:
        return f"unset {held.variable}"
    return f"bakehouse plugins set {plugin} {held.setting.key} --default"


def _ways_out(record: Record) -> tuple[str, str]:
    """Return how to have another version of a plugin, and how to be rid of it."""
    if record.single_file:
        return f"mend {record.distribution}", "remove the file"
    return f"pip install --upgrade {record.distribution}", f"pip uninstall {record.distribution}"


def _is_there(record: Record) -> bool:
    """Return whether a module can be found; looking for a top-level one imports nothing."""
    if record.single_file:
        return True
    try:
        return find_spec(record.module.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def _tables(host: Host, database: Database) -> Iterator[Trouble]:
    """Yield the tables in a kitchen whose plugin is not installed."""
    from plugins.tables import all_tables

    known = tuple(prefix_of(record.name) for record in host.records())
    names = [name for name in all_tables(database) if not name.startswith(known)]
    for prefix in sorted({re.match("p_.+?__", name)[0] for name in names}):  # type: ignore[index]
        plugin = prefix.removeprefix("p_").removesuffix("__").replace("_", "-")
        message = "has tables in this kitchen and is not installed"
        yield Trouble(plugin, message, f"bakehouse plugins purge {plugin} --yes")

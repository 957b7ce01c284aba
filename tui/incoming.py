"""Files that come in: what one would do, tried in a rehearsal or kept as one entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from sqlalchemy.orm import Session

from bakehouse.plugin import ChangeSet, Source
from core.commands.differences import Difference, watch
from core.errors import BadFile, Problem
from core.services.rows.journal import ChangeRow
from core.session import KitchenSession
from plugins.changes import apply
from plugins.host import Host, Importer
from plugins.jobs import OnStuck

OURS = "kitchen file"


class Brought(Struct, frozen=True):
    """What an import does. `change` is None where it adds no entry: a whole kitchen, or nothing."""

    change: ChangeRow | None
    summary: str
    notes: tuple[str, ...] = ()


Doing: TypeAlias = Callable[[Session | None], Brought]


class Incoming(Struct, frozen=True):
    """A file as it was read: its format, and what does it; without a session, for good."""

    format: str
    do: Doing


class Foreseen(Struct, frozen=True):
    """What a file would do, and what that would change in the open events."""

    brought: Brought
    differences: tuple[Difference, ...]


def read_file(
    host: Host, path: Path, importer: Importer | None, session: KitchenSession, on_stuck: OnStuck
) -> Incoming:
    """Read a file, in the format of `importer` or whichever it has; nothing is changed.

    Raises:
        BadFile: It cannot be read, or something is wrong in it.
        PluginError: The plugin that reads it failed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile([Problem(str(path), error.strerror or str(error))]) from error
    source = Source(path.name, content)
    chosen = importer or host.importer_for(source, session, on_stuck=on_stuck)
    if chosen is None:
        return Incoming(OURS, _ours(content))
    changes = host.read_import(chosen, source, session, on_stuck=on_stuck)
    return Incoming(f"{chosen.title}, by {chosen.plugin} {chosen.version}", _of_plugin(changes))


def foresee(incoming: Incoming, session: KitchenSession) -> Foreseen:
    """Do it on the session of a rehearsal, and return what it changed."""
    watched = watch(session, lambda: incoming.do(session))
    return Foreseen(watched.change, watched.differences)


def _of_plugin(changes: ChangeSet) -> Doing:
    def do(session: Session | None) -> Brought:
        change = apply(changes, session=session)
        return Brought(change, change.summary, changes.notes)

    return do


def _ours(content: bytes) -> Doing:
    def do(session: Session | None) -> Brought:
        # Slow to import, and few people import anything on most days.
        from core.interchange.importing import import_file

        imported = import_file(content, session=session)
        notes = [str(note) for note in imported.notes]
        if imported.unknown:
            count = len(imported.unknown)
            notes.append(f"{count} amounts are kept as unknown until they are mended:")
            notes += [str(line) for line in imported.unknown]
        if imported.change is not None:
            return Brought(imported.change, imported.change.summary, tuple(notes))
        counts = ", ".join(f"{number} {kind}" for kind, number in imported.counts.items())
        said = f"A whole kitchen: {counts}" if counts else "There is nothing new in it"
        return Brought(None, said, tuple(notes))

    return do

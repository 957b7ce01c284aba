"""The commands that write rows of plugins' tables, so that they have a preview and an undo."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.commands.model import Arguments
from core.documents import PluginRowDoc
from core.errors import RuleBroken, UnreadableArgument
from core.services._journal import put, recording, remove
from core.services._plugin_rows import key_of, read_plugin_rows, slug_of_row, table_of, values_of
from core.services._rows import change_row
from core.services.rows.journal import ChangeRow

KIND = "row"


def set_(given: Arguments, session: Session) -> ChangeRow:
    """Write a row: a new one, or values of the one with this key."""
    table = table_of(session, given.text("table"))
    slug = slug_of_row(table.name, key_of(session, table, _pairs(given, "key")))
    values = values_of(table, _pairs(given, "value"))
    with recording(session, KIND, given.maybe("summary") or f"Kept {slug}") as entry:
        before = next(iter(read_plugin_rows(session, [slug])), None)
        known = {} if before is None else before.values
        put(session, PluginRowDoc(slug=slug, values={**known, **values}))
    return change_row(entry)


def remove_(given: Arguments, session: Session) -> ChangeRow:
    """Take a row away."""
    table = table_of(session, given.text("table"))
    told = _pairs(given, "key")
    if not told:
        raise UnreadableArgument("Which row? Give its key.")
    slug = slug_of_row(table.name, key_of(session, table, told))
    before = next(iter(read_plugin_rows(session, [slug])), None)
    if before is None:
        raise RuleBroken(f"There is no row {slug}.")
    with recording(session, KIND, given.maybe("summary") or f"Took {slug} away") as entry:
        remove(session, "plugin_row", slug, before)
    return change_row(entry)


def _pairs(given: Arguments, name: str) -> dict[str, str]:
    """Return texts as COLUMN=VALUE by column; a value may be empty, and have more = in it."""
    pairs: dict[str, str] = {}
    for text in given.many(name):
        column, equals, value = text.partition("=")
        if not equals or not column.strip():
            raise UnreadableArgument(f"'{text}' should be written as COLUMN=VALUE.")
        if column.strip() in pairs:
            raise UnreadableArgument(f"'{column.strip()}' is given twice.")
        pairs[column.strip()] = value.strip()
    return pairs

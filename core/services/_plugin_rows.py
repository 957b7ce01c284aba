"""Rows of the tables that plugins have in a kitchen, as documents that the journal keeps.

A row is found by its primary key. Values are kept as texts, as people type them: whole numbers, yes
and no, dates as ISO 8601. What a text cannot hold exactly, commands do not write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import (
    Column,
    MetaData,
    Table,
    and_,
    delete,
    func,
    insert,
    inspect,
    select,
    types,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from core.documents import PluginRowDoc
from core.errors import NotFound, RuleBroken, UnreadableArgument
from core.session import remembered

Value = str | int | bool | date | None
"""A value as the database takes it."""

NAME = re.compile(r"p_[a-z0-9]+(_[a-z0-9]+)*__[a-z][a-z0-9_]*")
"""What the table of a plugin is called."""
VERSIONS = "__alembic_version"
"""How the name of the table ends that says how far a plugin's tables are."""
LONGEST = 100_000
"""Characters of one value."""
FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
WIDEST = 2**63
"""The first whole number that no column holds."""


class TableNotFound(NotFound):
    """No plugin has this table in this kitchen."""

    noun = "table of a plugin"


def table_of(session: Session, name: str) -> Table:
    """Return a table of a plugin as it stands in the kitchen.

    Raises:
        TableNotFound: There is none of this name.
        RuleBroken: Its rows cannot be told apart.
    """
    return remembered(
        session, ("table", name), lambda: _reflected(session, name), of=("alembic_version",)
    )


def _reflected(session: Session, name: str) -> Table:
    if not NAME.fullmatch(name) or name.endswith(VERSIONS):
        raise TableNotFound(name)
    connection = session.connection()
    if not inspect(connection).has_table(name):
        raise TableNotFound(name)
    table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
    if not table.primary_key.columns:
        raise RuleBroken(f"'{name}' has no primary key, so its rows cannot be told apart.")
    return table


# -- documents ------------------------------------------------------------------------------------


def slug_of_row(table: str, key: Mapping[str, str]) -> str:
    """Return what a row is called in the journal, as `p_tasting__note?id=3`."""
    return f"{table}?{urlencode(sorted(key.items()))}"


def read_plugin_rows(session: Session, slugs: Iterable[str] | None = None) -> list[PluginRowDoc]:
    """Return rows by their slugs; those that are not there are left out.

    Raises:
        TableNotFound: A table is not there, or not any more.
    """
    found = []
    for slug in slugs or ():
        table, key = _parsed(session, slug)
        row = session.execute(select(table).where(_is(table, key))).mappings().one_or_none()
        if row is not None:
            values = {
                column.name: None if row[column.name] is None else said(column, row[column.name])
                for column in table.columns
            }
            found.append(PluginRowDoc(slug=slug, values=values))
    return found


def put_plugin_row(session: Session, doc: PluginRowDoc) -> None:
    """Write a row: a new one, or over the one with its key.

    Raises:
        RuleBroken: The table does not take it.
        TableNotFound: The table is not there, or not any more.
    """
    table, key = _parsed(session, doc.slug)
    values = {
        name: None if text is None else read_value(_column(table, name), text)
        for name, text in doc.values.items()
    }
    there = session.scalar(select(func.count()).select_from(table).where(_is(table, key)))
    change = update(table).where(_is(table, key)) if there else insert(table)
    _execute(session, table, change.values({**key, **values}))


def remove_plugin_row(session: Session, slug: str) -> None:
    """Delete a row."""
    table, key = _parsed(session, slug)
    _execute(session, table, delete(table).where(_is(table, key)))


def _execute(session: Session, table: Table, statement: Any) -> None:
    try:
        session.execute(statement)
    except (IntegrityError, DataError) as error:
        raise RuleBroken(f"'{table.name}' does not take this row: {error.orig}.") from error


def _parsed(session: Session, slug: str) -> tuple[Table, dict[str, Any]]:
    name, _, query = slug.partition("?")
    table = table_of(session, name)
    told = dict(parse_qsl(query, keep_blank_values=True))
    return table, {name: read_value(column, told[name]) for name, column in _keys(table, told)}


def _is(table: Table, key: Mapping[str, Any]) -> Any:
    return and_(*(table.columns[name] == value for name, value in key.items()))


# -- what people and plugins type -----------------------------------------------------------------


def key_of(session: Session, table: Table, told: Mapping[str, str]) -> dict[str, str]:
    """Return the key of a row as texts; the next free number where none was typed.

    Raises:
        UnreadableArgument: A part of it is missing, is none of it, or cannot be read.
    """
    if not told:
        column = _counted(table)
        return {column.name: str(_next(session, column))}
    return {
        name: said(column, read_value(column, told[name])) for name, column in _keys(table, told)
    }


def values_of(table: Table, told: Mapping[str, str]) -> dict[str, str | None]:
    """Return values as texts; one of no length is nothing.

    Raises:
        UnreadableArgument: There is no such column, it is of the key, or cannot be read so.
    """
    values: dict[str, str | None] = {}
    for name, text in told.items():
        column = _column(table, name)
        if column.primary_key:
            raise UnreadableArgument(f"'{name}' is of the key of '{table.name}'; name it there.")
        values[name] = None if text == "" else said(column, read_value(column, text))
    return values


def read_value(column: Column[Any], text: str) -> Value:
    """Return the value that a text stands for in a column.

    Raises:
        UnreadableArgument: It is none that the column holds.
    """
    reader, wanted = _reader(column)
    try:
        return reader(text)
    except (KeyError, ValueError):
        shown = text if len(text) <= 60 else f"{text[:57]}…"
        raise UnreadableArgument(f"'{column.name}' must be {wanted}, not '{shown}'.") from None


def said(column: Column[Any], value: object) -> str:
    """Return the text that stands for a value of a column.

    Raises:
        RuleBroken: A text cannot hold it exactly.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):
        return str(value)
    raise RuleBroken(
        f"'{column.name}' of '{column.table.name}' holds what the journal cannot keep exactly "
        f"({column.type}), so that commands do not change its rows."
    )


def _keys(table: Table, told: Mapping[str, str]) -> list[tuple[str, Column[Any]]]:
    columns = {column.name: column for column in table.primary_key.columns}
    if columns.keys() != told.keys():
        names = " and ".join(columns)
        raise UnreadableArgument(f"The key of '{table.name}' is {names}; give just that.")
    return list(columns.items())


def _column(table: Table, name: str) -> Column[Any]:
    if name not in table.columns:
        known = ", ".join(column.name for column in table.columns)
        raise UnreadableArgument(f"'{table.name}' has no column '{name}'; there are: {known}.")
    return table.columns[name]


def _counted(table: Table) -> Column[Any]:
    columns = list(table.primary_key.columns)
    if len(columns) == 1 and isinstance(columns[0].type, types.Integer):
        return columns[0]
    names = " and ".join(column.name for column in columns)
    raise UnreadableArgument(f"A row of '{table.name}' needs its key: {names}.")


def _next(session: Session, column: Column[Any]) -> int:
    # Whoever writes holds the write lock, so that nobody else takes the same number.
    return int(session.scalar(select(func.coalesce(func.max(column), 0))) or 0) + 1


# -- types ----------------------------------------------------------------------------------------


def _reader(column: Column[Any]) -> tuple[Callable[[str], Value], str]:
    """Return what reads the texts of a column, and what it wants in words."""
    kind = column.type
    for type_, reader, wanted in READERS_OF_TYPES:
        if isinstance(kind, type_):
            return reader, wanted
    raise UnreadableArgument(
        f"'{column.name}' is {kind}, which commands do not write: keep it as a text, a whole "
        "number, yes or no, or a date."
    )


def _text(text: str) -> str:
    text.encode()
    if len(text) > LONGEST or "\0" in text:
        raise ValueError(text)
    return text


def _whole(text: str) -> int:
    number = int(text) if len(text) < 25 else WIDEST
    if not -WIDEST <= number < WIDEST:
        raise ValueError(text)
    return number


READERS_OF_TYPES: Sequence[tuple[type[Any], Callable[[str], Value], str]] = (
    (types.Boolean, lambda text: FLAGS[text.casefold()], "yes or no"),
    (types.Integer, _whole, "a whole number"),
    (types.DateTime, datetime.fromisoformat, "a date and time"),
    (types.Date, date.fromisoformat, "a date as 2026-12-15"),
    (types.String, _text, f"a text of at most {LONGEST} characters"),
)

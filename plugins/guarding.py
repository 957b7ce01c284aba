"""Guarding a kitchen against the migrations of a plugin.

They may only touch what begins with the plugin's prefix: SQLite refuses every other statement, and
what a transaction has done is looked over before it is kept.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bakehouse.plugin import prefix_of
from core.errors import Refused
from core.session import READING_PRAGMAS

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COPY = "_alembic_tmp_"
"""What the names of the copies begin with that alembic makes to change a table."""
_WRITES = frozenset(
    (
        sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_CREATE_VIEW, sqlite3.SQLITE_DROP_VIEW,
    )
)  # fmt: skip
"""Actions whose first argument is the table."""
_ALTERS = frozenset(
    (
        sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_CREATE_TRIGGER, sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_ALTER_TABLE,
    )
)  # fmt: skip
"""Actions whose second argument is the table."""
_OTHER_FILES = frozenset((sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH))
_ENDS = "its migration ends the transaction; that is not its to do"


class TablesError(Refused):
    """The tables of a plugin could not be made; the kitchen was left as it was.

    `stopped` says that it took too long.
    """

    def __init__(self, message: str, *, stopped: bool = False) -> None:
        self.stopped = stopped
        super().__init__(message)


@contextmanager
def guarded(connection: Connection, plugin: str, is_over: Callable[[], bool]) -> Iterator[None]:
    """Refuse what touches other tables than the plugin's, and ending the transaction.

    Once `is_over()`, SQLite may do nothing but take back what was done.

    Raises:
        TablesError: The migration did so; its transaction must not be kept.
    """
    from sqlalchemy import event

    event.listen(connection, "commit", _refuse_commit)
    try:
        with _watched(connection, plugin, is_over):
            yield
            _refuse_ties(connection, plugin)
    finally:
        event.remove(connection, "commit", _refuse_commit)


def _refuse_commit(connection: Connection) -> None:
    raise TablesError(_ENDS)


def _refuse_ties(connection: Connection, plugin: str) -> None:
    """Refuse what would let the plugin's tables hold up the kitchen's own, or write to them."""
    from sqlalchemy import inspect, text

    prefix = prefix_of(plugin)
    inspector = inspect(connection)
    for name in inspector.get_table_names():
        if not name.startswith(prefix):
            continue
        for tie in inspector.get_foreign_keys(name):
            if not tie["referred_table"].startswith(prefix):
                raise TablesError(
                    f"'{name}' refers to '{tie['referred_table']}', whose rows it would hold; "
                    "keep the number without a foreign key"
                )
    query = (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT event_object_table FROM information_schema.triggers "
        "WHERE trigger_schema = current_schema()"
    )
    for (table,) in connection.execute(text(query)):
        if table.startswith(prefix):
            raise TablesError(f"'{table}' has a trigger; what it does has no preview and no undo")


@contextmanager
def _watched(connection: Connection, plugin: str, is_over: Callable[[], bool]) -> Iterator[None]:
    """Refuse what is of others and was changed, though every statement looked harmless."""
    prefix = prefix_of(plugin)
    sqlite = connection.dialect.name == "sqlite"
    before = _of_others(connection, prefix)
    with _authorized(connection, prefix, is_over) if sqlite else _unending(connection):
        yield
    touched = set() if sqlite else _written(connection, prefix)
    touched |= {name for name, *_ in before ^ _of_others(connection, prefix)}
    if touched:
        raise TablesError(
            f"its migration touches {', '.join(sorted(touched))} of others; it may only use its own"
        )


# -- SQLite ---------------------------------------------------------------------------------------


@contextmanager
def _authorized(connection: Connection, prefix: str, is_over: Callable[[], bool]) -> Iterator[None]:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    refused: list[str] = []

    def judge(
        action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
    ) -> int:
        if is_over():
            back = (action, first) == (sqlite3.SQLITE_TRANSACTION, "ROLLBACK")
            return sqlite3.SQLITE_OK if back else sqlite3.SQLITE_DENY
        wrong = _wrong(prefix, action, first or "", second or "")
        if wrong is None:
            return sqlite3.SQLITE_OK
        refused.append(wrong)
        return sqlite3.SQLITE_DENY

    raw.set_authorizer(judge)
    try:
        yield
    except Exception as error:
        if not refused:
            raise
        raise TablesError(refused[0]) from error
    finally:
        raw.set_authorizer(None)
    if refused:
        raise TablesError(refused[0])


def _wrong(prefix: str, action: int, first: str, second: str) -> str | None:
    """Return why SQLite must not do something, of which it tells so much; None if it may."""
    if action == sqlite3.SQLITE_TRANSACTION:
        return _ENDS
    if action in _OTHER_FILES:
        return "its migration attaches another file; it may only use the kitchen's"
    if action == sqlite3.SQLITE_PRAGMA and first.lower() not in READING_PRAGMAS:
        return f"its migration uses PRAGMA {first}; it may only ask for what its tables are"
    table = first if action in _WRITES else second if action in _ALTERS else None
    if table is None or table.startswith((prefix, _COPY + prefix, "sqlite_")):
        return None
    return f"its migration touches '{table}'; its tables begin with '{prefix}'"


# -- PostgreSQL -----------------------------------------------------------------------------------

_SET_GUARD = (
    "CREATE TEMP TABLE bakehouse_migration "
    "(one integer CONSTRAINT a_migration_does_not_commit UNIQUE DEFERRABLE INITIALLY DEFERRED)",
    "INSERT INTO bakehouse_migration VALUES (1), (1)",
)
_GUARD_IS_GONE = "SELECT to_regclass('pg_temp.bakehouse_migration') IS NULL"
_TAKE_GUARD_OFF = (
    "DELETE FROM bakehouse_migration",
    "SET CONSTRAINTS a_migration_does_not_commit IMMEDIATE",
    "DROP TABLE bakehouse_migration",
)
_SILENT = re.compile(
    r"--[^\n]*"
    r"|/\*.*?\*/"
    r"|\b[eE]'(?:[^'\\]|\\.|'')*'"
    r"|'(?:[^']|'')*'"
    r'|"(?:[^"]|"")*"'
    r"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$",
    re.DOTALL,
)
"""Comments, and what is in quotes: nothing of it is done."""
_NOT_ITS = re.compile(
    r"(COMMIT|END|ABORT|BEGIN|DISCARD|START TRANSACTION|PREPARE TRANSACTION"
    r"|ROLLBACK(?!( WORK| TRANSACTION)? TO\b)"
    r"|(SET|RESET)( SESSION| LOCAL)?"
    r" (TRANSACTION|CHARACTERISTICS|AUTHORIZATION|ROLE|SCHEMA|SEARCH_PATH|ALL))\b"
)
"""How statements begin that end the transaction, or change who and where it is."""


@contextmanager
def _unending(connection: Connection) -> Iterator[None]:
    """Refuse ending the transaction by words, and make a COMMIT by other means impossible.

    It would break a deferred constraint. After a ROLLBACK there is no such constraint any more.
    """
    from sqlalchemy import event, text

    for statement in _SET_GUARD:
        connection.exec_driver_sql(statement)
    event.listen(connection, "before_cursor_execute", _refuse_words)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", _refuse_words)
    if connection.scalar(text(_GUARD_IS_GONE)):
        raise TablesError(_ENDS)
    for statement in _TAKE_GUARD_OFF:
        connection.exec_driver_sql(statement)


def _refuse_words(connection: Connection, cursor: object, statement: str, *more: object) -> None:
    """Refuse a statement, or one of several in a text, that is about the transaction itself."""
    for each in _SILENT.sub(" ", statement).split(";"):
        found = _NOT_ITS.match(" ".join(each.upper().split()))
        if found is not None:
            raise TablesError(
                f"its migration says {found[0]}; the transaction is not its to end or to change"
            )


# -- both -----------------------------------------------------------------------------------------

_SCHEMA = {
    "sqlite": ("SELECT tbl_name, name, type, sql FROM sqlite_master",),
    "postgresql": (
        "SELECT table_name, column_name, data_type, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_schema = current_schema()",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
        "SELECT table_name, constraint_name, constraint_type "
        "FROM information_schema.table_constraints WHERE table_schema = current_schema()",
        "SELECT event_object_table, trigger_name, action_statement "
        "FROM information_schema.triggers WHERE trigger_schema = current_schema()",
        "SELECT relname, relfilenode FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace "
        "WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'm', 'S')",
        "SELECT 'the search_path', current_setting('search_path')",
    ),
}
"""What tells all that belongs to tables and views, whose name comes first.

A TRUNCATE counts no rows, but gives a table another file.
"""


def _of_others(connection: Connection, prefix: str) -> set[tuple[str, ...]]:
    """Return every table and view that is not the plugin's, and what belongs to them."""
    from sqlalchemy import text

    queries = _SCHEMA[connection.dialect.name]
    rows = [tuple(map(str, row)) for query in queries for row in connection.execute(text(query))]
    return {row for row in rows if not row[0].startswith(prefix)}


def _written(connection: Connection, prefix: str) -> set[str]:
    """Return the tables of others that this transaction has written on PostgreSQL."""
    from sqlalchemy import text

    query = (
        "SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
    )
    names = {str(row[0]) for row in connection.execute(text(query))}
    return {name for name in names if not name.startswith(prefix)}

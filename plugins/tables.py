"""The tables of plugins: a lineage, a version table and a prefix of its own for each plugin.

Migrations run in one transaction, after a backup of a file. They may only touch what begins with
the plugin's prefix; on SQLite every other statement is refused, on PostgreSQL the transaction is
looked over before it is kept. One that fails leaves nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bakehouse.plugin import TablesSpec, prefix_of
from core.errors import Refused
from plugins.failing import describe

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from core.session import Database

LOCATION = Path(__file__).parent / "migrating"
_NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
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
_NEVER = frozenset((sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_TRANSACTION))


class TablesError(Refused):
    """The tables of a plugin could not be made; the kitchen was left as it was."""


def version_table(plugin: str) -> str:
    """Return the table that holds how far a plugin's tables are."""
    return f"{prefix_of(plugin)}alembic_version"


def prepare(database: Database, plugin: str, spec: TablesSpec) -> bool:
    """Bring a plugin's tables in a kitchen up to date; return whether there was anything to do.

    Raises:
        TablesError: They cannot be; nothing has changed.
    """
    if not _NAME.fullmatch(plugin):
        raise TablesError(
            f"a plugin with tables has a name in small letters, digits and single - or _, "
            f"not '{plugin}'"
        )
    # Whatever the migrations of a plugin raise costs that plugin only.
    try:
        config, head = _config(plugin, spec)
        with database.reader.connect() as connection:
            if _revision(connection, plugin) == head:
                return False
        if database.readonly:
            raise TablesError("its tables must be made first, and this kitchen is read-only")
        with _migrating(database) as connection, _guarded(connection, plugin):
            if database.path is not None:
                _back_up(database.path)
            _upgrade(config, connection)
            _refuse_ties(connection, plugin)
    except TablesError:
        raise
    except (Exception, SystemExit) as error:
        raise TablesError(f"its tables could not be made: {describe(error)}") from error
    return True


def is_known(database: Database, plugin: str) -> bool:
    """Return whether a kitchen has tables of a plugin; cheaper than looking how far they are."""
    with database.reader.connect() as connection:
        return _revision(connection, plugin) is not None


def tables_of(database: Database, plugin: str) -> list[str]:
    """Return the tables in a kitchen that belong to a plugin, whether it is installed or not."""
    from sqlalchemy import inspect

    with database.reader.connect() as connection:
        names = inspect(connection).get_table_names()
    return sorted(name for name in names if name.startswith(prefix_of(plugin)))


def all_tables(database: Database) -> list[str]:
    """Return the tables in a kitchen that belong to any plugin."""
    from sqlalchemy import inspect

    with database.reader.connect() as connection:
        names = inspect(connection).get_table_names()
    return sorted(name for name in names if re.match(r"p_[a-z0-9_]+?__", name))


def purge(database: Database, plugin: str) -> list[str]:
    """Take a plugin's tables out of a kitchen, after a backup of a file; return their names.

    Nothing of the plugin is imported.

    Raises:
        ReadOnly: The kitchen is open for reading only.
    """
    from sqlalchemy import MetaData, Table

    database.refuse_readonly()
    names = tables_of(database, plugin)
    if names:
        with _migrating(database) as connection:
            if database.path is not None:
                _back_up(database.path)
            metadata = MetaData()
            for name in names:
                Table(name, metadata, autoload_with=connection, resolve_fks=False)
            metadata.drop_all(connection)
    return names


# -- migrating ------------------------------------------------------------------------------------


def _config(plugin: str, spec: TablesSpec) -> tuple[Config, str]:
    """Return alembic's configuration of a plugin, and its newest revision."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    found = find_spec(spec.migrations)
    if found is None or not found.submodule_search_locations:
        raise TablesError(f"there is no package '{spec.migrations}' with its migrations")
    config = Config()
    config.set_main_option("script_location", str(LOCATION))
    config.set_main_option("version_locations", found.submodule_search_locations[0])
    config.set_main_option("path_separator", "newline")
    config.attributes["version_table"] = version_table(plugin)
    heads = ScriptDirectory.from_config(config).get_heads()
    if len(heads) != 1:
        raise TablesError(f"'{spec.migrations}' has {len(heads)} newest revisions instead of one")
    return config, heads[0]


def _revision(connection: Connection, plugin: str) -> str | None:
    from sqlalchemy import inspect, text

    name = version_table(plugin)
    if not inspect(connection).has_table(name):
        return None
    # The name has nothing in it but small letters, digits and _.
    found = connection.scalar(text(f"SELECT version_num FROM {name}"))  # noqa: S608
    return None if found is None else str(found)


def _upgrade(config: Config, connection: Connection) -> None:
    from alembic import command

    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _back_up(path: Path) -> None:
    from core.migrations import back_up

    back_up(path)


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """Give a connection in a writing transaction that is kept at the end."""
    with database.migrating_engine().begin() as connection:
        yield connection


@contextmanager
def _guarded(connection: Connection, plugin: str) -> Iterator[None]:
    """Refuse what touches other tables than the plugin's, and ending the transaction."""
    from sqlalchemy import event

    event.listen(connection, "before_cursor_execute", _refuse_ending)
    event.listen(connection, "commit", _refuse_commit)
    try:
        with _watched(connection, plugin):
            yield
    finally:
        event.remove(connection, "before_cursor_execute", _refuse_ending)
        event.remove(connection, "commit", _refuse_commit)


def _refuse_ending(connection: Connection, cursor: object, statement: str, *more: object) -> None:
    if statement.split(None, 1)[0].rstrip(";").upper() in ("COMMIT", "END", "ROLLBACK", "BEGIN"):
        _refuse_commit(connection)


def _refuse_commit(connection: Connection) -> None:
    raise TablesError("its migration ends the transaction; that is not its to do")


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
def _watched(connection: Connection, plugin: str) -> Iterator[None]:
    if connection.dialect.name == "sqlite":
        with _authorized(connection, prefix_of(plugin)):
            yield
        return
    before = _schema(connection, plugin)
    yield
    touched = _written(connection, plugin)
    if touched or _schema(connection, plugin) != before:
        what = ", ".join(touched) or "tables"
        raise TablesError(f"its migration touches {what} of others; it may only use its own")


@contextmanager
def _authorized(connection: Connection, prefix: str) -> Iterator[None]:
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    own = (prefix, _COPY + prefix, "sqlite_")
    refused: list[str] = []

    def judge(
        action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
    ) -> int:
        table = first if action in _WRITES else second if action in _ALTERS else None
        if action in _NEVER or (table is not None and not table.startswith(own)):
            refused.append(table or "the transaction")
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    raw.set_authorizer(judge)
    try:
        yield
    except Exception as error:
        if not refused:
            raise
        raise TablesError(
            f"its migration touches '{refused[0]}'; its tables begin with '{prefix}'"
        ) from error
    finally:
        raw.set_authorizer(None)
    if refused:
        raise TablesError(f"its migration touches '{refused[0]}'; its tables begin with '{prefix}'")


def _schema(connection: Connection, plugin: str) -> list[tuple[object, ...]]:
    """Return every column, index and constraint on PostgreSQL that is not the plugin's."""
    from sqlalchemy import text

    queries = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_schema = current_schema()",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
        "SELECT table_name, constraint_name, constraint_type "
        "FROM information_schema.table_constraints WHERE table_schema = current_schema()",
        "SELECT event_object_table, trigger_name, action_statement "
        "FROM information_schema.triggers WHERE trigger_schema = current_schema()",
    )
    rows = [tuple(row) for query in queries for row in connection.execute(text(query))]
    return sorted((row for row in rows if not row[0].startswith(prefix_of(plugin))), key=repr)


def _written(connection: Connection, plugin: str) -> list[str]:
    """Return the tables of others that this transaction has written on PostgreSQL."""
    from sqlalchemy import text

    query = (
        "SELECT relname FROM pg_stat_xact_user_tables "
        "WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY relname"
    )
    names = [str(row[0]) for row in connection.execute(text(query))]
    return [name for name in names if not name.startswith(prefix_of(plugin))]

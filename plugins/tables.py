"""The tables of plugins: a lineage, a version table and a prefix of its own for each plugin.

Migrations run in one transaction, guarded, after a backup of a file. One that fails leaves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bakehouse.plugin import TablesSpec, prefix_of
from plugins.failing import describe
from plugins.guarding import TablesError, guarded

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from core.session import Database

LOCATION = Path(__file__).parent / "migrating"
_NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


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
    # Whatever the migrations of a plugin raise costs that plugin only; Ctrl-C goes through.
    try:
        config, head = _config(plugin, spec)
        with database.reader.connect() as connection:
            if _revision(connection, plugin) == head:
                return False
        if database.readonly:
            raise TablesError("its tables must be made first, and this kitchen is read-only")
        with _migrating(database) as connection, guarded(connection, plugin):
            if database.path is not None:
                _back_up(database.path)
            _upgrade(config, connection)
    except (TablesError, KeyboardInterrupt):
        raise
    except BaseException as error:
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

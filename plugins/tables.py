"""The tables of plugins: a lineage, a version table and a prefix of its own for each plugin.

Migrations run in one transaction, guarded, after a backup of a file, on a thread that is given up
if they do not end. One that fails leaves nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bakehouse.plugin import TablesSpec, prefix_of
from plugins.failing import describe
from plugins.guarding import TablesError, guarded
from plugins.timing import Helper, TooLong
from plugins.watchdog import GRACE

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from core.session import Database

LOCATION = Path(__file__).parent / "migrating"
SECONDS = 60.0
"""How long making the tables of one plugin may take."""
OVER = "it took too long and was stopped; nothing of it is kept"
_ONE = threading.Lock()
"""Alembic keeps the migrations under way in a place that all threads share."""
_NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


def version_table(plugin: str) -> str:
    """Return the table that holds how far a plugin's tables are."""
    return f"{prefix_of(plugin)}alembic_version"


def prepare(database: Database, plugin: str, spec: TablesSpec, patience: float = 1) -> bool:
    """Bring a plugin's tables in a kitchen up to date; return whether there was anything to do.

    It may take `patience` times as long as usual.

    Raises:
        TablesError: They cannot be; nothing has changed.
    """
    if not _NAME.fullmatch(plugin):
        raise TablesError(
            f"a plugin with tables has a name in small letters, digits and single - or _, "
            f"not '{plugin}'"
        )
    with _ONE:
        return _made(_Making(database, plugin, spec), SECONDS * patience)


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


def _made(making: _Making, seconds: float) -> bool:
    # Whatever the migrations of a plugin raise costs that plugin only; Ctrl-C goes through.
    try:
        with Helper() as helper:
            return helper.run(seconds, making.run, making.stop)
    except KeyboardInterrupt:
        making.give_up()
        raise
    except BaseException as error:
        if isinstance(error, TooLong):
            making.give_up()
        if making.stopped:
            what = f"making its tables took longer than {seconds:g} s and was stopped"
            raise TablesError(what, stopped=True) from error
        if isinstance(error, TablesError):
            raise
        raise TablesError(f"its tables could not be made: {describe(error)}") from error


class _Making:
    """Making the tables of one plugin on one thread, while another one has an eye on the time.

    Whichever comes first decides, once and for all: the end of the time that nothing is kept, or
    the end of the migrations that all of it is.
    """

    def __init__(self, database: Database, plugin: str, spec: TablesSpec) -> None:
        self.stopped = False
        self._kept = False
        self._deciding = threading.Lock()
        self._database = database
        self._plugin = plugin
        self._spec = spec
        self._thread = 0
        self._driver: Any = None

    def run(self) -> bool:
        """Make the tables; return whether there was anything to do."""
        from sqlalchemy import event

        self._thread = threading.get_ident()
        config, head = _config(self._plugin, self._spec)
        with self._database.reader.connect() as connection:
            if _revision(connection, self._plugin) == head:
                return False
        if self._database.readonly:
            raise TablesError("its tables must be made first, and this kitchen is read-only")
        with _migrating(self._database) as connection:
            # It stays as long as the connection: what was looked over must not change any more.
            event.listen(connection, "before_cursor_execute", self._refuse_late)
            self._driver = connection.connection.dbapi_connection
            with guarded(connection, self._plugin, self._is_over):
                if self._database.path is not None:
                    _back_up(self._database.path)
                _upgrade(config, connection)
            self._keep()
        return True

    def stop(self) -> bool:
        """Have it end without keeping anything; return false if everything is kept already."""
        with self._deciding:
            if self._kept:
                return False
            self.stopped = True
        if self._driver is not None:
            self._database.stop(self._driver)
        return True

    def give_up(self) -> None:
        """Take the transaction, and with it the lock, away from a thread that does not end."""
        if not self.stop() or self._driver is None:
            return
        # What its SQL calls may hold up this as well.
        with suppress(TooLong), Helper() as helper:
            helper.run(GRACE, lambda: self._database.take_away(self._driver))

    def _keep(self) -> None:
        with self._deciding:
            if self.stopped:
                raise TablesError(OVER)
            self._kept = True

    def _refuse_late(self, *_: object) -> None:
        if self._is_over():
            raise TablesError(OVER)

    def _is_over(self) -> bool:
        """Tell whether nothing may be done any more, by whoever asks.

        A thread that was given up finds the `op` of the next migration where alembic keeps it.
        """
        return self.stopped or threading.get_ident() != self._thread


def _config(plugin: str, spec: TablesSpec) -> tuple[Config, str]:
    """Return alembic's configuration of a plugin, and its newest revision."""
    from alembic.script import ScriptDirectory

    from core.migrations import configuration

    found = find_spec(spec.migrations)
    if found is None or not found.submodule_search_locations:
        raise TablesError(f"there is no package '{spec.migrations}' with its migrations")
    config = configuration(
        script_location=str(LOCATION),
        version_locations=found.submodule_search_locations[0],
        path_separator="newline",
    )
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

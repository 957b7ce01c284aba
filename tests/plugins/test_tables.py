"""Tables of plugins: a lineage, a prefix and a purge of their own, all or nothing."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text

from bakehouse.plugin import TablesSpec, prefix_of
from core.errors import ReadOnly
from core.session import Database, configure, read_session
from plugins import tables, watchdog
from plugins.host import Host, Loaded, State
from plugins.tables import all_tables, purge, tables_of

if TYPE_CHECKING:
    from tests.plugins.conftest import Site

REGISTERS = """
from bakehouse.plugin import Area, TablesSpec, ViewSpec, contribute

@contribute.tables
def tables():
    return [TablesSpec(id="{name}", migrations="plugin_{module}.migrations")]

@contribute.views
def views():
    return [ViewSpec(id="{name}", title="{name}", area=Area.KITCHEN,
                     load="plugin_{module}.view:load")]
"""
VIEW = """
from sqlalchemy import text
from bakehouse.plugin import Column, Table

def load(ctx):
    rows = ctx.session.execute(text("SELECT word FROM {prefix}word ORDER BY word"))
    return Table([Column("word")], [(row.word,) for row in rows])
"""
REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", {down!r}

def upgrade():
{body}
"""
FIRST = """
op.create_table("{prefix}word", sa.Column("word", sa.String, primary_key=True))
op.execute("INSERT INTO {prefix}word VALUES ('flour')")
"""


def offer(site: Site, name: str = "words", *bodies: str) -> None:
    module, prefix = name.replace("-", "_"), prefix_of(name)
    package = site.install(
        name,
        REGISTERS.format(name=name, module=module),
        view=VIEW.format(prefix=prefix),
    )
    folder = site.folder / package / "migrations"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    down = None
    for number, body in enumerate(bodies or (FIRST,), start=1):
        revision = f"{number:04}"
        filled = dedent(body).format(prefix=prefix).strip()
        code = "\n".join(f"    {line}" for line in filled.splitlines())
        told = REVISION.format(revision=revision, down=down, body=code)
        (folder / f"r{revision}.py").write_text(told)
        down = revision


def words(host: Host) -> list[str]:
    with read_session() as session:
        outcome = host.load(host.view("words"), session)
    assert isinstance(outcome, Loaded), outcome
    return [str(row["word"]) for row in outcome.data.as_data()]  # type: ignore[attr-defined]


def schema(database: Database) -> str:
    """Give every table, column and row of the kitchen as text."""
    with database.reader.connect() as connection:
        inspector = inspect(connection)
        return json.dumps(
            {
                name: [
                    sorted(column["name"] for column in inspector.get_columns(name)),
                    connection.scalar(text(f"SELECT count(*) FROM {name}")),
                ]
                for name in sorted(inspector.get_table_names())
            }
        )


def test_tables_are_made_before_the_kitchen_is_read(site: Site, kitchen: Database) -> None:
    offer(site)
    host = site.host()
    assert host.prepare(kitchen) == []
    assert words(host) == ["flour"]
    assert tables_of(kitchen, "words") == ["p_words__alembic_version", "p_words__word"]
    again = site.host()
    assert again.prepare(kitchen) == []
    assert words(again) == ["flour"]


def test_a_plugin_may_be_in_a_folder_with_a_percent_sign(
    site: Site, sqlite_kitchen: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.folder = tmp_path / "100%(plugins)"
    site.folder.mkdir()
    monkeypatch.syspath_prepend(str(site.folder))
    offer(site)
    host = site.host()
    assert host.prepare(sqlite_kitchen) == []
    assert words(host) == ["flour"]


def test_a_file_is_backed_up_first(site: Site, sqlite_kitchen: Database) -> None:
    offer(site)
    site.host().prepare(sqlite_kitchen)
    assert sqlite_kitchen.path is not None
    [copy] = sqlite_kitchen.path.parent.glob("kitchen.before-*")
    assert "p_words__word" not in schema(configure(copy))


def test_a_later_version_goes_on_from_where_it_was(site: Site, kitchen: Database) -> None:
    offer(site)
    site.host().prepare(kitchen)
    folder = site.folder / "plugin_words" / "migrations"
    body = "    op.execute(\"INSERT INTO p_words__word VALUES ('sugar')\")"
    (folder / "r0002.py").write_text(REVISION.format(revision="0002", down="0001", body=body))
    (site.folder / "bakehouse_words-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: bakehouse-words\nVersion: 1.1\n"
    )
    host = site.host()
    assert host.prepare(kitchen) == []
    assert words(host) == ["flour", "sugar"]


def test_tables_that_failed_are_told_until_they_are_made(site: Site, kitchen: Database) -> None:
    offer(site, "words", "1 / 0")
    assert site.host().prepare(kitchen)
    [told] = site.host().record("words").when_last_used
    assert told == "its tables could not be made: ZeroDivisionError: division by zero"
    site.host().views()
    assert site.host().record("words").when_last_used == [told], "registering is another thing"
    revision = site.folder / "plugin_words" / "migrations" / "r0001.py"
    revision.write_text(revision.read_text().replace("1 / 0", "pass"))
    assert site.host().prepare(kitchen) == []
    assert site.host().record("words").when_last_used == []


BAD = {
    "fails half-way": (FIRST, "op.execute('UPDATE {prefix}word SET word = 1')\n1 / 0"),
    "a table of the kitchen dropped": (FIRST, "op.drop_table('setting')"),
    "a table of the kitchen changed": (
        FIRST,
        "op.add_column('item', sa.Column('x', sa.Integer))",
    ),
    "rows of the kitchen written": ("op.execute(\"INSERT INTO setting VALUES ('x', 'y')\")",),
    "rows of the kitchen deleted": (
        FIRST,
        "op.execute(\"INSERT INTO {prefix}word VALUES ('x')\")\n"
        "op.execute(\"UPDATE alembic_version SET version_num = 'x'\")",
    ),
    "a table without the prefix": ("op.create_table('words', sa.Column('x', sa.Integer))",),
    "a table of another plugin": ("op.create_table('p_others__x', sa.Column('x', sa.Integer))",),
    "a table renamed to none of its own": (
        FIRST,
        "op.rename_table('{prefix}word', 'words')",
    ),
    "a table renamed to another plugin's": (
        FIRST,
        "op.rename_table('{prefix}word', 'p_words__word')",
    ),
    "a view without the prefix": (
        FIRST,
        "op.execute('CREATE VIEW every_word AS SELECT word FROM {prefix}word')",
    ),
    "a trigger on the kitchen": (
        FIRST,
        "op.create_index('p_words__i', 'item', ['name'])",
    ),
    "a commit": (FIRST, "op.get_bind().commit()\n1 / 0"),
    "a commit as text": (FIRST, "op.execute('COMMIT')\n1 / 0"),
    "an exit": (FIRST, "raise SystemExit(3)"),
    "being cancelled": (FIRST, "import asyncio\nraise asyncio.CancelledError"),
    "the end of a generator": (FIRST, "raise GeneratorExit"),
    "an exception of its own": (FIRST, "class Own(BaseException): pass\nraise Own('no oven')"),
    "a syntax error": ("this is no Python",),
}


@pytest.mark.parametrize("bodies", BAD.values(), ids=list(BAD))
def test_a_migration_that_does_wrong_leaves_nothing_and_costs_only_its_plugin(
    site: Site, kitchen: Database, bodies: tuple[str, ...]
) -> None:
    offer(site, "bad", *bodies)
    offer(site)
    before = schema(kitchen)
    host = site.host()
    [failure] = host.prepare(kitchen)
    assert (failure.plugin, failure.version) == ("bad", "1.0")
    assert host.record("bad").state is State.FAILED
    assert words(host) == ["flour"]
    purge(kitchen, "words")
    assert schema(kitchen) == before


def test_a_table_of_the_kitchen_that_a_migration_empties_is_noticed(
    site: Site, postgres_kitchen: Database
) -> None:
    offer(site, "words", FIRST, "op.execute('TRUNCATE setting')")
    [failure] = site.host().prepare(postgres_kitchen)
    assert "its migration touches setting of others" in failure.message


@pytest.mark.parametrize(
    ("pragma", "name"),
    [
        ("PRAGMA user_version = 77", "user_version"),
        ("PRAGMA main.application_id(7)", "application_id"),
        ("pragma WRITABLE_SCHEMA = 1", "WRITABLE_SCHEMA"),
        ("PRAGMA foreign_keys = ON", "foreign_keys"),
        ("SELECT * FROM pragma_journal_mode", "journal_mode"),
    ],
)
def test_a_migration_may_not_change_the_file_or_the_connection_by_a_pragma(
    site: Site, sqlite_kitchen: Database, pragma: str, name: str
) -> None:
    offer(site, "words", FIRST, f"op.execute({pragma!r})")
    [failure] = site.host().prepare(sqlite_kitchen)
    assert f"its migration uses PRAGMA {name}; it may only" in failure.message
    assert tables_of(sqlite_kitchen, "words") == []
    with sqlite_kitchen.migrating_engine().connect() as connection:
        assert connection.scalar(text("PRAGMA user_version")) == 0


ENDS = {
    "after a comment": "op.execute('/* done; */ COMMIT')",
    "after a line of comment": "op.execute('-- done\\nCOMMIT')",
    "as the second of two": "op.execute('SELECT 1; COMMIT')",
    "after a text with a quote": "op.execute(\"SELECT 'it''s; /*', E'\\\\';', '*/'; COMMIT\")",
    "as END": "op.execute('end')",
    "as ABORT": "op.execute('ABORT')",
    "as ROLLBACK": "op.execute('ROLLBACK; DROP TABLE setting')",
    "for another program": "op.execute(\"PREPARE TRANSACTION 'x'\")",
    "to begin another": "op.execute('COMMIT AND CHAIN')",
    "by the connection": "op.get_bind().commit()",
    "taken back by the connection": "op.get_bind().rollback()",
    "by the driver": "op.get_bind().connection.commit()",
    "taken back by the driver": "op.get_bind().connection.rollback()",
    "by words to the driver": "op.get_bind().connection.cursor().execute('COMMIT')",
    "by the driver, and going on": (
        "try: op.get_bind().connection.commit()\nexcept Exception: pass\n"
        "op.create_table('{prefix}more', sa.Column('x', sa.Integer))"
    ),
    "in a block of its own": "with op.get_context().autocommit_block(): op.execute('SELECT 1')",
}


@pytest.mark.parametrize("ends", ENDS.values(), ids=list(ENDS))
def test_no_way_to_end_the_transaction_of_a_migration_keeps_half_of_it(
    site: Site, kitchen: Database, ends: str
) -> None:
    offer(site, "words", FIRST, ends)
    before = schema(kitchen)
    [failure] = site.host().prepare(kitchen)
    assert failure.plugin == "words"
    assert schema(kitchen) == before


@pytest.mark.parametrize(
    "statement",
    [
        "START TRANSACTION READ WRITE",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "set  local search_path to pg_temp",
        "RESET ALL",
        "SELECT set_config('search_path', 'public, pg_temp', false)",
        'SET "search_path" TO public, pg_temp',
    ],
)
def test_a_migration_does_not_change_what_its_transaction_is_in(
    site: Site, postgres_kitchen: Database, statement: str
) -> None:
    offer(site, "words", FIRST, f"op.execute({statement!r})")
    before = schema(postgres_kitchen)
    [failure] = site.host().prepare(postgres_kitchen)
    assert "is not its to end or to change" in failure.message or "search_path" in failure.message
    assert schema(postgres_kitchen) == before


HARMLESS = r"""
op.execute("SAVEPOINT here")
op.execute("INSERT INTO {prefix}word VALUES ('COMMIT; -- ''now''')")
op.execute("ROLLBACK TO SAVEPOINT here")
op.execute("INSERT INTO {prefix}word VALUES ('; ROLLBACK')")
op.execute("RELEASE SAVEPOINT here")
with op.get_bind().begin_nested():
    op.execute("UPDATE {prefix}word SET word = 'begin' WHERE word = 'flour'")
"""


def test_a_migration_may_use_savepoints_and_the_same_words_as_texts(
    site: Site, kitchen: Database
) -> None:
    offer(site, "words", FIRST, HARMLESS)
    host = site.host()
    assert host.prepare(kitchen) == []
    assert words(host) == ["; ROLLBACK", "begin"]


COPIES = """
with op.batch_alter_table("{prefix}word", recreate="always") as batch:
    batch.add_column(sa.Column("kind", sa.String))
    batch.create_index("{prefix}by_kind", ["kind"])
op.rename_table("{prefix}word", "{prefix}term")
op.rename_table("{prefix}term", "{prefix}word")
"""


def test_a_migration_may_copy_and_rename_what_is_the_plugins(site: Site, kitchen: Database) -> None:
    offer(site, "words", FIRST, COPIES)
    host = site.host()
    assert host.prepare(kitchen) == []
    assert words(host) == ["flour"]
    assert tables_of(kitchen, "words") == ["p_words__alembic_version", "p_words__word"]


def test_ctrl_c_during_a_migration_is_no_fault_of_the_plugin(site: Site, kitchen: Database) -> None:
    offer(site, "words", FIRST + "raise KeyboardInterrupt")
    before = schema(kitchen)
    host = site.host()
    with pytest.raises(KeyboardInterrupt):
        host.prepare(kitchen)
    assert host.record("words").failures == ()
    assert schema(kitchen) == before


# -- without an end --------------------------------------------------------------------------------

ENDLESS_SQL = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
)
ENDLESS = {
    "SQL": f"op.execute('{ENDLESS_SQL}')",
    "SQL, and going on when it was stopped": (
        f"try: op.execute('{ENDLESS_SQL}')\nexcept Exception: pass"
    ),
    "a loop": "while not GO_ON.is_set(): pass",
    "a wait": "GO_ON.wait()",
    "a wait between two rows": (
        "for row in op.get_bind().exec_driver_sql('SELECT 1 UNION SELECT 2'): GO_ON.wait()"
    ),
    "one more try": (
        "while not GO_ON.is_set():\n"
        "    try: op.execute('INSERT INTO {prefix}oven VALUES (1)')\n"
        "    except Exception: pass"
    ),
    "one more try by the driver": (
        "driver = op.get_bind().connection.dbapi_connection\n"
        "while not GO_ON.is_set():\n"
        "    try: driver.execute('INSERT INTO {prefix}oven VALUES (1)')\n"
        "    except Exception: pass"
    ),
}


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Give migrations of the plugin `bad` little time, and have them end after the test."""
    monkeypatch.setattr(tables, "SECONDS", 0.3)
    monkeypatch.setattr(watchdog, "GRACE", 0.2)
    before = set(threading.enumerate())
    yield monkeypatch
    if "plugin_bad.view" in sys.modules:
        sys.modules["plugin_bad.view"].GO_ON.set()
    for thread in set(threading.enumerate()) - before:
        if thread.name == "plugin-code":
            thread.join(10)


def offer_endless(site: Site, *bodies: str) -> None:
    offer(site, "bad", FIRST, *(f"from plugin_bad.view import GO_ON\n{body}" for body in bodies))
    view = site.folder / "plugin_bad" / "view.py"
    view.write_text(f"import threading\nGO_ON = threading.Event()\n{view.read_text()}")


def is_free(kitchen: Database) -> bool:
    """Tell whether nobody holds what a migration of `bad` writes; rolled back."""
    with kitchen.migrating_engine().connect() as connection:
        connection.execute(text("CREATE TABLE p_bad__word (word VARCHAR)"))
    return True


@pytest.mark.parametrize("body", ENDLESS.values(), ids=list(ENDLESS))
def test_a_migration_without_an_end_is_stopped_and_holds_up_nothing(
    site: Site, kitchen: Database, short: pytest.MonkeyPatch, body: str
) -> None:
    offer_endless(site, body)
    offer(site)
    before = schema(kitchen)
    host = site.host()
    [failure] = host.prepare(kitchen, "bad")
    assert failure.plugin == "bad"
    assert failure.message == "making its tables took longer than 0.3 s and was stopped"
    assert failure.stopped
    assert host.record("bad").state is State.QUARANTINED
    assert schema(kitchen) == before
    assert is_free(kitchen)
    short.setattr(tables, "SECONDS", 60)
    assert host.prepare(kitchen) == [], "another plugin has its tables while the thread goes on"
    assert words(host) == ["flour"]


def test_a_migration_without_an_end_holds_up_one_start_only(
    site: Site, sqlite_kitchen: Database, short: pytest.MonkeyPatch
) -> None:
    offer(site, "bad", FIRST, f"op.execute('{ENDLESS_SQL}')")
    assert site.host().prepare(sqlite_kitchen)
    later = site.host()
    assert later.prepare(sqlite_kitchen) == []
    assert later.record("bad").state is State.QUARANTINED
    assert "making its tables took longer than 0.3 s" in later.record("bad").reason
    later.enable("bad")
    [failure] = later.prepare(sqlite_kitchen)
    assert failure.stopped, "whoever enables it has it tried again"


def test_a_revision_that_never_ends_being_imported_is_stopped(
    site: Site, sqlite_kitchen: Database, short: pytest.MonkeyPatch
) -> None:
    offer_endless(site, "pass")
    with (site.folder / "plugin_bad" / "migrations" / "r0001.py").open("a") as file:
        file.write("\nfrom plugin_bad.view import GO_ON\nGO_ON.wait()\n")
    [failure] = site.host().prepare(sqlite_kitchen)
    assert "took longer than 0.3 s" in failure.message


def test_patience_gives_migrations_more_time(
    site: Site, sqlite_kitchen: Database, short: pytest.MonkeyPatch
) -> None:
    offer(site, "bad", FIRST, f"op.execute('{ENDLESS_SQL}')")
    [failure] = site.host(patience=2).prepare(sqlite_kitchen)
    assert "took longer than 0.6 s" in failure.message


def test_ctrl_c_does_not_wait_for_a_migration_without_an_end(
    site: Site, kitchen: Database, short: pytest.MonkeyPatch
) -> None:
    short.setattr(tables, "SECONDS", 60)
    ctrl_c = "import signal, threading\n"
    ctrl_c += "signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)\nGO_ON.wait()"
    offer_endless(site, ctrl_c)
    before = schema(kitchen)
    with pytest.raises(KeyboardInterrupt):
        site.host().prepare(kitchen)
    assert schema(kitchen) == before
    assert is_free(kitchen)


# -- with an end -----------------------------------------------------------------------------------


def test_tables_of_a_read_only_kitchen_wait(site: Site, sqlite_kitchen: Database) -> None:
    offer(site)
    closed = configure(str(sqlite_kitchen.path), readonly=True)
    [failure] = site.host().prepare(closed)
    assert "read-only" in failure.message
    with pytest.raises(ReadOnly):
        purge(closed, "words")


def test_purging_takes_out_what_is_the_plugins_and_nothing_else(
    site: Site, kitchen: Database
) -> None:
    before = schema(kitchen)
    offer(site)
    offer(site, "words-more")
    host = site.host()
    assert host.prepare(kitchen) == []
    assert purge(kitchen, "words") == ["p_words__alembic_version", "p_words__word"]
    assert all_tables(kitchen) == ["p_words_more__alembic_version", "p_words_more__word"]
    purge(kitchen, "words-more")
    assert schema(kitchen) == before
    assert site.host().prepare(kitchen) == [], "after a purge the tables are made anew"
    assert words(site.host()) == ["flour"]


@pytest.mark.parametrize("name", ["Words", "words--more", "words_"])
def test_a_name_that_makes_no_clear_prefix_is_refused(
    site: Site, sqlite_kitchen: Database, name: str
) -> None:
    offer(site, name)
    [failure] = site.host().prepare(sqlite_kitchen)
    assert "a plugin with tables has a name in small letters" in failure.message


def test_two_specs_are_one_too_many(site: Site) -> None:
    spec = "TablesSpec(id='words', migrations='x'), TablesSpec(id='words.b', migrations='x')"
    site.install(
        "words",
        f"from bakehouse.plugin import *\n@contribute.tables\ndef tables(): return [{spec}]",
    )
    host = site.host()
    host.views()
    assert "a plugin has one TablesSpec" in host.record("words").reason


def test_migrations_are_a_package() -> None:
    with pytest.raises(ValueError, match="must be the name of a package"):
        TablesSpec(id="words", migrations=str(Path("a/b")))

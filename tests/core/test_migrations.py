"""The schema's history: it ends where the models are, and nothing is lost on the way."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text

from core import _database, clock, migrations
from core.errors import DatabaseUnreachable, ReadOnly, RuleBroken
from core.models import Base, Change, Item, Measure
from core.session import Database, configure, session_scope

COPY_ITEM = """
    copy = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("item", recreate=copy) as item:
        item.add_column(sa.Column("colour", sa.String()))
"""
FAIL_HALF_WAY = """
    op.execute("DELETE FROM measure")
    op.add_column("item", sa.Column("colour", sa.String()))
    raise RuntimeError("Half way.")
"""
BREAK_REFERENCES = """
    op.execute("DELETE FROM item")
"""


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations.LOCATION))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def schema(connection: Connection) -> dict[str, Any]:
    """Return everything that the database itself knows about its tables, in a stable order."""
    inspector = inspect(connection)
    found: dict[str, Any] = {}
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        found[table] = {
            "columns": [{**c, "type": repr(c["type"])} for c in inspector.get_columns(table)],
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": by_name(inspector.get_foreign_keys(table)),
            "unique": by_name(inspector.get_unique_constraints(table)),
            "checks": by_name(inspector.get_check_constraints(table)),
            "indexes": by_name(
                [
                    {**i, "dialect_options": as_text(i.get("dialect_options"))}
                    for i in inspector.get_indexes(table)
                ]
            ),
        }
    return found


def as_text(options: Any) -> dict[str, str]:
    return {name: str(value) for name, value in (options or {}).items()}


def by_name(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: str(row["name"]))


def test_the_list_of_revisions_is_alembics() -> None:
    walked = [script.revision for script in scripts().walk_revisions()]
    assert tuple(reversed(walked)) == migrations.REVISIONS
    assert scripts().get_current_head() == migrations.HEAD


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give an engine on a database without tables."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        url: str = request.getfixturevalue("empty_postgres")
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    yield engine
    engine.dispose()


def test_migrations_and_models_make_the_same_schema(empty: Engine) -> None:
    with empty.connect() as connection:
        migrations.upgrade(connection)
        migrated = schema(connection)
        assert migrations.revision_in(connection) == migrations.HEAD
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        assert schema(connection) == {}
        migrations.create(connection)
        assert migrations.revision_in(connection) == migrations.HEAD
        created = schema(connection)
        connection.rollback()
    assert migrated.keys() == set(Base.metadata.tables)
    for table in migrated:
        assert migrated[table] == created[table]


def test_the_program_may_be_in_a_folder_with_a_percent_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "100%(ours)"
    shutil.copytree(migrations.LOCATION, folder)
    monkeypatch.setattr(migrations, "LOCATION", folder)
    with create_engine("sqlite://").connect() as connection:
        migrations.upgrade(connection)
        assert migrations.revision_in(connection) == migrations.HEAD


def test_alembic_is_loaded_only_to_migrate(tmp_path: Path) -> None:
    program = (
        "import sys; from core.session import configure, read_session\n"
        "configure(sys.argv[1], create=True); configure(sys.argv[1])\n"
        "with read_session() as session: print(session.revision, 'alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "kitchen.db")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0 False\n"


# -- a kitchen of an older schema ----------------------------------------------------------------


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a function that makes this program one migration newer than its kitchens."""

    def release(body: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrations.LOCATION, folder, ignore=shutil.ignore_patterns("__*__*"))
        following = f"{int(migrations.HEAD) + 1:04d}"
        (folder / "versions" / f"{following}_next.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = '{following}'\ndown_revision = '{migrations.HEAD}'\n"
            f"def upgrade():\n{body}"
        )
        monkeypatch.setattr(migrations, "LOCATION", folder)
        monkeypatch.setattr(migrations, "REVISIONS", (*migrations.REVISIONS, following))
        monkeypatch.setattr(migrations, "HEAD", following)

    return release


@pytest.fixture
def filled(kitchen: Database) -> Database:
    """Give a kitchen with a row that would be deleted with the row that it refers to."""
    with session_scope() as session:
        butter = Item(slug="butter", name="Butter", kind="ingredient", unit="g")
        session.add(butter)
        session.add(Change(id=1, at=clock.now(), terminal="t", kind="k", summary="s"))
        session.flush()
        session.execute(
            text("INSERT INTO measure VALUES (:item, 'stick', '1134/10', 'g')"),
            {"item": butter.id},
        )
    return kitchen


def measures() -> list[str]:
    with _database.database().reader.connect() as connection:
        return list(connection.scalars(select(Measure.name)))


def backups(kitchen: Database) -> list[Path]:
    assert kitchen.path is not None
    return sorted(kitchen.path.parent.glob("*.before-*.db"))


def version(kitchen: Database) -> str | None:
    with kitchen.reader.connect() as connection:
        return migrations.revision_in(connection)


def test_an_older_kitchen_is_brought_up_to_date(filled: Database, newer: Any) -> None:
    newer(COPY_ITEM)
    opened = configure(filled.url)
    assert version(opened) == migrations.HEAD
    assert measures() == ["stick"]
    with session_scope() as session:
        assert session.scalar(text("SELECT colour FROM item")) is None
        assert session.scalar(text("SELECT count(*) FROM item")) == 1
    opened.dispose()


def test_a_backup_is_made_beside_it_first(
    sqlite_kitchen: Database, request: pytest.FixtureRequest, newer: Any
) -> None:
    with session_scope() as session:
        session.add(Item(slug="butter", name="Butter", kind="ingredient", unit="g"))
    newer(COPY_ITEM)
    assert sqlite_kitchen.path is not None
    sqlite_kitchen.path.chmod(0o600)
    configure(sqlite_kitchen.url)
    (backup,) = backups(sqlite_kitchen)
    assert backup.name == f"kitchen.before-{migrations.HEAD}-2026-11-22-140200.db"
    assert backup.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT slug FROM item").fetchall() == [("butter",)]
        assert connection.execute("SELECT * FROM alembic_version").fetchone() == (
            migrations.REVISIONS[-2],
        )
    configure(sqlite_kitchen.url)
    assert len(backups(sqlite_kitchen)) == 1


def test_only_the_first_of_two_programs_migrates(sqlite_kitchen: Database, newer: Any) -> None:
    newer(COPY_ITEM)
    assert sqlite_kitchen.path is not None
    for _ in range(2):
        _database._migrate_file(sqlite_kitchen.path, 1.0)
    assert len(backups(sqlite_kitchen)) == 1
    assert version(sqlite_kitchen) == migrations.HEAD


def test_two_backups_of_one_second_have_two_names(sqlite_kitchen: Database) -> None:
    assert sqlite_kitchen.path is not None
    made = {migrations.back_up(sqlite_kitchen.path) for _ in range(3)}
    assert set(backups(sqlite_kitchen)) == made
    assert len(made) == 3


def test_a_failed_migration_leaves_the_kitchen_as_it_was(filled: Database, newer: Any) -> None:
    before = version(filled)
    newer(FAIL_HALF_WAY)
    with pytest.raises(RuntimeError, match="Half way"):
        configure(filled.url)
    assert version(filled) == before
    assert measures() == ["stick"]
    with filled.reader.connect() as connection:
        assert "colour" not in {c["name"] for c in inspect(connection).get_columns("item")}


def test_a_migration_that_breaks_references_is_taken_back(filled: Database, newer: Any) -> None:
    before = version(filled)
    newer(BREAK_REFERENCES)
    if filled.is_sqlite:
        with pytest.raises(RuleBroken, match="measure"):
            configure(filled.url)
        assert version(filled) == before
        assert measures() == ["stick"]
    else:
        # PostgreSQL keeps its references itself: the row goes with the one it belongs to.
        configure(filled.url)
        assert measures() == []


def test_reading_only_refuses_an_older_kitchen_and_says_why(filled: Database, newer: Any) -> None:
    before = version(filled)
    newer(COPY_ITEM)
    with pytest.raises(ReadOnly, match="without --readonly"):
        configure(filled.url, readonly=True)
    assert version(filled) == before


def test_no_migration_without_a_backup(
    sqlite_kitchen: Database, newer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = version(sqlite_kitchen)
    newer(COPY_ITEM)
    assert sqlite_kitchen.path is not None
    name = f"kitchen.before-{migrations.HEAD}-2026-11-22-140200.db"
    # A link to nowhere that cannot be written stands for a folder without room.
    sqlite_kitchen.path.with_name(name).symlink_to("/nowhere/at/all.db")
    with pytest.raises(DatabaseUnreachable, match="no backup"):
        configure(sqlite_kitchen.url)
    assert version(sqlite_kitchen) == before

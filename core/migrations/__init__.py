"""The history of the schema, and what brings a database to its end.

Alembic is imported only when there is something to migrate: a kitchen's revision is read with
plain SQL and compared with `HEAD`.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from core import clock
from core.errors import RuleBroken

if TYPE_CHECKING:
    from alembic.config import Config

REVISIONS = ("0001",)
"""Every revision in order, oldest first; a test holds it equal to alembic's."""

HEAD = REVISIONS[-1]

LOCATION = Path(__file__).parent
"""Where alembic finds `env.py` and the migrations."""

_STAMP = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def create(connection: Connection) -> None:
    """Make the newest schema in an empty database; quicker than migrating from nothing."""
    from core.columns import say_conditions
    from core.schema import METADATA

    if connection.dialect.name == "postgresql":
        say_conditions(METADATA)
    METADATA.create_all(connection, checkfirst=False)
    connection.exec_driver_sql(_STAMP)
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def revision_in(connection: Connection) -> str | None:
    """Return the revision that a database is at; it must have the table `alembic_version`."""
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def upgrade(connection: Connection, to: str = "head") -> None:
    """Migrate inside the transaction that `connection` is in; the caller commits."""
    from alembic import command

    config = configuration(script_location=str(LOCATION), path_separator="os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def configuration(**options: str) -> Config:
    """Return alembic's configuration with these main options, each taken as it is written."""
    from alembic.config import Config

    config = Config()
    for name, value in options.items():
        # To alembic a single % begins a placeholder, and a folder may have one in its name.
        config.set_main_option(name, value.replace("%", "%%"))
    return config


def back_up(path: Path) -> Path:
    """Copy a SQLite file, with what is in its write-ahead log, to a new file beside it."""
    day = f"{clock.now():%Y-%m-%d-%H%M%S}"
    copy = path.with_name(f"{path.stem}.before-{HEAD}-{day}{path.suffix}")
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.stem}.before-{HEAD}-{day}-{number}{path.suffix}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    shutil.copymode(path, copy)
    return copy


def check_foreign_keys(connection: Connection) -> None:
    """Check every reference of a SQLite file, as nothing did while foreign keys were off.

    Raises:
        RuleBroken: A row refers to nothing; the caller rolls the migration back.
    """
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise RuleBroken(
            f"The kitchen could not be brought up to date: rows of {tables} refer to nothing. "
            "It was left as it was."
        )

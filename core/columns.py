"""What the tables are made of: exact amounts, columns, checks and indexes."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, MetaData, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_CONDITION = "where_on_server"


class Exact(TypeDecorator[Fraction]):
    """An exact rational, kept as the text "n/d" in lowest terms."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        """Write a fraction as "n/d"."""
        return None if value is None else f"{value.numerator}/{value.denominator}"

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Fraction | None:
        """Read "n/d" back."""
        return None if value is None else read_exact(value)


@lru_cache(maxsize=65_536)
def read_exact(text: str) -> Fraction:
    """Return the rational of a text "n/d"; kitchens repeat the same few thousand."""
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator))


def must(name: str, *args: Any, **more: Any) -> Column[Any]:
    """Return a column that every row has a value in."""
    return Column(name, *args, nullable=False, **more)


def may(name: str, *args: Any, **more: Any) -> Column[Any]:
    """Return a column that a row may leave empty."""
    return Column(name, *args, nullable=True, **more)


def positive(column: str) -> CheckConstraint:
    """Return the check that an exact column is above zero."""
    return CheckConstraint(
        f"{column} NOT LIKE '-%' AND {column} NOT LIKE '0/%' AND {column} LIKE '%/%'",
        name=f"{column}_positive",
    )


def one_of(column: str, *values: str) -> CheckConstraint:
    """Return the check that a text column holds one of `values`."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def partial_index(
    name: str, *columns: str, where: str, where_on_server: str | None = None, unique: bool = False
) -> Index:
    """Return an index of the rows that meet a condition, said to SQLite.

    `say_conditions` says them to PostgreSQL: SQLAlchemy's part for it is slow to import, and a
    kitchen in a file starts without.
    """
    info = {_CONDITION: where_on_server or where}
    return Index(name, *columns, unique=unique, sqlite_where=text(where), info=info)


def say_conditions(metadata: MetaData) -> None:
    """Have every partial index made with its condition on PostgreSQL too."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if _CONDITION in index.info:
                condition = text(index.info[_CONDITION])
                index.dialect_options["postgresql"]["where"] = condition

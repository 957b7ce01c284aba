"""Reading rows as they now stand, on the session's own connection.

That goes past what the ORM does for its objects, which takes as long as the query itself, and
which may be older than what the connection wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, Table, select
from sqlalchemy.orm import Session

from core.schema import LOT

Ts = TypeVarTuple("Ts")


def rows_of(
    session: Session, query: Select[*Ts] | CompoundSelect[*Ts], **values: Any
) -> Sequence[Row[*Ts]]:
    """Read all rows of a query, which may be told values by name."""
    session.flush()
    return session.connection().execute(query, values).all()


def value_of(session: Session, query: Select[*tuple[Any, ...]], **values: Any) -> Any:
    """Read the first value of the first row of a query; None where there is no row."""
    row = next(iter(rows_of(session, query, **values)), None)
    return None if row is None else row[0]


def row_of(session: Session, table: Table[Any], key: int) -> Any | None:
    """Read a row of a table by its id; None where there is none, or where it can be no id."""
    if not is_id(key):
        return None
    return next(iter(rows_of(session, select(table).where(table.c.id == key))), None)


def is_id(key: object) -> bool:
    """Tell whether something can be the id of a row on every database."""
    return isinstance(key, int) and 0 < key < 2**31


def something_left(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell of lots which something is left of, as far as item, event and expiry tell which.

    It is found by an index that has all of this; SQLite by itself would look at every lot that
    there ever was of an item.
    """
    return LOT.c.id.in_(select(LOT.c.id).where(LOT.c.left > 0, *which).correlate(None))

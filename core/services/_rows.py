"""Reading rows as they now stand in the database, and saying entries of the journal as data."""

from __future__ import annotations

from typing import TypeVar, TypeVarTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

from core.models import Base, Change
from core.services.rows import ChangeRow

Model = TypeVar("Model", bound=Base)
Ts = TypeVarTuple("Ts")


def fresh(query: Select[*Ts]) -> Select[*Ts]:
    """Return a query of whole rows so that it reads them anew.

    Objects that a caller's session still holds may be older than what its connection wrote.
    """
    return query.execution_options(populate_existing=True)


def get_fresh(session: Session, model: type[Model], key: int) -> Model | None:
    """Return a row by its id, read anew, or None; also for what no id can be."""
    if not is_id(key):
        return None
    return session.get(model, key, populate_existing=True)


def is_id(key: object) -> bool:
    """Tell whether something can be the id of a row on every database."""
    return isinstance(key, int) and 0 < key < 2**31


def change_row(change: Change) -> ChangeRow:
    """Return a journal entry as plain data."""
    return ChangeRow(
        change.id,
        change.at,
        change.terminal,
        change.kind,
        change.summary,
        change.undoes,
        change.undone_by,
    )

"""Reading what is to be written to as it now stands, and saying entries of the journal as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from sqlalchemy import Select
from sqlalchemy.orm import DeclarativeBase, Session

from core.services._reading import is_id
from core.services.rows.journal import ChangeRow

if TYPE_CHECKING:
    from core.models import Change

Model = TypeVar("Model", bound=DeclarativeBase)
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

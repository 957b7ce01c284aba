"""What refers to a row that is to be withdrawn, and what of it goes along."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, exists, select
from sqlalchemy.orm import Session

from core.models import Lot, Run
from core.schema import METADATA
from core.services._rules import WITHDRAWN

LEDGER = {"lot", "stock_move", "run", "run_output", "run_not_drawn", WITHDRAWN}
PARTS = {
    "recipe": {"recipe_output", "recipe_line"},
    "event": {"event_line", "batch_target", "checked"},
}
OWN = {"item": {"item_unit", "measure"}, "product": set[str](), **PARTS}


def drop_parts(session: Session, row: Any) -> None:
    """Delete the lines of a recipe or event, so that their items are free of it."""
    parts = PARTS.get(row.__table__.name, set())
    for name in parts:
        part = METADATA.tables[name]
        session.execute(delete(part).where(part.c[f"{row.__table__.name}_id"] == row.id))
    if parts:
        session.expire_all()


def referring_tables(session: Session, row: Any) -> set[str]:
    """Return the tables with rows that refer to `row`, its own parts aside.

    `WITHDRAWN` stands for every table of which only withdrawn rows do.
    """
    names, query = _holders(row.__table__.name)
    held = session.execute(query, {"key": row.id}).one()
    found = set()
    for name, any_, in_force in zip(names, held[::2], held[1::2], strict=True):
        if any_:
            found.add(name if in_force else WITHDRAWN)
    return found


@lru_cache
def _holders(table: str) -> tuple[list[str], Any]:
    """Return the tables that refer to one, and a query that tells of each whether it does.

    It tells two things of each: whether any row does, and whether one that is not withdrawn does.
    """
    names, columns = [], []
    for other in METADATA.tables.values():
        for key in other.foreign_keys:
            if key.column.table.name != table or (
                other.name in OWN[table] and _is_owner(key.parent.name, table)
            ):
                continue
            held = exists().where(key.parent == bindparam("key"))
            names.append(other.name)
            columns += [
                held,
                held.where(other.c.slug.not_like(f"{WITHDRAWN}%")) if "slug" in other.c else held,
            ]
    return names, select(*columns)


def _is_owner(column: str, table: str) -> bool:
    return column == f"{table}_id"


def stock_in_force(session: Session, kind: str, key: int) -> bool:
    """Tell whether stock or a run that is not undone belongs to the row."""
    lot = {"item": Lot.item_id, "product": Lot.product_id, "event": Lot.event_id}.get(kind)
    run = {"item": Run.bundle_id, "recipe": Run.recipe_id, "event": Run.event_id}.get(kind)
    if lot is not None and session.scalar(select(Lot.id).where(lot == key, Lot.left > 0).limit(1)):
        return True
    return run is not None and bool(
        session.scalar(select(Run.id).where(run == key, Run.undone.is_(False)).limit(1))
    )

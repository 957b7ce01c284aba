"""Tracing: what a lot came from and where it went, down to who was handed it (domain.md §4)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ItemNotFound, LotNotFound, RunNotFound
from core.models import Item, Lot, Run, StockMove
from core.services._reading import is_id
from core.services._tracing import Ledger
from core.services.rows.traces import Trace
from core.session import reading

MOST_TRACED = 50
"""Lots of one entry that are traced; nobody reads on."""


def trace_lot(lot_id: int, *, session: Session | None = None) -> Trace:
    """Return where a lot came from and where it went.

    Raises:
        LotNotFound: No such lot.
    """
    with reading(session) as reader:
        ledger = Ledger(reader)
        if not is_id(lot_id) or not ledger.load_lots([lot_id]):
            raise LotNotFound(lot_id)
        return ledger.trace(lot_id)


def trace_item(item_id: int, *, session: Session | None = None) -> list[Trace]:
    """Return the traces of all lots of an item, such as a bundle, newest first.

    Raises:
        ItemNotFound: No such item.
    """
    with reading(session) as reader:
        if not is_id(item_id) or reader.get(Item, item_id) is None:
            raise ItemNotFound(item_id)
        query = (
            select(Lot.id)
            .where(Lot.item_id == item_id)
            .order_by(Lot.received.desc(), Lot.id.desc())
        )
        ledger = Ledger(reader)
        lots = list(reader.scalars(query))
        ledger.load_lots(lots)
        return [ledger.trace(lot_id) for lot_id in lots if ledger.came_in(lot_id)]


def trace_run(run_id: int, *, session: Session | None = None) -> Trace:
    """Return what a recorded production or assembly was made of, and where its output went.

    Raises:
        RunNotFound: No such run, or it was undone.
    """
    with reading(session) as reader:
        ledger = Ledger(reader)
        if not is_id(run_id) or not ledger.load_runs([run_id]):
            raise RunNotFound(run_id)
        return ledger.trace_run(run_id)


def trace_change(change_id: int, *, session: Session | None = None) -> list[Trace]:
    """Return the traces of what an entry of the journal recorded: its runs, else the lots it moved.

    What was taken back, and an entry that moved no stock, has none. Of a long receipt the first
    `MOST_TRACED` lots are traced.
    """
    with reading(session) as reader:
        ledger = Ledger(reader)
        if not is_id(change_id):
            return []
        runs = list(reader.scalars(select(Run.id).where(Run.change_id == change_id)))
        ledger.load_runs(runs)
        made = [ledger.trace_run(run_id) for run_id in runs if run_id in ledger.runs]
        if made:
            return made
        moved = select(StockMove.lot_id).where(StockMove.change_id == change_id).distinct()
        lots = list(reader.scalars(moved.order_by(StockMove.lot_id).limit(MOST_TRACED)))
        ledger.load_lots(lots)
        return [ledger.trace(lot_id) for lot_id in lots if ledger.came_in(lot_id)]

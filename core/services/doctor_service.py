"""Checking a kitchen: whether the ledger adds up and every row stands on its feet."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from core.models import Change, Lot, Run, RunOutput, StockMove
from core.session import reading
from core.units import from_micro, plain_decimal, to_decimal


def check_kitchen(session: Session | None = None) -> list[str]:
    """Return what is wrong with the ledger and the journal, in words; nothing in a sound kitchen.

    Every lot's `left` and `cost_left` are the sums of its moves, every run's good output came
    into stock, and every undo names what it undid.
    """
    with reading(session) as reader:
        return [*_lots(reader), *_runs(reader), *_journal(reader)]


def _lots(session: Session) -> Iterator[str]:
    sums = (
        select(
            StockMove.lot_id,
            func.sum(StockMove.amount).label("amount"),
            func.sum(StockMove.cost).label("cost"),
        )
        .group_by(StockMove.lot_id)
        .subquery()
    )
    query = (
        select(Lot.id, Lot.left, Lot.cost_left, sums.c.amount, sums.c.cost)
        .outerjoin(sums, sums.c.lot_id == Lot.id)
        .where(
            or_(
                Lot.left != func.coalesce(sums.c.amount, 0),
                Lot.cost_left != func.coalesce(sums.c.cost, 0),
            )
        )
    )
    for lot_id, left, cost_left, amount, cost in session.execute(query):
        yield (
            f"Lot L{lot_id} says {left} left worth {cost_left}, but its moves add up to "
            f"{amount or 0} and {cost or 0} (millionths)."
        )


def _runs(session: Session) -> Iterator[str]:
    came_in = (
        select(
            StockMove.run_id,
            Lot.item_id,
            func.sum(StockMove.amount).label("amount"),
        )
        .join(Lot, Lot.id == StockMove.lot_id)
        .where(StockMove.reason == "made")
        .group_by(StockMove.run_id, Lot.item_id)
        .subquery()
    )
    wanted = case((Run.undone, 0), else_=RunOutput.good)
    query = (
        select(Run.id, wanted, came_in.c.amount)
        .join(RunOutput, RunOutput.run_id == Run.id)
        .outerjoin(
            came_in,
            (came_in.c.run_id == Run.id) & (came_in.c.item_id == RunOutput.item_id),
        )
        .where(wanted != func.coalesce(came_in.c.amount, 0))
    )
    for run_id, good, amount in session.execute(query):
        yield (f"Run {run_id} made {_said(good)} good, but {_said(amount or 0)} came into stock.")


def _journal(session: Session) -> Iterator[str]:
    undone = select(Change.id).where(Change.undoes.is_not(None))
    query = select(Change.id).where(Change.undone_by.is_not(None), Change.undone_by.not_in(undone))
    for change_id in session.scalars(query):
        yield f"Change #{change_id} is marked as undone by an entry that undoes nothing."


def _said(micro: int) -> str:
    return plain_decimal(to_decimal(from_micro(int(micro))))

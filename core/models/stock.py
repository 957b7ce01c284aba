"""The stock ledger: lots and the moves that add up to what is left of them.

Amounts are integers in micro-units (10^-6 of the stock unit) and costs in micro-money
(domain.md §2). Rows are only ever added; `left` and `cost_left` are the running sums of a lot's
moves.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped

from core import schema
from core.models.base import Base


class Lot(Base):
    """An amount received or made together: one cost, one date, one expiry, one origin.

    `event_id` is the event it is kept for. `priced` is false where the cost, or a part of what
    it was made from, is not known.
    """

    __table__ = schema.LOT

    id: Mapped[int]
    item_id: Mapped[int]
    product_id: Mapped[int | None]
    event_id: Mapped[int | None]
    run_id: Mapped[int | None]
    amount: Mapped[int]
    left: Mapped[int]
    paid: Mapped[int]
    cost_left: Mapped[int]
    priced: Mapped[bool]
    received: Mapped[date]
    expires: Mapped[date | None]
    store: Mapped[str | None]


class StockMove(Base):
    """A signed amount and cost in or out of one lot, written by one change."""

    __table__ = schema.STOCK_MOVE

    id: Mapped[int]
    lot_id: Mapped[int]
    change_id: Mapped[int]
    run_id: Mapped[int | None]
    reason: Mapped[str]
    amount: Mapped[int]
    cost: Mapped[int]
    event_id: Mapped[int | None]
    recipient: Mapped[str | None]
    note: Mapped[str | None]

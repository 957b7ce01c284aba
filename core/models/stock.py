"""The stock ledger: lots and the moves that add up to what is left of them.

Amounts are integers in micro-units (10^-6 of the stock unit) and costs in micro-money
(domain.md §2). Rows are only ever added; `left` and `cost_left` are the running sums of a lot's
moves.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base, one_of, partial_index

REASONS = ("received", "made", "used", "counted", "discarded", "delivered")


class Lot(Base):
    """An amount received or made together: one cost, one date, one expiry, one origin.

    `event_id` is the event it is kept for. `priced` is false where the cost, or a part of what
    it was made from, is not known.
    """

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("amount > 0 AND amount <= 1000000000000000", name="amount"),
        CheckConstraint('"left" >= 0 AND "left" <= amount', name="left_within_amount"),
        CheckConstraint("paid >= 0", name="paid_not_negative"),
        CheckConstraint("cost_left >= 0 AND cost_left <= paid", name="cost_left_within_paid"),
        partial_index(
            "ix_lot_on_hand", "item_id", "event_id", "expires", "left", where='"left" > 0'
        ),
        Index("ix_lot_item_id_received", "item_id", "received", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    left: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger, default=0)
    cost_left: Mapped[int] = mapped_column(BigInteger, default=0)
    priced: Mapped[bool] = mapped_column(default=True)
    received: Mapped[date]
    expires: Mapped[date | None]
    store: Mapped[str | None]


class StockMove(Base):
    """A signed amount and cost in or out of one lot, written by one change."""

    __tablename__ = "stock_move"
    __table_args__ = (
        one_of("reason", *REASONS),
        CheckConstraint("amount <> 0 OR cost <> 0", name="moves_something"),
        partial_index("ix_stock_move_delivered", "event_id", where="reason = 'delivered'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)
    reason: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[int] = mapped_column(BigInteger, default=0)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    recipient: Mapped[str | None]
    note: Mapped[str | None]

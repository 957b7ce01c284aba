"""Reading an explanation, each number said as people say it."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from core.services import saying
from core.services.planning import plan_service
from core.services.planning.telling import Told, tell


def read_why(event_id: int, item_id: int, session: Session) -> Told:
    """Return why an event needs what it needs of an item."""
    reason = plan_service.explain_purchase(event_id, item_id, session=session)
    return tell(reason, item_id, saying.amounts(session))


def read_feeds(item_id: int, lot_id: int | None, session: Session) -> Told:
    """Return where a lot, or else all that is needed of an item, goes."""
    if lot_id is None:
        reason = plan_service.explain_feeds(item_id, session=session)
    else:
        reason = plan_service.explain_feeds(lot_id=lot_id, session=session)
    return tell(reason, item_id, saying.amounts(session))


def read_contention(item_id: int, session: Session) -> list[Told]:
    """Return who gets what of an item that several open events want; nothing of another one."""
    contended = plan_service.contention(moves=False, session=session)
    item = next((each for each in contended if each.item_id == item_id), None)
    if item is None:
        return []
    say = saying.amounts(session)

    def amount(value: Decimal | None) -> str:
        return say.amount(item_id, value)

    shares = []
    for share in item.events:
        gets = [] if share.short == 0 else [f"short {amount(share.short)}"]
        if share.from_stock != 0:
            gets.append(f"{amount(share.from_stock)} from stock")
        if share.carried:
            gets.append(f"{amount(share.carried)} from batches of an earlier one")
        label = f"{share.event_name}, {share.date.isoformat()}"
        note = " · ".join(gets)
        need = amount(share.need)
        shares.append(Told(need, label, (), ("item", item_id), note, share.event_id))
    label = f"in stock, wanted by {len(shares)} events"
    return [Told(amount(item.stock), label, tuple(shares), ("item", item_id), item.ends)]

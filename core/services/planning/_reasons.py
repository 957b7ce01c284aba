"""What the ledger and the products add to the plan's reasons: losses, packs and lots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.clock import today
from core.money import from_micro as from_micro_money
from core.planning.feeds import LotShare
from core.planning.packs import choose
from core.planning.why import Reason
from core.schema import EVENT, LOT, OPEN, RUN, RUN_OUTPUT
from core.services import saying
from core.services._kitchen import EventPlan
from core.services._reading import rows_of, something_left
from core.services._settings import store_trip_cost
from core.services.planning._shopping import Bought, cover_of, covers_of
from core.units import from_micro


class UsableLot(LotShare, frozen=True, kw_only=True):
    """What is left of a lot, with what that cost in micro-money.

    `maker_id` is the event whose run made it.
    """

    cost: int
    priced: bool
    maker_id: int | None


def losses(session: Session, event_id: int) -> dict[int, str]:
    """Say, by item, what an event's runs lost and why: it has to be made again."""
    query = (
        select(RUN_OUTPUT.c.item_id, RUN_OUTPUT.c.reason, func.sum(RUN_OUTPUT.c.lost))
        .select_from(RUN_OUTPUT)
        .join(RUN, RUN.c.id == RUN_OUTPUT.c.run_id)
        .where(RUN.c.event_id == event_id, RUN.c.undone.is_(False), RUN_OUTPUT.c.lost > 0)
        .group_by(RUN_OUTPUT.c.item_id, RUN_OUTPUT.c.reason)
        .order_by(RUN_OUTPUT.c.item_id, RUN_OUTPUT.c.reason)
    )
    rows = rows_of(session, query)
    if not rows:
        return {}
    say = saying.amounts(session)
    told: dict[int, list[str]] = defaultdict(list)
    for item_id, reason, lost in rows:
        told[item_id].append(f"{say.amount(item_id, from_micro(int(lost)))} {reason}")
    return {item_id: f"lost so far: {', '.join(parts)}" for item_id, parts in told.items()}


def in_packs(
    session: Session, found: EventPlan, item_id: int, reason: Reason, strategy: str
) -> Reason:
    """Put what is to be bought into packs: they are what is missing and what is left over."""
    if reason.kind != "buy" or not reason.amount:
        return reason
    bought = cover_of(session, found, item_id, strategy)
    if bought is None:
        return reason
    parts = [reason]
    over = bought.amount - reason.amount
    if over:
        parts.append(Reason("packs-rest", "left over: it is sold in packs", over, reason.unit))
    return Reason(
        "packs",
        f"{bought.label} of {reason.label}",
        bought.amount,
        reason.unit,
        tuple(parts),
        about=reason.about,
        note=_trip_saved(session, found, bought, strategy),
    )


def _trip_saved(session: Session, found: EventPlan, bought: Bought, strategy: str) -> str:
    """Say which trip dearer packs save, where packs are chosen with what trips cost."""
    trip_cost = store_trip_cost(session)
    offers = [product.offer for product in bought.products.values()]
    alone = choose(bought.net, offers, strategy) if trip_cost else None
    if alone is None or alone.cost is None or alone.cost >= (bought.cost or 0):
        return ""
    lines = covers_of(session, found, strategy).values()
    gone_to = {store for line in lines for store in line.stores}
    stores = {bought.products[key].offer.store for key, _ in alone.packs}
    saved = sorted(store for store in stores if store is not None and store not in gone_to)
    if not saved:
        return ""
    say = saying.amounts(session)
    more = say.money(from_micro_money((bought.cost or 0) - alone.cost))
    return (
        f"{more} dearer than without trips in mind, but saves going to {' and '.join(saved)}, "
        f"{say.money(from_micro_money(trip_cost * len(saved)))}"
    )


def usable_lots(session: Session, item_ids: Iterable[int]) -> dict[int, list[UsableLot]]:
    """Return what is left of items' lots that have not expired, first to be used first."""
    query = (
        select(
            LOT.c.id,
            LOT.c.item_id,
            LOT.c.left,
            LOT.c.expires,
            LOT.c.received,
            LOT.c.event_id,
            EVENT.c.status,
            LOT.c.cost_left,
            LOT.c.priced,
            RUN.c.event_id.label("maker_id"),
        )
        .select_from(LOT)
        .outerjoin(EVENT, EVENT.c.id == LOT.c.event_id)
        .outerjoin(RUN, RUN.c.id == LOT.c.run_id)
        .where(
            something_left(
                LOT.c.item_id.in_(list(item_ids)),
                or_(LOT.c.expires.is_(None), LOT.c.expires >= today()),
            )
        )
    )
    rows = sorted(
        rows_of(session, query), key=lambda row: (row.expires or date.max, row.received, row.id)
    )
    found: dict[int, list[UsableLot]] = defaultdict(list)
    for row in rows:
        lot = UsableLot(
            row.id,
            row.left,
            row.event_id if row.status in OPEN else None,
            cost=row.cost_left,
            priced=row.priced,
            maker_id=row.maker_id,
        )
        found[row.item_id].append(lot)
    return found

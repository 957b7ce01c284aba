"""Drawing items from stock for a run, a delivery or a discard (domain.md §4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from fractions import Fraction

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import today
from core.errors import LotNotFound, Missing, RuleBroken, Shortage
from core.models import Change, Event, Lot
from core.schema import OPEN
from core.services import saying
from core.services._kitchen import planned
from core.services._ledger import ROUNDING, LotNow, Taken, Use, lot_now, lots_on_hand, take_all
from core.services._rows import fresh
from core.units import from_micro


class Purpose(Struct, frozen=True):
    """What is drawn for. From lots kept for other events only `borrow` takes what they need.

    `day` is when it is drawn, by default today. `lots` are the ids of lots that come first, also
    expired ones.
    """

    reason: str
    event_id: int | None = None
    run_id: int | None = None
    recipient: str | None = None
    note: str | None = None
    borrow: bool = False
    day: date | None = None
    lots: tuple[int, ...] = ()

    def rank(self, lot: LotNow) -> tuple[int, bool]:
        """Tell how soon a lot is used: named ones in order, the event's own, then the rest."""
        named = self.lots.index(lot.id) if lot.id in self.lots else len(self.lots)
        return named, self.event_id is None or lot.event_id != self.event_id


class Source(Struct, frozen=True):
    """The lots one item may be drawn from, in order, each with the amount that is allowed."""

    lots: tuple[tuple[LotNow, int], ...]
    available: int
    kept_back: int

    def with_lot(self, lot: LotNow) -> Source:
        """Return the source with one more lot, which is free for all, as the last to draw from."""
        return Source((*self.lots, (lot, lot.left)), self.available + lot.left, self.kept_back)


def sources(session: Session, item_ids: list[int], purpose: Purpose) -> dict[int, Source]:
    """Return where items may be drawn from: named lots first, the event's own, then the others.

    A lot kept for another open event allows only what that event does not need.
    """
    on_hand = lots_on_hand(session, item_ids, purpose.day, purpose.lots)
    owners = {lot.event_id for lots in on_hand.values() for lot in lots} - {None, purpose.event_id}
    others = set(
        session.scalars(select(Event.id).where(Event.id.in_(owners), Event.status.in_(OPEN)))
        if owners
        else ()
    )
    found = {}
    for item_id, lots in on_hand.items():
        lots.sort(key=purpose.rank)
        needed = _needed_by(session, item_id, {lot.event_id for lot in lots} & others)
        allowed: list[tuple[LotNow, int]] = []
        kept_back = 0
        # The last lots to be used are the ones held back for the event that keeps them.
        spare = {
            event_id: sum(lot.left for lot in lots if lot.event_id == event_id) - need
            for event_id, need in needed.items()
        }
        for lot in lots:
            part = lot.left
            if lot.event_id in spare and not purpose.borrow:
                part = max(0, min(lot.left, spare[lot.event_id]))
                spare[lot.event_id] -= part
                kept_back += lot.left - part
            if part:
                allowed.append((lot, part))
        found[item_id] = Source(tuple(allowed), sum(part for _, part in allowed), kept_back)
    return found


def _needed_by(session: Session, item_id: int, events: set[int | None]) -> dict[int | None, int]:
    """Return, in micro-units, how much of its kept lots each event needs (domain.md §3.2)."""
    if not events:
        return {}
    plan = planned(session)
    item = plan.items.get(item_id)
    needed: dict[int | None, int] = {}
    for event_id in events:
        place = plan.index[event_id or 0]
        if item is None:
            needed[event_id] = 0
        elif place in item.unsure:
            needed[event_id] = plan.kitchen.kept[item_id].get(event_id or 0, 0)
        else:
            kept = Fraction(item.kept.get(place, 0), item.scale)
            needed[event_id] = int(kept * 1_000_000)
    return needed


def check_lots(session: Session, lots: Iterable[int], used: Collection[int]) -> None:
    """Refuse named lots that do not exist, are used up, or are of an item that is not used."""
    for lot_id in lots:
        lot = lot_now(session, lot_id)
        if lot is None:
            raise LotNotFound(lot_id)
        if lot.item_id not in used:
            name = saying.amounts(session).name(lot.item_id)
            raise RuleBroken(f"Lot L{lot.id} is {name}, of which nothing is used here.")
        if not lot.left:
            raise RuleBroken(f"Nothing is left of lot L{lot.id}.")


def missing_from(
    found: Mapping[int, Source], wanted: Mapping[int, int]
) -> dict[int, tuple[int, int]]:
    """Return (wanted, available) of what is short by more than ledger rounding."""
    return {
        item_id: (amount, found[item_id].available)
        for item_id, amount in wanted.items()
        if amount - found[item_id].available >= ROUNDING
        or (found[item_id].available == 0 and amount > 0)
    }


def shortage(
    session: Session,
    missing: Mapping[int, tuple[int, int]],
    found: Mapping[int, Source],
    purpose: Purpose,
) -> Shortage:
    """Return the error that names every missing item, and what else there is of it."""
    say = saying.amounts(session)
    rows = [
        Missing(
            item_id,
            say.name(item_id),
            say.amount(item_id, from_micro(wanted)),
            say.amount(item_id, from_micro(available)),
        )
        for item_id, (wanted, available) in missing.items()
    ]
    kept = [
        f"{say.amount(item_id, from_micro(found[item_id].kept_back))} {say.name(item_id)} more "
        "is kept for another event; borrow it to use it anyway."
        for item_id in missing
        if found[item_id].kept_back
    ]
    expired = _expired(session, missing, purpose, say) if purpose.reason == "used" else []
    return Shortage(rows, " ".join([*kept, *expired]))


def _expired(
    session: Session, missing: Collection[int], purpose: Purpose, say: saying.Say
) -> list[str]:
    """Return a sentence for each lot of missing items that would have to be named."""
    query = (
        select(Lot)
        .where(
            Lot.item_id.in_(missing),
            Lot.left > 0,
            Lot.expires < (purpose.day or today()),
            Lot.id.not_in(purpose.lots),
        )
        .order_by(Lot.expires, Lot.id)
    )
    return [
        f"Lot L{lot.id}, {say.amount(lot.item_id, from_micro(lot.left))} "
        f"{say.name(lot.item_id)}, expired on {lot.expires}; name it to use it anyway."
        for lot in session.scalars(fresh(query))
    ]


def draw(
    session: Session,
    change: Change,
    wanted: Mapping[int, int],
    purpose: Purpose,
    found: Mapping[int, Source] | None = None,
) -> dict[int, Taken]:
    """Take amounts (micro-units, by item) out of stock. Raises `Shortage`, nothing taken.

    `found` is where they may be drawn from, if the caller has looked.
    """
    if found is None:
        found = sources(session, list(wanted), purpose)
    missing = missing_from(found, wanted)
    if missing:
        raise shortage(session, missing, found, purpose)
    use = Use(
        purpose.reason,
        run_id=purpose.run_id,
        event_id=purpose.event_id if purpose.reason == "delivered" else None,
        recipient=purpose.recipient,
        note=purpose.note,
    )
    parts = {item_id: (found[item_id].lots, amount) for item_id, amount in wanted.items() if amount}
    return take_all(session, change, parts, use)

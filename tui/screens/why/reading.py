"""Reading an explanation, each number said as people say it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from msgspec import Struct
from sqlalchemy.orm import Session

from bakehouse.plugin import Ref
from core.services import saying
from core.services.planning import plan_service
from core.services.planning.plan_service import Reason
from core.services.saying import Say

BATCH = "batch"
MOST_LINES = 1000
VERBS = {"buy": "to buy", "make": "to make", "assemble": "to assemble", "always": "always there"}


class Line(Struct, frozen=True):
    """One line of the tree: an amount, what it is, how it comes about, and what it is made of.

    `about` is what the line stands for, to go there; `event_id` the event of an event line.
    """

    amount: str
    label: str
    note: str = ""
    inner: tuple[Line, ...] = ()
    about: Ref | None = None
    event_id: int | None = None


def read_why(event_id: int, item_id: int, session: Session) -> Line:
    """Return why an event needs what it needs of an item."""
    say = saying.amounts(session)
    reason = plan_service.explain_purchase(event_id, item_id, session=session)
    return _Telling(say).line(reason, item_id)


def read_feeds(item_id: int, lot_id: int | None, session: Session) -> Line:
    """Return where a lot, or else all that is needed of an item, goes."""
    say = saying.amounts(session)
    if lot_id is None:
        reason = plan_service.explain_feeds(item_id, session=session)
    else:
        reason = plan_service.explain_feeds(lot_id=lot_id, session=session)
    return _Telling(say).line(reason, item_id)


def read_contention(item_id: int, session: Session) -> list[Line]:
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
        note, about = " · ".join(gets), Ref("item", item_id)
        shares.append(Line(amount(share.need), label, note, (), about, share.event_id))
    ends = f"runs out at {item.runs_out_at}" if item.runs_out_at else "enough for all of them"
    label = f"in stock, wanted by {len(shares)} events"
    return [Line(amount(item.stock), label, ends, tuple(shares), Ref("item", item_id))]


class _Telling:
    """Tells reasons as lines, as long as a person could read on."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._left = MOST_LINES

    def line(self, reason: Reason, item_id: int) -> Line:
        """Return a reason and all below it; amounts are those of `item_id` unless it says so."""
        self._left -= 1
        item_id = _item_of(reason, item_id)
        below = [*reason.parts, *([] if reason.source is None else [reason.source])]
        inner = [self.line(each, item_id) for each in below if self._left > 0]
        if len(inner) < len(below):
            inner.append(Line("…", "and more"))
        amount = _amount(reason.amount, reason.unit, item_id, self._say)
        notes = filter(None, (_sum(reason, item_id, self._say), reason.note))
        return Line(
            amount,
            _label(reason),
            " · ".join(notes),
            tuple(inner),
            _about(reason, item_id),
            reason.about[1] if reason.about is not None and reason.about[0] == "event" else None,
        )


def _about(reason: Reason, item_id: int) -> Ref:
    """Return what a line stands for: an event line for its item, a part for what it is part of."""
    for each in (reason, reason.source):
        if each is None or each.about is None:
            continue
        kind, key = each.about
        if kind == "recipe":
            return Ref("recipe", key)
        if kind == "lot":
            return Ref("lot", key)
        if kind == "item":
            return Ref("item", key)
    return Ref("item", item_id)


def _label(reason: Reason) -> str:
    if reason.kind == "packs":
        return f"in {reason.label}"
    if reason.kind in VERBS:
        return f"{reason.label} {VERBS[reason.kind]}"
    if reason.kind == "more":
        return f"{reason.label} more than needed"
    if reason.kind == "need":
        return f"{reason.label} needed"
    if reason.kind in ("bundle", "recipe"):
        return f"for {reason.label}"
    if reason.kind == "batches":
        return f"of {reason.label}"
    if reason.kind == "output":
        return f"for {reason.label}"
    return reason.label


def _sum(reason: Reason, item_id: int, say: Say) -> str:
    if reason.factor is None or reason.source is None:
        return ""
    times = _amount(reason.source.amount, reason.source.unit, _item_of(reason.source, item_id), say)
    if reason.unit == BATCH:
        return f"= {times} ÷ {_plain(1 / reason.factor)} a batch" if reason.factor else ""
    each = _amount(reason.factor, reason.unit, item_id, say)
    return f"= {times} × {each}"


def _item_of(reason: Reason, item_id: int) -> int:
    about = reason.about
    return about[1] if about is not None and about[0] == "item" else item_id


def _amount(value: Fraction | None, unit: str, item_id: int, say: Say) -> str:
    if unit == BATCH:
        return say.batches(None) if value is None else say.of_batches(value)
    sign = "−" if value is not None and value < 0 else ""
    return sign + say.amount(item_id, None if value is None else abs(value))


def _plain(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):.4g}"

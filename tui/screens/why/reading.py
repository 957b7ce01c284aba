"""Reading an explanation, each number said as people say it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from core.services import saying
from core.services.planning import plan_service
from core.services.planning.plan_service import Reason
from core.services.saying import Say

BATCH = "batch"
VERBS = {"buy": "to buy", "make": "to make", "assemble": "to assemble", "always": "always there"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tree: an amount, what it is, how it comes about, and what it is made of."""

    amount: str
    label: str
    note: str = ""
    inner: tuple[Line, ...] = ()


def read_why(event_id: int, item_id: int, session: Session) -> Line:
    """Return why an event needs what it needs of an item."""
    say = saying.amounts(session)
    reason = plan_service.explain(event_id, item_id, session=session)
    return _line(reason, item_id, say)


def _line(reason: Reason, item_id: int, say: Say) -> Line:
    if reason.about is not None and reason.about[0] == "item":
        item_id = reason.about[1]
    inner = [_line(part, item_id, say) for part in reason.parts]
    if reason.source is not None:
        inner.append(_line(reason.source, item_id, say))
    amount = _amount(reason.amount, reason.unit, item_id, say)
    return Line(amount, _label(reason), _note(reason, item_id, say), tuple(inner))


def _label(reason: Reason) -> str:
    if reason.kind in VERBS:
        return f"{reason.label} {VERBS[reason.kind]}"
    if reason.kind == "need":
        return f"{reason.label} needed"
    if reason.kind in ("bundle", "recipe"):
        return f"for {reason.label}"
    if reason.kind == "batches":
        return f"batches of {reason.label}"
    if reason.kind == "output":
        return f"for {reason.label}"
    return reason.label


def _note(reason: Reason, item_id: int, say: Say) -> str:
    if reason.factor is None or reason.source is None:
        return ""
    times = _amount(reason.source.amount, reason.source.unit, _item_of(reason.source, item_id), say)
    if reason.kind == "output":
        return f"= {times} ÷ {_plain(1 / reason.factor)} a batch"
    each = _amount(reason.factor, reason.unit, item_id, say)
    return f"= {times} × {each}"


def _item_of(reason: Reason, item_id: int) -> int:
    about = reason.about
    return about[1] if about is not None and about[0] == "item" else item_id


def _amount(value: Fraction | None, unit: str, item_id: int, say: Say) -> str:
    if unit == BATCH:
        said = say.batches(value)
        return said if value is None else f"{said} batch{'' if value == 1 else 'es'}"
    sign = "−" if value is not None and value < 0 else ""
    return sign + say.amount(item_id, None if value is None else abs(value))


def _plain(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):.4g}"

"""What somebody has counted: how much that is, and bringing in what was found."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy.orm import Session

from core.clock import today
from core.errors import RuleBroken
from core.models import Change, Item
from core.services._ledger import LotNow, Origin, add_lot, move
from core.services._prices import last_unit_cost
from core.services._products import pack_named
from core.services._writing import known_amount, use_unit
from core.units import Entered, dimension, from_micro, parse_amount


def counted_amount(session: Session, item: Item, given: Entered, lots: list[LotNow]) -> Fraction:
    """Return what was counted, in stock units: an amount, packs, or a percentage left."""
    if isinstance(given, str) and given.strip().endswith("%"):
        percent = parse_amount(given.strip()[:-1], allow_zero=True)
        if percent.unit is not None or percent.value > 100:
            raise RuleBroken(f"'{given}' is no percentage from 0% to 100%.")
        if not lots:
            raise RuleBroken(f"There is no {item.name} to count a percentage of.")
        return from_micro(sum(lot.amount for lot in lots)) * percent.value / 100
    amount = parse_amount(given, allow_zero=True)
    product = pack_named(session, item, amount.unit)
    if product is not None:
        factor = use_unit(session, item, product.unit)
        if factor is not None:
            return amount.value * product.amount * factor
    return known_amount(session, item, amount, allow_zero=True)


def weighed(item: Item, given: Entered) -> str:
    """Return what was typed where pieces were weighed: their number is worked out from it."""
    if item.unit != "each" or not isinstance(given, str) or "%" in given:
        return ""
    kind = dimension(parse_amount(given, allow_zero=True).unit)
    return f" ({given.strip()})" if kind in ("mass", "volume") else ""


def count_in(session: Session, change: Change, item: Item, surplus: int, own: list[LotNow]) -> None:
    """Bring in what was found: back into its own lot as far as it fits, else as a new lot."""
    for lot in own:
        back = min(surplus, lot.amount - lot.left)
        if back < surplus:
            raise RuleBroken(f"Lot L{lot.id} never held that much. Count the item instead.")
        cost = min(lot.paid - lot.cost_left, round(Fraction(lot.paid * back, lot.amount)))
        move(session, change, lot, back, cost, "counted")
        return
    known = last_unit_cost(session, item.id)
    paid = None if known is None else known.booked(surplus)
    add_lot(session, change, item.id, surplus, paid, Origin(today()), "counted")

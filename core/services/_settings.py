"""Settings of the kitchen, as the services read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.errors import AmountError, UnreadableAmount
from core.money import SYMBOLS, parse_money
from core.money import to_micro as micro_money
from core.schema import EVENT_LINE, LOT, PRODUCT, SETTING
from core.services._reading import rows_of, value_of
from core.services._rules import WITHDRAWN
from core.session import remembered
from core.units import Amount, exact, parse_amount

STORE_TRIP_COST = "store_trip_cost"
CURRENCY = "currency"
"""Of all prices of the kitchen; it is not exchanged while there are any."""
HANDS_HOURS = "hands_hours"
OVEN_HOURS = "oven_hours"


def setting(session: Session, key: str) -> str | None:
    """Return a setting as text, or None where it is not set."""
    return settings(session).get(key)


def settings(session: Session) -> dict[str, str]:
    """Return all settings that are set."""
    return remembered(session, "settings", lambda: _read(session), of=("setting",))


def _read(session: Session) -> dict[str, str]:
    return dict(rows_of(session, select(SETTING.c.key, SETTING.c.value)))


def has_prices(session: Session) -> bool:
    """Tell whether anything in the kitchen has a price, in whatever currency it is."""
    product = exists().where(PRODUCT.c.price.is_not(None), PRODUCT.c.slug.not_like(f"{WITHDRAWN}%"))
    stock = exists().where(LOT.c.cost_left > 0)
    return bool(
        value_of(session, select(product | stock | exists().where(EVENT_LINE.c.price.is_not(None))))
    )


def store_trip_cost(session: Session) -> int:
    """Return what every store after the first costs, in micro-money; 0 where it is not set."""
    told = setting(session, STORE_TRIP_COST)
    return 0 if told is None else micro_money(parse_money(told))


def hours(session: Session, key: str) -> Fraction | None:
    """Return the hours that a setting gives, or None where it is not set."""
    told = setting(session, key)
    return None if told is None else parse_amount(told).value


def _hours(text: str) -> str:
    amount = parse_amount(text)
    if amount.unit not in (None, "h", "hour"):
        raise AmountError(text, "it must be a number of hours, as 7 1/2")
    return exact(Amount(amount.value, None))


def _currency(text: str) -> str:
    signs = {sign: code for code, sign in SYMBOLS.items()}
    code = signs.get(text.strip(), text.strip().upper())
    if not re.fullmatch("[A-Z]{3}", code):
        raise UnreadableAmount(text, "a currency has three letters, as EUR")
    return code


READ: Mapping[str, Callable[[str], str]] = {
    CURRENCY: _currency,
    STORE_TRIP_COST: lambda text: str(parse_money(text)),
    HANDS_HOURS: _hours,
    OVEN_HOURS: _hours,
}
"""How the value of each setting is read: as it is kept, or an error that says what is wrong."""

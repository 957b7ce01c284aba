"""Money: a `Decimal` of the kitchen's currency at the border, integer micro-money in the ledger.

No binary float enters or leaves, and what is split always adds up (`domain.md` §2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.errors import AmountError, UnreadableAmount
from core.units import LIMIT, MICRO, UNKNOWN, decimal_fraction, read_number

SYMBOLS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}

_SIGNS = "".join(SYMBOLS.values())
_CURRENCY = rf"[A-Z]{{0,3}}[{_SIGNS}]|[A-Z]{{3}}"
_PRICE = (rf"(?P<before>{_CURRENCY})?\s*(?P<number>[^A-Za-z{_SIGNS}]*?)\s*"
                    rf"(?P<after>{_CURRENCY})?")  # fmt: skip
_EXAMPLE = "Type a price such as 12.00."
_MAX_TEXT = 60


def parse_money(given: str | int | Decimal) -> Decimal:
    """Read a price: "12", "$12.00", "12,50 €", "CHF 3"; the result has its normal form.

    Raises `AmountError` for what is no price, is ambiguous ("1,000", "$1.234"), negative, above
    10^9 or finer than a millionth; `TypeError` for floats. A currency mark is read past.
    """
    if isinstance(given, str):
        value = _read_price(given)
    elif isinstance(given, Decimal):
        value = decimal_fraction(given)
    elif isinstance(given, int) and not isinstance(given, bool):
        value = Fraction(given)
    else:
        raise TypeError(f"money is text, int or Decimal, not {type(given).__name__}")
    shown = given if not isinstance(given, int) or abs(given) < 10**18 else "a very large number"
    if value < 0:
        raise AmountError(shown, "a price is not less than zero")
    if MICRO % value.denominator:
        raise AmountError(shown, "a price has at most 6 decimals")
    return from_micro(_micro(value, shown))


def to_micro(money: Decimal) -> int:
    """Round money half-even to the ledger's micro-money; beyond 10^9: `AmountError`."""
    if not isinstance(money, Decimal):
        raise TypeError(f"money is a Decimal, not {type(money).__name__}")
    return _micro(decimal_fraction(money), money)


def from_micro(micro: int) -> Decimal:
    """Return micro-money in normal form: at least 2 decimals, no more zeros, no exponent."""
    whole, rest = divmod(abs(micro), MICRO)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return Decimal(f"{'-' if micro < 0 else ''}{whole}.{decimals}")


def share(cost_left: int, take: int, left: int) -> int:
    """Return the cost of taking `take` of the `left` micro-units of a lot, in micro-money.

    Rounds half-even. Whoever takes the rest pays the rest, so the parts add up to what was paid.
    """
    if not 0 <= take <= left:
        raise ValueError(f"cannot take {take} of {left}")
    return cost_left if take == left else round(Fraction(cost_left * take, left))


def split(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Split micro-money in proportion to the weights, by largest remainder; ties go to the first.

    The parts add up to `total`. `ValueError`: a negative weight, or something to split on none.
    """
    whole = sum(weights, Fraction(0))
    if any(weight < 0 for weight in weights) or (total and not whole):
        raise ValueError("weights are not negative, and one is above zero")
    if not total:
        return [0] * len(weights)
    quotas = [abs(total) * Fraction(weight) / whole for weight in weights]
    parts = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(parts)), key=lambda at: parts[at] - quotas[at])
    for at in by_remainder[: abs(total) - sum(parts)]:
        parts[at] += 1
    return parts if total > 0 else [-part for part in parts]


def say_money(money: Decimal | None, currency: str = "USD") -> str:
    """Say money in cents, rounded half up: "$12.00", "CHF 3.00"; None is "unknown".

    What is less than half a cent is said as "<$0.01", never as nothing.
    """
    if money is None:
        return UNKNOWN
    value = decimal_fraction(money)
    mark = SYMBOLS.get(currency) or f"{currency} "
    cents = int(abs(value) * 100 + Fraction(1, 2))
    if not cents and value:
        return f"<{mark}0.01" if value > 0 else f">-{mark}0.01"
    return f"{'-' if value < 0 else ''}{mark}{cents // 100}.{cents % 100:02}"


def _read_price(text: str) -> Fraction:
    stripped = text.strip()
    match = re.fullmatch(_PRICE, stripped) if len(text) <= _MAX_TEXT else None
    if match is None or (match["before"] and match["after"]) or "/" in stripped:
        raise UnreadableAmount(text, "this is no price", _EXAMPLE)
    number = match["number"]
    marked = match["before"] or match["after"]
    if marked and re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", number):
        whole = number.replace(".", "")
        fix = f"Type {whole} if the point groups thousands, {number}0 if it marks decimals."
        raise AmountError(text, "the point is ambiguous", fix)
    return read_number(number, text, _EXAMPLE)


def _micro(value: Fraction, shown: object) -> int:
    if abs(value) > LIMIT:
        raise AmountError(shown, "money above 10^9 is refused")
    return round(value * MICRO)

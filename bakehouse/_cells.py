"""What stands in one cell of a table, and the numbers that can be said at all.

`bakehouse.plugin` makes all of it public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias, TypeVar

from bakehouse._checking import kind_of, plain_text, put_texts

MOST_DIGITS: Final = 60
"""Digits before or after the point of a number; with more of them it is no number of a kitchen."""

_MOST = 10**MOST_DIGITS
_NUMBERS = frozenset((int, Decimal, Fraction))

Exact = TypeVar("Exact", bound=Decimal | int | Fraction)

Number: TypeAlias = Decimal | int | Fraction | None
"""One value of a chart; None is unknown."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount to sort by and how people say it.

    `value` is in the item's stock unit, or a number of batches or pieces; None is unknown.
    """

    value: Decimal | None
    said: str

    def __post_init__(self) -> None:
        _check_value(self, "Amount")


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in the kitchen's currency to sort by and how people say it; None is unknown."""

    value: Decimal | None
    said: str

    def __post_init__(self) -> None:
        _check_value(self, "Money")


Cell: TypeAlias = str | int | Decimal | date | Amount | Money | None
"""What stands in one cell. None is shown as "unknown"; an empty text as nothing."""

_AS_THEY_ARE = frozenset((date, Amount, Money, type(None)))


def checked_cell(cell: object) -> Cell:
    """Return a cell as the plain type it is of; another class's own ways stay with the plugin.

    Raises:
        TypeError: It is no cell.
        ValueError: It is a number, or a text, that nobody could read.
    """
    kind = type(cell)
    if kind in _AS_THEY_ARE:
        return cell  # type: ignore[return-value]
    if isinstance(cell, str):
        return cell if kind is str and cell.isascii() else plain_text(cell)
    if isinstance(cell, Amount | Money):
        return cell
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return plain_number(cell)
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return date.fromordinal(date.toordinal(cell))
    raise TypeError(
        "a cell is a text, a whole number, a Decimal, a date, an Amount, Money or None, "
        f"not {kind_of(cell)}"
    )


def plain_number(number: Exact) -> Exact:
    """Return a number as a plain one.

    Raises:
        ValueError: It is an infinity, no number, or of more digits than anybody reads.
    """
    plain: Decimal | int | Fraction = number
    if type(number) not in _NUMBERS:
        if isinstance(number, Decimal):
            plain = Decimal(number)
        elif isinstance(number, int):
            plain = int.__int__(number)
        else:
            plain = Fraction(*Fraction.as_integer_ratio(number))
    if isinstance(plain, Decimal):
        if not plain.is_finite():
            raise ValueError(f"{plain} is no number that can be shown")
        if -MOST_DIGITS < plain.adjusted() < MOST_DIGITS:
            return plain  # type: ignore[return-value]
    elif -_MOST < plain < _MOST:
        return plain  # type: ignore[return-value]
    raise ValueError(f"a number has at most {MOST_DIGITS} digits")


def _check_value(cell: Amount | Money, what: str) -> None:
    value = cell.value
    if value is not None:
        if not isinstance(value, Decimal):
            raise TypeError(f"{what}: value must be a Decimal or None, not {kind_of(value)}")
        try:
            plain = plain_number(value)
        except ValueError as error:
            raise ValueError(f"{what}: {error}") from None
        if plain is not value:
            object.__setattr__(cell, "value", plain)
    put_texts(cell, what, "said")

"""What stands in one cell of a table, and the numbers that can be said at all.

`bakehouse.plugin` makes all of it public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from bakehouse._checking import MOST_SAID, check_texts, kind_of, plain_text

MOST_DIGITS: Final = 60
"""Digits before or after the point of a number; with more of them it is no number of a kitchen."""

_MOST = 10**MOST_DIGITS

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
        _check_value(self.value, self.said, "Amount")


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in the kitchen's currency to sort by and how people say it; None is unknown."""

    value: Decimal | None
    said: str

    def __post_init__(self) -> None:
        _check_value(self.value, self.said, "Money")


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
    if kind is str:
        if len(cell) > MOST_SAID:  # type: ignore[arg-type]
            raise ValueError(f"a cell has at most {MOST_SAID:,} characters")
        return cell  # type: ignore[return-value]
    if kind in _AS_THEY_ARE:
        return cell  # type: ignore[return-value]
    if kind is int or kind is Decimal:
        refuse_unreadable(cell)  # type: ignore[arg-type]
        return cell  # type: ignore[return-value]
    return _plain_cell(cell)


def _plain_cell(cell: object) -> Cell:
    if isinstance(cell, str):
        return checked_cell(plain_text(cell))
    if isinstance(cell, Amount | Money):
        return cell
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return date.fromordinal(date.toordinal(cell))
    number: int | Decimal
    if isinstance(cell, int) and not isinstance(cell, bool):
        number = int.__int__(cell)
    elif isinstance(cell, Decimal):
        number = Decimal(cell)
    else:
        raise TypeError(
            "a cell is a text, a whole number, a Decimal, a date, an Amount, Money or None, "
            f"not {kind_of(cell)}"
        )
    refuse_unreadable(number)
    return number


def refuse_unreadable(number: Decimal | int | Fraction) -> None:
    """Raise `ValueError` for an infinity, no number, and one of more digits than anybody reads."""
    if isinstance(number, Decimal):
        if not number.is_finite():
            raise ValueError(f"{number} is no number that can be shown")
        if -MOST_DIGITS < number.adjusted() < MOST_DIGITS:
            return
    elif -_MOST < number < _MOST:
        return
    raise ValueError(f"a number has at most {MOST_DIGITS} digits")


def _check_value(value: object, said: object, what: str) -> None:
    if value is not None:
        if not isinstance(value, Decimal):
            raise TypeError(f"{what}: value must be a Decimal or None, not {kind_of(value)}")
        try:
            refuse_unreadable(value)
        except ValueError as error:
            raise ValueError(f"{what}: {error}") from None
    if type(said) is not str or len(said) > MOST_SAID:
        check_texts(what, said=said)

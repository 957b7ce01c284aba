"""Days as people type them: "12 dec", "dec 12 2026", "12.12.", "fri", "+3", "today"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from core.errors import UnreadableArgument

EXAMPLES = "15 dec, fri or +3"
ADVICE = f"Write it as 2026-12-15, {EXAMPLES}."
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEAR = {"today": 0, "tomorrow": 1, "yesterday": -1}
LEAST_LETTERS = 3

_FROM_TODAY = r"([+-]\s?[0-9]{1,4})(?: ?d(?:ays?)?)?"
_DOTTED = r"([0-9]{1,2})\.\s?([0-9]{1,2})(?:\.\s?([0-9]{4}|[0-9]{2})?)?"
_SLASHED = r"([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}|[0-9]{2}))?"
_DAY_FIRST = r"([0-9]{1,2})(?:st|nd|rd|th|\.)? ?([a-z]{3,9})\.?,?(?: ([0-9]{4}))?"
_MONTH_FIRST = r"([a-z]{3,9})\.? ?([0-9]{1,2})(?:st|nd|rd|th|\.)?,?(?: ([0-9]{4}))?"


def parse_day(text: str, today: date, *, past: bool = False) -> date:
    """Return the day that is meant; without a year, or as a weekday, the next one.

    With `past` it is the last one: what was bought on "fri" was not bought next week. Raises
    `UnreadableArgument` for what is no day, or may be two.
    """
    typed = " ".join(text.casefold().split())
    try:
        found = _read(typed, today, past)
    except (ValueError, OverflowError):
        raise UnreadableArgument(
            f"'{text}' is no date: the calendar has no such day. {ADVICE}"
        ) from None
    if found is None:
        raise UnreadableArgument(f"'{text}' is no date. {ADVICE}")
    return found


def _read(typed: str, today: date, past: bool) -> date | None:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
        return date.fromisoformat(typed)
    if typed in NEAR:
        return today + timedelta(days=NEAR[typed])
    if found := re.fullmatch(_FROM_TODAY, typed):
        return today + timedelta(days=int(found[1].replace(" ", "")))
    if found := re.fullmatch(_DOTTED, typed):
        return _dated(int(found[1]), int(found[2]), found[3], today, past)
    if found := re.fullmatch(_SLASHED, typed):
        day, month = _from_slashes(typed, int(found[1]), int(found[2]))
        return _dated(day, month, found[3], today, past)
    return _named(typed, today, past)


def _named(typed: str, today: date, past: bool) -> date | None:
    weekday = _place(typed.rstrip("."), WEEKDAYS)
    if weekday is not None:
        ahead = (weekday - today.weekday()) % 7
        return today + timedelta(days=ahead - 7 * (past and ahead > 0))
    for pattern, day, month in ((_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1)):
        found = re.fullmatch(pattern, typed)
        place = None if found is None else _place(found[month], MONTHS)
        if found is not None and place is not None:
            return _dated(int(found[day]), place + 1, found[3], today, past)
    return None


def _place(word: str, names: Sequence[str]) -> int | None:
    """Return which name a word begins; three letters are enough."""
    if len(word) < LEAST_LETTERS:
        return None
    return next((n for n, name in enumerate(names) if name.startswith(word)), None)


def _from_slashes(typed: str, first: int, second: int) -> tuple[int, int]:
    """Return day and month. Raises `UnreadableArgument` where either may be meant."""
    if first <= 12 and second <= 12 and first != second:
        one, other = f"{first} {MONTHS[second - 1]}", f"{second} {MONTHS[first - 1]}"
        raise UnreadableArgument(
            f"'{typed}' may be {one.title()} or {other.title()}. {ADVICE}"
            if first and second
            else f"'{typed}' is no date. {ADVICE}"
        )
    return (first, second) if second <= 12 else (second, first)


def _dated(day: int, month: int, year: str | None, today: date, past: bool) -> date:
    if year is not None:
        return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    step = -1 if past else 1
    for distance in range(9):
        # A 29 February comes once in four years, or in eight.
        try:
            found = date(today.year + step * distance, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                raise
            continue
        if found <= today if past else found >= today:
            return found
    raise ValueError(f"no {day}.{month}. is near")

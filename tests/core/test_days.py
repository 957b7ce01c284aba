"""Days as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from core.days import parse_day
from core.errors import UnreadableArgument

TODAY = date(2026, 11, 22)
"""A Sunday."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-12-15", "2026-12-15"),
        ("12 dec", "2026-12-12"),
        ("12 Dec.", "2026-12-12"),
        ("dec 12", "2026-12-12"),
        ("December 12th, 2027", "2027-12-12"),
        ("12 dec 2026", "2026-12-12"),
        ("12dec", "2026-12-12"),
        ("12. december", "2026-12-12"),
        ("3 may", "2027-05-03"),
        ("22 nov", "2026-11-22"),
        ("21 nov", "2027-11-21"),
        ("29 feb", "2028-02-29"),
        ("12.12.", "2026-12-12"),
        ("1.2.", "2027-02-01"),
        ("1. 2. 2026", "2026-02-01"),
        ("12.12.26", "2026-12-12"),
        ("24/12", "2026-12-24"),
        ("12/24/2026", "2026-12-24"),
        ("12/12", "2026-12-12"),
        ("today", "2026-11-22"),
        ("Tomorrow", "2026-11-23"),
        ("yesterday", "2026-11-21"),
        ("+3", "2026-11-25"),
        ("+ 3 days", "2026-11-25"),
        ("-2", "2026-11-20"),
        ("fri", "2026-11-27"),
        ("Saturday", "2026-11-28"),
        ("sun", "2026-11-22"),
    ],
)
def test_a_day_is_read_as_it_is_typed(typed: str, meant: str) -> None:
    assert parse_day(typed, TODAY).isoformat() == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("fri", "2026-11-20"), ("sun", "2026-11-22"), ("21 nov", "2026-11-21"),
     ("12 dec", "2025-12-12"), ("24.12.", "2025-12-24"), ("29 feb", "2024-02-29"),
     ("12 dec 2026", "2026-12-12"), ("+3", "2026-11-25")],
)  # fmt: skip
def test_what_has_happened_is_meant_as_the_last_such_day(typed: str, meant: str) -> None:
    assert parse_day(typed, TODAY, past=True).isoformat() == meant


@pytest.mark.parametrize("typed", ["1/2/2026", "2/1", "03/04/26"])
def test_what_may_be_two_days_is_refused_with_both(typed: str) -> None:
    with pytest.raises(UnreadableArgument, match="may be .* or .*Write it as 2026-12-15"):
        parse_day(typed, TODAY)


@pytest.mark.parametrize("typed", ["30 feb", "2026-13-01", "31.11.", "45/46", "29 feb 2027"])
def test_what_is_not_in_the_calendar_is_told(typed: str) -> None:
    with pytest.raises(UnreadableArgument, match="no such day"):
        parse_day(typed, TODAY)


@pytest.mark.parametrize("typed", ["soon", "", "12", "de 12", "12 decembers", "1/0", "2026", "+"])
def test_what_is_no_day_is_told(typed: str) -> None:
    with pytest.raises(UnreadableArgument, match="is no date"):
        parse_day(typed, TODAY)


def test_no_number_of_days_breaks_the_calendar() -> None:
    for typed in ("-9999", "+9999", "1 jan 9999"):
        parse_day(typed, TODAY)
    with pytest.raises(UnreadableArgument, match="no such day"):
        parse_day("+9999", date(9999, 1, 1))

"""When an event comes again, and what it is called then."""

from __future__ import annotations

from datetime import date, timedelta


def a_year_on(day: date, today: date) -> date:
    """Return the same day a year later, or in the first year in which it is still to come."""
    year = max(day.year + 1, today.year)
    again = _in_year(day, year)
    return again if again >= today else _in_year(day, year + 1)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        # The 29th of February comes again on the 1st of March.
        return day.replace(year=year, day=28) + timedelta(days=1)


def renamed(name: str, was: date, now: date) -> str:
    """Return the name of an event that comes again: its year moved on, or put behind it."""
    if str(was.year) in name:
        return name.replace(str(was.year), str(now.year))
    return f"{name} {now.year}"

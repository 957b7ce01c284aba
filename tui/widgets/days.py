"""Saying how far away a day is."""

from __future__ import annotations

from datetime import date

from core import clock
from core.days import parse_day
from core.errors import UnreadableArgument


def days_left(day: date, today: date) -> str:
    """Say how many days are left until a day."""
    days = (day - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if days == -1:
        return "yesterday"
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def day_said(typed: str, *, past: bool = False) -> str:
    """Say which day is meant by what is typed; nothing where it is none, or says it itself."""
    today = clock.today()
    try:
        day = parse_day(typed, today, past=past)
    except UnreadableArgument:
        return ""
    if typed.strip() == day.isoformat():
        return ""
    return f"{day:%a} {day.isoformat()}, {days_left(day, today)}"

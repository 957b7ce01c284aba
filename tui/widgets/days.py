"""Saying how far away a day is."""

from __future__ import annotations

from datetime import date


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

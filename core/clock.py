"""The one clock of the kitchen, which tests, pictures and `BAKEHOUSE_TODAY` can set."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache

from core.errors import RuleBroken

_fixed: datetime | None = None


def now() -> datetime:
    """Return the local time to the second, on the day that `today` says."""
    if _fixed is not None:
        return _fixed
    moment = datetime.now().replace(microsecond=0)
    told = _told()
    if not told:
        return moment
    try:
        return datetime.combine(date.fromisoformat(told), moment.time())
    except ValueError:
        raise RuleBroken(
            f"BAKEHOUSE_TODAY is '{told}', which is no date. Write it as 2026-12-15."
        ) from None


def today() -> date:
    """Return the day the kitchen works on; `BAKEHOUSE_TODAY` overrides the calendar."""
    if _fixed is None and not _told():
        return date.today()
    return now().date()


@cache
def _told() -> str | None:
    """Return the day that the environment tells, the same for as long as the program runs."""
    return os.environ.get("BAKEHOUSE_TODAY")


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment`, for tests and pictures."""
    global _fixed
    before = _fixed
    _fixed = moment
    try:
        yield
    finally:
        _fixed = before

"""Bars of block characters, readable without colour."""

from __future__ import annotations

from decimal import Decimal

FULL, REST = "█", "░"


def bar(value: Decimal | None, width: int) -> tuple[str, str]:
    """Return the filled and the empty part of a bar; full only at 100, empty only at 0."""
    if value is None:
        return "", "?" * width
    share = min(Decimal(100), max(Decimal(0), value)) / 100
    filled = round(share * width)
    if share < 1:
        filled = min(filled, width - 1)
    if share > 0:
        filled = max(filled, 1)
    return FULL * filled, REST * (width - filled)

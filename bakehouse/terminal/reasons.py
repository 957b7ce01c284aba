"""Printing why a number is what it is, as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from bakehouse.terminal.output import plain

if TYPE_CHECKING:
    from core.services.planning.telling import Told


def print_tree(told: Told) -> None:
    """Print an explanation; each line's amount is the sum of those below it with a sign."""
    click.echo(plain(f"{told.amount}  {told.said}"))
    for line in _below(told, ""):
        click.echo(plain(line))


def _below(told: Told, lead: str) -> Iterator[str]:
    for number, inner in enumerate(told.inner, start=1):
        last = number == len(told.inner)
        yield f"{lead}{'└─' if last else '├─'} {inner.amount}  {inner.said}"
        yield from _below(inner, f"{lead}{'   ' if last else '│  '}")

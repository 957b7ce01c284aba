"""What is in an item: its ingredients through all recipes and bundles, and how it gets there.

Pure functions on frozen data. Amounts are exact, in the stock unit of each item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from graphlib import TopologicalSorter

from msgspec import Struct


class Part(Struct, frozen=True):
    """How much of an item goes straight into one stock unit of another; None is unknown."""

    item_id: int
    amount: Fraction | None


class Content(Struct, frozen=True):
    """How much of a bought item one stock unit holds in all.

    `amount` is None where one of the ways it gets there has an unknown amount. `through` is the
    first way: the items it is in, from the whole to the one that names it.
    """

    amount: Fraction | None
    through: tuple[int, ...]


Parts = Mapping[int, tuple[Part, ...]]
"""The parts of one stock unit of each made item and bundle; what is not named is bought."""


def contents(wholes: Iterable[int], parts: Parts) -> dict[int, dict[int, Content]]:
    """Return for each of `wholes` what one stock unit of it holds of everything that is bought.

    An item that is reached in several ways is counted in each (domain.md §3.5). `parts` must
    hold no cycle, which saving a recipe or bundle refuses.
    """
    wanted = list(wholes)
    found: dict[int, dict[int, Content]] = {}
    for item_id in TopologicalSorter(_reachable(wanted, parts)).static_order():
        if item_id in parts:
            found[item_id] = _held(item_id, parts[item_id], found)
    return {item_id: found.get(item_id, {}) for item_id in wanted}


def _reachable(wholes: Iterable[int], parts: Parts) -> dict[int, list[int]]:
    graph: dict[int, list[int]] = {}
    waiting = list(wholes)
    while waiting:
        item_id = waiting.pop()
        if item_id not in graph:
            graph[item_id] = [part.item_id for part in parts.get(item_id, ())]
            waiting += graph[item_id]
    return graph


def _held(
    whole: int, parts: Iterable[Part], found: Mapping[int, Mapping[int, Content]]
) -> dict[int, Content]:
    held: dict[int, Content] = {}
    for part in parts:
        inner = found.get(part.item_id, {part.item_id: Content(Fraction(1), ())})
        for item_id, content in inner.items():
            amount = _times(part.amount, content.amount)
            known = held.get(item_id)
            if known is None:
                held[item_id] = Content(amount, (whole, *content.through))
            else:
                held[item_id] = Content(_plus(known.amount, amount), known.through)
    return held


def _times(first: Fraction | None, second: Fraction | None) -> Fraction | None:
    return None if first is None or second is None else first * second


def _plus(first: Fraction | None, second: Fraction | None) -> Fraction | None:
    return None if first is None or second is None else first + second

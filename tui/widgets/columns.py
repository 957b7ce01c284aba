"""Which columns a table shows in the width it has, and how wide each is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from bakehouse.plugin import Column, Table
from tui.widgets.cells import drawn

SAMPLE = 100
"""About how many rows of a table are looked at for the widths; the rest is never measured."""
TOGETHER = 1000
"""About how many rows of several tables are looked at; of each a few at least."""
FEW = 10
LEAST_TEXT = 8
WISHED_TEXT = 16
LEAST_PERCENT = 6
BAR_FROM = 10
"""A percent column that asks for this much shows a bar beside the number."""


class Fitted(Struct, frozen=True):
    """A column that is shown: its place in the table's rows, where it begins, how wide it is."""

    index: int
    column: Column
    start: int
    width: int


class _Wish(Struct, frozen=True):
    index: int
    column: Column
    most: int
    least: int
    empty: bool


class Columns:
    """The columns of tables, measured once and fitted into whatever width there is.

    Several tables, which have the same columns, get the same widths; with `several` one alone is
    treated as they are, so that its texts are shortened before any column gives way.
    """

    def __init__(self, *tables: Table, several: bool = False) -> None:
        at_most = LEAST_TEXT if several else None
        self._wishes = [
            _wish(tables, column, index, at_most) for index, column in enumerate(tables[0].columns)
        ]

    def fit(self, available: int) -> list[Fitted]:
        """Return the columns to show in `available` cells, from left to right.

        Numbers are shown whole or not at all. Columns that are empty give way before any text is
        shortened, the others after that, by priority. What is left over goes to texts that are too
        short. Of several tables, texts are shortened before any column gives way.
        """
        wishes = self._wishes.copy()
        _make_room(wishes, available, lambda wish: wish.most, only_empty=True)
        _make_room(wishes, available, lambda wish: wish.least)
        widths = _shrunk(wishes, available)
        spare = available - _width(wishes, widths)
        while spare > 0:
            short = [place for place, wish in enumerate(wishes) if widths[place] < wish.most]
            if not short:
                break
            for place in short[:spare]:
                widths[place] += 1
            spare -= len(short[:spare])
        wider = int(spare >= len(wishes) - 1)
        shown = []
        start = 0
        for place, (wish, width) in enumerate(zip(wishes, widths, strict=True)):
            start += _gap(wishes, place) + (wider if place else 0)
            shown.append(Fitted(wish.index, wish.column, start, width))
            start += width
        return shown


def _make_room(
    wishes: list[_Wish], available: int, width: Callable[[_Wish], int], *, only_empty: bool = False
) -> None:
    """Take columns away, what matters least first, until the others have their width."""
    while _width(wishes, [width(wish) for wish in wishes]) > available:
        rest = [w for w in wishes if w.column.priority > 0 and (w.empty or not only_empty)]
        if not rest:
            return
        wishes.remove(max(rest, key=lambda wish: (wish.column.priority, wish.index)))


def _width(wishes: Sequence[_Wish], widths: Sequence[int]) -> int:
    return sum(widths) + sum(_gap(wishes, place) for place in range(len(wishes)))


def _gap(wishes: Sequence[_Wish], place: int) -> int:
    """Return the cells before a column; a text after a number needs more, or they run together."""
    if place == 0:
        return 0
    before, this = wishes[place - 1].column.side, wishes[place].column.side
    return 2 if (before, this) == ("right", "left") else 1


def _shrunk(wishes: list[_Wish], available: int) -> list[int]:
    """Return the least widths, texts shortened further where even these are too wide."""
    widths = [wish.least for wish in wishes]
    while (over := _width(wishes, widths) - available) > 0:
        texts = [n for n, wish in enumerate(wishes) if wish.column.side == "left"]
        places = [n for n in texts if widths[n] > LEAST_TEXT] or [
            n for n in range(len(widths)) if widths[n] > 1
        ]
        if not places:
            break
        widest = max(places, key=lambda n: widths[n])
        widths[widest] = max(1, widths[widest] - max(1, over // len(places)))
    return widths


def _wish(tables: Sequence[Table], column: Column, index: int, at_most: int | None) -> _Wish:
    rows = min(SAMPLE, max(FEW, TOGETHER // len(tables)))
    sample = [text for table in tables for text in _sample(table, column, index, rows)]
    longest = max(map(cell_len, sample), default=0)
    most = max(longest, cell_len(column.heading), 1)
    wish = _Wish(index, column, most, most, longest == 0)
    if column.kind == "percent" and (column.width or 0) >= BAR_FROM:
        return replace(wish, most=column.width or 0, least=max(longest, LEAST_PERCENT))
    if column.kind == "text" and column.side == "left":
        return replace(wish, least=min(most, column.width or WISHED_TEXT, at_most or most))
    return wish


def _sample(table: Table, column: Column, index: int, about: int) -> list[str]:
    rows = table.rows
    some = rows if len(rows) <= about else (*rows[:: len(rows) // about], rows[-1])
    sample = [drawn(row.cells[index], column, row.style) for row in some]
    if table.totals is not None:
        sample.append(drawn(table.totals[index], column))
    return sample

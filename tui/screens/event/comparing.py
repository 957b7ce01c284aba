"""Two states of one view beside each other: the later one, with every difference said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from bakehouse.plugin import (
    Amount,
    Cell,
    Column,
    Money,
    Row,
    Sections,
    Table,
    ViewData,
)
from core.services.saying import Say
from core.units import LEDGER_ROUNDING
from tui.widgets.cells import percent
from tui.widgets.changed import Changed

NEW, GONE = "+ ", "− "
"""What stands before the name of a row that comes, and of one that goes."""
ZERO = Decimal(0)
LEAST_NAME, LEAST_TEXT = 16, 10
"""Cells that names and other texts ask for; what is left over they get as well."""

Says = Callable[[Decimal], str]


def compared(before: ViewData | None, after: ViewData, say: Say) -> ViewData:
    """Return `after` with what is different from `before` in words beside each number."""
    if isinstance(after, Table) and isinstance(before, Table):
        return _table(before, after, say)
    if isinstance(after, Sections) and isinstance(before, Sections):
        earlier = dict(before.parts)
        return Sections(
            tuple(
                (title, _table(was, part, say))
                if isinstance(part, Table) and isinstance(was := earlier.get(title), Table)
                else (title, part)
                for title, part in after.parts
            )
        )
    return after


def _table(before: Table, after: Table, say: Say) -> Table:
    if before.columns != after.columns:
        return after
    rows = list(_rows(before, after, say))
    totals = after.totals
    if totals is not None and before.totals is not None:
        totals = _cells(after.columns, before.totals, totals, None, say)
    lines = [*(row.cells for row in rows), *([] if totals is None else [totals])]
    return Table(
        [_column(column, [line[n] for line in lines]) for n, column in enumerate(after.columns)],
        rows,
        totals=totals,
        data=after.data,
        empty=after.empty,
        note=after.note,
    )


def _column(column: Column, cells: Sequence[Cell]) -> Column:
    """Keep a column in sight in which something changes; texts leave room for the numbers."""
    if any(isinstance(cell, Changed) for cell in cells):
        return replace(column, priority=min(column.priority, 1))
    if column.kind == "text" and column.side == "left" and column.width != 1:
        least = LEAST_TEXT if column.priority else LEAST_NAME
        return replace(column, width=min(column.width or least, least))
    return column


def _rows(before: Table, after: Table, say: Say) -> Iterator[Row]:
    """Yield the rows of both, those that go at the place they had."""
    old = {row.key: row for row in before.rows}
    new = {row.key for row in after.rows}
    gone_after: dict[str | None, list[Row]] = {}
    last = None
    for row in before.rows:
        if row.key in new:
            last = row.key
        else:
            gone_after.setdefault(last, []).append(_gone(row, before.columns))
    yield from gone_after.get(None, ())
    for row in after.rows:
        was = old.get(row.key)
        if was is None:
            yield replace(row, cells=_named(NEW, row.cells, after.columns))
        else:
            cells = _cells(after.columns, was.cells, row.cells, row, say)
            yield replace(row, cells=cells)
        yield from gone_after.get(row.key, ())


def _gone(row: Row, columns: Sequence[Column]) -> Row:
    cells = tuple(
        Changed(ZERO, f"0 −{cell.said}")
        if isinstance(cell, Amount | Money) and cell.value
        else cell
        for cell in row.cells
    )
    return replace(row, cells=_named(GONE, cells, columns), style="muted")


def _named(sign: str, cells: tuple[Cell, ...], columns: Sequence[Column]) -> tuple[Cell, ...]:
    """Put a sign before the first text that is wide enough to be a name."""
    for number, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        if column.kind == "text" and isinstance(cell, str) and cell and (column.width or 9) > 1:
            return (*cells[:number], f"{sign}{cell}", *cells[number + 1 :])
    return cells


def _cells(
    columns: Sequence[Column],
    before: Sequence[Cell],
    after: Sequence[Cell],
    row: Row | None,
    say: Say,
) -> tuple[Cell, ...]:
    return tuple(
        _cell(column, was, now, row, say)
        for column, was, now in zip(columns, before, after, strict=True)
    )


def _cell(column: Column, was: Cell, now: Cell, row: Row | None, say: Say) -> Cell:
    if was == now:
        return now
    if isinstance(now, str) and isinstance(was, Amount | Money) and was.value:
        return Changed(ZERO, f"0 −{was.said}")
    if isinstance(was, str) and isinstance(now, Amount | Money) and now.value:
        return Changed(now.value, f"{now.said} +{now.said}" if was == "" else now.said)
    if isinstance(was, Amount) and isinstance(now, Amount) and _is_rounding(was, now):
        return now
    if isinstance(was, Amount | Money) and isinstance(now, Amount | Money):
        return Changed(now.value, _said(was, now, row, say))
    if isinstance(was, int | Decimal) and isinstance(now, int | Decimal):
        return _number(column, Decimal(was), Decimal(now))
    return now


def _is_rounding(was: Amount, now: Amount) -> bool:
    """Tell whether they differ by what the ledger rounds, so that nothing has changed."""
    if was.value is None or now.value is None or was.value == now.value:
        return False
    return abs(now.value - was.value) < LEDGER_ROUNDING


def _number(column: Column, was: Decimal, now: Decimal) -> Cell:
    says: Says = percent if column.kind == "percent" else str
    change = now - was
    if says(was) == says(now):
        return now
    if column.kind == "percent":
        change = Decimal(int(now) - int(was))
    return Changed(now, f"{says(now)} {_sign(change)}{says(abs(change))}")


def _said(was: Amount | Money, now: Amount | Money, row: Row | None, say: Say) -> str:
    """Say a number and how far it is from what it was, in the words it is said in itself."""
    if not was.said:
        return now.said
    if was.value is None or now.value is None or was.value == now.value:
        return f"{now.said} was {_rest(was.said, now.said)}"
    change = now.value - was.value
    for says in _ways(now, row, say):
        if says(now.value) == now.said and says(was.value) == was.said:
            return f"{now.said} {_sign(change)}{says(abs(change))}"
    return f"{now.said} was {_rest(was.said, now.said)}"


def _ways(now: Amount | Money, row: Row | None, say: Say) -> Iterator[Says]:
    if isinstance(now, Money):
        yield say.money
        return
    if row is not None and row.about is not None and row.about.kind in ("item", "bundle"):
        item_id = row.about.id
        yield lambda value: say.amount(item_id, value)
    yield say.batches


def _sign(change: Decimal) -> str:
    return "+" if change > 0 else "−"


def _rest(was: str, now: str) -> str:
    """Return what was said before, without the words at its beginning that are said again."""
    old, new = was.split(), now.split()
    same = 0
    while same < min(len(old), len(new)) - 1 and old[same] == new[same]:
        same += 1
    return " ".join(old[same:])

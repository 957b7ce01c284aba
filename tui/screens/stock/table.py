"""The list of the stock: rows are made when they are drawn, so its length costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from bakehouse.plugin import Column, Row, Table
from core.services.on_hand_service import StockedItem
from tui.screens.stock.counting import Tally
from tui.screens.stock.reading import COLUMNS, Stock, arranged
from tui.widgets.listing import Listing
from tui.widgets.plain import folded
from tui.widgets.table import TableView

SAMPLE = 60
"""Rows that are made for the widths of the columns."""
BLANK = 14
"""Cells for what is counted."""
COUNT_COLUMNS = (
    Column("item", width=20, priority=0),
    Column("on_hand", "In the book", "amount", priority=0),
    Column("packs", "In packs", align="right", width=12, priority=1),
    Column("counted", "Counted", width=BLANK, priority=0),
    Column("said", "Recorded", "text", width=10, priority=0),
)


class LazyRows(Sequence[Row]):
    """Rows that are made when somebody looks at them."""

    def __init__(self, places: Sequence[int], make: Callable[[int], Row]) -> None:
        self.places = places
        self._make = make
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self._row(place) for place in self.places[index]]
        return self._row(self.places[index])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self.places)

    def _row(self, place: int) -> Row:
        if place not in self._made:
            self._made[place] = self._make(place)
        return self._made[place]


class StockTable(TableView):
    """Every item; while one counts, with a blank in each row."""

    def __init__(self) -> None:
        super().__init__()
        self.stock: Stock | None = None
        self.tally: Tally | None = None
        """What has been counted, while one counts."""
        self._order: dict[int, int] = {}
        """The place of each item while one counts: it stays where it is."""

    def show_stock(self, stock: Stock) -> None:
        """Show the stock; the cursor stays on its item."""
        self.stock = stock
        self.lay_out()

    def count(self, tally: Tally | None) -> None:
        """Begin or end counting; nothing moves meanwhile."""
        self.tally = tally
        self._order = {} if tally is None else {id_: n for n, id_ in enumerate(self.item_ids())}
        self.lay_out()

    def lay_out(self) -> None:
        """Make the table anew from what is known."""
        assert self.stock is not None
        columns = COLUMNS if self.tally is None else COUNT_COLUMNS
        count = len(self.stock.items)
        some = range(0, count, max(1, count // SAMPLE))
        rows = [self._make(place) for place in some]
        self.show_table(Table(columns, rows, empty="Nothing is stocked yet."))

    def arranged(self) -> Sequence[Row]:
        """Return the rows that have the words of the filter, sorted."""
        if self.stock is None:
            return ()
        items = self.stock.items
        sorting = self.sorting if self.tally is None else None
        places = arranged(self.stock, folded(self.words).split(), sorting)
        if self.tally is not None:
            last = len(self._order)
            places.sort(key=lambda place: self._order.get(items[place].item_id, last))
        return LazyRows(places, self._make)

    def place_of(self, key: str) -> int | None:
        """Return where the row with this key is shown, if it is."""
        assert self.stock is not None
        items = self.stock.items
        rows = self.rows
        if not isinstance(rows, LazyRows):
            return None
        return next((n for n, at in enumerate(rows.places) if str(items[at].item_id) == key), None)

    def item_ids(self) -> list[int]:
        """Return the items that are shown, in order."""
        if self.stock is None or not isinstance(self.rows, LazyRows):
            return []
        return [self.stock.items[place].item_id for place in self.rows.places]

    @property
    def item(self) -> StockedItem | None:
        """The item under the cursor."""
        rows = self.rows
        if self.stock is None or not isinstance(rows, LazyRows) or self.row is None:
            return None
        return self.stock.items[rows.places[self.cursor]]

    def blank(self) -> tuple[int, int, int] | None:
        """Return where the blank of the row under the cursor is: x, y and width."""
        for each in self._fitted:
            if each.column.name == "counted" and self.row is not None:
                return each.start + 1, 1 + self.cursor - self.scroll_offset.y, each.width
        return None

    def _make(self, place: int) -> Row:
        assert self.stock is not None
        item = self.stock.items[place]
        row = self.stock.row(item)
        if self.tally is None:
            return row
        name, on_hand, packs = row.cells[:3]
        counted, said, style = self.tally.cells(item.item_id)
        cells = (name, on_hand, packs, counted or "_" * BLANK, said)
        return Row(row.key, cells, about=row.about, style=style)


class StockList(Listing):
    """The stock with its filter."""

    def make_table(self) -> TableView:
        """Return the table of the stock."""
        return StockTable()

"""Columns, cells, bars and the list, without a kitchen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

import tui
from bakehouse.plugin import Amount, Column, Row, Table
from tui.screens.event.arranging import heights
from tui.widgets.bars import bar
from tui.widgets.columns import Columns
from tui.widgets.ordering import Sorting, ordered
from tui.widgets.plain import fitted, plain
from tui.widgets.searching import Search
from tui.widgets.table import TableView

TCSS = Path(tui.__file__).parent / "widgets" / "table.tcss"
COLUMNS = (
    Column("item", width=12, priority=0),
    Column("amount", kind="amount", priority=0),
    Column("note", width=10, priority=3),
    Column("store", width=10, priority=2),
    Column("status", kind="status", priority=1),
)


def a_table(*names: str) -> Table:
    rows = [
        Row(name, (name, Amount(Decimal(n), f"{n} kg"), "a note", "a store", "buy"))
        for n, name in enumerate(names)
    ]
    return Table(COLUMNS, rows, totals=("total", Amount(Decimal(9), "9 kg"), "", "", ""))


def shown(table: Table, width: int) -> list[str]:
    return [each.column.name for each in Columns(table).fit(width)]


class ListApp(App[None]):
    CSS_PATH = TCSS

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.given = table

    def compose(self) -> ComposeResult:
        yield TableView()

    def on_mount(self) -> None:
        self.query_one(TableView).show_table(self.given)
        self.query_one(TableView).focus()


@asynccontextmanager
async def listing(table: Table, size: tuple[int, int] = (60, 8)) -> AsyncIterator[Pilot[None]]:
    async with ListApp(table).run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


def lines_of(pilot: Pilot[None]) -> list[str]:
    table = pilot.app.query_one(TableView)
    return [table.render_line(y).text for y in range(table.size.height)]


def test_columns_give_way_by_priority() -> None:
    table = a_table("Flour", "Sugar")
    assert shown(table, 60) == ["item", "amount", "note", "store", "status"]
    assert shown(table, 28) == ["item", "amount", "store", "status"]
    assert shown(table, 20) == ["item", "amount", "status"]
    assert shown(table, 13) == ["item", "amount"]


def test_an_empty_column_gives_way_first() -> None:
    rows = [("Flour", "", "Aldi")]
    columns = [Column("item", priority=0), Column("lost", priority=1), Column("store", priority=9)]
    assert shown(Table(columns, rows), 12) == ["item", "store"]


def test_an_empty_column_gives_way_before_a_text_is_shortened() -> None:
    rows = [("Gingerbread person, large", "", "13")]
    columns = [
        Column("item", width=8, priority=0),
        Column("delivered", kind="amount", priority=1),
        Column("bake", kind="amount", priority=2),
    ]
    assert shown(Table(columns, rows), 39) == ["item", "bake"]
    assert shown(Table(columns, rows), 40) == ["item", "delivered", "bake"]


def test_numbers_are_never_cut_while_a_text_can_be() -> None:
    table = a_table("A very long name of an ingredient")
    widths = {each.column.name: each.width for each in Columns(table).fit(20)}
    assert widths["amount"] >= len("Amount")
    assert widths["item"] < len("A very long name of an ingredient")


async def test_the_cursor_stays_where_it_is_when_its_row_is_done_and_moves_down() -> None:
    async with listing(a_table("Flour", "Sugar", "Eggs")) as pilot:
        table = pilot.app.query_one(TableView)
        table.stay()
        table.show_table(a_table("Sugar", "Eggs", "Flour"))
        assert table.row is not None
        assert (table.cursor, table.row.key) == (0, "Sugar")
        table.show_table(a_table("Eggs", "Flour", "Sugar"))
        assert (table.cursor, table.row.key) == (2, "Sugar")


@given(st.integers(1, 200), st.lists(st.text(max_size=40), max_size=5))
def test_columns_never_need_more_than_there_is(width: int, names: list[str]) -> None:
    table = Table([Column("name", priority=0), Column("more", priority=1)], [(n, n) for n in names])
    columns = Columns(table).fit(width)
    assert columns
    assert columns[-1].start + columns[-1].width <= max(width, 3)


@given(st.text(), st.integers(1, 30))
def test_a_fitted_text_has_its_width_and_moves_nothing(text: str, width: int) -> None:
    said = fitted(plain(text), width)
    assert cell_len(said) == width
    assert not set(said) & set("\n\r\t\x1b\x07\u202e")


def test_words_are_found_without_accents() -> None:
    search = Search(a_table("Crème brûlée, small"))
    assert search.rows("small BRULEE")
    assert not search.rows("brulee big")


def test_what_is_typed_on_and_taken_back_finds_the_same_as_typed_anew() -> None:
    table = a_table("rye flour", "wheat flour", "white sugar", "flour sugar")
    search = Search(table)
    for words in ("fl", "flour", "flour w", "flour", "f", "w s", "w", "", "1 kg", "rye"):
        assert search.rows(words) == Search(table).rows(words)
    assert [row.key for row in search.rows("w fl")] == ["wheat flour"]


@given(st.decimals(0, 100), st.integers(2, 20))
def test_a_bar_is_full_only_at_the_end(value: Decimal, width: int) -> None:
    full, rest = bar(value, width)
    assert len(full) + len(rest) == width
    assert (rest == "") == (value == 100)
    assert (full == "") == (value == 0)


def test_what_is_unknown_sorts_last_both_ways() -> None:
    columns = [Column("n", kind="amount")]
    rows = [Row(str(n), (value,)) for n, value in enumerate([None, Decimal(2), Decimal(1)])]
    assert [r.key for r in ordered(rows, columns, Sorting("n", False))] == ["2", "1", "0"]
    assert [r.key for r in ordered(rows, columns, Sorting("n", True))] == ["1", "2", "0"]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=4), st.integers(30, 90))
def test_panes_share_all_the_room(wanted: list[int], room: int) -> None:
    given_lines = heights(wanted, room)
    assert sum(given_lines) == room
    fair = room // len(wanted)
    assert all(lines >= min(fair, want) for lines, want in zip(given_lines, wanted, strict=True))


async def test_the_totals_stay_in_sight_while_rows_scroll() -> None:
    async with listing(a_table(*(f"Item {n}" for n in range(50)))) as pilot:
        await pilot.press("G")
        lines = lines_of(pilot)
        assert "Item" in lines[0]
        assert "Item 49" in lines[-2]
        assert lines[-1].strip().startswith("total")
        await pilot.press("g")
        assert "Item 0" in lines_of(pilot)[1]


async def test_the_cursor_stays_on_its_row_when_others_come_and_go() -> None:
    async with listing(a_table("Flour", "Sugar", "Yeast")) as pilot:
        await pilot.press("j", "j")
        table = pilot.app.query_one(TableView)
        assert table.row is not None
        assert table.row.key == "Yeast"
        table.show_table(a_table("Almonds", "Butter", "Flour", "Yeast"))
        assert table.row.key == "Yeast"
        table.show_table(a_table("Almonds", "Butter"))
        assert table.row.key == "Butter"


async def test_a_click_on_a_heading_sorts_and_on_a_row_moves() -> None:
    async with listing(a_table("Yeast", "Flour", "Sugar")) as pilot:
        await pilot.click(TableView, offset=(3, 0))
        table = pilot.app.query_one(TableView)
        assert [row.key for row in table.rows] == ["Flour", "Sugar", "Yeast"]
        await pilot.click(TableView, offset=(3, 0))
        assert [row.key for row in table.rows] == ["Yeast", "Sugar", "Flour"]
        await pilot.click(TableView, offset=(3, 3))
        assert table.cursor == 2


async def test_no_rows_say_so() -> None:
    async with listing(Table(COLUMNS, [], empty="Nothing to buy.")) as pilot:
        assert "Nothing to buy." in lines_of(pilot)[0]
    async with listing(a_table("Flour")) as pilot:
        pilot.app.query_one(TableView).filter_by("x")
        assert "nothing has “x”" in lines_of(pilot)[1]


async def test_a_hundred_thousand_rows_are_not_measured() -> None:
    rows = [(f"Item {n}", "", "", "", "") for n in range(100_000)]
    async with listing(Table(COLUMNS, rows)) as pilot:
        await pilot.press("G")
        assert "Item 99999" in lines_of(pilot)[-1]


@settings(max_examples=12)
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4))
def test_any_name_is_shown_as_it_is(names: list[str]) -> None:
    async def look() -> list[str]:
        rows = [Row(str(n), (name, None, name, name, name)) for n, name in enumerate(names)]
        async with listing(Table(COLUMNS, rows), (100, 10)) as pilot:
            return lines_of(pilot)

    lines = asyncio.run(look())
    assert all(cell_len(line) == 98 for line in lines[: len(names)])


async def test_markup_is_text() -> None:
    async with listing(a_table("Brot [glutenfrei]", "[/x] [bold]rye[/]")) as pilot:
        assert "Brot [glutenfrei]" in lines_of(pilot)[1]
        assert "[/x] [bold]rye[/]" in lines_of(pilot)[2]

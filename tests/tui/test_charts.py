"""Charts: every number in words beside the drawing, and popups of items and events."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from bakehouse.plugin import Chart, Series
from bakehouse.testing.screens import until
from core.session import Database
from tests.tui.conftest import NARROW, Site, keys, running
from tui.screens.event.screen import EventScreen
from tui.screens.look.screen import LookScreen
from tui.widgets import chart as charts
from tui.widgets.chart import Blocks, ChartView, drawn

numbers = st.one_of(
    st.none(),
    st.integers(-(10**6), 10**6),
    st.decimals(-1000, 1000, places=3),
    st.fractions(-100, 100, max_denominator=40),
)


@pytest.fixture(autouse=True)
def only_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with block characters, whatever is installed."""
    monkeypatch.setattr(charts, "can_draw", lambda: False)


def test_bars_are_as_long_as_their_numbers() -> None:
    chart = Chart("bars", ("a", "bb", "c"), (Series("n", (4, Decimal(2), 0)),), "kg", "Stock")
    assert drawn(chart, 20) == [
        "Stock",
        "a  ████████████ 4 kg",
        "bb ██████       2 kg",
        "c               0 kg",
    ]


def test_what_is_unknown_is_a_word_and_a_mark() -> None:
    chart = Chart("bars", ("a", "b"), (Series("n", (Fraction(1, 2), None)),))
    assert drawn(chart, 20) == ["a ██████████     1/2", "b ?          unknown"]


def test_lines_say_where_they_begin_and_end() -> None:
    chart = Chart("lines", ("1 Dec", "2 Dec", "3 Dec"), (Series("flour", (8, None, 0)),), "g")
    assert drawn(chart, 40)[:2] == ["flour █?▁", "      8 → 0, least 0, most 8 g"]


def test_money_is_said_as_everywhere() -> None:
    costs = Chart("bars", ("a",), (Series("costs", (Decimal("14.7"),)),), "USD")
    assert drawn(costs, 20) == ["a ███████████ $14.70"]
    prices = Chart("lines", ("1", "2"), (Series("p", (Decimal("2.5"), 3)),), "USD for 100 g")
    assert drawn(prices, 60)[1] == "  $2.50 → $3.00, least $2.50, most $3.00 for 100 g"


def test_nothing_is_said() -> None:
    assert drawn(Chart("bars", (), (Series("n", ()),)), 30) == ["nothing to draw yet"]


@settings(max_examples=80)
@given(
    st.sampled_from(("bars", "lines")),
    st.lists(st.tuples(st.text(max_size=9), numbers), max_size=30),
    st.integers(1, 60),
)
def test_no_line_is_wider_than_there_is_room(
    kind: str, rows: list[tuple[str, Decimal]], width: int
) -> None:
    labels = tuple(label for label, _ in rows)
    series = (Series("one [b]", tuple(n for _, n in rows)),)
    lines = drawn(Chart(kind, labels, series, "kg", "[/x]"), width)  # type: ignore[arg-type]
    assert all(cell_len(line) <= max(width, 19) for line in lines)


def words_of(chart: ChartView) -> str:
    blocks = chart.query_one(Blocks)
    return "\n".join(blocks.render_line(y).text for y in range(blocks.size.height))


async def test_v_shows_the_stock_and_the_price_of_an_item(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter", "3", "v")
        look = pilot.app.screen
        assert isinstance(look, LookScreen)
        await until(pilot, lambda: len(look.query(ChartView)) == 2)
        await keys(pilot)
        texts = [words_of(each) for each in look.query(ChartView)]
        assert "in stock" in texts[0]
        assert "$" in texts[1]
        assert "for 100 g" in texts[1]
        await keys(pilot, "escape")
        assert isinstance(pilot.app.screen, EventScreen)


async def test_v_on_a_recipe_shows_the_costs_of_the_event(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter", "v")
        look = pilot.app.screen
        assert isinstance(look, LookScreen)
        await until(pilot, lambda: bool(look.query(ChartView)))
        await keys(pilot)
        assert "so far" in words_of(look.query_one(ChartView))


async def test_a_view_may_be_a_chart(demo: Database, site: Site) -> None:
    site.install("look", "return Chart('bars', ('[a]',), (Series('n', (3,)),))")
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter", "6")
        await until(pilot, lambda: bool(pilot.app.screen.query(ChartView)))
        await keys(pilot)
        assert "[a] █" in words_of(pilot.app.screen.query_one(ChartView))

"""The stock: what there is of everything, its lots, and counting without leaving the list."""

from __future__ import annotations

import asyncio
import time
from datetime import date

import pytest
from sqlalchemy import insert
from textual import events
from textual.pilot import Pilot

from bakehouse.testing.screens import settle, until
from core.models import Item, Lot
from core.services import journal_service, on_hand_service, stock_service
from core.session import Database, configure, read_session, session_scope
from tests.builders import KitchenBuilder
from tests.tui.conftest import NARROW, Site, keys, running, said
from tui.collector import collecting_rarely
from tui.screens.form.screen import FormScreen
from tui.screens.help.screen import HelpScreen
from tui.screens.receipt.screen import ReceiptScreen
from tui.screens.stock.counting import CountInput
from tui.screens.stock.lots import LotsPanel, LotsTable
from tui.screens.stock.reading import read_stock
from tui.screens.stock.screen import StockScreen
from tui.screens.stock.table import StockTable
from tui.screens.why.feeds import FeedsScreen
from tui.screens.why.screen import WhyTree
from tui.widgets.notice import Notice
from tui.widgets.table import TableView
from tui.widgets.words import Words

NAMES = [f"Thing {number:02}" for number in range(1, 31)]


@pytest.fixture
def larder(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with thirty things in bags of 5 kg, two bags of each."""
    bakery = KitchenBuilder()
    for number, name in enumerate(NAMES, start=1):
        slug = f"thing-{number:02}"
        bakery.ingredient(slug, name=name)
        bakery.product(f"{slug}-bag", slug, "5 kg", label=f"{name}, 5 kg bag")
        bakery.buy(slug, packs=2, paid="9.00", store="Mill")
    return bakery


def stock(pilot: Pilot[None]) -> StockScreen:
    assert isinstance(pilot.app.screen, StockScreen)
    return pilot.app.screen


def table(pilot: Pilot[None]) -> StockTable:
    return stock(pilot).query_one(StockTable)


def names(pilot: Pilot[None]) -> list[object]:
    return [row.cells[0] for row in table(pilot).rows]


def cell(pilot: Pilot[None], name: str, column: str) -> str:
    """Return what stands in a column of an item's row."""
    shown = table(pilot)
    columns = [each.name for each in shown.table.columns]
    [row] = [row for row in shown.rows if row.cells[0] == name]
    found = row.cells[columns.index(column)]
    return str(getattr(found, "said", found))


def line(pilot: Pilot[None]) -> str:
    return str(stock(pilot).query_one("#count-line", Words).render())


def left(item: str) -> int:
    items = {each.name: each.item_id for each in on_hand_service.list_stocked().items}
    found = on_hand_service.list_on_hand().get(items[item])
    return 0 if found is None else found.left // 1_000_000


async def type_keys(pilot: Pilot[None], text: str) -> None:
    for char in text:
        await pilot.press({" ": "space", "%": "percent_sign", ".": "full_stop"}.get(char, char))
    await settle(pilot)


# -- the list ------------------------------------------------------------------------------------


async def test_every_item_is_there_with_packs_worth_and_what_is_to_be_done(
    larder: KitchenBuilder, site: Site
) -> None:
    larder.recipe("bread", {"loaf": 1}, {"thing-02": "15 kg"})
    larder.event("fair", {"loaf": 1})
    larder.buy("thing-03", "1 kg", None, expires=date(2026, 11, 21))
    async with running(site, (200, 50)) as pilot:
        await keys(pilot, "f3")
        assert names(pilot) == ["Loaf", *NAMES]
        assert cell(pilot, "Thing 02", "on_hand") == "10 kg"
        assert cell(pilot, "Thing 02", "packs") == "2 bags"
        assert cell(pilot, "Thing 02", "reserved") == "10 kg"
        assert cell(pilot, "Thing 02", "available") == "0 g"
        assert cell(pilot, "Thing 02", "worth") == "$9.00"
        assert cell(pilot, "Thing 02", "status") == "buy 5 kg"
        assert cell(pilot, "Thing 03", "status") == "1 kg expired"
        assert cell(pilot, "Loaf", "status") == "make 1"
        assert "! 1 expired" in stock(pilot)._head.facts


async def test_the_worth_of_all_says_what_has_no_price(larder: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3")
        [whole] = [fact for fact in stock(pilot)._head.facts if fact.startswith("worth")]
        assert "+" not in whole
        larder.buy("thing-02", "9 kg", None)
        larder.buy("thing-03", "1 kg", None)
        await keys(pilot, "r")
        assert {f"{whole}+", "2 without a price"} <= {*stock(pilot)._head.facts}
        assert cell(pilot, "Thing 02", "worth") == "$9.00+"


async def test_words_of_the_state_can_be_searched_and_columns_sorted(
    larder: KitchenBuilder, site: Site
) -> None:
    larder.buy("thing-09", "1 kg", None, expires=date(2026, 11, 21))
    larder.buy("thing-05", packs=3, paid="9.00")
    async with running(site) as pilot:
        await keys(pilot, "f3", "slash")
        await type_keys(pilot, "expired")
        assert names(pilot) == ["Thing 09"]
        await keys(pilot, "escape", "s", "s", "S")
        assert names(pilot)[:2] == ["Thing 05", "Thing 01"]


async def test_accents_do_not_matter_in_the_filter(larder: KitchenBuilder, site: Site) -> None:
    larder.ingredient("creme", name="Crème fraîche")
    async with running(site) as pilot:
        await keys(pilot, "f3", "slash")
        await type_keys(pilot, "creme")
        assert names(pilot) == ["Crème fraîche"]


async def test_the_lots_of_an_item_open_under_the_list(larder: KitchenBuilder, site: Site) -> None:
    larder.buy("thing-01", "1 kg", "2.00", expires=date(2026, 12, 1), store="Market")
    async with running(site) as pilot:
        await keys(pilot, "f3", "enter")
        lots = stock(pilot).query_one(LotsTable)
        assert lots.has_focus
        assert [row.cells[8] for row in lots.rows] == ["Market", "Mill, Thing 01, 5 kg bag"]
        await keys(pilot, "escape")
        assert not stock(pilot).query_one(LotsPanel).display
        assert table(pilot).has_focus


def test_the_lots_are_closed_before_there_is_a_style_that_says_so() -> None:
    assert not LotsPanel().display


async def test_a_lot_is_discarded_where_it_is_seen(larder: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "enter", "x")
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.values["amount"] == "all"
        await type_keys(pilot, "stale")
        await keys(pilot, "enter")
        assert left("Thing 01") == 0


async def test_buying_and_where_it_goes(larder: KitchenBuilder, site: Site) -> None:
    larder.recipe("bread", {"loaf": 1}, {"thing-01": "15 kg"})
    larder.event("fair", {"loaf": 1})
    async with running(site) as pilot:
        await keys(pilot, "f3", "j", "b")
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.values["what"] == "Thing 01"
        await keys(pilot, "escape", "w")
        assert isinstance(pilot.app.screen, FeedsScreen)
        labels = [str(node.label) for node in pilot.app.screen.query_one(WhyTree).root.children]
        assert "Thing 01" in labels[0]
        await keys(pilot, "escape", "B")
        assert isinstance(pilot.app.screen, ReceiptScreen)


async def test_what_is_made_here_cannot_be_bought(larder: KitchenBuilder, site: Site) -> None:
    larder.recipe("bread", {"aloaf": 1}, {"thing-01": "1 kg"})
    async with running(site) as pilot:
        await keys(pilot, "f3", "b")
        assert isinstance(pilot.app.screen, StockScreen)


async def test_an_empty_larder_says_what_to_do(sqlite_kitchen: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f3")
        told = [str(each.render()) for each in stock(pilot).query_one(Notice).query(Words)]
        assert "Nothing is stocked yet" in told
        await keys(pilot, "number_sign", "1", "x", "w", "enter")
        assert isinstance(pilot.app.screen, StockScreen)


async def test_a_kitchen_that_is_gone_says_so_and_keeps_what_is_shown(
    larder: KitchenBuilder, site: Site, sqlite_kitchen: Database
) -> None:
    path = sqlite_kitchen.path
    assert path is not None
    async with running(site) as pilot:
        sqlite_kitchen.dispose()
        path.rename(path.with_suffix(".away"))
        await keys(pilot, "f3")
        told = [str(each.render()) for each in stock(pilot).query_one(Notice).query(Words)]
        assert "The stock cannot be read" in told
        path.with_suffix(".away").rename(path)
        await keys(pilot, "r")
        assert names(pilot) == NAMES


async def test_a_kitchen_that_is_only_read_is_not_counted(
    larder: KitchenBuilder, site: Site, sqlite_kitchen: Database
) -> None:
    assert sqlite_kitchen.path is not None
    configure(sqlite_kitchen.path, readonly=True)
    async with running(site) as pilot:
        await keys(pilot, "f3", "1", "number_sign", "B")
        assert isinstance(pilot.app.screen, StockScreen)
        assert table(pilot).tally is None


# -- counting ------------------------------------------------------------------------------------


async def test_thirty_items_are_counted_without_leaving_the_list(
    larder: KitchenBuilder, site: Site
) -> None:
    before = journal_service.revision()
    pressed = 0
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f3", "number_sign")
        for _ in NAMES:
            await pilot.press("1", "k", "g", "enter")
            pressed += 4
        await settle(pilot)
        assert "30 counted" in line(pilot)
        await keys(pilot, "escape")
        assert said(pilot)[-1] == "Counted 30 items; u takes the last one back."
    assert pressed == 4 * len(NAMES)
    assert journal_service.revision() == before + 30
    assert {left(name) for name in NAMES} == {1000}


async def test_amounts_packs_and_percentages(larder: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "3")
        await type_keys(pilot, ".5 kg")
        await keys(pilot, "enter")
        await type_keys(pilot, "3 bags")
        await keys(pilot, "enter")
        await type_keys(pilot, "40%")
        await keys(pilot, "enter", "down")
        await type_keys(pilot, "0")
        await keys(pilot, "enter")
        assert cell(pilot, "Thing 02", "counted") == "3 bags"
        assert cell(pilot, "Thing 02", "said") == "✓ counted"
        assert cell(pilot, "Thing 02", "on_hand") == "15 kg"
    there = [left(name) for name in NAMES[:5]]
    assert there == [3500, 15_000, 4000, 10_000, 0]


async def test_a_percentage_says_what_it_comes_to_before_it_is_recorded(
    larder: KitchenBuilder, site: Site
) -> None:
    stock_service.count(larder.item("thing-01"), "5 kg")
    async with running(site) as pilot:
        await keys(pilot, "f3", "4")
        await type_keys(pilot, "0%")
        assert line(pilot) == "4 kg: 40% of the 10 kg its lots held when they came in"
        await keys(pilot, "enter")
        assert cell(pilot, "Thing 01", "on_hand") == "4 kg"
        assert line(pilot).startswith("1 counted")


async def test_a_minus_is_typed_and_refused(larder: KitchenBuilder, site: Site) -> None:
    before = journal_service.revision()
    async with running(site) as pilot:
        await keys(pilot, "f3")
        await type_keys(pilot, "-5 kg")
        await keys(pilot, "enter")
        assert line(pilot).startswith("✗ '-5 kg': it is less than zero.")
        assert pilot.app.screen.query_one(CountInput).value == "-5 kg"
    assert journal_service.revision() == before


async def test_what_cannot_be_read_is_said_beside_it_and_kept(
    larder: KitchenBuilder, site: Site
) -> None:
    before = journal_service.revision()
    async with running(site) as pilot:
        await keys(pilot, "f3", "number_sign")
        await type_keys(pilot, "3..5")
        await keys(pilot, "enter")
        assert line(pilot).startswith("✗ '3..5'")
        assert cell(pilot, "Thing 01", "said").startswith("✗ '3..5'")
        await keys(pilot, "down")
        assert "1 refused" in line(pilot)
        await keys(pilot, "up")
        assert pilot.app.screen.query_one(CountInput).value == "3..5"
        await keys(pilot, "escape")
        assert "1 row typed but not recorded" in said(pilot)[-1]
        await keys(pilot, "number_sign")
        assert pilot.app.screen.query_one(CountInput).value == "3..5"
    assert journal_service.revision() == before


async def test_letters_are_keys_while_nothing_is_typed(larder: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "5")
        await type_keys(pilot, " kg")
        await keys(pilot, "enter", "B")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen))
        await keys(pilot, "escape")
        assert table(pilot).tally is None
    assert left("Thing 01") == 5000


async def test_what_is_typed_at_once_is_counted_whole_and_in_its_own_row(
    larder: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3")
        for pressed in ("j", *"2.4 kg", "enter", *"12 kg", "enter"):
            key = "space" if pressed == " " else pressed
            pilot.app.post_message(events.Key(key, pressed if len(pressed) == 1 else None))
        await until(pilot, lambda: table(pilot).cursor == 3)
        await settle(pilot)
    assert [left(name) for name in NAMES[:4]] == [10_000, 2400, 12_000, 10_000]


async def test_a_number_pasted_into_the_list_is_counted_whole(
    larder: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3")
        pilot.app.post_message(events.Paste("2.4 kg\n"))
        await until(
            pilot, lambda: [each.value for each in stock(pilot).query(CountInput)] == ["2.4 kg"]
        )
        await keys(pilot, "enter")
    assert left("Thing 01") == 2400


async def test_a_bare_number_of_what_is_weighed_is_asked_about(
    larder: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "3", "enter")
        assert line(pilot).startswith("✗ 3 what? Type 3 kg, 3 packs, or 3%")
    assert left("Thing 01") == 10_000


async def test_what_the_kitchen_refuses_is_marked_in_its_row(
    larder: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "2")
        await type_keys(pilot, " cup")
        await keys(pilot, "enter")
        assert "cannot be converted" in cell(pilot, "Thing 01", "said")
        assert pilot.app.screen.query_one(CountInput).has_focus
        assert table(pilot).cursor == 1


async def test_a_number_typed_at_once_falls_into_the_blank_that_comes_of_its_first_digit(
    larder: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3")
        assert not stock(pilot).query(CountInput)
        for key in "12.5":
            pilot.app.post_message(events.Key("full_stop" if key == "." else key, key))
        await until(
            pilot, lambda: [each.value for each in stock(pilot).query(CountInput)] == ["12.5"]
        )


async def test_one_count_is_taken_back_in_the_list(larder: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "number_sign")
        for _ in range(2):
            await pilot.press("1", "k", "g", "enter")
        await settle(pilot)
        assert left("Thing 02") == 1000
        await keys(pilot, "u")
        assert left("Thing 02") == 10_000
        assert left("Thing 01") == 1000
        assert table(pilot).cursor == 1
        assert pilot.app.screen.query_one(CountInput).value == "1kg"


async def test_rows_stay_where_they_are_while_one_counts(
    larder: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "s", "s", "1")
        await type_keys(pilot, "kg")
        await keys(pilot, "enter")
        assert names(pilot) == NAMES
        await keys(pilot, "escape")
        assert cell(pilot, "Thing 01", "on_hand") == "1 kg"


async def test_a_filtered_list_is_counted(larder: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "number_sign", "slash")
        await type_keys(pilot, "07")
        await keys(pilot, "enter")
        assert pilot.app.screen.query_one(CountInput).has_focus
        await type_keys(pilot, "2kg")
        await keys(pilot, "enter")
        assert left("Thing 07") == 2000


async def test_the_keys_of_the_stock_can_be_searched(larder: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        await type_keys(pilot, "count")
        assert "#" in [row.cells[0] for row in pilot.app.screen.query_one(TableView).rows]


# -- many ----------------------------------------------------------------------------------------


@pytest.fixture
def warehouse(sqlite_kitchen: Database) -> Database:
    """Give a kitchen with ten thousand items and twenty thousand lots."""
    ids = range(1, 10_001)
    with session_scope() as session:
        session.execute(
            insert(Item),
            [
                {
                    "id": n,
                    "slug": f"item-{n}",
                    "name": f"Item {n:05}",
                    "kind": "ingredient",
                    "unit": ("g", "ml", "each")[n % 3],
                    "allergens": [],
                }
                for n in ids
            ],
        )
        session.execute(
            insert(Lot),
            [
                {
                    "item_id": 1 + n % 10_000,
                    "amount": 5_000_000_000,
                    "left": 1_000_000 * (1 + n % 900),
                    "paid": 4_000_000,
                    "cost_left": 1_000_000,
                    "received": date(2026, 10, 1),
                }
                for n in range(20_000)
            ],
        )
    return sqlite_kitchen


async def test_ten_thousand_items_open_at_once_and_are_filtered(
    warehouse: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3")
        assert len(table(pilot).rows) == 10_000
        assert cell(pilot, "Item 10000", "lots") == "2"
        await keys(pilot, "G", "slash")
        before = time.process_time()
        await pilot.press("9", "9", "9")
        await pilot.pause(0)
        assert time.process_time() - before < 3 * 0.3
        assert names(pilot)[0] == "Item 00999"


def test_a_long_list_comes_before_the_plan_that_it_goes_on_with(warehouse: Database) -> None:
    bakery = KitchenBuilder()
    with read_session() as session:
        assert read_stock(session, whole=False).whole
    bakery.bundle("box", {"item-2": 2})
    bakery.event("fair", {"box": 3})
    with read_session() as session:
        first = read_stock(session, whole=False)
        assert (first.whole, len(first.on_hand), first.promises) == (False, 10_000, {})
        whole = read_stock(session, whole=True, begun=first)
        assert (whole.whole, whole.stocked is first.stocked) == (True, True)
        assert whole.promises[2].reserved == 6


async def test_nothing_holds_the_screen_while_ten_thousand_items_open(
    warehouse: Database, site: Site
) -> None:
    longest = 0.0

    async def probe() -> None:
        nonlocal longest
        while True:
            before, spent = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, min(time.thread_time() - spent, time.perf_counter() - before))

    # As the program does: else what other tests have left is looked through meanwhile.
    with collecting_rarely():
        async with running(site) as pilot:
            watch = asyncio.create_task(probe())
            await keys(pilot, "f3")
            watch.cancel()
    assert longest < 0.2


def test_counting_is_one_entry_for_each_row(larder: KitchenBuilder) -> None:
    change = stock_service.count(larder.item("thing-01"), "2 bags")
    assert change.summary == "Counted 10 kg Thing 01"

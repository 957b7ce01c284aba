"""A receipt by keys alone: type-ahead, repeating, prices, wrong lines, putting it aside."""

from __future__ import annotations

from decimal import Decimal

import pytest
from textual import events
from textual.pilot import Pilot

from bakehouse.testing.screens import settle, until
from core.services import journal_service, receipt_service, stock_service
from core.services.receipt_service import ReceiptLine
from core.session import Database
from tests.builders import KitchenBuilder
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said
from tui.palette import Commands
from tui.screens.form.differences import DifferencesView
from tui.screens.receipt.screen import ReceiptScreen
from tui.screens.stock.screen import StockScreen
from tui.widgets.words import Words

THINGS = [f"Thing {number:02}" for number in range(1, 21)]


@pytest.fixture
def shop(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with twenty things in packs, all of which were bought at the mill."""
    bakery = KitchenBuilder()
    lines = []
    for number, name in enumerate(THINGS, start=1):
        slug = f"thing-{number:02}"
        bakery.ingredient(slug, name=name)
        product = bakery.product(f"{slug}-bag", slug, "5 kg", label=f"{name}, 5 kg bag")
        lines.append(ReceiptLine(bakery.item(slug), product, "2", f"{number}.50"))
    bakery.ingredient("creme", name="Crème fraîche")
    receipt_service.record_receipt(lines, store="Mill")
    return bakery


def form(pilot: Pilot[None]) -> ReceiptScreen:
    assert isinstance(pilot.app.screen, ReceiptScreen)
    return pilot.app.screen


def text_of(pilot: Pilot[None], selector: str) -> str:
    return str(form(pilot).query_one(selector, Words).render())


def lines(pilot: Pilot[None]) -> list[tuple[str, ...]]:
    return [line.texts for line in form(pilot).form.filled]


async def type_keys(pilot: Pilot[None], text: str) -> None:
    names = {" ": "space", ".": "full_stop", ",": "comma"}
    for char in text:
        await pilot.press(names.get(char, char))
    await settle(pilot)


async def test_a_number_of_pieces_says_how_packs_are_written(
    shop: KitchenBuilder, site: Site
) -> None:
    shop.ingredient("egg", "each", name="Egg")
    shop.product("carton", "egg", "1 dozen", "3.60", label="Egg 1 dozen carton")
    async with running(site) as pilot:
        await keys(pilot, "B", "enter", "enter")
        await type_keys(pilot, "egg")
        await keys(pilot, "enter")
        assert text_of(pilot, "#receipt-offers") == "2 = 2 × Egg; 2 cartons for packs"
        await type_keys(pilot, "1")
        assert text_of(pilot, "#receipt-offers") == "1 = 1 × Egg; 1 carton for packs"
        await type_keys(pilot, " carton")
        assert text_of(pilot, "#receipt-offers") == ""


async def test_lines_that_are_pasted_into_a_field_become_one(
    shop: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B")
        form(pilot).form.store.post_message(events.Paste("Mill\nat the river\r\n\nin town"))
        await settle(pilot)
        assert form(pilot).form.store.value == "Mill at the river in town"


async def test_a_line_is_taken_out_by_one_key(shop: KitchenBuilder, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "B", "enter", "enter")
        for _ in range(3):
            await keys(pilot, "enter", "enter", "enter")
        await keys(pilot, "up", "up", "ctrl+y")
        names = ["Thing 01, 5 kg bag", "Thing 03, 5 kg bag"]
        assert [line[0] for line in lines(pilot)] == names
        assert [line.number for line in form(pilot).form.lines] == [1, 2, 3]
        assert "2 lines · $5.00" in text_of(pilot, "#receipt-title")
        assert form(pilot).form.line is form(pilot).form.lines[1]
        await keys(pilot, "ctrl+y", "ctrl+y")
        assert [line[0] for line in lines(pilot)] == names[:1]
        await keys(pilot, "ctrl+s")
        assert said(pilot)[-1].startswith("Bought 1 thing at Mill for $1.50: Thing 01")


async def test_a_line_may_be_taken_out_while_it_is_still_looked_what_it_would_change(
    shop: KitchenBuilder, site: Site
) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "B", "enter", "enter")
        for _ in range(3):
            await keys(pilot, "enter", "enter", "enter")
        await keys(pilot, "up", "up")
        form(pilot).look()
        await pilot.press("ctrl+y")
        await settle(pilot)
        assert [line[0] for line in lines(pilot)] == ["Thing 01, 5 kg bag", "Thing 03, 5 kg bag"]
        await keys(pilot, "ctrl+s")
        assert said(pilot)[-1].startswith("Bought 2 things")


async def test_what_a_receipt_would_change_follows_what_others_do(
    shop: KitchenBuilder, site: Site
) -> None:
    async with running(site, look_every=0.02) as pilot:
        await keys(pilot, "B", "enter", "enter", "enter", "enter", "enter")
        await until(pilot, lambda: form(pilot).preview is not None)
        first, typed = form(pilot).preview, lines(pilot)
        shop.buy("thing-01", "1 kg", "1.00")
        await until(pilot, lambda: form(pilot).preview not in (first, None))
        assert lines(pilot) == typed


async def test_repeating_a_line_takes_three_keys(shop: KitchenBuilder, site: Site) -> None:
    before = journal_service.revision()
    async with running(site, NARROW) as pilot:
        pressed = ["B", "enter", "enter"]
        await keys(pilot, *pressed)
        for _ in THINGS:
            await keys(pilot, "enter", "enter", "enter")
        assert lines(pilot) == [
            (f"{name}, 5 kg bag", "2 x 5 kg", f"{number}.50")
            for number, name in enumerate(THINGS, start=1)
        ]
        assert "20 lines · $220.00" in text_of(pilot, "#receipt-title")
        await keys(pilot, "ctrl+s")
        assert not isinstance(pilot.app.screen, ReceiptScreen)
        assert said(pilot)[-1].startswith("Bought 20 things at Mill for $220.00")
    assert journal_service.revision() == before + 1
    journal_service.undo()
    assert len(stock_service.list_lots()) == 20


async def test_what_a_long_receipt_changes_is_in_sight(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "B", "enter", "enter", *["enter"] * 39)
        assert len(lines(pilot)) == 13
        offers = form(pilot).query_one("#receipt-offers")
        differences = form(pilot).query_one(DifferencesView)
        assert differences.region.y - offers.region.bottom <= 2
        assert differences.region.bottom < NARROW[1]


async def test_a_name_is_found_by_the_beginning_of_its_words(
    shop: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B", "enter", "enter")
        await type_keys(pilot, "creme")
        await keys(pilot, "enter")
        assert lines(pilot) == [("Crème fraîche", "", "")]
        await type_keys(pilot, "1.5 kg")
        await keys(pilot, "enter")
        await type_keys(pilot, "3.20")
        await keys(pilot, "enter")
        await type_keys(pilot, "17 bag")
        await keys(pilot, "enter")
        assert lines(pilot)[1] == ("Thing 17, 5 kg bag", "2 x 5 kg", "17.50")


async def test_another_amount_brings_its_price_along(shop: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B", "enter", "enter", "enter")
        await type_keys(pilot, "3 x 5 kg")
        assert lines(pilot) == [("Thing 01, 5 kg bag", "3 x 5 kg", "2.25")]
        await keys(pilot, "enter")
        await type_keys(pilot, "9.99")
        await keys(pilot, "shift+tab")
        await type_keys(pilot, "4")
        assert lines(pilot) == [("Thing 01, 5 kg bag", "4", "9.99")]
        await keys(pilot, "ctrl+s")
    [newest, *_] = receipt_service.list_last_bought()
    assert (newest.amount, newest.paid) == ("4 x 5 kg", Decimal("9.99"))


async def test_arrows_go_through_what_is_offered(shop: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B", "enter", "enter", "down", "down", "down", "up")
        assert lines(pilot)[0][0] == "Thing 02, 5 kg bag"
        await keys(pilot, "enter", "enter", "enter")
        assert "↓ Thing 01" in text_of(pilot, "#receipt-offers")


async def test_a_wrong_line_is_marked_and_nothing_typed_is_lost(
    shop: KitchenBuilder, site: Site
) -> None:
    before = journal_service.revision()
    async with running(site, NARROW) as pilot:
        await keys(pilot, "B", "enter", "enter", *["enter"] * 4)
        await type_keys(pilot, "some")
        await until(pilot, lambda: "line 2: 'some'" in text_of(pilot, "#receipt-message"))
        assert form(pilot).form.lines[1].refused
        await keys(pilot, "enter", "enter", "ctrl+s")
        assert form(pilot).form.lines[1].has_class("-refused")
        assert form(pilot).form.lines[1].entry("amount").has_focus
        assert lines(pilot)[1][:2] == ("Thing 02, 5 kg bag", "some")
        assert journal_service.revision() == before
        await type_keys(pilot, "2")
        await keys(pilot, "ctrl+s")
        assert journal_service.revision() == before + 1


async def test_what_nobody_sells_is_said(shop: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B", "enter", "enter")
        await type_keys(pilot, "qqq")
        await keys(pilot, "enter")
        assert "Nothing that is bought is called “qqq”" in text_of(pilot, "#receipt-message")
        await keys(pilot, "ctrl+s")
        assert "“qqq”" in text_of(pilot, "#receipt-message")


async def test_a_receipt_is_thrown_away_by_a_key_that_is_shown(
    shop: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "B", "enter", "enter", "enter")
        assert form(pilot).form.filled
        assert "Ctrl+R drops it" in text_of(pilot, "#receipt-keys")
        await keys(pilot, "ctrl+r", "B")
        assert not form(pilot).form.filled


async def test_a_line_typed_at_once_falls_into_its_fields(shop: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "B", "enter", "enter")
        typed = (*"thing 07", "enter", *"3", "enter", *"9.50", "enter", *"thing 08", "enter")
        for pressed in typed:
            key = "space" if pressed == " " else pressed
            pilot.app.post_message(events.Key(key, pressed if len(pressed) == 1 else None))
        await until(
            pilot, lambda: [line.texts[0] for line in form(pilot).form.filled][1:] == ["Thing 08"]
        )
        assert form(pilot).form.lines[0].texts == ("Thing 07", "3", "9.50")
        assert form(pilot).form.lines[1].entry("amount").has_focus


async def test_the_day_of_a_receipt_is_said_back(shop: KitchenBuilder, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f3", "B")
        form(pilot).form.day.value = "fri"
        await settle(pilot)
        assert text_of(pilot, "#receipt-day") == "Fri 2026-11-20, 2 days ago"
        assert form(pilot).form.read_day().isoformat() == "2026-11-20"


async def test_a_receipt_that_is_put_aside_comes_back(shop: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B", "enter", "enter", "enter", "enter", "enter", "escape")
        assert said(pilot)[-1] == "The receipt is put aside; B goes on with it."
        await keys(pilot, "B")
        assert lines(pilot) == [("Thing 01, 5 kg bag", "2 x 5 kg", "1.50")]
        assert form(pilot).form.store.value == "Mill"
        assert form(pilot).form.lines[1].entry("what").has_focus
        await keys(pilot, "ctrl+s")
        assert app_of(pilot).drafts.all() == []


async def test_it_shows_what_it_does_to_the_shopping_list(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B", "enter", "enter", "enter")
        await until(pilot, lambda: form(pilot).preview is not None)
        assert "to buy" in text_of(pilot, "#differences-text")


async def test_a_bad_date_is_said(shop: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B", "enter")
        await type_keys(pilot, "soon")
        await keys(pilot, "enter", "enter", "ctrl+s")
        assert "'soon' is no date" in text_of(pilot, "#receipt-message")
        assert form(pilot).form.day.has_focus


async def test_the_palette_opens_it_from_everywhere(shop: KitchenBuilder, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3")
        assert isinstance(pilot.app.screen, StockScreen)
        acts = {name: act for name, _, act in Commands(pilot.app.screen)._entries()}
        acts["stock: enter a receipt"]()
        await settle(pilot)
        assert form(pilot)

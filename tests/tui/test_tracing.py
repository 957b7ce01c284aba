"""Where things came from and where they go: from the journal and from the stock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot
from textual.widgets.tree import TreeNode

from core.services import journal_service
from core.services.planning.telling import Told
from core.session import Database
from tests.builders import KitchenBuilder
from tests.tui.conftest import Site, keys, running
from tui.screens.event.screen import EventScreen
from tui.screens.stock.screen import StockScreen
from tui.screens.why.screen import WhyScreen, WhyTree
from tui.widgets.words import Words

WAYS = ("Came from", "Went into", "Handed out", "Still in stock")


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a batch of cookies in boxes, one of them handed to Ann, and a fair that wants flour."""
    builder = KitchenBuilder()
    builder.ingredient("flour", name="Flour")
    builder.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    builder.recipe("bread", {"loaf": 1}, {"flour": "400 g"})
    builder.bundle("box", {"cookie": 6})
    builder.event("christmas", [("box", 5, "Ann"), ("loaf", 1, None)], date="2026-12-15")
    builder.event("fair", {"loaf": 2}, date="2026-12-20")
    builder.buy("flour", "1 kg", "3.00", store="Mill")
    builder.make("cookies", 1, event="christmas")
    builder.assemble("box", 5, event="christmas")
    builder.deliver("christmas", "box", 1, to="Ann")
    return builder


def tree(pilot: Pilot[None]) -> list[str]:
    """Return the lines of the explanation that is open, each as it is read."""
    assert isinstance(pilot.app.screen, WhyScreen)
    return [
        str(node.label) for root in pilot.app.screen.query_one(WhyTree).root.children
        for node in nodes(root)
    ]  # fmt: skip


def nodes(node: TreeNode[Told]) -> Iterator[TreeNode[Told]]:
    yield node
    for inner in node.children:
        yield from nodes(inner)


def title(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one("#why-title", Words).text


async def test_a_purchase_in_the_journal_is_traced_to_who_got_it(
    bakery: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f5", "slash", *"Bought", "enter", "w")
        assert title(pilot).startswith("Trace  #")
        lines = tree(pilot)
        assert lines[0].strip() == "1 kg Flour, lot L1"
        assert [line.strip() for line in lines if line.strip() in WAYS] == list(WAYS)
        assert any("handed to Ann for Christmas" in line for line in lines)
        assert any("bought" in line and "Mill" in line for line in lines)
        # The line under the cursor is flour: Enter shows its lots in the stock.
        await keys(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, StockScreen)
        assert screen.item is not None
        assert screen.item.name == "Flour"
        assert screen.query_one("LotsTable").has_focus


async def test_a_batch_in_the_journal_is_traced_both_ways(
    bakery: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f5", "slash", *"Made", "enter", "t")
        lines = tree(pilot)
        assert "Cookies, run R1" in lines[0] or "cookies, run R1" in lines[0]
        assert any("500 g Flour, lot L1" in line for line in lines)


async def test_an_entry_that_moved_nothing_says_so(bakery: KitchenBuilder, site: Site) -> None:
    journal_service.undo()
    async with running(site) as pilot:
        await keys(pilot, "f5", "G", "w")
        assert "there is nothing to trace" in title(pilot)
        await keys(pilot, "enter", "escape")
        assert not isinstance(pilot.app.screen, WhyScreen)


async def test_the_lots_of_an_item_are_traced_in_the_stock(
    bakery: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "slash", *"flour", "enter", "t")
        assert title(pilot) == "Trace  Flour"
        assert any("handed to Ann" in line for line in tree(pilot))
        await keys(pilot, "escape", "enter", "t")
        assert title(pilot) == "Trace  Flour, lot L1"


async def test_who_gets_what_of_an_item_that_two_events_want(
    bakery: KitchenBuilder, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "slash", *"flour", "enter", "w")
        lines = tree(pilot)
        assert lines[0] == "500 g in stock, wanted by 2 events  runs out at Fair"
        assert lines[1] == "400 g Christmas, 2026-12-15  400 g from stock"
        assert lines[2].startswith("800 g Fair, 2026-12-20  short 700 g · 100 g from stock")
        await keys(pilot, "j", "enter")
        assert isinstance(pilot.app.screen, EventScreen)
        assert pilot.app.screen.event_id == bakery.event_id("christmas")

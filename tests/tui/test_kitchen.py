"""The kitchen: four lists, each thing whole, and what can be done with it."""

from __future__ import annotations

import asyncio
import time
from fractions import Fraction

import pytest
from sqlalchemy import insert
from textual.pilot import Pilot

from bakehouse.testing.screens import settle, until
from core.models import Item, Recipe, RecipeLine, RecipeOutput
from core.services import journal_service
from core.session import Database, session_scope
from tests.builders import KitchenBuilder
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said, write
from tui.screens.event.screen import EventScreen
from tui.screens.export.screen import ExportScreen
from tui.screens.form.screen import FormScreen
from tui.screens.help.screen import HelpScreen
from tui.screens.kitchen.card import CardTable, CardView
from tui.screens.kitchen.entry import EntryScreen
from tui.screens.kitchen.screen import CatalogueScreen, ThingList
from tui.screens.kitchen.uses import UsesScreen
from tui.widgets.table import TableView
from tui.widgets.words import Words


def kitchen(pilot: Pilot[None]) -> CatalogueScreen:
    assert isinstance(pilot.app.screen, CatalogueScreen)
    return pilot.app.screen


def names(pilot: Pilot[None]) -> list[str]:
    return [str(row.cells[0]) for row in kitchen(pilot).query_one(ThingList).table.rows]


def told(pilot: Pilot[None], part: str) -> str:
    return str(kitchen(pilot).query_one(f"#card-{part}", Words).render())


async def rest(pilot: Pilot[None]) -> None:
    """Wait until the card is that of the row under the cursor."""
    screen = kitchen(pilot)
    await until(pilot, lambda: screen.card is not None and screen.card.thing == screen.thing)
    await settle(pilot)


async def test_four_lists_by_number_and_by_arrow(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4")
        assert names(pilot)[:2] == ["Almond biscotti", "Butter shortbread"]
        await keys(pilot, "2")
        assert "Gift hamper" in names(pilot)
        await keys(pilot, "right")
        assert "Flour, all purpose" in names(pilot)
        await keys(pilot, "right", "right", "left")
        assert kitchen(pilot).kind == "product"
        await keys(pilot, "1")
        assert kitchen(pilot).kind == "recipe"


async def test_a_long_list_is_come_back_to_where_one_was(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f4", "3", "end")
        table = kitchen(pilot).query_one(ThingList).table
        last = table.cursor
        await keys(pilot, "4", "3")
        assert table.cursor == last
        assert last - table.scroll_offset.y < table.size.height
        assert table.scroll_offset.y > 0


async def test_products_stand_by_item_whatever_their_case(demo: Database, site: Site) -> None:
    bakery = KitchenBuilder()
    bakery.ingredient("zest", name="zest")
    bakery.product("zest-jar", "zest", "50 g")
    bakery.ingredient("zucchini", name="Zucchini")
    bakery.product("zucchini-kg", "zucchini", "1 kg")
    async with running(site) as pilot:
        await keys(pilot, "f4", "4")
        assert names(pilot)[-2:] == ["Zest jar", "Zucchini kg"]


async def test_the_filter_is_by_words_without_accents(demo: Database, site: Site) -> None:
    KitchenBuilder().ingredient("creme", name="Crème fraîche")
    async with running(site) as pilot:
        await keys(pilot, "f4", "3", "slash")
        await write(pilot, "FRAICHE creme")
        assert names(pilot) == ["Crème fraîche"]


async def test_a_recipe_is_shown_whole(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "j", "j")
        await rest(pilot)
        assert told(pilot, "title") == "Chocolate chip cookies"
        facts = told(pilot, "facts")
        for fact in ("makes 48 Chocolate chip cookie", "step 1/2", "35 min hands", "keeps 28 days"):
            assert fact in facts
        assert "$7.58 a batch" in facts
        assert "contains egg, milk, soy, wheat" in facts
        lines = kitchen(pilot).query_one(CardTable).rows
        assert lines[0].cells[:2] == ("2 1/2 cup", "Flour, all purpose")
        assert "in Christmas gift bag" in [row.cells[1] for row in lines]


async def test_a_recipe_makes_one_of_its_outputs_or_the_other(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "slash")
        await write(pilot, "gingerbread")
        await keys(pilot, "enter")
        await rest(pilot)
        said_so = "30 Gingerbread person, large or 72 Gingerbread person, mini"
        assert f"makes {said_so}" in told(pilot, "facts")
        assert kitchen(pilot).query_one(ThingList).table.rows[0].cells[1] == said_so


async def test_an_unknown_line_is_mended_where_it_stands(demo: Database, site: Site) -> None:
    KitchenBuilder().edit_item("flour", measures={}, grams_per_ml=None)
    async with running(site) as pilot:
        await keys(pilot, "f4", "j", "j")
        await rest(pilot)
        assert "1 unknown, f mends it" in told(pilot, "title")
        assert "cost unknown, at least" in told(pilot, "facts")
        await keys(pilot, "f")
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.values["amount"] == "1 cup"
        await write(pilot, "125 g")
        await keys(pilot, "enter")
        assert "unknown" not in told(pilot, "title")
        assert kitchen(pilot).query_one(CardTable).rows[0].cells[2] == "0.689 lb"


async def test_enter_on_a_line_goes_to_what_it_names(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "tab", "enter")
        await rest(pilot)
        assert (kitchen(pilot).kind, told(pilot, "title")) == ("item", "Flour, all purpose")
        assert "a kg" in told(pilot, "facts")


async def test_where_used_goes_there(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "2")
        await rest(pilot)
        await keys(pilot, "w")
        assert isinstance(pilot.app.screen, UsesScreen)
        rows = pilot.app.screen.query_one(TableView).rows
        assert rows[0].cells[:2] == ("event", "Winter Market stall")
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, EventScreen)


async def test_archive_show_bring_back_and_undo(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4")
        await rest(pilot)
        await keys(pilot, "x")
        assert "Almond biscotti" not in names(pilot)
        assert said(pilot)[-1].endswith("u to undo")
        await keys(pilot, "z")
        assert "Almond biscotti" in names(pilot)
        await keys(pilot, "g")
        await rest(pilot)
        await keys(pilot, "x", "z")
        assert "Almond biscotti" in names(pilot)
        await keys(pilot, "u")
        assert "Almond biscotti" not in names(pilot)


async def test_an_empty_kitchen_says_what_to_do(sqlite_kitchen: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f4")
        for number in "1234":
            await keys(pilot, number)
            assert "n adds one" in kitchen(pilot).query_one(ThingList).table.table.empty
            assert not kitchen(pilot).query_one(CardView).display
        await keys(pilot, "n")
        assert isinstance(pilot.app.screen, EntryScreen)


async def test_the_keys_can_be_found(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        found = {str(row.cells[1]).partition(":")[0] for row in pilot.app.screen._rows}
        assert {"Where used", "Edit", "New", "Archive", "Rename", "Recipes", "Kitchen"} <= found


async def test_a_kitchen_that_only_reads_offers_no_writing(
    demo: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = journal_service.revision()
    async with running(site) as pilot:
        app_of(pilot).readonly = True
        await keys(pilot, "f4", "n", "x", "c")
        kitchen(pilot)
        await keys(pilot, "e")
        assert isinstance(pilot.app.screen, ExportScreen), "where nothing can be edited, e exports"
        assert journal_service.revision() == before


class Stalls:
    """Measures the longest stretch of CPU that the screen's thread does not give back."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.thread_time() - before)

    def end(self) -> float:
        """Stop looking, and return the seconds."""
        self._task.cancel()
        return self.longest


def add_recipes(count: int) -> None:
    """Add recipes of one line each, all at once."""
    with session_scope() as session:
        flour = KitchenBuilder(session).ingredient("flour")
        first = flour + 1
        numbers = range(first, first + count)
        kinds = {"kind": "made", "unit": "each"}
        items = [{"id": n, "slug": f"r{n}", "name": f"Rôll {n}", **kinds} for n in numbers]
        recipes = [{"id": n, "slug": f"r{n}", "name": f"Recipe {n}"} for n in numbers]
        own = [{"recipe_id": n, "position": 0, "amount": Fraction(12)} for n in numbers]
        session.execute(insert(Item), items)
        session.execute(insert(Recipe), recipes)
        outputs = [{**row, "item_id": row["recipe_id"], "unit": "each"} for row in own]
        session.execute(insert(RecipeOutput), outputs)
        session.execute(insert(RecipeLine), [{**row, "item_id": flour, "unit": "g"} for row in own])


async def test_many_recipes_open_without_holding_the_loop(
    sqlite_kitchen: Database, site: Site
) -> None:
    add_recipes(5000)
    async with running(site) as pilot:
        await keys(pilot, "f4", "2")
        stalls = Stalls()
        await keys(pilot, "1")
        await until(pilot, lambda: len(names(pilot)) == 5000)
        await rest(pilot)
        assert stalls.end() < 0.1

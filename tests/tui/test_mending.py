"""What opens under Enter on a problem is what has to be mended, filled in."""

from __future__ import annotations

from datetime import date

from textual.pilot import Pilot

from bakehouse.testing.screens import settle
from core.services import catalog_service
from core.services.planning import plan_service
from core.session import Database
from tests.builders import KitchenBuilder, gift_bags
from tests.tui.conftest import Site, app_of, keys, running
from tui.screens.form.screen import FormScreen
from tui.screens.kitchen.entry import EntryScreen
from tui.screens.problems.screen import ProblemsScreen
from tui.widgets.table import TableView
from tui.widgets.words import Words


async def opened(pilot: Pilot[None], kind: str) -> FormScreen:
    """Open what mends the first problem of a kind."""
    await keys(pilot, "enter", "p")
    problems = app_of(pilot).screen
    assert isinstance(problems, ProblemsScreen)
    kinds = [problem.kind for problem in problems.problems]
    problems.query_one(TableView).cursor = kinds.index(kind)
    await settle(pilot)
    await keys(pilot, "enter")
    form = app_of(pilot).screen
    assert isinstance(form, FormScreen)
    await settle(pilot)
    return form


def fresh_bread(bakery: KitchenBuilder) -> None:
    """Bake two loaves for Christmas that keep two days."""
    bakery.recipe("bread", {"loaf": 1})
    bakery.edit_item("loaf", shelf_life_days=2)
    bakery.event("christmas", {"loaf": 2})
    bakery.make("bread", 2, event="christmas")


async def test_a_short_target_opens_the_target(sqlite_kitchen: Database, site: Site) -> None:
    bakery = KitchenBuilder()
    gift_bags(bakery)
    bakery.target("christmas", "cookies", 6, short_ok=True)
    async with running(site) as pilot:
        form = await opened(pilot, "short")
        assert form.command.name == "event target"
        assert (form.values["event"], form.values["recipe"]) == ("Christmas", "Cookies")


async def test_what_is_made_and_will_not_keep_opens_making_it_again(
    sqlite_kitchen: Database, site: Site
) -> None:
    bakery = KitchenBuilder()
    fresh_bread(bakery)
    async with running(site) as pilot:
        form = await opened(pilot, "expiring")
        assert form.command.name == "make"
        assert (form.values["event"], form.values["recipe"]) == ("Christmas", "Bread")


async def test_bundles_that_will_not_keep_open_assembling_them_again(
    sqlite_kitchen: Database, site: Site
) -> None:
    bakery = KitchenBuilder()
    fresh_bread(bakery)
    bakery.bundle("box", {"loaf": 1})
    bakery.want("christmas", "loaf", 0)
    bakery.want("christmas", "box", 2)
    bakery.assemble("box", 2, event="christmas")
    async with running(site) as pilot:
        form = await opened(pilot, "expiring")
        assert form.command.name == "assemble"
        assert form.values["bundle"] == "Box"


async def test_a_pack_that_cannot_be_converted_opens_its_item(
    sqlite_kitchen: Database, site: Site
) -> None:
    bakery = KitchenBuilder()
    bakery.ingredient("salt", "ml")
    bakery.product("salt-box", "salt", "1 lb", "1.00")
    bakery.recipe("bread", {"loaf": 1}, {"salt": "5 ml"})
    bakery.event("christmas", {"loaf": 1})
    async with running(site) as pilot:
        form = await opened(pilot, "unknown pack")
        assert isinstance(form, EntryScreen)
        assert (form.command.name, form.slug) == ("item set", "salt")


async def test_an_old_price_is_confirmed_by_keeping_it(
    sqlite_kitchen: Database, site: Site
) -> None:
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    product = bakery.product("bag", "flour", "1 kg", "2.00", priced_on="2025-01-01")
    bakery.recipe("bread", {"loaf": 1}, {"flour": "500 g"})
    bakery.event("christmas", {"loaf": 1})
    async with running(site) as pilot:
        form = await opened(pilot, "old price")
        assert form.values == {"product": "bag", "price": "2.00"}
        await keys(pilot, "ctrl+s")
    assert plan_service.problems() == []
    assert date.fromisoformat(str(catalog_service.get_product(product).priced_on)).year == 2026


async def test_an_empty_list_offers_nothing_to_mend(sqlite_kitchen: Database, site: Site) -> None:
    bakery = KitchenBuilder()
    bakery.recipe("bread", {"loaf": 1})
    bakery.event("christmas", {"loaf": 1})
    async with running(site) as pilot:
        await keys(pilot, "enter", "p")
        shown = app_of(pilot).screen.query_one("#problems-keys", Words)
        assert str(shown.render()) == "Esc goes back"

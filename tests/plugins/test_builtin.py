"""The built-in views: the contract's data, and the rows a baker reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bakehouse.plugin import Amount, Cell, Money, Ref, Row, Sections, Table
from core.commands import run
from core.documents import (
    BundleDoc,
    EventDoc,
    EventLineDoc,
    ItemDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
    RecipeLineDoc,
)
from core.services import (
    assembly_service,
    catalog_service,
    event_service,
    production_service,
    settings_service,
    stock_service,
)
from core.services.planning import plan_service
from core.session import Database, read_session, rehearsal
from plugins.host import Host, Loaded

if TYPE_CHECKING:
    from tests.plugins.conftest import Site

PLUGINS = Path(__file__).parents[2] / "plugins"
BUILTIN = (
    "production",
    "assembly",
    "shopping",
    "plan",
    "stock",
    "problems",
    "contention",
    "costs",
    "timeline",
)


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> None:
    """Fill the kitchen: fifty gift bags with six cookies and three brownies each."""
    for item in (
        ItemDoc(slug="flour", name="Flour [white]", kind="ingredient", unit="g", display_unit="lb"),
        ItemDoc(slug="salt", name="Salt", kind="ingredient", unit="g", always_on_hand=True),
        ItemDoc(slug="ribbon", name="Ribbon", kind="supply", unit="each"),
        ItemDoc(slug="cookie", name="Sugar cookie", kind="made", unit="each"),
        ItemDoc(slug="brownie", name="Brownie", kind="made", unit="each"),
        ItemDoc(slug="gift-bag", name="Gift bag", kind="bundle", unit="each"),
    ):
        catalog_service.save_item(item)
    catalog_service.save_product(
        ProductDoc(
            slug="flour-5lb",
            item="flour",
            label="King Arthur 5 lb",
            pack="5 lb",
            price="6.00",
            store="Wegmans",
        )
    )
    flour = [RecipeLineDoc(item="flour", amount="2 lb"), RecipeLineDoc(item="salt", amount="5 g")]
    for slug, made, amount in (("cookies", "cookie", "48"), ("brownies", "brownie", "24")):
        catalog_service.save_recipe(
            RecipeDoc(
                slug=slug,
                name=slug.capitalize(),
                makes=[LineDoc(item=made, amount=amount)],
                lines=flour,
            )
        )
    holds = [("cookie", "6"), ("brownie", "3"), ("ribbon", "1")]
    catalog_service.save_bundle(
        BundleDoc(
            item="gift-bag", lines=[LineDoc(item=slug, amount=amount) for slug, amount in holds]
        )
    )
    event_service.save_event(
        EventDoc(
            slug="christmas",
            name="Christmas",
            date="2026-12-15",
            lines=[EventLineDoc(item="gift-bag", amount="50")],
        )
    )


@pytest.fixture
def host(site: Site, bakery: None) -> Host:
    return site.with_builtins().host(only=())


def identifier(slug: str) -> int:
    return catalog_service.find_item(slug).id


def recipe(slug: str) -> int:
    return catalog_service.find_recipe(slug).id


def christmas() -> int:
    return event_service.find_event("christmas").id


def show(host: Host, name: str, event_id: int | None = None) -> Table:
    with read_session() as session:
        outcome = host.load(host.view(name), session, event_id)
    assert isinstance(outcome, Loaded), outcome
    assert isinstance(outcome.data, Table)
    return outcome.data


def said(table: Table, row: Row | tuple[Cell, ...]) -> dict[str, object]:
    """Return a row as people read it, without what is empty."""
    cells = row.cells if isinstance(row, Row) else row
    texts = [cell.said if isinstance(cell, Amount | Money) else cell for cell in cells]
    pairs = zip([column.name for column in table.columns], texts, strict=True)
    return {name: text for name, text in pairs if text != ""}


def named(table: Table, name: str) -> Row:
    [row] = [row for row in table.rows if name in row.cells]
    return row


# -- registering -----------------------------------------------------------------------------------


def test_all_built_in_plugins_load(host: Host) -> None:
    assert {view.id for view in host.views()} == set(BUILTIN)
    assert all(record.builtin and record.state == "loaded" for record in host.records())
    assert host.keys()[1] == []


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("name", BUILTIN)
def test_built_in_plugins_use_the_public_door_only(name: str) -> None:
    ours = ("bakehouse.", "core.", "plugins.", "tui.", "sqlalchemy", "textual")
    for path in (PLUGINS / name).glob("*.py"):
        allowed: tuple[str, ...] = ("bakehouse.plugin",)
        if path.name != "__init__.py":
            allowed += ("core.services", "core.errors")
        for module in imported_by(path):
            assert not module.startswith(ours) or module.startswith(allowed), (path, module)


# -- the contract's data ---------------------------------------------------------------------------


def test_data_is_exactly_what_the_services_return(host: Host) -> None:
    event_id = christmas()
    assert show(host, "production", event_id).as_data() == (
        event_service.get_production_progress(event_id)
    )
    assert show(host, "assembly", event_id).as_data() == (
        event_service.get_assembly_progress(event_id)
    )
    assert show(host, "shopping", event_id).as_data() == event_service.get_shopping_list(event_id)


def test_views_read_through_the_session_they_are_given(host: Host) -> None:
    event_id = christmas()
    with rehearsal() as session:
        event_service.set_line(event_id, identifier("gift-bag"), "100", session=session)
        outcome = host.load(host.view("production"), session, event_id)
    assert isinstance(outcome, Loaded)
    assert isinstance(outcome.data, Table)
    assert said(outcome.data, named(outcome.data, "Cookies"))["to_bake"] == "13"


@pytest.mark.parametrize("name", ["production", "assembly", "shopping"])
def test_a_view_about_an_event_needs_one_that_exists(host: Host, name: str) -> None:
    with read_session() as session:
        none = host.load(host.view(name), session)
        unknown = host.load(host.view(name), session, 999)
    assert "Name the event" in str(none)
    assert "There is no event '999'" in str(unknown)


@pytest.mark.parametrize("name", [name for name in BUILTIN if name != "costs"])
def test_an_empty_kitchen_says_so(site: Site, sqlite_kitchen: Database, name: str) -> None:
    host = site.with_builtins().host(only=())
    event_service.save_event(EventDoc(slug="christmas", name="Christmas", date="2026-12-15"))
    table = show(host, name, christmas())
    assert table.rows == ()
    assert table.totals is None
    assert table.empty


# -- production ------------------------------------------------------------------------------------


def test_production_shows_what_to_bake(host: Host) -> None:
    table = show(host, "production", christmas())
    cookies = named(table, "Cookies")
    assert said(table, cookies) == {
        "recipe": "Cookies",
        "to_bake": "7",
        "can_now": "0",
        "have": "0 of 300",
        "progress": Decimal(0),
        "spare": "36",
        "status": "7 to bake",
    }
    assert cookies.about == Ref("recipe", catalog_service.find_recipe("cookies").id)
    assert table.totals is not None
    assert said(table, table.totals)["to_bake"] == "14"


def test_production_shows_losses_what_can_be_baked_now_and_what_is_done(host: Host) -> None:
    stock_service.receive(identifier("flour"), amount="100 lb", paid="60")
    recipe, cookie = catalog_service.find_recipe("cookies").id, identifier("cookie")
    event_id = christmas()
    production_service.record_production(
        recipe, 1, good={cookie: 40}, lost={cookie: (8, "burnt")}, event_id=event_id
    )
    table = show(host, "production", event_id)
    row = said(table, named(table, "Cookies"))
    assert (row["to_bake"], row["can_now"], row["lost"]) == ("6", "6", "8")
    assert (row["have"], row["made"]) == ("40 of 300", "40")
    production_service.record_production(recipe, 6, event_id=event_id)
    done = named(show(host, "production", event_id), "Cookies")
    assert done.style == "done"
    assert said(table, done)["status"] == "done"
    plan_service.set_target(event_id, recipe, 8)
    more = named(show(host, "production", event_id), "Cookies")
    assert more.style != "done"
    assert (said(table, more)["to_bake"], said(table, more)["status"]) == ("1", "1 to bake")


def test_a_recipe_with_several_outputs_has_a_row_for_each(host: Host) -> None:
    for slug, name in (("mini", "Mini"), ("large", "Large")):
        catalog_service.save_item(ItemDoc(slug=slug, name=name, kind="made", unit="each"))
    catalog_service.save_recipe(
        RecipeDoc(
            slug="dough",
            name="Dough",
            makes=[LineDoc(item="mini", amount="48"), LineDoc(item="large", amount="24")],
        )
    )
    lines = [EventLineDoc(item="mini", amount="30"), EventLineDoc(item="large", amount="30")]
    event_service.save_event(EventDoc(slug="party", name="Party", date="2026-12-01", lines=lines))
    table = show(host, "production", event_service.find_event("party").id)
    assert [row.cells[0] for row in table.rows] == ["Dough", "  Mini", "  Large"]
    dough, mini, _ = (said(table, row) for row in table.rows)
    assert (dough["to_bake"], dough["have"]) == ("2", "0 of 1 7/8")
    assert mini["have"] == "0 of 30"
    assert table.rows[1].about == Ref("item", identifier("mini"))


def test_what_is_there_counts_whoever_it_was_made_for_as_the_percentage_does(host: Host) -> None:
    stock_service.receive(identifier("flour"), amount="100 lb", paid="60")
    production_service.record_production(catalog_service.find_recipe("cookies").id, 3)
    table = show(host, "production", christmas())
    row = said(table, named(table, "Cookies"))
    assert (row["have"], row["progress"]) == ("144 of 300", Decimal(48))
    assert "made" not in row
    assert table.totals is not None
    assert said(table, table.totals)["have"] == "3 of 12 1/2"


def test_what_is_not_there_is_nothing_where_batches_are_thirds(host: Host) -> None:
    catalog_service.save_item(ItemDoc(slug="bun", name="Bun", kind="made", unit="each"))
    catalog_service.save_recipe(
        RecipeDoc(slug="buns", name="Buns", makes=[LineDoc(item="bun", amount="12")])
    )
    lines = [EventLineDoc(item="bun", amount="20")]
    event_service.save_event(EventDoc(slug="party", name="Party", date="2026-12-01", lines=lines))
    table = show(host, "production", event_service.find_event("party").id)
    assert table.totals is not None
    assert said(table, table.totals)["have"] == "0 of 1 2/3"


def test_a_target_that_is_short_or_stale_says_so(host: Host) -> None:
    event_id, recipe = christmas(), catalog_service.find_recipe("cookies").id
    plan_service.set_target(event_id, recipe, 6, short_ok=True)
    table = show(host, "production", event_id)
    short = named(table, "Cookies")
    assert (short.style, said(table, short)["status"]) == ("short", "6 to bake, short")
    assert said(table, short)["target"] == "6"
    event_service.set_line(event_id, identifier("gift-bag"), "100")
    stale = named(show(host, "production", event_id), "Cookies")
    assert (stale.style, said(table, stale)["status"]) == ("short", "stale target")


def make_flour_unknown() -> None:
    recipe = catalog_service.get_recipe(catalog_service.find_recipe("cookies").id)
    recipe.lines = [RecipeLineDoc(item="flour", amount="2 cup")]
    catalog_service.save_recipe(recipe)


def test_an_unknown_amount_is_named_and_never_a_number(host: Host) -> None:
    make_flour_unknown()
    event_id = christmas()
    production = show(host, "production", event_id)
    cookies = named(production, "Cookies")
    assert cookies.style == "unknown"
    assert said(production, cookies)["status"] == "unknown: Flour [white]"
    assert said(production, cookies)["can_now"] == "unknown"
    shopping = show(host, "shopping", event_id)
    flour = named(shopping, "Flour [white]")
    row = said(shopping, flour)
    assert flour.style == "unknown"
    assert (row["to_buy"], row["cost"], row["status"]) == ("unknown", "unknown", "unknown")
    assert "density" in str(row["packs"])
    assert shopping.totals is not None
    assert said(shopping, shopping.totals)["cost"] == "unknown"


# -- assembly --------------------------------------------------------------------------------------


def test_assembly_names_what_is_missing(host: Host) -> None:
    table = show(host, "assembly", christmas())
    [bag] = table.rows
    assert said(table, bag) == {
        "bundle": "Gift bag",
        "have": "0 of 50",
        "can_now": "0",
        "after_baking": "0",
        "missing": "Ribbon 50",
        "progress": Decimal(0),
        "status": "to buy first",
    }
    assert bag.about == Ref("bundle", identifier("gift-bag"))


def test_assembly_shows_what_is_possible_and_what_is_done(host: Host) -> None:
    for slug, amount in (("cookie", "300"), ("brownie", "150"), ("ribbon", "20")):
        stock_service.count(identifier(slug), amount)
    event_id, bag = christmas(), identifier("gift-bag")
    assembly_service.record_assembly(bag, 5, event_id=event_id)
    table = show(host, "assembly", event_id)
    row = said(table, table.rows[0])
    assert (row["have"], row["can_now"], row["status"]) == ("5 of 50", "15", "15 possible")
    stock_service.count(identifier("ribbon"), "45")
    assembly_service.record_assembly(bag, 45, event_id=event_id)
    done = show(host, "assembly", event_id)
    assert (done.rows[0].style, said(done, done.rows[0])["status"]) == ("done", "done")


def test_bundles_in_bundles_are_indented(host: Host) -> None:
    catalog_service.save_item(ItemDoc(slug="hamper", name="Hamper", kind="bundle", unit="each"))
    catalog_service.save_bundle(
        BundleDoc(item="hamper", lines=[LineDoc(item="gift-bag", amount="2")])
    )
    event_service.save_event(
        EventDoc(
            slug="party",
            name="Party",
            date="2026-12-20",
            lines=[EventLineDoc(item="hamper", amount="3")],
        )
    )
    table = show(host, "assembly", event_service.find_event("party").id)
    assert [row.cells[0] for row in table.rows] == ["Hamper", "  Gift bag"]


# -- shopping --------------------------------------------------------------------------------------


def test_shopping_shows_packs_store_and_cost(host: Host) -> None:
    table = show(host, "shopping", christmas())
    assert said(table, named(table, "Flour [white]")) == {
        "item": "Flour [white]",
        "to_buy": "28 lb",
        "packs": "6 × King Arthur 5 lb",
        "needed": "28 lb",
        "available": "0 lb",
        "store": "Wegmans",
        "cost": "$36.00",
        "status": "buy",
    }
    ribbon = said(table, named(table, "Ribbon"))
    assert (ribbon["status"], ribbon["cost"]) == ("no product", "unknown")
    salt = named(table, "Salt")
    assert (salt.style, said(table, salt)["status"]) == ("muted", "always")
    assert table.totals is not None
    assert said(table, table.totals) == {
        "item": "2 to buy",
        "cost": "unknown",
        "status": "1 unpriced",
    }


def test_shopping_shows_what_is_ticked_off_and_what_there_is_enough_of(host: Host) -> None:
    stock_service.receive(identifier("ribbon"), amount="60", paid="3")
    event_service.check_item(christmas(), identifier("flour"))
    table = show(host, "shopping", christmas())
    flour, ribbon = named(table, "Flour [white]"), named(table, "Ribbon")
    assert (flour.cells[0], flour.style, said(table, flour)["status"]) == (
        "✓",
        "done",
        "in the bag",
    )
    assert (ribbon.style, said(table, ribbon)["status"]) == ("muted", "enough")
    assert table.totals is not None
    assert said(table, table.totals)["cost"] == "$36.00"


# -- the whole kitchen -----------------------------------------------------------------------------


def test_the_plan_shows_every_open_event_or_one(host: Host) -> None:
    event_service.save_event(
        EventDoc(
            slug="party",
            name="Party",
            date="2026-12-01",
            lines=[EventLineDoc(item="cookie", amount="10")],
        )
    )
    table = show(host, "plan")
    assert {row.cells[0] for row in table.rows} == {"Party", "Christmas"}
    assert len({row.key for row in table.rows}) == len(table.rows)
    only = show(host, "plan", christmas())
    assert {row.cells[0] for row in only.rows} == {"Christmas"}
    bag = named(only, "Gift bag")
    assert said(only, bag) == {
        "event": "Christmas",
        "date": date(2026, 12, 15),
        "name": "Gift bag",
        "kind": "bundle",
        "need": "50",
        "from_stock": "0",
        "net": "50",
        "status": "assemble",
    }
    assert bag.about == Ref("bundle", identifier("gift-bag"))


def test_stock_shows_what_is_there_what_is_promised_and_what_expires(host: Host) -> None:
    stock_service.receive(
        identifier("flour"), amount="10 lb", paid="12.00", expires=date(2026, 11, 25)
    )
    table = show(host, "stock")
    flour = named(table, "Flour [white]")
    assert said(table, flour) == {
        "item": "Flour [white]",
        "kind": "ingredient",
        "on_hand": "10 lb",
        "reserved": "10 lb",
        "available": "0 lb",
        "lots": 1,
        "expires": date(2026, 11, 25),
        "value": "$12.00",
        "status": "use soon",
    }
    assert named(table, "Ribbon").style == "muted"
    assert table.totals is not None
    assert said(table, table.totals) == {"item": "1 in stock", "value": "$12.00"}


def test_problems_are_joined_from_the_plan_and_from_other_checks(site: Site, bakery: None) -> None:
    site.install(
        "mine",
        """
        from bakehouse.plugin import CheckSpec, contribute

        @contribute.checks
        def checks():
            return [CheckSpec(id="mine", title="Mine", check="plugin_mine.view:check")]
        """,
        view="""
        from bakehouse.plugin import Finding

        def check(ctx):
            return [Finding(message="The oven [b] is cold", fix="Light it.")]
        """,
    )
    make_flour_unknown()
    table = show(site.with_builtins().host(), "problems", christmas())
    messages = [row.cells[0] for row in table.rows]
    assert "The amount of Flour [white] is unknown." in messages
    assert "The oven [b] is cold" in messages
    unknown = named(table, "The amount of Flour [white] is unknown.")
    assert (unknown.style, unknown.about) == ("unknown", Ref("item", identifier("flour")))


# -- contention and costs --------------------------------------------------------------------------


def test_contention_shows_who_gets_what(host: Host) -> None:
    stock_service.count(identifier("ribbon"), 60)
    event_service.copy_event(christmas(), "Easter", date(2027, 3, 28))

    rows = {row.key: row for row in show(host, "contention").rows}
    ribbon = identifier("ribbon")
    first, second = rows[f"{ribbon}:{christmas()}"], rows[f"{ribbon}:{christmas() + 1}"]
    assert [words_of(cell) for cell in first.cells[3:7]] == ["50", "50", "0", "0"]
    assert [words_of(cell) for cell in second.cells[3:7]] == ["50", "10", "0", "40"]
    assert second.style == "short"
    assert second.cells[7] == "before Christmas: Christmas short of 40, Easter short of 0"


def test_costs_are_said_in_all_and_by_line(host: Host) -> None:
    with read_session() as session:
        outcome = host.load(host.view("costs"), session, christmas())
    assert isinstance(outcome, Loaded)
    assert isinstance(outcome.data, Sections)
    (_, totals), (_, lines) = outcome.data.parts
    assert isinstance(totals, Table)
    assert isinstance(lines, Table)
    assert totals.rows[0].cells[0] == "So far"
    assert [row.cells[0] for row in lines.rows] == ["Gift bag"]


def test_an_amount_that_is_unknown_is_said_beside_the_total(host: Host) -> None:
    save_made("knot", "1", "1 cup")
    event = save_event("party", "2026-12-01", "knot", "1")

    rows = {row.key: row for row in totals_of(host, event).rows}
    assert words_of(rows["to_buy"].cells[1]) == "unknown"
    assert str(rows["total"].cells[2]).endswith("; amount unknown: Ribbon")


def test_what_goes_to_another_event_is_taken_off_what_was_made(host: Host) -> None:
    save_made("rusk", "10", "10")
    event = save_event("first", "2026-12-01", "rusk", "4")
    save_event("second", "2026-12-02", "rusk", "6")
    stock_service.receive(identifier("ribbon"), amount=10, paid="10.00")
    run("make", {"recipe": "rusk", "batches": "1", "event": "first"})

    rows = {row.key: words_of(row.cells[1]) for row in totals_of(host, event).rows}
    assert (rows["to_others"], rows["total"]) == ("$6.00", "$4.00")


def save_made(slug: str, amount: str, ribbon: str) -> None:
    name = slug.title()
    catalog_service.save_item(ItemDoc(slug=slug, name=name, kind="made", unit="each"))
    catalog_service.save_recipe(
        RecipeDoc(
            slug=slug,
            name=f"{name}s",
            makes=[LineDoc(item=slug, amount=amount)],
            lines=[RecipeLineDoc(item="ribbon", amount=ribbon)],
        )
    )


def save_event(slug: str, day: str, item: str, quantity: str) -> int:
    event_service.save_event(EventDoc(slug=slug, name=slug.title(), date=day))
    run("event line", {"event": slug, "item": item, "quantity": quantity})
    return event_service.find_event(slug).id


def totals_of(host: Host, event: int) -> Table:
    with read_session() as session:
        outcome = host.load(host.view("costs"), session, event)
    assert isinstance(outcome, Loaded)
    assert isinstance(outcome.data, Sections)
    (_, totals) = outcome.data.parts[0]
    assert isinstance(totals, Table)
    return totals


def test_what_is_weighed_costs_and_is_priced_by_the_unit_it_is_said_in(host: Host) -> None:
    catalog_service.save_item(
        ItemDoc(slug="brittle", name="Brittle", kind="made", unit="g", display_unit="lb")
    )
    catalog_service.save_recipe(
        RecipeDoc(
            slug="brittle",
            name="Brittle",
            makes=[LineDoc(item="brittle", amount="1 lb")],
            lines=[RecipeLineDoc(item="flour", amount="1 lb")],
        )
    )
    event_service.save_event(EventDoc(slug="party", name="Party", date="2026-12-01"))
    values = {"event": "party", "item": "brittle", "quantity": "5 lb", "price": "7"}
    assert run("event line", values).summary == "Party: 5 lb × Brittle, $35.00"
    with read_session() as session:
        outcome = host.load(host.view("costs"), session, event_service.find_event("party").id)
    assert isinstance(outcome, Loaded)
    assert isinstance(outcome.data, Sections)
    (_, lines) = outcome.data.parts[1]
    assert isinstance(lines, Table)
    row = said(lines, lines.rows[0])
    assert (row["each"], row["cost"], row["price"]) == ("$1.20 / lb", "$6.00", "$35.00")


def words_of(cell: Cell) -> str:
    return cell.said if isinstance(cell, Amount | Money) else str(cell)


# -- timeline --------------------------------------------------------------------------------------


def test_timeline_says_what_to_do_on_which_day(host: Host) -> None:
    table = show(host, "timeline", christmas())
    assert [said(table, row).get("task", "").strip() for row in table.rows] == [
        "in 20 days",
        "Shop: 2 items to buy",
        "in 21 days, 2 untimed",
        "Make 7 × Brownies",
        "Make 7 × Cookies",
        "in 22 days",
        "Assemble 50 Gift bag",
        "Christmas, in 23 days",
    ]
    assert [row.about for row in table.rows if row.about is not None] == [
        Ref("event", christmas()),
        Ref("recipe", recipe("brownies")),
        Ref("recipe", recipe("cookies")),
        Ref("bundle", identifier("gift-bag")),
    ]
    assert said(table, table.rows[0])["day"] == "Sat 12 Dec"


def test_a_day_of_the_timeline_says_that_other_events_need_it_too(host: Host) -> None:
    doc = catalog_service.get_recipe(recipe("cookies"))
    doc.minutes = 30
    catalog_service.save_recipe(doc)

    def statuses() -> set[object]:
        table = show(host, "timeline", christmas())
        return {said(table, row).get("status", "") for row in table.rows if "day:" in row.key}

    assert statuses() == {""}
    event_service.add_event("Stall", date(2026, 12, 15))
    cookie = identifier("cookie")
    event_service.set_line(event_service.find_event("stall").id, cookie, 480)
    assert "of all events" in statuses()


def test_timeline_shows_how_full_a_day_is(host: Host) -> None:
    for slug in ("cookies", "brownies"):
        doc = catalog_service.get_recipe(recipe(slug))
        doc.minutes, doc.oven_minutes = 30, 15
        catalog_service.save_recipe(doc)
    [_, day, *_] = [row for row in show(host, "timeline", christmas()).rows if "day:" in row.key]
    assert said(show(host, "timeline", christmas()), day)["hands"] == "7 h"
    assert said(show(host, "timeline", christmas()), day)["hands_load"] == 100
    settings_service.set_setting("hands_hours", "5")
    table = show(host, "timeline", christmas())
    [full] = [row for row in table.rows if row.style == "short"]
    assert said(table, full)["status"] == "too full"
    assert said(table, full)["hands_load"] == 140
    assert table.note == ""


def test_timeline_of_nothing_says_so(host: Host) -> None:
    event_service.add_event("Bare", date(2026, 12, 20))
    table = show(host, "timeline", event_service.find_event("bare").id)
    assert not table.rows
    assert table.empty == "Nothing to do for this event."

"""The catalogue: finding and editing items, products, recipes and bundles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.commands.registry import run
from core.documents import (
    BundleDoc,
    ItemDoc,
    LineDoc,
    ProductDoc,
    RecipeDoc,
    RecipeLineDoc,
)
from core.errors import (
    Ambiguous,
    BadDocument,
    BundleNotFound,
    Cycle,
    ItemNotFound,
    ProductNotFound,
    RecipeNotFound,
)
from core.services import catalog_service, event_service, journal_service
from core.session import Database, session_scope
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.ingredient("rye-flour")
    bakery.product("flour-5lb", "flour", "5 lb", "6.00", preferred=True)
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "2 1/3 cup"})
    bakery.bundle("box", {"cookie": 6})
    return bakery


def test_things_are_found_by_slug_id_and_name(bakery: KitchenBuilder) -> None:
    item = catalog_service.find_item("rye-flour")
    assert catalog_service.find_item(item.id) == item
    assert catalog_service.find_item("RYE") == item
    assert catalog_service.find_item("Flour").slug == "flour", "a whole name beats a part"
    assert catalog_service.find_bundle("box").kind == "bundle"
    assert catalog_service.find_recipe("cook").makes == "48 Cookie"
    assert catalog_service.find_product("5lb").price == Decimal("6.00")


def test_an_id_is_never_mistaken_for_a_slug(bakery: KitchenBuilder) -> None:
    flour = catalog_service.find_item("flour")
    bakery.ingredient(str(flour.id))

    assert catalog_service.find_item(flour.id) == flour
    assert catalog_service.find_item(str(flour.id)).slug == str(flour.id)


def test_what_is_not_there_is_refused_with_near_names(bakery: KitchenBuilder) -> None:
    for find, error in (
        (catalog_service.find_item, ItemNotFound),
        (catalog_service.find_product, ProductNotFound),
        (catalog_service.find_recipe, RecipeNotFound),
        (catalog_service.find_bundle, BundleNotFound),
    ):
        with pytest.raises(error):
            find("zzz")
        with pytest.raises(error):
            find(999)
    for get, error in (
        (catalog_service.get_item, ItemNotFound),
        (catalog_service.get_product, ProductNotFound),
        (catalog_service.get_recipe, RecipeNotFound),
        (catalog_service.get_bundle, BundleNotFound),
    ):
        with pytest.raises(error):
            get(999)
    with pytest.raises(ItemNotFound, match="flour"):
        catalog_service.find_item("fluor")
    with pytest.raises(Ambiguous):
        catalog_service.find_item("o")
    with pytest.raises(BundleNotFound):
        catalog_service.get_bundle(bakery.item("cookie"))


def test_amounts_are_kept_as_entered(bakery: KitchenBuilder) -> None:
    doc = catalog_service.get_recipe(bakery.recipe_id("cookies"))
    assert [(line.item, line.amount) for line in doc.lines] == [("flour", "2 1/3 cup")]


def test_mending_a_density_mends_every_line(bakery: KitchenBuilder) -> None:
    assert catalog_service.find_recipe("cookies").unknown_lines == 1
    bakery.edit_item("flour", measures={"cup": "120 g"})
    assert catalog_service.find_recipe("cookies").unknown_lines == 0

    bakery.event("fair", {"cookie": 48})
    assert bakery.shopping("fair")["flour"]["needed"] == 280


def test_a_new_preferred_product_takes_the_preference(bakery: KitchenBuilder) -> None:
    bakery.product("flour-1kg", "flour", "1 kg", preferred=True)

    preferred = {row.slug: row.preferred for row in catalog_service.list_products()}
    assert preferred == {"flour-1kg": True, "flour-5lb": False}
    journal_service.undo()
    assert catalog_service.find_product("flour-5lb").preferred is True


def test_archived_things_are_listed_only_when_asked_for(bakery: KitchenBuilder) -> None:
    bakery.edit_item("rye-flour", archived=True)

    assert [row.slug for row in catalog_service.list_items(kind="ingredient")] == ["flour"]
    assert len(catalog_service.list_items(kind="ingredient", archived=True)) == 2


def test_what_bundles_hold_is_listed(bakery: KitchenBuilder) -> None:
    assert [row.holds for row in catalog_service.list_bundles()] == ["6 Cookie"]


def test_a_free_slug_avoids_those_that_are_taken(bakery: KitchenBuilder) -> None:
    assert catalog_service.free_slug("item", "Crème brûlée!") == "creme-brulee"
    assert catalog_service.free_slug("item", "Flour") == "flour-2"


# -- what is refused -----------------------------------------------------------------------------


def paths(refused: pytest.ExceptionInfo[BadDocument]) -> list[str]:
    return [problem.path for problem in refused.value.problems]


def test_every_broken_rule_of_an_item_is_told_at_once(bakery: KitchenBuilder) -> None:
    doc = ItemDoc(slug="Bad Slug", name="", kind="thing", unit="kg", grams_per_ml="-1")
    doc.measures, doc.shelf_life_days = {"cup": "0 g"}, -1
    with pytest.raises(BadDocument) as refused:
        catalog_service.save_item(doc)
    assert paths(refused) == [
        "slug",
        "name",
        "kind",
        "unit",
        "grams_per_ml",
        "measures.cup",
        "shelf_life_days",
    ]


def test_every_broken_rule_of_a_product_is_told_at_once(bakery: KitchenBuilder) -> None:
    doc = ProductDoc(slug="p", item="cookie", label="P", pack="1 kg", price="-1", priced_on="soon")
    with pytest.raises(BadDocument) as refused:
        catalog_service.save_product(doc)
    assert paths(refused) == ["item", "price", "priced_on"]


def test_every_broken_rule_of_a_recipe_is_told_at_once(bakery: KitchenBuilder) -> None:
    doc = RecipeDoc(slug="r", name="R", batch_step="0", minutes=-5)
    doc.makes = [LineDoc(item="flour", amount="1"), LineDoc(item="cookie", amount="1")]
    doc.lines = [
        RecipeLineDoc(item="flour", amount="2 sacks"),
        RecipeLineDoc(item="nothing", amount="0"),
    ]
    with pytest.raises(BadDocument) as refused:
        catalog_service.save_recipe(doc)
    assert paths(refused) == [
        "batch_step",
        "minutes",
        "makes[0].item",
        "lines[0].amount",
        "lines[1].item",
        "lines[1].amount",
        "makes[1].item",
    ]
    assert "already made by Cookies" in str(refused.value)


def test_a_recipe_makes_something_and_each_thing_once(bakery: KitchenBuilder) -> None:
    with pytest.raises(BadDocument, match="at least one item"):
        catalog_service.save_recipe(RecipeDoc(slug="r", name="R"))
    bakery.made("tart")
    twice = [LineDoc(item="tart", amount="1"), LineDoc(item="tart", amount="2")]
    with pytest.raises(BadDocument, match="further up"):
        catalog_service.save_recipe(RecipeDoc(slug="r", name="R", makes=twice))


def test_an_item_may_become_another_kind_while_nothing_recorded_contradicts_it(
    bakery: KitchenBuilder,
) -> None:
    bakery.made("paper-box")
    bakery.bundle("gift", {"paper-box": 1})
    bakery.edit_item("paper-box", kind="supply")
    bakery.product("box-50", "paper-box", "50")
    bakery.edit_item("rye-flour", unit="ml")
    bakery.buy("paper-box", packs=1, paid="9.00")
    bakery.edit_item("paper-box", kind="ingredient")

    found = catalog_service.find_item("paper-box")
    assert (found.kind, found.unit) == ("ingredient", "each")
    assert catalog_service.find_item("rye-flour").unit == "ml"


@pytest.mark.parametrize(
    ("item", "field", "value", "why"),
    [
        ("rye-flour", "unit", "ml", "some of it was stocked in g"),
        ("rye-flour", "kind", "made", "some of it was stocked in g"),
        ("flour", "kind", "made", "Flour 5lb is a pack of it"),
        ("cookie", "kind", "supply", "Cookies makes it"),
        ("cookie", "unit", "g", "Cookies makes it"),
        ("box", "kind", "made", "it holds lines"),
        ("tart", "kind", "supply", "Fair wants it"),
    ],
)
def test_what_contradicts_another_kind_or_unit_is_told(
    bakery: KitchenBuilder, item: str, field: str, value: str, why: str
) -> None:
    bakery.buy("rye-flour", "1 kg", "1.00")
    bakery.made("tart")
    bakery.event("fair", {"tart": 1})
    with pytest.raises(BadDocument, match=why):
        bakery.edit_item(item, **{field: value})


def test_a_recipe_that_needs_its_own_output_is_refused_naming_the_path(
    bakery: KitchenBuilder,
) -> None:
    bakery.recipe("dough", {"dough": 1}, {"flour": "1 kg"})
    bakery.recipe("base", {"base": 1}, {"dough": 1})
    before, revision = bakery.state(), journal_service.revision()

    with pytest.raises(Cycle) as refused:
        bakery.recipe("dough", {"dough": 1}, {"base": 1})

    path = refused.value.path
    assert path[0] == path[-1]
    assert set(path) == {"Dough", "Base"}
    assert bakery.state() == before
    assert journal_service.revision() == revision


def test_a_bundle_that_contains_itself_is_refused(bakery: KitchenBuilder) -> None:
    bakery.bundle("hamper", {"box": 2})
    with pytest.raises(Cycle, match="Box → Hamper → Box|Hamper → Box → Hamper"):
        bakery.bundle("box", {"cookie": 6, "hamper": 1})
    with pytest.raises(Cycle):
        bakery.bundle("box", {"box": 1})


def test_a_refused_cycle_is_not_kept_by_a_session_that_goes_on(bakery: KitchenBuilder) -> None:
    """A cycle in the kitchen would make every plan fail, so not even a careless caller keeps it."""
    with session_scope() as session:
        with pytest.raises(Cycle):
            KitchenBuilder(session).bundle("box", {"box": 1})
        KitchenBuilder(session).bundle("box", {"cookie": 8})

    assert [row.holds for row in catalog_service.list_bundles()] == ["8 Cookie"]


def test_a_bundle_must_be_of_kind_bundle(bakery: KitchenBuilder) -> None:
    with pytest.raises(BadDocument, match="of kind made"):
        catalog_service.save_bundle(BundleDoc(item="cookie"))


def test_an_item_is_shown_in_a_unit_that_there_is(bakery: KitchenBuilder) -> None:
    for unit, told in (("furlong", "no unit and no measure of Flour"), ("pounds", "spelled 'lb'")):
        with pytest.raises(BadDocument, match=told) as refused:
            bakery.edit_item("flour", display_unit=unit)
        assert [problem.path for problem in refused.value.problems] == ["display_unit"]
    measure = bakery.edit_item("flour", measures={"scoop": "90 g"})
    bakery.edit_item("flour", display_unit="scoop")

    journal_service.undo(measure.id)
    assert catalog_service.get_item(bakery.item("flour")).display_unit == "scoop"


def test_a_command_takes_a_display_unit_as_people_spell_it(bakery: KitchenBuilder) -> None:
    with session_scope() as session:
        run("item set", {"item": "rye", "display_unit": "Pounds"}, session)
    assert catalog_service.get_item(bakery.item("rye-flour")).display_unit == "lb"


def test_putting_away_and_bringing_back_are_told_as_such(sqlite_kitchen: Database) -> None:
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.event("fair", {}, date(2026, 12, 1))
    assert bakery.edit_item("flour", archived=True).summary == "Archived item Flour"
    assert bakery.edit_item("flour", archived=False).summary == "Brought back item Flour"
    assert bakery.edit_item("flour", category="Dry").summary == "Edited item Flour"
    event = bakery.event_id("fair")
    event_service.set_status(event, "done")
    assert event_service.set_event(event, archived=True).summary == "Archived event Fair"
    assert event_service.set_event(event, people=3).summary == "Edited event Fair"

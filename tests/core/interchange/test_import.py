"""An import is all or nothing and one change, unless it restores a whole kitchen."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.documents import ItemDoc, KitchenDoc
from core.errors import BadFile, CannotUndo, Refused
from core.interchange.exporting import export_kitchen, write_kitchen
from core.interchange.importing import import_file, import_kitchen
from core.services import (
    catalog_service,
    doctor_service,
    event_service,
    journal_service,
    saying,
    settings_service,
    stock_service,
)
from core.session import Database, rehearsal, session_scope
from core.units import ItemFacts, factor_to_stock, parse_amount
from tests.builders import KitchenBuilder
from tests.core.interchange.files import read_file

CONTRACT = Path(__file__).with_name("contract_kitchen.json")
REAL = Path(__file__).resolve().parents[3] / "../shared/data/bake-tracker-sample.json"

File = dict[str, Any]
OAT = ItemDoc(slug="oat", name="Oat", kind="ingredient", unit="g")


@pytest.fixture
def file() -> File:
    decoded: File = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return decoded


@pytest.fixture
def build() -> KitchenBuilder:
    return KitchenBuilder()


def written(file: File) -> str:
    return json.dumps(file)


def part(**lists: list[File]) -> str:
    return json.dumps({"format": "bakehouse", "version": 1, **lists})


def without_ids(data: Any) -> Any:
    """Return rows as they are but for their ids: what is redone gets new ones."""
    if isinstance(data, dict):
        return {k: without_ids(v) for k, v in data.items() if not str(k).endswith("_id")}
    return [without_ids(each) for each in data] if isinstance(data, list) else data


def catalogue(build: KitchenBuilder) -> dict[str, list[Any]]:
    """Return all documents but the withdrawn ones, which no list shows."""
    return {
        kind: [doc for doc in docs if not (doc.get("slug") or doc["item"]).startswith("~")]
        for kind, docs in build.state().items()
        if kind in ("item", "product", "recipe", "bundle", "event")
    }


def lot(build: KitchenBuilder, item: str) -> Any:
    [found] = build.lots(item, empty=True)
    return found


# -- one change -----------------------------------------------------------------------------------


def test_an_import_is_one_change_with_everything_in_it(
    kitchen: Database, build: KitchenBuilder
) -> None:
    imported = import_file(CONTRACT.read_bytes())
    assert imported.exit_code == 0
    assert imported.change is not None
    assert imported.change.kind == "import"
    assert imported.change.summary == (
        "Imported 5 items, 1 product, 1 recipe, 1 bundle, 1 event and 1 lot"
    )
    assert imported.added == {
        "items": 5,
        "products": 1,
        "recipes": 1,
        "bundles": 1,
        "events": 1,
        "lots": 1,
    }
    assert imported.counts == imported.added
    assert not imported.replaced
    assert journal_service.revision() == 1
    assert build.recipe_row("christmas-2026", "sugar-cookie")["target_batches"] == 7
    assert build.stock("flour").on_hand == Decimal("4535.9237")
    assert doctor_service.check_kitchen() == []


def test_what_is_imported_is_what_editing_would_have_written(
    sqlite_kitchen: Database, build: KitchenBuilder
) -> None:
    doc, _ = read_file(CONTRACT.read_bytes())
    import_kitchen(doc)
    before = build.state()
    for item in doc.items:
        catalog_service.save_item(item)
    for product in doc.products:
        catalog_service.save_product(product)
    for recipe in doc.recipes:
        catalog_service.save_recipe(recipe)
    for bundle in doc.bundles:
        catalog_service.save_bundle(bundle)
    for event in doc.events:
        event_service.save_event(event)
    assert build.state() == before


def test_an_empty_file_changes_nothing(sqlite_kitchen: Database) -> None:
    imported = import_file(part())
    assert imported.change is None
    assert journal_service.revision() == 0


def test_nothing_is_kept_of_a_file_that_is_refused(
    kitchen: Database, build: KitchenBuilder, file: File
) -> None:
    file["events"][0]["date"] = "soon"
    with session_scope() as session, pytest.raises(BadFile):
        import_file(written(file), session=session)
    assert journal_service.revision() == 0
    assert not catalog_service.list_items()


def test_nothing_is_kept_when_only_the_kitchen_refuses(
    kitchen: Database, build: KitchenBuilder, file: File
) -> None:
    build.ingredient("flour")
    build.buy("flour", "1 kg", "2.00")
    before = write_kitchen(export_kitchen())
    file["items"][0] |= {"unit": "ml", "measures": {}}
    with session_scope() as session, pytest.raises(BadFile, match=r"items\[0\]\.unit"):
        import_file(written(file), session=session)
    assert write_kitchen(export_kitchen()) == before


def test_a_rehearsed_import_shows_what_it_would_do_and_keeps_nothing(
    kitchen: Database, file: File
) -> None:
    import_file(written(file))
    before = write_kitchen(export_kitchen())
    file["items"][0]["name"] = "White flour"
    file["items"].append({"slug": "salt", "name": "Salt", "kind": "ingredient", "unit": "g"})
    with rehearsal() as session:
        imported = import_file(written(file), session=session)
        assert catalog_service.find_item("salt", session=session).name == "Salt"
    assert imported.added == {"items": 1, "lots": 1}
    assert imported.replaced == {"items": 1}
    [replaced] = imported.replacements
    assert (replaced.kind, replaced.slug, replaced.fields) == ("item", "flour", ("name",))
    assert write_kitchen(export_kitchen()) == before


# -- a known slug is replaced ---------------------------------------------------------------------


def test_a_known_slug_is_replaced_whole(kitchen: Database, build: KitchenBuilder) -> None:
    import_file(CONTRACT.read_bytes())
    second = {
        "slug": "sugar-cookie",
        "name": "Better sugar cookies",
        "makes": [{"item": "cookie", "amount": "36"}],
        "lines": [{"item": "egg", "amount": "1"}],
    }
    imported = import_file(part(recipes=[second]))
    assert imported.replaced == {"recipes": 1}
    assert {"name", "makes", "lines", "method"} <= set(imported.replacements[0].fields)
    doc = catalog_service.get_recipe(build.recipe_id("sugar-cookie"))
    assert (doc.name, doc.method) == ("Better sugar cookies", None)
    assert [(line.item, line.amount) for line in doc.lines] == [("egg", "1")]


def test_importing_the_same_catalogue_again_replaces_nothing(kitchen: Database, file: File) -> None:
    del file["lots"]
    import_file(written(file))
    again = import_file(written(file))
    assert not again.added
    assert not again.replaced
    assert journal_service.revision() == 2


def test_mending_a_density_by_import_mends_the_lines(
    sqlite_kitchen: Database, build: KitchenBuilder
) -> None:
    build.ingredient("honey")
    build.recipe("candy", {"sweet": 10}, {"honey": "1 cup"})
    build.event("fair", {"sweet": 10})
    assert build.shopping("fair")["honey"]["needed"] is None
    honey = {"slug": "honey", "name": "Honey", "kind": "ingredient", "unit": "g"}
    import_file(part(items=[{**honey, "grams_per_ml": 1.42}]))
    needed = Fraction("236.5882365") * Fraction("1.42")
    assert Fraction(build.shopping("fair")["honey"]["needed"]) == needed


def test_a_product_that_is_preferred_takes_the_preference_and_undo_gives_it_back(
    kitchen: Database, build: KitchenBuilder
) -> None:
    import_file(CONTRACT.read_bytes())
    other = {"slug": "a-flour", "item": "flour", "label": "Sack", "pack": "25 lb"}
    import_file(part(products=[{**other, "preferred": True}]))

    def preferred() -> list[str]:
        return [row.slug for row in catalog_service.list_products() if row.preferred]

    assert preferred() == ["a-flour"]
    journal_service.undo()
    assert preferred() == ["flour-5lb"]
    journal_service.redo()
    assert preferred() == ["a-flour"]


def test_the_preference_may_move_between_two_products_of_the_file(
    kitchen: Database, file: File
) -> None:
    sack = {"slug": "sack", "item": "flour", "label": "Sack", "pack": "25 lb"}
    file["products"].append(sack)
    import_file(written(file))
    file["products"] = [
        {**sack, "preferred": True},
        {**file["products"][0], "preferred": False},
    ]
    del file["lots"]
    import_file(written(file))
    assert [row.slug for row in catalog_service.list_products() if row.preferred] == ["sack"]
    journal_service.undo()
    assert [row.slug for row in catalog_service.list_products() if row.preferred] == ["flour-5lb"]


def test_an_item_may_move_from_one_recipe_to_a_new_one(
    kitchen: Database, build: KitchenBuilder
) -> None:
    build.recipe("dough", {"large": 24, "mini": 30})
    moved = [
        {"slug": "minis", "name": "Minis", "makes": [{"item": "mini", "amount": "30"}]},
        {"slug": "dough", "name": "Dough", "makes": [{"item": "large", "amount": "24"}]},
    ]
    imported = import_file(part(recipes=moved))
    assert (imported.added, imported.replaced) == ({"recipes": 1}, {"recipes": 1})
    journal_service.undo()
    doc = catalog_service.get_recipe(build.recipe_id("dough"))
    assert [line.item for line in doc.makes] == ["large", "mini"]


# -- lots -----------------------------------------------------------------------------------------


def test_a_lot_may_say_little(kitchen: Database, build: KitchenBuilder) -> None:
    build.ingredient("flour")
    import_file(part(lots=[{"item": "flour", "amount": "10 lb"}]))
    found = lot(build, "flour")
    assert found.left == Decimal("4535.9237")
    assert found.paid is None
    assert not found.priced
    assert found.received == date(2026, 11, 22)


def test_a_lot_may_say_much(kitchen: Database, build: KitchenBuilder, file: File) -> None:
    file["lots"][0] |= {
        "amount": "10 lb",
        "left": "2.5 lb",
        "expires": "2027-01-31",
        "event": "christmas-2026",
        "store": "Wegmans",
    }
    import_file(written(file))
    found = lot(build, "flour")
    assert (found.amount, found.left) == (Decimal("4535.9237"), Decimal("1133.980925"))
    assert (found.paid, found.value) == (Decimal("12.00"), Decimal("3.00"))
    assert (found.received, found.expires) == (date(2026, 11, 1), date(2027, 1, 31))
    assert (found.product, found.event_name) == ("King Arthur 5 lb", "Christmas 2026")
    assert found.store == "Wegmans"
    assert doctor_service.check_kitchen() == []


def test_a_lot_may_be_used_up_a_gift_or_made_here(kitchen: Database, build: KitchenBuilder) -> None:
    build.ingredient("flour")
    build.made("cookie")
    lots = [
        {"item": "flour", "amount": "1 kg", "left": "0", "paid": 3},
        {"item": "flour", "amount": "500", "paid": "0"},
        {"item": "cookie", "amount": "1 dozen"},
    ]
    imported = import_file(part(lots=lots))
    assert imported.added == {"lots": 3}
    used, gift = build.lots("flour", empty=True)
    assert (used.left, used.value, used.paid) == (0, 0, Decimal("3.00"))
    assert (gift.left, gift.priced, gift.paid) == (500, True, 0)
    assert build.left("cookie") == 12
    assert doctor_service.check_kitchen() == []


def test_lots_are_new_each_time(kitchen: Database, build: KitchenBuilder) -> None:
    import_file(CONTRACT.read_bytes())
    import_file(CONTRACT.read_bytes())
    assert len(build.lots("flour")) == 2


def test_a_lot_that_cannot_be_converted_is_listed_and_left_out(
    kitchen: Database, build: KitchenBuilder
) -> None:
    build.ingredient("honey")
    lots = [{"item": "honey", "amount": "2 cup", "left": "1 cup"}, {"item": "honey", "amount": "5"}]
    imported = import_file(part(lots=lots))
    assert imported.exit_code == 4
    [note] = imported.unknown
    assert (note.place, note.item, note.line) == ("lots[0].amount", "Honey", "2 cup")
    assert note.fix is not None
    assert "density" in note.fix
    assert imported.added == {"lots": 1}
    assert build.left("honey") == 5


# -- lines kept as unknown ------------------------------------------------------------------------


def test_a_line_that_cannot_be_converted_is_kept_and_listed_with_its_fix(
    kitchen: Database, build: KitchenBuilder, file: File
) -> None:
    del file["items"][0]["grams_per_ml"]
    del file["items"][0]["measures"]
    imported = import_file(written(file))
    assert imported.exit_code == 4
    [note] = imported.unknown
    assert note.place == "recipes[0].lines[0].amount"
    assert (note.item, note.line) == ("Flour, all purpose", "2 1/3 cup")
    assert "set a density (grams per ml)" in str(note)
    assert build.shopping("christmas-2026")["flour"]["needed"] is None
    doc = catalog_service.get_recipe(build.recipe_id("sugar-cookie"))
    assert doc.lines[0].amount == "2 1/3 cup"


def test_settings_come_in_and_are_undone(kitchen: Database) -> None:
    import_file(part(settings=[{"slug": "store_trip_cost", "value": 4}]))
    assert settings_service.list_settings()[0].value == "4.00"
    journal_service.undo()
    assert settings_service.list_settings()[0].value is None


# -- the currency ---------------------------------------------------------------------------------


def test_the_currency_of_the_file_becomes_that_of_the_kitchen(
    kitchen: Database, file: File
) -> None:
    file["currency"] = "EUR"
    import_file(written(file))
    assert saying.amounts().money(Decimal(3)) == "€3.00"


def test_prices_are_never_taken_for_another_currency(kitchen: Database, file: File) -> None:
    import_file(written(file))
    file["currency"] = "EUR"
    with pytest.raises(BadFile, match="currency: the file is in EUR, .* in USD"):
        import_file(written(file))
    del file["currency"]
    import_file(written(file))


# -- undo and redo --------------------------------------------------------------------------------


def test_an_import_is_undone_and_redone_with_its_lots(
    kitchen: Database, build: KitchenBuilder, file: File
) -> None:
    file["lots"] += [
        {"item": "cookie", "amount": "20", "event": "christmas-2026"},
        {"item": "egg", "amount": "12", "left": "5", "paid": "4.00"},
    ]
    import_file(written(file))
    there = seen(build)
    journal_service.undo()
    assert not catalog_service.list_items(archived=True)
    assert not catalog_service.list_products(archived=True)
    assert not catalog_service.list_recipes(archived=True)
    assert not event_service.list_events(archived=True)
    assert not stock_service.list_lots()
    assert doctor_service.check_kitchen() == []
    journal_service.redo()
    assert seen(build) == there
    assert doctor_service.check_kitchen() == []


def seen(build: KitchenBuilder) -> Any:
    return without_ids(
        [
            catalogue(build),
            build.production("christmas-2026"),
            build.assembly("christmas-2026"),
            build.shopping("christmas-2026"),
        ]
    )


def test_an_undone_event_with_lots_asks_for_nothing_any_more(
    kitchen: Database, build: KitchenBuilder
) -> None:
    build.ingredient("flour")
    build.recipe("bread", {"loaf": 1}, {"flour": 500})
    build.event("market", {"loaf": 1})
    fair = {"slug": "fair", "name": "Fair", "date": "2026-12-01"}
    fair["lines"] = [{"item": "loaf", "amount": "9"}]  # type: ignore[assignment]
    import_file(part(events=[fair], lots=[{"item": "loaf", "amount": "1", "event": "fair"}]))
    journal_service.undo()
    assert build.shopping("market")["flour"]["to_buy"] == 500
    assert [row.slug for row in event_service.list_events()] == ["market"]


def test_an_import_that_something_is_built_on_says_what_to_undo_first(
    kitchen: Database, build: KitchenBuilder
) -> None:
    import_file(CONTRACT.read_bytes())
    build.buy("egg", 12, "3.00")
    build.make("sugar-cookie", 1)
    with pytest.raises(CannotUndo) as caught:
        journal_service.undo(1)
    assert caught.value.first[0] == 3
    for change in (3, 2, 1):
        journal_service.undo(change)
    assert not catalog_service.list_items()


def test_a_replacing_import_is_undone_to_what_was_there(
    kitchen: Database, build: KitchenBuilder, file: File
) -> None:
    build.ingredient("flour", category="Baking")
    build.ingredient("egg", "each")
    build.recipe("sugar-cookie", {"cookie": 24}, {"flour": "300 g"})
    build.bundle("gift-bag", {"cookie": 2})
    build.event("christmas-2026", {"gift-bag": 5}, date(2026, 12, 20))
    before = catalogue(build)
    import_file(written(file))
    after = catalogue(build)
    assert after != before
    journal_service.undo()
    assert catalogue(build) == before
    assert build.left("flour") == 0
    journal_service.redo()
    assert catalogue(build) == after
    assert build.left("flour") == Decimal("4535.9237")


# -- a whole kitchen ------------------------------------------------------------------------------


def test_a_whole_kitchen_goes_into_an_empty_one_only(
    kitchen: Database, build: KitchenBuilder
) -> None:
    import_file(CONTRACT.read_bytes())
    exported = write_kitchen(export_kitchen())
    with pytest.raises(Refused, match="only be restored into an empty one") as caught:
        import_file(exported)
    assert caught.value.exit_code == 1
    assert write_kitchen(export_kitchen()) == exported


# -- the file of another program ------------------------------------------------------------------


@pytest.fixture(scope="module")
def pantry() -> bytes:
    if not REAL.exists():
        pytest.skip("the real pantry ../shared/data/bake-tracker-sample.json is not here")
    return REAL.read_bytes()


def test_a_real_pantry_comes_in_whole_and_every_line_is_exact_or_listed(
    pantry: bytes, kitchen: Database, build: KitchenBuilder
) -> None:
    imported = import_file(pantry)
    assert imported.exit_code == 4
    assert imported.added["recipes"] == 20
    assert imported.added["lots"] == 156
    export = json.loads(pantry, parse_float=Decimal)
    entered = sorted(
        Fraction(line["quantity"]) for recipe in export["recipes"] for line in recipe["ingredients"]
    )
    doc = export_kitchen()
    lines = [line for recipe in doc.recipes for line in recipe.lines]
    assert len(lines) == 224
    assert sorted(parse_amount(line.amount).value for line in lines) == entered
    unknown = [
        line for line in lines if factor_to_stock(unit(line.amount), facts(doc, line.item)) is None
    ]
    listed = [note for note in imported.unknown if note.place.startswith("recipes")]
    assert len(listed) == len(unknown) > 0
    assert all(note.item and note.line and note.fix for note in listed)
    assert doctor_service.check_kitchen() == []


def unit(amount: str) -> str | None:
    return parse_amount(amount).unit


def facts(doc: KitchenDoc, slug: str) -> ItemFacts:
    item = next(each for each in doc.items if each.slug == slug)
    measures = {name: parse_amount(text) for name, text in item.measures.items()}
    density = parse_amount(item.grams_per_ml).value if item.grams_per_ml else None
    return ItemFacts(item.name, item.unit, density, None, measures)


def test_a_real_pantry_is_undone_and_restored(pantry: bytes, sqlite_kitchen: Database) -> None:
    import_file(pantry)
    journal_service.undo()
    assert not catalog_service.list_items()
    journal_service.redo()
    assert len(catalog_service.list_items()) == 378


def test_undoing_an_import_takes_its_currency_back_too(kitchen: Database) -> None:
    import_kitchen(KitchenDoc(currency="EUR", items=[OAT]))
    assert saying.amounts().money(Decimal(1)) == "€1.00"

    journal_service.undo()
    assert saying.amounts().money(Decimal(1)) == "$1.00"
    journal_service.redo()
    assert saying.amounts().money(Decimal(1)) == "€1.00"


def test_a_currency_is_not_taken_from_under_prices(kitchen: Database) -> None:
    built = KitchenBuilder()
    built.ingredient("oat")
    imported = import_kitchen(KitchenDoc(currency="EUR")).change
    assert imported is not None
    built.buy("oat", "100 g", "1.00")

    with pytest.raises(CannotUndo, match="prices in the currency"):
        journal_service.undo(imported.id)

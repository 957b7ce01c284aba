"""What a bake-tracker export becomes: exact where it can be, unknown with its fix where not."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.documents import ItemDoc, KitchenDoc, ProductDoc, RecipeDoc
from core.errors import BadFile
from core.interchange.bake_tracker import Note, read_bake_tracker
from core.units import Amount, ItemFacts, check_measures, factor_to_stock, parse_amount

SMALL = Path(__file__).with_name("bake_tracker_small.json")
REAL = Path(__file__).resolve().parents[3] / "../shared/data/bake-tracker-sample.json"

Export = dict[str, Any]
Change = Callable[[Export], object]

CUP = Fraction("236.5882365")
OUNCE = Fraction("28.349523125")


def load(path: Path) -> Export:
    export: Export = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return export


@pytest.fixture
def export() -> Export:
    return load(SMALL)


@pytest.fixture(scope="module")
def small() -> tuple[KitchenDoc, list[Note]]:
    return read_bake_tracker(load(SMALL))


@pytest.fixture(scope="module")
def pantry() -> Export:
    if not REAL.exists():
        pytest.skip("the real pantry ../shared/data/bake-tracker-sample.json is not here")
    return load(REAL)


@pytest.fixture(scope="module")
def real(pantry: Export) -> tuple[KitchenDoc, list[Note]]:
    return read_bake_tracker(pantry)


def item(kitchen: KitchenDoc, slug: str) -> ItemDoc:
    return next(item for item in kitchen.items if item.slug == slug)


def recipe(kitchen: KitchenDoc, slug: str) -> RecipeDoc:
    return next(recipe for recipe in kitchen.recipes if recipe.slug == slug)


def product(kitchen: KitchenDoc, slug: str) -> ProductDoc:
    return next(product for product in kitchen.products if product.slug == slug)


def facts(item: ItemDoc) -> ItemFacts:
    measures = {name: parse_amount(text) for name, text in item.measures.items()}
    density = parse_amount(item.grams_per_ml).value if item.grams_per_ml else None
    return ItemFacts(item.name, item.unit, density, None, measures)


def in_stock_units(kitchen: KitchenDoc, slug: str, text: str) -> Fraction | None:
    amount = parse_amount(text)
    factor = factor_to_stock(amount.unit, facts(item(kitchen, slug)))
    return None if factor is None else amount.value * factor


def notes_of(notes: list[Note], kind: str, start: str = "") -> dict[str, str]:
    return {n.place: n.message for n in notes if n.kind == kind and n.place.startswith(start)}


def amounts_of(kitchen: KitchenDoc) -> Iterator[tuple[str, str]]:
    """Every item and amount of a kitchen."""
    for lot in kitchen.lots:
        yield lot.item, lot.amount
    for pack in kitchen.products:
        yield pack.item, pack.pack
    for holder in [*kitchen.recipes, *kitchen.bundles, *kitchen.events]:
        yield from ((line.item, line.amount) for line in holder.lines)
    for made in kitchen.recipes:
        yield from ((output.item, output.amount) for output in made.makes)


def assert_sound(kitchen: KitchenDoc) -> None:
    """Slugs are ours and unique, references lead somewhere, amounts and dates can be read."""
    groups = (kitchen.items, kitchen.products, kitchen.recipes, kitchen.events)
    for group in groups:
        slugs = [thing.slug for thing in group]
        assert len(set(slugs)) == len(slugs)
        assert all(re.fullmatch("[a-z0-9-]+", slug) for slug in slugs)
    items, recipes = ({thing.slug for thing in g} for g in (kitchen.items, kitchen.recipes))
    products = {product.slug for product in kitchen.products}
    for slug, text in amounts_of(kitchen):
        assert slug in items
        in_stock_units(kitchen, slug, text)  # raises for a word that is no unit
    for thing in kitchen.items:
        check_measures(facts(thing))
    assert {bundle.item for bundle in kitchen.bundles} <= items
    assert {lot.product for lot in kitchen.lots} <= products | {None}
    for event in kitchen.events:
        date.fromisoformat(event.date)
        assert {target.recipe for target in event.targets} <= recipes
    outputs = [output.item for made in kitchen.recipes for output in made.makes]
    assert len(set(outputs)) == len(outputs)
    assert all(made.makes for made in kitchen.recipes)
    assert msgspec.json.decode(msgspec.json.encode(kitchen), type=KitchenDoc) == kitchen


# -- items ----------------------------------------------------------------------------------------


def test_the_small_export_becomes_a_sound_kitchen(small):
    assert_sound(small[0])


def test_leaves_become_ingredients_filed_under_their_main_category(small):
    rye = item(small[0], "rye-meal")
    assert (rye.name, rye.kind, rye.category) == ("Rye meal", "ingredient", "Dry Goods")
    assert (rye.notes, rye.allergens) == ("Coarse", ["rye"])


def test_categories_that_are_no_items_are_named_in_a_note(small):
    kitchen, notes = small
    assert "Meals" in notes_of(notes, "merged")["ingredients"]
    assert not any(thing.name in ("Meals", "Dry Goods") for thing in kitchen.items)


def test_the_density_of_a_category_is_not_used_and_said_so(small):
    kitchen, notes = small
    assert "Meals is a category" in notes_of(notes, "skipped")["ingredients[1]"]
    assert item(kitchen, "rye-meal-2").grams_per_ml is None


def test_an_ingredient_of_any_level_that_is_used_is_an_item(export):
    export["recipes"][0]["ingredients"][0]["ingredient_slug"] = "meals"
    kitchen, _ = read_bake_tracker(export)
    assert item(kitchen, "meals").name == "Meals"


def test_a_density_is_exact(small):
    density = item(small[0], "rye-meal").grams_per_ml
    assert density is not None
    assert parse_amount(density) == Amount(4 * OUNCE / CUP, None)


def test_half_a_density_is_skipped_with_a_note(export):
    del export["ingredients"][2]["density_weight_unit"]
    kitchen, notes = read_bake_tracker(export)
    assert item(kitchen, "rye-meal").grams_per_ml is None
    assert "only some" in notes_of(notes, "skipped")["ingredients[2]"]


def test_a_density_that_is_no_weight_of_a_volume_is_skipped_with_a_note(export):
    export["ingredients"][2]["density_weight_unit"] = "each"
    _, notes = read_bake_tracker(export)
    assert "no volume and weight" in notes_of(notes, "skipped")["ingredients[2]"]


@pytest.mark.parametrize(
    ("slug", "unit"),
    [
        ("rye-meal", "g"),  # packed by weight
        ("malt-syrup", "ml"),  # packed by volume, and the pack wins over the lines
        ("poppy", "g"),  # packed by weight twice and by volume once
        ("duck-egg", "each"),  # no pack, and recipes count it
        ("rose-water", "ml"),  # no pack and no density, and recipes measure its volume
        ("caraway", "g"),  # nothing known
        ("bow", "each"),  # packaging
        ("tin-round", "each"),  # a material
    ],
)
def test_the_stock_unit_follows_the_packs_then_the_lines(small, slug, unit):
    assert item(small[0], slug).unit == unit


def test_stock_units_that_rest_on_recipes_alone_are_said(small):
    said = [n.message for n in small[1] if n.kind == "guessed" and n.place == "ingredients"]
    assert [text.split(":")[-1].strip() for text in said] == ["Rose water", "Duck egg"]


def test_packaging_and_materials_are_supplies(small):
    kinds = {thing.slug: thing.kind for thing in small[0].items}
    assert [kinds[slug] for slug in ("bow", "tin-round", "paper-wool")] == ["supply"] * 3


def test_a_material_has_the_category_of_its_sub_category(small):
    assert item(small[0], "paper-wool").category == "Inside: Stuffing"


def test_a_material_sold_by_length_is_counted_in_inches(small):
    kitchen, notes = small
    cord = item(kitchen, "gold-cord")
    assert (cord.measures, cord.display_unit) == ({"inch": "1 each"}, "inch")
    assert product(kitchen, "cord-20-m-reel").pack == "787 inch"
    assert "by length" in notes_of(notes, "guessed")["material_products[2]"]


def test_slugs_that_would_be_the_same_are_numbered_in_the_order_of_the_file(small):
    kitchen, notes = small
    assert item(kitchen, "rye-meal-2").name == "Rye meal, coarse"
    assert item(kitchen, "poppy-2").name == "Poppy cake, whole"
    assert notes_of(notes, "renamed").keys() == {"ingredients[3]", "finished_units[1]"}


def test_names_of_the_same_words_are_pointed_at(small):
    said = notes_of(small[1], "similar")
    assert said == {
        "ingredients[4]": "Coarse rye meal may be the same as Rye meal, coarse; both are kept"
    }


def test_categories_that_differ_by_case_or_plural_become_the_one_used_most(small):
    kitchen, notes = small
    assert item(kitchen, "coarse-rye").category == "Dry Goods"
    assert item(kitchen, "sea-salt").category == "Spices"
    assert recipe(kitchen, "rye-crackers").category == "Crackers"
    merged = notes_of(notes, "merged").keys()
    assert merged == {"ingredients", "ingredients[4]", "ingredients[5]", "recipes[0]"}


def test_a_name_in_another_script_still_gets_a_slug(export):
    export["finished_units"][0] |= {"slug": "ライ麦", "display_name": "ライ麦"}
    export["compositions"][0]["finished_unit_slug"] = "ライ麦"
    assert_sound(read_bake_tracker(export)[0])


# -- packs, prices, lots --------------------------------------------------------------------------


def test_a_product_keeps_brand_name_pack_barcode_and_store(small):
    rye = product(small[0], "millers-stoneground-rye-2-lb")
    assert (rye.label, rye.pack) == ("Millers Stoneground Rye, 2 lb", "2 lb")
    assert (rye.barcode, rye.preferred, rye.archived) == ("0123456789012", True, False)


def test_a_brand_that_the_name_repeats_is_said_once_and_no_name_means_the_ingredient(small):
    labels = {thing.label for thing in small[0].products}
    assert {"Barley Syrup", "Tide Sea salt"} <= labels


def test_hidden_products_are_archived_and_only_one_is_preferred(small):
    kitchen, notes = small
    other = product(kitchen, "millers-stoneground-rye-5-kg")
    assert (other.archived, other.preferred) == (True, False)
    assert "not preferred" in notes_of(notes, "guessed")["products[1]"]


def test_the_newest_purchase_is_the_price_and_that_it_is_per_pack_is_said(small):
    kitchen, notes = small
    rye = product(kitchen, "millers-stoneground-rye-2-lb")
    assert (rye.price, rye.priced_on, rye.store) == ("4.25", "2027-01-10", "Corner Shop")
    assert "price of one pack" in notes_of(notes, "guessed")["purchases[0]"]
    assert "only the newest" in notes_of(notes, "skipped")["purchases"]


def test_a_pack_that_cannot_be_converted_is_kept_and_listed_with_its_fix(small):
    kitchen, notes = small
    assert product(kitchen, "loose-poppy-1-cup").pack == "1 cup"
    said = notes_of(notes, "unknown", "products")
    assert said.keys() == {"products[6]"}
    assert "Poppy" in said["products[6]"]
    assert "density" in said["products[6]"]


def test_a_lot_is_what_is_left_of_a_pack_and_has_no_price(small):
    lot = small[0].lots[0]
    assert (lot.item, lot.amount, lot.product) == (
        "rye-meal",
        "1.5 lb",
        "millers-stoneground-rye-2-lb",
    )
    assert (lot.received, lot.expires, lot.paid) == ("2027-01-10", "2027-09-30", None)


def test_lots_are_in_the_kitchen_or_listed(small):
    kitchen, notes = small
    stocked = [lot.item for lot in kitchen.lots]
    assert stocked == ["rye-meal", "malt-syrup", "sea-salt", "rye-cracker"]
    assert "used up" in notes_of(notes, "skipped")["inventory_items[3]"]
    assert "density" in notes_of(notes, "unknown")["inventory_items[2]"]
    assert "no product" in notes_of(notes, "guessed")["inventory_items[4]"]
    assert "location (1 lots)" in notes_of(notes, "skipped")["inventory_items"]


def test_every_lot_converts_exactly(small):
    kitchen, _ = small
    assert all(in_stock_units(kitchen, lot.item, lot.amount) for lot in kitchen.lots)
    assert in_stock_units(kitchen, "malt-syrup", "12 fl oz") == CUP * Fraction(12, 8)


def test_the_pack_of_a_material_is_read_from_words_and_a_guess_is_said(small):
    kitchen, notes = small
    packs = {thing.label: thing.pack for thing in kitchen.products}
    assert packs["Tinsmith Round Tin"] == "6"
    assert packs["Tinsmith Round Tin 10pk"] == "12"
    assert packs["Nest Wool"] == "40"
    assert packs["Loose wool"] == "1"
    guessed = notes_of(notes, "guessed", "material_products").keys()
    assert guessed == {f"material_products[{row}]" for row in (1, 2, 4)}


@pytest.mark.parametrize(
    ("notes", "pack"),
    [
        ("Bulk pack of 100 boxes", "100"),
        ("100 count box, snow design", "100"),
        ("300ct", "300"),
        ("25-pack", "25"),
        ("Individual drum", "1"),
    ],
)
def test_people_say_packs_in_many_ways(export, notes, pack):
    export["material_products"][0]["notes"] = notes
    kitchen, said = read_bake_tracker(export)
    assert product(kitchen, "tinsmith-round-tin").pack == pack
    assert "material_products[0]" not in notes_of(said, "guessed")


def test_a_store_that_sells_nothing_is_named(small):
    assert notes_of(small[1], "skipped", "suppliers").keys() == {"suppliers[1]", "suppliers[2]"}


# -- recipes --------------------------------------------------------------------------------------


def test_lines_keep_the_decimal_and_unit_as_entered_and_an_ingredient_twice(small):
    lines = recipe(small[0], "rye-crackers").lines
    assert [(line.item, line.amount) for line in lines] == [
        ("rye-meal", "0.67 cup"),
        ("rye-meal", "2 tbsp"),
        ("sea-salt", "0.125 tsp"),
        ("duck-egg", "1 each"),
        ("malt-syrup", "30 g"),
        ("rose-water", "1 tsp"),
    ]
    assert lines[0].note == "sifted"


def test_lines_are_exact_or_unknown_with_item_line_and_fix(small):
    kitchen, notes = small
    values = [
        in_stock_units(kitchen, line.item, line.amount)
        for line in recipe(kitchen, "rye-crackers").lines
    ]
    assert values[0] == Fraction(67, 100) * 4 * OUNCE
    assert values[4] == 30 / Fraction(14, 10)
    assert [place for place, value in enumerate(values) if value is None] == [2]
    said = notes_of(notes, "unknown", "recipes[0]")
    assert said == {
        "recipes[0].ingredients[2]": "Rye Crackers: 0.125 tsp of Sea salt cannot be converted: "
        "set a density (grams per ml) or a measure for 'tsp' of Sea salt"
    }


def test_a_container_is_a_measure_of_one_piece_unknown_until_it_is_weighed(small):
    kitchen, notes = small
    assert item(kitchen, "condensed-milk").measures == {"can": "1 each"}
    line = "recipes[1].ingredients[1]"
    assert "no standard unit" in notes_of(notes, "guessed")[line]
    assert "weight of one" in notes_of(notes, "unknown")[line]


def test_a_recipe_keeps_times_category_and_words(small):
    crackers = recipe(small[0], "rye-crackers")
    assert (crackers.minutes, crackers.oven_minutes) == (20, 12)
    assert crackers.method == "Roll thin.\n\nKeeps well.\n\nSource: An aunt"


def test_finished_units_are_made_items_and_what_a_batch_makes(small):
    kitchen, _ = small
    assert [(line.item, line.amount) for line in recipe(kitchen, "rye-crackers").makes] == [
        ("rye-cracker", "36")
    ]
    made = item(kitchen, "rye-cracker")
    assert (made.kind, made.unit, made.notes) == ("made", "each", "counted in crackers")


def test_portions_of_a_batch_are_counted_exactly(small):
    makes = recipe(small[0], "poppy-cake").makes
    assert [line.amount for line in makes] == ["1", "3 1/3"]


def test_a_finished_unit_that_only_its_recipe_tells_of_is_read(small):
    makes = recipe(small[0], "tea-biscuits").makes
    assert [(line.item, line.amount) for line in makes] == [("tea-biscuit", "40")]


def test_a_recipe_that_makes_nothing_makes_its_batch(small):
    kitchen, notes = small
    assert [(line.item, line.amount) for line in recipe(kitchen, "poppy-filling").makes] == [
        ("poppy-filling", "1")
    ]
    assert "nothing says what it makes" in notes_of(notes, "guessed")["recipes[1]"]


def test_a_recipe_inside_a_recipe_is_so_much_of_what_it_makes(small):
    lines = recipe(small[0], "poppy-cake").lines
    assert [(line.item, line.amount, line.note) for line in lines] == [
        ("duck-egg", "4 each", None),
        ("poppy-filling", "1 1/2", "cooled"),
    ]


def test_a_recipe_inside_that_makes_several_things_gives_the_first(export):
    export["recipes"][1]["components"] = [{"recipe_slug": "poppy_cake", "quantity": 1}]
    kitchen, notes = read_bake_tracker(export)
    assert recipe(kitchen, "poppy-filling").lines[-1].item == "poppy-2"
    assert "poppy-2 is used" in notes_of(notes, "guessed")["recipes[1].components[0]"]


def test_variants_are_named(small):
    _, notes = small
    assert "variant of rye_crackers" in notes_of(notes, "guessed")["recipes[2]"]
    assert "With plums" in notes_of(notes, "skipped")["recipes[2].variants[0]"]


def test_finished_units_in_stock_are_a_lot_of_the_day_of_the_export(small):
    lot = small[0].lots[-1]
    assert (lot.item, lot.amount, lot.received) == ("rye-cracker", "12", "2027-03-01")


# -- bundles and events ---------------------------------------------------------------------------


def test_finished_goods_and_packages_are_bundles_and_may_hold_each_other(small):
    held = {
        bundle.item: [(line.item, line.amount) for line in bundle.lines]
        for bundle in small[0].bundles
    }
    assert held == {
        "cracker-tin": [("rye-cracker", "8"), ("bow", "1"), ("paper-wool", "5")],
        "grand-tin": [("cracker-tin", "2")],
        "friends-parcel": [("grand-tin", "1")],
    }
    assert item(small[0], "grand-tin").kind == "bundle"


def test_a_component_still_to_be_chosen_is_named(small):
    assert "to be chosen" in notes_of(small[1], "skipped")["compositions[4]"]


def test_an_event_wants_packages_for_recipients_that_are_not_delivered(small):
    kitchen, notes = small
    day = next(event for event in kitchen.events if event.slug == "name-day")
    assert (day.date, day.status) == ("2027-05-06", "planned")
    assert [(line.item, line.amount, line.recipient) for line in day.lines] == [
        ("friends-parcel", "2", "Ada")
    ]
    assert "delivered" in notes_of(notes, "skipped")["event_recipient_packages[1]"]


def test_demand_is_read_once(small):
    said = notes_of(small[1], "skipped")["event_assembly_targets[1]"]
    assert said == "Name Day has its lines from event_recipient_packages already"


def test_an_event_of_bundles_wants_its_assembly_targets(small):
    fair = small[0].events[0]
    assert (fair.status, fair.people) == ("started", 60)
    assert [(line.item, line.amount) for line in fair.lines] == [("cracker-tin", "25")]


def test_batches_decided_on_are_targets_and_the_first_counts(small):
    kitchen, notes = small
    targets = kitchen.events[0].targets
    assert [(target.recipe, target.batches) for target in targets] == [("rye-crackers", "6")]
    assert "a target for rye-crackers already" in notes_of(notes, "skipped")["batch_decisions[0]"]


def test_recipients_of_nothing_are_named(small):
    assert notes_of(small[1], "skipped", "recipients").keys() == {"recipients[1]", "recipients[2]"}


def test_history_and_what_nobody_knows_is_named_once_per_array(export):
    export["moon_phases"] = [{"phase": "new"}, {"phase": "full"}]
    _, notes = read_bake_tracker(export)
    said = notes_of(notes, "skipped")
    assert said["production_runs"].startswith("1 rows left out: what was made")
    assert said["moon_phases"].startswith("2 rows left out")
    assert "assembly_runs" not in said


# -- the same every time, and refusals ------------------------------------------------------------


def test_reading_changes_nothing_and_gives_the_same_again(export):
    before = copy.deepcopy(export)
    assert read_bake_tracker(export) == read_bake_tracker(export)
    assert export == before


def test_an_export_with_nothing_in_it_is_an_empty_kitchen():
    kitchen, notes = read_bake_tracker({"application": "bake-tracker", "version": "4.0"})
    assert kitchen == KitchenDoc()
    assert notes == []


def test_numbers_may_be_whole_decimal_or_exact_text(export):
    for quantity, text in ((2, "2 cup"), (Decimal("0.330"), "0.33 cup"), ("1.5", "1.5 cup")):
        export["recipes"][0]["ingredients"][0]["quantity"] = quantity
        kitchen, _ = read_bake_tracker(export)
        assert recipe(kitchen, "rye-crackers").lines[0].amount == text


def test_a_binary_float_is_the_callers_mistake():
    with pytest.raises(TypeError, match=r"ingredients\[1\]\.density_weight_value.*Decimal"):
        read_bake_tracker(json.loads(SMALL.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("header", "paths"),
    [
        ({}, {"application", "version"}),
        ({"application": "bakehouse", "version": 1}, {"application", "version"}),
        ({"application": "bake-tracker", "version": "3.5"}, {"version"}),
        ({"application": "bake-tracker", "version": "40"}, {"version"}),
        ({"application": "bake-tracker", "version": None}, {"version"}),
    ],
)
def test_what_is_no_such_export_is_refused(header, paths):
    with pytest.raises(BadFile) as refusal:
        read_bake_tracker(header)
    assert {problem.path for problem in refusal.value.problems} == paths


@pytest.mark.parametrize("source", [[], "bake-tracker", None])
def test_what_is_no_object_is_refused(source):
    with pytest.raises(BadFile, match="an object is expected"):
        read_bake_tracker(source)


def put(value: object, *path: str | int) -> Change:
    def change(export: Export) -> None:
        place: Any = export
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


LINE = ("recipes", 0, "ingredients", 2)


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        (put({}, "recipes"), "recipes", "a list"),
        (put("flour", "products", 1), "products[1]", "an object"),
        (put(["x"], "recipes", 0, "ingredients"), "recipes[0].ingredients[0]", "an object"),
        (put(None, "ingredients", 2, "display_name"), "ingredients[2].display_name", "missing"),
        (put("  ", "recipes", 0, "name"), "recipes[0].name", "missing"),
        (put(7, "recipes", 0, "name"), "recipes[0].name", "text is expected, not a number"),
        (put("no", "products", 0, "is_hidden"), "products[0].is_hidden", "true or false"),
        (put("rye", "ingredients", 2, "allergens"), None, ""),
        (put([1], "ingredients", 2, "allergens"), "ingredients[2].allergens", "list of texts"),
        (put(Decimal(-1), *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "less than"),
        (put(0, *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "more than zero"),
        (put(True, *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "a number"),
        (put("a few", *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "a number"),
        (put("1.2.3", *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "a number"),
        (put(None, *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "missing"),
        (put(float("nan"), *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "no number"),
        (put(Decimal("NaN"), *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "number"),
        (put(10**10, *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "10^9"),
        (put(Decimal("1e999999"), *LINE, "quantity"), "recipes[0].ingredients[2].quantity", "10^9"),
        (put(None, *LINE, "unit"), "recipes[0].ingredients[2].unit", "missing"),
        (put("½", *LINE, "unit"), "recipes[0].ingredients[2].unit", "no unit"),
        (
            put("gold", *LINE, "ingredient_slug"),
            "recipes[0].ingredients[2].ingredient_slug",
            "there is no ingredient 'gold'",
        ),
        (
            put("x", "finished_units", 0, "recipe_name"),
            "finished_units[0].recipe_name",
            "no recipe 'x'",
        ),
        (put("x", "compositions", 3, "component_slug"), "compositions[3].component_slug", "'x'"),
        (
            put("x", "compositions", 2, "material_unit_slug"),
            "compositions[2].material_unit_slug",
            "",
        ),
        (put("sea_salt", "ingredients", 6, "slug"), "ingredients[6].slug", "there are two"),
        (put("soon", "events", 0, "event_date"), "events[0].event_date", "no date"),
        (put(None, "events", 0, "event_date"), "events[0].event_date", "missing"),
        (
            put("2027-02-30", "inventory_items", 0, "purchase_date"),
            "inventory_items[0].purchase_date",
            "no date",
        ),
        (
            put(None, "products", 0, "package_unit_quantity"),
            "products[0].package_unit_quantity",
            "missing",
        ),
        (put(None, "products", 0, "package_unit"), "products[0].package_unit", "missing"),
        (
            put(0, "ingredients", 2, "density_volume_value"),
            "ingredients[2].density_volume_value",
            "more than zero",
        ),
        (
            put(0, "finished_units", 0, "items_per_batch"),
            "finished_units[0].items_per_batch",
            "more than zero",
        ),
    ],
)
def test_a_broken_value_is_refused_with_its_path(export, change, path, message):
    change(export)
    if path is None:
        read_bake_tracker(export)
        return
    with pytest.raises(BadFile) as refusal:
        read_bake_tracker(export)
    found = {problem.path: problem.message for problem in refusal.value.problems}
    assert message in found[path]


def test_all_problems_come_at_once_and_each_once(export):
    export["ingredients"][2]["display_name"] = ""
    export["products"][0]["package_unit_quantity"] = -3
    export["recipes"][0]["ingredients"][1]["quantity"] = "two"
    export["events"][0]["event_date"] = "tomorrow"
    with pytest.raises(BadFile) as refusal:
        read_bake_tracker(export)
    paths = [problem.path for problem in refusal.value.problems]
    assert sorted(paths) == [
        "events[0].event_date",
        "ingredients[2].display_name",
        "products[0].package_unit_quantity",
        "recipes[0].ingredients[1].quantity",
    ]


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, step))


@pytest.mark.parametrize("junk", [None, "junk", -1, [[]]])
def test_junk_in_any_place_is_refused_or_read_but_never_a_crash(junk):
    text = SMALL.read_text(encoding="utf-8")
    for path in list(leaves(load(SMALL)))[::2]:
        broken = json.loads(text, parse_float=Decimal)
        put(junk, *path)(broken)
        try:
            kitchen, _ = read_bake_tracker(broken)
        except BadFile:
            continue
        assert_sound(kitchen)


def test_a_category_tree_that_bites_its_tail_does_not_hang(export):
    export["ingredients"][0]["parent_slug"] = "meals"
    kitchen, _ = read_bake_tracker(export)
    assert item(kitchen, "rye-meal").category == "Other"


# -- the real pantry ------------------------------------------------------------------------------


def test_the_real_pantry_becomes_a_sound_kitchen(real):
    assert_sound(real[0])


def test_the_real_pantry_is_read_whole(pantry, real):
    kitchen, _ = real
    kinds = Counter(thing.kind for thing in kitchen.items)
    assert kinds == {"ingredient": 337, "supply": 21, "made": 20}
    assert len(kitchen.products) == 156 + 26
    assert (len(kitchen.lots), len(kitchen.recipes), len(kitchen.events)) == (156, 20, 1)
    assert sum(thing.grams_per_ml is not None for thing in kitchen.items) == 125
    assert sum(thing.archived for thing in kitchen.products) == 3
    assert sum(thing.barcode is not None for thing in kitchen.products) == 83


def test_no_real_recipe_line_vanishes(pantry, real):
    kitchen, _ = real
    theirs = [
        (
            row["slug"],
            line["ingredient_slug"].replace("_", "-"),
            Fraction(line["quantity"]),
            line["unit"],
        )
        for row in pantry["recipes"]
        for line in row["ingredients"]
    ]
    ours = [
        (made.slug, line.item, parse_amount(line.amount).value, parse_amount(line.amount).unit)
        for made in kitchen.recipes
        for line in made.lines
    ]
    assert len(ours) == 224
    assert ours == theirs


def test_each_real_recipe_line_is_exact_or_listed_with_its_fix(real):
    kitchen, notes = real
    unknown = {
        f"recipes[{at}].ingredients[{number}]": line
        for at, made in enumerate(kitchen.recipes)
        for number, line in enumerate(made.lines)
        if in_stock_units(kitchen, line.item, line.amount) is None
    }
    said = notes_of(notes, "unknown")
    assert said.keys() == unknown.keys()
    assert all(item(kitchen, line.item).name in said[at] for at, line in unknown.items())
    assert all(line.amount in said[at] for at, line in unknown.items())
    assert all("set a density" in message for message in said.values())


def test_of_the_real_lines_58_lack_the_density_of_a_packed_ingredient_and_3_that_of_a_lemon(real):
    kitchen, notes = real
    packed = {thing.item for thing in kitchen.products}
    unknown = [
        line.item
        for made in kitchen.recipes
        for line in made.lines
        if in_stock_units(kitchen, line.item, line.amount) is None
    ]
    assert sum(slug in packed for slug in unknown) == 58
    assert Counter(slug for slug in unknown if slug not in packed) == {"lemon-whole": 3}
    assert 224 - len(unknown) == 163
    assert len(notes_of(notes, "unknown")) == 61


def test_68_real_lines_name_an_ingredient_without_a_product(real):
    kitchen, _ = real
    packed = {thing.item for thing in kitchen.products}
    lines = [line for made in kitchen.recipes for line in made.lines]
    assert sum(line.item not in packed for line in lines) == 68


def test_every_real_pack_and_lot_converts_exactly(pantry, real):
    kitchen, _ = real
    for slug, text in [(p.item, p.pack) for p in kitchen.products]:
        assert in_stock_units(kitchen, slug, text)
    for row, lot in zip(pantry["inventory_items"], kitchen.lots, strict=True):
        assert lot.item == row["ingredient_slug"].replace("_", "-")
        assert parse_amount(lot.amount).value == Fraction(row["quantity"])
        assert in_stock_units(kitchen, lot.item, lot.amount)
        assert lot.product is not None
        assert (lot.paid, lot.received) == (None, row["purchase_date"])


def test_every_row_of_the_real_pantry_is_in_the_kitchen_or_in_a_note(pantry, real):
    kitchen, notes = real
    kinds = Counter(thing.kind for thing in kitchen.items)
    merged = notes_of(notes, "merged")["ingredients"]
    stores = {thing.store for thing in kitchen.products}
    folded = [row for row in pantry["ingredients"] if row["hierarchy_level"] == 1]
    mains = {row["display_name"] for row in pantry["ingredients"] if not row["hierarchy_level"]}
    assert mains == {thing.category for thing in kitchen.items if thing.kind == "ingredient"}
    assert all(row["display_name"] in merged for row in folded)
    assert kinds["ingredient"] + len(mains) + len(folded) == len(pantry["ingredients"])
    assert kinds["supply"] == len(pantry["materials"])
    assert kinds["made"] == len(pantry["finished_units"])
    for at, row in enumerate(pantry["suppliers"]):
        assert row["name"] in stores or f"suppliers[{at}]" in notes_of(notes, "skipped")
    for at in range(len(pantry["recipients"])):
        assert f"recipients[{at}]" in notes_of(notes, "skipped")
    read = {"ingredients", "products", "inventory_items", "recipes", "finished_units", "events"}
    read |= {"materials", "material_products", "suppliers", "recipients"}
    rest = {name for name, rows in pantry.items() if isinstance(rows, list) and rows} - read
    assert rest == {"transformation_notes"}
    assert "transformation_notes" in notes_of(notes, "skipped")


def test_the_real_notes_are_few_and_each_says_something(real):
    assert Counter(note.kind for note in real[1]) == {
        "unknown": 61,
        "skipped": 9,
        "guessed": 4,
        "merged": 3,
        "similar": 2,
    }


def test_the_cake_of_the_real_pantry_is_among_the_cakes(real):
    kitchen, notes = real
    assert recipe(kitchen, "lavender-lemon-cake-with-honey-glaze").category == "Cakes"
    assert "Cake" not in {thing.category for thing in kitchen.items}
    merged = notes_of(notes, "merged").keys()
    assert merged == {"ingredients", "recipes[11]", "finished_units[11]"}


def test_an_accent_in_a_real_slug_becomes_a_plain_letter(real):
    assert item(real[0], "toasted-almond-sables-standard").name == "Standard Toasted Almond Sablés"


def test_real_packs_of_boxes_and_ribbons_are_read(real):
    packs = {thing.label: thing.pack for thing in real[0].products}
    assert packs["Michaels 6ct Cupcake Window Box 12pk"] == "12"
    assert packs["Webstaurant 10x10 Cake Window Box 100pk"] == "100"
    assert packs["PME 12in Silver Drum Individual"] == "1"
    assert packs["Berwick 3/16 Red Curling Ribbon 500yd"] == "18000 inch"

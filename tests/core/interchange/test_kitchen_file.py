"""The kitchen file is read exactly, and all that is wrong with it is told, with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.documents import KitchenDoc
from core.errors import BadFile
from core.interchange.exporting import export_kitchen, write_kitchen
from core.interchange.formats import FORMATS
from core.interchange.importing import import_file, import_kitchen
from core.services import catalog_service, journal_service
from core.session import Database
from tests.builders import KitchenBuilder
from tests.core.interchange.files import read_file

CONTRACT = Path(__file__).with_name("contract_kitchen.json")

File = dict[str, Any]
Change = Callable[[File], object]


@pytest.fixture
def file() -> File:
    return contract_kitchen()


def contract_kitchen() -> File:
    decoded: File = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return decoded


def written(file: object) -> str:
    return json.dumps(file, ensure_ascii=False)


def problems_of(file: object) -> dict[str, str]:
    """Return what importing a file says is wrong, by path."""
    with pytest.raises(BadFile) as caught:
        import_file(file if isinstance(file, str | bytes) else written(file))
    assert caught.value.exit_code == 2
    return {problem.path: problem.message for problem in caught.value.problems}


# -- what is read ---------------------------------------------------------------------------------


def test_the_example_of_the_contract_is_read(file: File) -> None:
    doc, notes = read_file(written(file))
    assert not notes
    assert doc.items[0].measures == {"cup": "125 g"}
    assert doc.recipes[0].lines[0].amount == "2 1/3 cup"
    assert doc.events[0].targets[0].accepted_need == "6 1/4"
    assert doc.lots[0].paid == "12.00"


def test_only_the_format_and_the_version_are_required() -> None:
    doc, notes = read_file('{"format": "bakehouse", "version": 1}')
    assert doc == KitchenDoc()
    assert not notes


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("48", "48"),
        ("2.5", "2.5"),
        ("0.1", "0.1"),
        ("0.10000000000000000000000000001", "0.10000000000000000000000000001"),
        ("1e2", "100"),
    ],
)
def test_amounts_may_be_numbers_and_are_read_as_they_are_written(number: str, text: str) -> None:
    read, _ = read_file(
        '{"format": "bakehouse", "version": 1, "bundles": [{"item": "bag", '
        f'"lines": [{{"item": "cookie", "amount": {number}}}]}}]}}'
    )
    assert read.bundles[0].lines[0].amount == text


def test_a_file_may_begin_with_a_byte_order_mark(file: File) -> None:
    assert read_file(written(file).encode("utf-8-sig"))[0] == read_file(written(file))[0]


def test_fields_that_mean_nothing_are_told_and_no_mistake(file: File) -> None:
    file["owner"] = "Kim"
    file["items"][1]["colour"] = "brown"
    doc, notes = read_file(written(file))
    assert {note.place for note in notes} == {"owner", "items[1].colour"}
    assert {note.kind for note in notes} == {"ignored"}
    assert doc.items[1].name == "Egg"


def test_a_part_may_name_what_only_the_kitchen_has() -> None:
    part = {
        "format": "bakehouse",
        "version": 1,
        "bundles": [{"item": "gift-bag", "lines": [{"item": "cookie", "amount": "6"}]}],
    }
    doc, _ = read_file(written(part))
    assert doc.bundles[0].item == "gift-bag"


def test_the_format_is_guessed_from_what_the_file_says(file: File) -> None:
    assert set(FORMATS) == {"bakehouse", "bake-tracker"}
    assert read_file(written(file))[0].items[0].slug == "flour"
    small = CONTRACT.with_name("bake_tracker_small.json").read_bytes()
    assert read_file(small)[0] == read_file(small, "bake-tracker")[0]


def test_a_format_that_is_not_known_is_named_with_those_that_are(file: File) -> None:
    with pytest.raises(BadFile, match="no format 'excel'; it is bakehouse or bake-tracker"):
        read_file(written(file), "excel")


# -- what is no kitchen file ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("", "$", "no JSON"),
        ("flour, 2 cup", "$", "no JSON"),
        ('{"format": "bakehouse", "version": 1', "$", "line 1, column 37"),
        (b"\xff\xfe\x00", "$", "UTF-8"),
        ("[" * 100_000, "$", "nested too deep"),
        ("[]", "$", "a kitchen is an object, not a list"),
        ("3", "$", "not a number"),
        ("null", "$", "not null"),
        ("{}", "format", "there is none"),
        ('{"format": "cookbook", "version": 1}', "format", "not 'cookbook'"),
        ('{"format": ["bakehouse"], "version": 1}', "format", "not a list"),
        ('{"format": "bakehouse"}', "version", "there is none"),
        ('{"format": "bakehouse", "version": "1"}', "version", "not '1'"),
        ('{"format": "bakehouse", "version": true}', "version", "not true or false"),
        ('{"format": "bakehouse", "version": 2}', "version", "newer version 2"),
        ('{"format": "bakehouse", "version": 2, "items": 5}', "version", "Update bakehouse"),
    ],
)
def test_what_is_no_kitchen_file_is_said_in_one_sentence(
    text: str | bytes, path: str, words: str, sqlite_kitchen: Database
) -> None:
    [(where, what)] = problems_of(text).items()
    assert where == path
    assert words in what


# -- what is wrong in one -------------------------------------------------------------------------


def put(path: str, value: object) -> Change:
    """Return a change that sets the value at a JSON path."""

    def change(file: File) -> None:
        *way, last = path.replace("[", ".").replace("]", "").split(".")
        place: Any = file
        for key in way:
            place = place[int(key) if key.isdigit() else key]
        if last.isdigit() and int(last) == len(place):
            place.append(value)
        else:
            place[int(last) if last.isdigit() else last] = value

    return change


def drop(path: str, key: str) -> Change:
    def change(file: File) -> None:
        name, number = path.rstrip("]").split("[")
        del file[name][int(number)][key]

    return change


def twice(key: str) -> Change:
    return lambda file: file[key].append(dict(file[key][0]))


BOX = {"slug": "box", "name": "Box", "kind": "bundle", "unit": "each"}


def bundles_in_a_circle(file: File) -> None:
    file["items"].append(BOX)
    file["bundles"][0]["lines"].append({"item": "box", "amount": "1"})
    file["bundles"].append({"item": "box", "lines": [{"item": "gift-bag", "amount": "1"}]})


def recipes_in_a_circle(file: File) -> None:
    file["items"].append({"slug": "dough", "name": "Dough", "kind": "made", "unit": "g"})
    file["recipes"].append(
        {
            "slug": "dough",
            "name": "Plain dough",
            "makes": [{"item": "dough", "amount": "500"}],
            "lines": [{"item": "cookie", "amount": "2"}],
        }
    )
    file["recipes"][0]["lines"].append({"item": "dough", "amount": "500 g"})


AMOUNTS = [
    "recipes[0].lines[0].amount",
    "recipes[0].makes[0].amount",
    "bundles[0].lines[0].amount",
    "events[0].lines[0].amount",
    "products[0].pack",
    "items[0].measures.cup",
    "lots[0].amount",
]

BAD: list[tuple[Change, str, str]] = [
    # duplicates
    (twice("items"), "items[5].slug", "duplicate of items[0]"),
    (twice("products"), "products[1].slug", "duplicate of products[0]"),
    (twice("recipes"), "recipes[1].slug", "duplicate of recipes[0]"),
    (twice("bundles"), "bundles[1].item", "duplicate of bundles[0]"),
    (twice("events"), "events[1].slug", "duplicate of events[0]"),
    (twice("lots"), "lots[1].id", "duplicate of lots[0]"),
    (
        put("recipes[0].makes[1]", {"item": "cookie", "amount": "1"}),
        "recipes[0].makes[1].item",
        "duplicate",
    ),
    (
        put("events[0].targets[1]", {"recipe": "sugar-cookie", "batches": "1"}),
        "events[0].targets[1].recipe",
        "duplicate",
    ),
    (put("events[0].checked", ["egg", "egg"]), "events[0].checked[1]", "duplicate"),
    # unknown slugs
    (put("products[0].item", "flower"), "products[0].item", "no item 'flower'"),
    (put("recipes[0].makes[0].item", "cake"), "recipes[0].makes[0].item", "no item 'cake'"),
    (put("recipes[0].lines[1].item", "eggs"), "recipes[0].lines[1].item", "no item 'eggs'"),
    (put("bundles[0].item", "bag"), "bundles[0].item", "no item 'bag'"),
    (put("bundles[0].lines[0].item", "kookie"), "bundles[0].lines[0].item", "no item 'kookie'"),
    (put("events[0].lines[0].item", "bag"), "events[0].lines[0].item", "no item 'bag'"),
    (put("events[0].checked", ["sugar"]), "events[0].checked[0]", "no item 'sugar'"),
    (put("events[0].targets[0].recipe", "x"), "events[0].targets[0].recipe", "no recipe 'x'"),
    (put("lots[0].item", "flower"), "lots[0].item", "no item 'flower'"),
    (put("lots[0].product", "x"), "lots[0].product", "no product 'x'"),
    (put("lots[0].event", "easter"), "lots[0].event", "no event 'easter'"),
    # cycles
    (bundles_in_a_circle, "bundles[0].lines[1].item", "Gift bag → Box → Gift bag"),
    (recipes_in_a_circle, "recipes[0].lines[2].item", "The recipe Sugar cookies (sugar-cookie)"),
    (
        put("bundles[0].lines[1]", {"item": "gift-bag", "amount": "1"}),
        "bundles[0].lines[1].item",
        "The bundle Gift bag (gift-bag) would contain itself",
    ),
    # amounts
    *[(put(path, "-1 lb"), path, "less than zero") for path in AMOUNTS],
    *[(put(path, "0"), path, "more than zero") for path in AMOUNTS],
    *[(put(path, "NaN"), path, "no finite number") for path in AMOUNTS],
    *[(put(path, "-Infinity"), path, "no finite number") for path in AMOUNTS],
    *[(put(path, float("inf")), path, "no finite number") for path in AMOUNTS],
    *[(put(path, "1000000001"), path, "above 10^9") for path in AMOUNTS],
    *[(put(path, 10**400), path, "above 10^9") for path in AMOUNTS],
    *[(put(path, "some"), path, "no number") for path in AMOUNTS],
    *[(put(path, "1,000"), path, "ambiguous") for path in AMOUNTS],
    *[(put(path, "1e3"), path, "exponent") for path in AMOUNTS],
    *[(put(path, None), path, "text is expected, not null") for path in AMOUNTS],
    *[(put(path, "1 blorp"), path, "'blorp'") for path in AMOUNTS if "measures" not in path],
    (put("items[0].measures.cup", "1 blorp"), "items[0].measures", "'blorp'"),
    (put("items[0].grams_per_ml", "0"), "items[0].grams_per_ml", "more than zero"),
    (put("items[0].grams_per_ml", "0.5 g"), "items[0].grams_per_ml", "without a unit"),
    (put("items[1].grams_each", -50), "items[1].grams_each", "less than zero"),
    (put("recipes[0].batch_step", "0"), "recipes[0].batch_step", "more than zero"),
    (put("events[0].targets[0].batches", "-1"), "events[0].targets[0].batches", "less than zero"),
    (
        put("events[0].targets[0].accepted_need", "x"),
        "events[0].targets[0].accepted_need",
        "no number",
    ),
    (put("lots[0].left", "11 lb"), "lots[0].left", "11 lb is left of only 10 lb"),
    (put("lots[0].amount", "999999999 lb"), "lots[0].amount", "above 10^9"),
    (put("lots[0].amount", "0.0000001 g"), "lots[0].amount", "millionth"),
    (put("items[0].display_unit", "blorp"), "items[0].display_unit", "'blorp'"),
    (put("items[0].display_unit", "pounds"), "items[0].display_unit", "spelled 'lb'"),
    # money
    (put("products[0].price", "-6"), "products[0].price", "less than zero"),
    (put("products[0].price", "cheap"), "products[0].price", "no price"),
    (put("events[0].lines[0].price", "1e9"), "events[0].lines[0].price", "no price"),
    (put("lots[0].paid", "NaN"), "lots[0].paid", "no price"),
    (put("lots[0].paid", 10**10), "lots[0].paid", "above 10^9"),
    (put("lots[0].cost_left", "13"), "lots[0].cost_left", "only 12.00 paid"),
    (put("currency", "dollars"), "currency", "no currency"),
    # dates
    (put("events[0].date", "2026-02-30"), "events[0].date", "no date"),
    (put("events[0].date", "next week"), "events[0].date", "no date"),
    (put("lots[0].received", "01/11/2026"), "lots[0].received", "no date"),
    (put("lots[0].expires", "soon"), "lots[0].expires", "no date"),
    (put("products[0].priced_on", "2026-13-01"), "products[0].priced_on", "no date"),
    # words
    (put("items[0].kind", "spice"), "items[0].kind", "ingredient, supply, made, bundle"),
    (put("items[0].unit", "kg"), "items[0].unit", "g, ml, each"),
    (put("items[3].unit", "g"), "items[3].unit", "counted in each"),
    (put("events[0].status", "open"), "events[0].status", "planned, started, done, cancelled"),
    (put("items[0].slug", "Flour!"), "items[0].slug", "no slug"),
    (put("items[0].slug", "~1~flour"), "items[0].slug", "no slug"),
    (put("items[0].name", "  "), "items[0].name", "A name is needed"),
    (put("products[0].label", ""), "products[0].label", "A name is needed"),
    # kinds that do not go together
    (put("recipes[0].makes[0].item", "egg"), "recipes[0].makes[0].item", "kind ingredient"),
    (put("bundles[0].item", "cookie"), "bundles[0].item", "kind made"),
    (put("events[0].lines[0].item", "egg"), "events[0].lines[0].item", "kind ingredient"),
    (put("products[0].item", "cookie"), "products[0].item", "kind made"),
    (put("recipes[0].makes", []), "recipes[0].makes", "at least one"),
    (
        put(
            "products[1]",
            {"slug": "b", "item": "flour", "label": "B", "pack": "1 lb", "preferred": True},
        ),
        "products[1].preferred",
        "'flour-5lb' is already the preferred product of flour",
    ),
    # shapes
    (drop("items[0]", "slug"), "items[0].slug", "missing"),
    (drop("items[1]", "unit"), "items[1].unit", "missing"),
    (drop("events[0]", "date"), "events[0].date", "missing"),
    (drop("products[0]", "pack"), "products[0].pack", "missing"),
    (put("items[2]", "cookie"), "items[2]", "an object is expected, not 'cookie'"),
    (put("recipes", {}), "recipes", "a list is expected, not an object"),
    (put("recipes[0].lines[0].amount", ["1"]), "recipes[0].lines[0].amount", "not a list"),
    (put("recipes[0].lines[0].amount", True), "recipes[0].lines[0].amount", "text is expected"),
    (put("recipes[0].method", 5), "recipes[0].method", "text is expected, not a number"),
    (put("recipes[0].minutes", "ten"), "recipes[0].minutes", "whole number"),
    (put("recipes[0].minutes", 1.5), "recipes[0].minutes", "whole number"),
    (put("recipes[0].minutes", -1), "recipes[0].minutes", "below zero"),
    (put("items[2].shelf_life_days", 10**12), "items[2].shelf_life_days", "refused"),
    (put("items[2].shelf_life_days", -1), "items[2].shelf_life_days", "below zero"),
    (put("events[0].people", 0), "events[0].people", "0 people"),
    (put("items[4].always_on_hand", "yes"), "items[4].always_on_hand", "true or false"),
    (put("items[0].allergens", [1]), "items[0].allergens[0]", "text is expected"),
    (put("items[0].measures", []), "items[0].measures", "an object is expected"),
    (put("items[0].name", "Flo\0ur"), "items[0].name", "cannot be stored"),
    (put("items[0].notes", "\ud800"), "items[0].notes", "cannot be stored"),
    (put("settings", [{"slug": "hue", "value": "1"}]), "settings[0].slug", "no setting 'hue'"),
    (
        put("settings", [{"slug": "store_trip_cost", "value": "far"}]),
        "settings[0].value",
        "no price",
    ),
    # the ledger without its journal
    (put("runs[0]", {"id": 1, "change": 1, "batches": "1", "at": "2026-11-01"}), "runs", "changes"),
    (put("lots[0].run", 1), "lots[0].run", "whole kitchen"),
]


@pytest.mark.parametrize(
    ("change", "path", "words"),
    BAD,
    ids=[f"{path}: {words}" for _, path, words in BAD],
)
def test_what_is_wrong_is_told_with_its_json_path(
    change: Change, path: str, words: str, file: File, sqlite_kitchen: Database
) -> None:
    change(file)
    found = problems_of(file)
    assert path in found, found
    assert words in found[path]
    assert journal_service.revision() == 0
    assert not catalog_service.list_items()


def test_keys_that_are_there_twice_are_told(file: File, sqlite_kitchen: Database) -> None:
    text = written(file).replace('"name": "Egg"', '"name": "Egg", "name": "Eggs"')
    assert problems_of(text) == {"items[1].name": "is there twice"}


def test_everything_wrong_is_told_at_once(file: File, sqlite_kitchen: Database) -> None:
    wrong = {
        "items[0].name": 5,
        "items[1].unit": "dozen",
        "recipes[0].lines[0].amount": "2 blorp",
        "bundles[0].lines[0].item": "kookie",
        "events[0].date": "soon",
        "lots[0].paid": "-1",
    }
    for path, value in wrong.items():
        put(path, value)(file)
    bundles_in_a_circle(file)
    found = problems_of(file)
    assert set(found) == {*wrong, "bundles[0].lines[1].item"}


def test_a_broken_place_is_told_once_and_nothing_is_said_of_what_it_would_have_been(
    file: File, sqlite_kitchen: Database
) -> None:
    file["recipes"][0] = "sugar cookies"
    assert set(problems_of(file)) == {"recipes[0]", "events[0].targets[0].recipe"}


def test_reading_alone_tells_what_the_file_alone_shows(file: File) -> None:
    put("items[0].grams_per_ml", "-1")(file)
    bundles_in_a_circle(file)
    with pytest.raises(BadFile) as caught:
        read_file(written(file))
    assert {problem.path for problem in caught.value.problems} == {
        "items[0].grams_per_ml",
        "bundles[0].lines[1].item",
    }


def test_a_cycle_through_what_is_in_the_kitchen_is_told(sqlite_kitchen: Database) -> None:
    build = KitchenBuilder()
    build.made("cookie")
    build.bundle("box", {"cookie": 1})
    build.bundle("bag", {"box": 1})
    part = {
        "format": "bakehouse",
        "version": 1,
        "bundles": [{"item": "box", "lines": [{"item": "bag", "amount": "1"}]}],
    }
    found = problems_of(part)
    assert found == {
        "bundles[0].lines[0].item": "The bundle Box (box) would contain itself: Box → Bag → Box."
    }


def test_two_recipes_for_one_item_are_told_wherever_the_other_is(sqlite_kitchen: Database) -> None:
    KitchenBuilder().recipe("drop-cookies", {"cookie": 24})
    file = contract_kitchen()
    assert problems_of(file) == {
        "recipes[0].makes[0].item": (
            "cookie is already made by Drop cookies; one recipe makes an item."
        )
    }


def test_a_rule_that_only_the_kitchen_knows_is_told_with_the_path_too(
    sqlite_kitchen: Database, file: File
) -> None:
    import_file(written(file))
    file["items"][2]["unit"] = "g"
    before = write_kitchen(export_kitchen())
    assert "Sugar cookies makes it" in problems_of(file)["items[2].unit"]
    assert write_kitchen(export_kitchen()) == before


# -- a whole kitchen that is damaged --------------------------------------------------------------


@pytest.fixture
def whole(sqlite_kitchen: Database) -> File:
    """Return an export with a bit of everything, and leave an empty kitchen to import it into."""
    build = KitchenBuilder()
    with_records(build)
    exported: File = json.loads(write_kitchen(export_kitchen()))
    return exported


def with_records(build: KitchenBuilder) -> None:
    import_file(CONTRACT.read_bytes())
    build.buy("egg", 24, "6.00")
    build.make("sugar-cookie", 2, lost={"cookie": (4, "burnt")}, event="christmas-2026")
    build.assemble("gift-bag", 3, event="christmas-2026")
    build.deliver("christmas-2026", "gift-bag", 1, to="Kim")
    build.count("egg", 18)
    journal_service.undo()


WHOLE: list[tuple[Change, str, str]] = [
    (put("lots[0].left", "1"), "lots[0].left", "moves add up to"),
    (put("lots[0].cost_left", "1.00"), "lots[0].cost_left", "moves add up to"),
    (put("lots[0].id", None), "lots[0].id", "every lot has an id"),
    (put("lots[0].id", "first"), "lots[0].id", "Write it as L1"),
    (put("lots[0].received", None), "lots[0].received", "the day it came in"),
    (put("lots[0].amount", "10 lb"), "lots[0].amount", "no decimal number"),
    (put("lots[0].amount", "2000000000"), "lots[0].amount", "above 10^9"),
    (put("lots[2].run", 99), "lots[2].run", "no run 99"),
    (put("moves[0].lot", "L99"), "moves[0].lot", "no lot 'L99'"),
    (put("moves[0].change", 99), "moves[0].change", "no change 99"),
    (put("moves[2].run", 99), "moves[2].run", "no run 99"),
    (put("moves[0].reason", "eaten"), "moves[0].reason", "none of"),
    (put("moves[0].amount", "0.1234567"), "moves[0].amount", "no decimal number"),
    (put("moves[0].event", "easter"), "moves[0].event", "no event 'easter'"),
    (put("runs[0].id", 0), "runs[0].id", "begin with 1"),
    (put("runs[0].change", 99), "runs[0].change", "no change 99"),
    (put("runs[0].recipe", None), "runs[0]", "of a recipe or of a bundle"),
    (put("runs[0].recipe", "x"), "runs[0].recipe", "no recipe 'x'"),
    (put("runs[0].event", "easter"), "runs[0].event", "no event 'easter'"),
    (put("runs[0].batches", "0"), "runs[0].batches", "more than zero"),
    (put("runs[0].at", "noon"), "runs[0].at", "no time"),
    (put("runs[0].at", "2026-11-01T12:00:00+01:00"), "runs[0].at", "time zone"),
    (put("runs[0].waste", "9999"), "runs[0].waste", "wasted"),
    (put("runs[0].outputs[0].reason", None), "runs[0].outputs[0].lost", "reason"),
    (put("runs[0].outputs[0].good", "-1"), "runs[0].outputs[0].good", "less than zero"),
    (put("changes[0].id", 2), "changes[1].id", "duplicate"),
    (put("changes[0].at", "today"), "changes[0].at", "no time"),
    (put("changes[0].undone_by", 99), "changes[0].undone_by", "no later change 99"),
    (put("changes[0].undoes", 4), "changes[0].undoes", "no earlier change 4"),
    (put("changes[0].edits[0].kind", "lot"), "changes[0].edits[0]", "slug and a kind"),
    (put("changes[0].edits[0].created.name", 5), "changes[0].edits[0].created.name", "text"),
    (put("changes[0].edits", [{"kind": "item", "slug": "x"}]), "changes[0].edits[0]", "one of"),
    (
        put("changes[0].edits", [{"kind": "item", "slug": "x", "patches": [{"field": "hue"}]}]),
        "changes[0].edits[0].patches[0]",
        "what it was",
    ),
    (put("items[0].id", 2), "items[1].id", "duplicate"),
    (put("recipes[0].lines[0].amount", "2 blorp"), "recipes[0].lines[0].amount", "'blorp'"),
    (put("events[0].date", "x"), "events[0].date", "no date"),
]


@pytest.mark.parametrize(
    ("change", "path", "words"), WHOLE, ids=[f"{path}: {words}" for _, path, words in WHOLE]
)
def test_a_damaged_whole_kitchen_is_told_with_its_json_path(
    change: Change, path: str, words: str, whole: File, sqlite_kitchen: Database
) -> None:
    change(whole)
    found = problems_of(whole)
    assert path in found, found
    assert words in found[path]


def test_documents_that_never_were_a_file_are_judged_the_same(sqlite_kitchen: Database) -> None:
    doc, _ = read_file(CONTRACT.read_bytes())
    doc.bundles[0].lines[0].item = "kookie"
    with pytest.raises(BadFile, match=r"bundles\[0\]\.lines\[0\]\.item"):
        import_kitchen(doc)

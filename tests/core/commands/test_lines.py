"""Lines of recipes and bundles, as people write them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.commands import run
from core.commands.kept_lines import which, written
from core.commands.known import KnownItem, KnownItems
from core.commands.lines import ReadLine, read
from core.errors import BadDocument, ItemNotFound, RuleBroken
from core.services import catalog_service, journal_service, saying
from core.session import Database, read_session
from core.units import Amount, ItemFacts, parse_amount


def item(key: int, name: str, kind: str = "ingredient", unit: str = "g", **facts: str) -> KnownItem:
    measures = {word: parse_amount(amount) for word, amount in facts.items()}
    slug = name.lower().replace(",", "").replace(" ", "-")
    return KnownItem(key, slug, name, kind, ItemFacts(name, unit, None, None, measures))


KNOWN = KnownItems(
    [
        item(1, "Flour, all purpose", cup="125 g"),
        item(2, "Butter, unsalted", stick="113.4 g"),
        item(3, "Egg, large", unit="each"),
        item(4, "Crème fraîche"),
        item(5, "Milk chocolate"),
        item(6, "Cup cake", "made", "each"),
        item(7, "Brown sugar"),
        item(8, "Sugar, powdered"),
        item(9, "Sugar, light"),
    ]
)


def said(line: ReadLine) -> tuple[str | None, str, str | None, str]:
    return (line.item and line.item.name, line.amount, line.note, line.said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 1/3 c flour", ("Flour, all purpose", "2 1/3 c", None, "291.667 g")),
        ("250 g butter, softened", ("Butter, unsalted", "250 g", "softened", "250 g")),
        ("250 g unsalted butter (cold)", ("Butter, unsalted", "250 g", "cold", "250 g")),
        ("2 sticks of butter", ("Butter, unsalted", "2 sticks", None, "226.8 g")),
        ("1 egg", ("Egg, large", "1", None, "1")),
        ("3 large eggs", ("Egg, large", "3", None, "3")),
        ("½ kg CREME FRAICHE", ("Crème fraîche", "½ kg", None, "500 g")),
        ("2 cup cakes", ("Cup cake", "2", None, "2")),
        ("flour=1 lb", ("Flour, all purpose", "1 lb", None, "453.592 g")),
        ("• 2 c flour", ("Flour, all purpose", "2 c", None, "250 g")),
        ("Flour, all purpose\t2 c", ("Flour, all purpose", "2 c", None, "250 g")),
        ("2\tc\tflour", ("Flour, all purpose", "2 c", None, "250 g")),
        ("flour\t2 c\tsifted", ("Flour, all purpose", "2 c", "sifted", "250 g")),
        ("2\tc\tflour\tsifted", ("Flour, all purpose", "2 c", "sifted", "250 g")),
        ("butter\t2\tsticks\tsoft", ("Butter, unsalted", "2 sticks", "soft", "226.8 g")),
        ("2\tsticks\tbutter\tsoft", ("Butter, unsalted", "2 sticks", "soft", "226.8 g")),
        ("1\tegg\tbeaten", ("Egg, large", "1", "beaten", "1")),
        ("butter\t2\tsticks", ("Butter, unsalted", "2 sticks", None, "226.8 g")),
        ("egg\t1\tbeaten\tcold", ("Egg, large", "1", "beaten, cold", "1")),
    ],
)
def test_a_line_says_its_amount_item_and_note(
    text: str, expected: tuple[str, str, str | None, str]
) -> None:
    assert said(read(text, KNOWN)) == expected


SIMPLE = KnownItems(
    [
        item(1, "Flour", cup="120 g"),
        item(2, "Egg", unit="each"),
        item(3, "Butter", stick="113.4 g"),
        item(4, "Sugar", cup="200 g"),
        item(5, "Milk", unit="ml"),
        item(6, "Condensed milk"),
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 c flour - sifted", ("Flour", "1 c", "sifted", "120 g")),
        ("1 c flour—sifted", ("Flour", "1 c", "sifted", "120 g")),
        ("1 c flour; sifted", ("Flour", "1 c", "sifted", "120 g")),
        ("1 c flour, sifted (100 g)", ("Flour", "1 c", "sifted (100 g)", "120 g")),
        ("1 stick butter, 113 g", ("Butter", "1 stick", "113 g", "113.4 g")),
        ("2 cups + 1 tbsp flour", ("Flour", "2 1/16 cup", None, "247.5 g")),
        ("2 cups plus 1 tbsp flour", ("Flour", "2 1/16 cup", None, "247.5 g")),
        ("1 cup and 1 tsp flour", ("Flour", "49 tsp", None, "122.5 g")),
        ("2 lb 3 oz flour", ("Flour", "2 3/16 lb", None, "992.233 g")),
        ("1 kg, 200 g flour, white", ("Flour", "1200 g", "white", "1.2 kg")),
        ("1 heaping cup flour", ("Flour", "1 cup", "heaping", "120 g")),
        ("1 cup firmly packed sugar", ("Sugar", "1 cup", "firmly packed", "200 g")),
        ("2 sticks (1 cup) butter", ("Butter", "2 sticks", "1 cup", "226.8 g")),
        ("2 (14 oz) cans condensed milk",
         ("Condensed milk", "28 oz", "2 cans of 14 oz", "793.787 g")),
        ("1 (14-oz) can of condensed milk",
         ("Condensed milk", "14 oz", "1 can of 14-oz", "396.893 g")),
        ("1 c. flour", ("Flour", "1 c.", None, "120 g")),
        ("1) 2 eggs", ("Egg", "2", None, "2")),
        ("3. 2 eggs", ("Egg", "2", None, "2")),
        ("[ ] 2 eggs", ("Egg", "2", None, "2")),
    ],
)  # fmt: skip
def test_what_people_write_around_amount_and_item_is_understood(
    text: str, expected: tuple[str, str, str | None, str]
) -> None:
    assert said(read(text, SIMPLE)) == expected


@pytest.mark.parametrize(
    ("text", "name", "note"),
    [
        ("1 egg yolk - beaten", "egg yolk", "beaten"),
        ("1 cup (8oz) walnuts", "walnuts", "8oz"),
        ("1 cup walnuts (chopped), cold", "walnuts", "chopped, cold"),
    ],
)
def test_a_new_item_is_called_without_its_note(text: str, name: str, note: str) -> None:
    line = read(text, SIMPLE)
    assert (line.is_new, line.name, line.note) == (True, name, note)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 to 2 eggs", "'1 to 2' are two amounts"),
        ("2 cups to 3 cups flour", "another amount in it"),
        ("200 g 7 oz flour", "begins with a number"),
        ("1 kg 2 lb flour", "begins with a number"),
        ("2 sticks + 1 tbsp butter", "begins with a sign"),
        ("200 g flour, 100 g sugar, 2 eggs", "'100 g sugar' is another amount"),
        ("200 g spelt; 2 eggs", "'2 eggs' is another amount"),
        ("200 g flour and 100 g sugar", "another amount in it"),
        ("1 egg + 1 yolk", "another amount in it"),
        ("1 (big) (red)", "begins with a sign"),
        ("2 lb cup spelt", "begins with a unit"),
    ],
)
def test_a_line_with_more_than_one_amount_is_refused(text: str, reason: str) -> None:
    assert reason in str(read(text, SIMPLE).error)


@pytest.mark.parametrize(
    "text", ["1 c. all-purpose flour", "1 cup sifted flour", "1 lb bread flours"]
)
def test_what_ends_in_the_name_of_an_item_is_asked(text: str) -> None:
    assert [guess.name for guess in read(text, SIMPLE).guesses] == ["Flour"]


def test_a_dash_within_a_name_is_as_good_as_a_blank() -> None:
    assert said(read("1 c. all-purpose flour", KNOWN)) == (
        "Flour, all purpose", "1 c.", None, "125 g"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("suger", "Sugar"),
        ("sugr", "Sugar"),
        ("sugra", "Sugar"),
        ("flor", "Flour"),
        ("flourr", "Flour"),
        ("butta", "Butter"),
        ("mlik", "Milk"),
    ],
)
def test_a_slip_in_a_short_word_is_asked_too(typed: str, meant: str) -> None:
    assert [guess.name for guess in read(f"1 c {typed}", SIMPLE).guesses] == [meant]


@pytest.mark.parametrize("typed", ["malt", "salt", "cocoa", "figs"])
def test_another_short_word_is_no_slip(typed: str) -> None:
    assert read(f"1 c {typed}", SIMPLE).is_new


def test_a_bare_number_of_what_is_weighed_is_asked_of_what() -> None:
    for text in ("2 flour", "a flour", "2 milk, cold"):
        assert "of what?" in str(read(text, SIMPLE).error)
    assert read("2 flour", SIMPLE).wants_unit
    assert said(read("flour=2", SIMPLE)) == ("Flour", "2", None, "2 g")


def test_a_note_with_an_amount_is_written_so_that_it_reads_again() -> None:
    text = written(1, "1 cup", "2 tbsp kept back", SIMPLE)
    assert text == "1 cup Flour (2 tbsp kept back)"
    assert read(text, SIMPLE).note == "2 tbsp kept back"


def test_one_of_something_may_be_written_as_a_word() -> None:
    assert said(read("a stick of butter", KNOWN)) == (
        "Butter, unsalted", "1 stick", None, "113.4 g"
    )  # fmt: skip
    assert said(read("An egg", KNOWN)) == ("Egg, large", "1", None, "1")


def test_a_pinch_is_a_small_part_of_a_teaspoon_unless_the_item_says_otherwise() -> None:
    salts = KnownItems([item(1, "Salt", unit="ml"), item(2, "Saffron", pinch="20 mg")])
    assert said(read("a pinch of salt", salts)) == ("Salt", "1 pinch", None, "0.308 ml")
    assert said(read("2 pinches saffron", salts)) == ("Saffron", "2 pinches", None, "0.04 g")
    new = read("1 pinch nutmeg", salts)
    assert (new.is_new, new.name, new.stock_unit) == (True, "nutmeg", "ml")
    # Of what is weighed it is unknown, and says what is wanting.
    assert "density" in read("a pinch of butter", KNOWN).fix


def test_a_length_is_never_a_part_of_a_name() -> None:
    ribbons = KnownItems([item(1, "Ribbon", "supply", "each", yard="1 each")])
    assert said(read("18 inches ribbon", ribbons)) == ("Ribbon", "18 inches", None, "1/2 yard")
    new = read("50 cm lace", ribbons)
    assert (new.is_new, new.name, new.amount) == (True, "lace", "50 cm")
    line = read("50 cm twine", KnownItems([item(1, "Twine", "supply", "each")]))
    assert line.fix == "add a measure 'cm' to Twine"


@pytest.mark.parametrize("text", ["1e9 g nutmeg", "butter\t1e9 g", "2E+3 butter"])
def test_an_amount_with_an_exponent_is_no_item(text: str) -> None:
    assert "it has an exponent" in str(read(text, KNOWN).error)


def test_a_slip_of_the_keys_is_no_new_item() -> None:
    line = read("8 lebkuchn", KnownItems([item(1, "Lebkuchen", "made", "each")]))
    assert [guess.name for guess in line.guesses] == ["Lebkuchen"]
    assert not read("8 scones", KnownItems([item(1, "Lebkuchen", "made", "each")])).guesses


def test_a_line_with_a_new_item_says_how_to_add_it(sqlite_kitchen: Database) -> None:
    with pytest.raises(ItemNotFound, match="With --new-items it is added"):
        run("recipe add", {"name": "Stollen", "makes": ["4"], "line": ["1 cup raisins"]})


def test_a_new_item_by_length_is_counted_and_shown_in_it(sqlite_kitchen: Database) -> None:
    run("bundle add", {"name": "Bag", "line": ["50 cm lace", "2 m lace"], "new_items": True})
    doc = catalog_service.get_item(catalog_service.find_item("lace").id)
    assert (doc.kind, doc.unit, doc.display_unit) == ("supply", "each", "cm")
    assert doc.measures == {"cm": "1 each"}
    assert [line.amount for line in catalog_service.get_bundle(
        catalog_service.find_bundle("bag").id).lines] == ["50 cm", "2 m"]  # fmt: skip
    assert saying.amounts().amount(catalog_service.find_item("lace").id, Fraction(250)) == "250 cm"


def test_an_item_nobody_knows_is_new_and_counted_as_it_was_written() -> None:
    for text, name, unit in (
        ("2 cups oat milk, warm", "oat milk", "ml"),
        ("80 g cocoa", "cocoa", "g"),
        ("3 vanilla pods", "vanilla pods", "each"),
    ):
        line = read(text, KNOWN)
        assert (line.is_new, line.name, line.stock_unit) == (True, name, unit)


def test_a_part_of_a_name_is_a_guess_that_a_person_confirms() -> None:
    line = read("1 cup milk", KNOWN)
    assert [each.name for each in line.guesses] == ["Milk chocolate"]
    assert not line.is_new
    assert 'Write its whole name, or "milk" for a new item' in str(which(line))
    quoted = read('1 cup "milk", warm', KNOWN)
    assert (quoted.is_new, quoted.name, quoted.note) == (True, "milk", "warm")


def test_several_items_of_one_head_are_guesses() -> None:
    assert {each.name for each in read("1 lb sugar", KNOWN).guesses} == {
        "Sugar, light",
        "Sugar, powdered",
        "Brown sugar",
    }


def test_an_unknown_amount_names_its_fix() -> None:
    line = read("1 cup brown sugar", KNOWN)
    assert line.is_unknown
    assert line.said == "1 cup"
    assert line.fix == "set a density (grams per ml) or a measure for 'cup' of Brown sugar"


def test_a_unit_that_an_item_does_not_have_is_an_error_with_its_fix() -> None:
    line = read("2 tubs butter", KNOWN)
    assert line.item is not None
    assert "'tubs' is no unit and no measure of Butter, unsalted" in str(line.error)
    assert line.fix == "add a measure 'tubs' to Butter, unsalted"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("flour", "should be an amount and an item"),
        ("2", "names no item"),
        ("2 cups", "names no item"),
        ("1,000 g flour", "the comma is ambiguous"),
        ("0 g flour", "more than zero"),
        ("1/0 cup flour", "divided by zero"),
        ('1 cup ""', "names no item"),
    ],
)
def test_what_is_no_line_says_why(text: str, reason: str) -> None:
    assert reason in str(read(text, KNOWN).error)


@given(st.text(max_size=60))
@example("[/x] \u202e 2 cups")
@example("1 1 1/1/1 c")
@example("=")
@example("2 = 3 = flour")
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    line = read(text, KNOWN)
    assert line.is_empty or line.error or line.item or line.name
    assert line.error is None or str(line.error)


@given(
    name=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(
        lambda text: text.strip() == text
    ),
    note=st.none() | st.sampled_from(["softened", "cold, in cubes"]),
)
@example(name="5 spice", note=None)
@example(name="cups of joy", note=None)
@example(name='"x"', note="softened")
@example(name="a=b", note=None)
def test_what_is_written_reads_as_the_same_item(name: str, note: str | None) -> None:
    facts = ItemFacts(name, "g", None, None, {})
    known = KnownItems([*KNOWN.by_id.values(), KnownItem(99, "the-99", name, "made", facts)])
    line = read(written(99, "2 1/2 oz", note, known), known)
    assert line.item is not None
    assert line.item.id == 99
    assert parse_amount(line.amount) == Amount(parse_amount("2 1/2").value, "oz")


# -- in commands ---------------------------------------------------------------------------------


def test_a_recipe_with_new_items_is_one_entry_that_one_undo_takes_back(
    sqlite_kitchen: Database,
) -> None:
    change = run(
        "recipe add",
        {
            "name": "Sugar cookies",
            "makes": ["24"],
            "line": ["250 g flour", "1 cup milk, warm", "2 eggs", "1 cup milk"],
            "keeps": "14",
            "new_items": True,
        },
    )
    assert change.summary == "Added recipe Sugar cookies with Sugar cookies, flour, milk, eggs"
    assert journal_service.revision() == 1
    found = {row.name: row for row in catalog_service.list_items()}
    assert {name: row.unit for name, row in found.items()} == {
        "Sugar cookies": "each",
        "flour": "g",
        "milk": "ml",
        "eggs": "each",
    }
    assert found["Sugar cookies"].shelf_life_days == 14
    journal_service.undo()
    assert catalog_service.list_items() == []
    assert catalog_service.list_recipes() == []


def test_without_being_told_no_item_is_added(sqlite_kitchen: Database) -> None:
    with pytest.raises(ItemNotFound, match="no item"):
        run("recipe add", {"name": "Rolls", "makes": ["rolls=12"], "line": ["250 g floor"]})
    assert journal_service.revision() == 0


def test_every_line_that_cannot_be_kept_is_told(sqlite_kitchen: Database) -> None:
    run("item add", {"name": "Milk chocolate"})
    with pytest.raises(BadDocument) as told:
        run(
            "recipe add",
            {"name": "Rolls", "makes": ["12"], "line": ["milk", "1 g milk"], "new_items": True},
        )
    assert [problem.path for problem in told.value.problems] == ["line 1", "line 2"]


def test_none_takes_away_what_is_set(sqlite_kitchen: Database) -> None:
    run(
        "recipe add",
        {"name": "Rolls", "makes": ["12"], "minutes": "20", "category": "Bread", "new_items": True},
    )
    run("recipe set", {"recipe": "rolls", "minutes": "none", "category": "none", "keeps": "3"})
    [row] = catalog_service.list_recipes()
    assert (row.minutes, row.category, row.makes) == (None, None, "12 Rolls")
    with read_session() as session:
        [made] = catalog_service.list_items(session)
        assert made.shelf_life_days == 3


def test_a_product_is_named_by_its_item_and_pack(sqlite_kitchen: Database) -> None:
    run("item add", {"name": "Flour"})
    run("product add", {"item": "flour", "pack": "5 kg bag", "price": "6.40"})
    [row] = catalog_service.list_products()
    assert (row.label, row.pack) == ("Flour 5 kg bag", "5 kg")


def test_a_pack_of_what_is_weighed_has_a_unit(sqlite_kitchen: Database) -> None:
    run("item add", {"name": "Butter"})
    with pytest.raises(RuleBroken, match=r"1 of what\? Butter is counted in g"):
        run("product add", {"item": "butter", "pack": "1"})
    run("item add", {"name": "Egg", "unit": "each"})
    run("product add", {"item": "egg", "pack": "12"})
    run("product add", {"item": "butter", "pack": "250 g"})
    with pytest.raises(RuleBroken, match="of what"):
        run("product set", {"product": "butter-250-g", "pack": "250"})

"""Amounts: what people type, what the ledger keeps, what the screen says."""

from __future__ import annotations

import ast
import inspect
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import units
from core.amount_words import say, say_stock
from core.errors import AmountError, Refused, RuleBroken, UnknownUnit
from core.units import (
    LIMIT,
    MICRO,
    Amount,
    ItemFacts,
    canonical_unit,
    check_measures,
    dimension,
    exact,
    factor_to_stock,
    from_micro,
    measure_of,
    missing_fact,
    parse_amount,
    plain_decimal,
    to_decimal,
    to_micro,
)

STANDARD = (
    ["g", "kg", "mg", "oz", "lb", "ml", "l", "dl", "cl", "tsp", "tbsp", "cup", "fl oz"]
    + ["pint", "quart", "gallon", "metric cup", "imperial cup", "imperial fl oz"]
    + ["imperial pint", "imperial quart", "imperial gallon", "each", "dozen"]
)
MEASURES = ["stick", "bag", "box", "pinch", "berry", "large egg", "no 2 can", "crème tub"]

values = st.fractions(min_value=0, max_value=LIMIT)
positive = values.filter(bool)
kitchen_values = st.builds(
    Fraction, st.integers(1, 10**6), st.sampled_from([1, 2, 3, 4, 6, 8, 16, 100, 10**6, 10**12])
)
unit_names = st.none() | st.sampled_from(STANDARD + MEASURES)


def facts(
    unit: str = "g",
    *,
    name: str = "Flour",
    density: str | None = None,
    each: str | None = None,
    **measures: str,
) -> ItemFacts:
    return ItemFacts(
        name=name,
        unit=unit,
        grams_per_ml=None if density is None else Fraction(density),
        grams_each=None if each is None else Fraction(each),
        measures={key.replace("_", " "): parse_amount(text) for key, text in measures.items()},
    )


def grams(text: str) -> Fraction:
    amount = parse_amount(text)
    factor = factor_to_stock(amount.unit, facts())
    assert factor is not None
    return amount.value * factor


# -- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2 1/3 c", Fraction(7, 3), "cup"),
        ("2-1/2 cups", Fraction(5, 2), "cup"),
        ("5 lb", Fraction(5), "lb"),
        ("2lb", Fraction(2), "lb"),
        ("1 dozen", Fraction(1), "dozen"),
        ("½ tsp", Fraction(1, 2), "tsp"),
        ("½tsp", Fraction(1, 2), "tsp"),
        ("1½ cups", Fraction(3, 2), "cup"),
        ("1 ½ cups", Fraction(3, 2), "cup"),
        ("2-½ cups", Fraction(5, 2), "cup"),
        ("1⁄3 cup", Fraction(1, 3), "cup"),
        ("7/3 cup", Fraction(7, 3), "cup"),
        ("7 / 3 cup", Fraction(7, 3), "cup"),
        ("0,5 kg", Fraction(1, 2), "kg"),
        ("12,50 kg", Fraction(25, 2), "kg"),
        ("1,2345 kg", Fraction(12345, 10**4), "kg"),
        ("1.000 kg", Fraction(1), "kg"),
        ("1.5", Fraction(3, 2), None),
        (".5 tsp", Fraction(1, 2), "tsp"),
        (",5 tsp", Fraction(1, 2), "tsp"),
        ("  3   fl.  oz. ", Fraction(3), "fl oz"),
        ("48", Fraction(48), None),
        ("2 Sticks", Fraction(2), "sticks"),
        ("3 Large  Egg", Fraction(3), "large egg"),
        ("1000000000 g", Fraction(LIMIT), "g"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, value: Fraction, unit: str | None) -> None:
    assert parse_amount(text) == Amount(value, unit)


@pytest.mark.parametrize("number", [3, Decimal("3.00"), Fraction(3), Amount(Fraction(3), None)])
def test_exact_numbers_are_amounts_in_the_stock_unit(
    number: int | Decimal | Fraction | Amount,
) -> None:
    assert parse_amount(number) == Amount(Fraction(3), None)


def test_an_amount_given_as_such_gets_its_canonical_unit() -> None:
    assert parse_amount(Amount(Fraction(2), "Cups")) == Amount(Fraction(2), "cup")


@pytest.mark.parametrize(
    "text", ["1,000", "1,000 g", "0,125 kg", "12,345,678", "1,000.5", "1.0,500"]
)
def test_a_comma_before_exactly_three_digits_is_refused_as_ambiguous(text: str) -> None:
    with pytest.raises(AmountError, match="ambiguous"):
        parse_amount(text)


def test_the_refusal_of_a_comma_says_what_to_type() -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount("1,000 g")
    assert refused.value.fix == (
        "Type 1000 if the comma groups thousands, 1.000 if it marks decimals."
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing in it"),
        ("   ", "nothing in it"),
        ("dozen", "no number in front"),
        ("a dozen", "no number in front"),
        ("nan", "no number in front"),
        ("inf", "no number in front"),
        ("-1 cup", "less than zero"),
        ("−1 cup", "less than zero"),
        ("- 5", "less than zero"),
        ("1/0 cup", "divided by zero"),
        ("2 1/0 cup", "divided by zero"),
        ("1e3", "exponent"),
        ("1E-3 g", "exponent"),
        ("1.5e+3", "exponent"),
        ("2 3/2 cup", "behind a whole number"),
        ("0", "more than zero"),
        ("0.0 g", "more than zero"),
        ("0/3", "more than zero"),
        ("1000000000.1", "above 10\\^9"),
        ("1000000000000 g", "above 10\\^9"),
        ("9" * 2000, "too long"),
        ("1 000 g", "cannot be read"),
        ("1.5 1/2 cup", "cannot be read"),
        ("1.5/2 cup", "cannot be read"),
        ("2-3 cups", "cannot be read"),
        ("½2 cups", "cannot be read"),
        ("½½", "cannot be read"),
        ("1.2.3", "cannot be read"),
        ("5.", "cannot be read"),
        ("+5", "cannot be read"),
        ("5 %", "cannot be read"),
        ("٣ cups", "cannot be read"),
        ("2 cup\x00", "begins with a letter"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(AmountError, match=reason):
        parse_amount(text)


@pytest.mark.parametrize(
    "number",
    [
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        Decimal(-1),
        Fraction(-1, 3),
        -1,
        0,
        10**12,
        10**4000,
        -(10**4000),
        Amount(Fraction(-1), "g"),
        Amount(Fraction(1), "2x"),
    ],
)
def test_numbers_that_are_no_amounts_are_refused(number: int | Decimal | Fraction | Amount) -> None:
    with pytest.raises(AmountError):
        parse_amount(number)


@pytest.mark.parametrize("thing", [1.5, True, None, [], b"1", Amount(0.5, "g")])  # type: ignore[arg-type]
def test_floats_and_other_things_are_no_amounts(thing: object) -> None:
    with pytest.raises(TypeError):
        parse_amount(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize("zero", ["0", "0 g", 0, Decimal("-0"), Fraction(0)])
def test_a_count_may_be_zero(zero: str | int | Decimal | Fraction) -> None:
    assert parse_amount(zero, allow_zero=True).value == 0


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        amount = parse_amount(text)
    except AmountError:
        return
    assert 0 < amount.value <= LIMIT
    assert parse_amount(exact(amount)) == amount


@given(st.text("0123456789.,/- ½⅓eEg", max_size=12))
def test_any_play_with_digits_is_read_or_refused(text: str) -> None:
    try:
        amount = parse_amount(text)
    except AmountError:
        return
    assert parse_amount(exact(amount)) == amount


# -- unit words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("g G gram Grams", "g"),
        ("kg KG kilo kilogram kilograms", "kg"),
        ("mg milligrams", "mg"),
        ("oz oz. ounce ounces", "oz"),
        ("lb lbs lb. LBS pound pounds", "lb"),
        ("ml mL milliliter millilitres", "ml"),
        ("l L liter litre liters litres", "l"),
        ("dl deciliter", "dl"),
        ("cl centilitres", "cl"),
        ("t tsp tsp. Tsp teaspoon teaspoons", "tsp"),
        ("T T. tbsp Tbsp tbs tablespoon tablespoons", "tbsp"),
        ("c C cup cups Cups", "cup"),
        ("pt pint pints", "pint"),
        ("qt quart quarts", "quart"),
        ("gal gallon gallons", "gallon"),
        ("ea each pc pcs piece pieces", "each"),
        ("doz dozen dozens", "dozen"),
    ],
)
def test_spellings_have_one_canonical_name(words: str, unit: str) -> None:
    assert {canonical_unit(word) for word in words.split()} == {unit}


@pytest.mark.parametrize(
    ("word", "unit"),
    [
        ("fluid ounces", "fl oz"),
        ("fl. oz.", "fl oz"),
        ("Imperial Cups", "imperial cup"),
        ("metric cup", "metric cup"),
        ("imperial fluid ounce", "imperial fl oz"),
        ("  Large   Egg ", "large egg"),
        ("pkg.", "pkg"),
    ],
)
def test_units_of_several_words_and_measures_keep_their_words(word: str, unit: str) -> None:
    assert canonical_unit(word) == unit


@given(st.text(min_size=1, max_size=12))
def test_a_canonical_name_is_its_own_canonical_name(word: str) -> None:
    try:
        name = canonical_unit(word)
    except AmountError:
        return
    assert canonical_unit(name) == name


def test_every_standard_unit_has_a_dimension_and_no_measure_has() -> None:
    assert {dimension(unit) for unit in STANDARD} == {"mass", "volume", "count"}
    assert {dimension(word) for word in [*MEASURES, None, ""]} == {None}


# -- converting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("g", "1"),
        ("mg", "1/1000"),
        ("kg", "1000"),
        ("oz", "28.349523125"),
        ("lb", "453.59237"),
    ],
)
def test_mass_factors_are_exact(unit: str, factor: str) -> None:
    assert factor_to_stock(unit, facts("g")) == Fraction(factor)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("ml", "1"),
        ("cl", "10"),
        ("dl", "100"),
        ("l", "1000"),
        ("cup", "236.5882365"),
        ("tbsp", "14.78676478125"),
        ("tsp", "4.92892159375"),
        ("fl oz", "29.5735295625"),
        ("pint", "473.176473"),
        ("quart", "946.352946"),
        ("gallon", "3785.411784"),
        ("metric cup", "250"),
        ("imperial cup", "284.130625"),
        ("imperial fl oz", "28.4130625"),
        ("imperial pint", "568.26125"),
        ("imperial quart", "1136.5225"),
        ("imperial gallon", "4546.09"),
    ],
)
def test_volume_factors_are_exact(unit: str, factor: str) -> None:
    assert factor_to_stock(unit, facts("ml")) == Fraction(factor)


def test_a_teaspoon_is_a_48th_of_a_cup() -> None:
    assert grams_or_ml("tsp") * 48 == grams_or_ml("cup")


def grams_or_ml(unit: str) -> Fraction:
    factor = factor_to_stock(unit, facts("ml"))
    assert factor is not None
    return factor


def test_a_dozen_is_twelve() -> None:
    assert factor_to_stock("dozen", facts("each")) == 12


def test_two_bags_of_five_pounds_are_ten_pounds() -> None:
    assert 2 * grams("5 lb") == grams("10 lb") == grams("160 oz") == Fraction("4535.9237")


def test_four_thousandths_of_a_kilo_are_four_grams() -> None:
    assert grams("0.004 kg") == 4


def test_three_times_two_thirds_of_a_cake_is_two_cakes() -> None:
    assert 3 * parse_amount("2/3").value == 2


def test_a_flour_cup_of_125_g_leaves_842_81526_g_short_of_14_cups_when_there_are_2_lb() -> None:
    flour = facts(cup="125 g")
    cup = factor_to_stock("cup", flour)
    assert cup == 125
    short = 14 * cup - grams("2 lb")
    assert to_decimal(short) == Decimal("842.81526")
    assert say_stock(short, flour) == "842.815 g"
    assert say_stock(short, flour, "cup") == "6.743 cup"


def test_no_unit_and_the_stock_unit_are_one() -> None:
    for unit in units.STOCK_UNITS:
        assert factor_to_stock(None, facts(unit)) == factor_to_stock(unit, facts(unit)) == 1


def test_a_measure_beats_the_density() -> None:
    assert factor_to_stock("cup", facts(density="0.5283", cup="125 g")) == 125


def test_a_measure_of_one_volume_unit_gives_the_others_and_beats_the_density() -> None:
    flour = facts(density="0.5283", cup="125 g")
    assert factor_to_stock("tbsp", flour) == Fraction(125, 16)


def test_of_several_volume_measures_the_largest_unit_gives_the_others() -> None:
    flour = facts(tbsp="9 g", cup="125 g", tsp="3 g")
    assert factor_to_stock("quart", flour) == 500
    assert factor_to_stock("tbsp", flour) == 9


def test_without_a_measure_the_density_converts() -> None:
    assert factor_to_stock("ml", facts(density="0.5")) == Fraction(1, 2)
    assert factor_to_stock("g", facts("ml", density="0.5")) == 2
    assert factor_to_stock("lb", facts("ml", density="0.5")) == Fraction("907.18474")


def test_count_and_mass_convert_by_the_weight_of_one() -> None:
    assert factor_to_stock("dozen", facts(each="50")) == 600
    assert factor_to_stock("g", facts("each", each="50")) == Fraction(1, 50)


def test_count_and_volume_convert_by_both() -> None:
    assert factor_to_stock("l", facts("each", each="50", density="1.25")) == 25
    assert factor_to_stock("each", facts("ml", each="50", density="1.25")) == 40


def test_a_measure_may_say_how_many_fill_a_cup() -> None:
    assert factor_to_stock("quart", facts("each", name="Egg", cup="5")) == 20


def test_a_measure_by_weight_joins_the_density() -> None:
    eggs = facts("each", name="Egg", lb="8", density="1.03")
    assert factor_to_stock("l", eggs) == 1030 * 8 / Fraction("453.59237")


def test_a_measure_is_found_in_singular_and_plural() -> None:
    butter = facts(name="Butter", stick="113.4 g", box="4 lb", large_egg="50 g")
    for word in ("stick", "sticks"):
        assert factor_to_stock(word, butter) == Fraction("113.4")
    assert factor_to_stock("boxes", butter) == Fraction("1814.36948")
    assert measure_of("large eggs", butter) == Amount(Fraction(50), "g")


def test_a_measure_given_in_another_dimension_goes_through_the_density_or_another_measure() -> None:
    assert factor_to_stock("scoop", facts(scoop="100 ml", density="0.5")) == 50
    assert factor_to_stock("scoop", facts(scoop="2 tbsp", cup="125 g")) == Fraction(125, 8)
    assert factor_to_stock("scoop", facts(scoop="2 tbsp")) is None


@pytest.mark.parametrize(
    ("unit", "item"),
    [
        ("cup", facts()),
        ("each", facts()),
        ("g", facts("ml")),
        ("each", facts("ml", density="1")),
        ("each", facts("ml", each="50")),
        ("cup", facts("each", each="50")),
        ("cup", facts("each", density="1")),
        ("cup", facts(density="0")),
        ("cup", facts(cup="4 each")),
        ("tbsp", facts(cup="4 each")),
    ],
)
def test_without_the_facts_an_amount_is_unknown(unit: str, item: ItemFacts) -> None:
    assert factor_to_stock(unit, item) is None


def test_a_word_that_is_neither_unit_nor_measure_is_refused() -> None:
    with pytest.raises(UnknownUnit) as refused:
        factor_to_stock("stick", facts(cup="125 g"))
    assert (refused.value.unit, refused.value.item) == ("stick", "Flour")
    assert isinstance(refused.value, Refused)


@pytest.mark.parametrize(
    ("unit", "item", "words"),
    [
        ("cup", facts(), "set a density (grams per ml) or a measure for 'cup' of Flour"),
        ("each", facts(), "set the weight of one (grams each) or a measure for 'each' of Flour"),
        (
            "cup",
            facts("each", name="Egg"),
            "set a density (grams per ml) and the weight of one (grams each) "
            "or a measure for 'cup' of Egg",
        ),
        (
            "cup",
            facts("each", name="Egg", each="50"),
            "set a density (grams per ml) or a measure for 'cup' of Egg",
        ),
        (
            "scoop",
            facts(scoop="2 tbsp"),
            "set a density (grams per ml) of Flour or give its measure 'scoop' in g",
        ),
        ("stick", facts(), "add a measure 'stick' to Flour"),
    ],
)
def test_an_unknown_names_its_fix(unit: str, item: ItemFacts, words: str) -> None:
    assert missing_fact(unit, item) == words


def test_usable_measures_pass() -> None:
    check_measures(facts(cup="125 g", scoop="2 tbsp", egg="1 each", bag="5 lb", pinch="0.3"))


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (facts("ml", cup="240 ml"), "redefine the unit cup"),
        (facts("g", lb="500 g"), "redefine the unit lb"),
        (facts("each", dozen="13"), "redefine the unit dozen"),
        (facts("g", cup="200 ml"), "redefine the unit cup"),
        (facts("g", cups="125 g"), "must be spelled 'cup'"),
        (facts("g", Stick="113 g"), "must be spelled 'stick'"),
        (facts("g", box="4 stick"), "is given in 'stick'"),
        (facts("g", stick="113 g", sticks="114 g"), "twice"),
        (ItemFacts("Flour", "g", None, None, {"bag": Amount(Fraction(0), "g")}), "more than zero"),
    ],
)
def test_a_measure_that_would_mislead_is_refused(item: ItemFacts, words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        check_measures(item)


@given(
    st.sampled_from(units.STOCK_UNITS),
    st.sampled_from(STANDARD),
    st.sampled_from(STANDARD),
    positive,
    positive,
)
def test_conversion_keeps_proportions_within_a_dimension(
    stock: str, one: str, other: str, density: Fraction, each: Fraction
) -> None:
    assume(dimension(one) == dimension(other))
    item = ItemFacts("Flour", stock, density, each, {})
    base = {"mass": "g", "volume": "ml", "count": "each"}[dimension(one) or ""]
    plain = ItemFacts("Flour", base, None, None, {})
    first, second = factor_to_stock(one, item), factor_to_stock(other, item)
    assert first is not None
    assert second is not None
    plain_first, plain_second = factor_to_stock(one, plain), factor_to_stock(other, plain)
    assert plain_first is not None
    assert plain_second is not None
    assert first * plain_second == second * plain_first


# -- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("7/3", "cup", "2 1/3 cup"),
        ("5", "lb", "5 lb"),
        ("7/8", "tsp", "7/8 tsp"),
        ("1/2", None, "1/2"),
        ("5/2", "lb", "2 1/2 lb"),
        ("453.59237", "g", "453.59237 g"),
        ("1/5", "kg", "0.2 kg"),
        ("236.5882365", "ml", "236.5882365 ml"),
        ("15/7", "cup", "2 1/7 cup"),
        ("1/1000000000000000", "g", "1/1000000000000000 g"),
        ("0", "each", "0 each"),
        ("1000000000", "g", "1000000000 g"),
    ],
)
def test_an_amount_is_written_exactly(value: str, unit: str | None, text: str) -> None:
    assert exact(Amount(Fraction(value), unit)) == text


@given(values | kitchen_values, unit_names)
def test_what_is_written_exactly_is_read_back_the_same(value: Fraction, unit: str | None) -> None:
    amount = Amount(value, unit)
    assert parse_amount(exact(amount), allow_zero=True) == amount


def test_the_ledger_rounds_half_even_to_micro_units() -> None:
    assert to_micro(Fraction("0.0000005")) == 0
    assert to_micro(Fraction("0.0000015")) == 2
    assert to_micro(Fraction(1, 3)) == 333333
    assert to_micro(Fraction(-3)) == -3 * MICRO


def test_the_ledger_refuses_what_is_above_its_limit() -> None:
    assert to_micro(Fraction(LIMIT)) == LIMIT * MICRO
    for beyond in (Fraction(LIMIT) + Fraction(1, MICRO), Fraction(-LIMIT - 1), Fraction(10**4000)):
        with pytest.raises(AmountError, match="above 10\\^9"):
            to_micro(beyond)


@given(st.integers(-LIMIT * MICRO, LIMIT * MICRO))
def test_micro_units_survive_the_way_there_and_back(micro: int) -> None:
    assert to_micro(from_micro(micro)) == micro


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("842.81526", "842.81526"),
        ("1/3", "0.333333"),
        ("-2/3", "-0.666667"),
        ("300", "300"),
        ("4.92892159375", "4.92892159375"),
        ("1/10000000", "0.0000001"),
        ("1/30000000", "0"),
        ("0", "0"),
        ("1000000000", "1000000000"),
    ],
)
def test_a_decimal_is_exact_where_it_ends_and_has_six_places_elsewhere(
    value: str, text: str
) -> None:
    assert plain_decimal(to_decimal(Fraction(value))) == text


@given(st.fractions(), st.integers(0, 60))
def test_a_decimal_is_exact_if_it_ends_and_else_rounded_half_even(
    value: Fraction, zeros: int
) -> None:
    large = value * 10**zeros
    decimal = to_decimal(large)
    ends = 10**28 % large.denominator == 0
    assert Fraction(decimal) == (large if ends else round(large, 6))
    sign, digits, exponent = decimal.as_tuple()
    assert exponent == 0 or (isinstance(exponent, int) and exponent < 0 and digits[-1] != 0)
    assert sign == (Fraction(decimal) < 0)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_a_plain_decimal_is_the_same_number_without_exponent_or_trailing_zeros(
    number: Decimal,
) -> None:
    text = plain_decimal(number)
    assert Decimal(text) == number
    assert "E" not in text.upper()
    assert "." not in text or not text.endswith(("0", "."))


def test_a_large_decimal_has_no_exponent() -> None:
    assert plain_decimal(Decimal("3E+2")) == "300"
    assert plain_decimal(Decimal("-0.00")) == "0"


def test_what_is_not_finite_is_no_plain_decimal() -> None:
    with pytest.raises(ValueError, match="finite"):
        plain_decimal(Decimal("NaN"))


# -- saying -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("7/3", "cup", "2 1/3 cup"),
        ("25/2", "lb", "12.5 lb"),
        ("842.81526", "g", "842.815 g"),
        ("1/3", "lb", "0.333 lb"),
        ("3/8", "tsp", "3/8 tsp"),
        ("5/6", "cup", "0.833 cup"),
        ("48", "each", "48"),
        ("2/3", "each", "2/3"),
        ("5/2", "dozen", "2 1/2 dozen"),
        ("1", "stick", "1 stick"),
        ("1/2", "stick", "1/2 stick"),
        ("3/2", "stick", "1 1/2 sticks"),
        ("2", "box", "2 boxes"),
        ("2", "pinch", "2 pinches"),
        ("2", "berry", "2 berries"),
        ("2", "tray", "2 trays"),
        ("2", "large egg", "2 large eggs"),
        ("0", "stick", "0 sticks"),
        ("0", "g", "0 g"),
        ("300", "g", "300 g"),
        ("0.0004", "g", "<0.001 g"),
        ("-0.0004", "g", ">-0.001 g"),
        ("-7/3", "cup", "-2 1/3 cup"),
        ("0.3333331", "cup", "1/3 cup"),
        ("0.666667", "each", "2/3"),
        ("3", None, "3"),
    ],
)
def test_an_amount_is_said_as_people_say_it(value: str, unit: str | None, said: str) -> None:
    assert say(Fraction(value), unit) == said


@given(values | kitchen_values, unit_names)
def test_what_the_screen_says_is_right_within_its_last_digit(
    value: Fraction, unit: str | None
) -> None:
    said = say(value, unit)
    assert (said.split()[0] == "0") == (value == 0)
    read = parse_amount(said.removeprefix("<"), allow_zero=True)
    assert abs(read.value - value) < Fraction(1, 1000)
    if value.denominator in (1, 2, 4, 8):
        assert read.value == value


@given(values | kitchen_values, st.sampled_from([None, *STANDARD, "stick", "nonsense"]))
def test_what_the_screen_says_of_an_item_reads_back_as_its_amount(
    value: Fraction, display_unit: str | None
) -> None:
    item = facts(density="0.5283", each="50", stick="113.4 g")
    read = parse_amount(say_stock(value, item, display_unit).removeprefix("<"), allow_zero=True)
    factor = factor_to_stock(read.unit, item)
    assert factor is not None
    assert abs(read.value * factor - value) < factor / 1000


@pytest.mark.parametrize(
    ("value", "item", "display_unit", "said"),
    [
        ("999.5", facts(), None, "999.5 g"),
        ("1000", facts(), None, "1 kg"),
        ("2267.96185", facts(), None, "2.268 kg"),
        ("2267.96185", facts(), "lb", "5 lb"),
        ("2267.96185", facts(), "g", "2267.962 g"),
        ("1500", facts("ml"), None, "1.5 l"),
        ("1500", facts("each"), None, "1500"),
        ("48", facts("each"), "dozen", "4 dozen"),
        ("100", facts(each="50"), "each", "2 each"),
        ("226.8", facts(stick="113.4 g"), "stick", "2 sticks"),
        ("500", facts(), "cup", "500 g"),
        ("500", facts(), "gone measure", "500 g"),
        ("2500", facts(), "cup", "2.5 kg"),
        ("0.4", facts(), "kg", "0.4 g"),
        ("0.0004", facts(stick="113.4 g"), "stick", "<0.001 stick"),
        ("0.0000004", facts(), "mg", "<0.001 mg"),
        ("0.0004", facts(), "kg", "<0.001 kg"),
        ("-0.0004", facts(), "lb", ">-0.001 lb"),
        ("4", facts(), "kg", "0.004 kg"),
        ("0", facts(), "kg", "0 kg"),
        ("1000001", facts(), "mg", "1000.001 kg"),
    ],
)
def test_stock_is_said_in_the_display_unit_where_it_converts(
    value: str, item: ItemFacts, display_unit: str | None, said: str
) -> None:
    assert say_stock(Fraction(value), item, display_unit) == said


def test_a_third_of_a_cup_out_of_the_ledger_is_said_as_a_third() -> None:
    cup = factor_to_stock("cup", facts("ml"))
    assert cup is not None
    assert say_stock(from_micro(to_micro(cup / 3)), facts("ml"), "cup") == "1/3 cup"


def test_unknown_is_said_by_all() -> None:
    assert say(None, "g") == say_stock(None, facts(), "cup") == "unknown"


# -- exactness and cost -------------------------------------------------------------------------


def test_the_module_knows_no_float() -> None:
    for node in ast.walk(ast.parse(inspect.getsource(units))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Name) and node.id == "float")


def test_every_factor_is_a_fraction() -> None:
    item = facts(density="0.5283", each="50", stick="113.4 g")
    assert {type(factor_to_stock(unit, item)) for unit in [*STANDARD, "stick"]} == {Fraction}


@pytest.mark.parametrize("exact_only", [to_micro, to_decimal])
def test_floats_are_refused_on_the_way_out(exact_only: object) -> None:
    with pytest.raises(TypeError):
        exact_only(0.5)  # type: ignore[operator]


PINTS_NAMES = {
    "oz": "ounce",
    "lb": "pound",
    "tsp": "teaspoon",
    "tbsp": "tablespoon",
    "fl oz": "fluid_ounce",
    "imperial cup": "imperial_cup",
    "imperial fl oz": "imperial_fluid_ounce",
    "imperial pint": "imperial_pint",
    "imperial quart": "imperial_quart",
    "imperial gallon": "imperial_gallon",
}


def test_sizes_are_those_of_the_library_of_units() -> None:
    from pint import UnitRegistry

    registry = UnitRegistry(non_int_type=Fraction)
    for unit, (kind, size, _) in units._TABLE.items():
        if kind != "count" and unit != "metric cup":
            known = registry.Quantity(Fraction(1), PINTS_NAMES.get(unit, unit))
            assert known.to("gram" if kind == "mass" else "milliliter").magnitude == size, unit

"""Money: what is paid is what the parts add up to."""

from __future__ import annotations

import ast
import inspect
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.errors import AmountError
from core.money import from_micro, parse_money, say_money, share, split, to_micro
from core.units import LIMIT, MICRO

micro_amounts = st.integers(0, LIMIT * MICRO)
micro_lots = st.integers(1, LIMIT * MICRO)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("12", "12.00"),
        ("12.5", "12.50"),
        ("$12.00", "12.00"),
        ("$ .50", "0.50"),
        ("US$ 5", "5.00"),
        ("12,50 €", "12.50"),
        ("€8.40", "8.40"),
        ("CHF 3", "3.00"),
        ("3 CHF", "3.00"),
        ("1.234", "1.234"),
        ("0.0375", "0.0375"),
        ("0.000001", "0.000001"),
        ("1.0000000", "1.00"),
        ("0", "0.00"),
        ("1000000000", "1000000000.00"),
    ],
)
def test_a_price_is_read_as_people_write_it(text: str, normal: str) -> None:
    assert str(parse_money(text)) == normal


@pytest.mark.parametrize("number", [12, Decimal(12), Decimal("12.000"), Decimal("1.2E+1")])
def test_exact_numbers_are_prices(number: int | Decimal) -> None:
    assert str(parse_money(number)) == "12.00"


@pytest.mark.parametrize("text", ["1,000", "$1,000", "1,000.50", "1.000,500", "$1.234", "1.234 €"])
def test_a_price_that_could_be_a_thousand_times_another_is_refused(text: str) -> None:
    with pytest.raises(AmountError, match="ambiguous") as refused:
        parse_money(text)
    assert refused.value.fix.startswith("Type")


@pytest.mark.parametrize(
    "text",
    ["", " ", "$", "free", "-1", "$-1", "-$1", "1/2", "1 1/2", "½ / 2", "1e3", "1E3", "NaN", "INF"]
    + ["0.0000001", "1000000000.01", "12 lbs", "$12 €", "12 12", "1.2.3", "9" * 5000, "5 %"],
)
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse_money(text)


@pytest.mark.parametrize(
    "number",
    [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), Decimal("1E-999999"), Decimal(-1)]
    + [-1, LIMIT + 1, 10**4000, -(10**4000)],
)
def test_numbers_that_are_no_prices_are_refused(number: int | Decimal) -> None:
    with pytest.raises(AmountError):
        parse_money(number)


@pytest.mark.parametrize("thing", [1.5, True, None, Fraction(1, 2)])
def test_floats_and_other_things_are_no_prices(thing: object) -> None:
    with pytest.raises(TypeError):
        parse_money(thing)  # type: ignore[arg-type]


@given(st.text(max_size=20) | st.text("0123456789.,$€- ", max_size=10))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        price = parse_money(text)
    except AmountError:
        return
    assert 0 <= price <= LIMIT


@given(micro_amounts)
def test_the_normal_form_is_read_back_the_same(micro: int) -> None:
    text = str(from_micro(micro))
    assert to_micro(parse_money(text)) == micro
    assert "E" not in text
    whole, decimals = text.split(".")
    assert len(decimals) == 2 or not decimals.endswith("0")


@pytest.mark.parametrize(
    ("micro", "text"),
    [(12_000_000, "12.00"), (1_200_000, "1.20"), (37_500, "0.0375"), (-1, "-0.000001")],
)
def test_micro_money_has_a_normal_form(micro: int, text: str) -> None:
    assert str(from_micro(micro)) == text


def test_the_ledger_rounds_money_half_even_and_has_a_limit() -> None:
    assert to_micro(Decimal("0.0000005")) == 0
    assert to_micro(Decimal("0.0000015")) == 2
    assert to_micro(Decimal("-1.20")) == -1_200_000
    for beyond in (Decimal(LIMIT) + 1, Decimal(-LIMIT) - 1, Decimal("NaN")):
        with pytest.raises(AmountError):
            to_micro(beyond)
    with pytest.raises(TypeError):
        to_micro(1.5)  # type: ignore[arg-type]


def test_taking_10_of_three_lots_costs_5_50() -> None:
    first = share(2_500_000, 5 * MICRO, 5 * MICRO)
    second = share(4_800_000, 5 * MICRO, 8 * MICRO)
    assert first + second == to_micro(Decimal("5.50"))


def test_three_of_seven_kilos_leave_the_remainder_with_the_rest() -> None:
    paid = to_micro(Decimal("10.00"))
    taken = share(paid, 3_000 * MICRO, 7_000 * MICRO)
    assert taken == 4_285_714
    assert taken + share(paid - taken, 4_000 * MICRO, 4_000 * MICRO) == paid


def test_a_share_rounds_half_even() -> None:
    assert [share(cost, 1, 2) for cost in (1, 3, 5)] == [0, 2, 2]


@given(micro_amounts, st.lists(st.integers(0, LIMIT * MICRO), min_size=1, max_size=8))
def test_taking_again_and_again_adds_up_to_what_was_paid(paid: int, takes: list[int]) -> None:
    left, cost_left, costs = sum(takes), paid, []
    for take in takes:
        cost = share(cost_left, take, left)
        assert 0 <= cost <= cost_left
        costs.append(cost)
        left, cost_left = left - take, cost_left - cost
    assert sum(costs) + cost_left == paid
    assert cost_left == 0


@given(micro_amounts, micro_lots, st.data())
def test_a_share_is_the_proportion_within_half_a_micro(
    cost_left: int, left: int, data: st.DataObject
) -> None:
    take = data.draw(st.integers(0, left))
    assert abs(share(cost_left, take, left) - Fraction(cost_left * take, left)) <= Fraction(1, 2)


@pytest.mark.parametrize(("take", "left"), [(2, 1), (-1, 1), (1, 0)])
def test_more_than_there_is_cannot_be_taken(take: int, left: int) -> None:
    with pytest.raises(ValueError, match="cannot take"):
        share(1, take, left)


@given(
    st.integers(-LIMIT * MICRO, LIMIT * MICRO),
    st.lists(st.integers(0, 10**6) | st.fractions(0, 10**6), min_size=1, max_size=8).filter(any),
)
def test_a_split_adds_up_and_is_fair_to_one_micro(
    total: int, weights: list[int | Fraction]
) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * Fraction(weight) / sum(map(Fraction, weights))) < 1
        assert weight or part == 0


def test_the_largest_remainder_gets_the_odd_micro_and_ties_go_to_the_first() -> None:
    assert split(10, [1, 1, 1]) == [4, 3, 3]
    assert split(10, [1, 5]) == [2, 8]
    assert split(7, [Fraction(5, 8), Fraction(5, 4)]) == [2, 5]
    assert split(0, [1, 2]) == split(0, [0, 0]) == [0, 0]
    assert split(0, []) == []


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_nothing_can_be_split_on_no_weight(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(1, weights)


@pytest.mark.parametrize(
    ("price", "currency", "said"),
    [
        ("12", "USD", "$12.00"),
        ("8.4", "EUR", "€8.40"),
        ("3", "CHF", "CHF 3.00"),
        ("0.005", "USD", "$0.01"),
        ("1.125", "USD", "$1.13"),
        ("0", "USD", "$0.00"),
        ("0.0026", "USD", "<$0.01"),
        ("-0.0026", "USD", ">-$0.01"),
        ("-5", "USD", "-$5.00"),
        ("1234567.891", "GBP", "£1234567.89"),
    ],
)
def test_money_is_said_in_cents(price: str, currency: str, said: str) -> None:
    assert say_money(Decimal(price), currency) == said


def test_an_unknown_price_is_said_as_unknown() -> None:
    assert say_money(None) == "unknown"


@given(micro_amounts, st.sampled_from(["USD", "EUR", "CHF"]))
def test_what_the_screen_says_is_right_within_a_cent(micro: int, currency: str) -> None:
    price = from_micro(micro)
    read = parse_money(say_money(price, currency).removeprefix("<"))
    assert abs(read - price) < Decimal("0.01")


def test_the_module_knows_no_float() -> None:
    for node in ast.walk(ast.parse(inspect.getsource(money))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Name) and node.id == "float")

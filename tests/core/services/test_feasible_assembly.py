"""What can be assembled: lines in order, one pool, nothing promised twice (domain.md §3)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import RuleBroken
from core.session import Database
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    kitchen = KitchenBuilder()
    kitchen.recipe("cookies", {"cookie": 10}, {})
    kitchen.bundle("inner", {"cookie": 1})
    kitchen.bundle("gift", {"inner": 2})
    return kitchen


@pytest.mark.parametrize("lines", [{"inner": 10, "gift": 5}, {"gift": 5, "inner": 10}])
def test_a_bundle_that_is_wanted_and_nested_is_counted_once(
    bakery: KitchenBuilder, lines: dict[str, int]
) -> None:
    bakery.event("fair", lines)
    for bundle, count in (("inner", 20), ("gift", 5)):
        row = bakery.bundle_row("fair", bundle)
        assert (row["can_assemble_after_production"], row["short"]) == (count, 0)
        assert row["blockers"] == []


def test_a_line_has_what_it_wants_before_the_next_one(bakery: KitchenBuilder) -> None:
    bakery.bundle("a", {"cookie": 1})
    bakery.bundle("b", {"cookie": 1})
    bakery.event("fair", [("a", 5, "Ann"), ("b", 5, None), ("a", 5, "Bob")])
    bakery.make("cookies", 1, good={"cookie": 8})
    assert bakery.bundle_row("fair", "a")["can_assemble_now"] == 5
    assert bakery.bundle_row("fair", "b")["can_assemble_now"] == 3


@pytest.mark.parametrize(("lines", "boxes"), [("cookie box", 0), ("box cookie", 1)])
def test_a_line_of_loose_cookies_draws_its_share(
    bakery: KitchenBuilder, lines: str, boxes: int
) -> None:
    bakery.bundle("box", {"cookie": 4})
    wanted = {"cookie": 6, "box": 1}
    bakery.event("fair", {item: wanted[item] for item in lines.split()})
    bakery.make("cookies", 1, good={"cookie": 8})
    assert bakery.bundle_row("fair", "box")["can_assemble_now"] == boxes


def test_what_planned_batches_use_is_not_promised_to_bundles(bakery: KitchenBuilder) -> None:
    bakery.supply("cup")
    bakery.recipe("cakes", {"cake": 1}, {"cup": 1})
    bakery.bundle("bag", {"cake": 1, "cup": 1})
    bakery.event("fair", {"bag": 5})
    bakery.buy("cup", amount=5, paid="1")
    row = bakery.bundle_row("fair", "bag")
    assert row["can_assemble_after_production"] == 0
    [cup] = row["blockers"]
    assert (cup["item_name"], cup["missing"]) == ("Cup", Decimal(5))
    assert row["short"] == 0


def test_a_made_input_that_is_short_is_not_promised_twice(bakery: KitchenBuilder) -> None:
    bakery.recipe("ganaches", {"ganache": 1}, {})
    bakery.recipe("cakes", {"cake": 1}, {"ganache": 1})
    bakery.bundle("bag", {"cake": 1, "ganache": 1})
    bakery.event("fair", {"bag": 5})
    bakery.target("fair", "ganaches", 5, short_ok=True)
    row = bakery.bundle_row("fair", "bag")
    assert (row["can_assemble_after_production"], row["short"]) == (0, 5)


def test_a_short_input_takes_nothing_from_an_output_that_nobody_wants(
    bakery: KitchenBuilder,
) -> None:
    bakery.recipe("ganaches", {"ganache": 1}, {})
    bakery.recipe("cakes", {"cake": 1, "slice": 12}, {"ganache": 1})
    bakery.bundle("bag", {"cake": 1})
    bakery.event("fair", {"bag": 5})
    bakery.target("fair", "ganaches", 2, short_ok=True)
    row = bakery.bundle_row("fair", "bag")
    assert (row["remaining"], row["short"]) == (5, 3)


def test_recipes_that_make_inputs_draw_on_the_stock_first(bakery: KitchenBuilder) -> None:
    """One lemon is there: the curd has it, though the cake comes first by name."""
    bakery.ingredient("lemon", "each")
    bakery.recipe("curds", {"curd": 1}, {"lemon": 1})
    bakery.recipe("cakes", {"cake": 1}, {"lemon": 1, "curd": 1})
    bakery.event("fair", {"cake": 2})
    bakery.buy("lemon", 2, "1")
    bakery.make("curds", 1)
    assert bakery.recipe_row("fair", "curds")["can_make"] == 1
    assert bakery.recipe_row("fair", "cakes")["can_make"] == 0


def test_batches_that_lack_an_input_are_whole_and_lose_their_left_over_first(
    bakery: KitchenBuilder,
) -> None:
    """Ganache for one and a half batches makes one: ten of fifteen cakes."""
    bakery.recipe("ganaches", {"ganache": 6}, {})
    bakery.recipe("cakes", {"cake": 10}, {"ganache": 4})
    bakery.bundle("bag", {"cake": 1})
    bakery.event("fair", {"bag": 15})
    bakery.target("fair", "ganaches", 1, short_ok=True)
    assert bakery.bundle_row("fair", "bag")["short"] == 5


def test_batches_that_lack_an_input_lose_their_last_output_first(bakery: KitchenBuilder) -> None:
    bakery.recipe("ganaches", {"ganache": 1}, {})
    bakery.recipe("cakes", {"large": 1, "small": 4}, {"ganache": 1})
    bakery.bundle("box", {"large": 1})
    bakery.bundle("bag", {"small": 4})
    bakery.event("fair", {"box": 1, "bag": 1})
    bakery.target("fair", "ganaches", 1, short_ok=True)
    assert bakery.batches("fair", "cakes") == 2
    assert [bakery.bundle_row("fair", name)["short"] for name in ("box", "bag")] == [0, 1]


@pytest.mark.parametrize(
    ("per_bag", "there", "bags"), [("2.0005", "2", 1), ("2.005", "2", 0), ("0.0005", "", 0)]
)
def test_what_rounding_took_of_a_stock_stops_nothing_and_an_empty_stock_does(
    bakery: KitchenBuilder, per_bag: str, there: str, bags: int
) -> None:
    bakery.supply("saffron", "g")
    bakery.bundle("bag", {"saffron": per_bag})
    bakery.event("fair", {"bag": 1})
    if there:
        bakery.buy("saffron", there, "9.00")
    assert bakery.bundle_row("fair", "bag")["can_assemble_now"] == bags


def test_half_an_inner_bundle_lacks_what_a_whole_one_holds(bakery: KitchenBuilder) -> None:
    bakery.supply("ribbon")
    bakery.bundle("bow", {"ribbon": 4})
    bakery.bundle("box", {"bow": "1/2"})
    bakery.event("fair", {"box": 1})
    [ribbon] = bakery.bundle_row("fair", "box")["blockers"]
    assert (ribbon["item_name"], ribbon["missing"]) == ("Ribbon", Decimal(4))


def test_an_output_of_unknown_amount_makes_its_bundles_unknown(bakery: KitchenBuilder) -> None:
    bakery.made("honey", "g")
    bakery.ingredient("sugar")
    bakery.recipe("honeys", {"honey": "2 cup"}, {"sugar": 5})
    bakery.bundle("jar", {"honey": 3})
    bakery.event("fair", {"jar": 5})
    row = bakery.bundle_row("fair", "jar")
    assert row["can_assemble_after_production"] is None
    assert row["short"] is None
    problem = bakery.shopping("fair")["sugar"]["problem"]
    assert problem is not None
    assert "2 cup Honey" in problem


def test_an_unknown_pinch_of_what_is_always_on_hand_stops_nothing(
    bakery: KitchenBuilder,
) -> None:
    bakery.ingredient("salt", always_on_hand=True)
    bakery.recipe("breads", {"bread": 1}, {"salt": "1 cup"})
    bakery.bundle("basket", {"bread": 1, "salt": "1 cup"})
    bakery.event("fair", {"basket": 2})
    assert bakery.recipe_row("fair", "breads")["can_make"] == 2
    row = bakery.bundle_row("fair", "basket")
    assert (row["can_assemble_after_production"], row["short"]) == (2, 0)

    bakery.make("breads", 1, event="fair")
    assert bakery.bundle_row("fair", "basket")["can_assemble_now"] == 1


def test_a_made_input_that_is_always_on_hand_makes_nothing_short(bakery: KitchenBuilder) -> None:
    bakery.ingredient("flour")
    bakery.made("starter", "g", always_on_hand=True)
    bakery.recipe("starters", {"starter": 100}, {"flour": 50})
    bakery.recipe("breads", {"bread": 4}, {"starter": 10})
    bakery.bundle("basket", {"bread": 2})
    bakery.event("fair", {"basket": 8})
    row = bakery.bundle_row("fair", "basket")
    assert (row["can_assemble_after_production"], row["short"]) == (8, 0)


@pytest.mark.parametrize("batches", ["2 kg", "1 cup", "3 tins"])
def test_batches_are_counted_in_nothing_but_numbers(bakery: KitchenBuilder, batches: str) -> None:
    with pytest.raises(RuleBroken, match="no number of batches"):
        bakery.make("cookies", batches)


def test_a_dozen_is_twelve_of_anything_counted(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", "1 dozen")
    assert bakery.left("cookie") == 120

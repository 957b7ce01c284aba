"""Remainders under a thousandth are ledger rounding wherever they arise (domain.md §2)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from core.session import Database
from tests.builders import CHRISTMAS, KitchenBuilder


@pytest.mark.usefixtures("sqlite_kitchen")
def test_a_cake_handed_out_in_thirds_is_not_baked_again() -> None:
    """Three times 0.333333 are 0.999999: the millionth that is missing is nobody's order."""
    bakery = KitchenBuilder()
    bakery.recipe("cakes", {"cake": 2})
    bakery.event("christmas", {"cake": 1})
    bakery.event("new-year", {"cake": 1}, CHRISTMAS.replace(day=31))
    bakery.make("cakes", 1)
    for _ in range(3):
        bakery.deliver("christmas", "cake", "1/3")
    bakery.deliver("new-year", "cake", 1)

    assert bakery.left("cake") == 0
    assert bakery.batches("christmas", "cakes") == 0
    assert bakery.output("christmas", "cake")["remaining"] == 0
    assert bakery.production("christmas")["is_complete"]


def test_a_target_beside_an_unknown_yield_is_unknown(sqlite_kitchen: Database) -> None:
    """Nobody knows how much of the target 30 g of a yield of "2 cup" are: never none of it."""
    bakery = KitchenBuilder()
    bakery.made("dough", "g")
    bakery.recipe("doughs", {"dough": "2 cup"}, {})
    bakery.event("christmas", {"dough": "10 g"})
    bakery.make("doughs", 1, good={"dough": "30 g"}, event="christmas")

    bakery.target("christmas", "doughs", 3)

    assert bakery.recipe_row("christmas", "doughs")["produced_batches"] is None
    assert bakery.batches("christmas", "doughs") is None


@pytest.mark.usefixtures("sqlite_kitchen")
def test_what_the_plan_wants_of_a_second_output_is_not_rounded_away() -> None:
    """12 2/3 minis are to be made, and 12 would leave the hampers short."""
    bakery = KitchenBuilder()
    bakery.recipe("cookies", {"cookie": 12, "mini": 30})
    bakery.event("christmas", {"cookie": 2, "mini": 15})
    bakery.count("mini", "7/3")
    assert bakery.batches("christmas", "cookies") == 1

    bakery.make("cookies", 1, event="christmas")

    assert bakery.output("christmas", "mini")["produced"] == Decimal("12.666667")
    # 12 2/3 of 30 is 19/45 of the batch, and the rest makes cookies.
    assert bakery.output("christmas", "cookie")["produced"] == Decimal("6.933333")
    assert bakery.batches("christmas", "cookies") == 0


@pytest.mark.usefixtures("sqlite_kitchen")
def test_a_part_of_a_counted_item_is_recorded_as_the_plan_counts_on_it() -> None:
    """1/4 batch of 6 is the 1 1/2 that half a batch of the next recipe uses."""
    bakery = KitchenBuilder()
    bakery.recipe("doughs", {"dough": 6}, step="1/12")
    bakery.recipe("layers", {"layer": 4}, {"dough": 3}, step="1/12")
    bakery.recipe("cakes", {"cake": 1}, {"layer": 2}, step="1/12")
    bakery.event("christmas", {"cake": 1})

    bakery.make("doughs", "1/4", event="christmas")
    assert bakery.left("dough") == Fraction(3, 2)
    bakery.make("layers", "1/2", event="christmas")
    bakery.make("cakes", 1, event="christmas")

    assert bakery.output("christmas", "cake")["produced"] == 1


@pytest.mark.usefixtures("sqlite_kitchen")
def test_no_part_of_a_batch_comes_to_nothing() -> None:
    bakery = KitchenBuilder()
    bakery.recipe("doughs", {"dough": 6}, step="1/12")
    bakery.event("christmas", {"dough": "1/2"})

    bakery.make("doughs", "1/12", event="christmas")

    assert bakery.left("dough") == Fraction(1, 2)
    assert bakery.batches("christmas", "doughs") == 0

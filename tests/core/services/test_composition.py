"""What is in what: by weight, through every way an ingredient gets there."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ItemNotFound
from core.planning.composition import Part, contents
from core.services.composition_service import Composition, get_compositions
from core.session import Database
from tests.builders import KitchenBuilder


def composition(build: KitchenBuilder, slug: str) -> Composition:
    item_id = build.item(slug)
    return get_compositions([item_id])[item_id]


def by_name(found: Composition) -> dict[str, Decimal | None]:
    return {each.name: each.grams for each in found.components}


@pytest.fixture
def build(kitchen: Database) -> KitchenBuilder:
    build = KitchenBuilder()
    build.ingredient("flour", allergens=["wheat"])
    build.ingredient("butter", allergens=["milk"])
    build.ingredient("milk", "ml", grams_per_ml="1.03", allergens=["milk"])
    build.ingredient("egg", "each", grams_each="50", allergens=["egg"])
    build.ingredient("vanilla", "ml")
    build.supply("ribbon")
    return build


def test_ingredients_are_told_by_weight_and_those_without_one_come_last(
    build: KitchenBuilder,
) -> None:
    build.recipe(
        "cakes", {"cake": 4}, {"egg": 4, "milk": "100 ml", "flour": "400 g", "vanilla": "8 ml"}
    )

    found = composition(build, "cake")

    assert by_name(found) == {
        "Flour": Decimal(100),
        "Egg": Decimal(50),
        "Milk": Decimal("25.75"),
        "Vanilla": None,
    }
    assert [each.name for each in found.components] == ["Flour", "Egg", "Milk", "Vanilla"]
    assert found.components[-1].amount == Decimal(2)


def test_an_ingredient_that_gets_there_in_two_ways_is_counted_in_both(
    build: KitchenBuilder,
) -> None:
    build.recipe("creams", {"cream": 10}, {"butter": "500 g"})
    build.recipe("cakes", {"cake": 2}, {"cream": 4, "butter": "100 g"})

    found = composition(build, "cake")

    assert by_name(found) == {"Butter": Decimal(150)}
    assert found.components[0].through == ("Cake", "Cream")


def test_allergens_roll_up_through_recipes_to_bundles(build: KitchenBuilder) -> None:
    build.recipe("creams", {"cream": 1}, {"butter": "50 g"})
    build.recipe("cakes", {"cake": 1}, {"cream": 1, "flour": "100 g"})
    build.bundle("box", {"cake": 6, "ribbon": 1})
    build.bundle("hamper", {"box": 2, "egg": 1})

    found = composition(build, "hamper")

    assert found.allergens == ("egg", "milk", "wheat")
    butter = next(each for each in found.components if each.name == "Butter")
    assert butter.through == ("Hamper", "Box", "Cake", "Cream")
    assert butter.grams == Decimal(600)


def test_one_unknown_way_makes_the_whole_amount_unknown_but_keeps_the_allergen(
    build: KitchenBuilder,
) -> None:
    build.recipe("creams", {"cream": 1}, [("flour", "1 cup")])
    build.recipe("cakes", {"cake": 1}, {"cream": 1, "flour": "100 g"})

    found = composition(build, "cake")

    assert by_name(found) == {"Flour": None}
    assert found.allergens == ("wheat",)


def test_a_bought_item_is_made_of_itself(build: KitchenBuilder) -> None:
    found = composition(build, "egg")

    assert by_name(found) == {"Egg": Decimal(50)}
    assert found.allergens == ("egg",)


def test_without_names_everything_that_is_made_is_told(build: KitchenBuilder) -> None:
    build.recipe("cakes", {"cake": 1}, {"flour": "100 g"})
    build.bundle("box", {"cake": 6})

    assert {each.name for each in get_compositions().values()} == {"Cake", "Box"}


def test_an_item_that_is_not_there_is_refused(build: KitchenBuilder) -> None:
    with pytest.raises(ItemNotFound):
        get_compositions([987])


# -- the roll-up itself ----------------------------------------------------------------------------

amounts = st.one_of(st.none(), st.fractions(Fraction(1, 7), 9, max_denominator=7))


@st.composite
def nested(draw: st.DrawFn) -> dict[int, tuple[Part, ...]]:
    """Six things made of what has a higher number; from 6 on they are bought."""
    return {
        whole: tuple(
            Part(part, draw(amounts))
            for part in draw(st.lists(st.integers(whole + 1, 9), max_size=4))
        )
        for whole in range(6)
    }


def walked(
    whole: int, parts: dict[int, tuple[Part, ...]], amount: Fraction | None = Fraction(1)
) -> list[tuple[int, Fraction | None]]:
    """Walk every way to its end, one after the other."""
    if whole not in parts:
        return [(whole, amount)]
    return [
        leaf
        for part in parts[whole]
        for leaf in walked(
            part.item_id,
            parts,
            None if amount is None or part.amount is None else amount * part.amount,
        )
    ]


@given(nested())
def test_the_roll_up_equals_walking_every_way(parts: dict[int, tuple[Part, ...]]) -> None:
    for whole, held in contents(parts, parts).items():
        ways = walked(whole, parts)
        for item_id, content in held.items():
            each = [amount for leaf, amount in ways if leaf == item_id]
            known = [amount for amount in each if amount is not None]
            assert content.amount == (sum(known) if len(known) == len(each) else None)
        assert held.keys() == {leaf for leaf, _ in ways}

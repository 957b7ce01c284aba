"""Recording productions: inputs used, good output in, losses with their reasons (domain.md §4)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from core.errors import (
    AmountError,
    EventNotFound,
    RecipeNotFound,
    RuleBroken,
    Shortage,
    UnknownAmount,
)
from core.models import Run, RunNotDrawn, RunOutput
from core.services import journal_service, production_service
from core.services.planning import plan_service
from core.session import Database, read_session, session_scope
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with flour and sugar and a recipe for 48 cookies."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.ingredient("sugar")
    bakery.ingredient("water", "ml", always_on_hand=True)
    bakery.recipe(
        "cookies",
        {"cookie": 48},
        {"flour": "500 g", "sugar": "200 g", "water": "50 ml"},
        step="1/2",
    )
    bakery.event("fair", {"cookie": 100})
    bakery.buy("flour", "2 kg", "2.00")
    bakery.buy("sugar", "1 kg", "3.00")
    return bakery


def outputs() -> list[tuple[Fraction, Fraction, str | None]]:
    """Return good, lost and reason of every output recorded."""
    with read_session() as session:
        return [
            (Fraction(o.good, 10**6), Fraction(o.lost, 10**6), o.reason)
            for o in session.query(RunOutput).order_by(RunOutput.run_id, RunOutput.item_id)
        ]


def test_a_batch_uses_its_inputs_and_brings_in_its_yield(bakery: KitchenBuilder) -> None:
    change = bakery.make("cookies", 2)

    assert (bakery.left("flour"), bakery.left("sugar")) == (1000, 600)
    [lot] = bakery.lots("cookie")
    # 1 kg of flour at 1.00 and 400 g of sugar at 1.20.
    assert (lot.amount, lot.paid, lot.event_id) == (96, Decimal("2.20"), None)
    assert change.summary == "Made 2 × Cookies"
    [run] = production_service.list_runs()
    assert (run.name, run.batches, run.cost, run.undone) == ("Cookies", 2, Decimal("2.20"), False)


def test_good_defaults_to_the_yield_less_what_was_lost(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1, lost={"cookie": (5, "burnt")})

    assert outputs() == [(43, 5, "burnt")]
    assert bakery.left("cookie") == 43


def test_good_as_told_stands_whatever_was_lost(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1, good={"cookie": 49}, lost={"cookie": (2, "eaten")})

    assert outputs() == [(49, 2, "eaten")]


def test_no_more_is_lost_than_is_made(bakery: KitchenBuilder) -> None:
    with pytest.raises(RuleBroken, match="makes 48 Cookie, so that 49 cannot be lost"):
        bakery.make("cookies", 1, lost={"cookie": (49, "burnt")})
    with pytest.raises(RuleBroken, match="cannot be lost"):
        bakery.make("cookies", 1, good={"cookie": 0}, lost={"cookie": (49, "burnt")})
    bakery.recipe("dough", {"mini": 48, "large": 24})
    with pytest.raises(RuleBroken, match="cannot be lost"):
        bakery.make(
            "dough", 1, good={"mini": 0}, lost={"mini": (24, "burnt"), "large": (13, "burnt")}
        )
    bakery.make("dough", 1, good={"mini": 0}, lost={"mini": (24, "burnt"), "large": (12, "raw")})
    assert bakery.left("mini") == 0


def test_the_whole_cost_is_waste_when_nothing_came_out(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1, lost={"cookie": (48, "burnt")})

    assert bakery.lots("cookie") == []
    with read_session() as session:
        run = session.query(Run).one()
        assert (run.cost, run.waste) == (1_100_000, 1_100_000)


def test_none_good_may_be_told_too(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1, good={"cookie": 0}, lost={"cookie": ("48", "dropped")})
    bakery.make("cookies", 1, good={"cookie": "40"}, lost={"cookie": (0, "")})

    assert outputs() == [(0, 48, "dropped"), (40, 0, None)]
    assert bakery.left("cookie") == 40


def test_half_a_batch_is_made_where_the_recipe_allows_it(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", "1/2")
    assert (bakery.left("cookie"), bakery.left("flour")) == (24, 1750)

    with pytest.raises(RuleBroken, match="steps of 1/2"):
        bakery.make("cookies", "1/3")


def test_a_shortage_names_every_missing_item_and_changes_nothing(bakery: KitchenBuilder) -> None:
    before, revision = bakery.state(), journal_service.revision()

    with pytest.raises(Shortage) as refused:
        bakery.make("cookies", 6, event="fair")

    assert [m.item_name for m in refused.value.missing] == ["Flour", "Sugar"]
    assert bakery.state() == before
    assert journal_service.revision() == revision


def test_a_shortage_leaves_nothing_in_a_session_that_goes_on(bakery: KitchenBuilder) -> None:
    revision = journal_service.revision()
    with session_scope() as session:
        with pytest.raises(Shortage):
            KitchenBuilder(session).make("cookies", 6)
        KitchenBuilder(session).make("cookies", 1)

    assert journal_service.revision() == revision + 1
    with read_session() as session:
        assert session.query(Run).count() == 1


def test_count_first_corrects_the_count_at_the_last_known_cost(bakery: KitchenBuilder) -> None:
    revision = journal_service.revision()
    bakery.make("cookies", 5, count_first=True)

    assert journal_service.revision() == revision + 1
    assert (bakery.left("flour"), bakery.left("sugar")) == (0, 0)
    # 500 g of flour were counted in at 1.00 per kg; the sugar was just enough.
    assert bakery.lots("cookie")[0].paid == Decimal("5.50")


def test_count_first_does_not_learn_from_a_purchase_that_was_undone(
    bakery: KitchenBuilder,
) -> None:
    bakery.buy("flour", "1 kg", "1000.00")
    journal_service.undo()
    bakery.make("cookies", 5, count_first=True)

    assert bakery.lots("cookie")[0].paid == Decimal("5.50")


def test_of_several_outputs_the_yield_is_split_as_planned(bakery: KitchenBuilder) -> None:
    bakery.recipe("dough", {"mini": 48, "large": 24})
    bakery.event("party", {"mini": 24, "large": 30})

    bakery.make("dough", 2, event="party")

    # 0.5 + 1.25 batches are needed, and the quarter left over is for the first output.
    assert (bakery.left("mini"), bakery.left("large")) == (36, 30)


def test_without_an_event_the_first_output_gets_the_batches(bakery: KitchenBuilder) -> None:
    bakery.recipe("dough", {"mini": 48, "large": 24})
    bakery.make("dough", 1)

    assert (bakery.left("mini"), bakery.left("large")) == (48, 0)


def test_the_cost_of_several_outputs_goes_by_batch_share(bakery: KitchenBuilder) -> None:
    bakery.recipe("dough", {"mini": 48, "large": 24}, {"flour": "1 kg"})
    bakery.make("dough", 1, good={"mini": 36, "large": 6})

    assert bakery.lots("mini")[0].paid == Decimal("0.75")
    assert bakery.lots("large")[0].paid == Decimal("0.25")


def test_costs_that_rest_on_an_unknown_price_say_so(bakery: KitchenBuilder) -> None:
    bakery.ingredient("spice")
    bakery.buy("spice", "10 g")
    bakery.recipe("buns", {"bun": 12}, {"flour": "100 g", "spice": "1 g"})
    bakery.make("buns", 1)

    assert bakery.lots("spice")[0].paid is None
    [lot] = bakery.lots("bun")
    assert (lot.priced, lot.value) == (False, Decimal("0.10"))


def test_a_line_of_unknown_amount_is_noted_as_not_drawn(bakery: KitchenBuilder) -> None:
    bakery.recipe("bread", {"loaf": 2}, {"flour": "3 cup", "sugar": "100 g"})
    change = bakery.make("bread", 2)

    assert change.summary.endswith("; not drawn, as the amount is unknown: 6 cup Flour")
    assert (bakery.left("flour"), bakery.left("sugar")) == (2000, 800)
    with read_session() as session:
        [line] = session.query(RunNotDrawn).all()
        assert (line.amount, line.unit) == (6, "cup")
    assert bakery.lots("loaf")[0].priced is False


def test_what_is_made_for_an_event_is_kept_for_it(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1, event="fair")

    [lot] = bakery.lots("cookie")
    assert lot.event_name == "Fair"
    assert bakery.output("fair", "cookie")["produced"] == 48


def test_what_is_made_keeps_for_its_shelf_life(bakery: KitchenBuilder) -> None:
    bakery.edit_item("cookie", shelf_life_days=14)
    bakery.make("cookies", 1, at=datetime(2026, 11, 20, 9, 30))

    [lot] = bakery.lots("cookie")
    assert (lot.received, lot.expires) == (date(2026, 11, 20), date(2026, 12, 4))


def test_an_output_of_unknown_amount_must_be_told(bakery: KitchenBuilder) -> None:
    bakery.made("frosting", "g")
    bakery.recipe("frosting", {"frosting": "2 cup"}, {"sugar": "100 g"})
    with pytest.raises(UnknownAmount, match="Frosting"):
        bakery.make("frosting", 1)

    bakery.make("frosting", 1, good={"frosting": "400 g"})
    assert bakery.left("frosting") == 400


def test_a_remainder_of_ledger_rounding_goes_with_the_last_use(bakery: KitchenBuilder) -> None:
    bakery.ingredient("butter", measures={"cup": "227 g"})
    bakery.recipe("glaze", {"glazed": 1}, {"butter": "1/3 cup"})
    bakery.buy("butter", "1 cup", "2.00")
    for _ in range(3):
        bakery.make("glaze", 1)

    assert bakery.left("butter") == 0
    assert sum(lot.paid for lot in bakery.lots("glazed")) == Decimal("2.00")


def test_bad_input_is_refused_and_changes_nothing(bakery: KitchenBuilder) -> None:
    before, revision = bakery.state(), journal_service.revision()
    recipe, cookie, flour = (
        bakery.recipe_id("cookies"),
        bakery.item("cookie"),
        bakery.item("flour"),
    )
    record = production_service.record_production
    with pytest.raises(RecipeNotFound):
        record(999, 1)
    with pytest.raises(EventNotFound):
        record(recipe, 1, event_id=999)
    for batches in (0, -1, "many", "1,000", Decimal("NaN")):
        with pytest.raises(AmountError):
            record(recipe, batches)
    with pytest.raises(TypeError):
        record(recipe, 1.5)
    with pytest.raises(AmountError):
        record(recipe, 1, good={cookie: -1})
    with pytest.raises(RuleBroken, match="Say why Cookie was lost"):
        record(recipe, 1, lost={cookie: (1, " ")})
    with pytest.raises(RuleBroken, match="does not make"):
        record(recipe, 1, good={flour: 1})

    assert bakery.state() == before
    assert journal_service.revision() == revision


def test_nothing_is_recorded_for_an_event_that_is_over(bakery: KitchenBuilder) -> None:
    from core.services import event_service

    event_service.set_status(bakery.event_id("fair"), "done")
    with pytest.raises(RuleBroken, match="Fair is done"):
        bakery.make("cookies", 1, event="fair")


def test_runs_are_listed_newest_first_and_by_event(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1)
    bakery.make("cookies", 2, event="fair")

    assert [run.batches for run in production_service.list_runs()] == [2, 1]
    [run] = production_service.list_runs(event_id=bakery.event_id("fair"))
    assert (run.event_name, run.batches) == ("Fair", 2)


def test_over_yield_counts_for_the_event(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 2, good={"cookie": 100}, event="fair")

    assert bakery.batches("fair", "cookies") == 0
    assert plan_service.problems(bakery.event_id("fair")) == []


def test_what_was_lost_is_said_with_its_unit(bakery: KitchenBuilder) -> None:
    bakery.made("frosting", "g")
    bakery.recipe("frosting", {"frosting": "500 g"})
    change = bakery.make("frosting", 1, lost={"frosting": ("200 g", "dropped")})
    assert change.summary == "Made 1 × Frosting (200 g Frosting lost)"

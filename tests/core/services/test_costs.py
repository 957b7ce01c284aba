"""What an event costs: each coin once, whatever is bought, made, put together and handed out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Refused
from core.services import event_service, journal_service
from core.services.planning import cost_service, plan_service
from core.services.planning.cost_service import EventCosts
from core.services.planning.progress import get_event_progress
from core.session import Database, rehearsal
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    return build(KitchenBuilder())


def build(bakery: KitchenBuilder) -> KitchenBuilder:
    bakery.ingredient("flour")
    bakery.supply("ribbon")
    bakery.product("flour-1kg", "flour", "1 kg", "2.00")
    bakery.product("ribbons", "ribbon", "10", "5.00")
    bakery.recipe("cookies", {"cookie": 10}, {"flour": "1 kg"})
    bakery.bundle("bag", {"cookie": 5, "ribbon": 1})
    bakery.event("fair", {"bag": 4}, people=8)
    bakery.event("easter", {"cookie": 10}, date(2027, 3, 28))
    return bakery


def costs(bakery: KitchenBuilder, event: str = "fair") -> EventCosts:
    return cost_service.get_event_costs(bakery.event_id(event), session=bakery.session)


def test_before_anything_is_bought_it_is_all_to_come(bakery: KitchenBuilder) -> None:
    found = costs(bakery)

    assert (found.so_far, found.from_stock) == (0, 0)
    assert (found.to_buy, found.left_over) == (Decimal("9.00"), Decimal("3.00"))
    assert found.total == Decimal("6.00")
    assert found.per_person == Decimal("0.75")


def test_what_is_bought_moves_from_to_buy_to_stock_and_then_to_so_far(
    bakery: KitchenBuilder,
) -> None:
    bakery.buy("flour", packs=2, paid="4.00")
    bakery.buy("ribbon", packs=1, paid="5.00")
    stocked = costs(bakery)
    assert (stocked.from_stock, stocked.to_buy) == (Decimal("6.00"), 0)

    bakery.make("cookies", 2, event="fair")
    bakery.assemble("bag", 4, event="fair")
    bakery.deliver("fair", "bag", 4)
    done = costs(bakery)

    assert (done.so_far, done.to_come) == (Decimal("6.00"), 0)
    assert stocked.total == done.total == Decimal("6.00")


def test_the_lines_add_up_to_the_event(bakery: KitchenBuilder) -> None:
    event_service.set_line(bakery.event_id("fair"), bakery.item("cookie"), 7, price="1.50")

    found = costs(bakery)
    assert sum(line.cost or 0 for line in found.lines) == found.total
    cookies = found.lines[1]
    assert cookies.price == Decimal("10.50")
    assert cookies.cost is not None
    assert cookies.margin == Decimal("10.50") - cookies.cost
    assert found.price == Decimal("10.50")


def test_a_cost_that_rests_on_a_lot_without_a_price_says_so(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "2 kg", None)

    found = costs(bakery)
    assert (found.total, found.per_person, found.margin) == (None, None, None)
    assert found.unpriced == ("Flour",)
    bakery.make("cookies", 2, event="fair")
    assert costs(bakery).so_far is None
    assert costs(bakery).unpriced == ("Flour",)


def test_a_line_with_nothing_of_what_has_no_price_has_its_cost(bakery: KitchenBuilder) -> None:
    event_service.set_line(bakery.event_id("fair"), bakery.item("cookie"), 10)
    bakery.product("ribbons", "ribbon", "10", None)

    found = costs(bakery)
    bags, cookies = found.lines
    # Three batches, of which the bags are two.
    assert (found.total, found.at_least) == (None, Decimal("6.00"))
    assert (bags.cost, cookies.cost) == (None, Decimal("2.00"))


def test_what_was_bought_once_has_its_price_in_every_view(bakery: KitchenBuilder) -> None:
    bakery.ingredient("almond")
    bakery.recipe("cookies", {"cookie": 10}, {"flour": "1 kg", "almond": "100 g"})
    fair = bakery.event_id("fair")
    assert costs(bakery).unpriced == ("Almond",)
    [problem] = plan_service.problems(fair)
    assert problem.fix == "Add a product of Almond, or buy it once."

    bakery.buy("almond", "50 g", "1.00")

    assert "no product" not in {each.kind for each in plan_service.problems(fair)}
    assert bakery.shopping("fair")["almond"]["estimated_cost"] == Decimal("3.00")
    assert costs(bakery).to_buy == Decimal("12.00")
    assert get_event_progress(fair)["estimated_cost"] == Decimal("12.00")


def test_packs_without_a_price_cost_what_was_paid_last(bakery: KitchenBuilder) -> None:
    bakery.buy("ribbon", 2, "1.00")
    bakery.product("ribbons", "ribbon", "10", None)

    row = bakery.shopping("fair")["ribbon"]
    assert (row["to_buy"], row["estimated_cost"]) == (2, Decimal("5.00"))
    found = costs(bakery)
    assert (found.to_buy, found.left_over) == (Decimal("9.00"), Decimal("4.00"))
    assert plan_service.problems(bakery.event_id("fair")) == []


def test_what_another_event_used_is_its_cost_and_no_longer_ours(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "3 kg", "6.00")
    bakery.make("cookies", 3, event="fair")
    assert costs(bakery).so_far == Decimal("6.00")

    bakery.deliver("easter", "cookie", 10)

    assert costs(bakery).so_far == Decimal("4.00")
    assert costs(bakery, "easter").so_far == Decimal("2.00")


def test_an_undone_run_costs_nothing(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "3 kg", "6.00")
    bakery.make("cookies", 2, event="fair")
    journal_service.undo()

    assert costs(bakery).so_far == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["make", "burn", "assemble", "deliver", "undo", "buy"]),
        st.sampled_from(["fair", "easter"]),
        st.integers(1, 4),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(STEPS)
def test_money_in_is_money_out(sqlite_kitchen: Database, steps: list[tuple[str, str, int]]) -> None:
    """What was paid is what events have cost and what stock of outside is still worth."""
    with rehearsal() as session:
        bakery = build(KitchenBuilder(session))
        bakery.buy("flour", "7 kg", "10.00")
        bakery.buy("ribbon", 9, "1.00")
        done = 0
        for what, event, number in steps:
            try:
                if what == "make":
                    bakery.make("cookies", number, event=event)
                elif what == "burn":
                    bakery.make("cookies", 1, lost={"cookie": (10, "burnt")}, event=event)
                elif what == "assemble":
                    bakery.assemble("bag", number, event=event)
                elif what == "deliver":
                    item = "bag" if event == "fair" else "cookie"
                    bakery.deliver(event, item, number, more=True)
                elif what == "buy":
                    bakery.buy("flour", number, "0.01")
                elif done:
                    journal_service.undo(session=session)
                done += -min(done, 1) if what == "undo" else 1
            except Refused:
                continue
        paid = sum(
            lot.paid or 0
            for item in ("flour", "ribbon")
            for lot in bakery.lots(item, empty=True)
            if in_force(bakery, lot.id)
        )
        left = sum(lot.value for item in ("flour", "ribbon") for lot in bakery.lots(item))
        spent = sum(costs(bakery, event).so_far or 0 for event in ("fair", "easter"))
        assert spent + left == paid


def in_force(bakery: KitchenBuilder, lot_id: int) -> bool:
    from core.services import stock_service

    return any(
        row.lot_id == lot_id
        for item in ("flour", "ribbon")
        for row in stock_service.price_history(bakery.item(item), session=bakery.session)
    )

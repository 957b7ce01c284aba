"""What an event costs: each coin once, whatever is bought, made, put together and handed out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.documents import KitchenDoc, LotDoc
from core.errors import Refused
from core.interchange.importing import import_kitchen
from core.services import event_service, journal_service
from core.services.planning import cost_service, plan_service
from core.services.planning.cost_service import EventCosts
from core.services.planning.progress import get_event_progress
from core.session import Database, rehearsal
from core.units import to_decimal
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


def keep(item: str, amount: str, paid: str, event: str | None = None) -> None:
    """Bring in a lot that no run made, perhaps kept for an event."""
    import_kitchen(KitchenDoc(lots=[LotDoc(item=item, amount=amount, paid=paid, event=event)]))


def test_stock_that_is_kept_for_an_event_costs_it_something_before_it_is_used(
    bakery: KitchenBuilder,
) -> None:
    keep("cookie", "48", "48.00", "easter")
    assert costs(bakery, "easter").from_stock == Decimal("10.00")

    bakery.deliver("easter", "cookie", 10)
    assert costs(bakery, "easter").total == costs(bakery, "easter").so_far == Decimal("10.00")


def test_each_part_of_the_stock_costs_what_its_own_lot_did(bakery: KitchenBuilder) -> None:
    bakery.event("later", {"cookie": 39}, date(2027, 4, 1))
    event_service.set_status(bakery.event_id("fair"), "cancelled")
    keep("cookie", "48", "48.00", "easter")
    keep("cookie", "1", "10.00")

    # 38 of those that are kept for Easter are not needed there.
    assert costs(bakery, "later").from_stock == Decimal("48.00")


def test_the_stock_to_come_is_used_in_the_order_of_its_lots(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "2 kg", "10.00")
    bakery.buy("flour", "1 kg", "30.00")

    bakery.buy("ribbon", 4, "0")
    assert costs(bakery).total == Decimal("10.00")
    assert costs(bakery, "easter").total == Decimal("30.00")


def test_a_lot_that_is_split_unevenly_still_costs_what_was_paid(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "3 kg", "0.10")
    bakery.buy("ribbon", 4, "0")

    assert costs(bakery).from_stock == Decimal("0.066667")
    assert costs(bakery, "easter").from_stock == Decimal("0.033333")


def test_a_batch_is_shared_with_the_event_that_gets_what_is_left(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "3 kg", "6.00")
    bakery.buy("ribbon", 4, "0")
    bakery.make("cookies", 3, event="fair")

    fair, easter = costs(bakery), costs(bakery, "easter")
    assert (fair.so_far, fair.to_others, fair.total) == (6, 2, 4)
    assert (easter.so_far, easter.from_stock, easter.total) == (0, 2, 2)

    bakery.deliver("easter", "cookie", 10)
    assert costs(bakery).total == 4
    assert costs(bakery).to_others == 0
    assert costs(bakery, "easter").total == 2


def test_what_a_run_could_not_draw_is_unknown_in_what_it_cost(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 10}, {"flour": "2 cup"})
    bakery.buy("ribbon", 4, "0")
    event_service.set_line(bakery.event_id("fair"), bakery.item("bag"), 4, price="3.00")
    bakery.make("cookies", 2, event="fair")

    found = costs(bakery)
    assert (found.so_far, found.total, found.per_person, found.margin) == (None,) * 4
    assert (found.unknown, found.unpriced) == (("4 cup Flour that was not drawn",), ())
    assert found.lines[0].cost is None

    journal_service.undo()
    assert costs(bakery).so_far == 0


def test_an_amount_that_is_unknown_is_no_missing_price(bakery: KitchenBuilder) -> None:
    bakery.recipe("breads", {"bread": 1}, {"flour": "2 cup"})
    bakery.event("before", {"bread": 1}, date(2026, 12, 1))
    bakery.buy("flour", "5 kg", "5.00")
    bakery.buy("ribbon", 4, "0")

    found = costs(bakery)
    assert (found.from_stock, found.to_buy, found.left_over) == (None, None, None)
    assert (found.unknown, found.unpriced) == (("Flour",), ())
    assert found.so_far == 0


def test_what_others_take_an_unknown_amount_of_is_at_least_what_stays(
    bakery: KitchenBuilder,
) -> None:
    bakery.recipe("crumbles", {"crumble": 1}, {"cookie": "2 cup"})
    bakery.event("late", {"crumble": 1}, date(2027, 5, 1))
    event_service.set_status(bakery.event_id("easter"), "cancelled")
    bakery.buy("flour", "3 kg", "6.00")
    bakery.buy("ribbon", 4, "0")
    bakery.make("cookies", 3, event="fair")

    found = costs(bakery)
    assert (found.so_far, found.to_others, found.total) == (6, None, None)
    assert found.at_least == Decimal("4.00")
    assert found.unknown == ("Cookie",)


def test_what_is_kept_for_an_unknown_need_is_given_to_nobody_else(bakery: KitchenBuilder) -> None:
    bakery.recipe("crumbles", {"crumble": 1}, {"cookie": "2 cup"})
    bakery.event("late", {"crumble": 1}, date(2027, 5, 1))
    keep("cookie", "20", "99.00", "late")
    keep("cookie", "20", "10.00")
    bakery.buy("ribbon", 4, "0")

    assert costs(bakery).from_stock == Decimal("10.00")


def test_the_lines_of_an_event_that_is_over_add_up_to_it(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "2 kg", "4.00")
    bakery.buy("ribbon", 4, "2.00")
    bakery.make("cookies", 2, event="fair")
    bakery.assemble("bag", 4, event="fair")
    bakery.deliver("fair", "bag", 4)
    event_service.set_status(bakery.event_id("fair"), "done")
    event_service.set_status(bakery.event_id("easter"), "done")

    found = costs(bakery)
    assert found.total == Decimal("6.00")
    assert [line.cost for line in found.lines] == [Decimal("6.00")]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["make", "burn", "assemble", "deliver", "undo", "buy", "close"]),
        st.sampled_from(["fair", "easter"]),
        st.integers(1, 4),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(STEPS)
def test_money_in_is_money_out(sqlite_kitchen: Database, steps: list[tuple[str, str, int]]) -> None:
    """What was paid is what events have cost and what stock of outside is still worth.

    Of that stock the events cost what the plan gives them, and they hand on to each other what
    their batches made, so that only what nobody needs is in no event.
    """
    with rehearsal() as session:
        bakery = build(KitchenBuilder(session))
        bakery.buy("flour", "7 kg", "14.00")
        bakery.buy("ribbon", 9, "0.90")
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
                    bakery.buy("flour", number, "0.12")
                elif what == "close":
                    event_service.set_status(bakery.event_id(event), "done", session=session)
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
        found = [costs(bakery, event) for event in ("fair", "easter")]
        assert sum(each.so_far or 0 for each in found) + left == paid
        in_events = sum(
            (each.so_far or 0) + (each.from_stock or 0) - (each.to_others or 0) for each in found
        )
        assert in_events + not_needed(bakery) == paid


def not_needed(bakery: KitchenBuilder) -> Decimal:
    """Return what the part of purchases is worth that no open event needs."""
    worth = Fraction(0)
    for lot in [*bakery.lots("flour"), *bakery.lots("ribbon")]:
        feeds = plan_service.explain_feeds(lot_id=lot.id, session=bakery.session)
        unused = sum(part.amount or 0 for part in feeds.parts if part.kind == "unused")
        worth += unused / Fraction(lot.left) * Fraction(lot.value)
    return to_decimal(worth)


def in_force(bakery: KitchenBuilder, lot_id: int) -> bool:
    from core.services import stock_service

    return any(
        row.lot_id == lot_id
        for item in ("flour", "ribbon")
        for row in stock_service.price_history(bakery.item(item), session=bakery.session)
    )

"""Receiving, counting, discarding and delivering (domain.md §4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.errors import (
    AmountError,
    BadDocument,
    EventNotFound,
    ItemNotFound,
    LotNotFound,
    ProductNotFound,
    RuleBroken,
    Shortage,
    UnknownAmount,
    UnknownUnit,
)
from core.services import catalog_service, event_service, journal_service, stock_service
from core.services._ledger import ON_HAND
from core.services.planning import plan_service
from core.session import Database, read_session
from tests.builders import KitchenBuilder

YESTERDAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 23)


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with flour that is sold in bags."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.supply("box")
    bakery.product("flour-5lb", "flour", "5 lb", "5.00", store="Mill")
    return bakery


@pytest.fixture
def shop(bakery: KitchenBuilder) -> KitchenBuilder:
    """Give a kitchen with 48 free cookies and two recipients at a fair."""
    bakery.recipe("cookies", {"cookie": 48})
    bakery.event("fair", [("cookie", 10, "Ann"), ("cookie", 20, "Bob"), ("cookie", 5)])
    bakery.make("cookies", 1)
    return bakery


# -- receiving -----------------------------------------------------------------------------------


def test_a_purchase_by_packs_becomes_the_last_price(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", packs=2, paid="12.00", store="Market")

    product = catalog_service.find_product("flour-5lb")
    assert (product.price, product.priced_on) == (Decimal("6.00"), date(2026, 11, 22))
    [lot] = bakery.lots("flour")
    assert (lot.product, lot.store) == ("Flour 5lb", "Market")


def test_a_product_keeps_its_store_and_takes_that_of_a_purchase_only_where_it_has_none(
    bakery: KitchenBuilder,
) -> None:
    bakery.product("box-50", "box", 50)
    bakery.buy("flour", packs=1, paid="6.00", store="Market")
    bakery.buy("box", packs=1, paid="9.00", store="Market")
    bakery.buy("flour", packs=1, paid="6.00")

    assert catalog_service.find_product("flour-5lb").store == "Mill"
    assert catalog_service.find_product("box-50").store == "Market"
    assert [lot.store for lot in bakery.lots("flour")] == ["Market", "Mill"]


def test_a_purchase_takes_the_ticks_of_its_item_away_and_undo_brings_them_back(
    bakery: KitchenBuilder,
) -> None:
    bakery.supply("ribbon")
    for event in ("fair", "feast"):
        event_id = bakery.event(event, [])
        event_service.check_item(event_id, bakery.item("flour"))
        event_service.check_item(event_id, bakery.item("ribbon"))

    def ticks() -> list[list[str]]:
        ids = map(bakery.event_id, ("fair", "feast"))
        return [event_service.get_event(event_id).checked for event_id in ids]

    revision = journal_service.revision()
    bakery.buy("flour", packs=1, paid="6.00")
    assert ticks() == [["ribbon"], ["ribbon"]]
    assert journal_service.revision() == revision + 1

    journal_service.undo()
    assert ticks() == [["flour", "ribbon"], ["flour", "ribbon"]]


def test_an_older_purchase_does_not_change_a_newer_price(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", packs=1, paid="6.00")
    bakery.buy("flour", packs=1, paid="4.00", received=date(2026, 1, 1))

    assert catalog_service.find_product("flour-5lb").price == Decimal("6.00")


def test_undoing_a_purchase_brings_the_old_price_back(bakery: KitchenBuilder) -> None:
    before = bakery.state()
    bakery.buy("flour", packs=1, paid="6.00")
    journal_service.undo()

    assert bakery.state() == before
    assert catalog_service.find_product("flour-5lb").price == Decimal("5.00")


def test_a_purchase_without_a_price_says_so(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "1 kg", None)

    [lot] = bakery.lots("flour")
    assert (lot.paid, lot.priced) == (None, False)
    assert bakery.stock("flour").value is None


def test_a_purchase_keeps_for_its_shelf_life_unless_told(bakery: KitchenBuilder) -> None:
    bakery.ingredient("cream", "ml", shelf_life_days=7)
    bakery.buy("cream", "1 l", "3.00")
    bakery.buy("cream", "1 l", "3.00", expires=date(2026, 11, 25))

    assert [lot.expires for lot in bakery.lots("cream")] == [date(2026, 11, 29), date(2026, 11, 25)]


def test_packs_need_to_know_which_product(bakery: KitchenBuilder) -> None:
    bakery.product("flour-1kg", "flour", "1 kg")
    with pytest.raises(RuleBroken, match="flour-5lb, flour-1kg"):
        bakery.buy("flour", packs=1)
    with pytest.raises(RuleBroken, match="no product"):
        bakery.buy("box", packs=1)


def test_bad_purchases_are_refused_and_change_nothing(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    before, revision = bakery.state(), journal_service.revision()
    flour = bakery.item("flour")
    receive = stock_service.receive
    with pytest.raises(ItemNotFound):
        receive(999, amount=1, paid=1)
    with pytest.raises(ProductNotFound):
        receive(bakery.item("box"), packs=1, product_id=1, paid=1)
    with pytest.raises(RuleBroken, match="either an amount or a number"):
        receive(flour, paid=1)
    with pytest.raises(RuleBroken, match="either an amount or a number"):
        receive(flour, amount=1, packs=1, paid=1)
    with pytest.raises(RuleBroken, match="made here"):
        receive(bakery.item("cookie"), amount=1, paid=1)
    with pytest.raises(UnknownAmount, match="density"):
        receive(flour, amount="3 cup", paid=1)
    with pytest.raises(UnknownUnit):
        receive(flour, amount="3 sacks", paid=1)
    for amount in ("-1", "0", "1,000", "2000000 kg"):
        with pytest.raises(AmountError):
            receive(flour, amount=amount, paid=1)
    for paid in ("-1", "free", Decimal("Infinity")):
        with pytest.raises(AmountError):
            receive(flour, amount=1, paid=paid)
    assert bakery.state() == before
    assert journal_service.revision() == revision


# -- which lots are used -------------------------------------------------------------------------


def test_what_expires_first_is_used_first_then_what_came_first(bakery: KitchenBuilder) -> None:
    bakery.buy("box", 10, "1.00", received=date(2026, 11, 1))
    bakery.buy("box", 10, "1.00", received=date(2026, 10, 1))
    bakery.buy("box", 10, "1.00", received=date(2026, 11, 2), expires=date(2027, 1, 1))
    bakery.buy("box", 10, "1.00", received=date(2026, 11, 3), expires=TOMORROW)

    bakery.discard("box", 35)

    assert [lot.left for lot in bakery.lots("box", empty=True)] == [5, 0, 0, 0]


def test_expired_lots_are_only_used_when_named(bakery: KitchenBuilder) -> None:
    bakery.buy("box", 10, "1.00", expires=YESTERDAY)
    [old] = bakery.lots("box")

    assert bakery.stock("box").on_hand == 0
    with pytest.raises(Shortage):
        bakery.discard("box", 1)
    [problem] = plan_service.problems()
    assert (problem.kind, problem.place) == ("expired", f"lot L{old.id}")
    stock_service.discard(reason="expired", lot_id=old.id)
    assert bakery.lots("box") == []
    assert plan_service.problems() == []


def test_a_lot_is_good_on_its_last_day(bakery: KitchenBuilder) -> None:
    bakery.buy("box", 10, "1.00", expires=date(2026, 11, 22))
    assert bakery.stock("box").on_hand == 10


# -- counting ------------------------------------------------------------------------------------


def test_what_is_on_hand_is_found_without_looking_at_lots_that_are_used_up(
    bakery: KitchenBuilder,
) -> None:
    with read_session() as session:
        query = ON_HAND.params(items=[1, 2], day=YESTERDAY, named=[])
        kitchen = session.connection()
        said = str(query.compile(kitchen, compile_kwargs={"literal_binds": True}))
        session.driver.set_authorizer(None)
        steps = session.driver.execute(f"EXPLAIN QUERY PLAN {said}").fetchall()
    assert any("ix_lot_on_hand" in step[3] for step in steps), steps
    assert not any("ix_lot_item_id_received" in step[3] for step in steps), steps


def test_counting_less_takes_from_the_first_lots(bakery: KitchenBuilder) -> None:
    bakery.buy("box", 10, "1.00")
    bakery.buy("box", 10, "2.00")
    bakery.count("box", 12)

    assert [(lot.left, lot.value) for lot in bakery.lots("box")] == [
        (2, Decimal("0.20")),
        (10, Decimal("2.00")),
    ]


def test_counting_more_brings_in_a_lot_at_the_last_known_cost(bakery: KitchenBuilder) -> None:
    bakery.buy("box", 10, "1.00")
    bakery.count("box", 15)

    assert [(lot.left, lot.paid) for lot in bakery.lots("box")] == [
        (10, Decimal("1.00")),
        (5, Decimal("0.50")),
    ]


def test_counting_what_was_never_bought_has_no_cost(bakery: KitchenBuilder) -> None:
    bakery.count("box", 15)
    [lot] = bakery.lots("box")
    assert (lot.left, lot.paid, lot.priced) == (15, None, False)


@pytest.mark.parametrize(
    ("told", "left"),
    [("3 lb", "1360.77711"), ("2.5 packs", "5669.904625"), ("40%", "1814.36948"), (0, "0")],
)
def test_flour_is_counted_by_amount_packs_or_percentage(
    bakery: KitchenBuilder, told: str, left: str
) -> None:
    bakery.buy("flour", packs=2, paid="10.00")
    bakery.count("flour", told)
    assert bakery.left("flour") == Decimal(left)


def test_what_is_always_on_hand_is_not_handed_out_of_stock(bakery: KitchenBuilder) -> None:
    bakery.made("syrup", "ml", always_on_hand=True)
    bakery.recipe("syrups", {"syrup": 100})
    bakery.event("stall", {"syrup": 50})
    with pytest.raises(RuleBroken, match="Syrup is always on hand"):
        bakery.deliver("stall", "syrup", 50)


def test_a_pack_too_small_to_count_is_refused_where_it_is_written(bakery: KitchenBuilder) -> None:
    bakery.ingredient("saffron")
    with pytest.raises(BadDocument, match="less than a millionth"):
        bakery.product("tiny", "saffron", "0.0000001 g", "1.00")


def test_a_pack_that_became_too_small_to_count_still_tells_a_cost(bakery: KitchenBuilder) -> None:
    bakery.ingredient("saffron", grams_per_ml="1")
    bakery.product("drop", "saffron", "0.001 ml", "1.00")
    bakery.edit_item("saffron", grams_per_ml="0.0000001")

    bakery.count("saffron", "0.000001")

    [lot] = bakery.lots("saffron")
    assert lot.paid == Decimal(10000)


def test_a_cost_above_the_limit_is_refused_when_counting(bakery: KitchenBuilder) -> None:
    bakery.ingredient("gold")
    bakery.product("bar", "gold", "1 kg", "999999999")
    with pytest.raises(AmountError, match="money above"):
        bakery.count("gold", 10**9)


def test_pieces_that_were_weighed_say_what_was_weighed(bakery: KitchenBuilder) -> None:
    bakery.ingredient("egg", "each", grams_each="50")
    assert bakery.count("egg", "0.53 kg").summary == "Counted 10.6 Egg (0.53 kg)"
    assert bakery.count("egg", "17 1/2").summary == "Counted 17 1/2 Egg"


def test_one_lot_is_counted_down_and_up_again(bakery: KitchenBuilder) -> None:
    bakery.buy("box", 10, "1.00")
    bakery.buy("box", 10, "2.00")
    first = bakery.lots("box")[0].id
    bakery.count("box", "30%", lot_id=first)
    assert [(lot.left, lot.value) for lot in bakery.lots("box")][0] == (3, Decimal("0.30"))
    bakery.count("box", 10, lot_id=first)
    assert [(lot.left, lot.value) for lot in bakery.lots("box")][0] == (10, Decimal("1.00"))
    with pytest.raises(RuleBroken, match="never held that much"):
        bakery.count("box", 11, lot_id=first)


def test_what_is_kept_for_an_event_is_the_last_to_be_missed(shop: KitchenBuilder) -> None:
    shop.make("cookies", 1, event="fair")
    shop.count("cookie", 48)

    [lot] = shop.lots("cookie")
    assert lot.event_name == "Fair"


def test_bad_counts_are_refused(bakery: KitchenBuilder) -> None:
    for told, error in (
        ("-1", AmountError),
        ("120%", RuleBroken),
        ("50%", RuleBroken),
        ("1 cup", UnknownAmount),
        ("lots", AmountError),
    ):
        with pytest.raises(error):
            bakery.count("flour", told)
    with pytest.raises(ItemNotFound):
        stock_service.count(999, 1)
    with pytest.raises(LotNotFound):
        bakery.count("flour", 1, lot_id=999)


# -- discarding ----------------------------------------------------------------------------------


def test_a_part_of_a_lot_is_discarded_with_its_cost(bakery: KitchenBuilder) -> None:
    bakery.buy("box", 7, "1.00")
    [lot] = bakery.lots("box")
    change = stock_service.discard(3, "crushed", lot_id=lot.id)

    assert change.summary == "Discarded 3 Box: crushed"
    [lot] = bakery.lots("box")
    assert (lot.left, lot.value) == (4, Decimal("0.571429"))
    stock_service.discard(reason="crushed", lot_id=lot.id)
    assert bakery.left("box") == 0


def test_bad_discards_are_refused(bakery: KitchenBuilder) -> None:
    bakery.buy("box", 7, "1.00")
    [lot] = bakery.lots("box")
    box = bakery.item("box")
    with pytest.raises(RuleBroken, match="Say why"):
        stock_service.discard(1, " ", item_id=box)
    with pytest.raises(RuleBroken, match="Say which lot"):
        stock_service.discard(1, "stale")
    with pytest.raises(RuleBroken, match="Say which lot"):
        stock_service.discard(None, "stale", item_id=box)
    with pytest.raises(RuleBroken, match="has 7 Box left"):
        stock_service.discard(8, "stale", lot_id=lot.id)
    with pytest.raises(LotNotFound):
        stock_service.discard(1, "stale", lot_id=999)
    with pytest.raises(Shortage):
        stock_service.discard(8, "stale", item_id=box)
    assert bakery.left("box") == 7


# -- delivering ----------------------------------------------------------------------------------


def needs(event: str) -> list[tuple[str, Decimal]]:
    """Return what the plan still needs for an event."""
    [found] = [e for e in plan_service.get_plan().events if e.slug == event]
    return [(row.slug, row.need) for row in found.items]


def test_a_delivery_fills_the_recipients_line_first(shop: KitchenBuilder) -> None:
    shop.deliver("fair", "cookie", 20, to="Bob")

    assert shop.left("cookie") == 28
    assert needs("fair") == [("cookie", 15)]
    reason = plan_service.explain(shop.event_id("fair"), "cookie").parts[0]
    assert [(part.label, part.amount) for part in reason.parts] == [
        ("Fair, for Ann", 10),
        ("Fair", 5),
    ]


def test_what_is_more_than_the_recipients_line_fills_the_lines_in_order(
    shop: KitchenBuilder,
) -> None:
    shop.deliver("fair", "cookie", 25, to="Bob")

    reason = plan_service.explain(shop.event_id("fair"), "cookie").parts[0]
    assert [(part.label, part.amount) for part in reason.parts] == [
        ("Fair, for Ann", 5),
        ("Fair", 5),
    ]


def test_more_than_was_ordered_is_refused_unless_said_so(shop: KitchenBuilder) -> None:
    with pytest.raises(RuleBroken, match="still wants 35 Cookie, not 36"):
        shop.deliver("fair", "cookie", 36)
    shop.deliver("fair", "cookie", 36, more=True)

    assert shop.left("cookie") == 12
    assert needs("fair") == []
    assert shop.production("fair")["is_complete"] is True


@pytest.mark.parametrize("amount", ["1/3 lb", "2/3 cup", "1 tsp", "5 oz", "1/7 kg"])
def test_what_was_ordered_can_be_delivered_as_it_was_typed_whatever_its_digits(
    shop: KitchenBuilder, amount: str
) -> None:
    shop.made("fudge", unit="g", grams_per_ml="1.1")
    shop.recipe("fudge", {"fudge": "1 kg"})
    shop.event("feast", {}, date(2026, 12, 3))
    shop.want("feast", "fudge", amount)
    shop.make("fudge", 1)

    shop.deliver("feast", "fudge", amount)

    assert needs("feast") == []
    with pytest.raises(RuleBroken, match="Say so if more is meant"):
        shop.deliver("feast", "fudge", "1 g")


def test_a_recipient_is_found_however_the_name_is_typed(shop: KitchenBuilder) -> None:
    change = shop.deliver("fair", "cookie", 20, to="bob")
    assert change.summary == "Delivered 20 × Cookie, Fair, to Bob"
    shop.want("fair", "cookie", 12, to="ANN")
    assert needs("fair") == [("cookie", 17)]
    lines = event_service.get_event(shop.event_id("fair")).lines
    assert [line.recipient for line in lines] == ["Ann", "Bob", None]


def test_what_is_taken_from_the_lines_of_others_is_said(shop: KitchenBuilder) -> None:
    change = shop.deliver("fair", "cookie", 24, to="Bob")
    assert change.summary == "Delivered 24 × Cookie, Fair, to Bob; 4 of it ordered by others"
    change = shop.deliver("fair", "cookie", 3, to="Eve")
    assert change.summary == "Delivered 3 × Cookie, Fair, to Eve; 3 of it ordered by others"
    change = shop.deliver("fair", "cookie", 2)
    assert change.summary == "Delivered 2 × Cookie, Fair"


def test_undoing_a_delivery_wants_it_again(shop: KitchenBuilder) -> None:
    before = shop.state()
    shop.deliver("fair", "cookie", 20, to="Bob")
    journal_service.undo()

    assert needs("fair") == [("cookie", 35)]
    assert shop.state() == before


def test_bad_deliveries_are_refused(shop: KitchenBuilder) -> None:
    shop.recipe("brownies", {"brownie": 24})
    with pytest.raises(EventNotFound):
        stock_service.deliver(999, shop.item("cookie"), 1)
    with pytest.raises(ItemNotFound):
        stock_service.deliver(shop.event_id("fair"), 999, 1)
    with pytest.raises(RuleBroken, match="no line for Brownie"):
        shop.deliver("fair", "brownie", 1)
    shop.count("cookie", 3)
    with pytest.raises(Shortage, match="Cookie: needs 10, has 3"):
        shop.deliver("fair", "cookie", 10)
    event_service.set_status(shop.event_id("fair"), "cancelled")
    with pytest.raises(RuleBroken, match="is cancelled"):
        shop.deliver("fair", "cookie", 1)


# -- what there is -------------------------------------------------------------------------------


def test_the_stock_list_tells_what_is_promised(shop: KitchenBuilder) -> None:
    row = shop.stock("cookie")
    assert (row.on_hand, row.reserved, row.available, row.lots) == (48, 35, 13, 1)
    assert shop.stock("flour").on_hand == 0


def test_a_cost_split_three_ways_adds_up_to_what_was_paid(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "7 kg", "10.00")
    bakery.recipe("bread", {"loaf": 1}, {"flour": "7/3 kg"})
    for _ in range(3):
        bakery.make("bread", 1)

    assert bakery.left("flour") == 0
    assert sum(lot.paid for lot in bakery.lots("loaf")) == Decimal("10.00")

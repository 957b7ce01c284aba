"""What there is of every item, as the stock list reads it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy.event import listen

from core.services import event_service, on_hand_service, stock_service
from core.session import Database, read_session
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with two items, one of them in bags."""
    bakery = KitchenBuilder()
    bakery.ingredient("sugar", name="Sugar")
    bakery.ingredient("flour", name="Épeautre", display_unit="kg")
    bakery.product("flour-5kg", "flour", "5 kg", "5.00", label="Épeautre, 5 kg bag")
    return bakery


def test_items_come_by_name_with_accents_ignored(bakery: KitchenBuilder) -> None:
    bakery.ingredient("water", always_on_hand=True)
    names = [item.name for item in on_hand_service.list_stocked().items]
    assert names == ["Épeautre", "Sugar"]


def test_what_has_expired_is_not_usable(bakery: KitchenBuilder) -> None:
    flour = bakery.item("flour")
    bakery.buy("flour", "2 kg", "3.00", expires=date(2026, 11, 21))
    bakery.buy("flour", "3 kg", "4.00", expires=date(2026, 12, 1))
    bakery.buy("flour", "1 kg", None)
    found = on_hand_service.list_on_hand()
    assert set(found) == {flour}
    there = found[flour]
    assert (there.left, there.lots, there.expired) == (4_000_000_000, 2, 2_000_000_000)
    assert (there.expires, there.value, there.unpriced) == (date(2026, 12, 1), 4_000_000, 1)


def test_packs_are_said_by_the_word_on_them(bakery: KitchenBuilder) -> None:
    stocked, packs = on_hand_service.list_stocked(), on_hand_service.list_packs()
    item = stocked.items[0]
    pack = packs[item.item_id]
    assert pack.said(item.name, 12_500_000_000) == "2 1/2 bags"
    assert pack.said(item.name, 0) == ""
    assert pack._replace(label="Épeautre 25").said(item.name, 5_000_000_000) == "1 × 5 kg"
    assert stocked.amount(item, Fraction(12_500)) == "12.5 kg"
    assert stocked.amount(item, None) == "unknown"


def test_what_the_plan_gives_and_lacks_is_told(bakery: KitchenBuilder) -> None:
    bakery.recipe("bread", {"loaf": 1}, {"flour": "1 kg"})
    bakery.event("fair", {"loaf": 5})
    bakery.buy("flour", "2 kg", "3.00")
    promise = on_hand_service.list_promises()[bakery.item("flour")]
    assert (promise.reserved, promise.short) == (Fraction(2000), Fraction(3000))


@pytest.mark.parametrize(("typed", "grams"), [("2 bags", 10_000), ("1 bag", 5_000)])
def test_a_count_knows_the_word_of_the_pack(bakery: KitchenBuilder, typed: str, grams: int) -> None:
    stock_service.count(bakery.item("flour"), typed)
    assert on_hand_service.list_on_hand()[bakery.item("flour")].left == grams * 1_000_000


def test_what_was_delivered_is_not_deliverable_again(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.event("fair", {"cookie": 30})
    event, cookie = bakery.event_id("fair"), bakery.item("cookie")
    assert on_hand_service.get_deliverable(event, cookie) == 0
    bakery.make("cookies", 1)
    assert on_hand_service.get_deliverable(event, cookie) == 30
    stock_service.deliver(event, cookie, 10)
    assert on_hand_service.get_deliverable(event, cookie) == 20
    stock_service.count(cookie, 5)
    assert on_hand_service.get_deliverable(event, cookie) == 5
    event_service.set_status(event, "done")
    assert on_hand_service.get_deliverable(event, cookie) == 0


def test_without_an_open_event_nothing_is_promised_and_no_plan_is_made(
    bakery: KitchenBuilder,
) -> None:
    bakery.recipe("bread", {"loaf": 1}, {"flour": "1 kg"})
    bakery.event("fair", {"loaf": 5})
    assert on_hand_service.list_claimants() == {bakery.event_id("fair"): "Fair"}
    event_service.set_status(bakery.event_id("fair"), "done")
    with read_session() as session:
        asked: list[str] = []
        listen(session.connection(), "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert not on_hand_service.list_claimants(session)
        assert on_hand_service.list_promises(session) == {}
    assert len(asked) == 1

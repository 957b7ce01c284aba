"""Trying numbers: each becomes a step that depends on the state it is tried in."""

from __future__ import annotations

import pytest

from core.commands.trying import Replayed, Try, merged, replay
from core.commands.what_if import keep
from core.services import journal_service
from core.session import Database, rehearsal
from tests.builders import KitchenBuilder, gift_bags


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    built = KitchenBuilder()
    built.ingredient("flour", display_unit="lb")
    built.product("flour-5lb", "flour", "5 lb", "6.00")
    gift_bags(built)
    built.recipe("cookies", {"cookie": 48}, {"flour": "500 g"}, step="1/2")
    return built


def rehearse(*tries: Try) -> Replayed:
    with rehearsal() as session:
        return replay(session, tries)


def values(replayed: Replayed) -> list[dict[str, object]]:
    return [dict(step.values) for step in replayed.steps]


def test_more_of_the_same_is_one_step(bakery: KitchenBuilder) -> None:
    event, bag = bakery.event_id("christmas"), bakery.item("gift-bag")
    more = Try(event, "quantity", bag, by=1)

    assert merged([more, more, Try(event, "quantity", bag, by=-1)]) == [more]
    assert merged([more, Try(event, "quantity", bag, by=-1)]) == []
    typed = Try(event, "quantity", bag, text="60")
    assert merged([more, typed, more]) == [Try(event, "quantity", bag, by=1, text="60")]
    found = rehearse(more, more, more)
    assert values(found)[0]["quantity"] == "53"
    assert found.said == ("Christmas: 53 × Gift bag",)


def test_a_batch_more_is_a_step_of_the_recipe_more_than_is_planned(bakery: KitchenBuilder) -> None:
    event, cookies = bakery.event_id("christmas"), bakery.recipe_id("cookies")

    found = rehearse(Try(event, "target", cookies, by=1))

    # 300 cookies are 6 1/4 batches, so 6 1/2 in halves.
    assert values(found)[0]["batches"] == "7"
    assert "short_ok" not in values(found)[0]


def test_fewer_batches_than_are_needed_are_allowed_to_be_short(bakery: KitchenBuilder) -> None:
    event, cookies = bakery.event_id("christmas"), bakery.recipe_id("cookies")

    found = rehearse(Try(event, "target", cookies, by=-1))
    assert values(found)[0] | {"batches": "6", "short_ok": True} == values(found)[0]
    keep(found.steps)
    assert bakery.batches("christmas", "cookies") == 6

    back = rehearse(Try(event, "target", cookies, by=3))
    assert values(back)[0]["batches"] == "7 1/2"
    assert "short_ok" not in values(back)[0]


def test_what_was_made_counts_as_whole_steps(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "5 kg", "9.00")
    bakery.make("cookies", 1, lost={"cookie": (8, "burnt")}, event="christmas")

    found = rehearse(Try(bakery.event_id("christmas"), "target", bakery.recipe_id("cookies"), 1))

    # 260 cookies are still to be made: 5 1/2 batches, and 40 good ones count as one.
    assert values(found)[0]["batches"] == "7"


def test_stock_goes_up_by_packs_and_a_bare_number_is_in_the_unit_shown(
    bakery: KitchenBuilder,
) -> None:
    event, flour = bakery.event_id("christmas"), bakery.item("flour")

    assert rehearse(Try(event, "stock", flour, by=1)).said == ("Counted 5 lb Flour",)
    assert rehearse(Try(event, "stock", flour, by=-1)).said == ("Counted 0 lb Flour",)
    assert rehearse(Try(event, "stock", flour, text="3")).said == ("Counted 3 lb Flour",)
    assert rehearse(Try(event, "stock", flour, text="2", by=1)).said == ("Counted 3 lb Flour",)
    assert rehearse(Try(event, "stock", flour, text="1 kg")).steps[0].values["amount"] == "1 kg"


def test_a_line_of_several_people_is_changed_where_there_is_room(bakery: KitchenBuilder) -> None:
    bakery.want("christmas", "gift-bag", 1, "Ada")
    event, bag = bakery.event_id("christmas"), bakery.item("gift-bag")

    assert values(rehearse(Try(event, "quantity", bag, by=-2)))[0]["quantity"] == "48"
    [refused] = rehearse(Try(event, "quantity", bag, text="9")).refused
    assert "2 lines" in refused.message


def test_what_is_refused_is_told_and_the_others_are_done(bakery: KitchenBuilder) -> None:
    event, bag = bakery.event_id("christmas"), bakery.item("gift-bag")
    before, revision = bakery.state(), journal_service.revision()

    found = rehearse(
        Try(event, "quantity", bag, by=1),
        Try(event, "quantity", bakery.item("cookie"), by=1),
        Try(event, "target", bakery.recipe_id("cookies"), text="many"),
    )

    assert len(found.steps) == 1
    assert [each.tried.edit for each in found.refused] == ["quantity", "target"]
    assert "no line" in found.refused[0].message
    assert bakery.state() == before
    assert journal_service.revision() == revision


def test_kept_steps_are_what_was_shown(bakery: KitchenBuilder) -> None:
    event, bag = bakery.event_id("christmas"), bakery.item("gift-bag")
    found = rehearse(Try(event, "quantity", bag, by=5))
    bakery.want("christmas", "gift-bag", 10)

    keep(found.steps)

    assert bakery.bundle_row("christmas", "gift-bag")["target_quantity"] == 55

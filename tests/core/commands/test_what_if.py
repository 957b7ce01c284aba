"""What if: steps tried without a trace, and the same steps kept as one entry."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.commands.preview import preview
from core.commands.what_if import Step, keep, what_if
from core.errors import Refused, RuleBroken, Shortage
from core.services import journal_service
from core.session import Database, rehearsal
from tests.builders import KitchenBuilder, gift_bags


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    return build(KitchenBuilder())


def build(built: KitchenBuilder) -> KitchenBuilder:
    built.ingredient("flour")
    built.product("flour-1kg", "flour", "1 kg", "2.00")
    gift_bags(built)
    built.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    built.event("easter", {"cookie": 24}, date(2027, 3, 28))
    built.buy("flour", "2 kg", "4.00")
    return built


MORE = Step("event line", {"event": "christmas", "item": "gift-bag", "quantity": "60"})
LATER = Step("event set", {"event": "easter", "date": "2026-12-01"})
SHORT = Step(
    "event target",
    {"event": "christmas", "recipe": "cookies", "batches": "5", "short_ok": True},
)
BURNT = Step(
    "make",
    {"recipe": "cookies", "batches": "1", "event": "christmas", "lost": ["cookie=48:burnt"]},
)
DEARER = Step("product set", {"product": "flour-1kg", "price": "3.00"})
ALL = [MORE, LATER, BURNT, DEARER, SHORT]


def test_a_what_if_says_what_changes_and_keeps_nothing(bakery: KitchenBuilder) -> None:
    before, revision = bakery.state(), journal_service.revision()

    found = what_if([MORE], event_id=bakery.event_id("christmas"))

    batches = next(d for d in found.differences if d.field == "batches to make")
    assert (batches.name, batches.before, batches.after, batches.change) == (
        "Brownies", "7", "8", "+1"
    )  # fmt: skip
    [event] = found.events
    assert event["assembly"]["bundles"][0]["remaining"] == 60
    assert bakery.state() == before
    assert journal_service.revision() == revision


def test_every_kind_of_step_can_be_tried(bakery: KitchenBuilder) -> None:
    found = what_if(ALL)

    assert len(found.events) == 2
    assert {problem.kind for problem in found.new} >= {"short"}
    assert any(d.field == "lost" and d.after == "48" for d in found.differences)
    assert any(d.field == "estimated cost" for d in found.differences)


def test_a_problem_whose_numbers_change_is_neither_new_nor_solved(bakery: KitchenBuilder) -> None:
    bakery.supply("ribbon")
    bakery.bundle("gift-bag", {"cookie": 6, "brownie": 3, "ribbon": 1})

    found = what_if([MORE])

    [changed] = [problem for problem in found.changed if problem.place == "Ribbon"]
    assert "leaves out 60" in changed.effect
    assert "Ribbon" not in {problem.place for problem in (*found.new, *found.solved)}


def test_what_the_ledger_rounds_is_no_difference(bakery: KitchenBuilder) -> None:
    bakery.ingredient("almond", "ml")
    bakery.recipe("cookies", {"cookie": 48}, {"almond": "1/7 cup"})
    bakery.buy("almond", "1 cup", "1.00")

    found = preview("make", {"recipe": "cookies", "batches": "3", "event": "christmas"})

    assert not [each for each in found.differences if "<0.001" in each.change]


def test_delivering_is_a_difference(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 2, event="christmas")
    bakery.make("brownies", 2, event="christmas")
    bakery.assemble("gift-bag", 10, event="christmas")

    found = preview("deliver", {"event": "christmas", "item": "gift-bag", "quantity": "4"})

    assert ("delivered", "0", "4", "+4") in {
        (each.field, each.before, each.after, each.change) for each in found.differences
    }


def test_kept_steps_are_the_sum_of_the_steps(bakery: KitchenBuilder) -> None:
    tried = what_if(ALL)
    change = keep(ALL)
    kept = bakery.state()
    assert tried.change.summary == change.summary
    journal_service.undo()
    for step in ALL:
        keep([step])

    one_by_one = bakery.state()
    lots = [row[1:] for row in kept.pop("lots")]
    assert lots == [row[1:] for row in one_by_one.pop("lots")]
    assert [row[1:] for row in kept.pop("runs")] == [row[1:] for row in one_by_one.pop("runs")]
    assert kept == one_by_one


def test_kept_steps_are_one_entry_that_one_undo_takes_back(bakery: KitchenBuilder) -> None:
    before, revision = bakery.state(), journal_service.revision()

    change = keep(ALL, summary="Try Saturday")
    kept = bakery.state()

    assert change.id == journal_service.revision() == revision + 1
    assert change.summary.startswith("Try Saturday: Christmas: 60 × Gift bag; Edited event Easter")
    journal_service.undo()
    assert bakery.state() == before
    journal_service.redo()
    assert bakery.state() == kept
    journal_service.undo()
    assert bakery.state() == before


def test_steps_build_on_one_another_and_are_undone_together(bakery: KitchenBuilder) -> None:
    before = bakery.state()

    keep(
        [
            Step("item add", {"name": "Yeast"}),
            Step("buy", {"what": "yeast", "amount": "100 g", "paid": "2"}),
            Step("count", {"item": "yeast", "amount": "40 g"}),
            Step("item set", {"item": "yeast", "category": "Leaveners"}),
        ]
    )

    assert bakery.left("yeast") == 40
    journal_service.undo()
    after = bakery.state()
    # The ledger remembers the yeast, under a slug that no list shows.
    after["item"] = [item for item in after["item"] if not item["slug"].startswith("~")]
    assert after == before


def test_a_step_that_is_refused_takes_back_those_before_it(bakery: KitchenBuilder) -> None:
    before, revision = bakery.state(), journal_service.revision()

    with pytest.raises(Shortage):
        keep([MORE, Step("make", {"recipe": "cookies", "batches": "9"})])

    assert bakery.state() == before
    assert journal_service.revision() == revision


def test_undo_is_no_step_and_no_step_is_nothing(bakery: KitchenBuilder) -> None:
    before = bakery.state()
    with pytest.raises(RuleBroken, match="undo by itself"):
        keep([MORE, Step("undo", {})])
    with pytest.raises(RuleBroken, match="no step"):
        keep([])
    assert bakery.state() == before


CHOICES = st.lists(
    st.sampled_from(
        [
            *ALL,
            Step("event target", {"event": "christmas", "recipe": "cookies", "batches": "none"}),
            Step("count", {"item": "flour", "amount": "1 kg"}),
            Step("buy", {"what": "flour-1kg", "packs": "2", "paid": "5"}),
            Step("event line", {"event": "christmas", "item": "cookie", "quantity": "7"}),
            Step("event status", {"event": "easter", "status": "started"}),
            Step("recipe set", {"recipe": "cookies", "line": ["400 g flour"]}),
        ]
    ),
    min_size=1,
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(CHOICES)
def test_any_kept_steps_are_undone_and_redone_exactly(
    sqlite_kitchen: Database, steps: list[Step]
) -> None:
    with rehearsal() as session:
        bakery = build(KitchenBuilder(session))
        before, revision = bakery.state(), journal_service.revision(session=session)
        try:
            keep(steps, session=session)
        except Refused:
            assert bakery.state() == before
            assert journal_service.revision(session=session) == revision
            return
        kept = bakery.state()
        assert journal_service.revision(session=session) == revision + 1
        journal_service.undo(session=session)
        assert bakery.state() == before
        journal_service.redo(session=session)
        assert bakery.state() == kept

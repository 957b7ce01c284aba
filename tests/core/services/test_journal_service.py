"""The journal: undo by a compensating entry, in any order that makes sense, and redo."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from core.errors import CannotUndo, ChangeNotFound, EventNotFound, RuleBroken
from core.models import Lot, StockMove
from core.services import (
    catalog_service,
    event_service,
    journal_service,
    production_service,
    stock_service,
)
from core.services.doctor_service import check_kitchen
from core.session import Database, read_session, session_scope
from tests.builders import CHRISTMAS, KitchenBuilder


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with cookies, boxes and a fair, on each database."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "480 g"})
    bakery.bundle("box", {"cookie": 6})
    bakery.event("fair", {"box": 8})
    return bakery


def test_undo_takes_back_the_last_change(bakery: KitchenBuilder) -> None:
    before = bakery.state()
    bought = bakery.buy("flour", "1 kg", "2.00")

    undone = journal_service.undo()

    assert bakery.state() == before
    assert undone.undoes == bought.id
    assert undone.summary == f"Undo #{bought.id}: {bought.summary}"
    assert journal_service.list_changes()[1].undone_by == undone.id


def test_undo_goes_by_the_ledger_and_not_by_the_lots_a_caller_still_holds(
    bakery: KitchenBuilder,
) -> None:
    bakery.buy("flour", "1 kg", "2.00")
    flour = bakery.item("flour")
    with session_scope() as session:
        [held] = session.scalars(select(Lot))
        stock_service.count(flour, "400 g", session=session)
        assert held.left == 1_000_000_000, "the caller has not asked again"
        journal_service.undo(session=session)
        [row] = stock_service.list_lots(session=session)
    assert (row.left, row.value) == (1000, Decimal("2.00"))
    assert check_kitchen() == []


def test_undo_and_redo_go_back_and_forth(bakery: KitchenBuilder) -> None:
    states = [bakery.state()]
    for record in (
        lambda: bakery.buy("flour", "1 kg", "2.00"),
        lambda: bakery.make("cookies", 1, event="fair"),
        lambda: bakery.assemble("box", 3, event="fair"),
        lambda: bakery.deliver("fair", "box", 2),
        lambda: bakery.want("fair", "box", 9),
    ):
        record()
        states.append(bakery.state())

    for state in reversed(states[:-1]):
        journal_service.undo()
        assert bakery.state() == state
    for state in states[1:]:
        journal_service.redo()
        assert bakery.state() == state
    with pytest.raises(RuleBroken, match="nothing to redo"):
        journal_service.redo()
    assert check_kitchen() == []


def test_the_ledger_only_grows(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "1 kg", "2.00")
    journal_service.undo()

    with read_session() as session:
        assert session.query(Lot).count() == 1
        assert [move.amount for move in session.query(StockMove).order_by(StockMove.id)] == [
            10**9,
            -(10**9),
        ]


def test_what_is_built_on_is_refused_and_names_what_comes_first(bakery: KitchenBuilder) -> None:
    bought = bakery.buy("flour", "480 g", "2.00")
    made = bakery.make("cookies", 1)
    packed = bakery.assemble("box", 8, event="fair")
    given = bakery.deliver("fair", "box", 5)
    before = bakery.state()

    with pytest.raises(CannotUndo, match="Undo first") as refused:
        journal_service.undo(made.id)
    assert refused.value.first == (given.id, packed.id)
    with pytest.raises(CannotUndo) as refused:
        journal_service.undo(packed.id)
    assert refused.value.first == (given.id,)
    assert bakery.state() == before

    with pytest.raises(CannotUndo) as refused:
        journal_service.undo(bought.id)
    assert refused.value.first == (given.id, packed.id, made.id)
    for number in (*refused.value.first, bought.id):
        journal_service.undo(number)
    assert bakery.lots("flour") == []


def test_a_refusal_names_a_dozen_and_counts_the_others(bakery: KitchenBuilder) -> None:
    bought = bakery.buy("flour", "48 kg", "2.00")
    for _ in range(14):
        bakery.make("cookies", 1)

    with pytest.raises(CannotUndo, match="; and 2 more\\.$") as refused:
        journal_service.undo(bought.id)
    assert len(refused.value.first) == 14


def test_what_is_in_boxes_stays_though_a_count_made_up_for_it(bakery: KitchenBuilder) -> None:
    """A count that fills the lot up again does not make the boxes go away."""
    made = bakery.make("cookies", 1, count_first=True)
    packed = bakery.assemble("box", 2)
    [lot] = bakery.lots("cookie")
    counted = bakery.count("cookie", 48, lot_id=lot.id)

    with pytest.raises(CannotUndo) as refused:
        journal_service.undo(made.id)

    assert refused.value.first == (counted.id, packed.id)


def test_an_older_change_can_be_undone_later(bakery: KitchenBuilder) -> None:
    first = bakery.buy("flour", "1 kg", "2.00")
    bakery.buy("flour", "3 kg", "5.00")

    journal_service.undo(first.id)

    assert bakery.left("flour") == 3000


def test_undoing_twice_is_refused_whichever_number_is_named(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "1 kg", "2.00")
    bakery.discard("flour", 300)
    discarded = bakery.discard("flour", 200)
    journal_service.undo()
    redone = journal_service.redo()
    journal_service.undo(discarded.id)

    for number in (discarded.id, redone.id):
        with pytest.raises(RuleBroken, match="already undone"):
            journal_service.undo(number)
    assert bakery.left("flour") == 700


def test_undoing_an_undo_is_a_redo(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "1 kg", "2.00")
    after = bakery.state()
    undone = journal_service.undo()

    redone = journal_service.undo(undone.id)

    assert redone.summary.startswith("Redo")
    assert bakery.state() == after


def test_redo_is_refused_after_something_else_was_done(bakery: KitchenBuilder) -> None:
    bakery.buy("flour", "1 kg", "2.00")
    journal_service.undo()
    bakery.buy("flour", "3 kg", "2.00")

    with pytest.raises(RuleBroken, match="nothing to redo"):
        journal_service.redo()


def test_undo_takes_back_what_this_terminal_did(
    bakery: KitchenBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEHOUSE_TERMINAL", "kitchen")
    mine = bakery.buy("flour", "1 kg", "2.00")
    monkeypatch.setenv("BAKEHOUSE_TERMINAL", "office")
    theirs = bakery.buy("flour", "2 kg", "4.00")
    monkeypatch.setenv("BAKEHOUSE_TERMINAL", "kitchen")

    assert journal_service.undo().undoes == mine.id
    with pytest.raises(RuleBroken, match="from this terminal"):
        journal_service.undo()
    assert journal_service.undo(theirs.id).undoes == theirs.id
    assert bakery.left("flour") == 0


def test_a_redo_belongs_to_the_terminal_that_undid(
    bakery: KitchenBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEHOUSE_TERMINAL", "kitchen")
    bakery.buy("flour", "1 kg", "2.00")
    journal_service.undo()
    monkeypatch.setenv("BAKEHOUSE_TERMINAL", "office")
    with pytest.raises(RuleBroken, match="nothing to redo"):
        journal_service.redo()


# -- edits ---------------------------------------------------------------------------------------


def test_undoing_an_edit_leaves_later_edits_of_other_fields(bakery: KitchenBuilder) -> None:
    renamed = bakery.edit_item("flour", name="Strong flour")
    bakery.edit_item("flour", category="Flour")

    journal_service.undo(renamed.id)

    doc = catalog_service.get_item(bakery.item("flour"))
    assert (doc.name, doc.category) == ("Flour", "Flour")


def test_undoing_an_edit_that_was_edited_again_is_refused(bakery: KitchenBuilder) -> None:
    first = bakery.edit_item("flour", name="Strong flour")
    second = bakery.edit_item("flour", name="Bread flour")

    with pytest.raises(CannotUndo) as refused:
        journal_service.undo(first.id)
    assert refused.value.first == (second.id,)


def test_undoing_an_item_that_is_used_names_its_users(bakery: KitchenBuilder) -> None:
    bakery.ingredient("nuts")
    added = journal_service.revision()
    bakery.recipe("nut-cookies", {"nut-cookie": 24}, {"nuts": "100 g"})
    used = journal_service.revision()

    with pytest.raises(CannotUndo) as refused:
        journal_service.undo(added)
    assert used in refused.value.first


def test_an_event_whose_run_was_undone_leaves_no_demand_behind(bakery: KitchenBuilder) -> None:
    """The ledger remembers the run, so the event stays as a row; but nobody must bake for it."""
    bakery.buy("flour", "1 kg", "2.00")
    before = bakery.state()
    bakery.event("wedding", {"box": 100}, date(2026, 12, 2))
    added = journal_service.revision()
    bakery.make("cookies", 1, event="wedding")
    journal_service.undo()

    journal_service.undo(added)

    assert bakery.state()["lots"] == before["lots"]
    assert [e.slug for e in event_service.list_events(archived=True)] == ["fair"]
    assert bakery.batches("fair", "cookies") == 1
    assert bakery.shopping("fair")["flour"]["reserved"] == 0


def test_a_recipe_whose_run_was_undone_leaves_its_items_free(bakery: KitchenBuilder) -> None:
    bakery.recipe("tarts", {"tart": 12})
    added = journal_service.revision()
    bakery.make("tarts", 1)
    journal_service.undo()
    journal_service.undo(added)

    bakery.recipe("better-tarts", {"tart": 10})
    bakery.event("party", {"tart": 20})
    assert bakery.batches("party", "better-tarts") == 2
    assert [run.undone for run in production_service.list_runs()] == [True]


# -- the list ------------------------------------------------------------------------------------


def test_changes_are_listed_newest_first_and_by_page(bakery: KitchenBuilder) -> None:
    newest = journal_service.revision()

    page = journal_service.list_changes(limit=2)
    assert [change.id for change in page] == [newest, newest - 1]
    older = journal_service.list_changes(limit=2, before=page[-1].id)
    assert [change.id for change in older] == [newest - 2, newest - 3]
    assert page[0].summary == "Added event Fair"


def test_an_empty_kitchen_has_revision_zero(sqlite_kitchen: Database) -> None:
    assert journal_service.revision() == 0
    assert journal_service.list_changes() == []
    with pytest.raises(RuleBroken, match="nothing to undo"):
        journal_service.undo()


def test_an_unknown_change_is_refused(bakery: KitchenBuilder) -> None:
    with pytest.raises(ChangeNotFound):
        journal_service.undo(999)


def test_undoing_an_event_names_the_runs_recorded_for_it(sqlite_kitchen: Database) -> None:
    kitchen = KitchenBuilder()
    kitchen.recipe("cookies", {"cookie": 10})
    added = event_service.add_event("Fair", CHRISTMAS)
    made = kitchen.make("cookies", 1, event="fair")
    with pytest.raises(CannotUndo) as refused:
        journal_service.undo(added.id)
    assert refused.value.first == (made.id,)


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**30])
def test_a_number_that_no_change_can_have_is_not_found(kitchen: Database, number: int) -> None:
    with pytest.raises(ChangeNotFound):
        journal_service.undo(number)
    with pytest.raises(EventNotFound):
        event_service.get_shopping_list(number)

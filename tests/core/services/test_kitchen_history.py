"""A kitchen's life in any order: whatever is done and undone, the books balance."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from core import clock
from core.errors import CannotUndo, Refused
from core.models import Lot, Run, StockMove
from core.schema import OPEN
from core.services import event_service, journal_service, stock_service
from core.services.doctor_service import check_kitchen
from core.services.planning import plan_service
from core.services.planning.progress import get_event_progress
from core.session import Database, configure, read_session, rehearsal, use
from tests.builders import CHRISTMAS, KitchenBuilder
from tests.core.services.carrying_out import CarryingOut

NOW = datetime(2026, 11, 22, 14, 2)
EVENTS = ("christmas", "new-year")
ITEMS = ("flour", "ribbon", "cookie", "mini", "box", "hamper")
amounts = st.one_of(st.integers(1, 60), st.sampled_from(["1/3", "2.5", "7/3"]))
counts = st.integers(1, 8)


class KitchenHistory(RuleBasedStateMachine):
    """Buys, bakes, packs, hands out, counts, throws away, edits, undoes and redoes."""

    template: ClassVar[Path]

    @initialize()
    def open_kitchen(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bakehouse-history-"))
        shutil.copy(self.template, self.folder / "kitchen.db")
        self.clock = clock.fixed(NOW)
        self.clock.__enter__()
        self.database = configure(self.folder / "kitchen.db")
        self.kitchen = KitchenBuilder()
        self.before: list[tuple[int, dict[str, Any]]] = []
        self.undone: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.dispose()
            self.clock.__exit__(None, None, None)
            shutil.rmtree(self.folder, ignore_errors=True)

    def do(self, record: Any) -> None:
        """Do something that a rule of the kitchen may refuse; then nothing must have changed."""
        state, revision = self.kitchen.state(), journal_service.revision()
        try:
            change = record()
        except Refused:
            assert self.kitchen.state() == state
            assert journal_service.revision() == revision
        else:
            assert change.id == revision + 1
            self.before.append((change.id, state))
            self.undone.clear()

    # -- what people do --------------------------------------------------------------------------

    @rule(item=st.sampled_from(["flour", "ribbon"]), amount=amounts, paid=st.integers(0, 500))
    def buy(self, item: str, amount: Any, paid: int) -> None:
        price = None if paid == 13 else Decimal(paid) / 100
        self.do(lambda: self.kitchen.buy(item, amount, price))

    @rule(
        recipe=st.sampled_from(["cookies", "flat-bread"]),
        batches=counts,
        lost=st.integers(0, 12),
        event=st.sampled_from([*EVENTS, None]),
        count_first=st.booleans(),
    )
    def make(
        self, recipe: str, batches: int, lost: int, event: str | None, count_first: bool
    ) -> None:
        item = {"cookies": "cookie", "flat-bread": "bread"}[recipe]
        losses = {item: (lost, "burnt")} if lost else None
        self.do(
            lambda: self.kitchen.make(
                recipe, batches, lost=losses, event=event, count_first=count_first
            )
        )

    @rule(
        bundle=st.sampled_from(["box", "hamper"]),
        quantity=counts,
        event=st.sampled_from([*EVENTS, None]),
        borrow=st.booleans(),
    )
    def assemble(self, bundle: str, quantity: int, event: str | None, borrow: bool) -> None:
        self.do(lambda: self.kitchen.assemble(bundle, quantity, event=event, borrow=borrow))

    @rule(
        event=st.sampled_from(EVENTS),
        item=st.sampled_from(["box", "hamper", "cookie"]),
        quantity=counts,
        to=st.sampled_from([None, "Ann", "Bob"]),
    )
    def deliver(self, event: str, item: str, quantity: int, to: str | None) -> None:
        self.do(lambda: self.kitchen.deliver(event, item, quantity, to=to))

    @rule(item=st.sampled_from(ITEMS), amount=st.one_of(amounts, st.just(0), st.just("50%")))
    def count(self, item: str, amount: Any) -> None:
        self.do(lambda: self.kitchen.count(item, amount))

    @rule(item=st.sampled_from(ITEMS), amount=amounts)
    def discard(self, item: str, amount: Any) -> None:
        self.do(lambda: self.kitchen.discard(item, amount))

    @rule(
        event=st.sampled_from(EVENTS),
        item=st.sampled_from(["box", "hamper", "cookie"]),
        quantity=st.integers(0, 30),
    )
    def want(self, event: str, item: str, quantity: int) -> None:
        self.do(lambda: self.kitchen.want(event, item, quantity))

    @rule(event=st.sampled_from(EVENTS))
    def accept(self, event: str) -> None:
        self.do(lambda: plan_service.accept_targets(self.kitchen.event_id(event)))

    @rule(
        event=st.sampled_from(EVENTS),
        batches=st.one_of(st.none(), st.integers(0, 6)),
        short_ok=st.booleans(),
    )
    def decide(self, event: str, batches: int | None, short_ok: bool) -> None:
        self.do(lambda: self.kitchen.target(event, "cookies", batches, short_ok=short_ok))

    @rule(
        event=st.sampled_from(EVENTS), status=st.sampled_from(["planned", "started", "cancelled"])
    )
    def set_status(self, event: str, status: str) -> None:
        self.do(lambda: event_service.set_status(self.kitchen.event_id(event), status))

    # -- and take back ---------------------------------------------------------------------------

    @precondition(lambda self: self.before)
    @rule()
    def undo(self) -> None:
        """Undo restores exactly what was there before."""
        after = self.kitchen.state()
        number, before = self.before.pop()
        undone = journal_service.undo()
        assert undone.undoes is not None
        assert self.kitchen.state() == before, f"undoing #{number} left something behind"
        self.undone.append((before, after))

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        """Redo restores exactly what was there before the undo."""
        before, after = self.undone.pop()
        change = journal_service.redo()
        assert self.kitchen.state() == after
        self.before.append((change.id, before))

    @precondition(lambda self: len(self.before) > 1)
    @rule(data=st.data())
    def undo_an_older_change(self, data: st.DataObject) -> None:
        """An older change is taken back, or refused naming what stands on it; nothing between."""
        number = data.draw(st.sampled_from([number for number, _ in self.before[:-1]]))
        state, undone, first = self.kitchen.state(), None, ()
        try:
            undone = journal_service.undo(number)
        except CannotUndo as refused:
            first = refused.first
        if undone is not None:
            journal_service.undo(undone.id)
            # The last change of this terminal is the same as before, but nothing is to redo.
            self.undone.clear()
        assert all(later > number for later in first)
        assert self.kitchen.state() == state

    # -- and what the plan is for ----------------------------------------------------------------

    @rule()
    def carry_out_the_plan(self) -> None:
        """Whoever buys, bakes and packs what the plan says has filled every order.

        Tried in a rehearsal from wherever the history has come to: what is done and what is
        planned are together what was ordered.
        """
        state = self.kitchen.state()
        with rehearsal() as session:
            kitchen = KitchenBuilder(session)
            # A batch target that may be short leaves orders open on purpose.
            for event in EVENTS:
                if event_service.find_event(event, session=session).status in OPEN:
                    for recipe in ("cookies", "flat-bread"):
                        kitchen.target(event, recipe, None)
            carrying_out = CarryingOut(session)
            carrying_out.do_all()
            carrying_out.nothing_is_left_to_do()
        assert self.kitchen.state() == state

    # -- what always holds -----------------------------------------------------------------------

    @invariant()
    def every_lot_is_the_sum_of_its_moves(self) -> None:
        assert check_kitchen() == []
        with read_session() as session:
            sums = {
                lot_id: (amount, cost)
                for lot_id, amount, cost in session.execute(
                    select(
                        StockMove.lot_id, func.sum(StockMove.amount), func.sum(StockMove.cost)
                    ).group_by(StockMove.lot_id)
                )
            }
            for lot in session.scalars(select(Lot)):
                assert sums[lot.id] == (lot.left, lot.cost_left)
                assert 0 <= lot.left <= lot.amount
                assert 0 <= lot.cost_left <= lot.paid
                assert lot.left or not lot.cost_left, "money is left in an empty lot"

    @invariant()
    def money_in_is_money_out_and_stock_and_waste(self) -> None:
        with read_session() as session:
            by_reason = {
                reason: int(cost)
                for reason, cost in session.execute(
                    select(StockMove.reason, func.sum(StockMove.cost)).group_by(StockMove.reason)
                )
            }
            value = session.scalar(select(func.sum(Lot.cost_left))) or 0
            waste = session.scalar(select(func.sum(Run.waste)).where(Run.undone.is_(False))) or 0
            cost = session.scalar(select(func.sum(Run.cost)).where(Run.undone.is_(False))) or 0
        bought, made = by_reason.get("received", 0), by_reason.get("made", 0)
        used, counted = by_reason.get("used", 0), by_reason.get("counted", 0)
        gone = -by_reason.get("discarded", 0) - by_reason.get("delivered", 0)
        assert -used == cost
        assert made == cost - waste
        assert bought + counted == gone + value + waste

    @invariant()
    def the_views_are_of_one_plan(self) -> None:
        """Progress, assembly and shopping say what the plan says."""
        plan = plan_service.get_plan()
        assert [event.slug for event in plan.events] == [
            event.slug
            for event in event_service.list_events()
            if event.status in ("planned", "started")
        ]
        for event in plan.events:
            progress = get_event_progress(event.event_id)
            assert progress["revision"] == plan.revision
            items = {item.item_id: item for item in event.items}
            batches = {recipe.recipe_id: recipe.batches for recipe in event.recipes}
            for recipe in progress["production"]["recipes"]:
                assert recipe["remaining_batches"] == batches.get(recipe["recipe_id"], 0)
                for output in recipe["outputs"]:
                    item = items.get(output["item_id"])
                    assert output["remaining"] == (item.net if item else 0)
                    assert output["spare"] >= 0
            for bundle in progress["assembly"]["bundles"]:
                item = items.get(bundle["bundle_id"])
                assert bundle["remaining"] == (item.net if item else 0)
                assert 0 <= bundle["can_assemble_now"] <= bundle["remaining"]
                assert 0 <= bundle["short"] <= bundle["remaining"]
            for row in progress["shopping"]:
                item = items[row["item_id"]]
                assert (row["needed"], row["to_buy"]) == (item.need, item.net)
                assert row["available"] == row["on_hand"] - row["reserved"]
                short = max(Decimal(0), row["needed"] - row["available"])
                assert abs(row["to_buy"] - short) < Decimal("0.001")

    @invariant()
    def progress_is_consistent(self) -> None:
        for event in event_service.list_events():
            production = event_service.get_production_progress(event.id)
            rows = production["recipes"]
            assert production["total_remaining"] == sum(r["remaining_batches"] for r in rows)
            assert production["total_produced"] == sum(r["produced_batches"] for r in rows)
            assert 0 <= production["progress_pct"] <= 100
            # Complete is what has nothing remaining, though a mended count may add to it again.
            if production["is_complete"]:
                assert all(r["is_complete"] for r in rows)
            assembly = event_service.get_assembly_progress(event.id)
            bundles = assembly["bundles"]
            assert assembly["total_target"] == sum(b["target_quantity"] for b in bundles)
            assert assembly["is_complete"] == all(b["is_complete"] for b in bundles)

    @invariant()
    def promised_is_never_more_than_there_is(self) -> None:
        for row in stock_service.list_stock():
            assert row.reserved is not None
            assert Fraction(0) <= row.reserved <= row.on_hand


@pytest.fixture
def history_template(sqlite_kitchen: Database, tmp_path: Path) -> Path:
    """Give a kitchen file with a catalogue and two events; every history begins with a copy."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.supply("ribbon")
    bakery.product("flour-bag", "flour", "40 g", "0.50", preferred=True)
    bakery.recipe("cookies", {"cookie": 12, "mini": 30}, {"flour": "10 g"})
    bakery.recipe("flat-bread", {"bread": 1}, {"flour": "7/3 g", "cookie": 1})
    bakery.bundle("box", {"cookie": 4, "ribbon": "1/3"})
    bakery.bundle("hamper", {"box": 2, "mini": 5})
    bakery.event("christmas", [("box", 6, "Ann"), ("box", 4, "Bob"), ("cookie", 10)])
    bakery.event("new-year", {"hamper": 3, "box": 2}, CHRISTMAS.replace(day=31))
    sqlite_kitchen.dispose()
    return tmp_path / "kitchen.db"


def test_every_history_keeps_the_books(history_template: Path, sqlite_kitchen: Database) -> None:
    machine = type("History", (KitchenHistory,), {"template": history_template})
    case = machine.TestCase
    profile = settings()
    quick = profile.max_examples < 100
    # Checking a step takes a quarter of a second: the thorough run is some two minutes long.
    case.settings = settings(
        profile, max_examples=6 if quick else 12, stateful_step_count=15 if quick else 40
    )
    with use(sqlite_kitchen):
        case("runTest").runTest()

"""Tracing: lot → runs → lots → bundles → recipients, and all the way back (domain.md §4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event as events

from core.errors import ItemNotFound, LotNotFound, RunNotFound
from core.services import journal_service, production_service, trace_service
from core.services.rows.traces import Trace, Traced
from core.session import Database, read_session
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(kitchen: Database) -> KitchenBuilder:
    """Give two bags of flour, a batch of cookies of both, and boxes of them handed out."""
    builder = KitchenBuilder()
    builder.ingredient("flour")
    builder.supply("ribbon")
    builder.product("flour-bag", "flour", "300 g", "1.50")
    builder.recipe("cookies", {"cookie": 48}, {"flour": "500 g"})
    builder.recipe("crumbles", {"crumble": 1}, {"cookie": 4})
    builder.bundle("box", {"cookie": 6, "ribbon": 1})
    builder.event("christmas", [("box", 5, "Ann"), ("box", 3, "Bob")])
    builder.buy("flour", packs=1, product="flour-bag", paid="1.50", store="Mill")
    builder.buy("flour", "700 g", "3.00")
    builder.buy("ribbon", 10, "1.00")
    builder.make("cookies", 1, event="christmas")
    builder.assemble("box", 5, event="christmas")
    builder.deliver("christmas", "box", 3, to="Ann")
    builder.deliver("christmas", "box", 1, to="Bob")
    return builder


def lot_of(bakery: KitchenBuilder, item: str, number: int = 0) -> int:
    return bakery.lots(item, empty=True)[number].id


def steps_in(steps: tuple[Traced, ...]) -> Iterator[Traced]:
    for step in steps:
        yield step
        yield from steps_in(step.steps)


def said(steps: tuple[Traced, ...]) -> list[tuple[str, str, Decimal]]:
    return [(step.kind, step.name, step.amount) for step in steps_in(steps)]


def test_a_bad_bag_of_flour_is_followed_to_everybody_who_was_handed_some(
    bakery: KitchenBuilder,
) -> None:
    found = trace_service.trace_lot(lot_of(bakery, "flour"))

    assert said(found.went_into) == [
        ("run", "Cookies", 1),
        ("lot", "Cookie", 48),
        ("run", "Box", 5),
        ("lot", "Box", 5),
        ("delivered", "Box", 3),
        ("delivered", "Box", 1),
    ]
    [run] = found.went_into
    assert (run.used, run.steps[0].steps[0].used) == (300, 30)
    assert [(s.recipient, s.event, s.amount) for s in found.handed_out] == [
        ("Ann", "Christmas", 3),
        ("Bob", "Christmas", 1),
    ]
    # And what is still there to be taken off the shelf: 18 loose cookies and a box.
    assert [(s.name, s.amount) for s in found.in_stock] == [("Cookie", 18), ("Box", 1)]


def test_a_box_is_followed_back_to_every_purchase(bakery: KitchenBuilder) -> None:
    found = trace_service.trace_lot(lot_of(bakery, "box"))

    assert said(found.came_from) == [
        ("run", "Box", 5),
        ("lot", "Cookie", 30),
        ("run", "Cookies", 1),
        ("lot", "Flour", 300),
        ("received", "Flour", 300),
        ("lot", "Flour", 200),
        ("received", "Flour", 700),
        ("lot", "Ribbon", 5),
        ("received", "Ribbon", 10),
    ]
    first = next(s for s in steps_in(found.came_from) if s.kind == "received")
    assert (first.note, first.day) == ("Flour bag, Mill", date(2026, 11, 22))


def test_a_run_has_what_it_used_on_one_side_and_what_it_made_on_the_other(
    bakery: KitchenBuilder,
) -> None:
    run = next(r for r in production_service.list_runs() if r.kind == "production")
    found = trace_service.trace_run(run.id)

    assert (found.subject.name, found.subject.unit, found.subject.event) == (
        "Cookies", "batch", "Christmas",
    )  # fmt: skip
    assert [(s.name, s.amount) for s in found.came_from] == [("Flour", 300), ("Flour", 200)]
    assert [(s.name, s.amount) for s in found.went_into] == [("Cookie", 48)]
    assert len(found.handed_out) == 2


def test_an_item_has_a_trace_for_every_lot_newest_first(bakery: KitchenBuilder) -> None:
    found = trace_service.trace_item(bakery.item("flour"))

    assert [trace.subject.amount for trace in found] == [700, 300]
    assert trace_service.trace_item(bakery.item("crumble")) == []


def test_what_is_thrown_away_and_counted_is_told(bakery: KitchenBuilder) -> None:
    bakery.discard("cookie", 2, "dropped")
    bakery.count("cookie", 15)
    found = trace_service.trace_lot(lot_of(bakery, "cookie"))

    told = [(s.kind, s.amount, s.note) for s in found.went_into if s.kind != "run"]
    assert told == [("discarded", 2, "dropped"), ("counted", 1, None)]


def test_what_was_undone_leaves_no_trace(bakery: KitchenBuilder) -> None:
    before = trace_service.trace_lot(lot_of(bakery, "flour"))
    bakery.make("crumbles", 2, event="christmas")
    with_crumbles = trace_service.trace_lot(lot_of(bakery, "flour"))
    assert "Crumbles" in [name for _, name, _ in said(with_crumbles.went_into)]
    run = production_service.list_runs()[0]

    journal_service.undo()

    assert trace_service.trace_lot(lot_of(bakery, "flour")) == before
    with pytest.raises(RunNotFound):
        trace_service.trace_run(run.id)
    journal_service.redo()
    assert trace_service.trace_lot(lot_of(bakery, "flour")) == with_crumbles


def test_what_two_ways_lead_to_is_told_once(bakery: KitchenBuilder) -> None:
    """A bag reaches the hamper in its cookies and in its crumbles."""
    bakery.bundle("hamper", {"cookie": 2, "crumble": 1})
    bakery.make("crumbles", 1, event="christmas")
    bakery.assemble("hamper", 1, event="christmas")

    found = trace_service.trace_lot(lot_of(bakery, "flour"))
    hampers = [s for s in steps_in(found.went_into) if (s.kind, s.name) == ("run", "Hamper")]
    assert [step.again for step in hampers] == [False, True]
    assert [s.name for s in found.in_stock].count("Hamper") == 1


@pytest.mark.parametrize("key", [0, -1, 999, 2**40, 2**80])
def test_what_is_not_there_cannot_be_traced(bakery: KitchenBuilder, key: int) -> None:
    with pytest.raises(LotNotFound):
        trace_service.trace_lot(key)
    with pytest.raises(RunNotFound):
        trace_service.trace_run(key)
    with pytest.raises(ItemNotFound):
        trace_service.trace_item(key)


def queries_of(kitchen: Database, lot_id: int) -> tuple[int, Trace]:
    count = [0]

    def note(_c: object, _cu: object, statement: str, *_: object) -> None:
        count[0] += statement.lstrip().upper().startswith("SELECT")

    with read_session() as session:
        events.listen(kitchen.reader, "before_cursor_execute", note)
        try:
            found = trace_service.trace_lot(lot_id, session=session)
        finally:
            events.remove(kitchen.reader, "before_cursor_execute", note)
    return count[0], found


def test_more_runs_take_no_more_queries(bakery: KitchenBuilder, kitchen: Database) -> None:
    lot = lot_of(bakery, "flour", 1)
    bakery.buy("flour", "5000 g", "9.00")
    few, before = queries_of(kitchen, lot)
    for _ in range(4):
        bakery.count("flour", "5000 g")
        bakery.make("cookies", 1)
    many, after = queries_of(kitchen, lot_of(bakery, "flour", 2))

    assert len(list(steps_in(after.went_into))) > len(list(steps_in(before.went_into))) - 6
    assert many <= few


def test_an_entry_of_the_journal_is_traced_by_its_runs_or_else_its_lots(
    bakery: KitchenBuilder,
) -> None:
    bought, made = (
        next(c.id for c in journal_service.list_changes(limit=100) if c.summary.startswith(words))
        for words in ("Bought 10", "Made")
    )
    assert [trace.subject.kind for trace in trace_service.trace_change(made)] == ["run"]
    assert [trace.subject.name for trace in trace_service.trace_change(bought)] == ["Ribbon"]
    assert trace_service.trace_change(1) == []
    assert trace_service.trace_change(10**9) == []


def test_an_entry_that_was_taken_back_has_no_trace(bakery: KitchenBuilder) -> None:
    change = bakery.buy("ribbon", 5, "1.00")
    assert len(trace_service.trace_change(change.id)) == 1
    journal_service.undo()
    assert trace_service.trace_change(change.id) == []

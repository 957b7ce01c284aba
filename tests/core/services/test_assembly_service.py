"""Recording assemblies: components out, a bundle lot in (domain.md §4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.errors import AmountError, BundleNotFound, EventNotFound, RuleBroken, Shortage
from core.models import RunNotDrawn
from core.services import assembly_service, event_service, journal_service, production_service
from core.session import Database, read_session
from tests.builders import KitchenBuilder


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    """Give a kitchen with cookies, ribbons and boxes, and boxes inside a hamper."""
    bakery = KitchenBuilder()
    bakery.ingredient("flour")
    bakery.supply("ribbon")
    bakery.buy("flour", "10 kg", "10.00")
    bakery.buy("ribbon", 30, "3.00")
    bakery.recipe("cookies", {"cookie": 48}, {"flour": "480 g"})
    bakery.bundle("box", {"cookie": 6, "ribbon": 1})
    bakery.bundle("hamper", {"box": 2, "cookie": 4})
    bakery.event("fair", {"hamper": 3, "box": 2}, date(2026, 12, 1))
    bakery.event("later", {"box": 4}, date(2026, 12, 20))
    return bakery


def test_a_box_uses_its_components_and_carries_their_cost(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1)
    change = bakery.assemble("box", 3, event="fair")

    assert (bakery.left("cookie"), bakery.left("ribbon")) == (30, 27)
    [lot] = bakery.lots("box")
    # 18 of 48 cookies for 0.48, and three ribbons at 0.10.
    assert (lot.amount, lot.paid, lot.event_name) == (3, Decimal("0.48"), "Fair")
    assert change.summary == "Assembled 3 × Box for Fair"
    assert [run.kind for run in production_service.list_runs()] == ["assembly", "production"]


def test_inner_boxes_are_assembled_on_the_way(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 2)
    bakery.assemble("box", 1)
    revision = journal_service.revision()

    bakery.assemble("hamper", 2, event="fair")

    assert journal_service.revision() == revision + 1
    assert (bakery.left("box"), bakery.left("hamper")) == (0, 2)
    # Four boxes of six cookies and a ribbon each, and four loose cookies twice.
    assert (bakery.left("cookie"), bakery.left("ribbon")) == (96 - 24 - 8, 26)
    runs = production_service.list_runs(event_id=bakery.event_id("fair"))
    assert [(run.name, run.batches) for run in runs] == [("Hamper", 2), ("Box", 3)]


def test_undoing_a_hamper_brings_back_boxes_and_cookies(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 2)
    bakery.assemble("box", 1)
    before = bakery.state()
    bakery.assemble("hamper", 2, event="fair")

    journal_service.undo()

    assert bakery.state() == before


def test_bundles_nested_several_times_are_assembled_inner_ones_first(
    bakery: KitchenBuilder,
) -> None:
    """Two ways lead to the innermost bag, and only one bag is there: the rest is made in time."""
    bakery.bundle("bag", {"cookie": 1})
    bakery.bundle("pouch", {"bag": 1})
    bakery.bundle("left-half", {"pouch": 1})
    bakery.bundle("right-half", {"pouch": 1})
    bakery.bundle("whole", {"left-half": 1, "right-half": 1})
    bakery.make("cookies", 1)
    bakery.assemble("bag", 1)

    bakery.assemble("whole", 1)

    assert bakery.left("whole") == 1
    assert [bakery.left(name) for name in ("left-half", "right-half", "pouch", "bag")] == [0] * 4
    assert bakery.left("cookie") == 46


def test_halves_of_an_inner_box_on_two_ways_are_one_box(bakery: KitchenBuilder) -> None:
    bakery.bundle("sleeve", {"box": "1/2"})
    bakery.bundle("case", {"box": "1/2", "sleeve": 1})
    bakery.event("gala", {"case": 1}, date(2026, 11, 30))
    bakery.make("cookies", 1, good={"cookie": 6})
    assert bakery.bundle_row("gala", "case")["can_assemble_now"] == 1

    bakery.assemble("case", 1, event="gala")

    assert [bakery.left(name) for name in ("case", "sleeve", "box", "cookie")] == [1, 0, 0, 0]


def test_what_the_ledger_has_rounded_away_of_an_inner_box_is_not_assembled_anew(
    bakery: KitchenBuilder,
) -> None:
    bakery.bundle("third", {"box": "1/3"})
    bakery.make("cookies", 1)
    bakery.assemble("box", 1)

    bakery.assemble("third", 1)
    bakery.assemble("third", 2)

    assert (bakery.left("third"), bakery.left("cookie")) == (3, 42)


def test_a_shortage_names_every_component_and_changes_nothing(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1)
    bakery.count("ribbon", 3)
    before, revision = bakery.state(), journal_service.revision()

    with pytest.raises(Shortage) as refused:
        bakery.assemble("hamper", 5, event="fair")

    assert sorted(m.item_name for m in refused.value.missing) == ["Cookie", "Ribbon"]
    assert bakery.state() == before
    assert journal_service.revision() == revision


def test_own_cookies_are_used_before_free_ones(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1)
    bakery.make("cookies", 1, event="fair")
    bakery.assemble("box", 2, event="fair")

    free, own = bakery.lots("cookie")
    assert (free.left, own.left) == (48, 36)


def test_cookies_kept_for_another_event_are_only_borrowed(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1, event="later")

    # The later event needs 24 of its 48 cookies; the rest is free for the fair.
    bakery.assemble("box", 4, event="fair")
    with pytest.raises(Shortage, match="24 Cookie more is kept for another event"):
        bakery.assemble("box", 1, event="fair")
    assert bakery.left("cookie") == 24

    bakery.assemble("box", 1, event="fair", borrow=True)
    assert bakery.left("cookie") == 18


def test_cookies_kept_for_an_event_that_is_over_are_free(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 1, event="later")
    event_service.set_status(bakery.event_id("later"), "cancelled")

    bakery.assemble("box", 8, event="fair")
    assert bakery.left("cookie") == 0


def test_a_box_expires_with_its_first_component(bakery: KitchenBuilder) -> None:
    bakery.edit_item("cookie", shelf_life_days=10)
    bakery.edit_item("box", shelf_life_days=30)
    bakery.make("cookies", 1)
    bakery.assemble("box", 1)

    assert bakery.lots("box")[0].expires == date(2026, 12, 2)


def test_an_unknown_component_is_noted_as_not_drawn(bakery: KitchenBuilder) -> None:
    bakery.ingredient("sugar")
    bakery.bundle("jar", {"cookie": 2, "sugar": "1 cup"})
    bakery.make("cookies", 1)
    change = bakery.assemble("jar", 3)

    assert change.summary.endswith("; not drawn, as the amount is unknown: 3 cup Sugar")
    assert bakery.left("cookie") == 42
    assert bakery.lots("jar")[0].priced is False
    with read_session() as session:
        [line] = session.query(RunNotDrawn).all()
        assert (line.amount, line.unit) == (3, "cup")


def test_bad_input_is_refused(bakery: KitchenBuilder) -> None:
    box = bakery.item("box")
    record = assembly_service.record_assembly
    with pytest.raises(BundleNotFound):
        record(999, 1)
    with pytest.raises(BundleNotFound):
        record(bakery.item("cookie"), 1)
    with pytest.raises(EventNotFound):
        record(box, 1, event_id=999)
    with pytest.raises(RuleBroken, match="whole number"):
        record(box, "1/2")
    for quantity in (0, -1, "some"):
        with pytest.raises(AmountError):
            record(box, quantity)


def test_an_empty_bundle_cannot_be_assembled(bakery: KitchenBuilder) -> None:
    bakery.bundle("nothing", {})
    with pytest.raises(RuleBroken, match="holds nothing"):
        bakery.assemble("nothing", 1)


def test_progress_counts_the_runs_of_the_event(bakery: KitchenBuilder) -> None:
    bakery.make("cookies", 3, event="fair")
    bakery.assemble("hamper", 1, event="fair")

    progress = bakery.assembly("fair")
    rows = {row["bundle_name"]: row for row in progress["bundles"]}
    assert (rows["Hamper"]["assembled_quantity"], rows["Hamper"]["remaining"]) == (1, 2)
    # Two boxes went into the hamper; two are ordered and four are for the other hampers.
    assert (rows["Box"]["assembled_quantity"], rows["Box"]["remaining"]) == (2, 6)
    assert rows["Box"]["target_quantity"] == 8


def test_a_bundle_that_only_a_recipe_uses_is_a_row_too(bakery: KitchenBuilder) -> None:
    bakery.ingredient("cinnamon")
    bakery.bundle("spice-mix", {"cinnamon": 5})
    bakery.recipe("cake", {"cake": 1}, {"spice-mix": 2})
    bakery.event("tea", {"cake": 3})
    bakery.buy("cinnamon", "20 g", "1.00")

    row = bakery.bundle_row("tea", "spice-mix")
    assert (row["nested"], row["remaining"], row["can_assemble_now"]) == (True, 6, 4)
    assert [b["item_name"] for b in row["blockers"]] == ["Cinnamon"]

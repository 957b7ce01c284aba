"""Progress counts good units, not batches (domain.md §3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.errors import EventNotFound
from core.services import event_service
from core.services.planning import plan_service
from core.services.planning.progress import get_event_progress
from core.session import Database
from tests.builders import KitchenBuilder, gift_bags


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    return KitchenBuilder()


def test_the_three_views_come_from_one_revision(bakery: KitchenBuilder) -> None:
    gift_bags(bakery)
    event = bakery.event_id("christmas")
    progress = get_event_progress(event)

    assert progress["production"] == event_service.get_production_progress(event)
    assert progress["assembly"] == event_service.get_assembly_progress(event)
    assert progress["shopping"] == event_service.get_shopping_list(event)
    assert (progress["overall_pct"], progress["is_complete"]) == (0, False)


def test_a_finished_event_is_complete(bakery: KitchenBuilder) -> None:
    gift_bags(bakery, 8)
    bakery.make("cookies", 1, event="christmas")
    bakery.make("brownies", 1, event="christmas")
    assert get_event_progress(bakery.event_id("christmas"))["overall_pct"] == 50
    bakery.assemble("gift-bag", 8, event="christmas")

    progress = get_event_progress(bakery.event_id("christmas"))
    assert (progress["overall_pct"], progress["is_complete"]) == (100, True)
    bakery.deliver("christmas", "gift-bag", 8)
    assert get_event_progress(bakery.event_id("christmas"))["is_complete"] is True


def test_progress_never_reads_100_before_everything_is_done(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 1})
    bakery.event("fair", {"cookie": 100_000})
    bakery.make("cookies", 99_999, event="fair")

    progress = get_event_progress(bakery.event_id("fair"))
    assert progress["overall_pct"] == Decimal("99.99")
    assert progress["is_complete"] is False


def test_an_unknown_amount_makes_progress_unknown_not_zero(bakery: KitchenBuilder) -> None:
    bakery.made("syrup", "ml")
    bakery.recipe("syrup", {"syrup": "200 g"}, {})
    bakery.recipe("cookies", {"cookie": 10})
    bakery.event("fair", {"syrup": 100, "cookie": 10})

    progress = get_event_progress(bakery.event_id("fair"))
    assert progress["overall_pct"] is None
    assert progress["production"]["total_remaining"] is None
    assert progress["is_complete"] is False
    assert bakery.batches("fair", "cookies") == 1


def test_free_stock_counts_as_progress(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 10})
    bakery.event("fair", {"cookie": 40})
    bakery.make("cookies", 1)

    row = bakery.recipe_row("fair", "cookies")
    assert (row["progress_pct"], row["produced_batches"], row["batches_run"]) == (25, 0, 0)


def test_what_other_events_keep_is_not_spare(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 48})
    bakery.event("first", {"cookie": 10}, date(2026, 12, 1))
    bakery.event("second", {"cookie": 40}, date(2026, 12, 2))
    bakery.make("cookies", 1, event="second")

    assert bakery.output("second", "cookie")["spare"] == 0
    assert bakery.output("first", "cookie")["remaining"] == 2
    assert bakery.output("first", "cookie")["spare"] == 46


def test_recipes_are_listed_by_name_with_accents_ignored(bakery: KitchenBuilder) -> None:
    for slug, name in (("zopf", "Zopf"), ("eclairs", "Éclairs"), ("baguettes", "baguettes")):
        bakery.recipe(slug, {f"{slug}-piece": 10})
        from core.services import catalog_service

        doc = catalog_service.get_recipe(bakery.recipe_id(slug))
        doc.name = name
        catalog_service.save_recipe(doc)
    bakery.event("fair", {"zopf-piece": 1, "eclairs-piece": 1, "baguettes-piece": 1})

    names = [row["recipe_name"] for row in bakery.production("fair")["recipes"]]
    assert names == ["baguettes", "Éclairs", "Zopf"]


def test_a_recipe_that_only_runs_is_shown_too(bakery: KitchenBuilder) -> None:
    bakery.recipe("cookies", {"cookie": 10})
    bakery.recipe("extras", {"extra": 5})
    bakery.event("fair", {"cookie": 10})
    bakery.make("extras", 1, event="fair")

    row = bakery.recipe_row("fair", "extras")
    assert (row["produced_batches"], row["remaining_batches"], row["is_complete"]) == (1, 0, True)


def test_progress_of_an_unknown_event_is_refused(bakery: KitchenBuilder) -> None:
    with pytest.raises(EventNotFound):
        get_event_progress(999)


def needed(bakery: KitchenBuilder) -> dict[str, int]:
    return {
        "box": int(bakery.bundle_row("fair", "box")["target_quantity"]),
        "cake": int(bakery.output("fair", "cake")["needed"]),
        "frosting": int(bakery.output("fair", "frosting")["needed"]),
    }


def test_what_is_baked_packed_and_handed_out_leaves_what_an_event_needs(
    bakery: KitchenBuilder,
) -> None:
    bakery.recipe("frostings", {"frosting": 1})
    bakery.recipe("cakes", {"cake": 1}, {"frosting": 2})
    bakery.bundle("box", {"cake": 1})
    bakery.event("fair", {"box": 4})
    bakery.target("fair", "cakes", 5)
    before = needed(bakery)
    assert before == {"box": 4, "cake": 4, "frosting": 10}

    bakery.make("frostings", 10, event="fair")
    bakery.make("cakes", 3, event="fair")
    bakery.assemble("box", 3, event="fair")
    bakery.deliver("fair", "box", 2)
    assert needed(bakery) == before


def test_a_plan_that_was_carried_out_is_not_stale(bakery: KitchenBuilder) -> None:
    bakery.recipe("cakes", {"cake": 1})
    bakery.event("fair", {"cake": 4})
    plan_service.accept_targets(bakery.event_id("fair"))
    bakery.make("cakes", 4, event="fair")
    bakery.deliver("fair", "cake", 3)
    assert not bakery.recipe_row("fair", "cakes")["is_stale"]

"""What an overview of all events says is what the views of each of them say."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from core.planning.kitchen import Kitchen
from core.services import event_service
from core.services.planning import plan_service
from core.services.planning.plan_service import PlanProblem
from core.services.planning.progress import get_event_progress
from core.services.planning.standings import get_standings
from core.session import Database, KitchenSession, rehearsal
from tests.builders import KitchenBuilder, gift_bags
from tests.core.planning.kitchens import kitchens
from tests.core.planning.stored import storable, store

served = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def bakery(sqlite_kitchen: Database) -> KitchenBuilder:
    return KitchenBuilder()


def assert_standings_are_those_of_the_views(session: KitchenSession | None = None) -> None:
    """Compare every number of the overview with the rows of the three views."""
    for standing in get_standings(session):
        progress = get_event_progress(standing.event_id, session=session)
        production, assembly = progress["production"], progress["assembly"]
        shopping = progress["shopping"]
        assert standing.recipes == len(production["recipes"])
        assert standing.production_pct == production["progress_pct"]
        assert standing.bundles == len(assembly["bundles"])
        assert standing.assembly_pct == assembly["progress_pct"]
        assert standing.lines == len(shopping)
        assert (standing.items_to_buy, standing.unknown) == (
            progress["items_to_buy"],
            progress["unknown"],
        )
        counted = [row for row in shopping if row["status"] != "always"]
        there = [row for row in counted if row["status"] == "enough" or row["checked"]]
        parts = len(there) * 100 // len(counted) if counted else 100
        assert standing.bought_pct == parts


@pytest.mark.usefixtures("sqlite_kitchen")
@served
@given(kitchens())
def test_every_event_stands_where_its_views_say(kitchen: Kitchen) -> None:
    with rehearsal() as session:
        store(session, storable(kitchen))
        assert_standings_are_those_of_the_views(session)


def concerning(problems: list[PlanProblem], event_id: int) -> list[PlanProblem]:
    return [p for p in problems if event_id in p.event_ids or not p.event_ids]


@pytest.mark.usefixtures("sqlite_kitchen")
@served
@given(kitchens())
def test_the_problems_of_all_events_are_those_of_each(kitchen: Kitchen) -> None:
    """One problem of several events is a problem of each of them, and nothing is left out."""
    with rehearsal() as session:
        store(session, storable(kitchen))
        together = plan_service.problems(session=session)
        for event in kitchen.events:
            own = plan_service.problems(event.id, session=session)
            found = concerning(together, event.id)
            assert Counter((p.kind, p.item_id) for p in own) == Counter(
                (p.kind, p.item_id) for p in found
            )


def test_what_is_made_ticked_and_over_counts(bakery: KitchenBuilder) -> None:
    gift_bags(bakery, 8)
    bakery.ingredient("butter")
    bakery.recipe("toffee", {"toffee": 30}, {"butter": "100 g"})
    bakery.buy("butter", "100 g", "1.00")
    christmas = bakery.event_id("christmas")
    bakery.make("cookies", 1, event="christmas")
    bakery.make("toffee", 1, event="christmas")
    bakery.event("fair", {"toffee": 5})
    bakery.event("feast", {"toffee": 50, "gift-bag": 1})
    event_service.check_item(bakery.event_id("feast"), bakery.item("butter"))
    event_service.set_status(bakery.event_id("fair"), "done")

    christmas_now, feast = get_standings()
    assert christmas_now.event_id == christmas
    assert christmas_now.recipes == 3
    assert Decimal(0) < (christmas_now.production_pct or Decimal(0)) < 100
    assert (feast.event_id, feast.bought_pct) == (bakery.event_id("feast"), 100)
    assert_standings_are_those_of_the_views()


def test_there_is_nothing_to_say_without_open_events(bakery: KitchenBuilder) -> None:
    assert get_standings() == []

"""The list store by store, on Bakehouse's own sample kitchen."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import ModuleType

import bakehouse_by_store
import pytest

from bakehouse.plugin import Money, Sections, Table
from bakehouse.testing import NARROW, WIDE, Samples, ViewConformance, Views
from core.services import event_service


class TestConformance(ViewConformance):
    plugin = bakehouse_by_store


@pytest.fixture
def sections(
    bakehouse_views_of: Callable[[ModuleType], Views], bakehouse_events: Samples
) -> dict[str, Table]:
    data = bakehouse_views_of(bakehouse_by_store).load("by-store", bakehouse_events.typical)
    assert isinstance(data, Sections)
    return {title: part for title, part in data.parts if isinstance(part, Table)}


def test_everything_to_buy_is_in_the_part_of_its_store(
    sections: dict[str, Table], bakehouse_events: Samples
) -> None:
    expected = {
        (line["store"] or "No store known", line["item_name"])
        for line in event_service.get_shopping_list(bakehouse_events.typical)
        if line["status"] in ("buy", "unknown")
    }

    found = {(store, row.cells[0]) for store, table in sections.items() for row in table.rows}

    assert found == expected
    assert len(sections) > 1


def test_a_store_costs_what_its_lines_cost(sections: dict[str, Table]) -> None:
    for table in sections.values():
        costs = [row.cells[3] for row in table.rows]
        known = [c.value for c in costs if isinstance(c, Money) and c.value is not None]
        assert table.totals is not None
        total = table.totals[3]
        assert isinstance(total, Money)
        assert total.value == sum(known, Decimal(0))


def test_an_event_with_nothing_to_buy_says_so(
    bakehouse_views_of: Callable[[ModuleType], Views], bakehouse_events: Samples
) -> None:
    data = bakehouse_views_of(bakehouse_by_store).load("by-store", bakehouse_events.empty)

    assert isinstance(data, Sections)
    [(_, table)] = data.parts
    assert isinstance(table, Table)
    assert not table.rows
    assert "Nothing to buy" in table.empty


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
def test_it_looks_right(
    size: tuple[int, int], bakehouse_picture_of: Callable[..., bool], bakehouse_events: Samples
) -> None:
    assert bakehouse_picture_of(bakehouse_by_store, "by-store", bakehouse_events.typical, size=size)

"""Why a number is what it is, on the screen: sums that are right, and no more than is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from textual.pilot import Pilot
from textual.widgets.tree import TreeNode

from bakehouse.testing.screens import until
from core.amount_words import singular
from core.services import catalog_service, event_service, saying
from core.services.planning import plan_service, telling
from core.services.planning.telling import Told
from core.session import Database
from core.units import read_number
from tests.builders import KitchenBuilder, ladder
from tests.tui.conftest import Site, keys, running
from tui.screens.why.feeds import FeedsScreen
from tui.screens.why.screen import MOST_LINES, WhyScreen, WhyTree

NUMBER = r"[−0-9](?:[0-9./]| (?=[0-9]+/))*"
AMOUNT = re.compile(rf"({NUMBER}) ?(.*)")
PRODUCT = re.compile(rf"(?:for|into|from) ({NUMBER}) (.+), ({NUMBER}) ?(\D*?) ?(?:a batch|in each)")
BATCH = "batch"
LAST_DIGIT = Fraction(1, 1000)


def number(said: str) -> Fraction:
    return -number(said[1:]) if said.startswith("−") else read_number(said, said)


def amount(said: str) -> tuple[Fraction, str]:
    """Read an amount with its unit; several batches are of the unit batch."""
    found = AMOUNT.fullmatch(said)
    assert found, said
    return number(found[1]), BATCH if found[2] == "batches" else singular(found[2])


def lines(node: TreeNode[Told]) -> Iterator[Told]:
    """Yield what stands on the screen, in the order in which it does."""
    for inner in node.children:
        assert inner.data is not None
        yield inner.data
        yield from lines(inner)


def assert_adds_up(told: Told) -> None:
    """Check a line against what it says of itself, and against the lines below it."""
    total, unit = amount(told.amount)
    factors = PRODUCT.fullmatch(told.words)
    if factors is not None:
        times, of, each = number(factors[1]), factors[2], number(factors[3])
        each_unit = singular(factors[4])
        if unit == BATCH:
            assert of.startswith(each_unit), told
            product, whole = total * each, times
        else:
            assert each_unit == unit, told
            product, whole = times * each, total
        assert abs(product - whole) <= LAST_DIGIT * (1 + times + each + total), told
        total, unit = times, BATCH if of.startswith(BATCH) else each_unit if unit == BATCH else ""
    if told.inner:
        parts = [amount(inner.amount) for inner in told.inner]
        assert {each_unit for _, each_unit in parts} == {unit}, told
        assert abs(sum(part for part, _ in parts) - total) <= LAST_DIGIT * len(parts), told


async def shown(pilot: Pilot[None], screen: WhyScreen) -> list[Told]:
    """Open an explanation, return all of its lines, and close it."""
    pilot.app.push_screen(screen)
    await until(pilot, lambda: screen.is_mounted and bool(screen.query_one(WhyTree).root.children))
    found = list(lines(screen.query_one(WhyTree).root))
    await keys(pilot, "escape")
    return found


async def test_every_sum_of_the_demo_is_right_as_it_is_said(demo: Database, site: Site) -> None:
    products = 0
    async with running(site) as pilot:
        for event in event_service.list_events():
            if event.status not in ("planned", "started"):
                continue
            items = [row.id for row in catalog_service.list_items()]
            for some in (items[start : start + 20] for start in range(0, len(items), 20)):
                told = await shown(pilot, WhyScreen(event.id, some))
                assert len(told) < MOST_LINES
                for each in told:
                    assert_adds_up(each)
                products += sum(PRODUCT.fullmatch(each.words) is not None for each in told)
    assert products > 100


async def test_butter_is_told_in_cups_a_batch_where_it_comes_in_cups(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "3", "slash", *"butter", "enter", "w")
        words = [told.words for told in lines(pilot.app.screen.query_one(WhyTree).root)]
    assert "for 11 3/4 cup Vanilla buttercream, 5 cup a batch" in words


async def test_the_screen_tells_what_the_command_line_tells(demo: Database, site: Site) -> None:
    event = next(each for each in event_service.list_events() if each.status == "started")
    item = catalog_service.find_item("butter, unsalted")
    reason = plan_service.explain_purchase(event.id, item.id)
    told = telling.tell(reason, item.id, saying.amounts())
    async with running(site) as pilot:
        assert (await shown(pilot, WhyScreen(event.id, [item.id])))[0] == told


async def test_many_ways_to_the_same_are_told_once(sqlite_kitchen: Database, site: Site) -> None:
    built = KitchenBuilder()
    ladder(built, 14)
    sugar = built.item("sugar")
    async with running(site) as pilot:
        why = await shown(pilot, WhyScreen(built.event_id("fair"), [sugar]))
        feeds = await shown(pilot, FeedsScreen(sugar, "Sugar"))
    for told in (why, feeds):
        assert len(told) < 150
        assert [each.note for each in told].count("told above") == 14


async def test_more_lines_than_anybody_reads_are_left_out_and_said_so(
    sqlite_kitchen: Database, site: Site
) -> None:
    built = KitchenBuilder()
    ladder(built, 14)
    items = [row.id for row in catalog_service.list_items()] * 3
    async with running(site) as pilot:
        told = await shown(pilot, WhyScreen(built.event_id("fair"), items))
    assert len(told) <= MOST_LINES + len(items) * 2
    assert told[-1].words == "and more"

"""What-if in place: tried, seen in every pane, kept as one entry or dropped without a trace."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from textual.pilot import Pilot

from bakehouse.plugin import Amount, Cell, Money
from bakehouse.testing.screens import settle, until
from core.services import event_service, journal_service, stock_service
from core.session import Database, configure
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said
from tests.tui.test_event_screen import headline, pane, text_of, workspace
from tui.screens.event.banner import Banner
from tui.screens.event.screen import EventScreen
from tui.screens.problems.screen import ProblemsScreen
from tui.screens.why.screen import WhyScreen, WhyTree
from tui.widgets.changed import Changed


async def worked_out(pilot: Pilot[None]) -> None:
    """Wait until what is tried is on the screen."""
    screen = workspace(pilot)
    await until(
        pilot,
        lambda: (
            screen._timer is None
            and screen.snapshot is not None
            and (screen.snapshot.replayed is not None) == screen.rehearsing
        ),
    )
    await settle(pilot)


async def tried(pilot: Pilot[None], *pressed: str) -> None:
    await keys(pilot, *pressed)
    await worked_out(pilot)


def row(pilot: Pilot[None], plugin: str, name: str) -> dict[str, Cell]:
    """Return the cells of the row with this name, by column, as people read them."""
    table = pane(pilot, plugin).table.table
    cells = next(r.cells for r in table.rows if name in [str(c).strip() for c in r.cells])
    texts = [cell.said if isinstance(cell, Amount | Money) else cell for cell in cells]
    return dict(zip([column.name for column in table.columns], texts, strict=True))


def changed(pilot: Pilot[None]) -> list[str]:
    """Return every number that says it has changed."""
    return [
        cell.said
        for plugin in ("production", "assembly", "shopping")
        for each in pane(pilot, plugin).table.table.rows
        for cell in each.cells
        if isinstance(cell, Changed)
    ]


def bags(pilot: Pilot[None]) -> int:
    rows = event_service.get_assembly_progress(app_of(pilot).event_id or 0)["bundles"]
    return int(next(r for r in rows if r["bundle_name"].startswith("Cookie"))["target_quantity"])


def test_nothing_is_asked_before_there_is_a_style_that_says_so() -> None:
    assert not Banner().asking


async def test_one_batch_more_is_seen_in_every_pane_and_dropped_without_a_trace(
    demo: Database, site: Site
) -> None:
    site.install(
        "second",
        """
        from core.services import event_service
        rows = event_service.get_production_progress(ctx.event, session=ctx.session)["recipes"]
        found = rows[0]["remaining_batches"]
        return Table([Column("batches", kind="amount")], [Row("x", (Amount(found, str(found)),))])
        """,
    )
    before = journal_service.revision()
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await tried(pilot, "plus")
        assert "nothing is saved" in text_of(pilot, "#what-if-title")
        assert "3 1/2 batches of Chocolate chip cookies" in text_of(pilot, "#what-if-steps")
        assert row(pilot, "production", "Chocolate chip cookies")["to_bake"] == "1 1/2 +1/2"
        assert row(pilot, "shopping", "Butter, unsalted")["to_buy"] == "1.188 lb +0.25 lb"
        await tried(pilot, str(pane(pilot, "second").number))
        [other] = pane(pilot, "second").table.rows
        assert isinstance(other.cells[0], Changed)
        assert other.cells[0].said == "1.5 +1/2" or "was" in other.cells[0].said
        await tried(pilot, "1", "escape")
        assert not workspace(pilot).query_one(Banner).display
        assert changed(pilot) == []
        assert journal_service.revision() == before


async def test_several_steps_are_kept_as_one_entry(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        wanted, before = bags(pilot), journal_service.revision()
        await tried(pilot, "2", "plus", "plus", "plus", "u", "1", "plus")
        assert text_of(pilot, "#what-if-steps").startswith("1. 24 × Cookie bag")
        assert bags(pilot) == wanted
        await keys(pilot, "enter")
        assert bags(pilot) == wanted + 2
        assert journal_service.revision() == before + 1
        assert not workspace(pilot).rehearsing
        assert changed(pilot) == []
        assert said(pilot)[-1].endswith("u to undo")
        await keys(pilot, "u")
        assert bags(pilot) == wanted


async def test_keeping_waits_for_what_was_pressed_last(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "2")
        wanted = bags(pilot)
        for key in ("plus", "plus", "enter"):
            await pilot.press(key)
        await until(pilot, lambda: bags(pilot) == wanted + 2)
        await settle(pilot)
        assert not workspace(pilot).rehearsing


async def test_what_is_being_recorded_cannot_be_dropped_any_more(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "2")
        wanted = bags(pilot)
        await tried(pilot, "plus")
        with closing(sqlite3.connect(str(demo.path))) as other:
            other.execute("BEGIN IMMEDIATE")
            await pilot.press("enter", "escape", "u")
            await until(pilot, lambda: "being recorded" in said(pilot)[-1])
            assert workspace(pilot).rehearsing
        await until(pilot, lambda: bags(pilot) == wanted + 1)
        await settle(pilot)
        assert not workspace(pilot).rehearsing


async def test_a_number_is_typed_and_outlives_a_resize(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "2", "equals_sign")
        assert "Cookie bag" in text_of(pilot, "#what-if-question")
        await tried(pilot, "4", "0")
        assert row(pilot, "assembly", "Cookie bag, 6 cookies")["have"] == "8 of 40 was 22"
        await pilot.resize_terminal(*NARROW)
        await settle(pilot)
        banner = workspace(pilot).query_one(Banner)
        assert banner.input.value == "40"
        assert banner.input.has_focus
        await tried(pilot, "enter")
        assert not banner.asking
        assert pane(pilot, "assembly").table.has_focus
        await keys(pilot, "enter")
        assert bags(pilot) == 40


async def test_what_cannot_be_is_said_while_one_types_and_asked_for_anew(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "2", "equals_sign")
        await tried(pilot, "m", "a", "n", "y")
        assert "✗" in text_of(pilot, "#what-if-notes")
        await keys(pilot, "enter")
        banner = workspace(pilot).query_one(Banner)
        await until(pilot, lambda: banner.asking and "✗" in text_of(pilot, "#what-if-notes"))
        assert banner.input.value == "many"
        await until(pilot, lambda: banner.input.has_focus)
        await keys(pilot, "escape")
        assert not workspace(pilot).rehearsing
        await until(pilot, lambda: not banner.display)


async def test_fewer_batches_than_needed_are_short_by_name(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await tried(pilot, "minus")
        assert "new problem: The target of" in text_of(pilot, "#what-if-notes")
        assert "short" in str(row(pilot, "production", "Chocolate chip cookies")["status"])
        await keys(pilot, "p")
        problems = pilot.app.screen
        assert isinstance(problems, ProblemsScreen)
        assert "short" in [problem.kind for problem in problems.problems]


async def test_why_explains_what_is_tried(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await tried(pilot, "plus")
        await keys(pilot, "3", "w")
        assert isinstance(pilot.app.screen, WhyScreen)
        nodes = list(pilot.app.screen.query_one(WhyTree).root.children)
        labels = []
        while nodes:
            node = nodes.pop()
            labels.append(str(node.label))
            nodes += node.children
        assert any("batch target" in label for label in labels)


async def test_it_follows_what_others_do_and_says_what_works_no_more(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "2")
        event_id, wanted = app_of(pilot).event_id or 0, bags(pilot)
        bag = pane(pilot, "assembly").row
        assert bag is not None
        assert bag.about is not None
        await tried(pilot, "plus")
        event_service.set_line(event_id, bag.about.id, wanted + 10)
        await tried(pilot, "r")
        assert str(wanted + 11) in text_of(pilot, "#what-if-steps")
        event_service.set_line(event_id, bag.about.id, 0)
        await keys(pilot, "r")
        await until(pilot, lambda: not workspace(pilot).rehearsing)
        assert any("Left out" in note and "no line" in note for note in said(pilot))


async def test_it_says_stale_while_it_is_tried(demo: Database, site: Site) -> None:
    async with running(site, look_every=0.01) as pilot:
        await keys(pilot, "enter")
        await tried(pilot, "plus")
        app_of(pilot).last_key = float("inf")
        stock_service.count(1, "1 lb")
        await until(pilot, lambda: "stale" in headline(pilot))
        app_of(pilot).last_key = -100.0
        await until(pilot, lambda: "stale" not in headline(pilot))
        assert workspace(pilot).rehearsing
        assert workspace(pilot).revision == journal_service.revision()


async def test_stock_can_be_tried_by_packs_and_by_amount(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "3")
        await tried(pilot, "plus")
        assert row(pilot, "shopping", "Butter, unsalted")["available"] == "6.625 lb +4 lb"
        assert "Counted" in text_of(pilot, "#what-if-steps")
        await tried(pilot, "escape", "equals_sign", "3", "enter")
        assert row(pilot, "shopping", "Butter, unsalted")["available"] == "3 lb +0.375 lb"


async def test_nothing_is_recorded_over_what_is_tried(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await tried(pilot, "plus", "m")
        assert isinstance(pilot.app.screen, EventScreen)
        assert "Keep what is tried" in said(pilot)[-1]
        assert "space" not in workspace(pilot).active_bindings


async def test_a_read_only_kitchen_says_why_nothing_can_be_tried(
    demo: Database, site: Site
) -> None:
    assert demo.path is not None
    configure(demo.path, readonly=True)
    async with running(site) as pilot:
        await keys(pilot, "enter", "plus")
        assert "reading only" in said(pilot)[-1]
        assert not workspace(pilot).rehearsing


async def test_a_row_without_a_number_to_try_says_so(demo: Database, site: Site) -> None:
    site.install("notes", "return Table([Column('what')], [('knead',)])")
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await keys(pilot, str(pane(pilot, "notes").number), "plus")
        assert said(pilot)[-1] == "There is no number on this row to try another one for."


async def test_a_tiny_terminal_shows_what_it_can(demo: Database, site: Site) -> None:
    async with running(site, (20, 5)) as pilot:
        await keys(pilot, "enter")
        await tried(pilot, "plus")
        await keys(pilot, "equals_sign", "1", "escape", "escape")
        assert not workspace(pilot).rehearsing

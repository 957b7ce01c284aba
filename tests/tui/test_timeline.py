"""The timeline as a checklist: ticking a row records what it says."""

from __future__ import annotations

from core.services import event_service, journal_service, settings_service
from core.services.planning.shopping_list import is_shopping_complete
from core.session import Database
from tests.tui.conftest import Site, app_of, keys, running, said
from tests.tui.test_event_screen import open_pane, pane, workspace
from tui.screens.event.screen import EventScreen
from tui.screens.form.screen import FormScreen
from tui.screens.problems.screen import ProblemsScreen
from tui.widgets.table import TableView


async def test_space_records_what_the_row_says(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        timeline = await open_pane(pilot, "timeline")
        event_id = app_of(pilot).event_id or 0

        def go_to(words: str) -> None:
            row = next(r for r in timeline.table.rows if words in str(r.cells[2]))
            assert timeline.table.move_to_key(row.key)

        go_to("Shop")
        await keys(pilot, "space")
        assert is_shopping_complete(event_id)
        assert said(pilot)[-1].endswith("u to undo")
        go_to("Shopping done")
        assert workspace(pilot).row is not None
        await keys(pilot, "space")
        assert not is_shopping_complete(event_id)

        before = journal_service.revision()
        go_to("Chocolate chip cookies")
        await keys(pilot, "space")
        dialog = pilot.app.screen
        assert isinstance(dialog, FormScreen)
        assert dialog.values["recipe"] == "Chocolate chip cookies"
        assert dialog.values["batches"] == "1"
        await keys(pilot, "enter")
        assert journal_service.revision() == before + 1
        [row] = [r for r in pane(pilot, "timeline").table.rows if r.key == "make:1"]
        assert row.style == "done"

        go_to("Cookie bag")
        await keys(pilot, "space")
        dialog = pilot.app.screen
        assert isinstance(dialog, FormScreen)
        assert dialog.command.name == "assemble"
        await keys(pilot, "enter")
        bags = event_service.get_assembly_progress(event_id)["bundles"][0]
        assert bags["assembled_quantity"] > 8


async def test_the_timeline_is_one_key_away(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "T")
        assert pane(pilot, "timeline").display


async def test_a_day_that_is_too_full_is_mended_by_its_setting(demo: Database, site: Site) -> None:
    settings_service.set_setting("oven_hours", "1")
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await keys(pilot, "p")
        problems = pilot.app.screen
        assert isinstance(problems, ProblemsScreen)
        kinds = [problem.kind for problem in problems.problems]
        problems.query_one(TableView).cursor = kinds.index("overload")
        await keys(pilot, "enter")
        dialog = pilot.app.screen
        assert isinstance(dialog, FormScreen)
        assert dialog.command.name == "setting set"
        assert dialog.values["key"] == "oven_hours"


async def test_why_is_not_asked_of_a_row_that_is_about_the_event(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        timeline = await open_pane(pilot, "timeline")
        assert timeline.table.move_to_key("shop:0")
        await keys(pilot, "w")
        assert isinstance(pilot.app.screen, EventScreen)

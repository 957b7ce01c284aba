"""A whole season, played by keys alone."""

from __future__ import annotations

from decimal import Decimal

from textual.pilot import Pilot

from bakehouse.testing.screens import settle
from core.services import event_service, journal_service
from core.session import Database
from tests.tui.conftest import NARROW, Site, keys, running, said, write
from tui.screens.event.board import Board
from tui.screens.event.screen import EventScreen
from tui.screens.form.fields import Field
from tui.screens.form.screen import FormScreen
from tui.widgets.pane import Pane


async def fill(pilot: Pilot[None], **texts: str) -> None:
    """Type into the fields of the dialog, going to each by Tab, and press Enter."""
    dialog = pilot.app.screen
    assert isinstance(dialog, FormScreen)
    for name, text in texts.items():
        field = next(each for each in dialog.query(Field) if each.param.name == name)
        for _ in range(20):
            if field.input.has_focus:
                break
            await pilot.press("tab")
        await write(pilot, text)
    await keys(pilot, "enter")
    assert pilot.app.screen is not dialog, dialog.query_one("#form-message").render()


def pane(pilot: Pilot[None], plugin: str) -> Pane:
    screen = pilot.app.screen
    assert isinstance(screen, EventScreen)
    return next(each for each in screen.query_one(Board).panes if each.view.plugin == plugin)


async def go_to_row(pilot: Pilot[None], number: str, name: str) -> None:
    """Go to a pane by its number and to a row by a filter."""
    await keys(pilot, number, "slash")
    await write(pilot, name)
    await keys(pilot, "enter")


async def test_a_season_by_keys_alone(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "n")
        await fill(pilot, name="Fair 2026", date="2026-12-05")
        assert said(pilot)[-1] == "Added event Fair 2026 — u to undo"
        [fair] = [row for row in event_service.list_events() if row.name == "Fair 2026"]
        home = pilot.app.screen.query_one("TableView")
        home.move_to_key(f"event:{fair.id}")  # type: ignore[attr-defined]
        await keys(pilot, "enter", "n")
        await fill(pilot, item="Cookie bag, 6 cookies", quantity="4")

        def bags() -> dict[str, object]:
            [row] = event_service.get_assembly_progress(fair.id)["bundles"]
            return dict(row)

        assert bags()["target_quantity"] == 4
        # What is bought goes to earlier events first, so one pack may not be enough.
        for _ in range(12):
            to_buy = [r for r in event_service.get_shopping_list(fair.id) if r["status"] == "buy"]
            if not to_buy:
                break
            await go_to_row(pilot, "3", to_buy[0]["item_name"])
            await keys(pilot, "b")
            await fill(pilot, paid="5")
        assert not to_buy

        await go_to_row(pilot, "1", "cookie")
        await keys(pilot, "m")
        await fill(pilot, batches="2", lost="6 burnt")
        [made] = event_service.get_production_progress(fair.id)["recipes"]
        assert made["outputs"][0]["lost"] == 6
        assert made["is_complete"]

        await go_to_row(pilot, "2", "bag")
        await keys(pilot, "a", "enter")
        assert bags()["assembled_quantity"] == 4
        await keys(pilot, "d", "enter")
        assert "Delivered 4" in said(pilot)[-1]
        newest = journal_service.revision()
        await keys(pilot, "u")
        assert said(pilot)[-1].startswith("Undo")
        assert said(pilot)[-1].endswith("U to redo")
        await keys(pilot, "U")
        assert journal_service.revision() == newest + 2
        progress = event_service.get_assembly_progress(fair.id)
        assert progress["progress_pct"] == Decimal(100)
        await settle(pilot)

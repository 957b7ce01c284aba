"""Pictures of what is tried, of the timeline and of charts; each was looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from bakehouse.testing.screens import come_to_rest, settle, until
from core.services import settings_service
from core.session import Database
from tests.tui.conftest import NARROW, WIDE, Site, keys
from tests.tui.test_pictures import SIZES, Compare
from tests.tui.test_what_if import worked_out
from tui.app import BakehouseApp
from tui.screens.look.screen import LookScreen
from tui.widgets import chart
from tui.widgets.chart import ChartView


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give the plugins that the pictures are about."""
    folder = tmp_path / "site"
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(chart, "can_draw", lambda: False)
    return Site(folder, ("production", "assembly", "shopping", "timeline", "problems"))


def compare(snap_compare: Compare, site: Site, size: tuple[int, int], *pressed: str) -> bool:
    """Open the event, press keys, wait for what is tried, and compare with the picture."""

    async def before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await keys(pilot, "enter")
        await keys(pilot, *pressed)
        screen = pilot.app.screen
        if isinstance(screen, LookScreen):
            await until(pilot, lambda: bool(screen.query(ChartView)))
        else:
            await worked_out(pilot)
        await come_to_rest(pilot)

    app = BakehouseApp(site.host(), look_every=3600)
    return snap_compare(app, terminal_size=size, run_before=before)


@SIZES
def test_what_if(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    assert compare(snap_compare, site, size, "2", "plus", "plus", "1", "plus")


@SIZES
def test_what_if_typing(
    snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]
) -> None:
    assert compare(snap_compare, site, size, "2", "equals_sign", "4", "0")


def test_what_if_short(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert compare(snap_compare, site, NARROW, "minus")


def test_what_if_without_color(
    snap_compare: Compare, demo: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compare(snap_compare, site, NARROW, "3", "plus")


@SIZES
def test_timeline(snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]) -> None:
    settings_service.set_setting("hands_hours", "3")
    settings_service.set_setting("oven_hours", "2")
    assert compare(snap_compare, site, size, "4", "j", "j")


@pytest.mark.parametrize("number", ["1", "3"])
def test_charts(snap_compare: Compare, demo: Database, site: Site, number: str) -> None:
    assert compare(snap_compare, site, NARROW if number == "1" else WIDE, number, "v")

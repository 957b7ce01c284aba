"""The plugins and how they do: their states, times and failures."""

from __future__ import annotations

from textual.pilot import Pilot

from bakehouse.plugin import Row
from bakehouse.testing.screens import settle
from core.session import Database
from plugins.host import Host
from tests.tui.conftest import NARROW, Site, keys, running, said
from tui.app import BakehouseApp
from tui.screens.event.screen import EventScreen
from tui.screens.plugins.details import PluginDetailsScreen
from tui.screens.plugins.screen import PluginsScreen
from tui.widgets.pane import Pane
from tui.widgets.table import TableView
from tui.widgets.words import Words


def row_of(pilot: Pilot[None], name: str) -> Row:
    return next(row for row in pilot.app.screen.query_one(TableView).rows if row.key == name)


def cells(pilot: Pilot[None], name: str) -> dict[str, str]:
    table = pilot.app.screen.query_one(TableView).table
    pairs = zip(table.columns, row_of(pilot, name).cells, strict=True)
    return {column.name: str(cell) for column, cell in pairs}


def go_to(pilot: Pilot[None], name: str) -> None:
    pilot.app.screen.query_one(TableView).move_to_key(name)


async def test_states_times_and_failures_are_shown(demo: Database, site: Site) -> None:
    site.install("stoves", "raise ValueError('the oven is cold')")
    async with running(site, event="winter-market-stall") as pilot:
        last = pilot.app.screen.query(Pane).filter(".pane").results(Pane)
        await keys(pilot, next(str(p.number) for p in last if p.view.plugin == "stoves"))
        await keys(pilot, "f6")
        assert isinstance(pilot.app.screen, PluginsScreen)
        assert cells(pilot, "shopping")["state"] == "loaded"
        assert cells(pilot, "shopping")["slowest"].endswith(" ms")
        assert "the oven is cold" in cells(pilot, "stoves")["reason"]
        go_to(pilot, "stoves")
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, PluginDetailsScreen)
        told = " ".join(str(each.render()) for each in pilot.app.screen.query(Words))
        assert "bakehouse-stoves 1.0" in told
        assert "the oven is cold" in told
        await keys(pilot, "C")
        assert "the oven is cold" in pilot.app.clipboard
        assert "in load" in pilot.app.clipboard


async def test_turning_a_plugin_off_and_on_changes_the_workspace(
    demo: Database, site: Site
) -> None:
    site.install("ovens", "return Markdown('hot')")
    async with running(site, event="winter-market-stall") as pilot:

        def shown() -> list[str]:
            assert isinstance(pilot.app.screen, EventScreen)
            return [pane.view.plugin for pane in pilot.app.screen.query(Pane)]

        assert "ovens" in shown()
        await keys(pilot, "f6")
        go_to(pilot, "ovens")
        await keys(pilot, "x")
        assert cells(pilot, "ovens")["state"] == "disabled"
        assert "a turns it on" in said(pilot)[-1]
        await keys(pilot, "f2")
        assert "ovens" not in shown()
        await keys(pilot, "f6")
        await keys(pilot, "a")
        assert cells(pilot, "ovens")["state"] == "enabled"
        await keys(pilot, "f2")
        assert "ovens" in shown(), said(pilot)


async def test_a_new_plugin_is_touched_only_after_it_is_accepted(
    demo: Database, site: Site
) -> None:
    site.install("ovens", "return Markdown('hot')")
    host = Host(None, path=[str(site.folder)], consent_file=site.folder / "plugins.json")
    app = BakehouseApp(host, look_every=3600)
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        await settle(pilot)
        await keys(pilot, "f6")
        assert cells(pilot, "ovens")["state"] == "discovered"
        go_to(pilot, "ovens")
        await keys(pilot, "a")
        assert cells(pilot, "ovens")["state"] in ("enabled", "loaded")
        assert "accepted" in said(pilot)[-1]


async def test_panes_say_where_what_they_show_comes_from(demo: Database, site: Site) -> None:
    async with running(site, event="winter-market-stall") as pilot:
        pane = pilot.app.screen.query(Pane).first()
        source = pane.query_one(".pane-source", Words)
        assert not source.display
        await keys(pilot, "ctrl+t")
        assert source.display
        text = str(source.render())
        assert text.startswith("production 0.1.0 · production · ")
        assert text.endswith(" of 250 ms · rev 16")
        await keys(pilot, "ctrl+t")
        assert not source.display

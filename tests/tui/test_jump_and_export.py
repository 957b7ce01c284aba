"""Going anywhere by a letter, and taking a list along as a file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from bakehouse.cli import run
from core.session import Database
from tests.tui.conftest import NARROW, WIDE, Site, app_of, keys, running, said, write
from tests.tui.test_event_screen import open_pane
from tui.screens.event.screen import EventScreen
from tui.screens.events.screen import EventsScreen
from tui.screens.export.screen import ExportScreen
from tui.screens.journal.screen import JournalScreen
from tui.screens.jump.screen import JumpScreen
from tui.widgets.pane import Pane
from tui.widgets.table import TableView
from tui.widgets.words import Words


def letter_at(pilot: Pilot[None], x: int, y: int) -> str:
    """Return the letter that stands at a place."""
    screen = pilot.app.screen
    assert isinstance(screen, JumpScreen)
    return next(letter for letter, each in screen.targets.items() if each.at == (x, y))


def message(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#export-message", Words).render())


# -- jump ------------------------------------------------------------------------------------------


async def test_a_letter_stands_on_every_pane_and_goes_there(demo: Database, site: Site) -> None:
    async with running(site, WIDE, event="winter-market-stall") as pilot:
        screen = pilot.app.screen
        panes = [pane for pane in screen.query(Pane) if pane.display]
        assert len(panes) == 3
        for pane in reversed(panes):
            region = pane.table.region
            await keys(pilot, "ctrl+o")
            await keys(pilot, letter_at(pilot, region.x, region.y))
            assert pilot.app.screen is screen
            assert pane.table.has_focus


async def test_letters_open_tabs_and_modes(demo: Database, site: Site) -> None:
    async with running(site, (100, 24), event="winter-market-stall") as pilot:
        await keys(pilot, "ctrl+o")
        assert isinstance(pilot.app.screen, JumpScreen)
        tabs = [letter for letter, each in pilot.app.screen.targets.items() if each.at.y == 1]
        await keys(pilot, tabs[2])
        assert [p.view.plugin for p in pilot.app.screen.query(Pane) if p.display] == ["shopping"]
        await pilot.resize_terminal(160, 24)
        await keys(pilot, "f5", "ctrl+o")
        assert isinstance(pilot.app.screen, JumpScreen)
        first = [letter for letter, each in pilot.app.screen.targets.items() if each.at.y == 0][0]
        await keys(pilot, first)
        assert isinstance(pilot.app.screen, EventsScreen)


async def test_any_other_key_goes_back(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        for key in ("escape", "ctrl+o", "f3", "0", "enter"):
            await keys(pilot, "ctrl+o")
            assert isinstance(pilot.app.screen, JumpScreen)
            await keys(pilot, key)
            assert isinstance(pilot.app.screen, EventsScreen)


async def test_modes_by_mouse(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        headline = pilot.app.screen.query_one("Headline")
        [journal] = [at for at, _, mode in headline._modes() if mode == "journal"]  # type: ignore[attr-defined]
        await pilot.click(headline, offset=(journal.x + 2, 0))
        await keys(pilot)
        assert isinstance(pilot.app.screen, JournalScreen)


# -- export ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Begin in an empty folder."""
    path = tmp_path / "exports"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


async def test_a_list_is_written_as_the_command_line_writes_it(
    demo: Database, site: Site, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with running(site, event="winter-market-stall") as pilot:
        await keys(pilot, "3", "e")
        assert isinstance(pilot.app.screen, ExportScreen)
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, EventScreen)
        await keys(pilot, "e", "down", "enter", "e", "down", "down", "enter")
    assert sorted(path.name for path in folder.iterdir()) == [
        "shopping-2026-11-22.csv",
        "shopping-2026-11-22.json",
        "shopping-2026-11-22.md",
    ]
    assert said(pilot)[-1] == f"Written to {folder / 'shopping-2026-11-22.json'}"
    capfd.readouterr()
    for option, ending in (("--csv", "csv"), ("--markdown", "md")):
        assert run(["--db", str(demo.path), "show", "shopping", "winter", option]) == 0
        assert (folder / f"shopping-2026-11-22.{ending}").read_text() == capfd.readouterr().out
    assert run(["--db", str(demo.path), "show", "shopping", "winter", "--json"]) == 0
    whole = json.loads(capfd.readouterr().out)["data"]
    assert json.loads((folder / "shopping-2026-11-22.json").read_text())["data"] == whole


async def test_what_is_filtered_is_written_as_it_is_seen(
    demo: Database, site: Site, folder: Path
) -> None:
    async with running(site, event="winter-market-stall") as pilot:
        await keys(pilot, "3", "slash")
        await write(pilot, "sugar")
        await keys(pilot, "enter", "e")
        seen = len(
            next(
                p for p in app_of(pilot).screen_stack[0].query(Pane) if p.has_focus_within
            ).table.rows
        )
        await keys(pilot, "enter")
    [file] = folder.iterdir()
    assert len(list(csv.DictReader(file.read_text().splitlines()))) == seen > 0


async def test_a_file_is_never_replaced_without_being_told(
    demo: Database, site: Site, folder: Path
) -> None:
    mine = folder / "journal-2026-11-22.csv"
    mine.write_text("mine")
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f5", "e", "ctrl+r", "enter", "enter")
        assert isinstance(pilot.app.screen, ExportScreen)
        assert "is there already. ctrl+r replaces it" in message(pilot)
        assert mine.read_text() == "mine"
        await keys(pilot, "end", "backspace", "backspace", "backspace", *"csv", "ctrl+r")
        assert mine.read_text() == "mine", "another name begins anew"
        await keys(pilot, "enter", "ctrl+r")
        assert mine.read_text().startswith("revision,")
    assert [path.name for path in folder.iterdir()] == [mine.name]


async def test_what_cannot_be_written_keeps_what_was_typed(
    demo: Database, site: Site, folder: Path
) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f5", "e")
        for name, says in (
            ("missing/list.csv", "cannot be written: No such file"),
            ("list.xls", ".csv, .md, .json"),
            (".", ".csv, .md, .json"),
        ):
            await write(pilot, name)
            await keys(pilot, "enter")
            assert isinstance(pilot.app.screen, ExportScreen)
            assert says in message(pilot)
            assert pilot.app.screen.query_one(Input).value == name
    assert list(folder.iterdir()) == []


async def test_data_of_a_plugin_that_is_no_json_is_told_under_its_name(
    demo: Database, site: Site, folder: Path
) -> None:
    site.install("notes", "return Table([Column('a')], [('x',)], data=object())", title="Notes")
    async with running(site, event="winter-market-stall") as pilot:
        await open_pane(pilot, "notes")
        await keys(pilot, "e", "down", "down", "enter")
        assert isinstance(pilot.app.screen, ExportScreen)
        assert "Plugin notes 1.0, notes: what it gives as its data is no JSON" in message(pilot)
    assert list(folder.iterdir()) == []


async def test_copying_hands_the_text_to_the_terminal(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f5", "C")
        row = pilot.app.screen.query_one(TableView).texts()
        assert pilot.app.clipboard == "\t".join(row)

"""Files in and out of the screen: formats of plugins, and our own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from bakehouse.testing.screens import come_to_rest, settle, until
from core.interchange.exporting import export_kitchen, write_kitchen
from core.services import catalog_service, journal_service, stock_service
from core.session import Database, configure
from tests.tui.conftest import NARROW, WIDE, Site, app_of, keys, running, said
from tests.tui.test_pictures import Compare
from tui.app import BakehouseApp
from tui.palette import Commands, Entries, Formats
from tui.screens.events.screen import EventsScreen
from tui.screens.export.screen import ExportScreen
from tui.screens.importing.files import files_in, folder_typed
from tui.screens.importing.screen import ImportScreen
from tui.widgets.table import TableView
from tui.widgets.words import Words

PURCHASES = """
@contribute.importers
def importers():
    return [ImporterSpec(id="bank", title="Bank list", read="tui_plugin_bank:read",
                         suffixes=(".csv",), budget_ms=20)]

def read(ctx, source):
    lines = [line.split(",") for line in source.text().splitlines()]
    return ChangeSet(
        [Step("buy", {"what": what, "packs": packs, "paid": paid}) for what, packs, paid in lines],
        summary="Bought by list [/x]",
        notes=["prices [are] without tax"],
    )
"""
LABELS = """
@contribute.exporters
def exporters():
    return [ExporterSpec(id="sheet", title="Sheet", suffix=".sheet.pdf",
                         write="tui_plugin_sheet:write", help="One [page] to print.")]

def write(ctx, file):
    file.write(b"%PDF of " + str(ctx.event_id).encode())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Begin in a folder with a list of purchases."""
    path = tmp_path / "files"
    path.mkdir()
    monkeypatch.chdir(path)
    (path / "list.csv").write_text("butter-1lb,2,9.50\n")
    return path


async def offered(pilot: Pilot[None], kind: type[Entries]) -> dict[str, Callable[[], object]]:
    """Return what the palette offers, by name."""
    entries = kind(pilot.app.screen)
    await entries.startup()
    return {name: act for name, _, act in entries._entries()}


async def choose(pilot: Pilot[None], kind: type[Entries], name: str) -> None:
    """Do what the palette offers under this name."""
    (await offered(pilot, kind))[name]()
    await settle(pilot)


async def name(pilot: Pilot[None], path: Path | str) -> None:
    """Name a file, as if it had been pasted."""
    assert isinstance(pilot.app.screen, ImportScreen)
    pilot.app.screen.field.input.value = str(path)
    await settle(pilot)


def words(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Words).render())


def butter() -> Decimal:
    return next(row.on_hand for row in stock_service.list_stock() if "Butter, " in row.name)


# -- importing -------------------------------------------------------------------------------------


async def test_formats_of_plugins_are_in_the_palette_as_noun_and_verb(
    demo: Database, site: Site
) -> None:
    site.install_module("bank", PURCHASES)
    site.install_module("sheet", LABELS)
    async with running(site) as pilot:
        assert [*await offered(pilot, Formats)] == ["sheet: export", "bank list: import"]
        assert {"file: import", "kitchen: export", "event: export"} <= {
            *await offered(pilot, Commands)
        }
        await keys(pilot, "ctrl+p", *"bank list")
        await pilot.pause(0.3)
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, ImportScreen)


async def test_a_file_of_a_plugin_is_previewed_then_one_entry_that_one_undo_takes_back(
    demo: Database, site: Site, folder: Path
) -> None:
    site.install_module("bank", PURCHASES)
    before, had = journal_service.revision(), butter()
    async with running(site) as pilot:
        await choose(pilot, Formats, "bank list: import")
        assert "chooses a file" in words(pilot, "#form-message")
        await keys(pilot, "down")
        await until(pilot, lambda: "Bought by list [/x]" in words(pilot, "#form-message"))
        shown = words(pilot, "#differences-text")
        assert shown.startswith("prices [are] without tax")
        assert "Butter, unsalted" in shown
        assert journal_service.revision() == before
        await keys(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EventsScreen))
        assert "Bought by list [/x] — u to undo" in said(pilot)
        assert journal_service.revision() == before + 1
        assert butter() != had
        await keys(pilot, "u")
        await until(pilot, lambda: journal_service.revision() == before + 2)
    assert butter() == had


async def test_what_is_wrong_in_a_file_is_said_and_nothing_is_changed(
    demo: Database, site: Site, folder: Path
) -> None:
    site.install_module("bank", PURCHASES)
    (folder / "bad.csv").write_text("no such thing,1,1\n")
    before = journal_service.revision()
    async with running(site) as pilot:
        await choose(pilot, Formats, "bank list: import")
        for file, says in (
            ("bad.csv", "✗ steps[0] (buy): There is no item 'no such thing'."),
            ("missing.csv", "No such file"),
        ):
            await name(pilot, folder / file)
            await until(pilot, lambda says=says: says in words(pilot, "#form-message"))  # type: ignore[misc]
            await keys(pilot, "enter")
            assert isinstance(pilot.app.screen, ImportScreen)
            assert says in words(pilot, "#form-message")
        (folder / "bad.csv").write_text("butter-1lb,1,5\n")
        await name(pilot, folder / "bad.csv")
        await keys(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EventsScreen))
    assert journal_service.revision() == before + 1, "a file that was mended is read again"


async def test_an_importer_that_never_ends_costs_only_itself(
    demo: Database, site: Site, folder: Path
) -> None:
    site.install_module("bank", PURCHASES.replace("    lines =", "    time.sleep(3)\n    lines ="))
    async with running(site) as pilot:
        await choose(pilot, Formats, "bank list: import")
        await keys(pilot, "down")
        await until(pilot, lambda: "took longer than 0.2 s" in words(pilot, "#form-message"))
        assert "Plugin bank 1.0" in words(pilot, "#form-message")
        await keys(pilot, "escape")
        assert isinstance(pilot.app.screen, EventsScreen)


async def test_a_part_of_a_kitchen_comes_back_by_its_look(
    demo: Database, site: Site, folder: Path
) -> None:
    catalogue = {"format": "bakehouse", "version": 1}
    new = {"slug": "saffron", "name": "Saffron", "kind": "ingredient", "unit": "g"}
    (folder / "new.json").write_text(json.dumps({**catalogue, "items": [new]}))
    async with running(site, NARROW) as pilot:
        await choose(pilot, Commands, "file: import")
        await name(pilot, folder / "new.json")
        await until(pilot, lambda: "Imported 1 item" in words(pilot, "#form-message"))
        await keys(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EventsScreen))
    assert "saffron" in [item.slug for item in catalog_service.list_items()]


async def test_a_whole_kitchen_is_restored_into_an_empty_one(
    demo: Database, site: Site, folder: Path, tmp_path: Path
) -> None:
    whole = write_kitchen(export_kitchen())
    (folder / "all.json").write_bytes(whole)
    configure(tmp_path / "empty.db", create=True)
    async with running(site) as pilot:
        await choose(pilot, Commands, "file: import")
        await name(pilot, folder / "all.json")
        await until(pilot, lambda: "A whole kitchen" in words(pilot, "#form-message"))
        await keys(pilot, "enter")
        await until(pilot, lambda: len(pilot.app.screen.query_one(TableView).rows) == 3)
    assert write_kitchen(export_kitchen()) == whole


async def test_a_read_only_kitchen_is_written_out_and_takes_nothing_in(
    demo: Database, site: Site
) -> None:
    site.install_module("bank", PURCHASES)
    site.install_module("sheet", LABELS)
    configure(str(demo.path), readonly=True)
    async with running(site) as pilot:
        assert [*await offered(pilot, Formats)] == ["sheet: export"]
        assert "file: import" not in await offered(pilot, Commands)


async def test_a_path_that_cannot_be_is_told_while_one_types(
    demo: Database, site: Site, folder: Path
) -> None:
    async with running(site) as pilot:
        await choose(pilot, Commands, "file: import")
        for typed, says in (
            ("~b", "no such home folder"),
            ("~nobody-here/x", "no such home folder"),
            ("a\0b", "NUL"),
            ("x" * 300, "File name too long"),
        ):
            await name(pilot, typed)
            await until(pilot, lambda says=says: says in words(pilot, "#form-message"))  # type: ignore[misc]
            await keys(pilot, "enter")
            assert isinstance(pilot.app.screen, ImportScreen)
        await keys(pilot, "escape")
        await choose(pilot, Commands, "kitchen: export")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        for typed, says in (("~b.json", "no such home folder"), ("a\0b.json", "NUL")):
            pilot.app.screen.query_one(Input).value = typed
            await keys(pilot, "enter")
            await until(pilot, lambda says=says: says in words(pilot, "#export-message"))  # type: ignore[misc]
        await keys(pilot, "escape")
    assert [path.name for path in folder.iterdir()] == ["list.csv"]


async def test_a_working_folder_that_is_gone_keeps_no_dialog_from_opening(
    demo: Database, site: Site, folder: Path
) -> None:
    (folder / "list.csv").unlink()
    folder.rmdir()
    async with running(site) as pilot:
        await choose(pilot, Commands, "file: import")
        assert isinstance(pilot.app.screen, ImportScreen)
        await name(pilot, "list.csv")
        await until(pilot, lambda: "no longer there" in words(pilot, "#form-message"))
        await keys(pilot, "escape")
        await choose(pilot, Commands, "kitchen: export")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        pilot.app.screen.query_one(Input).value = "k.json"
        await keys(pilot, "enter")
        await until(pilot, lambda: "no longer there" in words(pilot, "#export-message"))


def test_files_are_offered_newest_first_then_folders(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / ".hidden.csv").write_text("")
    (folder / "old.CSV").write_text("")
    os.utime(folder / "old.CSV", (1, 1))
    (folder / "note.txt").write_text("")
    typed = f"{folder}/"
    assert folder_typed(f"{typed}li") == typed
    assert [each.text for each in files_in(typed, [".csv"])] == [
        f"{typed}list.csv",
        f"{typed}old.CSV",
        f"{typed}sub/",
    ]
    assert [each.text for each in files_in("", [".csv"])] == ["list.csv", "old.CSV", "sub/"]
    assert files_in(f"{typed}missing/", ()) == []


# -- exporting -------------------------------------------------------------------------------------


async def test_what_a_plugin_makes_is_written_of_the_event_under_the_cursor(
    demo: Database, site: Site, folder: Path
) -> None:
    site.install_module("sheet", LABELS)
    async with running(site) as pilot:
        await keys(pilot, "j")
        assert isinstance(pilot.app.screen, EventsScreen)
        event_id = pilot.app.screen.event_id
        await choose(pilot, Formats, "sheet: export")
        assert isinstance(pilot.app.screen, ExportScreen)
        assert words(pilot, "#export-message") == "One [page] to print."
        assert words(pilot, "#export-what") == "of Christmas gift bags, by sheet 1.0"
        await keys(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EventsScreen))
    written = folder / "sheet-christmas-gift-bags-2026-11-22.sheet.pdf"
    assert written.read_bytes() == f"%PDF of {event_id}".encode()


async def test_an_exporter_that_fails_is_named_and_writes_nothing(
    demo: Database, site: Site, folder: Path
) -> None:
    site.install_module("sheet", LABELS.replace("file.write(", "1 / 0; file.write("))
    async with running(site) as pilot:
        await choose(pilot, Formats, "sheet: export")
        await keys(pilot, "enter")
        await until(pilot, lambda: "✗" in words(pilot, "#export-message"))
        assert "Plugin sheet 1.0, sheet: ZeroDivisionError" in words(pilot, "#export-message")
        assert isinstance(pilot.app.screen, ExportScreen)
    assert [path.name for path in folder.iterdir()] == ["list.csv"]


async def test_the_kitchen_and_an_event_are_written_as_kitchen_files(
    demo: Database, site: Site, folder: Path
) -> None:
    async with running(site, WIDE, event="winter-market-stall") as pilot:
        for name in ("kitchen: export", "event: export"):
            await choose(pilot, Commands, name)
            await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
            await keys(pilot, "enter")
            await until(pilot, lambda: not isinstance(pilot.app.screen, ExportScreen))
        assert app_of(pilot).event_id is not None
    assert (folder / "kitchen-2026-11-22.json").read_bytes() == write_kitchen(export_kitchen())
    event = export_kitchen(event="winter-market-stall")
    assert (folder / "winter-market-stall-2026-11-22.json").read_bytes() == write_kitchen(event)


def test_a_file_that_is_to_be_imported(
    snap_compare: Compare, demo: Database, site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    site.install_module("bank", PURCHASES)

    async def opened(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await choose(pilot, Formats, "bank list: import")
        await keys(pilot, "down")
        await until(pilot, lambda: "Bought by list" in words(pilot, "#form-message"))
        await come_to_rest(pilot)

    app = BakehouseApp(site.host(), look_every=3600)
    assert snap_compare(app, terminal_size=NARROW, run_before=opened)

"""The plugins and how they do: their states, times and failures."""

from __future__ import annotations

import sys
import threading
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from bakehouse.plugin import Row
from bakehouse.testing.screens import playing, settle, until
from core.services import event_service, journal_service
from core.session import Database, read_session
from plugins import tables, watchdog
from plugins.host import Host, State
from plugins.tables import tables_of
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said
from tui.app import BakehouseApp
from tui.screens.event.board import Board
from tui.screens.event.screen import EventScreen
from tui.screens.form.fields import Field, FieldInput
from tui.screens.form.screen import FormScreen
from tui.screens.plugins.details import PluginDetailsScreen
from tui.screens.plugins.screen import PluginsScreen
from tui.screens.plugins.settings import SettingsScreen
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
        panes = pilot.app.screen.query_one(Board).panes
        await keys(pilot, next(str(p.number) for p in panes if p.view.plugin == "stoves"))
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


async def test_what_failed_when_a_plugin_was_last_used_is_told_the_next_time(
    demo: Database, site: Site
) -> None:
    site.install("stoves", "raise ValueError('the oven is cold')")
    host = site.host()
    with read_session() as session:
        host.load(host.view("stoves"), session, 1)
    async with running(site) as pilot:
        await keys(pilot, "f6")
        told = "when last used: stoves: ValueError: the oven is cold"
        assert cells(pilot, "stoves")["reason"] == told
        go_to(pilot, "stoves")
        await keys(pilot, "enter")
        told = " ".join(str(each.render()) for each in pilot.app.screen.query(Words))
        assert "when last used" in told


async def test_turning_a_plugin_off_and_on_changes_the_workspace(
    demo: Database, site: Site
) -> None:
    site.install("ovens", "return Markdown('hot')")
    async with running(site, event="winter-market-stall") as pilot:

        def shown() -> list[str]:
            assert isinstance(pilot.app.screen, EventScreen)
            return [pane.view.plugin for pane in pilot.app.screen.query_one(Board).panes]

        assert "ovens" in shown()
        await keys(pilot, "f6")
        go_to(pilot, "ovens")
        before = journal_service.revision()
        await keys(pilot, "x")
        assert cells(pilot, "ovens")["state"] == "disabled"
        assert "a turns it on" in said(pilot)[-1]
        # That is no change of the kitchen, so none is taken back.
        await keys(pilot, "u")
        assert journal_service.revision() == before
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
    async with playing(app, size=NARROW) as pilot:
        await keys(pilot, "f6")
        assert cells(pilot, "ovens")["state"] == "discovered"
        go_to(pilot, "ovens")
        await keys(pilot, "a")
        assert cells(pilot, "ovens")["state"] in ("enabled", "loaded")
        assert "accepted" in said(pilot)[-1]


async def test_panes_say_where_what_they_show_comes_from(demo: Database, site: Site) -> None:
    async with running(site, event="winter-market-stall") as pilot:
        pane = pilot.app.screen.query(Pane).first()
        assert not pane.query(".pane-source")
        await keys(pilot, "ctrl+t")
        source = pane.query_one(".pane-source", Words)
        assert source.display
        text = str(source.render())
        assert text.startswith("production 0.1.0 · production · ")
        assert text.endswith(" of 250 ms · rev 16")
        await keys(pilot, "ctrl+t")
        assert not source.display


# -- settings --------------------------------------------------------------------------------------

LABELS = """
@contribute.settings
def settings():
    return [
        Setting(key="size", title="Size of [page]", default="A4", kind="choice",
                choices=["A4", "letter"]),
        Setting(key="columns", title="Columns", default=2, kind="integer", least=1, most=4,
                help="How many beside each other."),
        Setting(key="token", title="Token", default="", secret=True),
    ]

@contribute.views
def views():
    return [ViewSpec(id="labels", title="Labels", area=Area.EVENT, load="tui_plugin_labels:load")]

def load(ctx):
    return Markdown(f"{ctx.settings['size']} by {ctx.settings['columns']}")
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give a config file with settings of a plugin, and more."""
    path = tmp_path / "config-home" / "bakehouse" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('# mine\n[plugins.labels]\ncolumns = 3 # wide\ntoken = "abc"\n')
    return path


async def open_settings(pilot: Pilot[None]) -> SettingsScreen:
    await keys(pilot, "f6")
    go_to(pilot, "labels")
    await keys(pilot, "o")
    assert isinstance(pilot.app.screen, SettingsScreen), said(pilot)
    return pilot.app.screen


async def fill(pilot: Pilot[None], key: str, text: str) -> None:
    field = next(f for f in pilot.app.screen.query(Field) if f.param.name == key)
    field.input.focus()
    field.input.value = text
    await settle(pilot)


def form_says(pilot: Pilot[None], selector: str = "#form-message") -> str:
    return str(pilot.app.screen.query_one(selector, Words).render())


async def test_settings_are_a_form_that_writes_the_config_file_and_counts_at_once(
    demo: Database, site: Site, config: Path
) -> None:
    site.install_module("labels", LABELS)
    async with running(site, event="winter-market-stall") as pilot:
        screen = await open_settings(pilot)
        texts = {field.param.name: field.input.value for field in screen.query(Field)}
        assert texts == {"size": "A4", "columns": "3", "token": ""}
        assert "abc" not in pilot.app.export_screenshot()
        await fill(pilot, "columns", "9")
        await until(pilot, lambda: form_says(pilot) == "✗ Columns must be 4 or less, not 9.")
        assert "How many beside each other. · a whole number, 1 or more, 4 or less" in form_says(
            pilot, "#form-offers"
        )
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, SettingsScreen), "what is wrong is not kept"
        await fill(pilot, "columns", "4")
        await fill(pilot, "size", "letter")
        await until(pilot, lambda: "Enter keeps: Size of [page], Columns" in form_says(pilot))
        await keys(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PluginsScreen))
        assert config.read_text() == (
            '# mine\n[plugins.labels]\ncolumns = 4 # wide\ntoken = "abc"\nsize = "letter"\n'
        )
        assert app_of(pilot).host.settings("labels").values["size"] == "letter"


async def test_ctrl_r_takes_the_default_again(demo: Database, site: Site, config: Path) -> None:
    site.install_module("labels", LABELS)
    async with running(site, NARROW, event="winter-market-stall") as pilot:
        screen = await open_settings(pilot)
        screen.query(FieldInput)[1].focus()
        await keys(pilot, "ctrl+r", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PluginsScreen))
    assert config.read_text() == '# mine\n[plugins.labels]\ntoken = "abc"\n'


async def test_a_variable_that_wins_is_named(
    demo: Database, site: Site, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_LABELS_COLUMNS", "1")
    site.install_module("labels", LABELS)
    async with running(site, event="winter-market-stall") as pilot:
        await open_settings(pilot)
        wins = "Columns: BAKEHOUSE_PLUGIN_LABELS_COLUMNS wins for as long as it is set."
        await until(pilot, lambda: form_says(pilot) == wins)
        await fill(pilot, "columns", "2")
        await keys(pilot, "enter")
        await until(pilot, lambda: wins in said(pilot))
    assert "columns" not in config.read_text(), "2 is the default"


NOTES = """
import threading
GO_ON = threading.Event()

@contribute.tables
def tables():
    return [TablesSpec(id="notes", migrations="tui_plugin_notes_revisions")]

@contribute.views
def views():
    return [ViewSpec(id="notes", title="Notes", area=Area.EVENT, load="tui_plugin_notes:load",
                     actions=[Action(id="notes.say", title="Say", key="K",
                                     command=("row", "set", "p_notes__note", "--key", "id={key}",
                                              "--value", "note=hot", "--value", "by={event}"))])]

def load(ctx):
    from sqlalchemy import text
    rows = ctx.session.execute(text("SELECT note FROM p_notes__note")).scalars().all()
    return Table([Column("note")], [Row("1", (rows[0] if rows else "nothing yet",))])
"""
REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = 'a', None

def upgrade():
    op.create_table('p_notes__note', sa.Column('id', sa.Integer, primary_key=True),
                    sa.Column('note', sa.String), sa.Column('by', sa.Integer))
"""


def install_notes(site: Site, *, then: str = "") -> None:
    """Install a plugin with a table, a view of it, and an action that writes it."""
    site.install_module("notes", NOTES)
    revisions = site.folder / "tui_plugin_notes_revisions"
    revisions.mkdir()
    (revisions / "__init__.py").write_text("")
    (revisions / "first.py").write_text(f"{REVISION}    {then}\n")


async def test_a_plugin_accepted_on_the_screen_has_its_tables_at_once(
    demo: Database, site: Site
) -> None:
    install_notes(site)
    consent = site.folder / "plugins.json"
    host = Host(None, path=[str(site.folder)], consent_file=consent, state=site.folder / "state")
    async with playing(BakehouseApp(host, look_every=3600), size=NARROW) as pilot:
        await keys(pilot, "f6")
        go_to(pilot, "notes")
        await keys(pilot, "a")
        await until(pilot, lambda: "p_notes__note" in tables_of(demo, "notes"))


async def test_tables_without_an_end_are_given_up_while_the_screen_goes_on(
    demo: Database, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "GRACE", 0.2)
    install_notes(site, then="import tui_plugin_notes\n    tui_plugin_notes.GO_ON.wait()")
    consent = site.folder / "plugins.json"
    host = Host(None, path=[str(site.folder)], consent_file=consent, state=site.folder / "state")
    async with playing(BakehouseApp(host, look_every=3600), size=NARROW) as pilot:
        await keys(pilot, "f6")
        go_to(pilot, "notes")
        await keys(pilot, "a")
        await until(pilot, lambda: any("longer than 0.2 s" in each for each in said(pilot)))
        assert host.record("notes").state is State.QUARANTINED
        assert tables_of(demo, "notes") == []
        event_service.add_event("Fair", date(2026, 12, 20))
        sys.modules["tui_plugin_notes"].GO_ON.set()
        for thread in threading.enumerate():
            if thread.name == "plugin-code":
                thread.join(10)


async def test_an_action_writes_a_row_with_a_preview_and_an_undo(
    demo: Database, site: Site
) -> None:
    install_notes(site)
    site.host().prepare(demo)
    async with running(site, event="winter-market-stall") as pilot:
        panes = pilot.app.screen.query_one(Board).panes
        [pane] = [each for each in panes if each.view.plugin == "notes"]

        def note() -> str:
            return pane.table.texts()[0]

        await keys(pilot, str(pane.number))
        await until(pilot, lambda: note() == "nothing yet")
        await keys(pilot, "K")
        assert isinstance(pilot.app.screen, FormScreen)
        await until(pilot, lambda: "Kept p_notes__note?id=1" in form_says(pilot))
        await keys(pilot, "enter")
        await until(pilot, lambda: note() == "hot")
        await keys(pilot, "u")
        await until(pilot, lambda: note() == "nothing yet")

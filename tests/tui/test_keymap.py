"""Rebinding keys: what can be had, and how what cannot be had is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import Config
from core.session import Database
from tests.tui.conftest import Site, app_of, keys, running, said, settings_in
from tui.app import BakehouseApp
from tui.keymap import checked, key_of, known_keys
from tui.screens.help.screen import HelpScreen
from tui.screens.journal.screen import JournalScreen
from tui.widgets.table import TableView


def asked(path: Path, **wanted: str) -> Config:
    keys = {name.replace("_", "."): key for name, key in wanted.items()}
    path.write_text("[keys]\n" + "".join(f'"{name}" = "{key}"\n' for name, key in keys.items()))
    return Config(path, keys=keys)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def told(config: Config) -> str:
    return "\n".join(map(str, checked(config).troubles))


def test_keys_are_written_as_people_write_them() -> None:
    assert key_of("?") == ("question_mark", "")
    assert key_of("Z") == ("Z", "")
    assert key_of("Ctrl+z") == ("ctrl+z", "")
    assert key_of("alt+ctrl+/") == ("ctrl+alt+slash", "")
    assert key_of("PageUp") == ("pageup", "")
    assert key_of("f7") == ("f7", "")


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("contrl+z", "did you mean 'ctrl+…'?"),
        ("pagup", "did you mean 'pageup'?"),
        ("shift+u", "write 'U'"),
        ("ctrl+i", "cannot tell 'ctrl+i' from tab"),
        ("xyzzy", "write it as 'z', 'ctrl+z' or 'f7'"),
        ("ctrl+", "there is no key"),
    ],
)
def test_keys_that_nobody_can_press_are_told(path: Path, key: str, says: str) -> None:
    found = checked(asked(path, journal_undo=key))
    assert found.keymap == {}
    [trouble] = found.troubles
    assert says in trouble.message
    assert (trouble.line, trouble.key) == (2, "keys.journal.undo")


def test_a_name_that_is_not_there_is_told_with_the_nearest(path: Path) -> None:
    assert "did you mean 'journal.undo'?" in told(asked(path, journal_undoo="z"))


def test_a_key_that_is_taken_is_told_and_left_out(path: Path) -> None:
    found = checked(asked(path, app_keys="u", list_filter="f7"))
    assert found.keymap == {"list.filter": "f7"}
    assert "u is taken by “Undo” (journal.undo)" in str(found.troubles[0])
    assert "taken by “Down”" in told(asked(path, journal_undo="j"))
    assert "app.suspend" in told(asked(path, journal_undo="ctrl+z"))


def test_two_bindings_can_swap_their_keys(path: Path) -> None:
    found = checked(asked(path, journal_undo="U", journal_redo="u"))
    assert found.troubles == (), told(asked(path, journal_undo="U", journal_redo="u"))
    assert found.keymap == {"journal.undo": "U", "journal.redo": "u"}


def test_of_two_that_want_one_key_the_first_has_it(path: Path) -> None:
    found = checked(asked(path, app_jump="f9", app_sources="f9"))
    assert found.keymap == {"app.jump": "f9"}
    assert "F9 is taken by “Jump”" in str(found.troubles[0])


def test_screens_that_are_never_open_together_may_share_a_key(path: Path) -> None:
    assert checked(asked(path, events_new="f8", plugins_off="f8")).troubles == ()


def test_a_letter_that_could_not_be_typed_any_more_is_refused(path: Path) -> None:
    assert "could not be typed" in told(asked(path, form_record="x"))


def test_every_binding_with_a_name_is_listed() -> None:
    listed = {each.id: each for each in known_keys(Config(Path("none")))}
    assert listed["journal.undo"].keys == "u"
    assert listed["app.keys"].keys == "?"
    assert {"go.events", "go.plugins", "list.filter", "list.export"} <= listed.keys()


def test_every_binding_says_where_it_works_in_words_people_know() -> None:
    places = {each.id: each.where for each in known_keys(Config(Path("none")))}
    assert places["stock.lots"] == "stock"
    assert places["count.skip"] == "counting"
    assert places["list.export"] == "lists"
    assert places["form.record"] == "forms, plugin settings"
    of_app = {binding.id for _, binding in BakehouseApp._merge_bindings()}
    assert {id_ for id_, where in places.items() if where == "everywhere"} <= of_app
    assert all(where == where.lower() for where in places.values())


async def test_the_keys_of_the_screen_come_first(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        places = [row.cells[2] for row in pilot.app.screen.query_one(TableView).rows]
        assert places[0] == "this screen"
        assert "stock" not in places


async def test_rebound_keys_work_and_are_shown(demo: Database, site: Site, path: Path) -> None:
    settings = settings_in(path, '[keys]\n"go.journal" = "f9"\n"journal.undo" = "ctrl+u"\n')
    assert checked(settings).troubles == ()
    async with running(site, settings=settings) as pilot:
        await keys(pilot, "f9")
        assert isinstance(pilot.app.screen, JournalScreen)
        rows = len(pilot.app.screen.query_one(TableView).rows)
        await keys(pilot, "u")
        assert len(pilot.app.screen.query_one(TableView).rows) == rows
        await keys(pilot, "ctrl+u")
        assert len(pilot.app.screen.query_one(TableView).rows) == rows + 1
        assert app_of(pilot).said_key("journal.undo") == "ctrl+u"
        await keys(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        shown = {
            str(row.cells[1]): row.cells[0] for row in pilot.app.screen.query_one(TableView).rows
        }
        assert next(key for does, key in shown.items() if does.startswith("Undo this")) == "^u"


async def test_a_wrong_config_is_told_and_the_rest_of_it_counts(
    demo: Database, site: Site, path: Path
) -> None:
    settings = settings_in(path, 'theme = "nrod"\n[keys]\n"go.journal" = "f9"\nnope = "x"\n')
    async with running(site, settings=settings) as pilot:
        assert "did you mean 'nord'?" in said(pilot)[0]
        assert "1 more: `bakehouse doctor` lists them." in said(pilot)[0]
        await keys(pilot, "f9")
        assert isinstance(pilot.app.screen, JournalScreen)

"""Settings of plugins: one schema, the config file, the environment over it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bakehouse.plugin import Setting, Table
from core.errors import BadFile, UnreadableArgument
from core.session import Database, read_session
from plugins.host import Failure, Loaded
from plugins.settings import (
    SettingNotFound,
    described,
    keep_setting,
    read_settings,
    remembered,
)

if TYPE_CHECKING:
    from tests.plugins.conftest import Site

SCHEMA = [
    Setting(key="store", title="Store", default="anywhere"),
    Setting(key="columns", title="Columns", default=2, kind="integer", least=1, most=4),
    Setting(key="margin", title="Margin", default=Decimal("1.5"), kind="number"),
    Setting(key="bold", title="Bold", default=False, kind="flag"),
    Setting(key="size", title="Size", default="A4", kind="choice", choices=("A4", "letter")),
    Setting(key="since", title="Since", default="2026-01-01", kind="date"),
    Setting(key="token", title="Token", default="", secret=True),
]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    path = tmp_path / "home" / "bakehouse" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_defaults_hold_where_nothing_is_set(config: Path) -> None:
    held = read_settings("labels", SCHEMA)
    assert dict(held.values) == {
        "store": "anywhere",
        "columns": 2,
        "margin": Decimal("1.5"),
        "bold": False,
        "size": "A4",
        "since": date(2026, 1, 1),
        "token": "",
    }
    assert {each.source for each in held.held} == {"default"}


def test_the_environment_wins_over_the_file(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text(
        '[plugins.my-labels]\nstore = "Wegmans"\ncolumns = 3\nmargin = 0.25\nbold = true\n'
        "since = 2026-11-01\n"
    )
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_MY_LABELS_COLUMNS", "4")
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_MY_LABELS_SINCE", "2026-12-24")
    held = read_settings("my-labels", SCHEMA)
    assert held.values["store"] == "Wegmans"
    assert held.values["columns"] == 4
    assert held.values["margin"] == Decimal("0.25")
    assert held.values["bold"] is True
    assert held.values["since"] == date(2026, 12, 24)
    assert held.held[1].source == "BAKEHOUSE_PLUGIN_MY_LABELS_COLUMNS"
    assert held.troubles == ()


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("columns = 9", "must be 4 or less, not 9"),
        ("columns = true", "must be a whole number"),
        ("columns = 1.5", "must be a whole number"),
        ('size = "A5"', "must be one of A4, letter, not 'A5'"),
        ('bold = "yes"', "must be true or false"),
        ("store = 3", "must be a text"),
        ('since = "soon"', "must be a date as 2026-12-15, not 'soon'"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(config: Path, told: str, message: str) -> None:
    config.write_text(f"[plugins.labels]\n{told}\n")
    [trouble] = read_settings("labels", SCHEMA).troubles
    assert message in trouble
    assert "[plugins.labels]" in trouble


def test_a_misspelt_setting_is_told(config: Path) -> None:
    config.write_text("[plugins.labels]\nstor = 'x'\n")
    assert read_settings("labels", SCHEMA).unknown == (
        "there is no setting 'stor' of labels; did you mean 'store'?",
    )


def test_a_secret_is_not_said(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_LABELS_TOKEN", "abc")
    held = read_settings("labels", SCHEMA)
    assert held.values["token"] == "abc"
    assert held.held[-1].said == "•••"
    assert "abc" not in str(held.held[-1].as_data())


def test_a_schema_can_be_remembered(config: Path) -> None:
    assert [remembered(described(each)) for each in SCHEMA] == SCHEMA


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": "My Key"}, "a key is small letters"),
        ({"title": ""}, "needs a title"),
        ({"kind": "colour"}, "kind must be one of"),
        ({"kind": "choice"}, "has choices"),
        ({"choices": ("a",)}, "has choices"),
        ({"default": 3}, "its default must be a text"),
        ({"kind": "integer", "default": 3, "most": 2}, "its default must be 2 or less"),
    ],
)
def test_a_wrong_setting_names_its_key(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Setting(**{"key": "store", "title": "Store", "default": "", **change})


REGISTERS = """
from bakehouse.plugin import Area, Setting, ViewSpec, contribute

@contribute.settings
def settings():
    return [Setting(key="store", title="Store", default="anywhere", choices=["anywhere", "here"],
                    kind="choice")]

@contribute.views
def views():
    return [ViewSpec(id="labels", title="Labels", area=Area.KITCHEN,
                     load="plugin_labels.view:load")]
"""
VIEW = """
from bakehouse.plugin import Column, Table

def load(ctx):
    return Table([Column("store")], [(ctx.settings["store"],)])
"""


def shown(site: Site) -> Loaded | Failure:
    host = site.host()
    with read_session() as session:
        return host.load(host.view("labels"), session)


def test_a_view_is_given_its_settings(site: Site, config: Path, sqlite_kitchen: Database) -> None:
    site.install("labels", REGISTERS, view=VIEW)
    config.write_text("[plugins.labels]\nstore = 'here'\n")
    outcome = shown(site)
    assert isinstance(outcome, Loaded)
    assert isinstance(outcome.data, Table)
    assert outcome.data.rows[0].cells == ("here",)


def test_a_plugin_with_a_wrong_setting_is_not_run(
    site: Site, config: Path, sqlite_kitchen: Database
) -> None:
    site.install("labels", REGISTERS, view=VIEW)
    config.write_text("[plugins.labels]\nstore = 'there'\n")
    outcome = shown(site)
    assert isinstance(outcome, Failure)
    assert "the setting 'store'" in outcome.message
    assert "must be one of anywhere, here, not 'there'" in outcome.message


def test_settings_are_known_later_without_importing(site: Site, config: Path) -> None:
    package = site.install("labels", REGISTERS, view=VIEW)
    site.host().views()
    (site.folder / package / "__init__.py").write_text("1 / 0")
    [held] = site.host().known_settings("labels").held
    assert (held.setting.key, held.value) == ("store", "anywhere")


# -- writing them ----------------------------------------------------------------------------------


def test_a_setting_is_written_where_it_stands_and_counts_at_once(
    site: Site, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("# mine\ntheme = 'nord'\n\n[plugins.labels] # labels\nstore = 'here' # now\n")
    site.install("labels", REGISTERS, view=VIEW)
    host = site.host()
    host.views()
    held = host.keep_setting("labels", "store", "anywhere")
    assert (held.said, held.source) == ("anywhere", "[plugins.labels] of config.toml")
    assert config.read_text() == (
        "# mine\ntheme = 'nord'\n\n[plugins.labels] # labels\nstore = \"anywhere\" # now\n"
    )
    assert host.settings("labels").values["store"] == "anywhere"
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_LABELS_STORE", "here")
    assert host.keep_setting("labels", "store", "anywhere").variable
    monkeypatch.delenv("BAKEHOUSE_PLUGIN_LABELS_STORE")
    assert host.keep_setting("labels", "store", None).source == "default"
    assert config.read_text() == "# mine\ntheme = 'nord'\n\n[plugins.labels] # labels\n"


def test_what_is_no_value_or_no_setting_writes_nothing(site: Site, config: Path) -> None:
    site.install("labels", REGISTERS, view=VIEW)
    host = site.host()
    with pytest.raises(UnreadableArgument, match="'store' must be one of anywhere, here"):
        host.keep_setting("labels", "store", "there")
    with pytest.raises(SettingNotFound, match=r"no setting 'stor'\. Did you mean store\?"):
        host.keep_setting("labels", "stor", "here")
    assert not config.exists()


@pytest.mark.parametrize("setting", SCHEMA, ids=lambda setting: setting.key)
def test_every_kind_of_value_comes_back_as_it_was_written(config: Path, setting: Setting) -> None:
    typed = {
        "store": 'the "Mill"\n[x]', "columns": "3", "margin": "-0.10", "bold": "yes",
        "size": "letter", "since": "2026-11-01", "token": "…",
    }  # fmt: skip
    keep_setting("labels", setting, typed[setting.key])
    held = read_settings("labels", SCHEMA).of(setting.key)
    assert held.value == setting.read(typed[setting.key])
    assert not held.trouble


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("theme = [\n", "no TOML"),
        ("plugins = 3\n", "'plugins' is no table"),
        ("[plugins]\nlabels = 3\n", "'plugins.labels' is no table"),
        ("[plugins.labels.store]\nx = 3\n", "'plugins.labels.store' is a table"),
    ],
)
def test_a_file_that_cannot_be_changed_safely_is_left_alone(
    config: Path, text: str, message: str
) -> None:
    config.write_text(text)
    with pytest.raises(BadFile, match=message):
        keep_setting("labels", SCHEMA[0], "here")
    assert config.read_text() == text

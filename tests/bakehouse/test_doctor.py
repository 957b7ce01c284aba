"""The doctor: where things are, and what is wrong with the config."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bakehouse.conftest import Cli


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("BAKEHOUSE_CONFIG", str(path))
    path.write_text("")
    return path


def test_it_says_where_things_are(cli: Cli, config_file: Path, db: Path) -> None:
    facts = cli("doctor", "--json").json["data"]
    state = Path(os.environ["XDG_STATE_HOME"])
    assert facts["kitchen"] == str(db)
    assert facts["config"] == str(config_file)
    assert facts["log"] == str(state / "bakehouse" / "log" / "bakehouse.log")
    assert facts["crash reports"].startswith(str(state))
    assert facts["cache"].startswith(os.environ["XDG_CACHE_HOME"])
    assert facts["default kitchen"].startswith(os.environ["XDG_DATA_HOME"])


def test_it_lists_everything_that_is_wrong_with_the_config(cli: Cli, config_file: Path) -> None:
    config_file.write_text(
        'theme = "nrod"\nanimaton = true\n[keys]\n"journal.undoo" = "z"\n"journal.redo" = "u"\n'
    )
    told = cli("doctor")
    assert told.code == 2
    for line, says in (
        (1, "did you mean 'nord'?"),
        (2, "did you mean 'animation'?"),
        (4, "did you mean 'journal.undo'?"),
        (5, "u is taken by “Undo” (journal.undo)"),
    ):
        assert any(f"{config_file}, line {line}, " in said and says in said
                   for said in told.err.splitlines()), told.err  # fmt: skip
    assert "Everything adds up" not in told.err
    assert len(cli("doctor", "--json").json["data"]["config_problems"]) == 4


def test_a_sound_config_is_no_problem(cli: Cli, config_file: Path) -> None:
    config_file.write_text('theme = "terminal"\n[keys]\n"journal.undo" = "ctrl+u"\n')
    assert cli("doctor").code == 0


def test_a_wrong_config_keeps_no_command_from_working(cli: Cli, config_file: Path) -> None:
    config_file.write_text("[[[")
    assert cli("item", "list").code == 0


def test_the_config_names_the_kitchen(
    bare_cli: Cli, cli: Cli, config_file: Path, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_file.write_text(f'database = "{db.name}"\n')
    assert bare_cli("doctor", "--json").json["data"]["kitchen"] == str(db)
    monkeypatch.setenv("BAKEHOUSE_DB", str(db.with_name("other.db")))
    assert bare_cli("doctor", "--json").json["data"]["kitchen"] == str(db.with_name("other.db"))


def test_the_keys_are_listed_by_the_names_they_are_rebound_with(
    bare_cli: Cli, config_file: Path
) -> None:
    config_file.write_text('[keys]\n"journal.undo" = "f8"\n')
    listed = {row["id"]: row for row in bare_cli("keys", "--json").json["data"]}
    assert listed["journal.undo"]["keys"] == "F8"
    assert listed["list.filter"]["keys"] == "/"
    assert "journal.undo" in bare_cli("keys").out

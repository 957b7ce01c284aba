"""Paths on the command line that cannot be: told with what to do, as usage errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bakehouse.conftest import Cli

NOBODY = "~nobody-here/x"


@pytest.mark.parametrize(
    "words",
    [
        ("import", NOBODY),
        ("export", NOBODY),
        ("backup", NOBODY),
        ("restore", NOBODY, "--yes"),
        ("demo", "--at", NOBODY),
        ("plugins", "new", "labels", "--in", NOBODY),
        ("event", "list", "--db", NOBODY),
        ("event", "list", "--db", f"sqlite:///{NOBODY}"),
        ("restore", "kitchen.db", "--yes", "--db", NOBODY),
        ("import", "christmas.json", "--db", NOBODY),
    ],
    ids=" ".join,
)
def test_a_home_folder_of_nobody_is_a_bad_file(
    cli: Cli, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    refused = cli(*words)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"bakehouse: {NOBODY}: there is no such home folder")
    assert sorted(tmp_path.iterdir()) == before


def test_a_kitchen_that_the_environment_names_wrongly_is_a_bad_file(
    bare_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEHOUSE_DB", NOBODY)
    assert bare_cli("event", "list").code == 2


def test_a_working_folder_that_is_gone_costs_only_what_is_named_from_there(
    cli: Cli, bare_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert cli("event", "list").code == 0
    for words in (("event", "list", "--db", "k.db"), ("import", "k.json"), ("export", "k.json")):
        refused = cli(*words)
        assert refused.code == 2
        assert "the working folder is no longer there" in refused.err


def test_a_link_that_leads_to_itself_is_a_bad_file(cli: Cli, tmp_path: Path) -> None:
    link = tmp_path / "loop.json"
    link.symlink_to(link)
    refused = cli("export", link)
    assert refused.code == 2
    assert "symbolic links" in refused.err


def test_a_name_that_begins_with_a_tilde_is_written_with_its_folder(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("export", "./~b").code == 0
    assert cli("import", "./~b", "--db", "./~new.db").code == 0
    assert {"~b", "~new.db"} <= {path.name for path in tmp_path.iterdir()}


def test_a_wrong_kitchen_in_the_config_is_told_and_stops_no_command(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'\ndatabase = "{NOBODY}"\n')
    monkeypatch.setenv("BAKEHOUSE_CONFIG", str(file))
    assert cli("event", "list").code == 0
    told = cli("doctor")
    assert told.code == 2
    assert f"{file}, line 2, database: it cannot be a path: there is no such home" in told.err

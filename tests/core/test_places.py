"""Paths as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import BadFile
from core.places import config_file, read_path, working_folder


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a working folder that has been deleted."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    return folder


def test_a_path_is_from_the_home_folder_the_working_folder_or_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.chdir(tmp_path)
    assert read_path("~/kitchen.db") == Path("/home/anna/kitchen.db")
    assert read_path("kitchen.db") == tmp_path / "kitchen.db"
    assert read_path("./~b") == tmp_path / "~b"
    assert read_path("kitchen.db", Path("/etc")) == Path("/etc/kitchen.db")
    assert read_path("/srv/kitchen.db", Path("/etc")) == Path("/srv/kitchen.db")


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("~nobody-here/x", "~nobody-here/x: there is no such home folder"),
        ("~b", "written ./~b"),
        ("a\0b", "a\\0b: there is a NUL in it"),
        ("a\ud800", "a\\ud800: this is no text"),
    ],
)
def test_what_cannot_be_a_path_is_refused_with_what_to_do(told: str, says: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_path(told)
    assert says in str(refused.value)


def test_without_its_working_folder_the_program_knows_whole_paths_only(
    gone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert read_path("/srv/kitchen.db") == Path("/srv/kitchen.db")
    assert read_path("~/kitchen.db") == Path("/home/anna/kitchen.db")
    assert working_folder() == Path("/home/anna")
    with pytest.raises(BadFile, match="working folder is no longer there"):
        read_path("kitchen.db")


def test_a_config_file_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAKEHOUSE_CONFIG", "~nobody-here/config.toml")
    with pytest.raises(BadFile, match="no such home folder"):
        config_file()

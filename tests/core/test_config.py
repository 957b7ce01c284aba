"""The config file: what it may say, and how what is wrong in it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import config, settings_of

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the config file that the program reads."""
    path = tmp_path / "config.toml"
    monkeypatch.setenv("BAKEHOUSE_CONFIG", str(path))

    def put(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return put


def told() -> list[str]:
    return [str(trouble) for trouble in config().troubles]


def test_without_a_file_everything_is_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BAKEHOUSE_CONFIG", raising=False)
    found = config()
    assert (found.theme, found.database, found.animation, found.keys) == (None, None, True, {})
    assert found.troubles == ()
    assert found.path.name == "config.toml"
    assert not found.path.exists()


def test_what_the_file_says(write: Write) -> None:
    path = write(
        'theme = "nord"\ndatabase = "mine/kitchen.db"\nanimation = false\nlog_level = "debug"\n'
        '[keys]\n"journal.undo" = "ctrl+z"\nlist.filter = ["slash", "ctrl+f"]\n'
        "[plugins.by-store]\nshops = 3\n"
    )
    found = config()
    assert found.troubles == ()
    assert (found.theme, found.animation, found.log_level) == ("nord", False, "debug")
    assert found.database == str(path.parent / "mine" / "kitchen.db")
    assert found.keys == {"journal.undo": "ctrl+z", "list.filter": "slash,ctrl+f"}
    assert settings_of("by-store") == {"shops": 3}
    assert settings_of("another") == {}


def test_the_environment_comes_before_the_file(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write('theme = "nord"\ndatabase = "a.db"\nanimation = true\nlog_level = "info"\n')
    for name, value in (
        ("THEME", "gruvbox"),
        ("DB", "b.db"),
        ("ANIMATION", "none"),
        ("LOG_LEVEL", "error"),
    ):
        monkeypatch.setenv(f"BAKEHOUSE_{name}", value)
    found = config()
    assert (found.theme, found.database, found.animation, found.log_level) == (
        "gruvbox",
        "b.db",
        False,
        "error",
    )


def test_a_changed_file_is_read_again(write: Write) -> None:
    write('theme = "nord"\n')
    assert config().theme == "nord"
    write('theme = "dracula"\n')
    assert config().theme == "dracula"


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ('\nthem = "nord"\n', 2, "them", "did you mean 'theme'?"),
        ("theme = 3\n", 1, "theme", "a name in quotes"),
        ("database = true\n", 1, "database", "a path or a URL"),
        ('# hm\nanimation = "no"\n', 2, "animation", "true or false"),
        ('log_level = "loud"\n', 1, "log_level", "debug, info, warning, error"),
        ('keys = "u"\n', 1, "keys", "[keys]"),
        ('[keys]\n\n"journal.undo" = 3\n', 3, "keys.journal.undo", "a key in quotes"),
        ("[keys]\njournal.undo = []\n", 2, "keys.journal.undo", "a key in quotes"),
        ("plugins = 1\n", 1, "plugins", "[plugins.NAME]"),
        ("[plugins]\nby-store = 1\n", 2, "plugins.by-store", "[plugins.by-store]"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_key_and_fix(
    write: Write, text: str, line: int, key: str, says: str
) -> None:
    path = write(text)
    [trouble] = config().troubles
    assert (trouble.where, trouble.line, trouble.key) == (str(path), line, key)
    assert says in trouble.message


def test_the_rest_of_a_wrong_file_counts(write: Write) -> None:
    write('theme = "nord"\nlog_level = 7\ncolour = "red"\n')
    assert config().theme == "nord"
    assert len(told()) == 2


def test_a_file_that_is_no_toml_names_its_line(write: Write) -> None:
    path = write('theme = "nord"\n[keys\n')
    [said] = told()
    assert said.startswith(f"{path}, line 2: it is no TOML")
    assert config().theme is None


def test_a_file_that_cannot_be_read_is_told(write: Write) -> None:
    path = write("")
    path.write_bytes(b"theme = '\xff'")
    assert "UTF-8" in told()[0]
    path.unlink()
    assert "there is no such file" in told()[0]
    path.mkdir()
    assert "cannot be read" in told()[0]


def test_a_wrong_variable_is_told_by_its_name(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("")
    monkeypatch.setenv("BAKEHOUSE_LOG_LEVEL", "loud")
    monkeypatch.setenv("BAKEHOUSE_ANIMATION", "perhaps")
    assert [said.partition(":")[0] for said in told()] == [
        "BAKEHOUSE_ANIMATION",
        "BAKEHOUSE_LOG_LEVEL",
    ]


@given(text=st.text(st.sampled_from("[]\"=.\n'#{}, \tthemkys1\\é"), max_size=60))
def test_no_text_at_all_keeps_the_program_from_starting(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAKEHOUSE_CONFIG", str(path))
        for trouble in config().troubles:
            assert str(path) in str(trouble)

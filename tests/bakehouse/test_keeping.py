"""`bakehouse backup` and `bakehouse restore`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.bakehouse.conftest import Cli


@pytest.fixture
def kept(cli: Cli, tmp_path: Path) -> Path:
    """Give a backup of the kitchen, which has since baked."""
    file = tmp_path / "safe.db"
    assert cli("backup", file).code == 0
    assert cli("make", "brownies", "--batches", "2", "--event", "christmas").code == 0
    return file


def batches(cli: Cli) -> dict[str, int]:
    rows = cli("show", "production", "--json").json["data"]["recipes"]
    return {row["recipe_name"]: row["remaining_batches"] for row in rows}


def test_a_backup_is_a_kitchen(cli: Cli, bare_cli: Cli, kept: Path) -> None:
    assert batches(cli)["Brownies"] == 5
    shown = bare_cli("--db", kept, "show", "production", "--json").json["data"]["recipes"]
    assert {row["remaining_batches"] for row in shown} == {7}


def test_a_command_leaves_the_kitchen_whole_in_its_one_file(
    cli: Cli, bare_cli: Cli, db: Path, tmp_path: Path
) -> None:
    assert cli("event", "add", "Fair", "--date", "2026-12-05").code == 0
    alone = shutil.copy(db, tmp_path / "alone.db")
    assert "Fair" in bare_cli("--db", alone, "event", "list").out


def test_a_restore_says_what_it_kept_aside(cli: Cli, bare_cli: Cli, kept: Path) -> None:
    restored = cli("restore", kept, "--yes", "--json")
    assert restored.code == 0, restored.err
    found = restored.json["data"]
    assert found["revision"] == 1
    assert batches(cli)["Brownies"] == 7
    aside = bare_cli("--db", found["kept"], "show", "production", "--json").json["data"]["recipes"]
    assert 5 in {row["remaining_batches"] for row in aside}


def test_a_restore_without_a_terminal_has_to_be_told_yes(cli: Cli, kept: Path) -> None:
    before = cli("export", "-").out
    refused = cli("restore", kept)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert cli("export", "-").out == before


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("\n", 1), ("y\n", 0)])
def test_a_restore_asks(
    cli: Cli, kept: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    asked = cli("restore", kept)
    assert (asked.code, "Make " in asked.err) == (code, True)
    assert batches(cli)["Brownies"] == (7 if code == 0 else 5)


class Terminal:
    """Somebody at a terminal with one answer."""

    encoding = "utf-8"

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self, size: int = -1) -> str:
        answer, self.answer = self.answer, ""
        return answer


def test_a_backup_does_not_write_over_a_file(cli: Cli, kept: Path) -> None:
    refused = cli("backup", kept)
    assert refused.code == 1
    assert "there already" in refused.err
    assert cli("backup", kept, "--replace").code == 0


def test_bad_files_are_refused_with_the_right_code(cli: Cli, db: Path, tmp_path: Path) -> None:
    before = cli("export", "-").out
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ann")
    kitchen_file = tmp_path / "kitchen.json"
    kitchen_file.write_text(json.dumps({"format": "bakehouse", "version": 1}))
    for file, code, told in (
        (tmp_path / "nowhere.db", 2, "nowhere.db"),
        (letter, 2, "not a SQLite file"),
        (kitchen_file, 2, "bakehouse import"),
        (db, 1, "the kitchen itself"),
        (tmp_path, 2, str(tmp_path)),
    ):
        refused = cli("restore", file, "--yes")
        assert (refused.code, refused.out) == (code, ""), refused.err
        assert told in refused.err
        assert "Traceback" not in refused.err
    assert cli("export", "-").out == before


def test_a_kitchen_that_is_read_only_is_backed_up_but_not_restored(
    cli: Cli, kept: Path, tmp_path: Path
) -> None:
    assert cli("--readonly", "backup", tmp_path / "other.db").code == 0
    refused = cli("--readonly", "restore", kept, "--yes")
    assert (refused.code, "reading only" in refused.err) == (1, True)


def test_a_restore_makes_the_kitchen_where_there_is_none(
    cli: Cli, bare_cli: Cli, kept: Path, tmp_path: Path
) -> None:
    new = tmp_path / "elsewhere" / "kitchen.db"
    restored = bare_cli("--db", new, "restore", kept, "--yes")
    assert restored.code == 0, restored.err
    assert bare_cli("--db", new, "show", "production").code == 0


def test_a_server_is_not_restored(bare_cli: Cli, tmp_path: Path) -> None:
    refused = bare_cli("--db", "postgresql://localhost/kitchen", "restore", tmp_path / "x.db")
    assert (refused.code, "import" in refused.err) == (1, True)

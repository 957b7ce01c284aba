"""The command line itself: what it imports, how it prints, what it ends with."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.commands import COMMANDS
from tests.bakehouse.conftest import Cli

HEAVY = ("sqlalchemy", "textual", "pint", "alembic", "rich")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["make", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = f"""
import sys
from bakehouse.cli import run
assert run({words!r}) == 0
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_every_command_of_the_kitchen_has_help(bare_cli: Cli) -> None:
    for command in COMMANDS.values():
        told = bare_cli(*command.words, "--help")
        assert told.code == 0
        assert "--dry-run" in told.out


def test_common_options_stand_anywhere_on_the_line(cli: Cli, bare_cli: Cli, db: Path) -> None:
    assert bare_cli("show", "stock", "--db", db, "--json").json["view"] == "stock"
    assert bare_cli("--db", db, "--no-plugins", "show", "stock").code == 0


def test_a_view_as_json_has_its_frame_and_exact_numbers(cli: Cli) -> None:
    shown = cli("show", "shopping", "christmas-2026", "--json")
    frame = shown.json
    assert frame["view"] == "shopping"
    assert frame["event"] == "christmas-2026"
    assert frame["revision"] == 1
    assert frame["as_of"] == "2026-11-22"
    flour = next(row for row in frame["data"] if row["item_name"].startswith("Flour"))
    assert (flour["needed"], flour["to_buy"], flour["status"]) == (2625, 0, "enough")
    assert "4535.9237" in shown.out


def test_a_view_as_csv_and_markdown_has_the_same_rows(cli: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("show", "shopping", "--csv").out)))
    assert [row["item"] for row in rows] == ["Ribbon", "Flour, all purpose"], "to buy comes first"
    assert cli("show", "shopping", "--markdown").out.count("\n") == 4


def test_csv_runs_no_formula(cli: Cli) -> None:
    cli("item", "set", "ribbon", "--name", "=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in cli("show", "shopping", "--csv").out


def test_a_name_cannot_steer_the_terminal(cli: Cli) -> None:
    cli("item", "set", "ribbon", "--name", "Rib\x1b[31mbon [bold]x[/]")
    out = cli("item", "list").out
    assert "\x1b" not in out
    assert "[bold]x[/]" in out


def test_an_export_restores_to_the_same_bytes(cli: Cli, bare_cli: Cli, tmp_path: Path) -> None:
    cli("make", "brownies", "--batches", "2", "--event", "christmas", "--lost", "brownie=2:stuck")
    cli("undo")
    cli("redo")
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert cli("export", first).code == 0
    copy = tmp_path / "copy.db"
    assert bare_cli("--db", copy, "import", first).code == 0
    assert bare_cli("--db", copy, "export", second).code == 0
    assert first.read_bytes() == second.read_bytes()


def test_an_export_through_a_link_or_over_a_file_leaves_what_it_is(
    cli: Cli, tmp_path: Path
) -> None:
    target, link = tmp_path / "kitchen.json", tmp_path / "link.json"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert cli("export", link).code == 0
    assert link.is_symlink()
    assert target.read_text() == cli("export", "-").out
    assert target.stat().st_mode & 0o777 == 0o640


def test_an_export_into_a_pipe_goes_through_it(cli: Cli, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert cli("export", pipe).code == 0
        assert os.read(reader, 2**16).decode() == cli("export", "-").out
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_unknown_amounts_are_imported_and_listed(cli: Cli, tmp_path: Path) -> None:
    more = {
        "format": "bakehouse",
        "version": 1,
        "items": [
            {"slug": "oil", "name": "Oil", "kind": "ingredient", "unit": "g"},
            {"slug": "cake", "name": "Cake", "kind": "made", "unit": "each"},
        ],
        "recipes": [
            {
                "slug": "cakes",
                "name": "Cakes",
                "makes": [{"item": "cake", "amount": "1"}],
                "lines": [{"item": "oil", "amount": "1/2 cup"}],
            }
        ],
    }
    file = tmp_path / "more.json"
    file.write_text(json.dumps(more))
    assert cli("import", file, "--dry-run").code == 4
    imported = cli("import", file)
    assert imported.code == 4
    assert "Oil" in imported.err
    assert cli("undo").code == 0


def test_the_demo_is_summed_up_where_there_is_no_terminal(bare_cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    shown = bare_cli("demo", "--at", path)
    assert shown.code == 0, shown.err
    assert "Ready" in shown.out
    assert bare_cli("--db", path, "doctor").code == 0
    again = bare_cli("demo", "--at", path)
    assert again.out == shown.out


def test_the_demo_never_overwrites_a_kitchen(cli: Cli, bare_cli: Cli, db: Path) -> None:
    before = cli("export", "-").out
    refused = bare_cli("demo", "--at", db, "--fresh")
    assert refused.code == 1
    assert cli("export", "-").out == before


def test_the_screen_needs_a_terminal(bare_cli: Cli, db: Path) -> None:
    refused = bare_cli("--db", db)
    assert refused.code == 2
    assert "terminal" in refused.err


def test_plugins_are_listed_without_a_kitchen(bare_cli: Cli) -> None:
    rows = bare_cli("plugins", "list", "--json").json["data"]
    assert {"production", "assembly", "shopping"} <= {row["name"] for row in rows}
    assert {"name", "version", "state", "reason"} <= rows[0].keys()


def test_doctor_finds_nothing_wrong_in_a_sound_kitchen(cli: Cli) -> None:
    told = cli("doctor", "--json")
    assert told.code == 0
    assert told.json["data"]["problems"] == []


def test_an_error_of_the_program_itself_leaves_a_report_and_no_traceback(
    cli: Cli, db: Path
) -> None:
    with closing(sqlite3.connect(db)) as kitchen, kitchen:
        kitchen.execute("UPDATE item SET grams_per_ml = 'Secret recipe/1'")
    told = cli("export", "-")
    assert (told.code, told.out) == (1, "")
    assert "Secret" not in told.err
    report = Path(told.err.split("A report is in ")[1].split(";")[0])
    assert "ValueError" in report.read_text()
    assert "Secret" not in report.read_text()

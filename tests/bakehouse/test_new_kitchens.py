"""A kitchen that an import makes: whole, kept only with what came into it, over nobody's work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bakehouse.conftest import Cli
from tests.plugins.conftest import Site, site

__all__ = ["site"]

REGISTERS = """
from bakehouse.plugin import ImporterSpec, contribute

@contribute.importers
def importers():
    return [ImporterSpec(id="slow.list", title="List", suffixes=[".list"], budget_ms=6000,
                         read="plugin_slow.view:read")]
"""
READS = """
import json
import os
import subprocess
import sys
from bakehouse.plugin import *

def read(ctx, source):
    told = json.loads(source.text())
    subprocess.run([sys.executable, "-m", "bakehouse.cli", *told["meanwhile"]], check=True,
                   env={**os.environ, "BAKEHOUSE_PLUGINS": ""})
    return ChangeSet([Step("event add", {"name": "Ours", "date": told["date"]})], summary="A list")
"""


@pytest.fixture
def slow(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Install an importer during which another program runs from its beginning to its end."""
    monkeypatch.setenv("BAKEHOUSE_PLUGINS", "all")
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "home" / name))
    site.install("slow", REGISTERS, view=READS)


@pytest.mark.parametrize("where", ["named", "default"])
@pytest.mark.parametrize(
    ("date", "words", "code"),
    [("2026-12-06", ["--dry-run"], 0), ("never", [], 2), ("2026-12-06", ["--json"], 3)],
    ids=["a dry run", "a bad file", "an import"],
)
def test_a_kitchen_that_another_program_makes_meanwhile_stays_as_it_is(
    bare_cli: Cli, slow: None, tmp_path: Path, kitchen_file: Path,
    where: str, date: str, words: list[str], code: int,
) -> None:  # fmt: skip
    at = ["--db", str(tmp_path / "new" / "race.db")] if where == "named" else []
    (tmp_path / "our.list").write_text(
        json.dumps({"meanwhile": [*at, "import", str(kitchen_file)], "date": date})
    )
    ran = bare_cli(*at, "import", tmp_path / "our.list", *words)
    assert ran.code == code, ran.err
    if code == 3:
        assert "Another program has made" in ran.err
        assert ran.out == "", "nothing is said to be kept that is not"
    events = bare_cli(*at, "event", "list", "--json").json["data"]
    assert [event["slug"] for event in events] == ["christmas-2026"]
    folder = tmp_path / ("new" if where == "named" else "home/DATA/bakehouse")
    assert [path.suffix for path in folder.iterdir()] == [".db"], "nothing else is left there"


def test_a_dry_run_where_there_is_no_kitchen_leaves_nothing_behind(
    bare_cli: Cli, db: Path, kitchen_file: Path
) -> None:
    folder = db.parent / "new" / "deep"
    ran = bare_cli("--db", folder / "kitchen.db", "import", kitchen_file, "--dry-run")
    assert (ran.code, ran.out.split()[:2]) == (0, ["Would", "import"])
    assert [*db.parent.iterdir()] == [kitchen_file]


def test_an_import_makes_a_kitchen_in_one_file_and_in_folders_that_were_not_there(
    bare_cli: Cli, db: Path, kitchen_file: Path
) -> None:
    new = db.parent / "new" / "deep" / "kitchen.db"
    assert bare_cli("--db", new, "import", kitchen_file).code == 0
    assert [*new.parent.iterdir()] == [new]
    assert "Christmas 2026" in bare_cli("--db", new, "event", "list").out


def test_a_kitchen_that_cannot_be_made_is_unreachable(
    bare_cli: Cli, db: Path, kitchen_file: Path
) -> None:
    ran = bare_cli("--db", "/proc/kitchens/kitchen.db", "import", kitchen_file)
    assert ran.code == 3
    assert "/proc/kitchens/kitchen.db cannot be made" in ran.err

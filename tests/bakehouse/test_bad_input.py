"""Bad input: one clear message, the right exit code, nothing changed, nothing lost."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from core import session as sessions
from tests.bakehouse.conftest import KITCHEN, Cli


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("show", "production", "easter"), 1, "There is no event 'easter'"),
        (("make", "bread", "--batches", "1"), 1, "There is no recipe 'bread'"),
        (("make", "sugar-cookies", "--batches", "-1"), 1, "-1"),
        (("make", "sugar-cookies", "--batches", "lots"), 1, "lots"),
        (("make", "sugar-cookies", "--batches", "1/2"), 1, "steps of 1"),
        (("buy", "flour", "--amount", "1,000 g", "--paid", "1"), 1, "1,000"),
        (("buy", "flour", "--amount", "1000000000000", "--paid", "1"), 1, "1000000000000"),
        (("buy", "flour", "--amount", "2 buckets", "--paid", "1"), 1, "bucket"),
        (("buy", "ribbon", "--amount", "1 cup", "--paid", "1"), 1, "Ribbon"),
        (("buy", "flour", "--amount", "1 lb", "--paid", "-3"), 1, "-3"),
        (("buy", "flour", "--amount", "1 lb", "--packs", "1", "--paid", "3"), 1, "either"),
        (("deliver", "christmas", "gift-bag", "51"), 1, "50"),
        (("event", "add", "Soon", "--date", "tomorrow"), 1, "2026-12-15"),
        (("event", "line", "christmas", "flour", "3"), 1, "ingredient"),
        (("item", "add", "Flour", "--slug", "flour"), 1, "already"),
        (("discard", "flour", "1 lb", " "), 1, "reason"),
        (("undo", "99"), 1, "99"),
        (("show", "prodction"), 1, "production"),
        (("make", "sugar-cookies"), 2, "--batches"),
        (("mke",), 2, "Did you mean make"),
    ],
)
def test_bad_words_are_refused_with_a_reason(
    cli: Cli, words: tuple[str, ...], code: int, told: str
) -> None:
    before = cli("export", "-").out
    refused = cli(*words)
    assert (refused.code, refused.out) == (code, "")
    assert told in refused.err
    assert "Traceback" not in refused.err
    assert cli("export", "-").out == before


def test_a_cyclic_recipe_is_refused_naming_the_path(cli: Cli) -> None:
    cli("item", "add", "Dough", "--kind", "made")
    assert cli("recipe", "add", "Doughs", "--makes", "dough=1", "--line", "1 cookie").code == 0
    refused = cli("recipe", "set", "sugar-cookies", "--line", "2 cup flour", "--line", "1 dough")
    assert refused.code == 1
    assert "Dough" in refused.err
    assert "Sugar cookie" in refused.err


def test_a_missing_density_is_unknown_and_says_the_fix(cli: Cli) -> None:
    cli("item", "add", "Honey")
    added = cli("recipe", "set", "brownies", "--line", "1 cup flour", "--line", "1 cup honey")
    assert added.code == 0, added.err
    rows = cli("show", "shopping", "--json").json["data"]
    [honey] = [row for row in rows if row["item_name"] == "Honey"]
    assert honey["status"] == "unknown"
    assert honey["needed"] is None
    assert honey["to_buy"] is None
    assert "density" in honey["problem"] or "measure" in honey["problem"]
    cli("item", "set", "honey", "--grams-per-ml", "1.42")
    rows = cli("show", "shopping", "--json").json["data"]
    [honey] = [row for row in rows if row["item_name"] == "Honey"]
    assert honey["status"] == "buy"


def test_a_missing_kitchen_is_refused_for_reading_and_not_made(bare_cli: Cli, db: Path) -> None:
    refused = bare_cli("--db", db, "show", "stock")
    assert refused.code == 1
    assert str(db) in refused.err
    assert not db.exists()


def test_a_file_that_is_no_kitchen_is_a_bad_file(bare_cli: Cli, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ann, " * 200)
    refused = bare_cli("--db", letter, "show", "stock")
    assert refused.code == 2
    assert letter.read_text() == "Dear Ann, " * 200


def test_a_kitchen_of_a_newer_program_is_refused(cli: Cli, db: Path) -> None:
    sessions.database().dispose()
    with sqlite3.connect(db) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    raw.close()
    refused = cli("show", "stock")
    assert refused.code == 1
    assert "newer" in refused.err


def test_a_locked_kitchen_can_be_read_and_says_when_it_cannot_be_written(
    cli: Cli, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core._database.BUSY_SECONDS", 0.2)
    other = sqlite3.connect(db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert cli("show", "stock").code == 0
        busy = cli("count", "flour", "3 lb")
        assert busy.code == 3
        assert "again" in busy.err
    finally:
        other.close()
    assert cli("count", "flour", "3 lb").code == 0


def test_readonly_refuses_every_record(cli: Cli) -> None:
    refused = cli("--readonly", "count", "flour", "3 lb")
    assert refused.code == 1
    assert "read" in refused.err


def test_an_import_lists_all_problems_at_once_and_leaves_no_kitchen_behind(
    bare_cli: Cli, db: Path, tmp_path: Path
) -> None:
    bad = json.loads(json.dumps(KITCHEN))
    bad["items"][0]["unit"] = "stone"
    bad["recipes"][0]["lines"][0]["amount"] = "-2 cup"
    bad["bundles"][0]["lines"][0]["item"] = "cooky"
    bad["events"][0]["date"] = "Christmas"
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(bad))
    refused = bare_cli("--db", db, "import", file)
    assert refused.code == 2
    for path in ("items[0]", "recipes[0].lines[0]", "bundles[0].lines[0]", "events[0].date"):
        assert path in refused.err
    assert not db.exists()


def test_a_file_that_is_not_there_is_a_bad_file(cli: Cli, tmp_path: Path) -> None:
    refused = cli("import", tmp_path / "nowhere.json")
    assert refused.code == 2
    assert "nowhere.json" in refused.err


def test_an_open_event_cannot_be_put_away(cli: Cli) -> None:
    refused = cli("event", "archive", "christmas-2026")
    assert refused.code == 1
    assert "planned" in refused.err
    assert cli("event", "status", "christmas-2026", "done").code == 0
    assert cli("event", "archive", "christmas-2026").code == 0
    assert cli("event", "list", "--json").json["data"] == []

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
        (("make", "sugar-cookies", "--batches", "lots"), 2, "lots"),
        (("make", "sugar-cookies", "--batches", "1/2"), 1, "steps of 1"),
        (("buy", "flour", "--amount", "1,000 g", "--paid", "1"), 1, "1,000"),
        (("buy", "flour", "--amount", "1000000000000", "--paid", "1"), 1, "1000000000000"),
        (("buy", "flour", "--amount", "2 buckets", "--paid", "1"), 1, "bucket"),
        (("buy", "ribbon", "--amount", "1 cup", "--paid", "1"), 1, "Ribbon"),
        (("buy", "flour", "--amount", "1 lb", "--paid", "-3"), 1, "-3"),
        (("buy", "flour", "--amount", "1 lb", "--packs", "1", "--paid", "3"), 1, "either"),
        (("deliver", "christmas", "gift-bag", "51"), 1, "50"),
        (("event", "add", "Soon", "--date", "soon"), 2, "2026-12-15"),
        (("event", "line", "christmas", "flour", "3"), 1, "ingredient"),
        (("item", "add", "Flour", "--slug", "flour"), 1, "already"),
        (("discard", "flour", "1 lb", " "), 1, "reason"),
        (("undo", "99"), 1, "99"),
        (("show", "prodction"), 1, "production"),
        (("make", "sugar-cookies", "--batches", "0"), 1, "more than zero"),
        (("make", "sugar-cookies", "--batches", "NaN"), 2, "NaN"),
        (("make", "sugar-cookies", "--batches", "inf"), 2, "inf"),
        (("make", "sugar-cookies", "--batches", "1e400"), 2, "exponent"),
        (("make", "sugar-cookies", "--batches", "9" * 60), 1, "10^9"),
        (("make", "sugar-cookies", "--batches", "9" * 9000), 2, "too long"),
        (("make", "brownies", "--batches", "1", "--good", "brownie"), 2, "Brownie=46"),
        (("make", "brownies", "--batches", "1", "--good", "cookie=3"), 1, "Sugar cookie"),
        (
            ("make", "brownies", "--batches", "1", "--good", "brownie=3", "--good", "Brownie=4"),
            1,
            "twice",
        ),
        (("make", "brownies", "--batches", "1", "--lost", "brownie=-1:burnt"), 1, "less than zero"),
        (("buy", "flour", "--amount", "NaN g", "--paid", "1"), 2, "NaN"),
        (("buy", "flour", "--amount", "٣ lb", "--paid", "1"), 2, "٣ lb"),
        (("buy", "flour", "--amount", "0.0000001 g", "--paid", "1"), 1, "millionth"),
        (("buy", "flour", "--amount", "1 lb", "--paid", "NaN"), 2, "price"),
        (("buy", "flour", "--amount", "1 lb", "--paid", "-inf"), 2, "price"),
        (("buy", "flour", "--amount", "1 lb", "--paid", "1e400"), 2, "price"),
        (("buy", "flour", "--amount", "1 lb", "--paid", "1000000000000"), 1, "10^9"),
        (("buy", "flour", "--packs", "1000000000", "--paid", "1"), 1, "10^9"),
        (("buy", "flour", "--amount", "1 lb", "--paid", "1", "--date", "2026-02-30"), 2, "no date"),
        (("discard", "flour", "0.0000001 g", "lost"), 1, "millionth"),
        (("discard", "L" + "9" * 25, "all", "lost"), 1, "no lot"),
        (("discard", "L" + "9" * 9000, "all", "lost"), 1, "name one lot"),
        (("count", "flour", "101%"), 1, "percentage"),
        (("count", "flour", "3 lb", "--lot", "²"), 1, "no lot"),
        (("count", "flour", "3 lb", "--lot", "٣"), 1, "no lot"),
        (("deliver", "christmas", "gift-bag", "0"), 1, "more than zero"),
        (("deliver", "christmas", "gift-bag", "inf"), 2, "inf"),
        (("undo", "٣"), 2, "whole number"),
        (("undo", "9" * 25), 1, "no change"),
        (("undo", "9" * 9000), 2, "whole number"),
        (("event", "add", "", "--date", "2026-12-15"), 1, "name"),
        (("event", "add", "\u200b\u2060", "--date", "2026-12-15"), 1, "name"),
        (("event", "add", "Zero", "--date", "0000-01-01"), 2, "no date"),
        (("event", "add", "Zero", "--date", "10000-01-01"), 2, "no date"),
        (("event", "add", "Nobody", "--date", "2026-12-15", "--people", "0"), 1, "0 people"),
        (("event", "add", "All", "--date", "2026-12-15", "--people", "9" * 25), 1, "10^9"),
        (("event", "line", "christmas", "gift-bag", "1000000000000"), 1, "10^9"),
        (("event", "target", "christmas", "brownies", "1/7"), 1, "steps of 1"),
        (("event", "target", "christmas", "brownies", "nan"), 2, "nan"),
        (("item", "add", " "), 1, "name"),
        (("item", "set", "flour", "--grams-per-ml", "nan"), 2, "nan"),
        (("item", "set", "flour", "--grams-per-ml", "0"), 1, "more than zero"),
        (("item", "set", "flour", "--shelf-life-days", "-1"), 1, "below zero"),
        (("item", "set", "flour", "--shelf-life-days", "9" * 12), 1, "10^9"),
        (("recipe", "set", "brownies", "--makes", "brownie=0"), 1, "more than zero"),
        (("recipe", "set", "brownies", "--step", "0"), 1, "more than zero"),
        (("recipe", "set", "brownies", "--step", "-1/2"), 1, "less than zero"),
        (("recipe", "set", "brownies", "--minutes", "9" * 25), 1, "10^9"),
        (("recipe", "set", "brownies", "--line", "0 cup flour"), 1, "more than zero"),
        (("recipe", "set", "brownies", "--line", "flour"), 2, "2 1/3 c flour"),
        (("bundle", "set", "gift-bag", "--line", "1 gift bag"), 1, "cycle"),
        (("product", "set", "flour-5lb", "--pack", "0 lb"), 1, "more than zero"),
        (("setting", "set", "store_trip_cost", "inf"), 2, "price"),
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


def test_an_argument_that_is_no_text_is_a_usage_error(cli: Cli) -> None:
    ran = cli("count", "flour\udcff", "5 kg")
    assert (ran.code, ran.out) == (2, "")
    assert "'flour\\udcff' is no text" in ran.err


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


def test_a_cycle_through_three_recipes_is_refused_naming_the_path(cli: Cli) -> None:
    for name in ("Dough", "Filling", "Glaze"):
        cli("item", "add", name, "--kind", "made")
    assert cli("recipe", "add", "Doughs", "--makes", "dough=1", "--line", "1 filling").code == 0
    assert cli("recipe", "add", "Fillings", "--makes", "filling=1", "--line", "1 glaze").code == 0
    refused = cli("recipe", "add", "Glazes", "--makes", "glaze=1", "--line", "1/2 dough")
    assert refused.code == 1
    for name in ("Dough", "Filling", "Glaze"):
        assert name in refused.err


def test_bundles_through_each_other_are_refused_naming_the_path(cli: Cli) -> None:
    assert cli("bundle", "add", "Hamper", "--line", "2 gift bag").code == 0
    refused = cli("bundle", "set", "gift-bag", "--line", "6 cookie", "--line", "1 hamper")
    assert refused.code == 1
    assert "Hamper" in refused.err
    assert "Gift bag" in refused.err


def test_two_items_of_one_name_are_told_apart_by_slug(cli: Cli) -> None:
    assert cli("item", "add", "Ribbon", "--kind", "supply", "--unit", "each").code == 0
    refused = cli("count", "Ribbon", "3")
    assert refused.code == 1
    assert "ribbon, ribbon-2" in refused.err
    assert cli("count", "ribbon-2", "3").code == 0


def test_what_is_put_away_is_still_planned_where_it_is_wanted(cli: Cli) -> None:
    """An archived item, recipe or bundle disappears from lists, never from an order."""
    before = cli("show", "production", "--json").json["data"]
    to_buy = cli("show", "shopping", "--json").json["data"]
    for words in (("item", "flour"), ("item", "cookie"), ("recipe", "brownies")):
        assert cli(words[0], "archive", words[1]).code == 0
    assert cli("bundle", "archive", "gift-bag").code == 0

    assert cli("show", "production", "--json").json["data"] == before
    assert cli("show", "shopping", "--json").json["data"] == to_buy


def test_a_batch_step_of_a_seventh_is_exact(cli: Cli) -> None:
    assert cli("recipe", "set", "sugar-cookies", "--step", "1/7").code == 0
    assert cli("event", "line", "christmas", "gift-bag", "1").code == 0
    [cookies] = [
        row
        for row in cli("show", "production", "--json").json["data"]["recipes"]
        if row["recipe_name"] == "Sugar cookies"
    ]
    # 6 of 48 cookies are an eighth of a batch; the next seventh makes 48/7 of them.
    assert cookies["remaining_batches"] == 0.142857
    made = cli("make", "sugar-cookies", "--batches", "1/7", "--event", "christmas", "--good",
               "cookie=6")  # fmt: skip
    assert made.code == 0, made.err
    assert cli("make", "sugar-cookies", "--batches", "0.142857").code == 1


def test_what_keeps_beyond_the_calendar_keeps_until_its_end(cli: Cli) -> None:
    cli("item", "set", "flour", "--shelf-life-days", "1000000000")
    bought = cli("buy", "flour", "--amount", "1 lb", "--paid", "1", "--date", "9999-12-31")
    assert bought.code == 0, bought.err
    assert cli("event", "add", "Last day", "--date", "9999-12-31").code == 0
    assert cli("event", "line", "last-day", "gift-bag", "2").code == 0
    for view in ("production", "assembly", "shopping", "problems", "costs"):
        shown = cli("show", view, "last-day")
        assert shown.code == 0, shown.err
    assert cli("plan").code == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no JSON"),
        (b'{"format": "bakehouse", "version": 1', "line 1"),
        (b'{"format": "bakehouse", "version": 1, "items": [], "items": []}', "items"),
        (b'{"format": "bakehouse", "version": 1e400}', "version"),
        (b'{"format": "bakehouse", "version": NaN}', ""),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, ""),
        (b"SQLite format 3\x00" + bytes(5000), ""),
        (b"[" * 100_000, ""),
        (b'{"format": "bakehouse", "version": 1, "items": [' + b"[" * 100_000, ""),
        (b'{"format": "bakehouse", "version": 1, "currency": "' + b"x" * 20_000_000 + b'"}', ""),
    ],
)
def test_a_file_that_is_broken_is_refused_whole(
    cli: Cli, tmp_path: Path, content: bytes, told: str
) -> None:
    before = cli("export", "-").out
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    refused = cli("import", file)
    assert (refused.code, refused.out) == (2, ""), refused.err[:500]
    assert told in refused.err
    assert 0 < len(refused.err) < 2_000
    assert "Traceback" not in refused.err
    assert cli("export", "-").out == before

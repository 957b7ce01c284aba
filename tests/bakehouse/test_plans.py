"""The plan on the command line: why, what for, contention, what if, settings and costs."""

from __future__ import annotations

from pathlib import Path

from tests.bakehouse.conftest import Cli
from tests.builders import KitchenBuilder, ladder


def test_why_prints_a_tree_that_adds_up(cli: Cli) -> None:
    told = cli("plan", "christmas-2026", "--why", "ribbon").out
    assert told.splitlines() == [
        "30  Ribbon to buy",
        "├─ 50  for 50 Gift bag, 1 in each",
        "│  └─ 50  for Christmas 2026",
        "└─ −20  in stock already",
    ]


def test_why_as_json_has_parts_that_add_up(cli: Cli) -> None:
    why = cli("plan", "christmas-2026", "--why", "ribbon", "--json").json["why"]
    assert (why["kind"], why["amount"]) == ("buy", 30)
    assert sum(part["amount"] for part in why["parts"]) == 30


def test_many_ways_to_the_same_make_no_long_tree(cli: Cli) -> None:
    ladder(KitchenBuilder(), 14)

    text = cli("plan", "fair", "--why", "sugar").out
    assert len(text.splitlines()) < 150
    assert "(told above)" in text
    why = cli("plan", "fair", "--why", "sugar", "--json")
    assert why.json["why"]["amount"] == 2**14
    assert why.out.count('"kind"') < 300


def test_feeds_follows_a_lot_and_an_item_to_the_event_lines(cli: Cli) -> None:
    lot = cli("plan", "--feeds", "L2").out
    assert lot.splitlines()[:2] == ["20  Ribbon in this lot", "└─ 20  for Christmas 2026"]
    assert "20  into 20 Gift bag, 1 in each" in lot
    item = cli("plan", "--feeds", "ribbon").out
    assert item.startswith("50  Ribbon needed")
    assert "L99" in cli("plan", "--feeds", "L99").err or cli("plan", "--feeds", "L99").code == 1


def test_takes_follows_an_event_line_to_what_is_bought(cli: Cli) -> None:
    told = cli("plan", "christmas-2026", "--takes", "gift-bag").out
    assert "300  Sugar cookie, 6 in each: from 6 1/4 batches of Sugar cookies" in told
    assert "30  to buy" in told
    assert cli("plan", "christmas-2026", "--takes", "cookie").code == 1


def test_contention_names_who_gets_it_and_what_a_move_changes(cli: Cli) -> None:
    cli("event", "copy", "christmas-2026", "Easter", "--date", "2027-03-28")

    told = cli("plan", "--contention").out
    assert "Ribbon · 20 in stock · runs out at Christmas 2026" in told
    assert "Christmas 2026 after Easter: Christmas 2026 short of 50 (now 30)" in told
    data = cli("plan", "--contention", "--json").json["data"]
    ribbon = next(row for row in data if row["slug"] == "ribbon")
    assert [event["short"] for event in ribbon["events"]] == [30, 50]
    assert cli("show", "contention", "--json").json["data"][0]["events"]


def test_what_if_tries_steps_and_keeps_nothing(cli: Cli) -> None:
    before = cli("log").out
    told = cli(
        "what-if", "event line christmas-2026 gift-bag 60", "buy ribbon --amount 50 --paid 9"
    )
    assert "Christmas 2026: 60 × Gift bag; Bought 50 Ribbon" in told.out
    assert "Nothing was kept." in told.err
    assert cli("log").out == before


def test_what_if_kept_is_one_entry(cli: Cli) -> None:
    kept = cli("what-if", "event line christmas-2026 gift-bag 60", "item add Yeast", "--keep")
    assert kept.out.startswith("#2 Christmas 2026: 60 × Gift bag; ")
    assert cli("undo").out.startswith("#3 Undo #2")


def test_what_if_says_what_it_does_not_understand(cli: Cli) -> None:
    assert cli("what-if", "dance").code == 2
    assert cli("what-if", "event line christmas-2026").code == 2
    assert cli("what-if", "undo", "redo").code == 1


def test_settings_are_listed_set_and_taken_away(cli: Cli, db: Path) -> None:
    assert "not set" in cli("setting", "list").out
    assert cli("setting", "set", "store_trip_cost", "2.50").code == 0
    assert cli("setting", "list", "--json").json["data"][0]["value"] == "2.50"
    assert cli("setting", "set", "store_trip_cost", "none").code == 0
    assert cli("setting", "set", "store_trip_cost", "none").code == 1


def test_costs_are_shown_as_text_and_json(cli: Cli) -> None:
    shown = cli("show", "costs", "christmas-2026", "--json").json["data"]
    assert [part["title"] for part in shown] == ["In all", "By line"]
    assert "So far" in cli("show", "costs", "christmas-2026").out

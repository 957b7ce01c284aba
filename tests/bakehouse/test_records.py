"""Recording by command: done, rehearsed, refused, taken back."""

from __future__ import annotations

import json

from tests.bakehouse.conftest import Cli


def batches(cli: Cli) -> dict[str, int]:
    rows = cli("show", "production", "--json").json["data"]["recipes"]
    return {row["recipe_name"]: row["remaining_batches"] for row in rows}


def test_fifty_bags_need_seven_batches_of_each(cli: Cli) -> None:
    assert batches(cli) == {"Brownies": 7, "Sugar cookies": 7}


def test_a_record_says_what_was_done_and_its_revision(cli: Cli) -> None:
    made = cli("make", "sugar-cookies", "--batches", "2", "--event", "christmas-2026")
    assert made.code == 0
    assert "Made 2 × Sugar cookies for Christmas 2026" in made.out
    assert batches(cli)["Sugar cookies"] == 5


def test_losses_have_a_reason_and_do_not_count(cli: Cli) -> None:
    made = cli(
        "make", "sugar-cookies", "--batches", "1", "--event", "christmas", "--lost",
        "cookie=48:burnt",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert batches(cli)["Sugar cookies"] == 7
    reasonless = cli("make", "sugar-cookies", "--batches", "1", "--lost", "cookie=3")
    assert reasonless.code == 1
    assert "reason" in reasonless.err


def test_a_dry_run_shows_what_would_change_and_keeps_nothing(cli: Cli) -> None:
    before = cli("log", "--json").json
    dry = cli("make", "sugar-cookies", "--batches", "2", "--event", "christmas", "--dry-run")
    assert dry.code == 0
    assert "batches to make" in dry.out
    assert "Nothing was kept." in dry.err
    assert cli("log", "--json").json == before
    assert batches(cli)["Sugar cookies"] == 7


def test_none_takes_away_what_is_set_of_an_event(cli: Cli) -> None:
    def told() -> tuple[object, ...]:
        event = json.loads(cli("export", "-").out)["events"][0]
        return event.get("people"), event.get("notes"), event["lines"][0].get("price")

    cli("event", "set", "christmas", "--people", "12", "--notes", "bring bags")
    cli("event", "line", "christmas", "gift-bag", "50", "--price", "8")
    assert told() == (12, "bring bags", "8.00")
    assert cli("event", "set", "christmas", "--people", "None").code == 0
    assert told() == (None, "bring bags", "8.00")
    assert cli("event", "set", "christmas", "--notes", "none").code == 0
    assert cli("event", "line", "christmas", "gift-bag", "50", "--price", "none").code == 0
    assert told() == (None, None, None)


def test_every_record_has_a_dry_run(cli: Cli) -> None:
    cli("make", "sugar-cookies", "--batches", "2", "--event", "christmas")
    cli("make", "brownies", "--batches", "2", "--event", "christmas")
    cli("assemble", "gift-bag", "3", "--event", "christmas")
    before = cli("export", "-").out
    for words in (
        ("make", "brownies", "--batches", "1"),
        ("assemble", "gift-bag", "1", "--event", "christmas"),
        ("buy", "flour", "--packs", "1", "--paid", "6"),
        ("count", "flour", "3 lb"),
        ("discard", "flour", "1 lb", "spilled"),
        ("deliver", "christmas", "gift-bag", "2", "--to", "Ann"),
        ("check", "christmas", "flour"),
        ("event", "add", "Easter", "--date", "2027-03-28"),
        ("event", "line", "christmas", "gift-bag", "60"),
        ("event", "target", "christmas", "brownies", "8"),
        ("item", "set", "flour", "--grams-per-ml", "0.5"),
        ("undo",),
    ):
        dry = cli(*words, "--dry-run")
        assert dry.code == 0, (words, dry.err)
        assert cli("export", "-").out == before, words


def test_bags_are_assembled_and_delivered(cli: Cli) -> None:
    cli("make", "sugar-cookies", "--batches", "1", "--event", "christmas")
    cli("make", "brownies", "--batches", "1", "--event", "christmas")
    assembled = cli("assemble", "gift-bag", "8", "--event", "christmas")
    assert assembled.code == 0, assembled.err
    delivered = cli("deliver", "christmas", "gift-bag", "5", "--to", "Ann")
    assert "to Ann" in delivered.out
    [bag] = cli("show", "assembly", "--json").json["data"]["bundles"]
    assert (bag["assembled_quantity"], bag["remaining"]) == (8, 42)


def test_a_shortage_names_everything_and_changes_nothing(cli: Cli) -> None:
    before = cli("export", "-").out
    short = cli("assemble", "gift-bag", "30", "--event", "christmas")
    assert short.code == 1
    for name in ("Sugar cookie", "Brownie", "Ribbon"):
        assert name in short.err
    assert cli("export", "-").out == before


def test_counting_first_records_what_was_baked_with_missing_flour(cli: Cli) -> None:
    cli("count", "flour", "1 cup")
    assert cli("make", "sugar-cookies", "--batches", "2").code == 1
    made = cli("make", "sugar-cookies", "--batches", "2", "--count-first")
    assert made.code == 0, made.err
    assert cli("undo").code == 0


def test_a_quantity_with_a_minus_is_no_option(cli: Cli) -> None:
    refused = cli("event", "line", "christmas", "gift bag", "-5")
    assert refused.code == 2
    assert "'-5' is less than zero" in refused.err
    assert "No such option '-x'" in cli("event", "line", "christmas", "gift bag", "-x").err


def test_a_date_on_the_wrong_side_of_today_is_noted(cli: Cli) -> None:
    bought = cli("buy", "flour", "--amount", "2 lb", "--paid", "1", "--date", "2027-01-01")
    assert "2027-01-01 is still to come: it counts as on hand from now on." in bought.err
    seen = cli("event", "set", "christmas", "--date", "2025-12-12", "--dry-run")
    assert "2025-12-12 is past." in seen.err
    assert "is past" not in cli("event", "set", "christmas", "--date", "2026-12-13").err


def test_an_expired_lot_is_used_when_it_is_named(cli: Cli) -> None:
    cli("count", "flour", "1 cup")
    cli("buy", "flour", "--amount", "2 lb", "--paid", "1", "--expires", "2026-11-01")
    [expired] = [
        row for row in cli("trace", "flour", "--json").json["data"]
        if row["subject"]["expires"] == "2026-11-01"
    ]  # fmt: skip
    lot = f"L{expired['subject']['id']}"
    refused = cli("make", "sugar-cookies", "--batches", "2")
    assert refused.code == 1
    assert f"Lot {lot}" in refused.err
    made = cli("make", "sugar-cookies", "--batches", "2", "--lot", lot)
    assert made.code == 0, made.err
    unused = cli("assemble", "gift-bag", "1", "--lot", lot)
    assert (unused.code, "nothing is used" in unused.err) == (1, True)


def test_a_purchase_is_the_same_by_packs_and_by_amount(cli: Cli) -> None:
    cli("buy", "flour-5lb", "--packs", "2", "--paid", "12.00")
    cli("buy", "flour", "--amount", "10 lb", "--paid", "$12")
    stock = cli("show", "stock", "--json").json["data"]
    [flour] = [row for row in stock if row["name"] == "Flour, all purpose"]
    assert flour["value"] == 36


def test_stock_is_counted_by_amount_by_packs_and_by_percentage(cli: Cli) -> None:
    assert "5 lb" in cli("count", "flour", "1 pack").out
    assert "2.5 lb" in cli("count", "flour", "25%").out
    assert "10 lb" in cli("count", "flour", "10 lb").out


def test_undo_takes_back_the_last_change_and_redo_brings_it_back(cli: Cli) -> None:
    cli("make", "brownies", "--batches", "1", "--event", "christmas")
    assert "Undo" in cli("undo").out
    assert batches(cli)["Brownies"] == 7
    assert "Redo" in cli("redo").out
    assert batches(cli)["Brownies"] == 6


def test_undo_says_what_must_be_undone_first(cli: Cli) -> None:
    made = cli("make", "sugar-cookies", "--batches", "1", "--event", "christmas", "--json")
    cli("make", "brownies", "--batches", "1", "--event", "christmas")
    cli("assemble", "gift-bag", "3", "--event", "christmas")
    refused = cli("undo", made.json["data"]["id"])
    assert refused.code == 1
    assert "Undo first" in refused.err
    assert "Assembled 3 × Gift bag" in refused.err


def test_an_event_is_made_from_nothing(cli: Cli) -> None:
    assert cli("event", "add", "Easter 2027", "--date", "2027-03-28").code == 0
    assert cli("event", "line", "easter-2027", "cookie", "96", "--to", "Ann").code == 0
    assert cli("event", "target", "easter-2027", "sugar-cookies", "3").code == 0
    assert cli("event", "status", "easter-2027", "started").code == 0
    assert cli("event", "copy", "easter-2027", "Easter 2028", "--date", "2028-04-16").code == 0
    rows = cli("event", "list", "--json").json["data"]
    assert [row["slug"] for row in rows] == ["christmas-2026", "easter-2027", "easter-2028"]
    assert {"id", "slug", "name", "date", "status"} <= rows[0].keys()


def test_the_catalogue_is_edited_with_lines_as_people_write_them(cli: Cli) -> None:
    assert cli("item", "add", "Butter", "--measure", "stick=113.4 g").code == 0
    assert cli("item", "add", "Shortbread", "--kind", "made").code == 0
    added = cli(
        "recipe", "add", "Shortbreads", "--makes", "shortbread=24", "--line",
        "2 1/3 c flour", "--line", "2 sticks butter", "--step", "1/2",
    )  # fmt: skip
    assert added.code == 0, added.err
    assert cli("bundle", "add", "Tin", "--line", "12 shortbread", "--line", "1 ribbon").code == 0
    listed = cli("recipe", "list", "--json").json["data"]
    assert [row["unknown_lines"] for row in listed] == [0, 0, 0]
    assert "12 Shortbread, 1 Ribbon" in cli("bundle", "list").out


def test_what_was_lost_of_the_only_output_needs_no_name(cli: Cli) -> None:
    lost = cli("make", "sugar-cookies", "--batches", "1", "--lost", "5 burnt", "--dry-run")
    assert lost.code == 0, lost.err
    assert "(5 Sugar cookie lost)" in lost.out
    named = cli(
        "make", "sugar-cookies", "--batches", "1", "--lost", "1/2 dozen burnt black", "--dry-run"
    )
    assert named.code == 0, named.err
    assert "(6 Sugar cookie lost)" in named.out
    reasonless = cli("make", "sugar-cookies", "--batches", "1", "--lost", "12")
    assert (reasonless.code, "as 12 burnt" in reasonless.err) == (1, True)
    good = cli("make", "sugar-cookies", "--batches", "1", "--good", "40", "--dry-run")
    assert good.code == 0, good.err
    unreadable = cli("make", "sugar-cookies", "--batches", "1", "--lost", "=3")
    assert unreadable.code == 2
    assert "Write it as Sugar cookie=2:burnt" in unreadable.err


def test_losses_with_several_reasons_are_added_up(cli: Cli) -> None:
    for told in (
        ("6 burnt, 4 broken",),
        ("6 burnt", "4 broken"),
        ("1/2 dozen burnt and 4 broken",),
    ):
        words = [word for text in told for word in ("--lost", text)]
        made = cli("make", "sugar-cookies", "--batches", "1", "--event", "christmas", *words)
        assert made.code == 0, made.err
        assert "(10 Sugar cookie lost)" in made.out
        output = cli("export", "-").json["runs"][-1]["outputs"][0]
        assert (output["good"], output["lost"]) == ("38", "10")
        assert output["reason"].endswith("burnt, 4 broken")
    unreadable = cli("make", "sugar-cookies", "--batches", "1", "--lost", "burnt")
    assert unreadable.code == 2
    assert "Write it as 5 burnt" in unreadable.err
    twice = cli("make", "sugar-cookies", "--batches", "1", "--good", "4", "--good", "5")
    assert (twice.code, "said twice" in twice.err, "--good" in twice.err) == (1, True, False)


def test_a_shortage_names_the_option_with_which_it_is_recorded(cli: Cli) -> None:
    short = cli("make", "sugar-cookies", "--batches", "100")
    assert short.code == 1
    assert "With --count-first" in short.err
    assert cli("make", "sugar-cookies", "--batches", "100", "--count-first").code == 0


def test_batches_are_said_as_they_are_typed(cli: Cli) -> None:
    assert cli("recipe", "set", "sugar-cookies", "--step", "1/7").code == 0
    assert cli("event", "line", "christmas", "gift-bag", "2").code == 0
    shown = cli("show", "production", "--markdown").out
    assert "2/7 to bake" in shown
    [row] = [
        line for line in cli("show", "production", "--csv").out.splitlines() if "Sugar" in line
    ]
    assert row.split(",")[8] == "", "nobody has decided on a target"
    rounded = cli("make", "sugar-cookies", "--batches", "0.285714")
    assert (rounded.code, "Write 2/7." in rounded.err) == (1, True)
    assert cli("make", "sugar-cookies", "--batches", "2/7", "--event", "christmas").code == 0


def test_packs_are_said_as_on_a_receipt(cli: Cli) -> None:
    for packs, said in (("2", "2 × "), ("1 x 5 lb", "1 × "), ("3 lb", "3 lb")):
        bought = cli("buy", "flour", "--packs", packs, "--paid", "6", "--dry-run")
        assert bought.code == 0, bought.err
        assert said in bought.out + bought.err


def test_what_has_no_product_is_bought_by_the_piece(cli: Cli) -> None:
    for amount in ("5 each", "5", "5 pieces"):
        bought = cli("buy", "ribbon", "--packs", amount, "--paid", "2.50")
        assert bought.code == 0, bought.err
        assert f"Bought {amount.replace('pieces', 'each')} Ribbon" in bought.out
    assert "Bought 2 × King Arthur 5 lb" in cli("buy", "flour", "--packs", "2", "--paid", "12").out


def test_days_are_written_as_people_say_them(cli: Cli) -> None:
    assert cli("event", "add", "Easter", "--date", "28 mar 2027").code == 0
    assert cli("event", "add", "Fair", "--date", "1/2/2027").code == 2
    dates = {row["name"]: row["date"] for row in cli("event", "list", "--json").json["data"]}
    assert dates["Easter"] == "2027-03-28"
    assert "Fair" not in dates


def test_new_names_in_a_bundle_are_bought_unless_said_to_be_made(cli: Cli) -> None:
    lines = ("--line", "1 paper box", "--line", "2 tart, made", "--line", "1 card")
    assert cli("bundle", "add", "Tin", *lines, "--new-items").code == 0
    kinds = {row["name"]: row["kind"] for row in cli("item", "list", "--json").json["data"]}
    assert [kinds[name] for name in ("paper box", "tart", "card")] == ["supply", "made", "supply"]
    assert cli("item", "set", "card", "--kind", "made").code == 0
    assert cli("item", "set", "cookie", "--kind", "supply").code == 1


def test_the_plan_is_accepted_and_explained(cli: Cli) -> None:
    before = cli("log", "--json").json
    assert cli("plan", "christmas", "--accept", "--dry-run").code == 0
    assert cli("log", "--json").json == before
    assert cli("plan", "christmas", "--accept").code == 0
    why = cli("plan", "christmas", "--why", "flour").out
    assert "7 batches" in why
    assert "Christmas 2026" in why
    assert cli("plan", "--json").json["events"][0]["slug"] == "christmas-2026"

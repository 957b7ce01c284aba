"""`bakehouse trace`: where a lot, a run or an item came from and went."""

from __future__ import annotations

import pytest

from tests.bakehouse.conftest import Cli


@pytest.fixture
def busy(cli: Cli) -> Cli:
    """Give a kitchen that has baked, packed and handed out."""
    for words in (
        ("make", "sugar-cookies", "--batches", "1", "--event", "christmas"),
        ("make", "brownies", "--batches", "1", "--event", "christmas"),
        ("assemble", "gift-bag", "4", "--event", "christmas"),
        ("deliver", "christmas", "gift-bag", "3", "--to", "Ann"),
    ):
        assert cli(*words).code == 0
    return cli


def test_a_lot_is_told_as_a_tree_both_ways(busy: Cli) -> None:
    told = busy("trace", "L1").out

    assert "└─ 10 lb  bought" in told
    assert "├─ 0.551 lb  into 1 batch of Sugar cookies, run R1" in told
    assert "3  handed to Ann for Christmas 2026" in told
    assert "Handed out:\n  3  Gift bag, lot L" in told
    assert "Still in stock:\n  9.173 lb  Flour, all purpose, lot L1" in told
    assert busy("trace", "1").out == told


def test_a_run_and_an_item_can_be_traced(busy: Cli) -> None:
    run = busy("trace", "R3").out
    assert "4  Gift bag, run R3" in run
    assert "24  Sugar cookie, lot L" in run
    assert "10 lb  bought" in run
    assert "handed to Ann" in busy("trace", "gift bag").out


def test_a_trace_as_json_has_the_whole_tree(busy: Cli) -> None:
    [found] = busy("trace", "gift-bag", "--json").json["data"]

    assert found["subject"]["name"] == "Gift bag"
    [run] = found["came_from"]
    assert [step["name"] for step in run["steps"]] == ["Sugar cookie", "Brownie", "Ribbon"]
    assert found["handed_out"][0]["recipient"] == "Ann"
    assert found["in_stock"][0]["amount"] == 1


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("L99", "no lot '99'"),
        ("R99", "no run '99'"),
        ("L99999999999999999999999", "no lot"),
        ("easter egg", "no item 'easter egg'"),
        ("-1", "No such option"),
        ("", "no item ''"),
    ],
)
def test_what_is_not_there_is_refused(busy: Cli, what: str, told: str) -> None:
    refused = busy("trace", what)
    assert refused.code in (1, 2)
    assert told in refused.err
    assert refused.out == ""


def test_a_name_in_a_trace_cannot_steer_the_terminal(busy: Cli) -> None:
    busy("item", "set", "ribbon", "--name", "Rib\x1b[31mbon")
    assert "\x1b" not in busy("trace", "gift-bag").out

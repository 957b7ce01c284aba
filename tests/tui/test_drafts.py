"""What is typed but not recorded outlives the program, however that ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from bakehouse.testing.screens import until
from core.places import state_folder
from core.session import Database
from tests.tui.conftest import Site, app_of, keys, running, said
from tui.drafts import RECEIPT, Draft, Drafts
from tui.screens.kitchen.entry import EntryScreen
from tui.screens.receipt.screen import ReceiptScreen

LINES = (("Flour", "2 kg", "3.10"), ("Brot [glutenfrei] \u202e \ud800", "1", ""))


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))


@contextmanager
def drafts_of(kitchen: Database, told: list[str] | None = None) -> Iterator[Drafts]:
    """Give the drafts of a kitchen as a program that starts now finds them, until it ends."""
    drafts = Drafts(state_folder(), str(kitchen), ([] if told is None else told).append)
    yield drafts
    drafts.end()


def left(kitchen: Database) -> list[Draft]:
    """Return what a program that starts now is offered."""
    with drafts_of(kitchen) as drafts:
        return drafts.all()


def leave(kitchen: Database, draft: Draft) -> None:
    """Have a program end with a draft."""
    with drafts_of(kitchen) as drafts:
        drafts.keep(draft)


def receipt(store: str) -> Draft:
    return Draft(RECEIPT, "", {"store": store}, LINES)


def files() -> list[Path]:
    return [path for path in state_folder().rglob("*") if path.is_file()]


def written() -> list[Any]:
    """Return what stands in the files."""
    return [json.loads(path.read_text()) for path in files() if path.suffix == ".json"]


async def type_slowly(pilot: Pilot[None], text: str) -> None:
    for char in text:
        await keys(pilot, char)


async def test_a_receipt_is_kept_while_one_types(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "B")
        await type_slowly(pilot, "Mill")
        await keys(pilot, "enter", "enter")
        await type_slowly(pilot, "flour")
        # Nothing was left, put aside or recorded; whoever kills the program now loses nothing.
        await until(pilot, lambda: [each["lines"] for each in written()] == [[["flour", "", ""]]])
        assert written()[0]["texts"]["store"] == "Mill"


async def test_a_receipt_is_offered_again_by_the_next_program(demo: Database, site: Site) -> None:
    leave(demo, Draft(RECEIPT, "", {"store": "Mill", "date": "2026-11-20"}, LINES))
    async with running(site) as pilot:
        assert "a receipt of 2 lines, B goes on with it" in said(pilot)[-1]
        await keys(pilot, "B")
        receipt = pilot.app.screen
        assert isinstance(receipt, ReceiptScreen)
        assert receipt.form.store.value == "Mill"
        assert receipt.form.day.value == "2026-11-20"
        assert [line.texts[1] for line in receipt.form.filled] == ["2 kg", "1"]
        # Nothing that is bought is called just so: that is where one goes on.
        assert receipt.form.lines[0].entry("what").has_focus


async def test_a_recipe_is_kept_while_one_writes_and_gone_once_it_is_kept(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f4", "n")
        await type_slowly(pilot, "Bars")
        await until(pilot, lambda: len(written()) == 1)
    async with running(site) as pilot:
        assert "a new recipe “Bars”" in said(pilot)[-1]
        await keys(pilot, "f4", "n")
        entry = pilot.app.screen
        assert isinstance(entry, EntryScreen)
        assert entry.texts["name"] == "Bars"
        await keys(pilot, "ctrl+r")
        assert app_of(pilot).drafts.all() == []
        assert files() == []


async def test_an_unreadable_draft_is_told_once_and_keeps_nobody_from_working(
    demo: Database, site: Site
) -> None:
    leave(demo, receipt("Mill"))
    [path] = files()
    path.write_text('{"form": "receipt", "texts": [1', encoding="utf-8")
    async with running(site) as pilot:
        assert "A draft cannot be read" in said(pilot)[-1]
        assert path.with_suffix(".unreadable").exists()
        await keys(pilot, "B")
        assert isinstance(pilot.app.screen, ReceiptScreen)
    async with running(site) as pilot:
        assert said(pilot) == []


@pytest.mark.parametrize("text", ["[]", "1", '{"form": 1, "thing": "", "texts": {}, "lines": []}'])
def test_what_is_no_draft_is_no_draft(demo: Database, text: str) -> None:
    told: list[str] = []
    leave(demo, Draft(RECEIPT))
    [path] = files()
    path.write_text(text, encoding="utf-8")
    with drafts_of(demo, told) as drafts:
        assert drafts.all() == []
    assert len(told) == 1


def test_any_text_comes_back_as_it_was_typed(demo: Database) -> None:
    draft = Draft("recipe add", "x\0y", {"name": "[/x] \ud800 \n\t“”"}, LINES)
    leave(demo, draft)
    with drafts_of(demo) as drafts:
        assert drafts.find("recipe add", "x\0y") == draft


def test_a_draft_that_cannot_be_written_is_kept_for_now_and_told_once(
    demo: Database, tmp_path: Path
) -> None:
    told: list[str] = []
    (tmp_path / "taken").write_text("")
    drafts = Drafts(tmp_path / "taken", str(demo), told.append)
    drafts.keep(Draft(RECEIPT, "", {}, LINES))
    drafts.keep(Draft(RECEIPT, "", {"store": "Mill"}, LINES))
    assert len(told) == 1
    assert "only while the program runs" in told[0]
    kept = drafts.find(RECEIPT)
    assert kept is not None
    assert kept.texts == {"store": "Mill"}


def test_two_terminals_do_not_write_over_each_others_where_no_file_can_be_held(
    demo: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.drafts.fcntl", None)
    with drafts_of(demo) as here, drafts_of(demo) as there:
        here.keep(receipt("Mill"))
        assert there.find(RECEIPT) == receipt("Mill")
        there.keep(receipt("Mill, taken over"))
        here.keep(receipt("Mill Lane"))
        there.keep(receipt("Market"))
        assert {draft.texts["store"] for draft in left(demo)} == {"Mill Lane", "Market"}
        there.drop(RECEIPT)
        there.drop(RECEIPT)
        assert left(demo) == [receipt("Mill Lane")]
        here.keep(receipt("Mill Road"))
        assert [draft.texts["store"] for draft in here.all()] == ["Mill Road"]
        here.drop(RECEIPT)
        assert files() == []


def test_what_is_typed_in_one_terminal_is_not_offered_in_another(demo: Database) -> None:
    with drafts_of(demo) as there:
        with drafts_of(demo) as here:
            here.keep(receipt("Mill"))
            here.keep(receipt("Mill Lane"))
            assert there.all() == []
            assert there.find(RECEIPT) is None
            there.keep(receipt("Market"))
            assert here.find(RECEIPT) == receipt("Mill Lane")
            there.drop(RECEIPT)
        # That terminal has ended, and whoever goes on with what it left has it alone.
        assert there.find(RECEIPT) == receipt("Mill Lane")
        assert left(demo) == []
        there.drop(RECEIPT)
    assert files() == []


def test_what_a_killed_program_left_is_offered(demo: Database) -> None:
    typing = """
import sys
from pathlib import Path
from tui.drafts import Draft, Drafts
drafts = Drafts(Path(sys.argv[1]), sys.argv[2], print)
drafts.keep(Draft("receipt", "", {"store": "Mill"}))
print("typed", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", typing, state_folder(), str(demo)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"typed\n"
        assert left(demo) == []
        program.kill()
    assert [draft.texts["store"] for draft in left(demo)] == ["Mill"]


def test_each_kitchen_has_its_own_drafts(demo: Database, tmp_path: Path) -> None:
    leave(demo, receipt("Mill"))
    assert Drafts(state_folder(), str(tmp_path / "other.db"), print).all() == []

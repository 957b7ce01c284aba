"""A monkey at the keys: whatever it presses, nothing breaks and the ledger adds up."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from textual.pilot import Pilot

from bakehouse.testing.screens import settle
from core.services import doctor_service, journal_service
from core.session import Database
from tests.tui.conftest import NARROW, WIDE, Site, running
from tui.modes import MODES

MODE_KEYS = [mode.key for mode in MODES]
LETTERS = [*"abcdefghijklmnopqrstuvwxyz", *"ACDEGSUX", *"0123456789"]
SIGNS = ["slash", "question_mark", "left_square_bracket", "right_square_bracket", "plus", "minus",
         "number_sign", "space", "full_stop", "comma", "equals_sign", "semicolon"]  # fmt: skip
MOVES = ["up", "down", "left", "right", "tab", "shift+tab", "home", "end", "pageup", "pagedown",
         "backspace", "delete"]  # fmt: skip
OTHERS = ["ctrl+o", "ctrl+p", "ctrl+t", "ctrl+r", "ctrl+a", "ctrl+k"]
SIZES = [NARROW, WIDE, (20, 5), (60, 15), (200, 60)]


def next_key(dice: random.Random) -> str:
    """Return a key, those that lead somewhere more often than others."""
    kinds = (LETTERS, SIGNS, MOVES, OTHERS, MODE_KEYS, ["enter"], ["escape"])
    [kind] = dice.choices(kinds, weights=(30, 8, 20, 4, 6, 14, 10))
    return dice.choice(kind)


async def play(pilot: Pilot[None], dice: random.Random, presses: int) -> list[str]:
    """Press keys and now and then change the size, until it leaves; return what was pressed."""
    pressed: list[str] = []
    for number in range(presses):
        key = next_key(dice)
        pressed.append(key)
        pilot.app.simulate_key(key)
        if number % 5 == 0:
            await pilot.pause(0)
        if number % 40 == 39:
            await settle(pilot)
            await pilot.resize_terminal(*dice.choice(SIZES))
        if not pilot.app.is_running:
            return pressed
    await settle(pilot)
    return pressed


async def the_monkey_plays(site: Site, seed: int, presses: int) -> None:
    """Play, and come back after leaving by the palette's line, until all keys are pressed."""
    dice = random.Random(seed)
    pressed: list[str] = []
    while len(pressed) < presses:
        async with running(site, dice.choice(SIZES), event="winter-market-stall") as pilot:
            pressed += await play(pilot, dice, presses - len(pressed))
            assert pilot.app._exception is None, pressed
            assert pilot.app.is_running or pilot.app.return_code == 0, pressed
    assert doctor_service.check_kitchen() == [], pressed
    assert journal_service.revision() >= 16


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let exports go where they do no harm."""
    folder = tmp_path / "monkey"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.mark.parametrize("seed", [1, 2])
async def test_random_keys_break_nothing(demo: Database, site: Site, seed: int) -> None:
    await the_monkey_plays(site, seed, 250)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 112))
async def test_many_random_keys_break_nothing(demo: Database, site: Site, seed: int) -> None:
    await the_monkey_plays(site, seed, 2_000)

"""Whatever people call things, every screen shows it as it is."""

from __future__ import annotations

import asyncio
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.session import configure
from tests.builders import KitchenBuilder
from tests.tui.conftest import NARROW, Site, keys, running, write

NASTY = "[/x] [bold]Brot[/] \\[ 👩‍🍳 e\u0301 {0} %s $text"


async def visit(site: Site) -> None:
    """Open every screen and dialog there is."""
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter", "2", "3", "1", "w", "escape", "p", "escape")
        await keys(pilot, "question_mark", "escape", "m", "escape", "2", "a", "escape")
        await keys(pilot, "3", "b", "escape", "x", "escape", "slash")
        await write(pilot, "[")
        await keys(pilot, "escape", "c", "C", "space", "f3", "enter", "escape", "w")
        await keys(pilot, "escape", "number_sign", "escape", "B", "enter", "enter", "enter")
        await keys(pilot, "escape", "f5", "enter", "escape", "f1", "x", "u")
        await keys(pilot, "f4", "1", "w", "escape", "enter", "escape", "tab", "enter", "2", "c")
        await keys(pilot, "escape", "3", "enter", "escape", "4", "enter", "escape")
        assert pilot.app.is_running


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(
        lambda text: text.strip() and text == text.strip()
    )
)
@example(name=NASTY)
def test_any_name_is_shown_on_every_screen(
    kitchen_template: Path,
    tmp_path: Path,
    site: Site,
    fixed_clock: datetime,
    no_kitchen: None,
    name: str,
) -> None:
    path = tmp_path / "named.db"
    shutil.copy(kitchen_template, path)
    database = configure(path)
    kitchen = KitchenBuilder()
    try:
        kitchen.ingredient("flour", name=name)
    except Exception:
        pytest.skip("the kitchen refuses such a name")
    kitchen.product("flour-bag", "flour", "5 kg", "4.00", label=name)
    kitchen.recipe("cookies", {"cookie": 10}, {"flour": "100 g"})
    kitchen.edit_item("cookie", name=f"{name} cookie")
    kitchen.bundle("box", {"cookie": 4})
    kitchen.edit_item("box", name=f"{name} box")
    kitchen.event("fair", {"box": 5}, date(2026, 12, 1), name=name)
    kitchen.buy("flour", "1 kg", "1.00")
    try:
        asyncio.run(visit(site))
    finally:
        database.dispose()
        path.unlink()

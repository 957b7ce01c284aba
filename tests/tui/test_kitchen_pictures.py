"""Pictures of the kitchen; each was looked at. `--snapshot-update` takes them anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from bakehouse.testing.screens import come_to_rest, settle, until
from core.session import Database
from tests.builders import KitchenBuilder
from tests.tui.conftest import NARROW, WIDE, Site, keys
from tui.app import BakehouseApp
from tui.screens.form.screen import FormScreen

Compare = Callable[..., bool]
Steps = Sequence[str]
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
TABLE = "Flour, all purpose\t2 1/3 cup\nButter\t250 g\nLarge eggs\t3\nLemon zest\t1 tbsp\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give the plugins that the pictures are about."""
    folder = tmp_path / "site"
    monkeypatch.syspath_prepend(str(folder))
    return Site(folder, ("production", "assembly", "shopping", "problems"))


def typed(text: str) -> list[str]:
    return ["space" if char == " " else char for char in text]


def drawn(
    snap_compare: Compare, site: Site, size: tuple[int, int], *steps: Steps, pasted: str = ""
) -> bool:
    """Press keys step by step, paste a text, wait for everything, and compare."""

    async def before(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for step in steps:
            await keys(pilot, *step)
        if pasted:
            assert pilot.app.focused is not None
            pilot.app.focused.post_message(events.Paste(pasted))
            await settle(pilot)
        screen = pilot.app.screen
        if isinstance(screen, FormScreen):
            await until(pilot, lambda: screen.looked)
        await come_to_rest(pilot)

    app = BakehouseApp(site.host(), look_every=3600)
    return snap_compare(app, terminal_size=size, run_before=before)


OPEN, NEW = ("f4",), ("n",)


@SIZES
@pytest.mark.parametrize("number", "1234", ids=["recipes", "bundles", "items", "products"])
def test_list(
    snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int], number: str
) -> None:
    assert drawn(snap_compare, site, size, OPEN, (number, "j"))


@SIZES
def test_recipe_being_written(
    snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]
) -> None:
    lines = ("2 1/3 c flour", "250 g butter, soft", "1 c oat milk", "2 tub sour cream")
    steps = [[*typed(text), "enter"] for text in ("Lemon bars", "24", *lines)]
    assert drawn(snap_compare, site, size, OPEN, NEW, *steps, typed("1 tsp van"))


@SIZES
def test_pasted_table(
    snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]
) -> None:
    steps = [[*typed(text), "enter"] for text in ("Lemon bars", "24")]
    assert drawn(snap_compare, site, size, OPEN, NEW, *steps, pasted=TABLE)


@SIZES
def test_recipe_being_edited(
    snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]
) -> None:
    steps = (("enter",), ["enter", *typed("1 lb honey")])
    assert drawn(snap_compare, site, size, OPEN, ("j", "j"), *steps)


@SIZES
def test_unknown_line(
    snap_compare: Compare, demo: Database, site: Site, size: tuple[int, int]
) -> None:
    KitchenBuilder().edit_item("flour", measures={}, grams_per_ml=None)
    assert drawn(snap_compare, site, size, OPEN, ("j", "j"))


def test_where_used(snap_compare: Compare, demo: Database, site: Site) -> None:
    assert drawn(snap_compare, site, NARROW, OPEN, ("3",), ("w",))


def test_empty(snap_compare: Compare, sqlite_kitchen: Database, site: Site) -> None:
    assert drawn(snap_compare, site, NARROW, OPEN)


@SIZES
def test_names_of_all_kinds(
    snap_compare: Compare, sqlite_kitchen: Database, site: Site, size: tuple[int, int]
) -> None:
    kitchen = KitchenBuilder()
    kitchen.ingredient("choc", name="שוקולד מריר", allergens=["[milk]"])
    kitchen.ingredient("emoji", name="Flour 👩‍🍳 [bold]fine[/]")
    kitchen.recipe("long", {"cake": 4}, {"choc": "200 g", "emoji": "1 cup"})
    kitchen.edit_item("cake", name="A cake whose name is far too long for any list or card " * 2)
    assert drawn(snap_compare, site, size, OPEN)

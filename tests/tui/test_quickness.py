"""What keeps keys quick: little is drawn, parsed and looked through twice."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from functools import cache, wraps
from inspect import signature
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Label

import tui
from bakehouse.plugin import Column, Row, Table
from core.session import Database
from tui.collector import collecting_rarely, keep_what_is_there
from tui.quicker import count_parameters, make_quicker
from tui.styling import KeptStylesheet
from tui.widgets.table import TableView


class WatchedTable(TableView):
    """Notes which lines are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


class TableApp(App[None]):
    CSS_PATH = Path(tui.__file__).parent / "widgets" / "table.tcss"

    def __init__(self) -> None:
        make_quicker()
        super().__init__()

    def compose(self) -> ComposeResult:
        yield WatchedTable()

    def on_mount(self) -> None:
        table = self.query_one(WatchedTable)
        table.show_table(Table([Column("name")], [Row(str(n), (f"no. {n}",)) for n in range(50)]))
        table.focus()


async def test_a_step_of_the_cursor_draws_the_row_it_comes_to() -> None:
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(WatchedTable)
        await pilot.press("down")
        await pilot.pause()
        table.drawn.clear()
        await pilot.press("down")
        await pilot.pause()
        assert set(table.drawn) == {3}
        await pilot.press("G")
        await pilot.pause()
        assert set(table.drawn) == set(range(12))


async def test_a_list_that_moves_up_draws_only_what_comes_in() -> None:
    async with TableApp().run_test(size=(40, 12)) as pilot:
        table = pilot.app.query_one(WatchedTable)
        await pilot.press(*["down"] * 10)
        await pilot.pause()
        table.drawn.clear()
        await pilot.press("down")
        await pilot.pause()
        assert table.scroll_offset.y == 1
        assert set(table.drawn) == {0, 11}
        assert "no. 10" in table.render_line(10).text
        table.show_table(Table([Column("name")], [Row(str(n), (f"item {n}",)) for n in range(50)]))
        assert table.render_lines(table.size.region)[10].text.strip() == "item 10"


class Covered(Container):
    """Counts the lines of it that are drawn."""

    drawn = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.drawn += crop.height
        return super().render_lines(crop)


class CoveredApp(App[None]):
    CSS = "Label { width: 1fr; height: 1fr; } #short { width: 5; height: 1; layer: above; }"
    CSS += " Covered { layers: below above; }"

    def __init__(self) -> None:
        make_quicker()
        super().__init__()

    def compose(self) -> ComposeResult:
        with Covered():
            yield Label("below")
            yield Label("above", id="short")


async def test_what_lies_under_others_is_not_drawn() -> None:
    async with CoveredApp().run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        covered = pilot.app.query_one(Covered)
        assert covered.drawn == 0
        pilot.app.query("Label").first().styles.height = 2
        await pilot.pause()
        assert covered.drawn == 4


def no_arguments() -> None: ...


def two(first: int, *rest: int) -> None: ...


class WithMethods:
    def one(self, first: int, *, second: int = 0) -> None: ...

    @classmethod
    def of_class(cls, **named: int) -> None: ...


@pytest.mark.parametrize(
    "function",
    [no_arguments, two, WithMethods().one, WithMethods.one, WithMethods.of_class, print,
     WithMethods, lambda first: first, cache(two), wraps(two)(lambda: None)],
)  # fmt: skip
def test_parameters_are_counted_as_their_signature_says(function: Callable[..., object]) -> None:
    assert count_parameters(function) == len(signature(function).parameters)


def test_rules_stay_parsed_when_another_widget_brings_its_own() -> None:
    sheet = KeptStylesheet()
    for number in range(100):
        sheet.add_source(f"#place-{number} {{ width: {number}; }}")
    before = list(sheet.rules)
    sheet.add_source("#last { width: 1; }")
    sheet.reparse()
    assert len(sheet.rules) == 101
    assert all(rule is kept for rule, kept in zip(sheet.rules, before, strict=False))


def test_rules_are_parsed_anew_with_other_colours() -> None:
    sheet = KeptStylesheet(variables={"ground": "red"})
    sheet.add_source("#place { background: $ground; }")
    [red] = sheet.rules
    sheet.set_variables({"ground": "blue"})
    sheet.reparse()
    [blue] = sheet.rules
    assert red.styles.background != blue.styles.background


def test_the_collector_is_as_before_once_the_screen_is_left() -> None:
    before = gc.get_threshold()
    with collecting_rarely():
        assert gc.get_threshold()[0] > before[0]
        assert not gc.isenabled()
        keep_what_is_there()
        assert gc.isenabled()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


LATER = (
    "alembic",
    "core.commands.trying",
    "core.documents",
    "core.models",
    "core.services._journal",
    "core.services.stock_service",
    "pint",
    "rich.markdown",
    "sqlalchemy.dialects.postgresql",
    "textual.widgets._markdown",
    "textual.widgets._text_area",
    "tui.keymap",
    "tui.palette",
    "tui.screens.events.screen",
    "tui.screens.form.offers",
    "tui.screens.form.screen",
    "tui.screens.look.screen",
    "tui.screens.problems.screen",
    "tui.screens.why.screen",
)
"""What the workspace does without until somebody asks for it."""


def test_the_workspace_opens_without_what_nobody_has_asked_for(demo: Database) -> None:
    code = f"""
import asyncio, sys
from core.session import configure
from plugins.host import Host
from tui.app import BakehouseApp
from tui.widgets.pane import Pane

async def opened():
    app = BakehouseApp(Host(only=()), event="winter-market-stall", look_every=3600)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        return len(app.screen.query(Pane))

configure({str(demo.path)!r})
print(asyncio.run(opened()), [name for name in {LATER!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "3 []"

"""Copying by OSC 52: from every list, of every error, however long."""

from __future__ import annotations

from bakehouse.testing.screens import settle, until
from core.session import Database
from tests.tui.conftest import Site, app_of, keys, running, said
from tui.copying import LARGEST
from tui.screens.form.screen import FormScreen
from tui.screens.why.screen import WhyScreen


async def test_the_cell_and_the_row_of_every_list_are_copied(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        app = app_of(pilot)
        for mode in ("f1", "f2", "f3", "f4", "f5", "f6"):
            await keys(pilot, mode, "C")
            row = app.clipboard
            assert "\t" in row, mode
            if mode not in ("f1", "f4"):
                # There `c` copies last year's event, and a recipe.
                await keys(pilot, "c")
                assert app.clipboard in row.split("\t"), mode
        await keys(pilot, "f3", "slash", *"flour", "enter", "enter", "C")
        assert app.clipboard.startswith("L")


async def test_a_line_of_an_explanation_and_all_of_it_are_copied(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "w")
        await until(pilot, lambda: isinstance(pilot.app.screen, WhyScreen))
        await keys(pilot, "c")
        line = app_of(pilot).clipboard
        await keys(pilot, "C")
        assert app_of(pilot).clipboard.startswith(line)
        assert "\n  " in app_of(pilot).clipboard


async def test_a_refusal_is_copied_out_of_the_dialog(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "m")
        dialog = pilot.app.screen
        assert isinstance(dialog, FormScreen)
        await keys(pilot, "9", "9", "9", "9", "enter")
        await until(pilot, lambda: bool(dialog.query("#form-message.error")))
        await keys(pilot, "f12")
        assert app_of(pilot).clipboard.startswith("Not enough: ")


async def test_what_was_said_in_the_corner_is_copied(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        app_of(pilot).say("[b]Something[/b] went wrong", "error")
        await keys(pilot, "f12")
        assert app_of(pilot).clipboard == "[b]Something[/b] went wrong"


async def test_a_long_text_says_that_a_terminal_may_drop_it(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        app_of(pilot).copy("x" * (LARGEST + 1))
        await settle(pilot)
        assert "many terminals drop" in said(pilot)[-1]
        app_of(pilot).copy("lone \ud800 half")
        assert app_of(pilot).clipboard == "lone ? half"

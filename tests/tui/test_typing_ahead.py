"""Keys typed faster than the screen opens: each one lands where it was meant to."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from bakehouse.testing.screens import settle, until
from core.services import event_service, journal_service
from core.session import Database
from tests.tui.conftest import Site, app_of, keys, running
from tui.screens.event.board import Board
from tui.screens.event.screen import EventScreen
from tui.screens.form.fields import Field, FieldInput
from tui.screens.form.screen import FormScreen
from tui.screens.receipt.screen import ReceiptScreen
from tui.screens.stock.screen import StockScreen
from tui.screens.why.screen import WhyScreen

NAMED = {"enter": "\r", "slash": "/", "space": " ", "colon": ":"}


async def type_at_once(pilot: Pilot[None], *typed: str) -> None:
    """Type keys without waiting for anything between them, as a terminal sends them."""
    for key in typed:
        key = {" ": "space", ":": "colon"}.get(key, key)
        character = NAMED.get(key, key if len(key) == 1 else None)
        pilot.app.post_message(events.Key(key, character))
    await settle(pilot)


def field(pilot: Pilot[None], name: str) -> str:
    """Return what stands in a field of the dialog that is open, nothing before it is there."""
    for each in pilot.app.screen.query(FieldInput):
        if each.query_ancestor(Field).param.name == name:
            return each.value
    return ""


async def test_a_number_typed_with_the_key_of_a_dialog_is_in_its_first_field(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        board = pilot.app.screen.query_one("Board")
        before = board._open
        await type_at_once(pilot, "m", "3")
        await until(pilot, lambda: isinstance(pilot.app.screen, FormScreen))
        await until(pilot, lambda: field(pilot, "batches") == "3")
        assert board._open == before


async def test_a_whole_record_typed_at_once_is_recorded(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        newest = app_of(pilot).newest
        await type_at_once(pilot, "m", "1", "enter", "w")
        await until(pilot, lambda: isinstance(pilot.app.screen, WhyScreen))
        [change] = journal_service.list_changes(limit=1)
        assert change.id == newest + 1
        assert change.summary.startswith("Made 1 ")


async def test_keys_wait_for_a_mode_that_is_opened_for_the_first_time(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await type_at_once(pilot, "f3", "slash", *"flour", "enter", "b")
        await until(pilot, lambda: isinstance(pilot.app.screen, FormScreen))
        await until(pilot, lambda: bool(field(pilot, "what")))
        assert field(pilot, "what").lower().startswith("flour")


async def test_keys_wait_for_the_event_that_is_looked_for(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await type_at_once(pilot, "f2", "m")
        await until(pilot, lambda: isinstance(pilot.app.screen, FormScreen))
        assert isinstance(pilot.app.screen_stack[0], EventScreen)


async def test_a_key_typed_with_the_one_that_opens_another_event_is_for_that_event(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "f1", "j")
        opened = app_of(pilot).event_id
        await type_at_once(pilot, "enter", "n")
        await until(pilot, lambda: isinstance(pilot.app.screen, FormScreen))
        await until(pilot, lambda: bool(field(pilot, "event")))
        assert app_of(pilot).event_id != opened
        event = event_service.get_event(app_of(pilot).event_id or 0)
        assert field(pilot, "event") == event.name


async def test_a_pane_that_was_open_for_another_event_shows_nothing_of_it(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "5", "1", "f1", "j", "enter")
        costs = pilot.app.screen.query_one(Board).panes[4]
        assert (costs.view.plugin, costs.outcome, costs.row) == ("costs", None, None)
        await type_at_once(pilot, "5", "j")
        await until(pilot, lambda: costs.row is not None)
        assert not costs.table.loading


async def test_a_receipt_takes_the_store_that_is_typed_with_its_key(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3")
        await type_at_once(pilot, "B", *"Mill", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen))
        receipt = pilot.app.screen
        assert isinstance(receipt, ReceiptScreen)
        await until(pilot, lambda: receipt.form.day.has_focus)
        assert receipt.form.store.text.startswith("Mill")


async def test_pasted_text_waits_as_well(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        pilot.app.post_message(events.Key("m", "m"))
        pilot.app.post_message(events.Paste("2"))
        await until(pilot, lambda: isinstance(pilot.app.screen, FormScreen))
        await until(pilot, lambda: field(pilot, "batches") == "2")


async def test_escape_waits_for_nothing_and_takes_back_what_was_typed_ahead(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        screen = pilot.app.screen
        await type_at_once(pilot, "m", "3", "escape", "j")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert not pilot.app.screen.query(".-focused Input:focus")
        assert not isinstance(pilot.app.focused, Input)


async def test_held_down_keys_all_arrive_in_order(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3")
        screen = pilot.app.screen
        assert isinstance(screen, StockScreen)
        before = screen.table.cursor
        await type_at_once(pilot, *["j"] * 5)
        await until(pilot, lambda: screen.table.cursor == before + 5)
        await type_at_once(pilot, *["j", "k"] * 100)
        await until(pilot, lambda: screen.table.cursor == before + 5)


async def test_what_follows_a_command_of_the_palette_is_in_its_dialog(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "ctrl+p")
        await type_at_once(pilot, *"event: new")
        await until(pilot, lambda: bool(pilot.app.screen.query(OptionList).first().option_count))
        await settle(pilot)
        await type_at_once(pilot, "enter", *"Abc")
        await until(pilot, lambda: field(pilot, "name") == "Abc")

"""The dialog of a command: prefilled, previewed, refused in words, done, dropped."""

from __future__ import annotations

from datetime import date

from textual.pilot import Pilot

from bakehouse.testing.screens import settle, until
from core.commands import COMMANDS, run
from core.services import catalog_service, event_service, journal_service, stock_service
from core.session import Database
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said, write
from tui.screens.event.board import Board
from tui.screens.event.screen import EventScreen
from tui.screens.form.fields import Field
from tui.screens.form.screen import FormScreen
from tui.screens.kitchen.entry import EntryScreen
from tui.screens.receipt.screen import ReceiptScreen
from tui.widgets.words import Words

EVENT = "winter-market-stall"


def dialog(pilot: Pilot[None]) -> FormScreen:
    assert isinstance(pilot.app.screen, FormScreen)
    return pilot.app.screen


def text_of(pilot: Pilot[None], selector: str) -> str:
    return str(dialog(pilot).query_one(selector, Words).render())


def field(pilot: Pilot[None], name: str) -> Field:
    return next(each for each in dialog(pilot).query(Field) if each.param.name == name)


async def type_into(pilot: Pilot[None], name: str, text: str) -> None:
    field(pilot, name).input.focus()
    await pilot.pause(0)
    await write(pilot, text)


async def test_it_opens_with_what_the_row_knows(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "m")
        values = dialog(pilot).values
        assert values["recipe"] == "Chocolate chip cookies"
        assert values["batches"] == "1"
        assert values["event"] == "Winter Market stall"
        assert field(pilot, "batches").input.has_focus


async def test_the_preview_follows_what_is_typed_and_leaves_no_trace(
    demo: Database, site: Site
) -> None:
    before = journal_service.revision()
    async with running(site) as pilot:
        await keys(pilot, "enter", "m")
        await until(pilot, lambda: dialog(pilot).preview is not None)
        assert "Chocolate chip cookie" in text_of(pilot, "#differences-text")
        first = dialog(pilot).preview
        await type_into(pilot, "batches", "1/2")
        await until(pilot, lambda: dialog(pilot).preview not in (first, None))
        assert "1/2" in text_of(pilot, "#form-message")
        await keys(pilot, "escape")
        assert journal_service.revision() == before
        assert isinstance(pilot.app.screen, EventScreen)


async def test_the_preview_of_an_open_dialog_follows_what_others_do(
    demo: Database, site: Site
) -> None:
    async with running(site, look_every=0.02) as pilot:
        await keys(pilot, "enter", "m")
        await until(pilot, lambda: dialog(pilot).preview is not None)
        first = dialog(pilot).preview
        values = dialog(pilot).values
        run("make", values)
        await until(pilot, lambda: dialog(pilot).preview not in (first, None))
        assert dialog(pilot).values == values


async def test_what_is_wrong_is_said_while_one_types(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "m")
        await type_into(pilot, "batches", "some")
        await until(pilot, lambda: "✗ 'some'" in text_of(pilot, "#form-message"))
        assert text_of(pilot, "#differences-text") == ""


async def test_an_expired_lot_is_offered_with_its_day_and_used(demo: Database, site: Site) -> None:
    flour = catalog_service.find_item("Flour, all purpose").id
    stock_service.receive(flour, amount="9 lb", paid=1, expires=date(2026, 11, 1))
    [lot] = [row.id for row in stock_service.list_lots(flour) if row.expires is not None]
    async with running(site) as pilot:
        await keys(pilot, "enter", "m")
        await type_into(pilot, "lot", f"L{lot}")
        assert "good until 2026-11-01" in text_of(pilot, "#form-offers")
        await keys(pilot, "enter")
        assert said(pilot)[-1].startswith("Made 1 × Chocolate chip cookies")
    [used] = [row for row in stock_service.list_lots(flour) if row.id == lot]
    assert used.left < used.amount


async def test_a_refusal_stays_in_the_dialog_with_what_was_typed(
    demo: Database, site: Site
) -> None:
    before = journal_service.revision()
    async with running(site) as pilot:
        await keys(pilot, "enter", "m")
        await type_into(pilot, "batches", "400")
        await keys(pilot, "enter")
        assert "Not enough" in text_of(pilot, "#form-message")
        assert "With Count first: yes" in text_of(pilot, "#form-message")
        assert dialog(pilot).values["batches"] == "400"
        assert journal_service.revision() == before
        await type_into(pilot, "batches", "1")
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, EventScreen)
        assert said(pilot)[-1].startswith("Made 1 × Chocolate chip cookies")
        assert said(pilot)[-1].endswith("u to undo")


async def test_enter_goes_to_what_is_still_needed(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "n", "enter")
        assert text_of(pilot, "#form-message") == "Still needed: name and date."
        await write(pilot, "Fair")
        await keys(pilot, "enter")
        assert field(pilot, "date").input.has_focus


async def test_arrows_go_through_what_is_offered_and_tab_completes(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "b")
        assert dialog(pilot).values["what"] is None
        await write(pilot, "butter")
        assert "Butter, unsalted" in text_of(pilot, "#form-offers")
        await keys(pilot, "down")
        first = dialog(pilot).values["what"]
        await keys(pilot, "down")
        assert dialog(pilot).values["what"] not in (first, "butter")
        await keys(pilot, "up")
        assert dialog(pilot).values["what"] == first
        await write(pilot, "heavy cream, p")
        await keys(pilot, "tab")
        assert dialog(pilot).values["what"] == "Heavy cream, pint"
        assert field(pilot, "packs").input.has_focus


async def test_every_command_has_a_dialog_that_opens(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        for name in COMMANDS:
            app_of(pilot).ask(name)
            await settle(pilot)
            shown = pilot.app.screen
            if name == "receipt":
                assert isinstance(shown, ReceiptScreen)
            else:
                assert dialog(pilot).command.name == name
                frame = "#entry" if isinstance(shown, EntryScreen) else "#form"
                assert shown.query_one(frame).size.height <= 24
            await keys(pilot, "escape")


async def test_where_one_types_is_in_sight_on_the_smallest_terminal(
    demo: Database, site: Site
) -> None:
    async with running(site, (20, 5)) as pilot:
        for pressed in (("c",), ("B", "enter", "enter"), ("f4", "n")):
            await keys(pilot, *pressed)
            focused = pilot.app.focused
            assert focused is not None
            shown, _ = pilot.app.screen.get_widget_at(*focused.region.offset)
            assert shown is focused
            await keys(pilot, "escape")


async def test_two_terminals_keep_their_own_undo(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "m", "enter")
        assert said(pilot)[-1].startswith("Made")
        stock_service.count(1, "1 lb")
        await keys(pilot, "u")
        assert "Counted" in said(pilot)[-1]
        await keys(pilot, "u")
        assert "Made 1" in said(pilot)[-1]


async def test_a_dialog_for_every_record_in_the_workspace(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        for key, name in (
            ("m", "make"),
            ("a", "assemble"),
            ("b", "buy"),
            ("d", "deliver"),
            ("number_sign", "count"),
            ("x", "discard"),
            ("n", "event line"),
            ("N", "event line"),
            ("t", "event target"),
            ("A", "event accept"),
        ):
            await keys(pilot, key)
            assert dialog(pilot).command.name == name
            await keys(pilot, "escape")


async def test_a_new_line_of_an_event_begins_with_what_it_wants(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "2", "n")
        assert field(pilot, "item").input.has_focus
        assert dialog(pilot).values["item"] is None
        await write(pilot, "almond")
        assert "Almonds, sliced" not in text_of(pilot, "#form-offers")
        assert "Almond biscott" in text_of(pilot, "#form-offers")
        await keys(pilot, "escape", "N")
        assert dialog(pilot).values["item"] == "Cookie bag, 6 cookies"
        assert field(pilot, "quantity").input.has_focus


async def test_a_day_is_said_back_beside_its_field(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "n")
        await type_into(pilot, "name", "Fair")
        await type_into(pilot, "date", "12 dec")
        said_back = str(field(pilot, "date").query_one(".field-day", Words).render())
        assert said_back == "Sat 2026-12-12, in 20 days"
        await type_into(pilot, "date", "1/2/2027")
        await until(pilot, lambda: "may be 1 February" in text_of(pilot, "#form-message"))
        await type_into(pilot, "date", "12 dec")
        await keys(pilot, "enter")
    assert "2026-12-12" in [row.date.isoformat() for row in event_service.list_events()]


async def test_how_much_was_bought_is_one_field_and_the_price_is_next(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "3", "b")
        await type_into(pilot, "packs", "3 lb")
        await keys(pilot, "tab")
        assert field(pilot, "paid").input.has_focus
        await write(pilot, "9")
        pane = pilot.app.screen_stack[0].query_one(Board).current
        shopping = None if pane is None else pane.listed
        assert shopping is not None
        before = shopping.cursor
        await keys(pilot, "enter")
        assert "Bought 3 lb" in said(pilot)[-1]
        assert shopping.cursor == before


async def test_a_purchase_begins_with_how_much_where_that_is_not_known(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f3", "slash")
        await write(pilot, "flour")
        await keys(pilot, "enter", "b")
        assert field(pilot, "packs").input.has_focus
        await keys(pilot, "enter")
        assert text_of(pilot, "#form-message") == "Still needed: how much and paid."


async def test_a_lost_batch_does_not_count_towards_the_target(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "t")
        planned = dialog(pilot).values["batches"]
        assert planned
        await keys(pilot, "escape", "l", "enter")
        assert "lost" in said(pilot)[-1]
        await keys(pilot, "t")
        assert dialog(pilot).values["batches"] == planned


async def test_none_takes_away_what_is_set_of_an_event(demo: Database, site: Site) -> None:
    for event in event_service.list_events():
        event_service.set_event(event.id, people=12, notes="bring bags")
    async with running(site) as pilot:
        await keys(pilot, "e")
        first = event_service.find_event(str(dialog(pilot).values["event"]))
        await type_into(pilot, "people", "none")
        await type_into(pilot, "notes", "none")
        await keys(pilot, "enter")
    edited = event_service.get_event(first.id)
    assert (edited.people, edited.notes) == (None, None)


async def test_a_copy_shows_what_the_new_event_would_need(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "c")
        name = dialog(pilot).values["name"]
        await until(pilot, lambda: f"production · {name}" in text_of(pilot, "#differences-text"))
        assert f"shopping · {name}" in text_of(pilot, "#differences-text")


async def test_an_event_that_is_put_away_is_offered_where_it_can_be_named(
    demo: Database, site: Site
) -> None:
    kept, away = event_service.list_events()[:2]
    event_service.set_status(away.id, "done")
    event_service.set_event(away.id, archived=True)
    async with running(site) as pilot:
        await keys(pilot, "c")
        await type_into(pilot, "event", away.slug)
        assert away.name in text_of(pilot, "#form-offers")
        await keys(pilot, "ctrl+u")
        assert kept.name in text_of(pilot, "#form-offers")
        assert away.name in text_of(pilot, "#form-offers")


async def test_the_plan_is_accepted_from_the_keyboard(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "right_square_bracket", "A", "enter")
        event = event_service.get_event(app_of(pilot).event_id or 0)
        assert event.targets


async def test_a_delivery_offers_what_the_event_ordered_and_for_whom(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "1", "d")
        assert dialog(pilot).values["item"] is None, "cookies are in the bags that are ordered"
        assert len(field(pilot, "item").found) == 6
        await keys(pilot, "escape", "j", "d")
        assert dialog(pilot).values["item"] == "Chocolate layer cake, 8 in"
        field(pilot, "to").input.focus()
        await until(pilot, lambda: "Priya and Tom" in text_of(pilot, "#form-offers"))
        assert "Mill Street Café" in text_of(pilot, "#form-offers")


async def test_an_event_is_edited_from_how_it_is(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "e")
        values = dialog(pilot).values
        assert (values["name"], values["date"]) == ("Winter Market stall", "2026-12-01")
        await type_into(pilot, "people", "40")
        await keys(pilot, "enter")
        assert said(pilot)[-1].startswith("Edited event Winter Market stall")


async def test_the_quantity_of_a_row_is_that_of_its_line_and_for_whom_it_is(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "2")
        run("event line", {"event": EVENT, "item": "cookie-bag", "quantity": "0"})
        run("event line", {"event": EVENT, "item": "cookie-bag", "quantity": "20", "to": "Ann"})
        await keys(pilot, "r", "N")
        assert (dialog(pilot).values["quantity"], dialog(pilot).values["to"]) == ("20", "Ann")
        await keys(pilot, "escape")
        run("event line", {"event": EVENT, "item": "cookie-bag", "quantity": "5", "to": "Bob"})
        await keys(pilot, "r", "N")
        assert (dialog(pilot).values["quantity"], dialog(pilot).values["to"]) == (None, None)
        assert [offer.text for offer in field(pilot, "to").offers][-2:] == ["Ann", "Bob"]
        await keys(pilot, "enter")
        assert "Still needed: quantity" in text_of(pilot, "#form-message")


async def test_what_was_delivered_is_not_offered_again(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "2", "d")
        there = dialog(pilot).values["quantity"]
        assert isinstance(there, str)
        assert int(there) > 1
        await write(pilot, "1")
        await keys(pilot, "enter", "d")
        assert dialog(pilot).values["quantity"] == str(int(there) - 1)


async def test_a_dialog_on_its_way_out_does_not_look_again(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "m")
        form = pilot.app.screen
        assert isinstance(form, FormScreen)
        seen = form.preview
        reading = form.look()
        form.dismiss(None)
        assert reading.is_cancelled
        app_of(pilot).newest += 1
        await settle(pilot)
        assert form.has_left
        assert form.preview is seen

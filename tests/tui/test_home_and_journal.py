"""The home, the journal, the keys, the palette, crashes."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.event import listen
from textual.events import AppBlur, AppFocus, Key
from textual.pilot import Pilot

from bakehouse.testing.screens import settle, until
from core.services import event_service, journal_service
from core.session import Database, read_session, session_scope
from tests.builders import KitchenBuilder
from tests.tui.conftest import NARROW, Site, app_of, keys, running, said, write
from tui.app import DEMO
from tui.crash import write_report
from tui.palette import Commands
from tui.screens.event.screen import EventScreen
from tui.screens.events.next_time import a_year_on, renamed
from tui.screens.events.reading import read_home
from tui.screens.events.screen import EventsScreen
from tui.screens.form.screen import FormScreen
from tui.screens.help.screen import HelpScreen
from tui.screens.journal.details import DetailsScreen
from tui.screens.journal.screen import PAGE, JournalScreen
from tui.screens.problems.screen import ProblemsScreen
from tui.widgets.notice import Notice
from tui.widgets.table import TableView
from tui.widgets.words import Words


def table(pilot: Pilot[None]) -> TableView:
    return pilot.app.screen.query_one(TableView)


def notice(pilot: Pilot[None]) -> str:
    found = pilot.app.screen.query_one(Notice)
    return " ".join(str(each.render()) for each in found.query(Words)) if found.display else ""


def journal(pilot: Pilot[None]) -> JournalScreen:
    assert isinstance(pilot.app.screen, JournalScreen)
    return pilot.app.screen


# -- home ----------------------------------------------------------------------------------------


async def test_what_is_next_comes_first_and_what_is_over_last(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        names = [row.cells[1] for row in table(pilot).rows]
        assert names == ["Winter Market stall", "Christmas gift bags", "Last Christmas"]
        assert table(pilot).rows[0].cells[0] == "in 9 days"


async def test_the_home_counts_the_problems_that_each_event_shows(
    sqlite_kitchen: Database, site: Site
) -> None:
    kitchen = KitchenBuilder()
    for name in ("flour", "sugar"):
        kitchen.ingredient(name)
    kitchen.recipe("roll", {"roll": 10}, {"flour": "500 g"})
    kitchen.recipe("bun", {"bun": 10}, {"flour": "500 g", "sugar": "1 cup"})
    kitchen.event("fair", {"roll": 10}, date(2026, 12, 1))
    kitchen.event("feast", {"roll": 10, "bun": 10}, date(2026, 12, 8))
    site.install_module(
        "late",
        "@contribute.checks\ndef checks():\n"
        "    return [CheckSpec(id='late', title='Late', check='tui_plugin_late:check')]\n\n"
        "def check(ctx):\n"
        "    return [Finding(message='Late.', fix='Hurry.', event_id=2)]\n",
    )
    async with running(site) as pilot:
        needs = [str(row.cells[8]) for row in table(pilot).rows]
        assert needs == ["1 to buy, 1 problem", "1 to buy, 3 problems"]
        for place, count in enumerate([1, 3]):
            await keys(pilot, "f1", "home", *["down"] * place, "enter")
            await keys(pilot, "p")
            assert isinstance(pilot.app.screen, ProblemsScreen)
            assert len(pilot.app.screen.problems) == count
            await keys(pilot, "escape")


async def test_more_events_take_no_more_queries(sqlite_kitchen: Database, site: Site) -> None:
    kitchen = KitchenBuilder()
    kitchen.ingredient("flour")
    kitchen.recipe("roll", {"roll": 10}, {"flour": "500 g"})
    seen: list[str] = []
    listen(sqlite_kitchen.reader, "before_cursor_execute", lambda *told: seen.append(told[2]))
    host, counted = site.host(), []
    for more in (1, 9):
        for _ in range(more):
            kitchen.event(f"day-{len(seen)}", {"roll": 10})
        seen.clear()
        with read_session() as session:
            read_home(host, session, lambda failure: None)
        counted.append(len(seen))
    assert counted[0] == counted[1] > 0


async def test_an_empty_kitchen_says_what_to_do(sqlite_kitchen: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        assert "a worked example" in notice(pilot)
        await keys(pilot, "f2")
        assert said(pilot) == ["There is no event yet; n makes one on F1."]
        await keys(pilot, "n")
        assert isinstance(pilot.app.screen, FormScreen)


async def test_an_empty_kitchen_offers_the_demo(sqlite_kitchen: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "D")
    assert pilot.app.return_value == DEMO


async def test_a_kitchen_in_use_does_not_go_away_for_the_demo(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "D")
        assert pilot.app.return_value is None
        assert table(pilot).rows


async def test_copy_last_years_event(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "G", "c")
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.values["event"] == "Last Christmas"
        assert pilot.app.screen.values["name"] == "Last Christmas 2026"
        assert pilot.app.screen.values["date"] == "2026-12-15"
        await write(pilot, "Next Christmas")
        await keys(pilot, "enter")
        assert table(pilot).texts()[1] == "Next Christmas", "the cursor is on what was made"


async def test_the_cursor_goes_to_an_event_that_was_added(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "n")
        await write(pilot, "Fair")
        await keys(pilot, "tab")
        await write(pilot, "2026-12-05")
        await keys(pilot, "enter")
        assert table(pilot).texts()[1] == "Fair"
        await keys(pilot, "g")
        event_service.add_event("Feast", date(2026, 12, 6))
        await keys(pilot, "r")
        assert table(pilot).texts()[1] == "Winter Market stall", "others add theirs unnoticed"


@pytest.mark.parametrize(
    ("was", "name", "day", "called"),
    [
        ("2025-12-15", "Christmas 2025", "2026-12-15", "Christmas 2026"),
        ("2023-05-01", "Wedding", "2027-05-01", "Wedding 2027"),
        ("2028-02-29", "Leap day", "2029-03-01", "Leap day 2029"),
        ("2026-12-01", "Market", "2027-12-01", "Market 2027"),
    ],
)
def test_an_event_comes_again_on_a_day_to_come(was: str, name: str, day: str, called: str) -> None:
    before = date.fromisoformat(was)
    again = a_year_on(before, date(2026, 11, 22))
    assert (again.isoformat(), renamed(name, before, again)) == (day, called)


async def test_an_event_says_that_others_need_its_stock(
    sqlite_kitchen: Database, site: Site
) -> None:
    kitchen = KitchenBuilder()
    kitchen.ingredient("flour")
    kitchen.recipe("roll", {"roll": 10}, {"flour": "500 g"})
    kitchen.buy("flour", "600 g", "1.00")
    kitchen.event("fair", {"roll": 10}, date(2026, 12, 1))
    kitchen.event("feast", {"roll": 10}, date(2026, 12, 8))
    async with running(site) as pilot:
        shown = {str(row.cells[1]): row.cells[7] for row in table(pilot).rows}
        assert shown == {"Fair": "", "Feast": "⇄ 1"}


async def test_archive_and_undo(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "x")
        assert "still started" in said(pilot)[-1]
        await keys(pilot, "G", "x")
        assert "Last Christmas" not in [row.cells[1] for row in table(pilot).rows]
        assert said(pilot)[-1].endswith("u to undo")
        await keys(pilot, "u")
        assert "Last Christmas" in [row.cells[1] for row in table(pilot).rows]


async def test_what_is_put_away_is_shown_copied_and_brought_back(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "G", "x", "z", "G")
        assert table(pilot).texts()[1] == "Last Christmas"
        assert table(pilot).texts()[3] == "archived"
        await keys(pilot, "c")
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.values["event"] == "Last Christmas"
        await keys(pilot, "escape", "x")
        await keys(pilot, "z")
        assert "Last Christmas" in [row.cells[1] for row in table(pilot).rows]


async def test_a_double_click_opens_an_event(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await pilot.click(TableView, offset=(3, 2), times=2)
        await settle(pilot)
        assert isinstance(pilot.app.screen, EventScreen)
        names = {row.id: row.name for row in event_service.list_events()}
        assert names[app_of(pilot).event_id or 0] == "Christmas gift bags"


async def test_an_event_named_at_the_start_is_opened(demo: Database, site: Site) -> None:
    async with running(site, event="gift bags") as pilot:
        assert isinstance(pilot.app.screen, EventScreen)
    async with running(site, event="no such") as pilot:
        assert isinstance(pilot.app.screen, EventsScreen)
        assert "no such" in said(pilot)[-1]


# -- journal -------------------------------------------------------------------------------------


async def test_more_entries_come_while_one_scrolls(demo: Database, site: Site) -> None:
    [first, *_] = event_service.list_events()
    while journal_service.revision() < PAGE + 50:
        event_service.set_event(first.id, people=journal_service.revision())
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f5")
        assert len(table(pilot).rows) == PAGE
        await keys(pilot, "G")
        assert len(table(pilot).rows) == PAGE + 50
        assert table(pilot).cursor == PAGE - 1
        await keys(pilot, "G")
        assert table(pilot).row is not None
        assert table(pilot).row.key == "1"


async def test_undone_entries_are_marked(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f5", "u")
        newest, undone = table(pilot).rows[:2]
        assert newest.cells[2].startswith("Undo")  # type: ignore[union-attr]
        assert undone.cells[-1] == "undone"


async def test_details_of_an_entry_and_undoing_it(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f5", "enter")
        assert isinstance(pilot.app.screen, DetailsScreen)
        number = pilot.app.screen.change.id
        await keys(pilot, "u")
        assert isinstance(pilot.app.screen, JournalScreen)
        [undo, *_] = journal_service.list_changes(limit=1)
        assert undo.undoes == number


async def test_details_of_a_long_entry_keep_their_border_and_keys(
    sqlite_kitchen: Database, site: Site
) -> None:
    event_service.add_event("Fair " + "and feast " * 900, date(2026, 12, 5))
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f5", "enter")
        details = pilot.app.screen.query_one("#details")
        last = pilot.app.screen.query_one(".keys")
        assert details.region.bottom <= NARROW[1]
        assert details.content_region.contains_region(last.region)
        await keys(pilot, "u")
        [told] = said(pilot)
        assert len(told) < 500
        assert told.endswith("U to redo")
        assert len(app_of(pilot).said_last) > 9000


async def test_whoever_comes_back_to_the_journal_is_at_what_was_done_meanwhile(
    demo: Database, site: Site
) -> None:
    [first, *_] = event_service.list_events()

    async def do_elsewhere(pilot: Pilot[None]) -> str:
        await keys(pilot, "f1")
        app_of(pilot).done(event_service.set_event(first.id, people=journal_service.revision()))
        await keys(pilot, "f5")
        return str(journal_service.revision())

    async with running(site) as pilot:
        await keys(pilot, "f5", "j", "j")
        here = table(pilot).texts()[0]
        await keys(pilot, "f1", "f5")
        assert table(pilot).texts()[0] == here, "nothing was done meanwhile"
        assert await do_elsewhere(pilot) == table(pilot).texts()[0]
        await keys(pilot, "slash")
        await write(pilot, "o")
        await until(pilot, lambda: journal(pilot).words == "o")
        await keys(pilot, "enter", "j", "j")
        here = table(pilot).texts()[0]
        await do_elsewhere(pilot)
        assert table(pilot).texts()[0] == here, "somebody was looking for something"


async def test_what_cannot_be_undone_says_why(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "f5", "G", "enter", "u")
        assert "cannot be undone" in said(pilot)[-1]


async def test_a_filter_looks_through_all_entries(demo: Database, site: Site) -> None:
    [first, *_] = event_service.list_events()
    while journal_service.revision() < PAGE + 50:
        event_service.set_event(first.id, people=journal_service.revision())
    oldest = journal_service.list_changes(before=2)[0]
    async with running(site, NARROW) as pilot:
        await keys(pilot, "f5", "slash")
        await write(pilot, oldest.summary.split()[0])
        await until(pilot, lambda: [row.key for row in table(pilot).rows] == ["1"])
        await keys(pilot, "escape")
        await until(pilot, lambda: len(table(pilot).rows) == PAGE)
        await keys(pilot, "slash")
        await write(pilot, "nosuchword")
        await until(pilot, lambda: journal(pilot).words == "nosuchword")
        assert table(pilot).rows == []


async def test_the_entry_under_the_cursor_is_undone_and_redone(demo: Database, site: Site) -> None:
    [first, *_] = event_service.list_events()
    event_service.set_event(first.id, people=7)
    event_service.set_event(first.id, notes="x")
    async with running(site) as pilot:
        await keys(pilot, "f5", "j", "u")
        assert event_service.get_event(first.id).people != 7
        assert event_service.get_event(first.id).notes == "x"
        await keys(pilot, "u")
        assert "U brings it back" in said(pilot)[-1]
        await keys(pilot, "U")
        assert event_service.get_event(first.id).people == 7
        await keys(pilot, "U")
        assert "in force" in said(pilot)[-1]
        await keys(pilot, "u", "g", "U")
        assert event_service.get_event(first.id).people == 7


async def test_a_million_entries_open_as_fast_as_ten(sqlite_kitchen: Database, site: Site) -> None:
    many = """
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000000)
        INSERT INTO change (id, at, terminal, kind, summary, edits)
        SELECT n, '2026-11-22 14:02:00.000000', 'baker@oven', 'edit', 'Edited ' || n, '[]'
        FROM number
    """
    with session_scope() as session:
        session.execute(text(many))
    async with running(site) as pilot:
        await keys(pilot, "f5")
        before = time.process_time()
        await keys(pilot, "f1", "r", "f5", "r")
        assert len(table(pilot).rows) == PAGE
        assert table(pilot).rows[0].key == "1000000"
        await keys(pilot, "G")
        assert len(table(pilot).rows) == 2 * PAGE
        assert time.process_time() - before < 2


# -- keys and palette ----------------------------------------------------------------------------


async def test_what_comes_when_no_screen_is_there_any_more_is_dropped(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        app = app_of(pilot)
    assert not app.screen_stack
    for late in (Key("j", "j"), AppBlur(), AppFocus()):
        await app.on_event(late)


async def test_keys_can_be_searched(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await keys(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        await write(pilot, "target")
        assert [row.cells[0] for row in table(pilot).rows] == ["t"]
        await keys(pilot, "escape")
        assert isinstance(pilot.app.screen, EventScreen)


async def test_the_palette_offers_what_applies(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        offered = [name for name, _, _ in Commands(pilot.app.screen)._entries()]
        assert {"go: journal", "recipe: make", "event: accept plan", "theme: nord"} <= {*offered}
        assert all(": " in name for name in offered)
        await keys(pilot, "ctrl+p")
        await write(pilot, "theme: nord")
        await pilot.pause(0.3)
        await keys(pilot, "enter", "enter")
        assert pilot.app.theme == "nord"


async def test_the_palette_finds_a_command_by_a_word_of_what_it_does(
    demo: Database, site: Site
) -> None:
    async with running(site, NARROW) as pilot:
        found = [hit.text async for hit in Commands(pilot.app.screen).search("started")]
        assert "event: set status" in found
        asked = [hit.text async for hit in Commands(pilot.app.screen).search("currency")]
        assert asked == ["kitchen: setting"]


async def test_what_was_said_goes_with_the_next_thing_said_and_when_a_dialog_opens(
    demo: Database, site: Site
) -> None:
    async with running(site, NARROW) as pilot:
        app_of(pilot).say("first")
        app_of(pilot).say("second")
        await settle(pilot)
        assert said(pilot) == ["first", "second"]
        await keys(pilot, "j")
        app_of(pilot).say("third")
        await settle(pilot)
        assert said(pilot) == ["third"]
        await keys(pilot, "n")
        assert said(pilot) == []


async def test_the_palette_fills_in_the_event(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        acts = {name: act for name, _, act in Commands(pilot.app.screen)._entries()}
        acts["event: set status"]()
        await settle(pilot)
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.values["event"] == "Winter Market stall"


# -- crashes -------------------------------------------------------------------------------------


async def test_a_crash_leaves_a_report_without_what_people_cook(
    demo: Database, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "Aunt Dahlia's secret fudge"

    async def crash() -> None:
        fudge = secret
        raise RuntimeError(f"cannot bake {fudge}")

    with pytest.raises(RuntimeError):
        async with running(site) as pilot:
            pilot.app.call_later(crash)
    folder = Path(os.environ["XDG_STATE_HOME"]) / "bakehouse" / "log"
    newest = max(folder.glob("crash-*.txt"))
    report = newest.read_text()
    assert "builtins.RuntimeError" in report
    assert "in crash" in report
    assert secret not in report
    assert "fudge" not in report
    told = capsys.readouterr()
    assert secret not in told.err + told.out
    assert "crash-" in (told.err + told.out).replace("\n", "")


def test_a_report_that_cannot_be_written_is_no_second_crash(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    assert write_report(ValueError("x"), revision=1, folder=file / "log") is None

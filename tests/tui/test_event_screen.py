"""The workspace: one revision in all panes, failures of plugins, filter, sort, tick, why."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import date

from textual.pilot import Pilot

from bakehouse.testing.screens import settle, until
from core.services import event_service, journal_service, stock_service
from core.session import Database, configure
from plugins.host import State
from tests.tui.conftest import NARROW, WIDE, Site, app_of, keys, running, said, write
from tui.screens.event.board import Board
from tui.screens.event.screen import EventScreen
from tui.screens.form.screen import FormScreen
from tui.screens.kitchen.entry import EntryScreen
from tui.screens.problems.screen import ProblemsScreen
from tui.screens.why.screen import WhyScreen, WhyTree
from tui.widgets.headline import Headline
from tui.widgets.notice import Notice
from tui.widgets.pane import ErrorPanel, Pane
from tui.widgets.table import TableView
from tui.widgets.tabs import TabLine
from tui.widgets.words import Words


def workspace(pilot: Pilot[None]) -> EventScreen:
    assert isinstance(pilot.app.screen, EventScreen)
    return pilot.app.screen


def panes(pilot: Pilot[None]) -> Sequence[Pane]:
    return workspace(pilot).query_one(Board).panes


def pane(pilot: Pilot[None], plugin: str) -> Pane:
    return next(each for each in panes(pilot) if each.view.plugin == plugin)


async def open_pane(pilot: Pilot[None], plugin: str) -> Pane:
    """Go to a pane by its number."""
    found = pane(pilot, plugin)
    await keys(pilot, str(found.number))
    return found


def text_of(pilot: Pilot[None], selector: str) -> str:
    return str(pilot.app.screen.query_one(selector, Words).render())


def headline(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(Headline).render().plain


async def test_three_panes_are_together_where_there_is_room(demo: Database, site: Site) -> None:
    async with running(site, WIDE) as pilot:
        await keys(pilot, "enter")
        shown = [each.view.plugin for each in workspace(pilot).query(Pane) if each.display]
        assert shown == ["production", "assembly", "shopping"]
        assert sum(each.size.height for each in workspace(pilot).query(Pane)) == 37
        await pilot.resize_terminal(*NARROW)
        await settle(pilot)
        shown = [each.view.plugin for each in workspace(pilot).query(Pane) if each.display]
        assert shown == ["production"]
        assert workspace(pilot).query_one(TabLine).display
        await keys(pilot, "3")
        assert pane(pilot, "shopping").display
        assert not pane(pilot, "production").display


async def test_views_of_the_whole_kitchen_are_tabs_that_keep_to_the_event(
    demo: Database, site: Site
) -> None:
    site.install(
        "oven",
        "return Table([Column('what')], [(f'event {ctx.event_id}',)])",
        spec="key='o', order=1",
    )
    module = site.folder / "tui_plugin_oven.py"
    module.write_text(module.read_text().replace("Area.EVENT", "Area.KITCHEN"))
    async with running(site) as pilot:
        await keys(pilot, "enter")
        shown = [each.view.id for each in panes(pilot)]
        assert {"plan", "contention", "oven"} < set(shown)
        assert not {"stock", "problems"} & set(shown)
        oven = await open_pane(pilot, "oven")
        assert oven.table.texts() == [f"event {app_of(pilot).event_id}"]
        plan = await open_pane(pilot, "plan")
        event = event_service.get_event(app_of(pilot).event_id or 0).name
        assert {row.cells[0] for row in plan.table.rows} == {event}


async def test_a_view_that_fails_costs_its_own_pane(demo: Database, site: Site) -> None:
    site.install("broken", "raise ValueError('the [bold]oven[/x] is cold')", title="Ovens")
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await open_pane(pilot, "broken")
        panel = workspace(pilot).query_one(ErrorPanel)
        said_there = " ".join(str(each.render()) for each in panel.query(Words))
        assert "Ovens could not be shown" in said_there
        assert "the [bold]oven[/x] is cold" in said_there
        assert "plugin broken 1.0" in said_there
        await keys(pilot, "C")
        assert "ValueError" in pilot.app.clipboard
        await keys(pilot, "1")
        assert pane(pilot, "production").table.rows


async def test_a_failed_view_can_be_tried_again(demo: Database, site: Site) -> None:
    site.install(
        "moody",
        """
        import tui_plugin_moody as me
        me.times = getattr(me, "times", 0) + 1
        if me.times == 1:
            raise RuntimeError("not now")
        return Table([Column("what")], [("fine",)])
        """,
    )
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await open_pane(pilot, "moody")
        assert workspace(pilot).query(ErrorPanel)
        await keys(pilot, "enter")
        assert not workspace(pilot).query(ErrorPanel)
        assert [row.cells for row in pane(pilot, "moody").table.rows] == [("fine",)]


async def test_the_plugin_of_a_failed_view_is_turned_off_where_it_failed(
    demo: Database, site: Site
) -> None:
    site.install("broken", "raise ValueError('cold')")
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await open_pane(pilot, "broken")
        await pilot.press("x")
        turned_off = "broken is turned off; F6, then a, turns it on."
        await until(pilot, lambda: turned_off in said(pilot))
        await until(
            pilot, lambda: "broken" not in {p.view.plugin for p in workspace(pilot).query(Pane)}
        )
        assert pane(pilot, "production").table.rows
        assert app_of(pilot).host.record("broken").state is State.DISABLED


async def test_a_view_that_does_not_come_back_is_given_up(demo: Database, site: Site) -> None:
    site.install(
        "endless", "while True:\n    try: time.sleep(1)\n    except: pass", spec="budget_ms=5"
    )
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await open_pane(pilot, "endless")
        assert "was stopped" in str(workspace(pilot).query_one(ErrorPanel).query(Words)[1].render())
        await keys(pilot, "1", "r")
        assert pane(pilot, "production").table.rows


async def test_a_view_that_breaks_the_session_is_left_out(demo: Database, site: Site) -> None:
    site.install("thief", "ctx.session.connection().exec_driver_sql('COMMIT')\nreturn 1")
    async with running(site) as pilot:
        await keys(pilot, "enter")
        await open_pane(pilot, "thief")
        assert workspace(pilot).query(ErrorPanel)
        await keys(pilot, "1")
        assert pane(pilot, "shopping").table.rows


async def test_all_panes_show_one_revision_under_a_writer(demo: Database, site: Site) -> None:
    site.install(
        "second",
        """
        import threading
        from core.services import event_service, journal_service
        before = journal_service.revision(session=ctx.session)
        writer = threading.Thread(target=lambda: event_service.set_status(ctx.event, "started"))
        writer.start()
        writer.join()
        after = journal_service.revision(session=ctx.session)
        cells = (str(ctx.revision), str(before == after))
        return Table([Column("revision"), Column("same")], [cells])
        """,
        spec="budget_ms=5000",
    )
    async with running(site) as pilot:
        await keys(pilot, "enter")
        [row] = (await open_pane(pilot, "second")).table.rows
        assert row.cells == (str(workspace(pilot).revision), "True")
        assert journal_service.revision() > (workspace(pilot).revision or 0)


async def test_it_says_stale_and_follows_when_nobody_types(demo: Database, site: Site) -> None:
    async with running(site, look_every=0.01) as pilot:
        await keys(pilot, "enter")
        shown = workspace(pilot).revision
        app_of(pilot).last_key = float("inf")
        event_service.set_status(app_of(pilot).event_id or 0, "planned")
        await until(pilot, lambda: "stale" in headline(pilot))
        assert workspace(pilot).revision == shown
        app_of(pilot).last_key = -100.0
        await until(pilot, lambda: workspace(pilot).revision == journal_service.revision())
        assert "stale" not in headline(pilot)
        assert "planned" not in headline(pilot)


async def test_r_refreshes(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        stock_service.count(1, "1 lb")
        await keys(pilot, "r")
        assert workspace(pilot).revision == journal_service.revision()


async def test_an_event_that_vanished_says_so(demo: Database, site: Site) -> None:
    change = event_service.add_event("Soon gone", event_service.list_events()[0].date)
    [gone] = [row for row in event_service.list_events() if row.name == "Soon gone"]
    async with running(site, event="Soon gone") as pilot:
        assert "Soon gone" in headline(pilot)
        journal_service.undo(change.id)
        await keys(pilot, "r")
        assert "not there any more" in text_of(pilot, ".notice-title")
        await keys(pilot, "f1")
        assert not any(row.id == gone.id for row in event_service.list_events())


async def test_a_kitchen_that_is_gone_says_so(demo: Database, site: Site) -> None:
    assert demo.path is not None
    async with running(site) as pilot:
        demo.dispose()
        demo.path.rename(demo.path.with_suffix(".away"))
        await keys(pilot, "enter")
        notice = workspace(pilot).query_one(Notice)
        assert notice.display
        assert "cannot be read" in text_of(pilot, ".notice-title")
        demo.path.with_suffix(".away").rename(demo.path)
        await keys(pilot, "r")
        assert pane(pilot, "production").table.rows


async def test_a_read_only_kitchen_offers_no_writing(demo: Database, site: Site) -> None:
    assert demo.path is not None
    configure(demo.path, readonly=True)
    async with running(site) as pilot:
        await keys(pilot, "enter")
        assert "read-only" in headline(pilot)
        assert not {"m", "u", "space"} & workspace(pilot).active_bindings.keys()
        await keys(pilot, "m")
        assert isinstance(pilot.app.screen, EventScreen)


async def test_filter_by_words_without_accents(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "3", "slash")
        await write(pilot, "FLOUR cáke")
        table = pane(pilot, "shopping").table
        assert [row.cells[1] for row in table.rows] == ["Flour, cake"]
        assert "1 of" in str(pane(pilot, "shopping").query_one(".pane-title", Words).render())
        await keys(pilot, "escape")
        assert len(table.rows) > 5
        assert table.has_focus


async def test_sort_by_column(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "1", "s")
        table = pane(pilot, "production").table
        names = [str(row.cells[0]).strip() for row in table.rows]
        assert names == sorted(names)
        await keys(pilot, "S")
        assert [str(row.cells[0]).strip() for row in table.rows] == names[::-1]


async def test_copy_cell_and_row(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "c")
        assert pilot.app.clipboard == "Chocolate chip cookies"
        await keys(pilot, "C")
        assert pilot.app.clipboard.startswith("Chocolate chip cookies\t")


async def test_space_ticks_off_and_back(demo: Database, site: Site) -> None:
    def ticked() -> list[str]:
        rows = event_service.get_shopping_list(app_of(pilot).event_id or 0)
        return [row["item_name"] for row in rows if row["checked"]]

    async with running(site) as pilot:
        await keys(pilot, "enter", "3", "slash")
        await write(pilot, "eggs")
        await keys(pilot, "enter", "space")
        assert "Egg, large" in ticked()
        await keys(pilot, "space")
        assert "Egg, large" not in ticked()


async def test_why_is_a_tree_down_to_the_event(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "3", "w")
        assert isinstance(pilot.app.screen, WhyScreen)
        tree = pilot.app.screen.query_one(WhyTree)
        labels = []
        waiting = list(tree.root.children)
        while waiting:
            node = waiting.pop()
            labels.append(str(node.label))
            waiting += node.children
        assert any("Winter Market stall" in label for label in labels)
        await keys(pilot, "escape")
        assert isinstance(pilot.app.screen, EventScreen)


async def test_enter_goes_to_what_a_line_of_why_stands_for(demo: Database, site: Site) -> None:
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter", "3", "slash")
        await write(pilot, "butter")
        await keys(pilot, "enter", "w")
        tree = pilot.app.screen.query_one(WhyTree)

        def line(text: str) -> None:
            nodes = [node for node in tree._tree_nodes.values() if text in str(node.label)]
            tree.move_cursor(nodes[0])

        line("Chocolate chip cookies")
        await keys(pilot, "enter")
        row = workspace(pilot).row
        assert row is not None
        assert row.cells[0] == "Chocolate chip cookies"
        assert pane(pilot, "production").display

        await keys(pilot, "3", "w")
        tree = pilot.app.screen.query_one(WhyTree)
        line("Cookie bag")
        await keys(pilot, "enter")
        row = workspace(pilot).row
        assert row is not None
        assert row.cells[0] == "Cookie bag, 6 cookies"
        assert pane(pilot, "assembly").table.has_focus


async def test_space_folds_a_line_of_why(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "3", "w")
        tree = pilot.app.screen.query_one(WhyTree)
        tree.move_cursor(tree.root.children[0])
        await keys(pilot, "space")
        assert isinstance(pilot.app.screen, WhyScreen)
        assert not tree.root.children[0].is_expanded


async def test_a_lost_batch_takes_no_more_than_five_keys(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        pressed = ["l", "enter"]
        await keys(pilot, *pressed)
        assert len(pressed) <= 5
        event_id = app_of(pilot).event_id or 0
        [first, *_] = event_service.get_production_progress(event_id)["recipes"]
        assert "Made" in said(pilot)[-1]
        assert first["outputs"][0]["lost"] == 5 + 48
        assert first["outputs"][0]["produced"] == 91


async def test_a_lost_batch_of_several_outputs_gives_nothing_good(
    demo: Database, site: Site
) -> None:
    stock_service.count(1, "20 lb")
    async with running(site) as pilot:
        await keys(pilot, "enter", "j", "j", "j", "l")
        dialog = pilot.app.screen
        assert isinstance(dialog, FormScreen)
        await until(pilot, lambda: dialog.looked)
        assert dialog.values["good"] == ["Gingerbread person, large=0"]
        assert dialog.values["lost"] == ["Gingerbread person, large=30:burnt"]


async def test_a_problem_opens_the_dialog_that_mends_it(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "p")
        problems = pilot.app.screen
        assert isinstance(problems, ProblemsScreen)
        assert problems.problem is not None
        assert problems.problem.kind == "expired"
        count = len(problems.problems)
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, FormScreen)
        await keys(pilot, "enter")
        assert pilot.app.screen is problems
        assert len(problems.problems) == count - 1


async def test_an_event_that_is_over_is_set_to_done_from_its_problem(
    demo: Database, site: Site
) -> None:
    event = event_service.find_event("winter-market-stall")
    event_service.set_event(event.id, date=date(2026, 11, 13))
    async with running(site) as pilot:
        await keys(pilot, "enter", "p")
        problems = pilot.app.screen
        assert isinstance(problems, ProblemsScreen)
        assert problems.problem is not None
        assert problems.problem.kind == "past"
        await keys(pilot, "enter")
        form = pilot.app.screen
        assert isinstance(form, FormScreen)
        assert form.command.name == "event status"
        await keys(pilot, "d", "enter")
        assert pilot.app.screen is problems
        assert "past" not in [problem.kind for problem in problems.problems]
    assert event_service.find_event(event.id).status == "done"


async def test_the_workspace_sets_the_status_of_its_event(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "E", "d")
        assert isinstance(pilot.app.screen, FormScreen)
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, EventScreen)
        assert "done" in headline(pilot)


async def test_brackets_go_to_other_events(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        assert "Winter Market stall" in headline(pilot)
        await keys(pilot, "right_square_bracket")
        assert "Christmas gift bags" in headline(pilot)
        await keys(pilot, "right_square_bracket")
        assert said(pilot)[-1] == "There is no event after it."
        await keys(pilot, "left_square_bracket")
        assert "Winter Market stall" in headline(pilot)


async def test_the_cursor_stays_on_its_row_after_a_record(demo: Database, site: Site) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter", "j", "j", "j")
        before = workspace(pilot).row
        stock_service.count(1, "1 lb")
        await keys(pilot, "r")
        after = workspace(pilot).row
        assert before is not None
        assert after is not None
        assert before.key == after.key


async def test_plugin_keys_open_views_and_run_actions(demo: Database, site: Site) -> None:
    site.install(
        "by_store",
        "return Table([Column('what')], [Row('x', ('Flour',), about=Ref('item', 1))])",
        title="By store",
        spec="key='f', actions=(Action(id='c', title='Count it', key='f8', "
        "command=('count', '{about.id}', '1 lb')),)",
    )
    async with running(site) as pilot:
        await keys(pilot, "enter", "f")
        assert pane(pilot, "by_store").display
        await keys(pilot, "f8")
        assert isinstance(pilot.app.screen, FormScreen)
        assert pilot.app.screen.command.name == "count"
        assert pilot.app.screen.values["amount"] == "1 lb"


ENDLESS = """
import threading

BEGUN, GO_ON, OVER = threading.Event(), threading.Event(), threading.Event()

@contribute.views
def views():
    return [ViewSpec(id="endless", title="Endless", area=Area.EVENT, budget_ms=60000,
                     load="tui_plugin_endless:load")]

def load(ctx):
    BEGUN.set()
    GO_ON.wait(60)
    OVER.set()
    return Table([Column("what")], [])
"""


async def test_quitting_does_not_wait_for_an_endless_view(demo: Database, site: Site) -> None:
    site.install_module("endless", ENDLESS)
    async with running(site) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press(str(pane(pilot, "endless").number))
        endless = sys.modules["tui_plugin_endless"]
        assert await asyncio.to_thread(endless.BEGUN.wait, 60)
    assert not endless.OVER.is_set()
    endless.GO_ON.set()


async def test_what_a_plugin_checks_is_told_and_opened(demo: Database, site: Site) -> None:
    site.install_check("salt", "return [Finding(message='[b]No salt', about=Ref('item', 1))]")
    async with running(site) as pilot:
        row = app_of(pilot).screen.query_one(TableView).table.rows[0]
        assert "5 problems" in str(row.cells)
        await keys(pilot, "enter")
        assert "5 problems" in headline(pilot)
        await keys(pilot, "p", "G")
        problems = pilot.app.screen
        assert isinstance(problems, ProblemsScreen)
        assert problems.problem is not None
        assert problems.problem.message == "[b]No salt"
        assert text_of(pilot, "#problem-message") == "[b]No salt"
        await keys(pilot, "enter")
        entry = pilot.app.screen
        assert isinstance(entry, EntryScreen)
        assert entry.command.name == "item set"


async def test_a_check_that_fails_is_a_problem_of_its_own(demo: Database, site: Site) -> None:
    site.install_check("moody", "ctx.session.commit()")
    async with running(site) as pilot:
        await keys(pilot, "enter")
        assert "5 problems" in headline(pilot)
        await keys(pilot, "p", "G")
        assert "This check failed" in text_of(pilot, "#problem-message")
        assert "plugins disable moody" in text_of(pilot, "#problem-fix")


async def test_a_problem_about_what_no_command_mends_stays_listed(
    demo: Database, site: Site
) -> None:
    site.install_check("odd", "return [Finding(message='Odd', about=Ref('change', 1))]")
    async with running(site) as pilot:
        await keys(pilot, "enter", "p", "G", "enter")
        problems = pilot.app.screen
        assert isinstance(problems, ProblemsScreen)
        assert problems.problem is not None
        assert problems.problem.message == "Odd"


async def test_leaving_while_an_event_is_put_on_the_screen_is_no_crash(
    demo: Database, site: Site
) -> None:
    async with running(site) as pilot:
        await keys(pilot, "enter")
        stock_service.count(1, "1 lb")
        # Told right before what was read is shown.
        pilot.app.watch(pilot.app, "newest", lambda: pilot.app.exit(), init=False)
        workspace(pilot).load()
        await until(pilot, lambda: not pilot.app.is_running)
    assert pilot.app.return_code == 0

"""Several tables under each other: one cursor, one width, and rows that can be acted on."""

from __future__ import annotations

from textual.pilot import Pilot

from bakehouse.plugin import Column, Table
from bakehouse.testing.screens import until
from core.session import Database
from tests.tui.conftest import NARROW, Site, app_of, keys, running
from tests.tui.test_event_screen import open_pane
from tui.screens.form.screen import FormScreen
from tui.screens.why.screen import WhyScreen
from tui.widgets.columns import Columns
from tui.widgets.sections import SectionsView, SectionTable
from tui.widgets.tabs import TabLine

LOAD = """
from core.services import event_service, saying
lines = event_service.get_shopping_list(ctx.event, session=ctx.session)[:5]
columns = [Column('item', width=30), Column('store', width=20), Column('note')]
def rows(of, note):
    return [Row(str(line['item_id']), (line['item_name'], line['store'] or '', note),
                about=Ref('item', line['item_id'])) for line in of]
some, others = rows(lines[:3], 'short'), rows(lines[3:], 'x' * 40)
return Sections([('First', Table(columns, some)), ('None', Table(columns)),
                 ('Words', Markdown('some')), ('Second', Table(columns, others))])
"""


async def opened(pilot: Pilot[None]) -> SectionsView:
    await keys(pilot, "enter")
    pane = await open_pane(pilot, "several")
    await keys(pilot, "home")
    return pane.query_one(SectionsView)


def cursors(view: SectionsView) -> list[int]:
    """Return the numbers of the tables in which a row is marked as under the cursor."""
    marked = []
    for number, table in enumerate(view.tables):
        style = table.get_component_rich_style("table--cursor")
        lines = [table.render_line(y) for y in range(table.lines)]
        if any(seg.style and seg.style.bgcolor == style.bgcolor for line in lines for seg in line):
            marked.append(number)
    return marked


async def test_the_cursor_is_in_one_section_and_goes_on_into_the_next(
    demo: Database, site: Site
) -> None:
    site.install("several", LOAD)
    async with running(site, NARROW) as pilot:
        view = await opened(pilot)
        first, _, second = view.tables
        assert cursors(view) == [0]
        await keys(pilot, "down", "down")
        assert (app_of(pilot).focused, first.cursor) == (first, 2)
        await keys(pilot, "down")
        assert (app_of(pilot).focused, second.cursor) == (second, 0)
        assert cursors(view) == [2]
        await keys(pilot, "up")
        assert (app_of(pilot).focused, first.cursor) == (first, 2)
        await keys(pilot, "up", "up", "up")
        assert (app_of(pilot).focused, first.cursor) == (first, 0)


async def test_the_open_tab_can_be_seen_however_many_there_are(demo: Database, site: Site) -> None:
    for name in ("views", "more"):
        site.install(name, "return Markdown('')", title=f"A long name of {name}")
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter")
        line = pilot.app.screen.query_one(TabLine)
        assert str(line.render()).startswith("▌1 Production▐")
        last = len(line.tabs)
        await keys(pilot, str(last))
        shown = str(line.render())
        assert shown.startswith("…")
        assert shown.rstrip().endswith(f"▌{last} Contention▐")
        await keys(pilot, "1")
        assert str(line.render()).startswith("▌1 Production▐")


async def test_a_row_of_a_section_can_be_acted_on(demo: Database, site: Site) -> None:
    site.install("several", LOAD)
    async with running(site, NARROW) as pilot:
        view = await opened(pilot)
        await keys(pilot, *["down"] * 4)
        assert view.row is view.tables[2].rows[1]
        await keys(pilot, "w")
        why = pilot.app.screen
        assert isinstance(why, WhyScreen)
        await keys(pilot, "escape", "b")
        dialog = pilot.app.screen
        assert isinstance(dialog, FormScreen)
        await until(pilot, lambda: dialog.looked)
        assert dialog.values["what"]


async def test_the_cursor_stays_when_the_sections_are_read_again(
    demo: Database, site: Site
) -> None:
    site.install("several", LOAD)
    async with running(site, NARROW) as pilot:
        view = await opened(pilot)
        await keys(pilot, *["down"] * 4)
        key = None if view.row is None else view.row.key
        await keys(pilot, "r")
        again = pilot.app.screen.query(SectionsView).last()
        assert (None if again.row is None else again.row.key) == key
        focused = pilot.app.focused
        assert isinstance(focused, SectionTable)
        assert focused is again.current


def test_tables_beside_each_other_have_one_width_and_keep_their_columns() -> None:
    columns = [Column("item", width=30, priority=0), Column("store", width=20), Column("note")]
    one = Table(columns, [("flour", "a", "n" * 50)])
    other = Table(columns, [("f" * 30, "s" * 30, "")])
    together = Columns(one, other, several=True)
    assert [each.width for each in together.fit(200)] == [30, 30, 50]
    assert [each.column.name for each in together.fit(30)] == ["item", "store", "note"]
    assert len(together.fit(20)) < 3

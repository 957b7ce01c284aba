from tests.tui.conftest import *
async def test_empty(sqlite_kitchen, site):
    async with running(site, NARROW) as pilot:
        pilot.app.save_screenshot("/tmp/bk/empty.svg")
async def test_light(demo, site):
    site.install("text", "return Sections([('One', Table([Column('a')],[('b',)])), ('Two', Markdown('hi'))])", title="Text", spec="key='g'")
    async with running(site) as pilot:
        pilot.app.theme = "textual-light"
        await keys(pilot, "enter","3")
        pilot.app.save_screenshot("/tmp/bk/light.svg")
        await keys(pilot, "g")
        pilot.app.save_screenshot("/tmp/bk/text.svg")
        pilot.app.theme = "ansi-dark"
        await keys(pilot, "3", "b")
        pilot.app.save_screenshot("/tmp/bk/ansi.svg")
async def test_nocolor(demo, site, monkeypatch):
    monkeypatch.setenv("NO_COLOR","1")
    async with running(site, NARROW) as pilot:
        pilot.app.save_screenshot("/tmp/bk/na.svg")
        await keys(pilot, "enter","3")
        pilot.app.save_screenshot("/tmp/bk/nocolor.svg")
        await keys(pilot, "slash", "f","l")
        pilot.app.save_screenshot("/tmp/bk/filter.svg")

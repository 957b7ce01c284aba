from tests.tui.conftest import *
from tests.tui.test_season import *
async def test_x(demo, site):
    async with running(site, NARROW) as pilot:
        await keys(pilot, "enter")
        await go_to_row(pilot, "3", "Butter, unsalted")
        print(pane(pilot,'shopping').row.key, pilot.app.focused, pilot.app.screen.check_action("ask",("buy",)))
        await keys(pilot, "b")
        print(pilot.app.screen.given_before, pilot.app.screen.values, pilot.app.focused.parent.param.name)
        await keys(pilot, "tab")
        print(pilot.app.screen.values, pilot.app.focused.parent.param.name)
        await keys(pilot, "tab")
        print(pilot.app.screen.values, pilot.app.focused.parent.param.name)

"""A plugin's own widget fails in every way there is; it costs its pane and nothing else."""

from __future__ import annotations

from textwrap import indent

import pytest
from textual.pilot import Pilot

from bakehouse.testing.screens import settle, until
from core.session import Database
from plugins.host import State
from tests.tui.conftest import Site, app_of, keys, running, said
from tui.screens.event.board import Board
from tui.widgets.guest import Guest
from tui.widgets.pane import ErrorPanel, Pane

HEAD = """
import asyncio
import sys
import time
from dataclasses import dataclass
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static


@dataclass(frozen=True)
class Words:
    text: str

    def as_view(self):
        from bakehouse.plugin import Column, Table
        return Table([Column("word")], [(self.text,)])


def fail(*_):
    raise RuntimeError("no [b]oven[/x]")


class Panic(BaseException):
    pass


class Shown(Static, can_focus=True):
    def __init__(self, data):
        super().__init__(data.text)
"""

WAYS = {
    "constructor": "def __init__(self, data):\n    fail()",
    "compose": "def compose(self):\n    fail()\n    yield Static('x')",
    "mount": "def on_mount(self):\n    fail()",
    "async mount": "async def on_mount(self):\n    await asyncio.sleep(0)\n    fail()",
    "message handler": "def on_show(self, event):\n    fail()",
    "timer": "def on_mount(self):\n    self.set_timer(0.01, fail)",
    "interval": "def on_mount(self):\n    self.set_interval(0.01, self.fall)\n"
    "def fall(self):\n    fail()",
    "call later": "def on_mount(self):\n    self.call_later(fail)",
    "call after refresh": "def on_mount(self):\n    self.call_after_refresh(fail)",
    "watcher": "word = reactive('')\ndef watch_word(self, word):\n    fail()\n"
    "def on_show(self):\n    self.word = 'x'",
    "first render": "def render(self):\n    fail()",
    "later render": "times = 0\ndef render(self):\n    self.times += 1\n"
    "    if self.times > 1: fail()\n"
    "    return 'x'\ndef on_show(self):\n    self.set_timer(0.01, self.refresh)",
    "render line": "def render_line(self, y):\n    fail()",
    "layout": "def get_content_width(self, *_):\n    fail()\n"
    "def on_mount(self):\n    self.styles.width = 'auto'",
    "worker": "def on_mount(self):\n    self.run_worker(self.later())\n"
    "async def later(self):\n    fail()",
    "thread worker": "@work(thread=True)\ndef later(self):\n    fail()\n"
    "def on_mount(self):\n    self.later()",
    "a callback left with the app": "def on_mount(self):\n    self.app.call_later(fail)",
    "a callback left with the screen": "def on_mount(self):\n    self.screen.call_later(fail)",
    "a timer of the app": "def on_mount(self):\n    self.app.set_timer(0.01, fail)",
    "leaving the program": "def on_mount(self):\n    self.app.exit()",
    "bad css": "DEFAULT_CSS = 'Shown { colour: red; }'",
    "css that cannot be parsed": "DEFAULT_CSS = 'Shown { color: '",
    "css of a child": "class Child(Static):\n    DEFAULT_CSS = 'Child { colour: red; }'\n"
    "def compose(self):\n    yield self.Child('x')",
    "a child that fails": "class Child(Static):\n    def on_mount(self):\n        fail()\n"
    "def compose(self):\n    with Vertical():\n        yield self.Child('x')",
    "unmount": "def on_unmount(self):\n    fail()\ndef on_mount(self):\n    self.call_later(fail)",
    "an exit": "def on_show(self):\n    sys.exit(3)",
    "an exit in the constructor": "def __init__(self, data):\n    sys.exit(3)",
}


def install(site: Site, body: str, name: str = "guest") -> None:
    site.install(name, "return Words('all is well')", spec=f"show='tui_plugin_{name}:Shown'")
    file = site.folder / f"tui_plugin_{name}.py"
    file.write_text(file.read_text() + HEAD + indent(body, "    ") + "\n")


async def opened(pilot: Pilot[None], title: str = "guest") -> Pane:
    """Go to the tab of a plugin's view."""
    panes = app_of(pilot).screen.query_one(Board).panes
    pane = next(each for each in panes if each.view.title == title)
    await keys(pilot, str(pane.number))
    return pane


def panel_of(pane: Pane) -> ErrorPanel | None:
    return next(iter(pane.query(ErrorPanel)), None)


async def check_others(pilot: Pilot[None]) -> None:
    """The other panes are right, on one revision, and can still be worked with."""
    await keys(pilot, "1", "r")
    app = app_of(pilot)
    outcomes = app.screen.snapshot.outcomes  # type: ignore[attr-defined]
    assert {outcomes[name].revision for name in ("production", "assembly", "shopping")} == {
        app.screen.revision  # type: ignore[attr-defined]
    }
    await keys(pilot, "j", "question_mark", "escape", "ctrl+p", "escape")
    assert app.is_running
    assert app._exception is None


async def test_a_widget_of_a_plugin_is_shown_with_its_data(site: Site, demo: Database) -> None:
    install(site, "pass")
    async with running(site, event="christmas-gift-bags") as pilot:
        pane = await opened(pilot)
        assert [str(each.render()) for each in pane.query("Shown")] == ["all is well"]
        assert panel_of(pane) is None
        await keys(pilot, "r")
        assert len(pane.query(Guest)) == 1


@pytest.mark.parametrize("body", WAYS.values(), ids=list(WAYS))
async def test_a_widget_that_fails_costs_only_its_pane(
    site: Site, demo: Database, body: str
) -> None:
    install(site, body)
    async with running(site, event="christmas-gift-bags") as pilot:
        pane = await opened(pilot)
        await until(pilot, lambda: panel_of(pane) is not None)
        assert pane.failure is not None
        assert (pane.failure.plugin, pane.failure.view) == ("guest", "guest")
        await settle(pilot)
        assert not pane.query(Guest)
        await check_others(pilot)
        assert len(app_of(pilot).host.record("guest").failures) == 1


EXIT, CANCELLED, PANIC = "SystemExit(3)", "asyncio.CancelledError()", "Panic('out')"
NO_EXCEPTIONS = [
    *((way, EXIT) for way, body in WAYS.items() if "fail" in body and "css" not in way),
    *((way, CANCELLED) for way in ("async mount", "watcher", "later render", "worker")),
    *((way, PANIC) for way in ("constructor", "message handler", "layout", "thread worker")),
]
"""Ways to raise what goes past every `except Exception`."""


@pytest.mark.parametrize(("way", "error"), NO_EXCEPTIONS)
async def test_nothing_that_a_widget_raises_ends_the_app(
    site: Site, demo: Database, way: str, error: str
) -> None:
    install(site, WAYS[way])
    file = site.folder / "tui_plugin_guest.py"
    file.write_text(file.read_text().replace('RuntimeError("no [b]oven[/x]")', error))
    async with running(site, event="christmas-gift-bags") as pilot:
        pane = await opened(pilot)
        await until(pilot, lambda: panel_of(pane) is not None)
        assert pane.failure is not None
        assert pane.failure.plugin == "guest"
        await check_others(pilot)


async def test_a_person_in_a_widget_of_a_plugin_can_leave(site: Site, demo: Database) -> None:
    install(site, "pass")
    async with running(site, event="christmas-gift-bags") as pilot:
        pane = await opened(pilot)
        assert pane.query_one("Shown").has_focus
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app_of(pilot).is_running)
        assert app_of(pilot).return_code == 0


async def test_what_a_widget_says_in_the_corner_is_only_text(site: Site, demo: Database) -> None:
    install(site, "def on_mount(self):\n    self.app.notify('no [/i] oven')")
    async with running(site, event="christmas-gift-bags") as pilot:
        pane = await opened(pilot)
        await until(pilot, lambda: "no [/i] oven" in said(pilot))
        assert panel_of(pane) is None
        await check_others(pilot)


async def test_an_action_that_fails_costs_only_its_pane(site: Site, demo: Database) -> None:
    install(
        site,
        "BINDINGS = [Binding('x', 'fall', 'Fall')]\ndef action_fall(self):\n    fail()",
    )
    async with running(site, event="christmas-gift-bags") as pilot:
        pane = await opened(pilot)
        assert pane.query_one("Shown").has_focus
        await keys(pilot, "x")
        await until(pilot, lambda: panel_of(pane) is not None)
        await check_others(pilot)


async def test_after_three_failures_the_plugin_is_left_out_until_it_is_tried_again(
    site: Site, demo: Database
) -> None:
    install(site, "def on_mount(self):\n    fail()")
    async with running(site, event="christmas-gift-bags") as pilot:
        pane = await opened(pilot)
        host = app_of(pilot).host
        for tries in (1, 2, 3):
            await until(pilot, lambda tries=tries: len(host.record("guest").failures) == tries)
            await settle(pilot)
            if tries < 3:
                await keys(pilot, "r")
        assert host.record("guest").state is State.QUARANTINED
        await keys(pilot, "r")
        assert pane.failure is not None
        assert pane.failure.quarantined
        await check_others(pilot)


async def test_what_goes_wrong_elsewhere_still_ends_the_app(site: Site, demo: Database) -> None:
    install(site, "pass")

    def fail() -> None:
        raise ZeroDivisionError("ours")

    async def use() -> None:
        async with running(site, event="christmas-gift-bags") as pilot:
            await opened(pilot)
            app_of(pilot).screen.call_later(fail)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await use()


def test_without_a_screen_the_same_view_is_data(site: Site, demo: Database) -> None:
    from core.session import read_session
    from plugins.host import Loaded

    install(site, "def on_mount(self):\n    fail()")
    host = site.host()
    with read_session() as session:
        outcome = host.load(host.view("guest"), session, 1)
    assert isinstance(outcome, Loaded)
    assert outcome.data.as_data() == [{"word": "all is well"}]


async def test_a_widget_that_holds_up_the_screen_is_named(site: Site, demo: Database) -> None:
    install(
        site, "BINDINGS = [Binding('x', 'hog', 'Hog')]\ndef action_hog(self):\n    time.sleep(2)"
    )
    async with running(site, event="christmas-gift-bags") as pilot:
        pane = await opened(pilot)
        pane.query_one("Shown").focus()
        await keys(pilot, "x")
        await until(pilot, lambda: any("held up the screen" in note for note in said(pilot)))
        [note] = [note for note in said(pilot) if "held up" in note]
        assert note.startswith("The plugin guest held up the screen for")
        assert "tui_plugin_guest, line" in note

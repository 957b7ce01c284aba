"""Keeping plugins out: quarantine, the block list, single files until accepted, and bisecting."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from core.session import Database, KitchenSession, read_session
from plugins import bisecting
from plugins.blocking import BlockList
from plugins.checkup import look
from plugins.discovery import discover
from plugins.host import Failure, Host, Loaded, PluginError, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plugins.conftest import Site

GOOD = "def load(ctx): return TABLE"
BAD = "def load(ctx): raise KeyError('oven')"


@pytest.fixture
def session(sqlite_kitchen: Database) -> Iterator[KitchenSession]:
    with read_session() as reader:
        yield reader


def load(host: Host, name: str, session: KitchenSession) -> Loaded | Failure:
    return host.load(host.view(name), session)


# -- quarantine ------------------------------------------------------------------------------------


def fail_often(host: Host, session: KitchenSession) -> None:
    for _ in range(3):
        outcome = load(host, "bad", session)
        assert isinstance(outcome, Failure)
        assert not outcome.quarantined


def test_after_three_failures_a_plugin_is_left_out_with_the_reason(
    site: Site, session: KitchenSession
) -> None:
    site.offer("bad", BAD)
    site.offer("good", GOOD)
    host = site.host()
    fail_often(host, session)
    record = host.record("bad")
    assert record.state is State.QUARANTINED
    assert "left out since it failed" in record.reason
    assert "KeyError: 'oven'" in record.reason
    assert "bakehouse plugins enable bad" in record.reason
    outcome = load(host, "bad", session)
    assert isinstance(outcome, Failure)
    assert outcome.quarantined
    assert len(host.record("bad").failures) == 3
    assert isinstance(load(host, "good", session), Loaded)


def test_a_plugin_that_is_left_out_is_not_imported_by_the_next_run(
    site: Site, session: KitchenSession
) -> None:
    package = site.offer("bad", BAD)
    fail_often(site.host(), session)
    for name in [name for name in sys.modules if name.startswith(package)]:
        del sys.modules[name]
    host = site.host()
    assert host.views() == []
    assert host.record("bad").state is State.QUARANTINED
    with pytest.raises(PluginError, match=r"\(quarantined\): left out since it failed"):
        host.view("bad")
    assert package not in sys.modules


def test_one_key_or_one_command_tries_it_again(site: Site, session: KitchenSession) -> None:
    site.offer("bad", BAD)
    host = site.host()
    fail_often(host, session)
    host.retry("bad")
    assert host.record("bad").state is State.LOADED
    fail_often(host, session)
    later = site.host()
    assert later.enable("bad").state is State.ENABLED
    fail_often(later, session)


def test_a_screen_that_is_open_tries_again_what_another_terminal_left_out(
    site: Site, session: KitchenSession
) -> None:
    site.offer("bad", BAD)
    screen = site.host()
    fail_often(site.host(), session)
    screen.enable("bad")
    assert site.host().record("bad").state is State.ENABLED


def test_what_failed_on_several_screens_is_remembered_of_each(
    site: Site, session: KitchenSession
) -> None:
    names = [f"bad.view-{number}" for number in range(8)]
    site.offer("bad", BAD)
    (site.folder / "plugin_bad" / "__init__.py").write_text(
        "from bakehouse.plugin import Area, ViewSpec, contribute\n"
        "@contribute.views\n"
        "def views():\n"
        "    return [ViewSpec(id=id, title=id, area=Area.KITCHEN, load='plugin_bad.view:load')\n"
        f"            for id in {names}]\n"
    )
    screens = [site.host() for _ in names]
    together = Barrier(len(names))

    def use(screen: Host, name: str) -> None:
        view = screen.view(name)
        together.wait()
        with read_session() as reader:
            screen.load(view, reader)

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(use, screens, names))
    assert {each.view for each in site.host().record("bad").last_failures} == {*names}


def test_another_version_gets_a_new_try(site: Site, session: KitchenSession) -> None:
    site.offer("bad", BAD)
    fail_often(site.host(), session)
    (site.folder / "bakehouse_bad-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: bakehouse-bad\nVersion: 1.1\n"
    )
    assert site.host().record("bad").state is State.ENABLED


def test_a_built_in_view_is_always_tried_again(site: Site, session: KitchenSession) -> None:
    host = site.with_builtins().host()
    view = host.view("production")
    for _ in range(5):
        outcome = host.load(view, session, 99)
        assert isinstance(outcome, Failure)
        assert not outcome.quarantined


def test_what_is_remembered_may_be_damaged(site: Site) -> None:
    site.offer("good", GOOD)
    site.state.mkdir()
    for told in (
        "{",
        "[]",
        '{"good": 1}',
        '{"good": {"version": "1.0", "settings": [3]}}',
        '{"good": {"version": "1.0", "failures": 3}}',
    ):
        (site.state / "plugins.json").write_text(told)
        host = site.host()
        assert host.known_settings("good").held == ()
        assert [view.id for view in host.views()] == ["good"]


# -- the block list --------------------------------------------------------------------------------


def block(site: Site, text: str) -> None:
    site.consent_file.parent.mkdir(exist_ok=True)
    (site.consent_file.parent / "blocked.toml").write_text(text)


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        ('name = "labels"', "blocked"),
        ('name = "Bakehouse.Labels"\nversions = "<1.5"', "blocked"),
        ('name = "labels"\nversions = ">1.0"', "enabled"),
        ('name = "others"', "enabled"),
    ],
)
def test_a_version_on_the_block_list_is_not_imported(site: Site, entry: str, state: str) -> None:
    package = site.offer("labels", GOOD)
    block(site, f'[[blocked]]\n{entry}\nreason = "it forgets the nuts"\n')
    host = site.host()
    record = host.record("labels")
    assert str(record.state) == state
    if state == "blocked":
        assert "bakehouse-labels 1.0 is on the block list: it forgets the nuts" in record.reason
        assert host.views() == []
        assert package not in sys.modules
        with pytest.raises(PluginError, match="cannot be used"):
            host.enable("labels")


@pytest.mark.parametrize("text", ["[[blocked]]\n", '[[blocked]]\nname = "x"\nversions = "???"'])
def test_a_block_list_that_cannot_be_read_is_told(site: Site, text: str) -> None:
    site.offer("labels", GOOD)
    block(site, text)
    host = site.host()
    assert "blocked.toml cannot be read" in host.notes[0]
    assert host.record("labels").state is State.ENABLED


def test_the_list_in_the_wheel_can_be_read(site: Site) -> None:
    assert BlockList(site.folder / "none").trouble == ""


# -- single files ----------------------------------------------------------------------------------

SINGLE = """
from bakehouse.plugin import Area, Column, Table, ViewSpec, contribute

@contribute.views
def views():
    return [ViewSpec(id="plugin-single", title="Single", area=Area.KITCHEN,
                     load="plugin_single:load")]

def load(ctx):
    return Table([Column("what")], [("fine",)])
"""


def single(site: Site, text: str = SINGLE, name: str = "plugin_single") -> Path:
    path = site.consent_file.parent / "plugins" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_single_file_is_off_until_it_is_enabled(site: Site, session: KitchenSession) -> None:
    path = single(site)
    host = site.host(only=None)
    record = host.record("plugin-single")
    assert (record.state, record.distribution) == (State.DISCOVERED, str(path))
    assert host.views() == []
    assert "plugin_single" not in sys.modules
    host.enable("plugin-single")
    assert isinstance(load(site.host(only=None), "plugin-single", session), Loaded)


def test_no_other_folder_is_looked_into(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path, tmp_path / "plugins"):
        folder.mkdir(exist_ok=True)
        (folder / "here.py").write_text(SINGLE)
    monkeypatch.chdir(tmp_path)
    assert site.host().records() == []


def test_a_file_takes_no_modules_name_and_needs_one_that_is_a_name(site: Site) -> None:
    single(site, name="json")
    single(site, name="not-a-name")
    host = site.host()
    assert "its name is no name of a module" in host.notes[0]
    host.views()
    assert "already a module 'json'" in host.record("json").reason


def test_a_file_with_the_name_of_an_installed_plugin_blocks_both(site: Site) -> None:
    single(site)
    site.offer("plugin-single", GOOD)
    assert [record.state for record in site.host().records()] == [State.BLOCKED] * 2


# -- bisecting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("culprit", list("abcdefg"))
def test_the_culprit_is_found_by_halves(culprit: str) -> None:
    search = bisecting.begin(list("gfedcba"))
    assert search.rounds == 4
    for _ in range(4):
        if search.culprit is None:
            search = bisecting.answered(search, culprit in search.let_in)
    assert search.culprit == culprit


def test_trouble_without_any_plugin_is_none_of_theirs() -> None:
    search = bisecting.answered(bisecting.begin(["a", "b"]), trouble=True)
    assert search.innocent
    assert search.culprit is None


def test_a_search_leaves_plugins_out_of_every_run_until_it_ends(site: Site) -> None:
    for name in ("a", "b", "c"):
        site.offer(name, GOOD)
    search = bisecting.answered(bisecting.begin(["a", "b", "c"]), trouble=False)
    bisecting.keep(site.state, search)
    host = site.host()
    assert [view.id for view in host.views()] == ["a", "b"]
    assert "bakehouse plugins bisect" in host.record("c").reason
    bisecting.end(site.state)
    assert len(site.host().views()) == 3


# -- what is wrong ---------------------------------------------------------------------------------


def test_the_checkup_says_what_is_wrong_and_what_to_do_without_importing(
    site: Site, session: KitchenSession
) -> None:
    new = site.offer("new", GOOD, requires=["bakehouse>=99"])
    site.offer("fresh", GOOD)
    site.distribute("bakehouse-gone", {"gone": "plugin_gone"})
    site.offer("bad", BAD)
    host = site.host(only=["bad", "gone"])
    fail_often(host, session)
    site.consent_file.parent.mkdir(exist_ok=True)
    told = {trouble.plugin: trouble for trouble in look(site.host(only=None), None)}
    assert "needs bakehouse >=99" in told["new"].message
    assert "is new and not loaded" in told["fresh"].message
    assert "bakehouse plugins enable fresh" in told["fresh"].fix
    told = {trouble.plugin: trouble for trouble in look(site.host(), None)}
    assert "its module 'plugin_gone' is not installed" in told["gone"].message
    assert "left out since it failed" in told["bad"].message
    assert "bakehouse plugins disable bad" in told["bad"].fix
    assert new not in sys.modules


def test_a_variable_that_does_not_fit_is_to_be_unset(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install(
        "most",
        """
        from bakehouse.plugin import Setting, contribute

        @contribute.settings
        def settings():
            return [Setting(key="rows", title="Rows", kind="integer", default=3)]
        """,
    )
    site.host().views()
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_MOST_ROWS", "many")
    [trouble] = look(site.host(), None)
    assert "must be a number, not 'many'" in trouble.message
    assert trouble.fix == "unset BAKEHOUSE_PLUGIN_MOST_ROWS, or bakehouse plugins disable most"


def test_nothing_is_wrong_with_the_built_in_plugins(site: Site) -> None:
    assert look(site.with_builtins().host(), None) == []
    assert discover([str(site.folder)])[1] == []


# -- what failed when it was last used -------------------------------------------------------------


def test_what_failed_is_told_by_the_next_run_without_importing(
    site: Site, session: KitchenSession
) -> None:
    broken = site.install("broken", "raise ImportError('no oven')")
    unread = site.install("unread", "from bakehouse.plugin import *\n@contribute.views\ndef v(): 1")
    raising = site.offer("raising", BAD)
    host = site.host()
    host.views()
    load(host, "raising", session)
    for name in [name for name in sys.modules if name.startswith("plugin_")]:
        del sys.modules[name]
    later = site.host()
    told = {record.name: record.when_last_used for record in later.records()}
    assert told["broken"] == ["cannot be imported: ImportError: no oven"]
    assert told["raising"] == ["raising: KeyError: 'oven'"]
    assert "cannot be registered: TypeError: views must return a list" in told["unread"][0]
    assert {record.state for record in later.records()} == {State.ENABLED}
    troubles = {each.plugin: each for each in look(later, None)}
    assert troubles["raising"].message == "when last used: raising: KeyError: 'oven'"
    assert "bakehouse plugins disable raising" in troubles["raising"].fix
    assert not {broken, unread, raising} & set(sys.modules)


def test_what_works_again_is_forgotten_and_nothing_else(
    site: Site, session: KitchenSession
) -> None:
    package = site.install(
        "two",
        """
        from bakehouse.plugin import Area, ViewSpec, contribute

        @contribute.views
        def views():
            return [ViewSpec(id=f"two.{name}", title=name, area=Area.KITCHEN,
                             load=f"plugin_two.view:{name}") for name in ("left", "right")]
        """,
        view="def left(ctx): 1 / 0\ndef right(ctx): 1 / 0",
    )
    host = site.host()
    for name in ("left", "right"):
        load(host, name, session)
    assert len(site.host().record("two").last_failures) == 2
    view = site.folder / package / "view.py"
    view.write_text(
        "from bakehouse.plugin import Markdown\n"
        "def left(ctx): return Markdown('well')\ndef right(ctx): 1 / 0\n"
    )
    del sys.modules[f"{package}.view"]
    assert isinstance(load(site.host(), "left", session), Loaded)
    [failure] = site.host().record("two").last_failures
    assert (failure.view, failure.version) == ("two.right", "1.0")


def test_a_plugin_that_can_be_imported_again_is_well(site: Site) -> None:
    package = site.offer("good", GOOD)
    module = site.folder / package / "__init__.py"
    text = module.read_text()
    module.write_text("raise ImportError('no oven')")
    site.host().views()
    assert site.host().record("good").when_last_used
    module.write_text(text + "# mended\n")
    site.host().views()
    assert site.host().record("good").when_last_used == []
    assert look(site.host(), None) == []


def test_what_failed_of_one_version_is_not_told_of_another(
    site: Site, session: KitchenSession
) -> None:
    site.offer("bad", BAD)
    load(site.host(), "bad", session)
    assert site.host().record("bad").last_failures
    (site.folder / "bakehouse_bad-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: bakehouse-bad\nVersion: 1.1\n"
    )
    assert site.host().record("bad").last_failures == ()


# -- what will stop --------------------------------------------------------------------------------


def test_what_a_plugin_uses_of_the_api_that_will_stop_is_remembered(
    site: Site, session: KitchenSession
) -> None:
    site.offer(
        "old",
        "from bakehouse._deprecation import deprecated\n"
        "def load(ctx):\n"
        "    deprecated('ctx.old', instead='ctx.new', stops_in='2.0')\n"
        "    return TABLE",
    )
    with pytest.warns(DeprecationWarning, match=r"ctx\.old stops in 2\.0"):
        load(site.host(), "old", session)
    assert site.host().record("old").deprecated == ("ctx.old stops in 2.0; use ctx.new",)

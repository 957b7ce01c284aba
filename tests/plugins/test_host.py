"""The host: finding plugins, accepting them, registering them; each costs only itself."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bakehouse.plugin import Area
from core.errors import Ambiguous, BadFile, PluginNotFound, ViewNotFound
from plugins.host import Host, PluginError, State

if TYPE_CHECKING:
    from tests.plugins.conftest import Site

GOOD = "def load(ctx): return TABLE"


def states(host: Host) -> dict[str, str]:
    return {record.name: str(record.state) for record in host.records()}


def is_imported(*packages: str) -> bool:
    return any(name.partition(".")[0] in packages for name in sys.modules)


# -- finding and accepting -------------------------------------------------------------------------


def test_plugins_are_found_enabled_and_disabled_without_being_imported(site: Site) -> None:
    package = site.offer("by-store", GOOD)
    host = site.host(only=None)
    assert states(host) == {"by-store": "discovered"}
    assert host.enable("by-store").state is State.ENABLED
    assert host.disable("by-store").state is State.DISABLED
    assert not is_imported(package)


def test_plugins_are_found_where_python_imports_from(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.offer("by-store", GOOD)
    host = Host("all", consent_file=site.consent_file)
    assert host.record("by-store").distribution == "bakehouse-by-store"
    assert host.view("by-store").title == "by-store"


def test_a_new_plugin_is_listed_with_what_to_do_and_not_loaded(site: Site) -> None:
    package = site.offer("by-store", GOOD)
    host = site.host(only=None)
    assert host.views() == []
    record = host.record("by-store")
    assert (record.name, record.version, record.builtin) == ("by-store", "1.0", False)
    assert "bakehouse plugins enable by-store" in record.reason
    with pytest.raises(PluginError, match=r"by-store 1\.0 is not loaded \(discovered\)"):
        host.view("by-store")
    assert not is_imported(package)


def test_accepting_lasts_for_later_runs(site: Site) -> None:
    site.offer("by-store", GOOD)
    site.host(only=None).enable("by-store")
    later = site.host(only=None)
    assert [view.id for view in later.views()] == ["by-store"]
    assert later.record("by-store").state is State.LOADED


def test_accepting_in_a_running_host_offers_the_views(site: Site) -> None:
    site.offer("by-store", GOOD)
    host = site.host(only=None)
    host.enable("by-store")
    assert [view.id for view in host.views()] == ["by-store"]
    host.disable("by-store")
    assert host.views() == []
    assert host.record("by-store").views == ()


def test_another_distribution_under_an_accepted_name_is_asked_about_anew(site: Site) -> None:
    site.consent_file.parent.mkdir()
    site.consent_file.write_text(json.dumps({"accepted": {"by-store": "somebody-else"}}))
    site.offer("by-store", GOOD)
    assert states(site.host(only=None)) == {"by-store": "discovered"}


def test_turning_off_lasts_and_wins_over_not_being_asked(site: Site) -> None:
    site.with_builtins().offer("by-store", GOOD)
    host = site.host(only=None)
    host.disable("by-store")
    host.disable("shopping")
    for only in (None, "all", ["by-store"]):
        later = states(site.host(only=only))
        assert (later["by-store"], later["shopping"]) == ("disabled", "disabled")
    assert host.enable("shopping").state is State.ENABLED


def test_no_such_plugin_names_those_that_are_near(site: Site) -> None:
    site.offer("by-store", GOOD)
    for act in (site.host().enable, site.host().disable, site.host().record):
        with pytest.raises(PluginNotFound, match="no plugin 'by-stor'. Did you mean by-store"):
            act("by-stor")


@pytest.mark.parametrize("told", ["{", "[]", '{"accepted": []}', '{"disabled": [1]}'])
def test_a_list_of_accepted_plugins_that_cannot_be_read_accepts_nothing(
    site: Site, told: str
) -> None:
    site.offer("by-store", GOOD)
    site.consent_file.parent.mkdir()
    site.consent_file.write_text(told)
    host = site.host(only=None)
    assert states(host) == {"by-store": "discovered"}
    assert str(site.consent_file) in "".join(host.notes)
    with pytest.raises(BadFile, match="cannot be read"):
        host.enable("by-store")
    assert site.consent_file.read_text() == told


def test_decisions_that_cannot_be_kept_change_nothing(site: Site) -> None:
    site.offer("by-store", GOOD)
    site.consent_file.parent.write_text("a file where the folder should be")
    host = site.host(only=None)
    with pytest.raises(BadFile):
        host.enable("by-store")
    assert states(host) == {"by-store": "discovered"}


def test_the_list_is_replaced_as_a_whole(site: Site) -> None:
    site.offer("by-store", GOOD)
    site.host(only=None).enable("by-store")
    assert [path.name for path in site.consent_file.parent.iterdir()] == ["plugins.json"]
    assert json.loads(site.consent_file.read_text())["accepted"] == {
        "by-store": "bakehouse-by-store"
    }


def test_a_screen_that_is_open_leaves_what_another_terminal_decided(site: Site) -> None:
    for name in ("my-view", "my-check", "my-file"):
        site.offer(name, GOOD)
    site.host(only=None).enable("my-view")
    screen = site.host(only=None)
    site.host(only=None).disable("my-view")
    site.host(only=None).enable("my-file")

    screen.enable("my-check")

    assert states(site.host(only=None)) == {
        "my-check": "enabled",
        "my-file": "enabled",
        "my-view": "disabled",
    }


def test_a_list_that_was_mended_is_taken_by_a_screen_that_is_open(site: Site) -> None:
    site.offer("by-store", GOOD)
    site.consent_file.parent.mkdir()
    site.consent_file.write_text("{")
    screen = site.host(only=None)
    site.consent_file.write_text("{}")
    assert screen.enable("by-store").state is State.ENABLED


DECIDING = """
import sys
from pathlib import Path
from plugins.host import Host

folder, consent, state, name = sys.argv[1:]
host = Host(path=[folder], consent_file=Path(consent), state=Path(state))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    host.disable(name)
    host.enable(name)
"""


def test_of_many_programs_that_decide_at_once_none_loses_its_decision(site: Site) -> None:
    names = ["bread", "cake", "pie"]
    for name in names:
        site.offer(name, GOOD)
    where = (str(site.folder), str(site.consent_file), str(site.state))
    with ExitStack() as stack:
        programs = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", DECIDING, *where, name],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for name in names
        ]
        for program in programs:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
        for program in programs:
            assert program.stdin is not None
            program.stdin.close()
    assert [program.returncode for program in programs] == [0, 0, 0]
    assert states(site.host(only=None)) == dict.fromkeys(names, "enabled")


# -- limits of one run -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "loaded"),
    [
        ("", {"shopping"}),
        ("all", {"shopping", "by-store", "labels"}),
        ("labels", {"shopping", "labels"}),
        (" labels , by-store,", {"shopping", "by-store", "labels"}),
    ],
)
def test_the_variable_limits_the_plugins(
    site: Site, monkeypatch: pytest.MonkeyPatch, told: str, loaded: set[str]
) -> None:
    site.distribute("bakehouse", {"shopping": "plugins.shopping"})
    site.offer("by-store", GOOD)
    site.offer("labels", GOOD)
    monkeypatch.setenv("BAKEHOUSE_PLUGINS", told)
    host = site.host(only=None)
    host.views()
    assert {name for name, state in states(host).items() if state == "loaded"} == loaded
    left_out = {record.reason for record in host.records() if record.state is State.DISABLED}
    assert left_out <= {"left out of this run by BAKEHOUSE_PLUGINS"}


def test_limits_of_the_caller_win_over_the_variable(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.with_builtins().offer("by-store", GOOD)
    monkeypatch.setenv("BAKEHOUSE_PLUGINS", "all")
    assert states(site.host(only=()))["by-store"] == "disabled"


def test_plugins_left_out_of_a_run_are_not_imported_built_in_ones_too(site: Site) -> None:
    package = site.with_builtins().offer("by-store", GOOD)
    host = site.host(without=["by-store", "plan"])
    views = [view.id for view in host.views()]
    assert "plan" not in views
    assert "by-store" not in views
    assert "shopping" in views
    assert not is_imported(package)


def test_names_that_no_plugin_has_are_noted(site: Site) -> None:
    assert site.host(only=["labels"]).notes == [
        "There is no plugin 'labels', which this run was told of."
    ]


# -- before importing ------------------------------------------------------------------------------


def test_two_distributions_with_one_name_are_both_named_and_neither_loaded(site: Site) -> None:
    package = site.offer("by-store", GOOD)
    site.distribute("other-by-store", {"by-store": package}, version="2.1")
    site.offer("labels", GOOD)
    host = site.host()
    assert [view.id for view in host.views()] == ["labels"]
    clashing = [record for record in host.records() if record.name == "by-store"]
    assert [record.state for record in clashing] == [State.BLOCKED, State.BLOCKED]
    for record in clashing:
        assert "bakehouse-by-store 1.0" in record.reason
        assert "other-by-store 2.1" in record.reason
    with pytest.raises(PluginError, match="cannot be used"):
        host.enable("by-store")
    assert not is_imported(package)


def test_nobody_can_take_the_name_of_a_built_in_plugin(site: Site) -> None:
    package = site.with_builtins().offer("shopping", GOOD)
    host = site.host()
    assert host.view("shopping").builtin
    blocked = [record for record in host.records() if record.state is State.BLOCKED]
    assert [record.distribution for record in blocked] == ["bakehouse-shopping"]
    assert not is_imported(package)


@pytest.mark.parametrize("other", ["pre_fix", "Pre-Fix", "pre.fix"])
def test_names_that_would_share_tables_and_variables_are_both_named_and_neither_loaded(
    site: Site, other: str
) -> None:
    package = site.offer("pre-fix", GOOD)
    site.distribute("other-prefix", {other: package}, version="2.1")
    site.offer("prefix", GOOD)
    host = site.host()
    assert [view.id for view in host.views()] == ["prefix"]
    for name in ("pre-fix", other):
        record = host.record(name)
        assert record.state is State.BLOCKED
        assert "'pre-fix' of bakehouse-pre-fix 1.0" in record.reason
        assert f"'{other}' of other-prefix 2.1" in record.reason
        with pytest.raises(PluginError, match="would share their tables and variables"):
            host.enable(name)
    assert not is_imported(package)


def test_a_name_that_would_share_with_a_built_in_plugin_is_its_name(site: Site) -> None:
    package = site.with_builtins().offer("Shopping", GOOD)
    host = site.host()
    assert host.view("shopping").builtin
    record = host.record("Shopping")
    assert record.state is State.BLOCKED
    assert record.reason.endswith("has the name of a built-in plugin, 'shopping'")
    assert not is_imported(package)


@pytest.mark.parametrize(
    ("requires", "state"),
    [
        ("bakehouse>=99", "incompatible"),
        ("Bakehouse[test] <0.0.1", "incompatible"),
        ("bakehouse ??", "incompatible"),
        ("bakehouse>=0.0.1", "enabled"),
        ("bakehouse>=99; extra == 'dev'", "enabled"),
        ("bakehouse>=99; python_version < '3'", "enabled"),
        ("bakehouse-extras>=99", "enabled"),
        ("not a requirement !", "enabled"),
    ],
)
def test_a_plugin_that_needs_another_version_is_not_imported(
    site: Site, requires: str, state: str
) -> None:
    package = site.offer("by-store", GOOD, requires=[requires])
    host = site.host()
    assert states(host) == {"by-store": state}
    if state == "incompatible":
        assert host.views() == []
        assert not is_imported(package)
        with pytest.raises(PluginError, match="cannot be used"):
            host.enable("by-store")


def test_a_damaged_distribution_costs_only_itself(site: Site) -> None:
    broken = site.distribute("broken", {"broken": "broken"})
    (broken / "entry_points.txt").write_text("[bakehouse.plugins]\nno equals sign\n")
    site.offer("by-store", GOOD)
    host = site.host()
    assert [view.id for view in host.views()] == ["by-store"]
    assert "damaged" in host.notes[0]


# -- registering -----------------------------------------------------------------------------------

IMPORTS = "from bakehouse.plugin import *\nfrom pluggy import HookimplMarker\n"
SPEC = "ViewSpec(id='bad', title='Bad', area=Area.EVENT, load='bad:load')"

BAD_PLUGINS = {
    "import error": ("import nothing_of_this_name", "ModuleNotFoundError: No module named"),
    "syntax error": ("def views(:", "SyntaxError"),
    "exit when imported": ("import sys\nsys.exit(3)", "it called sys.exit(3)"),
    "exception when imported": ("1 / 0", "ZeroDivisionError"),
    "exception in the hook": (
        "@contribute.views\ndef views(): raise RuntimeError('no [b]oven[/x]')",
        "RuntimeError: no [b]oven[/x]",
    ),
    "exception that cannot be said": (
        "class Bad(Exception):\n    def __str__(self): raise ValueError\n"
        "@contribute.views\ndef views(): raise Bad",
        "Bad: its message cannot be shown",
    ),
    "exit in the hook": (
        "@contribute.views\ndef views(): raise SystemExit('bye')",
        "it called sys.exit(bye)",
    ),
    "nothing returned": ("@contribute.views\ndef views(): pass", "list of ViewSpec, not NoneType"),
    "a text returned": ("@contribute.views\ndef views(): return 'x'", "list of ViewSpec, not str"),
    "a wrong thing in the list": (
        "@contribute.views\ndef views(): return [{'id': 'bad'}]",
        "list of ViewSpec, but one is dict",
    ),
    "a function that a module of the same name hides": (
        f"@contribute.views\ndef view(): return [{SPEC}]\nimport plugin_bad.view",
        "'view' is hidden by the module 'plugin_bad.view' of the same name; rename one of them",
    ),
    "a function that another of the same name hides": (
        f"@contribute.checks\ndef all(): return []\n@contribute.views\ndef all(): return [{SPEC}]",
        "its function 'all' is hidden by another of the same name; rename one of them",
    ),
    "a misspelt decorator": (
        f"@contribute.veiws\ndef views(): return [{SPEC}]",
        "no hook 'veiws'; did you mean 'views'?",
    ),
    "a misspelt hook": (
        f"@HookimplMarker('bakehouse')\ndef veiws(): return [{SPEC}]",
        "no hook 'veiws'; did you mean 'views'?",
    ),
    "a hook of another program": (
        "@HookimplMarker('bakehouse')\ndef register_commands(): pass",
        "no hook 'register_commands'; there are: checks, exporters, importers,",
    ),
    "an extra argument": (
        f"@contribute.views\ndef views(session): return [{SPEC}]",
        "session",
    ),
    "async": (f"@contribute.views\nasync def views(): return [{SPEC}]", "must not be async"),
    "a generator that fails": (
        f"@contribute.views\ndef views():\n    yield {SPEC}\n    raise KeyError('oven')",
        "KeyError: 'oven'",
    ),
    "an endless generator": (
        f"@contribute.views\ndef views():\n    while True: yield {SPEC}",
        "more than 1000 specs",
    ),
    "a hook wrapper": (
        "@HookimplMarker('bakehouse')(wrapper=True)\ndef views(): return (yield)",
        "hook wrappers are not offered",
    ),
    "an id of somebody else": (
        f"@contribute.views\ndef views(): return [{SPEC.replace('bad', 'good', 1)}]",
        "the id must be 'bad' or begin with 'bad.'",
    ),
    "an id that only begins like it": (
        f"@contribute.views\ndef views(): return [{SPEC.replace('bad', 'badly', 1)}]",
        "the id must be 'bad' or begin with 'bad.'",
    ),
    "an id twice": (
        f"@contribute.views\ndef views(): return [{SPEC}, {SPEC}]",
        "ViewSpec 'bad' is there twice",
    ),
    "a wrong spec": (
        f"@contribute.views\ndef views(): return [{SPEC.replace('bad:load', 'bad')}]",
        "ViewSpec 'bad': load must be 'module:function'",
    ),
    "one good hook and one bad": (
        f"@contribute.views\ndef views(): return [{SPEC}]\n"
        "@contribute.checks\ndef checks(): raise RuntimeError('no')",
        "RuntimeError: no",
    ),
}


@pytest.mark.parametrize(("code", "message"), BAD_PLUGINS.values(), ids=list(BAD_PLUGINS))
def test_a_plugin_that_cannot_be_registered_costs_only_itself(
    site: Site, code: str, message: str
) -> None:
    site.install("bad", IMPORTS + code, version="0.9")
    site.offer("a-good", GOOD)
    site.offer("good", GOOD)
    host = site.host()
    assert [view.id for view in host.views()] == ["a-good", "good"]
    record = host.record("bad")
    assert record.state is State.FAILED
    assert message in record.reason
    assert record.views == ()
    [failure] = record.failures
    assert (failure.plugin, failure.version) == ("bad", "0.9")
    assert message in failure.message
    assert failure.traceback_text
    assert "registering.py" not in failure.traceback_text
    assert "importlib" not in failure.traceback_text
    with pytest.raises(PluginError, match=r"The plugin bad 0\.9 is not loaded \(failed\)"):
        host.view("bad")


def test_ctrl_c_while_importing_goes_through(site: Site) -> None:
    site.install("bad", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        site.host().views()


def test_a_generator_of_views_is_read(site: Site) -> None:
    site.install("bad", f"{IMPORTS}@contribute.views\ndef views():\n    yield {SPEC}")
    assert [view.id for view in site.host().views()] == ["bad"]


def test_a_plugin_may_offer_views_in_several_functions(site: Site) -> None:
    more = SPEC.replace("'bad'", "'bad.more'", 1)
    site.install(
        "bad",
        f"{IMPORTS}@contribute.views\ndef one(): return [{SPEC}]\n"
        f"@contribute.views\ndef two(): return [{more}]",
    )
    assert [view.id for view in site.host().views()] == ["bad", "bad.more"]


def test_a_hook_for_a_later_version_may_be_marked_optional(site: Site) -> None:
    site.install(
        "bad",
        f"{IMPORTS}@contribute.views\ndef views(): return [{SPEC}]\n"
        "@HookimplMarker('bakehouse')(optionalhook=True)\ndef seasons(): return []",
    )
    assert [view.id for view in site.host().views()] == ["bad"]


def test_a_failed_plugin_is_tried_again_when_it_is_enabled(site: Site) -> None:
    package = site.install("bad", "1 / 0")
    host = site.host()
    host.views()
    (site.folder / package / "__init__.py").write_text(
        f"{IMPORTS}@contribute.views\ndef views(): return [{SPEC}]  # mended"
    )
    assert host.enable("bad").state is State.ENABLED
    assert [view.id for view in host.views()] == ["bad"]


def test_markup_in_titles_is_kept_as_text(site: Site) -> None:
    site.install(
        "bad", f"{IMPORTS}@contribute.views\ndef views(): return [{SPEC.replace('Bad', '[/b]')}]"
    )
    assert site.host().view("bad").title == "[/b]"


# -- views by name, area and key -------------------------------------------------------------------


def several(site: Site, name: str, *views: str) -> None:
    specs = ", ".join(
        f"ViewSpec(id='{name}.{view}', title='{view}', area=Area.EVENT, load='x:y')"
        for view in views
    )
    site.install(name, f"{IMPORTS}@contribute.views\ndef views(): return [{specs}]")


def test_views_are_sorted_by_order_and_id_and_never_by_registration(site: Site) -> None:
    site.offer("c", GOOD, spec="order=1")
    site.offer("b", GOOD)
    site.offer("a", GOOD)
    assert [view.id for view in site.host().views()] == ["c", "a", "b"]


def test_views_are_chosen_by_area_and_origin(site: Site) -> None:
    site.with_builtins().offer("by-store", GOOD)
    host = site.host()
    event = [view.id for view in host.views(Area.EVENT)]
    assert event == ["production", "assembly", "shopping", "timeline", "costs"]
    kitchen = [view.id for view in host.views(Area.KITCHEN)]
    assert kitchen == ["plan", "stock", "problems", "contention", "by-store"]


def test_built_in_views_alone_import_nothing_else(site: Site) -> None:
    package = site.with_builtins().offer("by-store", GOOD)
    assert len(site.host().views(builtin_only=True)) == 9
    assert not is_imported(package)


def test_one_view_imports_its_plugin_only(site: Site) -> None:
    site.offer("by-store", GOOD)
    other = site.offer("labels", GOOD)
    assert site.host().view("by-store").plugin == "by-store"
    assert not is_imported(other)


def test_a_view_has_its_id_its_plugins_name_and_a_short_name(site: Site) -> None:
    several(site, "by-store", "list")
    several(site, "labels", "sheet", "roll")
    host = site.host()
    for name in ("by-store.list", "by-store", "list"):
        assert host.view(name).id == "by-store.list"
    with pytest.raises(Ambiguous, match=r"labels\.sheet, labels\.roll"):
        host.view("labels")


def test_no_such_view_names_those_that_are_near(site: Site) -> None:
    site.with_builtins()
    with pytest.raises(ViewNotFound, match="no view 'shoping'. Did you mean shopping"):
        site.host().view("shoping")


def test_keys_go_to_the_program_then_to_built_in_views_and_clashes_are_listed(site: Site) -> None:
    site.offer("a", GOOD, spec="key='g'")
    site.offer("b", GOOD, spec="key='g'")
    site.offer("c", GOOD, spec="key='m'")
    site.offer("d", GOOD, spec="key='x'")
    keys, clashes = site.host().keys(reserved={"m"})
    assert {key: view.id for key, view in keys.items()} == {"g": "a", "x": "d"}
    assert [(clash.key, clash.kept_by, clash.lost_by) for clash in clashes] == [
        ("g", "a", ("b",)),
        ("m", "", ("c",)),
    ]


def test_what_is_decided_about_plugins_is_beside_the_config_file_wherever_that_is(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.offer("by-store", GOOD)
    site.offer("labels", GOOD)
    folder = tmp_path / "mine"
    (folder / "plugins").mkdir(parents=True)
    (folder / "plugins" / "single.py").write_text("")
    (folder / "blocked.toml").write_text('[[blocked]]\nname = "labels"\n')
    monkeypatch.setenv("BAKEHOUSE_CONFIG", str(folder / "my.toml"))
    Host(path=[str(site.folder)]).enable("by-store")
    assert (folder / "plugins.json").exists()
    assert states(Host(path=[str(site.folder)])) == {
        "by-store": "enabled",
        "labels": "blocked",
        "single": "discovered",
    }


def test_consent_is_kept_in_the_config_folder(site: Site, tmp_path: Path) -> None:
    site.offer("by-store", GOOD)
    host = Host(path=[str(site.folder)])
    kept = tmp_path / "home" / "bakehouse" / "plugins.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
        Host(path=[str(site.folder)]).enable("by-store")
    assert kept.exists()
    assert states(host) == {"by-store": "discovered"}

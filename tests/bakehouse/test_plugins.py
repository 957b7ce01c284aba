"""`bakehouse plugins` and what plugins add to the other commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bakehouse.conftest import Cli
from tests.plugins.conftest import Site, site

__all__ = ["site"]

ROOT = Path(__file__).parents[2]

REGISTERS = """
from bakehouse.plugin import *

@contribute.views
def views():
    return [ViewSpec(id="labels", title="Labels", area=Area.KITCHEN, key="g",
                     load="plugin_labels.view:load")]

@contribute.importers
def importers():
    return [ImporterSpec(id="labels.lines", title="Lines", suffixes=[".lines"],
                         read="plugin_labels.view:read")]

@contribute.exporters
def exporters():
    return [ExporterSpec(id="labels.sheet", title="Sheet", suffix=".txt",
                         write="plugin_labels.view:write")]

@contribute.settings
def settings():
    return [Setting(key="store", title="Store", default="anywhere", help="where to buy")]
"""
VIEW = """
import os
import subprocess
import sys
from bakehouse.plugin import *

print("importing")
os.write(1, b"to the descriptor")

def load(ctx):
    print("printing")
    os.write(1, b"to the descriptor")
    subprocess.run([sys.executable, "-c", "print('from a child')"])
    return Chart("bars", ("Mon",), (Series("oven", (3,)),), unit="h")

def read(ctx, source):
    print("reading")
    return ChangeSet([
        Step("event line", {"event": "christmas-2026", "item": "gift-bag", "quantity": line})
        for line in source.text().split()
    ], summary="Took over the list", notes=["one line was empty"])

def write(ctx, file):
    print("writing")
    return f"event {ctx.event_id}"
"""


@pytest.fixture
def labels(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    monkeypatch.setenv("BAKEHOUSE_PLUGINS", "all")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config-home"))
    site.install("labels", REGISTERS, view=VIEW)
    return site


# -- data stays data -------------------------------------------------------------------------------


def test_nothing_that_a_plugin_prints_by_any_means_gets_between_data(
    cli: Cli, labels: Site
) -> None:
    shown = cli("show", "labels", "--json")
    assert shown.json["data"]["series"] == [{"name": "oven", "values": [3]}]
    for talk in ("importing", "printing", "to the descriptor", "from a child"):
        assert talk in shown.err


def test_a_chart_of_a_plugin_is_bars(cli: Cli, labels: Site) -> None:
    assert cli("show", "labels").out == f"Mon  {'█' * 40}  3 h\n"
    assert cli("show", "labels", "--csv").out == "label,oven\nMon,3\n"


CARELESS = {
    "closes stdout": "sys.stdout.close()",
    "puts another stdout there": "sys.stdout = sys.stderr = None",
    "leaves a thread behind": "threading.Thread(target=threading.Event().wait).start()",
}


@pytest.mark.parametrize("does", CARELESS.values(), ids=list(CARELESS))
def test_what_a_plugin_does_to_the_process_costs_no_data(
    cli: Cli, labels: Site, db: Path, does: str
) -> None:
    (labels.folder / "plugin_labels" / "view.py").write_text(
        "import sys\nimport threading\nfrom bakehouse.plugin import *\n"
        f"def load(ctx):\n    {does}\n    return Table([Column('a')], [('x',)])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "bakehouse.cli", "--db", str(db), "show", "labels", "--csv"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{labels.folder}{os.pathsep}{ROOT}"},
        timeout=60,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "a\nx\n", "")


# -- files -----------------------------------------------------------------------------------------


def bags(cli: Cli) -> int:
    shown = cli("show", "assembly", "christmas-2026", "--json").json
    return int(shown["data"]["bundles"][0]["target_quantity"])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("object()", "Encoding objects of type object is unsupported"),
        ("Endless()", "RecursionError"),
        ("{'day': Angry()}", "RuntimeError: no day"),
        ("Decimal('NaN')", "is no JSON"),
    ],
)
def test_data_that_is_no_json_is_told_under_the_name_of_the_plugin(
    cli: Cli, labels: Site, data: str, reason: str
) -> None:
    (labels.folder / "plugin_labels" / "view.py").write_text(
        "from decimal import Decimal\nfrom bakehouse.plugin import *\n"
        "class Endless(dict):\n    def items(self): return [('x', self)]\n"
        "class Angry(dict):\n    def items(self): raise RuntimeError('no day')\n"
        f"def load(ctx): return Table([Column('a')], [('x',)], data={data})\n"
    )
    ran = cli("show", "labels", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "Plugin labels 1.0, labels: what it gives as its data is no JSON" in ran.err
    assert reason in ran.err
    assert cli("show", "labels").code == 0


def test_an_import_by_a_plugin_is_previewed_done_and_undone(
    cli: Cli, labels: Site, tmp_path: Path
) -> None:
    file = tmp_path / "more.lines"
    file.write_text("60 70")
    tried = cli("import", file, "--dry-run")
    assert tried.code == 0, tried.err
    assert "Took over the list (2 steps)" in tried.out
    assert "one line was empty" in tried.err
    assert bags(cli) == 50
    done = cli("import", file, "--json").json
    assert done["data"]["summary"] == "Took over the list"
    assert bags(cli) == 70
    assert cli("undo").code == 0
    assert bags(cli) == 50


def test_a_wrong_step_refuses_the_whole_import(cli: Cli, labels: Site, tmp_path: Path) -> None:
    file = tmp_path / "more.txt"
    file.write_text("60 many")
    refused = cli("import", file, "--as", "labels")
    assert refused.code == 2
    assert "more.txt is read as Lines, by labels 1.0." in refused.err
    assert "steps[1] (event line)" in refused.err
    assert bags(cli) == 50


def test_a_format_that_there_is_not_names_those_that_there_are(
    cli: Cli, labels: Site, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text("{}")
    refused = cli("import", file, "--as", "excel")
    assert refused.code != 0
    assert "labels.lines" in refused.err
    assert cli("export", "-", "--as", "excel").code != 0


def test_an_export_by_a_plugin_is_a_whole_file(cli: Cli, labels: Site, tmp_path: Path) -> None:
    file = tmp_path / "sheet.txt"
    assert cli("export", file).code == 0
    assert file.read_text() == "event 1"
    assert cli("export", "-", "--as", "labels.sheet").out == "event 1"
    assert sorted(path.name for path in tmp_path.iterdir() if "sheet" in path.name) == ["sheet.txt"]


def test_an_export_that_fails_leaves_the_old_file(cli: Cli, labels: Site, tmp_path: Path) -> None:
    (labels.folder / "plugin_labels" / "view.py").write_text(
        "def write(ctx, file):\n    file.write(b'half')\n    1 / 0"
    )
    file = tmp_path / "sheet.txt"
    file.write_text("old")
    failed = cli("export", file)
    assert failed.code == 1
    assert "Plugin labels 1.0, labels.sheet: ZeroDivisionError" in failed.err
    assert file.read_text() == "old"


# -- what is told ----------------------------------------------------------------------------------


def test_a_view_that_there_is_not_says_where_to_look(cli: Cli) -> None:
    refused = cli("show", "nothing")
    assert (refused.code, refused.out) == (1, "")
    assert "There is no view 'nothing'. `bakehouse plugins list` names the plugins" in refused.err
    assert "Did you mean shopping? `bakehouse plugins list`" in cli("show", "shoping").err


def test_settings_and_what_is_offered_are_shown(
    cli: Cli, labels: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "known once it has been used" in cli("plugins", "show", "labels").err
    cli("show", "labels")
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_LABELS_STORE", "Wegmans")
    shown = cli("plugins", "show", "labels")
    assert "labels.sheet" in shown.out
    assert "Wegmans" in shown.out
    assert "BAKEHOUSE_PLUGIN_LABELS_STORE" in shown.out
    [held] = cli("plugins", "show", "labels", "--json").json["settings"]
    assert (held["key"], held["value"], held["default"]) == ("store", "Wegmans", "anywhere")


def test_what_is_shown_of_a_plugin_has_no_empty_lines(cli: Cli, labels: Site) -> None:
    shown = cli("plugins", "show", "shopping").out
    assert [line.split()[0] for line in shown.splitlines()] == [
        "name",
        "version",
        "distribution",
        "state",
    ]
    cli("plugins", "disable", "shopping")
    assert "why           turned off" in cli("plugins", "show", "shopping").out


def test_a_setting_is_set_and_taken_back(
    cli: Cli, labels: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = cli("plugins", "set", "labels", "store", "Mill [x]")
    assert done.out == "store = Mill [x], from [plugins.labels] of config.toml\n"
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_LABELS_STORE", "Dairy")
    done = cli("plugins", "set", "labels", "store", "Mill", "--json")
    assert json.loads(done.out)["data"]["value"] == "Dairy"
    assert "BAKEHOUSE_PLUGIN_LABELS_STORE wins" in done.err
    monkeypatch.delenv("BAKEHOUSE_PLUGIN_LABELS_STORE")
    done = cli("plugins", "set", "labels", "store", "--default")
    assert done.out == "store = anywhere, from default\n"
    for words, code, says in (
        (("labels", "stor", "x"), 1, "no setting 'stor'"),
        (("labels", "store"), 2, "Give a value, or --default"),
        (("nobody", "store", "x"), 1, "no plugin 'nobody'"),
    ):
        refused = cli("plugins", "set", *words)
        assert (refused.code, says in refused.err) == (code, True)


def test_what_failed_when_last_used_is_told_until_it_works_again(cli: Cli, labels: Site) -> None:
    view = labels.folder / "plugin_labels" / "view.py"
    view.write_text("def load(ctx): raise KeyError('oven')")
    assert cli("show", "labels").code == 1
    said = "when last used: labels: KeyError: 'oven'"
    [row] = [line for line in cli("plugins", "list").out.splitlines() if "labels" in line]
    assert "enabled" in row
    assert row.endswith(said)
    shown = cli("plugins", "show", "labels").out
    assert "when last used  labels: KeyError: 'oven'" in shown
    doctor = cli("plugins", "doctor")
    assert (doctor.code, f"labels: {said}" in doctor.out) == (1, True)
    data = cli("plugins", "show", "labels", "--json").json["data"]
    [listed] = [each for each in cli("plugins", "list", "--json").json["data"] if each == data]
    assert [each["message"] for each in listed["last_failures"]] == ["KeyError: 'oven'"]
    sys.modules.pop("plugin_labels.view")
    view.write_text(VIEW)
    assert cli("show", "labels").code == 0
    assert "when last used" not in cli("plugins", "list").out
    assert cli("plugins", "doctor").code == 0


def test_key_clashes_are_listed(cli: Cli, labels: Site) -> None:
    labels.offer("other", "def load(ctx): return TABLE", spec="key='g'")
    cli("show", "labels")
    cli("show", "other")
    [clash] = cli("plugins", "list", "--json").json["key_clashes"]
    assert clash == {"key": "g", "kept_by": "labels", "lost_by": ["other"]}
    assert "the key g is wanted by other; labels has it" in cli("plugins", "list").err


def test_a_new_plugin_takes_no_name_that_would_share_with_another(
    cli: Cli, labels: Site, tmp_path: Path
) -> None:
    labels.install("by_store", "")
    refused = cli("plugins", "new", "by-store", "--in", tmp_path)
    assert refused.code == 1
    assert "There is a plugin 'by_store' already" in refused.err


def test_the_culprit_is_found_by_a_command(cli: Cli, labels: Site, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        labels.offer(name, "def load(ctx): return TABLE")
    search = tmp_path / "state-home" / "bakehouse" / "bisect.json"
    trouble = f"import json; exit('b' in json.load(open({str(search)!r}))['let_in'])"
    told = cli("plugins", "bisect", "run", "--", sys.executable, "-c", trouble)
    assert "It is b." in told.out
    assert not search.exists()


def test_a_search_goes_on_from_command_to_command(cli: Cli, labels: Site) -> None:
    labels.offer("a", "def load(ctx): return TABLE")
    assert "take part now: none" in cli("plugins", "bisect").out
    assert cli("show", "labels").code == 1, "labels is left out"
    assert "take part now: a" in cli("plugins", "bisect", "good").out
    assert "It is labels." in cli("plugins", "bisect", "good").out
    assert cli("show", "labels").code == 0
    assert cli("plugins", "bisect", "bad").code == 1


def test_without_plugins_there_is_nothing_to_search_among(
    cli: Cli, labels: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BAKEHOUSE_PLUGINS", "")
    for words in ((), ("run", "--", sys.executable, "-c", "exit(1)")):
        told = cli("plugins", "bisect", *words)
        assert (told.code, told.out) == (1, "")
        assert "No plugin takes part" in told.err
        assert "`bakehouse plugins list`" in told.err
    assert not (tmp_path / "state-home" / "bakehouse" / "bisect.json").exists()


# -- what is wrong ---------------------------------------------------------------------------------


def test_a_plugin_that_is_only_new_is_told_and_no_trouble(
    cli: Cli, labels: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BAKEHOUSE_PLUGINS")
    looked = cli("plugins", "doctor")
    assert looked.code == 0
    assert "labels: version 1.0 of bakehouse-labels is new and not loaded" in looked.out
    assert "bakehouse plugins enable labels" in looked.out
    assert "Nothing is wrong with the plugins." in looked.err
    [told] = cli("plugins", "doctor", "--json").json["data"]
    assert (told["plugin"], told["news"]) == ("labels", True)


def test_the_way_out_that_is_told_of_what_is_wrong_is_one(
    cli: Cli, labels: Site, tmp_path: Path
) -> None:
    config = tmp_path / "config-home" / "bakehouse" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[plugins.labels]\nstore = 3\n")
    labels.distribute("bakehouse-gone", {"gone": "plugin_gone"})
    assert cli("show", "labels").code == 1
    told = {each["plugin"]: each for each in cli("plugins", "doctor", "--json").json["data"]}
    assert "its module 'plugin_gone' is not installed" in told["gone"]["message"]
    assert told["gone"]["fix"].endswith("or bakehouse plugins disable gone")
    assert "the setting 'store'" in told["labels"]["message"]
    assert told["labels"]["fix"] == (
        "bakehouse plugins set labels store --default, or bakehouse plugins disable labels"
    )
    cli("plugins", "disable", "gone")
    assert cli("plugins", "doctor").code == 1
    cli("plugins", "disable", "labels")
    assert cli("plugins", "doctor").code == 0
    cli("plugins", "enable", "labels")
    assert cli("plugins", "doctor").code == 1
    assert cli("plugins", "set", "labels", "store", "--default").code == 0
    assert cli("plugins", "doctor").code == 0


# -- tables ----------------------------------------------------------------------------------------

TABLES = """
from bakehouse.plugin import *

@contribute.tables
def tables():
    return [TablesSpec(id="sleepy", migrations="plugin_sleepy.migrations")]

@contribute.views
def views():
    return [ViewSpec(id="sleepy", title="Sleepy", area=Area.KITCHEN,
                     load="plugin_sleepy.view:load")]
"""
REVISION = """
from alembic import op
revision, down_revision = "1", None

def upgrade():
    op.execute("CREATE TABLE p_sleepy__x (x INTEGER)")
    while True: pass
"""


def test_a_migration_that_never_ends_ends_its_command_and_no_other(
    cli: Cli, db: Path, labels: Site, tmp_path: Path
) -> None:
    folder = labels.folder / labels.install("sleepy", TABLES) / "migrations"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "first.py").write_text(REVISION)
    code = (
        "import sys\nfrom bakehouse.cli import run\nfrom plugins import tables, watchdog\n"
        "tables.SECONDS = watchdog.GRACE = 0.2\n"
        "sys.exit(max(run(words.split()) for words in sys.argv[1:]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{labels.folder}{os.pathsep}{ROOT}"}

    def ran(*commands: str) -> subprocess.CompletedProcess[str]:
        words = [f"--db {db} {each}" for each in commands]
        return subprocess.run(
            [sys.executable, "-c", code, *words],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            timeout=60,
        )

    shown = ran("show sleepy")
    assert shown.returncode == 1
    assert shown.stdout == ""
    assert "sleepy 1.0" in shown.stderr
    assert "making its tables took longer than 0.2 s and was stopped" in shown.stderr
    others = ran("export sheet.txt", "event add Fair --date 2026-12-20")
    assert others.returncode == 0, others.stderr
    assert (tmp_path / "sheet.txt").read_text() == "event 1"


# -- recovery --------------------------------------------------------------------------------------

RECOVERY = [
    ["plugins", "list"],
    ["plugins", "list", "--json"],
    ["plugins", "show", "killer"],
    ["plugins", "doctor"],
    ["plugins", "bisect"],
    ["plugins", "bisect", "stop"],
    ["plugins", "purge", "killer"],
    ["plugins", "disable", "killer"],
    ["plugins", "enable", "killer"],
    ["show", "stock"],
    ["event", "list"],
    ["--no-plugins", "show", "problems"],
    ["--no-plugins", "plugins", "list"],
    ["--help"],
]


def test_no_command_that_mends_things_runs_code_of_a_plugin(
    cli: Cli, db: Path, labels: Site, tmp_path: Path
) -> None:
    labels.install("killer", "import os\nos._exit(42)")
    environment = {**os.environ, "PYTHONPATH": f"{labels.folder}{os.pathsep}{ROOT}"}
    code = (
        "import sys\nfrom bakehouse.cli import run\n"
        f"for words in {RECOVERY!r}:\n"
        f"    run(['--db', {str(db)!r}, *words])\n"
        "print([name for name in sys.modules if name.startswith('plugin_')], file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.splitlines()[-1] == "[]"
    assert "killer" in ran.stdout
    killed = subprocess.run(
        [sys.executable, "-m", "bakehouse.cli", "--db", str(db), "show", "killer"],
        env=environment,
        cwd=tmp_path,
    )
    assert killed.returncode == 42, "the test must be able to fail"


def test_disabling_lasts_for_later_commands(cli: Cli, labels: Site) -> None:
    assert cli("plugins", "disable", "labels").code == 0
    assert cli("show", "labels").code == 1
    rows = cli("plugins", "list", "--json").json["data"]
    assert next(row for row in rows if row["name"] == "labels")["state"] == "disabled"
    assert json.loads(cli("plugins", "doctor", "--json").out)["data"] == []


def test_a_single_file_that_is_fine_is_no_trouble_and_a_bad_one_is_to_be_mended(
    cli: Cli, labels: Site, tmp_path: Path
) -> None:
    file = tmp_path / "config-home" / "bakehouse" / "plugins" / "notes.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "from bakehouse.plugin import *\n@contribute.views\ndef views():\n"
        "    return [ViewSpec(id='notes', title='N', area=Area.KITCHEN, load='notes:load')]\n"
        "def load(ctx): raise ValueError('no paper')\n"
    )
    assert cli("plugins", "enable", "notes").code == 0
    looked = cli("plugins", "doctor")
    assert (looked.code, looked.out) == (0, "")
    assert cli("show", "notes").code == 1
    looked = cli("plugins", "doctor")
    assert looked.code == 1
    assert "notes: when last used: notes: ValueError: no paper" in looked.out
    assert f"bakehouse plugins disable notes, or mend {file}" in looked.out

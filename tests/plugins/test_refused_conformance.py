"""The suite that authors inherit fails once, in the host's words, for what a host refuses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.conftest import Site

ROOT = Path(__file__).parents[2]

INHERITS = """
from bakehouse.testing import CheckConformance, ExporterConformance, ViewConformance
import plugin_bad

class TestBad(ViewConformance):
    plugin = plugin_bad
"""
INHERITS_MORE = """
class TestBadCheck(CheckConformance):
    plugin = plugin_bad

class TestBadExporter(ExporterConformance):
    plugin = plugin_bad
"""
REGISTERS = """
from bakehouse.plugin import *
from pluggy import HookimplMarker

VIEW = ViewSpec(id="bad", title="Bad", area=Area.KITCHEN, load="plugin_bad.view:load")

@contribute.views
def views():
    return [VIEW]
"""
REFUSED = {
    "a wrong default": (
        "@contribute.settings\n"
        "def settings():\n"
        "    return [Setting(key='most', title='Most', kind='integer', default='many')]\n",
        "Setting 'most': its default must be a whole number, not 'many'",
    ),
    "an id without the prefix": (
        "@contribute.exporters\n"
        "def exporters():\n"
        "    return [ExporterSpec(id='csv', title='C', suffix='.csv', write='plugin_bad.out:w')]\n",
        "ExporterSpec 'csv': the id must be 'bad' or begin with 'bad.'",
    ),
    "an id twice": (
        "@contribute.views\ndef others():\n    return [VIEW]\n",
        "ViewSpec 'bad' is there twice",
    ),
    "a misspelt hook": (
        "@HookimplMarker('bakehouse')\ndef veiws():\n    return []\n",
        "there is no hook 'veiws'; did you mean 'views'?",
    ),
    "a hook that raises": (
        "@contribute.checks\ndef checks():\n    raise RuntimeError('no oven')\n",
        "RuntimeError: no oven",
    ),
}


def conform(site: Site, *choice: str, inherits: str = INHERITS) -> tuple[dict[str, int], str]:
    """Run the inherited suite as an author does; return how many came out how, and the output."""
    file = site.folder.parent / "test_bad.py"
    file.write_text(inherits)
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-rN", "-p", "no:cacheprovider"),
            *("-c", os.devnull, "--rootdir", str(file.parent), str(file), *choice),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{site.folder}{os.pathsep}{ROOT}"},
        cwd=file.parent,
    )
    counts = re.findall(r"(\d+) (passed|failed|skipped|error)", ran.stdout.splitlines()[-1])
    return {how: int(count) for count, how in counts}, ran.stdout


@pytest.mark.parametrize("mistake", REFUSED)
def test_what_a_host_refuses_fails_one_test_with_its_words(site: Site, mistake: str) -> None:
    registers, words = REFUSED[mistake]
    site.install("bad", REGISTERS + registers)
    counts, said = conform(site)
    assert counts["failed"] == 1, said
    assert counts["skipped"] > 5
    assert "test_the_host_registers_it" in said
    assert words in said
    assert "Traceback" not in said
    assert len(said.splitlines()) < 20, said


def test_a_plugin_that_is_not_installed_is_told_once(site: Site) -> None:
    site.install("bad", REGISTERS)
    site.distribute("bakehouse-bad", {"bad": "plugin_other"}, version="2.0")
    (site.folder / "bakehouse_bad-1.0.dist-info" / "entry_points.txt").unlink()
    counts, said = conform(site)
    assert counts["failed"] == 1, said
    assert "No installed plugin is the module plugin_bad" in said


DANGLING = """
from bakehouse.plugin import *

@contribute.views
def views():
    said = Action(id="bake", title="Bake", command=("bake", "{about.id}"))
    kept = Action(id="make", title="Make", command=("make", "{about.id}", "--batch", "1"))
    fine = Action(id="fine", title="Fine", command=("make", "{about.id}", "--batches", "1"))
    return [ViewSpec(id="bad", title="Bad", area=Area.KITCHEN, load="plugin_bad.view:laod",
                     show="plugin_bad.board:Board", actions=(said, kept, fine))]

@contribute.checks
def checks():
    return [CheckSpec(id="bad.check", title="Bad", check="plugin_bad.view:WORDS")]

@contribute.importers
def importers():
    return [ImporterSpec(id="bad.in", title="In", read="plugin_bad.view:fine",
                         sniff="plugin_bad.view:smell")]

@contribute.exporters
def exporters():
    return [ExporterSpec(id="bad.out", title="Out", suffix=".txt", write="plugin_bad.view:wirte")]

@contribute.tables
def tables():
    return [TablesSpec(id="bad", migrations="plugin_bad.view")]
"""


def test_one_test_names_everything_that_specs_name_and_is_not_there(site: Site) -> None:
    site.install("bad", DANGLING, view="WORDS = 'words'\ndef fine(ctx, source): return True")
    counts, said = conform(site, "-k", "reference")
    assert counts["failed"] == 1, said
    told = [line for line in said.splitlines() if line.startswith("bad")]
    for said_of in (
        "bad: load='plugin_bad.view:laod' cannot be imported",
        "bad: show='plugin_bad.board:Board' cannot be imported",
        "bad: action 'bake': There is no command",
        "bad: action 'make': 'make' has no option '--batch'",
        "bad.check: check='plugin_bad.view:WORDS' is no function",
        "bad.in: sniff='plugin_bad.view:smell' cannot be imported",
        "bad.out: write='plugin_bad.view:wirte' cannot be imported",
        "bad: migrations='plugin_bad.view' is no package",
    ):
        assert any(line.startswith(said_of) for line in told), said
    assert len(told) == 8


LAX = """
from bakehouse.plugin import *

@contribute.views
def views():
    return [ViewSpec(id="bad", title="Bad", area=Area.KITCHEN, load="plugin_bad.view:load",
                     budget_ms=5000)]

@contribute.checks
def checks():
    return [
        CheckSpec(id="bad.asks", title="Asks", check="plugin_bad.view:ask", budget_ms=5000),
        CheckSpec(id="bad.writes", title="Writes", check="plugin_bad.view:write_down"),
        CheckSpec(id="bad.takes", title="Takes", check="plugin_bad.view:take", budget_ms=1),
    ]

@contribute.exporters
def exporters():
    return [ExporterSpec(id="bad.out", title="Out", suffix=".txt", area=Area.KITCHEN,
                         write="plugin_bad.view:write")]
"""
LAX_VIEW = """
from bakehouse.plugin import *
from core.services import catalog_service
from sqlalchemy import text

def ask(ctx):
    for item in catalog_service.list_items(session=ctx.session):
        catalog_service.get_item(item.id, session=ctx.session)
    return []

def load(ctx):
    ask(ctx)
    return Table([Column("what")], [])

def write(ctx, file):
    ask(ctx)
    return "all of it"

def write_down(ctx):
    ctx.session.execute(text("UPDATE item SET name = 'mine'"))
    return []

def take(ctx):
    sum(range(10**6))
    return []
"""


def test_what_asks_for_each_item_writes_or_takes_long_is_refused(site: Site) -> None:
    site.install("bad", LAX, view=LAX_VIEW)
    choice = "queries or writes_nothing or budget or changes_nothing"
    counts, said = conform(site, "-rf", "-k", choice, inherits=INHERITS + INHERITS_MORE)
    told = [line.split()[1].rpartition("::")[2] for line in said.splitlines() if "FAILED" in line]
    assert sorted(told) == [
        "test_it_keeps_within_its_budget[bad.takes]",
        "test_it_writes_nothing[bad.writes]",
        "test_its_queries_do_not_grow_with_the_data[bad.asks]",
        "test_its_queries_do_not_grow_with_the_data[bad.out]",
        "test_its_queries_do_not_grow_with_the_data[bad]",
    ], said
    assert counts["failed"] == 5
    assert "queries became" in said

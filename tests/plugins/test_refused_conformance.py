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
from bakehouse.testing import ViewConformance
import plugin_bad

class TestBad(ViewConformance):
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


def conform(site: Site, *choice: str) -> tuple[dict[str, int], str]:
    """Run the inherited suite as an author does; return how many came out how, and the output."""
    file = site.folder.parent / "test_bad.py"
    file.write_text(INHERITS)
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

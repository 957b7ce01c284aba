"""The pages for plugin authors: their examples run, and they tell the API as it is."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import bakehouse.plugin as api
from bakehouse._context import MOST_STEPS
from bakehouse._tables import MOST_COLUMNS, MOST_ROWS, MOST_TEXT
from bakehouse._view_data import (
    MOST_CHARACTERS,
    MOST_LINES,
    MOST_NUMBERS,
    MOST_SECTIONS,
    MOST_SERIES,
)
from bakehouse.cli import run
from bakehouse.plugin import Finding, Row, Source, Table, contribute
from bakehouse.testing import Samples, Views
from bakehouse.testing import fixtures as testing
from core import commands
from core.services import event_service, journal_service
from core.session import Database
from plugins import changes
from plugins.formats import MOST_BYTES
from plugins.host import PluginError
from plugins.jobs import MOST_EVENTS, MOST_FINDINGS, MOST_FOUND
from plugins.registering import REGISTER_SECONDS
from plugins.running import IMPORT_SECONDS
from plugins.tables import SECONDS
from tests.plugins.conftest import Site
from tui.screens.form.words import read_words

DOCS = Path(__file__).parents[2] / "docs"
PAGES = DOCS / "plugins"
BLOCK = re.compile(r"^```(?:python|toml)\n# (?P<name>[\w./]+)(?P<text>.*?)^```$", re.M | re.S)
SHELL = re.compile(r"^```\n(?P<text>pip install.*?)^```$", re.M | re.S)
FIELDS = re.compile(r"^## `(?P<name>\w+)`\n\n\| field .*?\n\|[-|]+\n(?P<rows>(?:\|.*\n)+)", re.M)
HOOKS = {
    "views": ("ViewSpec", "Action"),
    "checks": ("CheckSpec", "Finding"),
    "importers": ("ImporterSpec", "Source", "Step", "ChangeSet"),
    "exporters": ("ExporterSpec",),
    "settings": ("Setting",),
    "tables": ("TablesSpec",),
}
RETURNED = (
    "Column", "Row", "Amount", "Money", "Ref", "Series", "Chart", "Sections", "Markdown",
    "ViewContext",
)  # fmt: skip
"""What views return and are given."""


def files_of(page: Path) -> dict[str, str]:
    """Return the files whose content stands on a page, by their paths."""
    found = {
        match["name"]: f"# {match['name']}{match['text']}"
        for match in BLOCK.finditer(page.read_text())
    }
    assert found, f"{page} has no example"
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder whose modules can be imported; nothing of it stays imported."""
    before = set(sys.modules)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
            del sys.modules[name]


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    importlib.invalidate_caches()


@pytest.fixture
def installed(folder: Path, bakehouse_kitchen: Database) -> Callable[[str], Views]:
    """Install the example of a hook's page, and give what loads it."""

    def install(hook: str) -> Views:
        files = files_of(PAGES / f"{hook}.md")
        write(folder, files)
        package = next(iter(files)).partition("/")[0]
        site = Site(folder)
        site.distribute(f"bakehouse-{package}", {package.replace("_", "-"): package})
        host = site.host(patience=10)
        views = Views(host, bakehouse_kitchen)
        [record] = host.records()
        assert host.prepare(bakehouse_kitchen) == []
        host.views()
        assert host.record(record.name).state.value == "loaded", host.record(record.name).reason
        return views

    return install


def names_of(*, last: int | None = None) -> list[str]:
    events = event_service.list_events()
    return [event.name for event in (events if last is None else events[-last:])]


def first_cells(table: object) -> list[Any]:
    assert isinstance(table, Table)
    return [row.cells[0] for row in table.rows]


def test_the_example_of_a_view(
    installed: Callable[[str], Views], bakehouse_events: Samples
) -> None:
    views = installed("views")
    assert first_cells(views.load("head-count")) == names_of()
    alone = views.load("head-count", bakehouse_events.typical)
    assert isinstance(alone, Table)
    [row] = alone.rows
    assert isinstance(row, Row)
    assert row.about == api.Ref("event", bakehouse_events.typical)


def test_the_example_of_a_check(
    installed: Callable[[str], Views], bakehouse_events: Samples
) -> None:
    found = installed("checks").findings(bakehouse_events.empty)
    assert [each.event_id for each in found] == [bakehouse_events.empty]
    assert isinstance(found[0], Finding)
    assert found[0].check == "no-people"


def test_the_example_of_an_importer(
    installed: Callable[[str], Views], bakehouse_events: Samples
) -> None:
    views = installed("importers")
    steps = views.read("counted", Source("counts.csv", b"Butter, unsalted;1 kg\n"))
    assert changes.apply(steps).summary.startswith("Counts of counts.csv")
    with pytest.raises(PluginError, match="line 1"):
        views.read("counted", Source("counts.csv", b"Butter\n"))


def test_the_example_of_an_exporter(
    installed: Callable[[str], Views], bakehouse_events: Samples
) -> None:
    written = installed("exporters").write("event-list", bakehouse_events.typical).decode()
    event = event_service.get_event(bakehouse_events.typical)
    assert written.splitlines()[0] == f"{event.name}, {event.date}"
    assert len(written.splitlines()) == len(event.lines) + 1


def test_the_example_of_settings(
    installed: Callable[[str], Views], bakehouse_events: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEHOUSE_PLUGIN_LAST_EVENTS_MOST", "3")
    assert first_cells(installed("settings").load("last-events")) == names_of(last=3)


def test_the_example_of_tables(
    installed: Callable[[str], Views], bakehouse_events: Samples
) -> None:
    views = installed("tables")
    assert first_cells(views.load("tasting")) == ["crisp"]
    table = views.load("tasting")
    assert isinstance(table, Table)
    [row] = table.rows
    assert isinstance(row, Row)
    [action] = views.host.view("tasting").spec.actions
    words = action.words(row)
    assert words is not None
    commands.run(*read_words(words))
    assert first_cells(views.load("tasting")) == []
    journal_service.undo()
    assert first_cells(views.load("tasting")) == ["crisp"]


def test_the_tutorial_word_for_word(
    folder: Path, bakehouse_kitchen: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    page = DOCS / "plugins.md"
    files = files_of(page)
    write(folder, files)
    project = tomllib.loads(files["pyproject.toml"])["project"]
    site = Site(folder)
    info = site.distribute(
        project["name"],
        project["entry-points"]["bakehouse.plugins"],
        project["version"],
        project["dependencies"],
    )
    assert info.is_dir()
    shell = SHELL.search(page.read_text())
    assert shell is not None
    commands = [shlex.split(line) for line in shell["text"].splitlines()]
    assert commands.pop(0) == ["pip", "install", "./by-store"]
    said = {}
    for words in commands:
        assert words[0] == "bakehouse"
        capfd.readouterr()
        code = run(["--db", str(bakehouse_kitchen.path), *words[1:]])
        out, err = capfd.readouterr()
        assert code == 0, err
        said[" ".join(words[1:])] = out
    assert "by-store" in said["plugins list"]
    lines = said["show by-store.list"].splitlines()
    assert any("Store" in line and "To buy" in line for line in lines)
    assert len(lines) > 3


# -- the pages tell the API as it is -------------------------------------------------------------


def cell(text: str) -> str:
    return text.strip().strip("`").replace("\\|", "|")


def default_of(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return f'"{field.default}"' if isinstance(field.default, str) else str(field.default)
    if field.default_factory is not MISSING:
        return f"{getattr(field.default_factory, '__name__', '')}()"
    return "required"


@pytest.mark.parametrize("hook", HOOKS)
def test_a_page_has_the_signature_of_its_hook(hook: str) -> None:
    taken = get_type_hints(getattr(type(contribute), hook))["function"].__bound__
    arguments, returned = get_args(taken)
    assert arguments == []
    [spec] = get_args(returned)
    assert spec.__name__ == HOOKS[hook][0]
    told = (PAGES / f"{hook}.md").read_text()
    line = f"contribute.{hook}(function: Callable[[], Iterable[{spec.__name__}]])"
    assert f"```\n{line}\n```" in told


@pytest.mark.parametrize(("page", "told_of"), [*HOOKS.items(), ("data", RETURNED)])
def test_a_page_has_every_field_of_what_it_tells_of(page: str, told_of: tuple[str, ...]) -> None:
    told = {
        match["name"]: [
            tuple(cell(each) for each in re.split(r"(?<!\\)\|", row)[1:4])
            for row in match["rows"].splitlines()
        ]
        for match in FIELDS.finditer((PAGES / f"{page}.md").read_text())
    }
    assert told == {
        name: [(each.name, str(each.type), default_of(each)) for each in fields(getattr(api, name))]
        for name in told_of
    }


LIMITS = {
    "guarantees.md": (
        f"Registering may take {REGISTER_SECONDS:g} seconds, and so may importing what a spec",
        f"A table has at most {MOST_ROWS:,} rows, {MOST_COLUMNS} columns",
        f"and {MOST_TEXT // 10**6} million characters",
        f"a text {MOST_LINES:,} lines and {MOST_CHARACTERS:,} characters",
        f"a chart {MOST_SERIES} series and {MOST_NUMBERS:,} numbers",
        f"`Sections` {MOST_SECTIONS} parts",
        f"A check has at most {MOST_FINDINGS:,} findings",
        f"findings, with {MOST_FOUND // 10**6} million characters and {MOST_EVENTS:,} events",
        f"an import {MOST_STEPS:,} steps",
        f"Making tables may take {SECONDS:g}",
        f"an export {MOST_BYTES // 1024**2} MB",
    ),
    "checks.md": (f"At most {MOST_FINDINGS:,} are taken",),
    "../plugins.md": (
        f"A table has at most {MOST_ROWS:,} rows and {MOST_TEXT // 10**6} million characters",
        f"Registering may take {REGISTER_SECONDS:g} seconds",
    ),
}


@pytest.mark.parametrize("page", LIMITS)
def test_a_page_tells_the_limits_that_hold(page: str) -> None:
    told = " ".join((PAGES / page).read_text().split())
    assert [limit for limit in LIMITS[page] if limit not in told] == []
    assert IMPORT_SECONDS == REGISTER_SECONDS


def test_there_is_a_page_for_each_hook_and_the_tutorial_links_to_every_page() -> None:
    assert set(HOOKS) == set(api.HOOKS)
    tutorial = (DOCS / "plugins.md").read_text()
    for page in PAGES.glob("*.md"):
        assert f"(plugins/{page.name})" in tutorial


def test_the_page_about_testing_has_every_fixture_and_conformance_class() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", (PAGES / "testing.md").read_text(), re.M))
    fixtures = {name for name in vars(testing) if name.startswith("bakehouse_")}
    classes = {f"{kind}Conformance" for kind in ("View", "Check", "Importer", "Exporter")}
    assert told == fixtures | classes

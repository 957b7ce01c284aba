"""Importers and exporters of plugins: what they may return, and that all of it is one change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bakehouse.plugin import ChangeSet, Source, Step
from core.errors import Ambiguous, BadFile
from core.services import catalog_service, journal_service
from core.session import Database, read_session
from plugins.changes import apply, preview
from plugins.formats import FormatNotFound, chosen
from plugins.host import Host, PluginError

if TYPE_CHECKING:
    from tests.plugins.conftest import Site

REGISTERS = """
from bakehouse.plugin import ExporterSpec, ImporterSpec, contribute

@contribute.importers
def importers():
    return [ImporterSpec(id="{name}.csv", title="{name} list", read="plugin_{name}.view:read",
                         {spec})]

@contribute.exporters
def exporters():
    return [ExporterSpec(id="{name}.out", title="{name} sheet", suffix=".{name}",
                         write="plugin_{name}.view:write")]
"""
HEAD = "import sys\nfrom bakehouse.plugin import *\nfrom core.errors import BadFile, Problem\n"
READ = """
def read(ctx, source):
    return ChangeSet([
        Step("item add", {"name": line, "unit": "g"}) for line in source.text().splitlines()
    ], summary="Imported a list")
"""


def offer(site: Site, name: str, code: str, spec: str = "suffixes=['.csv']") -> None:
    site.install(name, REGISTERS.format(name=name, spec=spec), view=HEAD + code)


def read(host: Host, content: bytes = b"Flour\nSugar\n", name: str = "list.csv") -> ChangeSet:
    source = Source(name, content)
    with read_session() as session:
        importer = host.importer_for(source, session)
        assert importer is not None
        return host.read_import(importer, source, session)


def names() -> list[str]:
    return [item.name for item in catalog_service.list_items()]


# -- importing -------------------------------------------------------------------------------------


def test_a_file_is_one_change_that_one_undo_takes_back(site: Site, kitchen: Database) -> None:
    offer(site, "lists", READ)
    change = apply(read(site.host()))
    assert (change.id, change.summary) == (1, "Imported a list")
    assert names() == ["Flour", "Sugar"]
    journal_service.undo(change.id)
    assert names() == []
    journal_service.redo()
    assert names() == ["Flour", "Sugar"]


def test_a_preview_keeps_nothing(site: Site, sqlite_kitchen: Database) -> None:
    offer(site, "lists", READ)
    assert preview(read(site.host())).change.summary == "Imported a list"
    assert names() == []
    assert journal_service.revision() == 0


def test_a_step_that_is_refused_refuses_the_whole(site: Site, sqlite_kitchen: Database) -> None:
    offer(site, "lists", READ)
    changes = read(site.host(), b"Flour\n \n")
    for act in (preview, apply):
        with pytest.raises(BadFile, match=r"steps\[1\]"):
            act(changes)
    assert names() == []
    assert journal_service.revision() == 0


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Step("item ad", {"name": "x"}), r"steps\[1\]: there is no command 'item ad'.* 'item add'"),
        (Step("undo"), "no command 'undo' to import with"),
        (Step("item add", {"nam": "x"}), r"steps\[1\]\.nam: .* did you mean 'name'"),
        (Step("item add"), r"steps\[1\]\.name: 'item add' needs it"),
        (Step("item add", {"name": ["x", "y"]}), "must be one text, not several"),
        (Step("item add", {"name": True}), "must be a text, not True or False"),
        (Step("item add", {"name": "x", "always_on_hand": "yes"}), "must be True or False"),
        (Step("item add", {"name": "x", "unit": "pound"}), "must be one of g, ml, each"),
    ],
)
def test_a_wrong_step_is_told_before_anything_is_done(
    sqlite_kitchen: Database, step: Step, message: str
) -> None:
    with pytest.raises(BadFile, match=message):
        apply(ChangeSet((Step("item add", {"name": "Flour", "unit": "g"}), step)))
    assert names() == []


@pytest.mark.parametrize("value", [1.5, object(), b"x", {"a": 1}, [1]])
def test_a_step_takes_no_inexact_or_foreign_value(value: object) -> None:
    with pytest.raises(TypeError, match="Step 'count': amount must be"):
        Step("count", {"amount": value})  # type: ignore[dict-item]


BAD_READS = {
    "an exception": ("def read(ctx, source): raise KeyError('[/x]')", "KeyError: '[/x]'"),
    "an exit": ("def read(ctx, source): sys.exit(1)", "it called sys.exit(1)"),
    "nothing": ("def read(ctx, source): pass", "must return a ChangeSet, not NoneType"),
    "a list": ("def read(ctx, source): return [Step('undo')]", "not list"),
    "async": ("async def read(ctx, source): return None", "must not be async"),
    "a generator": ("def read(ctx, source): yield Step('undo')", "not generator"),
    "no steps": ("def read(ctx, source): return ChangeSet(())", "nothing in this file"),
    "a wrong step": ("def read(ctx, source): return ChangeSet(['x'])", "steps[0] must be a Step"),
    "too many steps": (
        "def read(ctx, source): return ChangeSet([Step('redo')] * 100_001)",
        "a ChangeSet has steps, at most 100,000",
    ),
    "writing itself": (
        "from core.services import journal_service\n"
        "def read(ctx, source): journal_service.undo(session=ctx.session)",
        "session is on loan",
    ),
    "no text": ("def read(ctx, source): source.text()", "byte 1 of list.csv is no utf-8"),
}


@pytest.mark.parametrize(("code", "message"), BAD_READS.values(), ids=list(BAD_READS))
def test_an_importer_that_fails_changes_nothing_and_is_named(
    site: Site, sqlite_kitchen: Database, code: str, message: str
) -> None:
    offer(site, "lists", code)
    host = site.host()
    with pytest.raises(PluginError) as caught:
        read(host, b"\xff")
    assert "Plugin lists 1.0, lists.csv: " in str(caught.value)
    assert message in str(caught.value)
    assert journal_service.revision() == 0
    assert len(host.record("lists").failures) == 1


def test_what_an_importer_finds_wrong_in_a_file_is_no_failure_of_its_own(
    site: Site, sqlite_kitchen: Database
) -> None:
    offer(
        site,
        "lists",
        "def read(ctx, source): raise BadFile([Problem('line 3', 'no amount')])",
    )
    host = site.host()
    with pytest.raises(BadFile, match="lists list: line 3: no amount"):
        read(host)
    assert host.record("lists").failures == ()


# -- choosing a format -----------------------------------------------------------------------------


def test_a_format_is_chosen_by_suffix_then_by_its_look(
    site: Site, sqlite_kitchen: Database
) -> None:
    sniff = "def sniff(ctx, source): return source.content.startswith(b'{mark}')\n"
    for name in ("a", "b"):
        spec = f"suffixes=['.csv'], sniff='plugin_{name}.view:sniff'"
        offer(site, name, sniff.format(mark=name) + READ, spec)
    host = site.host()
    with read_session() as session:
        found = host.importer_for(Source("x.CSV", b"b,1"), session)
        assert found is not None
        assert found.id == "b.csv"
        assert host.importer_for(Source("x.csv", b"c"), session) is None
        assert host.importer_for(Source("x.json", b"a"), session) is None


def test_a_file_that_fits_two_formats_names_both(site: Site, sqlite_kitchen: Database) -> None:
    offer(site, "a", READ)
    offer(site, "b", READ)
    with read_session() as session, pytest.raises(Ambiguous, match=r"a\.csv, b\.csv"):
        site.host().importer_for(Source("x.csv", b""), session)


def test_a_format_has_its_id_its_plugins_name_and_a_short_name(site: Site) -> None:
    offer(site, "lists", READ)
    importers = site.host().importers()
    for name in ("lists.csv", "lists", "csv"):
        assert chosen(name, importers).id == "lists.csv"
    with pytest.raises(FormatNotFound, match=r"no format 'cvs'.*lists\.csv"):
        chosen("cvs", importers)


# -- exporting -------------------------------------------------------------------------------------


def export(host: Host) -> bytes:
    with read_session() as session:
        return host.write_export(host.exporters()[0], session, 3)


@pytest.mark.parametrize(
    "code",
    [
        "def write(ctx, file): file.write(f'event {ctx.event_id}'.encode())",
        "def write(ctx, file): return f'event {ctx.event_id}'",
        "def write(ctx, file): return f'event {ctx.event_id}'.encode()",
    ],
)
def test_an_exporter_writes_or_returns(site: Site, sqlite_kitchen: Database, code: str) -> None:
    offer(site, "labels", code)
    assert export(site.host()) == b"event 3"


BAD_WRITES = {
    "an exception": ("def write(ctx, file): file.write(b'half'); 1 / 0", "ZeroDivisionError"),
    "an exit": ("def write(ctx, file): raise SystemExit", "it called sys.exit()"),
    "nothing": ("def write(ctx, file): pass", "it wrote nothing"),
    "a number": ("def write(ctx, file): return 3", "must return a text, bytes or None, not int"),
    "both": ("def write(ctx, file): file.write(b'x'); return b'y'", "must either write"),
    "async": ("async def write(ctx, file): return b'x'", "must not be async"),
}


@pytest.mark.parametrize(("code", "message"), BAD_WRITES.values(), ids=list(BAD_WRITES))
def test_an_exporter_that_fails_is_named(
    site: Site, sqlite_kitchen: Database, code: str, message: str
) -> None:
    offer(site, "labels", code)
    with pytest.raises(PluginError) as caught:
        export(site.host())
    assert str(caught.value).startswith("Plugin labels 1.0, labels.out: ")
    assert message in str(caught.value)

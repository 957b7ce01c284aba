"""Rows of plugins' tables: written by commands, so that they have a preview and an undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bakehouse.plugin import ChangeSet, Source, Step
from core.commands import run
from core.errors import BakehouseError, CannotUndo
from core.interchange.exporting import export_kitchen, write_kitchen
from core.interchange.importing import import_file
from core.services import journal_service, settings_service
from core.session import Database, configure, read_session
from plugins.changes import apply, preview
from plugins.host import PluginError, State
from plugins.tables import purge

if TYPE_CHECKING:
    from tests.plugins.conftest import Site

REGISTERS = """
from bakehouse.plugin import *

@contribute.tables
def tables():
    return [TablesSpec(id="tasting", migrations="plugin_tasting.migrations")]

@contribute.importers
def importers():
    return [ImporterSpec(id="tasting", title="Notes", read="plugin_tasting.view:read")]
"""
READS = """
from bakehouse.plugin import *

def read(ctx, source):
    return ChangeSet([
        Step("row set", {"table": TABLE, "value": [f"note={line}"]})
        for line in source.text().splitlines()
    ], summary="Notes of a tasting")
"""
REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", {down!r}

def upgrade():
{body}
"""
NOTE = """
op.create_table(
    "p_tasting__note",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("stars", sa.Integer),
    sa.Column("again", sa.Boolean),
    sa.Column("day", sa.Date),
    sa.Column("at", sa.DateTime),
)
op.create_table(
    "p_tasting__word",
    sa.Column("word", sa.String, primary_key=True),
    sa.Column("lot", sa.Integer, primary_key=True),
    sa.Column("weight", sa.Numeric),
)
op.create_table("p_tasting__heap", sa.Column("x", sa.Integer))
"""
TABLE = "p_tasting__note"


def offer(site: Site, body: str = NOTE, table: str = TABLE) -> None:
    package = site.install("tasting", REGISTERS, view=READS.replace("TABLE", repr(table)))
    folder = site.folder / package / "migrations"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    code = "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())
    (folder / "r1.py").write_text(REVISION.format(revision="a1", down=None, body=code))


@pytest.fixture
def tasting(site: Site, kitchen: Database) -> Database:
    """Give a kitchen with the tables of a plugin."""
    offer(site)
    assert site.host().prepare(kitchen) == []
    return kitchen


def keep(*value: str, key: Sequence[str] = (), table: str = TABLE, **more: str) -> int:
    """Write a row, and return the number of its entry."""
    given = {"table": table, "key": list(key), "value": list(value), **more}
    return run("row set", given).id


def rows(table: str = TABLE) -> list[Mapping[str, object]]:
    with read_session() as session:
        found = session.execute(text(f"SELECT * FROM {table} ORDER BY 1")).mappings()
        return [{name: row[name] for name in row} for row in found]


def notes() -> list[object]:
    return [row["note"] for row in rows()]


# -- one row ---------------------------------------------------------------------------------------


def test_a_row_is_an_entry_of_the_journal_that_is_undone_and_redone(tasting: Database) -> None:
    change = keep("note=crisp = good", "stars=4", summary="Tasted")
    assert [entry.summary for entry in journal_service.list_changes()] == ["Tasted"]
    assert [(row["id"], row["note"], row["stars"]) for row in rows()] == [(1, "crisp = good", 4)]
    journal_service.undo(change)
    assert rows() == []
    journal_service.redo()
    assert [(row["id"], row["note"], row["stars"]) for row in rows()] == [(1, "crisp = good", 4)]


def test_what_is_not_given_stays_and_undo_brings_the_old_values_back(tasting: Database) -> None:
    keep("note=crisp", "stars=4")
    change = keep("stars=", "note=soft", key=["id=1"])
    assert [(row["note"], row["stars"]) for row in rows()] == [("soft", None)]
    journal_service.undo(change)
    assert [(row["note"], row["stars"]) for row in rows()] == [("crisp", 4)]
    run("row remove", {"table": TABLE, "key": ["id=1"]})
    assert rows() == []
    journal_service.undo()
    assert [(row["note"], row["stars"]) for row in rows()] == [("crisp", 4)]


def test_every_kind_of_value_comes_back_by_undo_as_it_was(tasting: Database) -> None:
    keep("note=[/x] “ö” ; %_", "again=yes", "day=2026-11-22", "at=2026-11-22T14:02:00")
    before = rows()
    run("row remove", {"table": TABLE, "key": ["id=1"]})
    journal_service.undo()
    assert rows() == before
    assert (bool(before[0]["again"]), str(before[0]["day"])) == (True, "2026-11-22")


def test_a_key_of_several_columns_finds_its_row(tasting: Database) -> None:
    word = "p_tasting__word"
    for key in (["word=a&b=?", "lot=1"], ["word=a&b=?", "lot=2"]):
        keep(key=key, table=word)
    run("row remove", {"table": word, "key": ["lot=1", "word=a&b=?"]})
    assert [(row["word"], row["lot"]) for row in rows(word)] == [("a&b=?", 2)]


def test_a_row_that_was_changed_since_is_not_taken_from_under_it(tasting: Database) -> None:
    first = keep("note=crisp")
    second = keep("note=soft", key=["id=1"])
    with pytest.raises(CannotUndo) as caught:
        journal_service.undo(first)
    assert caught.value.first == (second,)
    journal_service.undo(second)
    journal_service.undo(first)
    assert rows() == []


def test_a_rehearsal_keeps_no_row(tasting: Database) -> None:
    changes = ChangeSet([Step("row set", {"table": TABLE, "value": ["note=crisp"]})], "Tasted")
    assert preview(changes).change.summary == "Tasted"
    assert (rows(), journal_service.revision()) == ([], 0)


# -- what is refused -------------------------------------------------------------------------------

WRONG: dict[str, tuple[str, list[str], list[str], str]] = {
    "a table of the kitchen": ("setting", ["key=x"], ["value=1"], "no table of a plugin 'setting'"),
    "the journal": ("change", ["id=1"], ["summary=x"], "no table of a plugin"),
    "how far tables are": (
        "p_tasting__alembic_version", ["version_num=a1"], [], "no table of a plugin",
    ),
    "SQL in the name": (
        "p_tasting__note; DROP TABLE item", [], ["note=x"], "no table of a plugin",
    ),
    "a table that is not there": ("p_tasting__notes", [], ["note=x"], "no table of a plugin"),
    "a table without a key": ("p_tasting__heap", [], ["x=1"], "has no primary key"),
    "no such column": (TABLE, [], ["note=x", "colour=red"], "has no column 'colour'"),
    "a column of the key": (TABLE, ["id=1"], ["id=2"], "'id' is of the key"),
    "half of a key": ("p_tasting__word", ["word=x"], [], "key of 'p_tasting__word' is word and"),
    "no key where none can be counted": ("p_tasting__word", [], [], "needs its key"),
    "no number": (TABLE, [], ["note=x", "stars=many"], "'stars' must be a whole number"),
    "a number too large": (TABLE, [], ["note=x", f"stars={10**30}"], "must be a whole number"),
    "no flag": (TABLE, [], ["note=x", "again=perhaps"], "'again' must be yes or no"),
    "no date": (TABLE, [], ["note=x", "day=soon"], "'day' must be a date"),
    "a text too long": (TABLE, [], ["note=" + "x" * 100_001], "at most 100000 characters"),
    "a text that ends early": (TABLE, [], ["note=x\0y"], "'note' must be a text"),
    "what would lose digits": (
        "p_tasting__word", ["word=x", "lot=1"], ["weight=0.1"], "which commands do not write",
    ),
    "nothing where something must be": (TABLE, [], ["stars=1"], "does not take this row"),
    "no pair": (TABLE, [], ["note"], "should be written as COLUMN=VALUE"),
    "a column twice": (TABLE, [], ["note=x", "note=y"], "'note' is given twice"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_written_says_why_and_leaves_nothing(
    tasting: Database, wrong: tuple[str, list[str], list[str], str]
) -> None:
    table, key, value, message = wrong
    keep("note=there already")
    with pytest.raises(BakehouseError) as caught:
        keep(*value, key=key, table=table)
    assert message in str(caught.value)
    assert notes() == ["there already"]
    assert journal_service.revision() == 1


def test_a_row_that_is_not_there_is_not_taken_away(tasting: Database) -> None:
    for key, message in ((["id=7"], "There is no row p_tasting__note"), ([], "Which row?")):
        with pytest.raises(BakehouseError, match=message):
            run("row remove", {"table": TABLE, "key": key})


# -- imports and actions ---------------------------------------------------------------------------


def test_an_import_of_a_plugin_writes_its_rows_as_one_entry(site: Site, tasting: Database) -> None:
    host = site.host()
    with read_session() as session:
        changes = host.read_import(host.importers()[0], Source("n.txt", b"crisp\nsoft\n"), session)
    change = apply(changes)
    assert (change.summary, notes()) == ("Notes of a tasting", ["crisp", "soft"])
    journal_service.undo(change.id)
    assert rows() == []


@pytest.mark.parametrize("table", ["p_other__note", "item", "p_tasting_note", ""])
def test_an_import_cannot_write_rows_of_others(
    site: Site, sqlite_kitchen: Database, table: str
) -> None:
    offer(site, table=table)
    host = site.host()
    host.prepare(sqlite_kitchen)
    with read_session() as session, pytest.raises(PluginError) as caught:
        host.read_import(host.importers()[0], Source("n.txt", b"crisp\n"), session)
    assert f"steps[0]: '{table}' is no table of tasting" in str(caught.value)


@pytest.mark.parametrize("table", ["p_other__note", "setting", "p_tasting__{key}", "{key}"])
def test_an_action_cannot_name_a_table_of_others(site: Site, table: str) -> None:
    action = f"Action(id='x', title='X', command=('row', 'set', {table!r}))"
    site.offer("tasting", "def load(ctx): return TABLE",
               spec=f"actions=[__import__('bakehouse.plugin').plugin.{action}]")  # fmt: skip
    host = site.host()
    host.views()
    assert host.record("tasting").state is State.FAILED
    assert "is no table of tasting" in host.record("tasting").reason


# -- tables that go --------------------------------------------------------------------------------


def test_purging_takes_the_rows_and_an_undo_says_that_they_are_gone(
    site: Site, tasting: Database
) -> None:
    change = keep("note=crisp")
    removed = keep("note=soft", key=["id=1"])
    purge(tasting, "tasting")
    for number in (removed, change):
        with pytest.raises(CannotUndo, match=f"#{number} cannot be undone: There is no table"):
            journal_service.undo(number)
    assert site.host().prepare(tasting) == [], "the tables are made anew, without rows"
    with pytest.raises(CannotUndo, match="is not there any more"):
        journal_service.undo(removed)
    assert keep("note=new") > removed
    assert notes() == ["new"]


def test_a_kitchen_file_has_no_rows_but_can_be_restored_with_their_entries(
    tasting: Database, tmp_path: object
) -> None:
    keep("note=crisp", summary="Tasted")
    content = write_kitchen(export_kitchen())
    configure(f"{tmp_path}/other.db", create=True)
    import_file(content)
    assert write_kitchen(export_kitchen()) == content
    with pytest.raises(CannotUndo, match="no table of a plugin"):
        journal_service.undo(1)


TIED: dict[str, tuple[str, str]] = {
    "a foreign key to the kitchen": (
        "op.create_table('p_tasting__note', sa.Column('id', sa.Integer, primary_key=True),\n"
        "                sa.Column('item', sa.Integer, sa.ForeignKey('item.id')))",
        "refers to 'item'",
    ),
}


@pytest.mark.parametrize(("body", "message"), TIED.values(), ids=list(TIED))
def test_tables_that_would_hold_up_the_kitchen_are_refused(
    site: Site, kitchen: Database, body: str, message: str
) -> None:
    offer(site, body)
    [failure] = site.host().prepare(kitchen)
    assert message in failure.message


def test_a_trigger_is_refused(site: Site, sqlite_kitchen: Database) -> None:
    trigger = (
        "op.execute('CREATE TRIGGER p_tasting__t AFTER INSERT ON p_tasting__note '\n"
        "           'BEGIN DELETE FROM item; END')"
    )
    offer(site, f"{NOTE}\n{trigger}")
    [failure] = site.host().prepare(sqlite_kitchen)
    assert "has a trigger" in failure.message


def test_a_setting_that_was_set_again_is_not_taken_from_under_it(kitchen: Database) -> None:
    first = settings_service.set_setting("hands_hours", "7")
    second = settings_service.set_setting("hands_hours", "8")
    with pytest.raises(CannotUndo) as caught:
        journal_service.undo(first.id)
    assert caught.value.first == (second.id,)

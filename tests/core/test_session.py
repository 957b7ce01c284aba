"""The session rule: one snapshot to read, all or nothing to write, nothing left of a rehearsal."""

# ruff: noqa: PT012  (leaving a scope by the exception is what is tested)

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, delete, event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from core import _database, clock
from core.errors import (
    BakehouseError,
    DatabaseBusy,
    DatabaseUnreachable,
    Interrupted,
    NewerSchema,
    NoDatabase,
    NotAKitchen,
    ReadOnly,
    SessionMisuse,
)
from core.models import Base, Change, Item, Measure, Recipe
from core.services._catalogue import CATALOGUE
from core.session import (
    Database,
    KitchenSession,
    Watcher,
    configure,
    database,
    interrupt,
    lend,
    read_session,
    reading,
    rehearsal,
    remembered,
    revision_of,
    session_scope,
    use,
    writing,
)


def add_change(session: Session, number: int | None = None) -> int:
    number = number or revision_of(session) + 1
    session.add(Change(id=number, at=clock.now(), terminal="test", kind="test", summary="A test."))
    session.flush()
    return number


def add_item(session: Session, slug: str) -> None:
    session.add(Item(slug=slug, name=slug.title(), kind="ingredient", unit="g"))


def commit_change() -> int:
    with session_scope() as session:
        return add_change(session)


def count_items(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Item)) or 0


def slugs() -> list[str]:
    with read_session() as session:
        return list(session.scalars(select(Item.slug).order_by(Item.slug)))


def raw(session: Session) -> Any:
    return session.connection().connection.dbapi_connection


# -- one snapshot --------------------------------------------------------------------------------


def test_without_it_two_reads_of_one_session_see_two_states(kitchen: Database) -> None:
    engine = create_engine(kitchen.url)
    with Session(engine) as session:
        before = revision_of(session)
        commit_change()
        assert revision_of(session) == before + 1
    engine.dispose()


def test_with_it_all_reads_of_one_session_see_one_state(kitchen: Database) -> None:
    with read_session() as session:
        commit_change()
        assert session.revision == revision_of(session) == 0
        assert session.scalar(select(func.count()).select_from(Change)) == 0
    with read_session() as session:
        assert session.revision == revision_of(session) == 1


def test_the_snapshot_is_taken_on_entry(kitchen: Database) -> None:
    with read_session() as session:
        with session_scope() as writer:
            add_item(writer, "flour")
        assert count_items(session) == 0


def test_the_next_transaction_of_a_read_session_sees_a_new_state(kitchen: Database) -> None:
    with read_session() as session:
        commit_change()
        session.rollback()
        assert revision_of(session) == session.revision == 1


def test_read_only_scope_is_a_read_session(kitchen: Database) -> None:
    with session_scope(read_only=True) as session, pytest.raises(ReadOnly):
        add_change(session)


# -- reading never writes ------------------------------------------------------------------------

WRITES: dict[str, Callable[[Session], object]] = {
    "flush": add_change,
    "autoflush": lambda s: (add_item(s, "flour"), count_items(s)),
    "orm insert": lambda s: s.execute(insert(Item), [{"slug": "x", "name": "x", "kind": "made"}]),
    "orm delete": lambda s: s.execute(delete(Item)),
    "text": lambda s: s.execute(text("DELETE FROM item")),
    "with": lambda s: s.execute(text("WITH x AS (SELECT 1) DELETE FROM item")),
    "table": lambda s: s.execute(text("CREATE TABLE mine (x INTEGER)")),
    "temporary table": lambda s: s.execute(text("CREATE TABLE mine AS SELECT * FROM item")),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_read_session_cannot_write(kitchen: Database, name: str) -> None:
    with read_session() as session:
        with pytest.raises(ReadOnly):
            WRITES[name](session)
        session.expunge_all()
    assert slugs() == []


def test_a_read_session_cannot_write_through_the_raw_driver(kitchen: Database) -> None:
    with read_session() as session, pytest.raises(kitchen.reader.dialect.loaded_dbapi.Error):
        raw(session).execute("DELETE FROM item")


def test_a_read_session_cannot_attach_a_file_to_write(
    sqlite_kitchen: Database, tmp_path: Path
) -> None:
    with read_session() as session, pytest.raises(ReadOnly):
        session.execute(text(f"ATTACH '{tmp_path / 'other.db'}' AS other"))


def test_a_stale_read_session_is_not_upgraded(kitchen: Database) -> None:
    with read_session() as session:
        commit_change()
        with pytest.raises(ReadOnly), writing(session) as same:
            add_change(same)
        with pytest.raises(ReadOnly):
            add_change(session)


def test_a_read_session_can_look_at_the_schema(sqlite_kitchen: Database) -> None:
    with read_session() as session:
        columns = session.execute(text("PRAGMA table_info(change)")).all()
    assert "summary" in {column.name for column in columns}


def test_a_kitchen_for_reading_only_refuses_to_write(kitchen: Database) -> None:
    commit_change()
    reader = configure(kitchen.url, readonly=True)
    for scope in (session_scope, rehearsal):
        with pytest.raises(ReadOnly, match="--readonly"), scope():
            pytest.fail("It was opened.")
    with read_session() as session:
        assert session.revision == 1
    reader.dispose()


# -- writing is all or nothing -------------------------------------------------------------------


def test_a_scope_keeps_everything(kitchen: Database) -> None:
    with session_scope() as session:
        add_item(session, "flour")
        add_item(session, "sugar")
        add_change(session)
    assert slugs() == ["flour", "sugar"]


def test_a_scope_keeps_nothing_after_an_exception(kitchen: Database) -> None:
    with pytest.raises(ZeroDivisionError), session_scope() as session:
        add_item(session, "flour")
        add_change(session)
        raise ZeroDivisionError
    assert slugs() == []


def test_a_scope_keeps_nothing_if_the_last_flush_fails(kitchen: Database) -> None:
    with pytest.raises(IntegrityError), session_scope() as session:
        add_change(session)
        add_item(session, "flour")
        session.flush()
        add_item(session, "flour")
    assert slugs() == []


def test_a_scope_closed_inside_keeps_nothing_and_says_so(kitchen: Database) -> None:
    with pytest.raises(SessionMisuse, match="closed"), session_scope() as session:
        add_item(session, "flour")
        session.flush()
        session.close()
    assert slugs() == []


def test_foreign_keys_hold(kitchen: Database) -> None:
    with pytest.raises(IntegrityError), session_scope() as session:
        session.add(Measure(item_id=404, name="stick", amount=113, unit="g"))
        session.execute(
            text("INSERT INTO measure (item_id, name, amount, unit) VALUES (404, 's', '1/1', 'g')")
        )


def test_a_savepoint_can_be_rolled_back_in_a_scope(kitchen: Database) -> None:
    with session_scope() as session:
        add_item(session, "flour")
        savepoint = session.begin_nested()
        add_item(session, "sugar")
        savepoint.rollback()
    assert slugs() == ["flour"]


def test_rows_can_be_used_after_the_scope(kitchen: Database) -> None:
    with session_scope() as session:
        item = Item(slug="flour", name="Flour", kind="ingredient", unit="g")
        session.add(item)
    assert item.id > 0


# -- readers and writers -------------------------------------------------------------------------


def test_a_read_never_waits_for_a_writer(kitchen: Database) -> None:
    with session_scope() as writer:
        add_change(writer)
        with read_session() as session:
            assert revision_of(session) == 0
    with rehearsal() as writer:
        add_change(writer)
        with read_session() as session:
            assert revision_of(session) == 1


def test_a_writer_never_waits_for_a_read(kitchen: Database) -> None:
    with read_session() as session:
        assert commit_change() == 1
        assert revision_of(session) == 0


@pytest.mark.parametrize("scope", [session_scope, rehearsal])
def test_a_busy_database_shows_on_entry(kitchen: Database, scope: Callable[[], Any]) -> None:
    with session_scope() as holder:
        add_change(holder)
        impatient = configure(kitchen.url, timeout=0.05)
        with pytest.raises(DatabaseBusy, match="try again"), scope():
            pytest.fail("It was opened.")
    with scope() as session:
        assert session.revision == 1
    impatient.dispose()


def test_a_writer_waits_its_turn_and_sees_what_the_one_before_wrote(kitchen: Database) -> None:
    entered = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with session_scope() as session:

            def second() -> int:
                entered.set()
                return commit_change()

            later = pool.submit(second)
            entered.wait()
            add_change(session)
        assert later.result() == 2


def test_two_writers_never_get_the_same_revision(kitchen: Database) -> None:
    writers, each = 4, 6
    barrier = threading.Barrier(writers)

    def write() -> list[int]:
        barrier.wait()
        return [commit_change() for _ in range(each)]

    with ThreadPoolExecutor(writers) as pool:
        futures = [pool.submit(write) for _ in range(writers)]
    numbers = [number for future in futures for number in future.result()]
    assert sorted(numbers) == list(range(1, writers * each + 1))


# -- a rehearsal leaves no trace -----------------------------------------------------------------


def test_a_rehearsal_sees_what_it_writes_and_leaves_no_trace(kitchen: Database) -> None:
    with rehearsal() as session:
        add_item(session, "flour")
        assert add_change(session) == revision_of(session) == 1
        assert count_items(session) == 1
    assert slugs() == []
    assert commit_change() == 1


def test_a_failed_rehearsal_leaves_no_trace(kitchen: Database) -> None:
    with pytest.raises(ZeroDivisionError), rehearsal() as session:
        add_item(session, "flour")
        session.flush()
        raise ZeroDivisionError
    with pytest.raises(IntegrityError), rehearsal() as session:
        add_item(session, "flour")
        session.flush()
        add_item(session, "flour")
        session.flush()
    assert slugs() == []


ENDINGS: dict[str, Callable[[Session], object]] = {
    "session": lambda s: s.commit(),
    "prepare": lambda s: s.prepare(),
    "connection": lambda s: s.connection().commit(),
    "text": lambda s: s.execute(text("COMMIT")),
    "text with comment": lambda s: s.execute(text("/* keep it */ commit")),
    "end": lambda s: s.execute(text("END")),
    "text rollback": lambda s: s.execute(text("ROLLBACK")),
    "driver": lambda s: raw(s).commit(),
    "driver text": lambda s: raw(s).execute("COMMIT"),
}


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize("lent", [False, True])
def test_a_rehearsal_cannot_be_committed(kitchen: Database, name: str, lent: bool) -> None:
    driver_error = kitchen.reader.dialect.loaded_dbapi.Error
    with pytest.raises((BakehouseError, driver_error)), rehearsal() as session:
        add_item(session, "flour")
        session.flush()
        if lent:
            with lend(session):
                ENDINGS[name](session)
        else:
            ENDINGS[name](session)
    assert slugs() == []
    assert commit_change() == 1


def test_a_rehearsal_may_start_over(kitchen: Database) -> None:
    with rehearsal() as session:
        add_item(session, "flour")
        session.rollback()
        assert count_items(session) == 0
        add_item(session, "sugar")
        with pytest.raises(SessionMisuse):
            session.connection().commit()
        session.rollback()
        assert count_items(session) == 0
    assert slugs() == []
    assert commit_change() == 1


def test_a_rehearsal_can_use_savepoints(kitchen: Database) -> None:
    with rehearsal() as session:
        with session.begin_nested():
            add_item(session, "flour")
        savepoint = session.begin_nested()
        add_item(session, "sugar")
        savepoint.rollback()
        assert count_items(session) == 1
    assert slugs() == []


def test_what_was_written_after_a_rehearsal_is_kept(kitchen: Database) -> None:
    with rehearsal() as session, lend(session):
        pass
    with session_scope() as session:
        add_item(session, "flour")
    assert slugs() == ["flour"]


DYING = """
import sys
from core import _database, clock
from core.models import Change, Item
from core.session import configure, lend, rehearsal, session_scope
configure(sys.argv[1])
scope = {"rehearsal": rehearsal, "session_scope": session_scope}[sys.argv[2]]
with scope() as session:
    session.add(Item(slug="flour", name="Flour", kind="ingredient", unit="g"))
    session.flush()
    session.add(Change(id=1, at=clock.now(), terminal="t", kind="k", summary="Half."))
    session.flush()
    print("written", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("scope", ["rehearsal", "session_scope"])
def test_a_killed_process_leaves_no_trace(kitchen: Database, scope: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", DYING, kitchen.url, scope],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        child.send_signal(signal.SIGKILL)
    assert slugs() == []
    assert commit_change() == 1


# -- a session on loan ---------------------------------------------------------------------------


@pytest.fixture(params=["read", "rehearse", "write"])
def lent(request: pytest.FixtureRequest, kitchen: Database) -> Any:
    """Give a scope of each purpose; only the reader's has nothing of its own in it."""
    impatient = configure(kitchen.url, timeout=0.05)
    scopes = {"read": read_session, "rehearse": rehearsal, "write": session_scope}
    yield scopes[request.param]
    impatient.dispose()


REFUSED: dict[str, Callable[[Session], object]] = {
    **WRITES,
    "commit": lambda s: s.commit(),
    "rollback": lambda s: s.rollback(),
    "begin": lambda s: s.begin(),
    "begin_nested": lambda s: s.begin_nested(),
    "close": lambda s: s.close(),
    "reset": lambda s: s.reset(),
    "invalidate": lambda s: s.invalidate(),
    "with session": lambda s: s.__exit__(None, None, None),
    "commit as text": lambda s: s.execute(text("COMMIT")),
    "commit in lower case": lambda s: s.execute(text("  -- done\n commit;")),
    "rollback as text": lambda s: s.execute(text("ROLLBACK")),
    "begin as text": lambda s: s.execute(text("BEGIN")),
    "savepoint as text": lambda s: s.execute(text("SAVEPOINT mine")),
    "commit on the connection's text": lambda s: s.connection().exec_driver_sql("COMMIT"),
    "connection.begin_nested": lambda s: s.connection().begin_nested(),
    "second statement": lambda s: s.connection().exec_driver_sql("SELECT 1; COMMIT"),
    "lend again": lambda s: lend(s).__enter__(),
    "writing": lambda s: writing(s).__enter__(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_session_on_loan_refuses(
    lent: Callable[[], Any], name: str, request: pytest.FixtureRequest
) -> None:
    with lent() as session:
        revision = revision_of(session)
        with lend(session):
            with pytest.raises((SessionMisuse, SQLAlchemyError)) as caught:
                REFUSED[name](session)
            if name != "second statement":
                assert isinstance(caught.value, SessionMisuse)
            session.expunge_all()
        assert revision_of(session) == revision
        assert count_items(session) == 0
    assert slugs() == []


BROKEN: dict[str, Callable[[Session], object]] = {
    "connection.commit": lambda s: s.connection().commit(),
    "connection.rollback": lambda s: s.connection().rollback(),
    "connection.close": lambda s: s.connection().close(),
    "connection.invalidate": lambda s: s.connection().invalidate(),
    "driver.close": lambda s: raw(s).close(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_session_that_comes_back_in_another_state_is_closed(
    lent: Callable[[], Any], name: str
) -> None:
    with pytest.raises(SessionMisuse), lent() as session:
        if session.purpose.value != "read":
            add_item(session, "flour")
        with (
            pytest.raises((SessionMisuse, DatabaseUnreachable)),
            lend(session),
            suppress(BakehouseError),
        ):
            BROKEN[name](session)
        assert session.closed
        raise SessionMisuse("The scope goes on as if nothing had happened.")
    assert slugs() == []
    assert commit_change() == 1


@pytest.mark.parametrize("way", ["commit", "rollback"])
def test_ending_the_transaction_on_the_driver_is_refused_or_found(
    lent: Callable[[], Any], way: str
) -> None:
    with pytest.raises((SessionMisuse, sqlite3.Error)), lent() as session:
        if session.purpose.value != "read":
            add_item(session, "flour")
        with lend(session):
            getattr(raw(session), way)()
    assert slugs() == []


def test_a_stripped_authorizer_is_no_way_to_another_state(sqlite_kitchen: Database) -> None:
    with read_session() as session:
        with pytest.raises(SessionMisuse, match="ended its transaction"), lend(session):
            driver = raw(session)
            driver.set_authorizer(None)
            driver.commit()
            driver.execute("BEGIN")
        assert session.closed


def test_writing_on_the_driver_is_refused_on_loan(lent: Callable[[], Any]) -> None:
    with lent() as session:
        error = session.database.reader.dialect.loaded_dbapi.Error
        with lend(session), pytest.raises((error, SessionMisuse)):
            raw(session).execute("DELETE FROM item")
        assert revision_of(session) == 0


def test_a_statement_prepared_before_the_loan_is_refused_on_loan(sqlite_kitchen: Database) -> None:
    statement = "DELETE FROM item"
    with rehearsal() as session:
        raw(session).execute(statement)
        with lend(session), pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            raw(session).execute(statement)


def test_the_engine_of_a_lent_session_cannot_write_either(lent: Callable[[], Any]) -> None:
    with lent() as session:
        with lend(session), pytest.raises(BakehouseError), session.get_bind().begin() as other:
            other.execute(text("DELETE FROM item"))
        assert revision_of(session) == 0


def test_objects_left_in_a_lent_session_are_found(lent: Callable[[], Any]) -> None:
    with lent() as session:
        with pytest.raises(SessionMisuse, match="objects"), lend(session):
            add_item(session, "flour")
        assert count_items(session) == 0
    assert slugs() == []


def test_pending_objects_are_flushed_before_lending(kitchen: Database) -> None:
    with rehearsal() as session:
        add_item(session, "flour")
        with lend(session):
            assert count_items(session) == 1


def test_an_error_of_the_borrower_passes_and_leaves_the_session_as_it_was(
    lent: Callable[[], Any],
) -> None:
    with lent() as session:
        with pytest.raises(SQLAlchemyError), lend(session):
            session.execute(text("SELECT nonsense FROM nowhere"))
        with pytest.raises(ZeroDivisionError), lend(session):
            raise ZeroDivisionError
        with lend(session):
            assert revision_of(session) == session.revision


def test_a_session_may_write_again_when_it_is_back(kitchen: Database) -> None:
    with session_scope() as session:
        add_item(session, "flour")
        with lend(session):
            assert count_items(session) == 1
        add_item(session, "sugar")
        with lend(session):
            assert count_items(session) == 2
    assert slugs() == ["flour", "sugar"]


def test_a_session_can_be_lent_inside_a_savepoint(kitchen: Database) -> None:
    with rehearsal() as session:
        with session.begin_nested():
            add_item(session, "flour")
            with lend(session):
                assert count_items(session) == 1
            add_item(session, "sugar")
        assert count_items(session) == 2


def test_only_a_kitchen_session_can_be_lent(kitchen: Database) -> None:
    with Session(kitchen.reader) as session, pytest.raises(SessionMisuse), lend(session):  # type: ignore[arg-type]
        pytest.fail("It was lent.")


# -- given sessions ------------------------------------------------------------------------------


def test_a_given_session_is_used_and_left_alone(kitchen: Database) -> None:
    with session_scope() as session:
        add_item(session, "flour")
        with reading(session) as reader, writing(session) as writer:
            assert reader is writer is session
        assert session.in_transaction()
        session.rollback()
    assert slugs() == []


def test_without_a_session_they_open_their_own(kitchen: Database) -> None:
    with writing(None) as session:
        add_item(session, "flour")
    with reading(None) as session:
        assert count_items(session) == 1
    with pytest.raises(ReadOnly), reading(None) as session:
        add_item(session, "sugar")
        session.flush()


def test_a_plain_session_is_taken_too(kitchen: Database) -> None:
    with Session(kitchen.writer) as session:
        with writing(session) as same:
            add_item(same, "flour")
        with reading(session) as same:
            assert count_items(same) == 1
            assert remembered(same, "items", lambda: count_items(same)) == 1
        session.rollback()
    assert slugs() == []


@pytest.mark.parametrize("use_it", [reading, writing, lend, lambda s: s.begin(), revision_of])
def test_a_closed_session_is_a_clear_error(kitchen: Database, use_it: Any) -> None:
    with session_scope() as session:
        pass
    with pytest.raises((SessionMisuse, SQLAlchemyError), match="closed"), use_it(session):
        pytest.fail("It was used.")


@pytest.mark.parametrize("use_it", [reading, writing, lend])
def test_a_session_of_another_thread_is_a_clear_error(kitchen: Database, use_it: Any) -> None:
    def elsewhere(session: KitchenSession) -> None:
        with use_it(session):
            pytest.fail("It was used.")

    with session_scope() as session, ThreadPoolExecutor(1) as pool:
        with pytest.raises(SessionMisuse, match="another thread"):
            pool.submit(elsewhere, session).result()
        with pytest.raises(SessionMisuse, match="another thread"):
            pool.submit(revision_of, session).result()


# -- remembering ---------------------------------------------------------------------------------


def test_a_value_is_made_once_for_each_key(kitchen: Database) -> None:
    made: list[str] = []
    with read_session() as session:
        for key in ("plan", "plan", ("plan", 1), "plan", ("plan", 1)):
            remembered(session, key, lambda key=key: made.append(key))  # type: ignore[misc]
        with lend(session):
            remembered(session, "plan", lambda: made.append("again"))
        remembered(session, "plan", lambda: made.append("again"))
    assert made == ["plan", ("plan", 1)]


FORGETS: dict[str, Callable[[Session], object]] = {
    "orm": lambda s: add_item(s, "sugar"),
    "core": lambda s: s.execute(delete(Item)),
    "text": lambda s: s.execute(text("DELETE FROM item")),
    "text in a with": lambda s: s.execute(
        text("WITH gone AS (SELECT 'flour' AS slug) DELETE FROM item WHERE slug IN ('flour')")
    ),
    "connection": lambda s: s.connection().exec_driver_sql("DELETE FROM item"),
    "driver": lambda s: raw(s).execute("DELETE FROM item"),
    "rollback": lambda s: s.rollback(),
}


@pytest.mark.parametrize("of", [None, ["item"]])
@pytest.mark.parametrize("name", FORGETS)
def test_any_write_forgets(kitchen: Database, name: str, of: list[str] | None) -> None:
    with rehearsal() as session:
        add_item(session, "flour")
        before = remembered(session, "items", lambda: count_items(session), of=of)
        FORGETS[name](session)
        now = remembered(session, "items", lambda: count_items(session), of=of)
        assert (before, now) == (1, count_items(session))
        assert now != before


@pytest.mark.parametrize("of", [None, ["item"]])
def test_rollback_to_a_savepoint_forgets(kitchen: Database, of: list[str] | None) -> None:
    with rehearsal() as session:
        savepoint = session.begin_nested()
        add_item(session, "flour")
        assert remembered(session, "items", lambda: count_items(session), of=of) == 1
        savepoint.rollback()
        assert remembered(session, "items", lambda: count_items(session), of=of) == 0


def test_what_is_made_of_one_table_outlives_writes_to_others(kitchen: Database) -> None:
    made: list[int] = []
    with rehearsal() as session:
        for slug in ("first", "second"):
            remembered(session, "items", lambda: made.append(1), of=["item"])
            session.add(Recipe(slug=slug, name=slug, batch_step=Fraction(1)))
            session.flush()
        assert len(made) == 1
        remembered(session, "recipes", lambda: made.append(2), of=["item", "recipe"])
        session.execute(update(Recipe).values(name="third"))
        remembered(session, "recipes", lambda: made.append(2), of=["item", "recipe"])
        assert made == [1, 2, 2]


NOT_PLAIN = (
    "UPDATE OR IGNORE item SET slug = slug",
    "INSERT OR IGNORE INTO item (id) SELECT id FROM item",
    "UPDATE main.item SET slug = slug",
    "WITH one AS (SELECT 1) UPDATE item SET slug = slug",
    'UPDATE "item" SET slug = slug',
)


@pytest.mark.parametrize("statement", NOT_PLAIN)
def test_a_write_that_hides_its_table_forgets_all(kitchen: Database, statement: str) -> None:
    if not kitchen.is_sqlite:
        pytest.skip("it is the dialect of SQLite")
    made: list[int] = []
    with rehearsal() as session:
        for _ in range(2):
            remembered(session, "events", lambda: made.append(1), of=["event"])
            session.execute(text(statement))
    assert len(made) == 2


def test_nothing_outside_the_catalogue_can_take_a_row_of_it_along() -> None:
    for table in map(Base.metadata.tables.__getitem__, CATALOGUE):
        for key in table.foreign_keys:
            assert key.column.table.name in CATALOGUE


def test_pending_objects_are_seen_by_what_is_remembered(kitchen: Database) -> None:
    with rehearsal() as session:
        assert remembered(session, "items", lambda: count_items(session)) == 0
        add_item(session, "flour")
        with session.no_autoflush:
            assert remembered(session, "items", lambda: count_items(session)) == 1


def test_the_end_of_the_transaction_forgets(kitchen: Database) -> None:
    with read_session() as session:
        assert remembered(session, "revision", lambda: revision_of(session)) == 0
        commit_change()
        assert remembered(session, "revision", lambda: revision_of(session)) == 0
        session.rollback()
        assert remembered(session, "revision", lambda: revision_of(session)) == 1


def test_two_rehearsals_remember_nothing_of_each_other(kitchen: Database) -> None:
    found = []
    for slug in ("flour", "sugar"):
        with rehearsal() as session:
            add_item(session, slug)
            query = select(Item.slug)
            found.append(remembered(session, "slug", lambda: session.scalar(query)))  # noqa: B023
    assert found == ["flour", "sugar"]


def test_a_value_made_while_writing_is_not_remembered(kitchen: Database) -> None:
    def make(session: Session) -> int:
        count = count_items(session)
        session.execute(text("UPDATE item SET slug = slug"))
        add_item(session, f"item-{count}")
        return count

    with rehearsal() as session:
        found = [remembered(session, "items", lambda: make(session)) for _ in range(3)]
    assert found == [0, 1, 2]


# -- stopping and watching -----------------------------------------------------------------------


def run_for_ever(session: KitchenSession, started: threading.Event) -> None:
    if session.database.is_sqlite:
        raw(session).create_function("started", 0, lambda: int(started.set() or 0))
        session.execute(
            text(
                "WITH RECURSIVE n(n) AS (SELECT started() UNION ALL SELECT n + 1 FROM n)"
                " SELECT count(*) FROM n"
            )
        )
    else:
        started.set()
        session.execute(text("SELECT pg_sleep(600)"))


def wait_until_it_runs(kitchen: Database, started: threading.Event) -> None:
    started.wait()
    if kitchen.is_sqlite:
        return
    query = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")
    with kitchen.reader.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(query):
            pass


@pytest.mark.parametrize("on_loan", [False, True])
def test_another_thread_can_interrupt(kitchen: Database, on_loan: bool) -> None:
    started = threading.Event()
    sessions: list[KitchenSession] = []

    def work() -> int:
        with read_session() as session:
            sessions.append(session)
            with pytest.raises(Interrupted):
                if on_loan:
                    with lend(session):
                        run_for_ever(session, started)
                else:
                    run_for_ever(session, started)
            if not on_loan:
                session.rollback()
            return revision_of(session)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        wait_until_it_runs(kitchen, started)
        interrupt(sessions[0])
        assert future.result() == 0


def test_an_interrupted_loan_is_revoked(kitchen: Database) -> None:
    with read_session() as session:
        with lend(session):
            with ThreadPoolExecutor(1) as pool:
                pool.submit(interrupt, session).result()
            with pytest.raises(Interrupted):
                revision_of(session)
        with lend(session):
            assert revision_of(session) == 0


def test_interrupting_an_idle_or_closed_session_does_nothing(kitchen: Database) -> None:
    with read_session() as session:
        interrupt(session)
        assert revision_of(session) == 0
    interrupt(session)


def test_a_watcher_sees_commits_and_nothing_else(kitchen: Database) -> None:
    watcher = Watcher(kitchen)
    assert not watcher.changed()
    commit_change()
    assert watcher.changed()
    assert not watcher.changed()
    with rehearsal() as session:
        add_change(session)
        assert not watcher.changed()
    assert not watcher.changed()
    watcher.close()


def test_a_watcher_holds_nothing_open(sqlite_kitchen: Database) -> None:
    watcher = Watcher(sqlite_kitchen)
    commit_change()
    watcher.changed()
    with session_scope() as session:
        session.rollback()
        row = session.connection().connection.dbapi_connection.execute(  # type: ignore[union-attr]
            "SELECT 1"
        )
        row.close()
    with sqlite_kitchen.writer.connect() as connection:
        raw_connection: Any = connection.connection.dbapi_connection
        assert raw_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    watcher.close()


# -- opening ------------------------------------------------------------------------------------


def test_a_new_kitchen_is_made_unless_that_is_refused(tmp_path: Path, no_kitchen: None) -> None:
    path = tmp_path / "new folder?" / "my kitchen#1%20.db"
    with pytest.raises(NoDatabase, match="bakehouse demo"):
        configure(path, create=False)
    assert not path.parent.exists()
    made = configure(path)
    assert commit_change() == 1
    made.dispose()
    assert made.path == path
    assert made.is_sqlite
    assert made.dialect == "sqlite"
    again = configure(made.url)
    with read_session() as session:
        assert session.revision == 1
    again.dispose()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_kitchen_that_is_closed_is_whole_in_its_one_file(
    sqlite_kitchen: Database, tmp_path: Path
) -> None:
    assert sqlite_kitchen.path is not None
    watcher = Watcher(sqlite_kitchen)
    commit_change()
    sqlite_kitchen.dispose()
    alone = configure(shutil.copy(sqlite_kitchen.path, tmp_path / "alone.db"))
    with read_session() as session:
        assert session.revision == 1
    watcher.close()
    # That there is no file any more is no matter either.
    (tmp_path / "alone.db").unlink()
    alone.dispose()
    assert not (tmp_path / "alone.db").exists()


def test_reading_only_makes_nothing(tmp_path: Path, no_kitchen: None) -> None:
    with pytest.raises(NoDatabase):
        configure(tmp_path / "kitchen.db", create=True, readonly=True)
    assert list(tmp_path.iterdir()) == []


def test_two_processes_may_make_one_kitchen(tmp_path: Path, no_kitchen: None) -> None:
    barrier = threading.Barrier(4)
    path = tmp_path / "kitchen.db"

    def make() -> None:
        barrier.wait()
        # What `configure` does, without the lock that it takes inside one process.
        _database._create_file(path, 5.0)

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(make) for _ in range(4)]:
            future.result()
    made = configure(path)
    assert commit_change() == 1
    made.dispose()
    assert [file.name for file in tmp_path.iterdir()] == ["kitchen.db"]


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all", b"SQLite format 3\x00" + b"\xff" * 2000]
)
def test_a_file_that_is_not_sqlite_is_no_kitchen(
    tmp_path: Path, no_kitchen: None, content: bytes
) -> None:
    path = tmp_path / "kitchen.db"
    path.write_bytes(content)
    with pytest.raises(NotAKitchen):
        configure(path, create=True)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_no_kitchen(tmp_path: Path, no_kitchen: None) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE item (id INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NotAKitchen, match="no kitchen"):
        configure(path, create=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", ["9999", ""])
def test_a_newer_kitchen_is_refused(kitchen: Database, version: str) -> None:
    with kitchen.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    for readonly in (False, True):
        with pytest.raises(NewerSchema, match="Update Bakehouse"):
            configure(kitchen.url, readonly=readonly)


@pytest.mark.parametrize(
    "target",
    [":memory:", "", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"],
)
def test_a_kitchen_cannot_live_in_memory(target: str, no_kitchen: None) -> None:
    with pytest.raises(NotAKitchen, match="memory"):
        configure(target, create=True)


@pytest.mark.parametrize("target", ["mysql://host/name", "nonsense://", "postgresql://h:port/x"])
def test_other_urls_are_refused(target: str, no_kitchen: None) -> None:
    with pytest.raises(NotAKitchen, match="path of a file"):
        configure(target)


def test_a_folder_or_an_impossible_path_is_unreachable(tmp_path: Path, no_kitchen: None) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "kitchen.db"):
        with pytest.raises(DatabaseUnreachable):
            configure(path, create=True)


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path, no_kitchen: None) -> None:
    with pytest.raises(DatabaseUnreachable, match="server"):
        configure(f"postgresql://somebody:secret@/kitchen?host={tmp_path}")
    with pytest.raises(DatabaseUnreachable) as caught:
        configure("postgresql://somebody:secret@127.0.0.1:9/kitchen", create=True)
    assert "secret" not in str(caught.value)


def test_an_empty_server_database_is_filled_unless_that_is_refused(
    empty_postgres: str, no_kitchen: None
) -> None:
    with pytest.raises(NoDatabase, match="empty"):
        configure(empty_postgres, create=False)
    made = configure(empty_postgres)
    assert commit_change() == 1
    made.dispose()
    with pytest.raises(NoDatabase, match="createdb"):
        configure(empty_postgres.replace("empty_", "missing_"))


def test_the_tables_of_others_on_a_server_are_no_kitchen(
    empty_postgres: str, no_kitchen: None
) -> None:
    engine = create_engine(empty_postgres.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE item (id integer)"))
    engine.dispose()
    with pytest.raises(NotAKitchen):
        configure(empty_postgres, create=True)


def test_a_lost_connection_is_unreachable_and_then_replaced(postgres_kitchen: Database) -> None:
    def kill(session: Session) -> None:
        mine = session.scalar(text("SELECT pg_backend_pid()"))
        with postgres_kitchen.reader.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})

    with pytest.raises(DatabaseUnreachable), session_scope() as session:
        add_item(session, "flour")
        session.flush()
        kill(session)
        revision_of(session)
    assert slugs() == []
    with session_scope() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    with postgres_kitchen.reader.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    assert commit_change() == 1


@pytest.mark.parametrize("scope", [read_session, session_scope])
def test_a_server_that_comes_back_in_time_is_waited_for(
    postgres_kitchen: Database, scope: Callable[[], Any]
) -> None:
    refusals = iter(range(2))

    def refuse(*details: object) -> None:
        if next(refusals, None) is not None:
            raise psycopg.OperationalError("The database system is starting up.")

    engine = postgres_kitchen.reader if scope is read_session else postgres_kitchen.writer
    event.listen(engine, "do_connect", refuse)
    with scope() as session:
        assert session.revision == 0
    assert next(refusals, None) is None


def test_a_server_that_does_not_come_back_is_unreachable(postgres_kitchen: Database) -> None:
    def refuse(*details: object) -> None:
        raise psycopg.OperationalError("Connection refused.")

    impatient = configure(postgres_kitchen.url, timeout=0.05)
    event.listen(impatient.writer, "do_connect", refuse)
    with pytest.raises(DatabaseUnreachable, match="try again"), session_scope():
        pytest.fail("It was opened.")


def test_a_kitchen_that_is_gone_is_unreachable(sqlite_kitchen: Database) -> None:
    assert sqlite_kitchen.path is not None
    sqlite_kitchen.path.unlink()
    for scope in (read_session, session_scope):
        with pytest.raises(DatabaseUnreachable), scope():
            pytest.fail("It was opened.")


def test_a_locked_kitchen_is_busy_when_opened(sqlite_kitchen: Database) -> None:
    assert sqlite_kitchen.path is not None
    other = sqlite3.connect(sqlite_kitchen.path, isolation_level=None)
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseBusy):
        configure(sqlite_kitchen.path, timeout=0.05)
    other.close()


def test_a_kitchen_without_wal_is_given_it_unless_for_reading_only(
    sqlite_kitchen: Database,
) -> None:
    assert sqlite_kitchen.path is not None
    copy = sqlite_kitchen.path.with_name("copy.db")
    shutil.copy(sqlite_kitchen.path, copy)
    other = sqlite3.connect(copy)
    other.execute("PRAGMA journal_mode=DELETE")
    other.close()
    before = copy.read_bytes()
    configure(copy, readonly=True).dispose()
    with read_session() as session:
        assert session.revision == 0
    assert copy.read_bytes() == before
    configure(copy)
    with session_scope() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"


def test_without_a_kitchen_the_message_says_what_to_call(no_kitchen: None) -> None:
    with pytest.raises(SessionMisuse, match="configure"):
        database()


def test_another_kitchen_can_be_used_for_a_while(
    sqlite_kitchen: Database, kitchen_template: Path, tmp_path: Path
) -> None:
    other = configure(shutil.copy(kitchen_template, tmp_path / "other.db"))
    with use(sqlite_kitchen):
        assert database() is sqlite_kitchen
        commit_change()
    assert database() is other
    with read_session() as session:
        assert session.revision == 0
    other.dispose()


def test_a_thread_that_borrows_a_session_gets_no_other(kitchen: Database) -> None:
    with read_session() as session, lend(session):
        for own in (read_session, session_scope, rehearsal):
            with pytest.raises(SessionMisuse, match=r"session=ctx\.session"), own():
                pass
    with session_scope():
        pass

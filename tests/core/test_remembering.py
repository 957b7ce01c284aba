"""What is remembered from one transaction to the next is what would be read anew."""

# ruff: noqa: PT012  (leaving a scope by the exception is what is tested)

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.models import Item, ItemUnit, Recipe
from core.session import Database, configure, lend, read_session, rehearsal, remembered
from core.session import session_scope as scope
from tests.conftest import NOW

TABLES = {"items": ("item",), "recipes": ("recipe",), "both": ("item", "recipe"), "all": None}
Rows = tuple[tuple[Any, ...], ...]


def read(session: Session) -> Rows:
    """Read what all of `TABLES` is made from."""
    items = session.execute(select(Item.slug, Item.name).order_by(Item.slug)).all()
    recipes = session.execute(select(Recipe.slug, Recipe.name).order_by(Recipe.slug)).all()
    return tuple(map(tuple, items)), tuple(map(tuple, recipes))


def part(rows: Rows, key: str) -> Rows:
    return {"items": rows[:1], "recipes": rows[1:]}.get(key, rows)


def look(session: Session, made: list[str] | None = None) -> None:
    """Hold everything that is remembered to what is there."""
    now = read(session)
    for key, of in TABLES.items():

        def make(key: str = key) -> Rows:
            if made is not None:
                made.append(key)
            return part(read(session), key)

        assert remembered(session, key, make, of=of) == part(now, key)


def add_item(session: Session, slug: str) -> None:
    row = {"slug": slug, "name": slug, "kind": "made", "unit": "g", "allergens": []}
    session.execute(insert(Item), [{**row, "always_on_hand": False, "archived": False}])


def raw(session: Session) -> Any:
    return session.connection().connection.dbapi_connection


def other_program(kitchen: Database, statement: str) -> None:
    """Commit a statement on a connection that this process knows nothing of."""
    if kitchen.path is not None:
        with closing(sqlite3.connect(kitchen.path)) as driver, driver:
            driver.execute(statement)
        return
    with kitchen.migrating_engine().begin() as connection:
        connection.execute(text(statement))


# -- one after the other ---------------------------------------------------------------------------


def test_what_nobody_writes_to_is_made_once_for_many_rehearsals(sqlite_kitchen: Database) -> None:
    made: list[str] = []
    for slug in ("first", "second", "third"):
        with rehearsal() as session:
            look(session, made)
            add_item(session, slug)
            look(session)
    assert sorted(made) == sorted(TABLES)


def test_a_record_that_is_kept_leaves_the_rest_remembered(sqlite_kitchen: Database) -> None:
    made: list[str] = []
    with scope() as session:
        look(session, made)
        add_item(session, "flour")
    made.clear()
    with rehearsal() as session:
        look(session, made)
    assert made == ["items", "both", "all"]


FORGETS: dict[str, Callable[[Database], None]] = {
    "another program": lambda k: other_program(k, "UPDATE recipe SET name = 'changed'"),
    "another session": lambda k: _write_beside(k, "UPDATE recipe SET name = 'changed'"),
    "our own": lambda k: _write(k, "UPDATE recipe SET name = 'changed'"),
}


def _write(kitchen: Database, statement: str) -> None:
    with scope() as session:
        session.execute(text(statement))


def _write_beside(kitchen: Database, statement: str) -> None:
    with kitchen.writer.connect(), scope() as session:
        session.execute(text(statement))


@pytest.mark.parametrize("who", FORGETS)
def test_a_write_between_two_transactions_is_seen(kitchen: Database, who: str) -> None:
    with scope() as session:
        session.execute(
            insert(Recipe),
            [{"slug": "bread", "name": "Bread", "batch_step": 1, "archived": False}],
        )
    with rehearsal() as session:
        look(session)
    FORGETS[who](kitchen)
    with rehearsal() as session:
        look(session)
        assert read(session)[1] == (("bread", "changed"),)


def test_a_rehearsal_that_ends_in_an_error_is_forgotten(kitchen: Database) -> None:
    with rehearsal() as session:
        look(session)
    with pytest.raises(ZeroDivisionError), rehearsal() as session:
        add_item(session, "flour")
        look(session)
        raise ZeroDivisionError
    with rehearsal() as session:
        look(session)


def test_what_was_made_yesterday_is_made_again(sqlite_kitchen: Database) -> None:
    made: list[str] = []
    for days in (0, 1):
        with clock.fixed(NOW + timedelta(days=days)), rehearsal() as session:
            look(session, made)
    assert len(made) == 2 * len(TABLES)


def test_a_file_of_the_same_name_is_another_kitchen(sqlite_kitchen: Database) -> None:
    with scope() as session:
        add_item(session, "flour")
    path = sqlite_kitchen.path
    assert path is not None
    new = path.with_name("new.db")
    configure(new).dispose()
    old = configure(path)
    with rehearsal() as session:
        look(session)
    new.replace(path)
    with rehearsal() as session:
        look(session)
        assert read(session) == ((), ())
    old.dispose()


def test_a_transaction_that_ended_by_itself_is_not_taken_for_undone(
    sqlite_kitchen: Database,
) -> None:
    # After some errors of the disk SQLite has rolled back, and what follows is kept.
    with rehearsal() as session:
        look(session)
        raw(session).set_authorizer(None)
        raw(session).execute("ROLLBACK")
        raw(session).execute("DELETE FROM recipe")
        add_item(session, "kept")
    with rehearsal() as session:
        look(session)
        assert read(session)[0] == (("kept", "kept"),)


def test_what_a_reader_remembers_is_gone_with_its_transaction(kitchen: Database) -> None:
    with read_session() as session:
        plan = weakref.ref(remembered(session, "rows", lambda: {"some rows"}))
        assert plan() == {"some rows"}
    assert plan() is None


# -- in any order ----------------------------------------------------------------------------------


@contextmanager
def abandoned() -> Iterator[Session]:
    """Give a session that writes and rolls back what it wrote."""
    with scope() as session:
        yield session
        session.rollback()


SCOPES: dict[str, Callable[[], Any]] = {
    "rehearsal": rehearsal,
    "scope": scope,
    "abandoned": abandoned,
    "read": read_session,
}
SLUG = st.sampled_from(["a", "b", "c"])
WRITES: dict[str, Callable[[Session, str], object]] = {
    "insert": lambda s, slug: s.execute(text(_insert(slug))),
    "update": lambda s, slug: s.execute(update(Item).values(name=slug)),
    "delete": lambda s, slug: s.execute(delete(Item).where(Item.slug == slug)),
    "recipe": lambda s, slug: s.execute(text(_insert_recipe(slug))),
    "unit": lambda s, slug: s.execute(delete(ItemUnit)),
    "driver": lambda s, slug: raw(s).execute(f"UPDATE item SET name = '{slug}'"),
    "savepoint": lambda s, slug: _savepoint(s, slug, keep=True),
    "taken back": lambda s, slug: _savepoint(s, slug, keep=False),
    "lent": lambda s, slug: _lent(s),
    "start over": lambda s, slug: s.rollback(),
}


def _insert(slug: str) -> str:
    return (
        "INSERT INTO item (slug, name, kind, unit, allergens, always_on_hand, archived)"
        f" SELECT '{slug}', '{slug}', 'made', 'g', '[]', false, false"
        f" WHERE NOT EXISTS (SELECT 1 FROM item WHERE slug = '{slug}')"
    )


def _insert_recipe(slug: str) -> str:
    return (
        f"INSERT INTO recipe (slug, name, batch_step, archived) SELECT '{slug}', '{slug}', '1/1',"
        f" false WHERE NOT EXISTS (SELECT 1 FROM recipe WHERE slug = '{slug}')"
    )


def _savepoint(session: Session, slug: str, *, keep: bool) -> None:
    savepoint = session.begin_nested()
    session.execute(text(_insert(slug)))
    look(session)
    if keep:
        savepoint.commit()
    else:
        savepoint.rollback()


def _lent(session: Any) -> None:
    with lend(session):
        look(session)


STEPS = st.lists(st.tuples(st.sampled_from(list(WRITES)), SLUG, st.booleans()), max_size=4)
HISTORY = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(list(SCOPES)), STEPS),
        st.tuples(st.just("other program"), STEPS.filter(lambda steps: len(steps) == 1)),
    ),
    min_size=2,
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORY)
def test_what_is_remembered_is_always_what_is_there(
    kitchen: Database, history: list[tuple[str, list[tuple[str, str, bool]]]]
) -> None:
    for how, steps in history:
        if how == "other program":
            [(write, slug, _)] = steps
            other_program(kitchen, _insert(slug) if write == "insert" else _others(slug))
            continue
        with SCOPES[how]() as session:
            look(session)
            for write, slug, looks in steps:
                if how != "read":
                    WRITES[write](session, slug)
                if looks:
                    look(session)


def _others(slug: str) -> str:
    return f"UPDATE item SET name = '{slug}-elsewhere'"

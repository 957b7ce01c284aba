"""Whatever one refresh reads belongs to one committed revision, however fast others write.

Writers keep three equalities: there are as many changes as the newest one's number says, the
items of the two kinds are equally many, and the stock of an item is what its moves add up to.
Each equality takes two queries to look at, and all of them are looked at in one refresh.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core import clock
from core.models import Change, Item, Lot, StockMove
from core.session import Database, KitchenSession, lend, rehearsal, revision_of, session_scope
from core.worker import SessionWorker

SECONDS = 60.0
REFRESHES = 60
FULL = 1_000_000


def record(session: Session) -> int:
    """Write one change in every table, keeping the equalities only at its end."""
    number = revision_of(session) + 1
    session.add(Change(id=number, at=clock.now(), terminal="test", kind="test", summary="A test."))
    for kind in ("ingredient", "supply"):
        session.add(Item(slug=f"{kind}-{number}", name=kind, kind=kind, unit="each"))
    lot = session.scalars(select(Lot)).one()
    lot.left -= 1
    session.flush()
    session.add(StockMove(lot_id=lot.id, change_id=number, reason="used", amount=-1))
    session.flush()
    return number


def begin(session: Session) -> None:
    """Write the first change: one lot."""
    session.add(Change(id=1, at=clock.now(), terminal="test", kind="test", summary="First."))
    item = Item(slug="flour", name="Flour", kind="made", unit="g")
    session.add(item)
    session.flush()
    lot = Lot(item_id=item.id, amount=FULL, left=FULL, received=date(2026, 11, 22))
    session.add(lot)
    session.flush()
    session.add(StockMove(lot_id=lot.id, change_id=1, reason="received", amount=FULL))


# -- what the panes show: pairs of numbers that are equal in every committed state -----------------

Pair = tuple[int, int]


def journal(session: Session) -> Pair:
    return revision_of(session), session.scalar(select(func.count()).select_from(Change)) or 0


def catalog(session: Session) -> Pair:
    def count(kind: str) -> int:
        found = select(func.count()).select_from(Item).where(Item.kind == kind)
        return session.scalar(found) or 0

    return count("ingredient"), count("supply")


def stock(session: Session) -> Pair:
    left = session.scalar(select(func.sum(Lot.left))) or 0
    return int(left), int(session.scalar(select(func.sum(StockMove.amount))) or 0)


def used(session: Session) -> Pair:
    moves = select(func.count()).select_from(StockMove).where(StockMove.reason == "used")
    return revision_of(session) - 1, session.scalar(moves) or 0


PANES: tuple[Callable[[Session], Pair], ...] = (journal, catalog, stock, used, journal)


def refresh(session: KitchenSession) -> tuple[int, list[Pair]]:
    """Load every pane one after the other, as a screen does."""
    pairs = []
    for pane in PANES:
        with lend(session):
            pairs.append(pane(session))
    return session.revision, pairs


def is_of(revision: int, pairs: list[Pair]) -> bool:
    since = revision - 1
    left = FULL - since
    expected = [revision, since, left, since, revision]
    return pairs == [(number, number) for number in expected]


# -- the properties --------------------------------------------------------------------------------


@pytest.fixture
def worker(kitchen: Database) -> Iterator[SessionWorker]:
    with session_scope() as session:
        begin(session)
    worker = SessionWorker(kitchen)
    yield worker
    worker.close()
    assert worker.finished.wait(SECONDS)


def write_until(stop: threading.Event, kept: list[int]) -> None:
    while not stop.is_set():
        with session_scope() as session:
            number = record(session)
        kept.append(number)


def rehearse_until(stop: threading.Event) -> None:
    while not stop.is_set():
        with rehearsal() as session:
            record(session)
            record(session)


def test_all_panes_of_a_refresh_show_one_committed_revision(worker: SessionWorker) -> None:
    stop = threading.Event()
    kept: list[int] = []
    shown: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        others = [
            pool.submit(write_until, stop, kept),
            pool.submit(write_until, stop, kept),
            pool.submit(rehearse_until, stop),
        ]
        try:
            for _ in range(REFRESHES):
                revision, pairs = worker.submit(refresh).result(SECONDS)
                assert is_of(revision, pairs)
                shown.append(revision)
        finally:
            stop.set()
        for other in others:
            other.result(SECONDS)
    assert shown == sorted(shown)
    assert sorted(kept) == list(range(2, len(kept) + 2))
    assert worker.submit(refresh).result(SECONDS)[0] == len(kept) + 1


def test_a_write_between_two_panes_is_not_seen(worker: SessionWorker) -> None:
    def write() -> None:
        with session_scope() as session:
            record(session)

    def refresh_slowly(session: KitchenSession) -> tuple[int, list[Pair]]:
        pairs = []
        for pane in PANES:
            with lend(session):
                pairs.append(pane(session))
            write()
        return session.revision, pairs

    for turn in range(3):
        revision, pairs = worker.submit(refresh_slowly).result(SECONDS)
        assert revision == 1 + turn * len(PANES)
        assert is_of(revision, pairs)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["write", "fail", "rehearse", "refresh"]), max_size=12))
def test_any_order_of_writes_failures_and_rehearsals_reads_the_same(
    sqlite_kitchen: Database, steps: list[str]
) -> None:
    empty_and_begin()
    expected = 1
    worker = SessionWorker(sqlite_kitchen)
    try:
        for step in [*steps, "refresh"]:
            if step == "write":
                with session_scope() as session:
                    expected = record(session)
            elif step == "fail":
                with pytest.raises(ZeroDivisionError), session_scope() as session:
                    _ = record(session) / 0
            elif step == "rehearse":
                revision, pairs = worker.submit_rehearsal(
                    lambda session: (record(session), refresh(session)[1])
                ).result(SECONDS)
                assert revision == expected + 1
                assert is_of(revision, pairs)
            else:
                revision, pairs = worker.submit(refresh).result(SECONDS)
                assert revision == expected
                assert is_of(revision, pairs)
    finally:
        worker.close()
        assert worker.finished.wait(SECONDS)


def empty_and_begin() -> None:
    with session_scope() as session:
        for table in (StockMove, Lot, Item):
            session.execute(delete(table))
        session.execute(update(Change).values(undoes=None))
        session.execute(delete(Change))
        begin(session)

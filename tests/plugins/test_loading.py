"""Loading views and running checks: on a lent session, within their time, each by itself."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, make_url, select

from bakehouse.plugin import Table
from core.errors import DatabaseUnreachable, Interrupted, SessionMisuse
from core.models import Change, Item
from core.session import Database, KitchenSession, interrupt, read_session, rehearsal, session_scope
from plugins import watchdog
from plugins.host import Failure, Host, Loaded, PluginError

if TYPE_CHECKING:
    from tests.plugins.conftest import Site

Scope = Callable[[], AbstractContextManager[KitchenSession]]

GOOD = "def load(ctx): return TABLE"
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "GRACE", 0.2)


@pytest.fixture
def session(sqlite_kitchen: Database) -> Iterator[KitchenSession]:
    with read_session() as reader:
        yield reader


def load(host: Host, name: str, session: KitchenSession, **more: Any) -> Loaded | Failure:
    return host.load(host.view(name), session, **more)


def loaded(host: Host, name: str, session: KitchenSession) -> Loaded:
    outcome = load(host, name, session)
    assert isinstance(outcome, Loaded), outcome
    return outcome


def failed(host: Host, name: str, session: KitchenSession) -> Failure:
    outcome = load(host, name, session)
    assert isinstance(outcome, Failure)
    return outcome


def test_a_view_gets_the_session_the_event_the_day_and_the_revision(
    site: Site, sqlite_kitchen: Database
) -> None:
    with session_scope() as writer:
        change(writer)
    site.offer(
        "good",
        """
        def load(ctx):
            ctx.log.info("loading")
            return Table(
                [Column("event"), Column("revision"), Column("today"), Column("left")],
                [(ctx.event_id, ctx.revision, ctx.today, int(ctx.deadline.remaining_ms()))],
            )
        """,
    )
    with read_session() as reader:
        outcome = load(site.host(), "good", reader, event_id=3)
    assert isinstance(outcome, Loaded)
    assert isinstance(outcome.data, Table)
    event, revision, today, left = outcome.data.rows[0].cells
    assert (event, revision, today) == (3, 1, date(2026, 11, 22))
    assert isinstance(left, int)
    assert 0 < left <= 2500
    assert (outcome.revision, outcome.as_of) == (1, date(2026, 11, 22))
    assert outcome.ms > 0


def test_a_view_past_its_budget_is_slow(site: Site, session: KitchenSession) -> None:
    site.offer("good", "def load(ctx): time.sleep(0.03); return TABLE", spec="budget_ms=10")
    site.offer("quick", GOOD, spec="budget_ms=10000")
    host = site.host()
    assert loaded(host, "good", session).slow
    assert not loaded(host, "quick", session).slow
    slowest = host.record("good").slowest_ms
    assert slowest is not None
    assert slowest >= 30


def test_a_patient_host_gives_everything_more_time(site: Site, session: KitchenSession) -> None:
    site.offer("good", "def load(ctx): time.sleep(0.03); return TABLE", spec="budget_ms=1")
    assert isinstance(load(site.host(), "good", session), Failure)
    assert not loaded(site.host(patience=1000), "good", session).slow


BAD_LOADS = {
    "an exception": ("def load(ctx): raise KeyError('[/x]')", "KeyError: '[/x]'"),
    "an exit": ("def load(ctx): sys.exit(1)", "it called sys.exit(1)"),
    "a recursion without end": ("def load(ctx): return load(ctx)", "RecursionError"),
    "a wrong type": ("def load(ctx): return [('x',)]", "load must return a Table,"),
    "nothing": ("def load(ctx): pass", "not NoneType"),
    "async": ("async def load(ctx): return TABLE", "load must not be async"),
    "a generator": ("def load(ctx): yield TABLE", "not generator"),
    "a row of another width": (
        "def load(ctx): return Table([Column('a')], [('x', 'y')])",
        "row '1' has 2 cells for 1 columns",
    ),
    "no argument": ("def load(): return TABLE", "TypeError: load() takes 0 positional"),
    "no such function": ("", "cannot import plugin_bad.view:load: AttributeError"),
    "no function": ("load = 3", "plugin_bad.view:load is no function"),
    "an exception when imported": (
        "1 / 0",
        "cannot import plugin_bad.view:load: ZeroDivisionError",
    ),
    "an exit when imported": ("sys.exit()", "cannot import plugin_bad.view:load: it called"),
    "an exception that cannot be said": (
        "class Bad(Exception):\n    def __str__(self): raise ValueError\ndef load(ctx): raise Bad",
        "Bad: its message cannot be shown",
    ),
}


@pytest.mark.parametrize(("code", "message"), BAD_LOADS.values(), ids=list(BAD_LOADS))
def test_a_view_that_fails_costs_only_itself(
    site: Site, session: KitchenSession, code: str, message: str
) -> None:
    site.offer("bad", code, version="0.9")
    site.offer("good", GOOD)
    host = site.host()
    failure = failed(host, "bad", session)
    assert (failure.plugin, failure.version, failure.view) == ("bad", "0.9", "bad")
    assert message in failure.message
    assert str(failure).startswith("Plugin bad 0.9, bad: ")
    assert not failure.session_lost
    assert host.record("bad").failures == (failure,)
    assert loaded(host, "good", session).data
    assert host.record("good").failures == ()


@pytest.mark.parametrize("where", ["registering", "importing", "loading"])
def test_decimals_that_a_plugin_rounds_stay_its_own(
    site: Site, session: KitchenSession, where: str
) -> None:
    rounds = "import decimal\ndecimal.getcontext().prec = 2\n"
    body = f"    {rounds.strip()}\n".replace("\n", "\n    ") if where == "loading" else ""
    head = rounds if where == "importing" else ""
    site.offer("bad", f"{head}def load(ctx):\n{body}\n    return TABLE")
    if where == "registering":
        module = site.folder / "plugin_bad" / "__init__.py"
        module.write_text(rounds + module.read_text())
    assert loaded(site.host(), "bad", session).data
    assert Decimal("1.005") + Decimal("100") == Decimal("101.005")


def test_the_traceback_begins_in_the_plugin(site: Site, session: KitchenSession) -> None:
    site.offer("bad", "def load(ctx): raise KeyError('oven')")
    failure = failed(site.host(), "bad", session)
    lines = failure.traceback_text.splitlines()
    assert "plugin_bad" in lines[1]
    assert lines[-1] == "KeyError: 'oven'"


def test_ctrl_c_while_loading_goes_through_and_the_loan_ends(
    site: Site, session: KitchenSession
) -> None:
    site.offer("bad", "def load(ctx): raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load(site.host(), "bad", session)
    assert not session.on_loan


def test_a_session_that_cannot_be_lent_is_the_callers_mistake(
    site: Site, sqlite_kitchen: Database
) -> None:
    site.offer("good", GOOD)
    with read_session() as closed:
        pass
    host = site.host()
    with pytest.raises(SessionMisuse):
        load(host, "good", closed)
    assert host.record("good").failures == ()


def test_a_view_of_a_plugin_that_was_turned_off_is_not_run(
    site: Site, session: KitchenSession
) -> None:
    site.offer("good", GOOD)
    host = site.host()
    view = host.view("good")
    host.disable("good")
    with pytest.raises(PluginError, match="not loaded any more"):
        host.load(view, session)


# -- the session on loan ---------------------------------------------------------------------------

ATTACKS = {
    "commit": "ctx.session.commit()",
    "rollback": "ctx.session.rollback()",
    "close": "ctx.session.close()",
    "begin nested": "ctx.session.begin_nested()",
    "add": "ctx.session.add(new_item()); ctx.session.flush()",
    "add and leave it": "ctx.session.add(new_item())",
    "insert": "ctx.session.execute(insert(Item).values(**VALUES))",
    "insert as text": "ctx.session.execute(text(\"INSERT INTO setting VALUES ('x', 'y')\"))",
    "update": "ctx.session.execute(update(Item).values(name='x'))",
    "delete": "ctx.session.execute(delete(Item))",
    "commit as text": "ctx.session.execute(text('COMMIT'))",
    "rollback as text": "ctx.session.execute(text('ROLLBACK'))",
    "drop": "ctx.session.execute(text('DROP TABLE event_line'))",
    "commit of the connection": "ctx.session.connection().commit()",
    "rollback of the connection": "ctx.session.connection().rollback()",
    "commit of the transaction": "ctx.session.get_transaction().commit()",
    "commit of the driver": "ctx.session.connection().connection.dbapi_connection.commit()",
    "rollback of the driver": "ctx.session.connection().connection.dbapi_connection.rollback()",
    "close of the driver": "ctx.session.connection().connection.dbapi_connection.close()",
    "service that writes": "event_service.set_status(1, 'done', session=ctx.session)",
}

ATTACK = """
from sqlalchemy import delete, insert, text, update
from core.models import Item
from core.services import event_service

VALUES = dict(slug="x", name="X", kind="supply", unit="each", archived=False)

def new_item():
    return Item(**VALUES)

def load(ctx):
    {attack}
    return TABLE
"""


def change(session: KitchenSession) -> None:
    from core.services._journal import recording

    with recording(session, "edit", "a change"):
        pass


def count(session: KitchenSession, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("scope", [read_session, rehearsal], ids=["screen", "what-if"])
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
def test_nothing_a_view_does_to_its_session_is_kept_or_seen_by_others(
    site: Site, kitchen: Database, scope: Scope, attack: str
) -> None:
    with session_scope() as writer:
        change(writer)
    site.offer("bad", ATTACK.format(attack=attack))
    site.offer("good", GOOD)
    host = site.host()
    with scope() as session:
        outcome = load(host, "bad", session)
        if isinstance(outcome, Failure):
            assert (outcome.plugin, outcome.view) == ("bad", "bad")
            assert outcome.session_lost == session.closed
        if not session.closed:
            assert loaded(host, "good", session).revision == 1
    with scope() as session:
        assert loaded(host, "good", session).revision == 1
        assert count(session, Change) == 1
        assert count(session, Item) == 0


@pytest.mark.parametrize(
    "attack",
    [each for each in ATTACKS if "driver" not in each],
)
def test_misusing_the_session_is_a_failure_with_a_readable_reason(
    site: Site, sqlite_kitchen: Database, attack: str
) -> None:
    site.offer("bad", ATTACK.format(attack=ATTACKS[attack]))
    with read_session() as session:
        failure = failed(site.host(), "bad", session)
    assert "session" in failure.message
    assert "sqlite3" not in failure.message


def test_a_what_if_is_not_kept_by_a_view_that_commits(site: Site, kitchen: Database) -> None:
    site.offer("bad", ATTACK.format(attack="ctx.session.commit()"))
    host = site.host()
    with rehearsal() as session:
        change(session)
        failed(host, "bad", session)
        assert count(session, Change) == 1
    with read_session() as session:
        assert count(session, Change) == 0


def test_a_view_that_broke_two_sessions_is_not_run_again_until_it_is_retried(
    site: Site, sqlite_kitchen: Database
) -> None:
    attack = "ctx.session.connection().connection.dbapi_connection.close()"
    site.offer("bad", ATTACK.format(attack=attack))
    host = site.host()
    for _ in range(2):
        with read_session() as session:
            assert failed(host, "bad", session).session_lost
    with read_session() as session:
        assert not failed(host, "bad", session).session_lost
        assert not session.closed
        assert len(host.record("bad").failures) == 2
        host.retry("bad")
        assert failed(host, "bad", session).session_lost


def test_a_database_error_of_the_views_own_doing_is_its_failure(
    site: Site, session: KitchenSession
) -> None:
    site.offer(
        "bad",
        """
        from core.errors import DatabaseUnreachable

        def load(ctx):
            raise DatabaseUnreachable("my own server is gone")
        """,
    )
    assert failed(site.host(), "bad", session).message == "my own server is gone"


def test_a_database_that_has_gone_away_is_no_failure_of_the_view(
    site: Site, postgres_kitchen: Database
) -> None:
    url = make_url(postgres_kitchen.url)
    server = url.set(drivername="postgresql", database="postgres")
    site.offer(
        "good",
        f"""
        import psycopg
        from sqlalchemy import text

        def load(ctx):
            server = {server.render_as_string(hide_password=False)!r}
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute('ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    ["{url.database}"],
                )
            ctx.session.execute(text("SELECT 1"))
        """,
        spec="budget_ms=6000",
    )
    host = site.host()
    with read_session() as session, pytest.raises(DatabaseUnreachable):
        load(host, "good", session)
    assert host.record("good").failures == ()


# -- time ------------------------------------------------------------------------------------------


def test_sql_without_end_is_stopped_and_the_session_goes_on(site: Site, kitchen: Database) -> None:
    query = f'ctx.session.execute(text("{ENDLESS}"))'
    site.offer("bad", ATTACK.format(attack=query), spec="budget_ms=10")
    site.offer("good", GOOD)
    host = site.host()
    with read_session() as session:
        failure = failed(host, "bad", session)
        assert failure.stopped
        assert failure.message == "it took longer than 0.1 s and was stopped"
        assert loaded(host, "good", session).data


def test_a_view_that_goes_on_after_its_sql_was_stopped_is_refused_more(
    site: Site, sqlite_kitchen: Database
) -> None:
    again = f'run(ctx, "{ENDLESS}")'
    code = ATTACK.format(attack=again) + (
        "\ndef run(ctx, query):\n"
        "    for _ in range(3):\n"
        "        try:\n"
        "            ctx.session.execute(text(query))\n"
        "        except Exception:\n"
        "            pass\n"
    )
    site.offer("bad", code, spec="budget_ms=10")
    with read_session() as session:
        assert failed(site.host(), "bad", session).stopped
        assert count(session, Item) == 0


def test_a_loop_that_looks_at_its_deadline_is_stopped(site: Site, session: KitchenSession) -> None:
    site.offer(
        "bad",
        """
        def load(ctx):
            while True:
                ctx.deadline.check()
        """,
        spec="budget_ms=5",
    )
    assert failed(site.host(), "bad", session).stopped


def test_a_view_that_ends_too_late_by_itself_has_failed_too(
    site: Site, session: KitchenSession
) -> None:
    site.offer("bad", "def load(ctx): time.sleep(0.05); return TABLE", spec="budget_ms=2")
    failure = failed(site.host(), "bad", session)
    assert failure.stopped
    assert failure.message == "it took longer than 0.02 s and was stopped"


def test_a_loop_without_end_is_reported_so_that_its_thread_can_be_given_up(
    site: Site, sqlite_kitchen: Database
) -> None:
    site.offer(
        "bad",
        """
        import threading

        GO_ON = threading.Event()

        def load(ctx):
            while not GO_ON.is_set():
                pass
            return TABLE
        """,
        spec="budget_ms=5",
    )
    site.offer("good", GOOD)
    host = site.host()
    stuck: list[Failure] = []
    told = threading.Event()

    def on_stuck(failure: Failure) -> None:
        stuck.append(failure)
        told.set()

    def work() -> None:
        with read_session() as session:
            host.load(host.view("bad"), session, on_stuck=on_stuck)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    assert told.wait(10)
    assert stuck[0].stopped
    assert worker.is_alive()
    with read_session() as session:
        assert failed(host, "bad", session) == stuck[0]
        assert loaded(host, "good", session).data
        sys.modules["plugin_bad.view"].GO_ON.set()
        worker.join(10)
        assert host.record("bad").failures == (stuck[0],)
        host.retry("bad")
        assert loaded(host, "bad", session).data


def test_being_stopped_by_somebody_else_is_no_failure_of_the_view(
    site: Site, sqlite_kitchen: Database
) -> None:
    query = f'STARTED.set(); ctx.session.execute(text("{ENDLESS}"))'
    code = "import threading\nSTARTED = threading.Event()\n" + ATTACK.format(attack=query)
    site.offer("bad", code, spec="budget_ms=60000")
    host = site.host()
    view = host.view("bad")
    with read_session() as session:
        ended = threading.Event()

        def leave_the_screen() -> None:
            while not ended.wait(0.02):
                interrupt(session)

        leaver = threading.Thread(target=leave_the_screen)
        leaver.start()
        try:
            with pytest.raises(Interrupted):
                host.load(view, session)
        finally:
            ended.set()
            leaver.join()
    assert host.record("bad").failures == ()


# -- checks ----------------------------------------------------------------------------------------

CHECKS = """
from bakehouse.plugin import Area, CheckSpec, ViewSpec, contribute

@contribute.checks
def checks():
    return [CheckSpec(id="{name}.one", title="One", check="plugin_{name}.view:check")]
"""


def offer_check(site: Site, name: str, code: str) -> None:
    view = "import sys\nfrom bakehouse.plugin import *\n" + code
    site.install(name, CHECKS.format(name=name), view=view)


def test_findings_of_all_checks_are_joined_with_their_origin(
    site: Site, session: KitchenSession
) -> None:
    offer_check(site, "a", "def check(ctx):\n    yield Finding(message='[b] no oven', fix='buy')")
    offer_check(site, "b", "def check(ctx): return (Finding(message='no salt', event_id=2),)")
    host = site.host()
    everything = host.findings(session)
    assert [(each.check, each.message) for each in everything] == [
        ("a.one", "[b] no oven"),
        ("b.one", "no salt"),
    ]
    assert [each.message for each in host.findings(session, 1)] == ["[b] no oven"]


def test_a_finding_of_several_events_is_one_of_each(site: Site, session: KitchenSession) -> None:
    offer_check(site, "a", "def check(ctx): return [Finding(message='late', event_ids=(1, 3))]")
    host = site.host()
    assert [len(host.findings(session, event)) for event in (None, 1, 2, 3)] == [1, 1, 0, 1]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def check(ctx): raise KeyError('oven')", "KeyError: 'oven'"),
        ("def check(ctx): sys.exit(2)", "it called sys.exit(2)"),
        ("def check(ctx): return None", "a check must return findings, not NoneType"),
        ("def check(ctx): return 'none'", "a check must return findings, not str"),
        ("def check(ctx): return ['no salt']", "a check must return findings, one is str"),
        ("async def check(ctx): return []", "a check must not be async"),
        ("def check(ctx):\n    while True: yield Finding(message='x')", "more than 50000 findings"),
        ("def check(ctx):\n    yield Finding(message='x')\n    1 / 0", "ZeroDivisionError"),
        ("def check(ctx): ctx.session.commit()", "session is on loan"),
    ],
)
def test_a_check_that_fails_is_a_finding_itself(
    site: Site, session: KitchenSession, code: str, message: str
) -> None:
    offer_check(site, "a", code)
    offer_check(site, "b", "def check(ctx): return [Finding(message='no salt')]")
    host = site.host()
    broken, good = host.findings(session)
    assert message in broken.message
    assert (broken.check, broken.place) == ("a.one", "One (a 1.0)")
    assert "bakehouse plugins disable a" in broken.fix
    assert good.message == "no salt"
    [failure] = host.record("a").failures
    assert failure.view == "a.one"


def test_a_view_that_asks_for_findings_gets_them(site: Site, session: KitchenSession) -> None:
    offer_check(site, "a", "def check(ctx): return [Finding(message='no oven')]")
    site.offer(
        "good",
        "def load(ctx): return Table([Column('m')], [(f.message,) for f in ctx.findings])",
        spec="findings=True",
    )
    outcome = loaded(site.host(), "good", session)
    assert isinstance(outcome.data, Table)
    assert [row.cells for row in outcome.data.rows] == [("no oven",)]


def test_a_check_that_breaks_two_sessions_is_left_out_of_the_next_attempt(
    site: Site, sqlite_kitchen: Database
) -> None:
    attack = "ctx.session.connection().connection.dbapi_connection.close()"
    offer_check(site, "a", f"def check(ctx): {attack}; return []")
    site.offer("good", GOOD, spec="findings=True")
    host = site.host()
    for _ in range(2):
        with read_session() as session:
            failure = failed(host, "good", session)
            assert (failure.plugin, failure.view, failure.session_lost) == ("a", "a.one", True)
    with read_session() as session:
        assert loaded(host, "good", session).data
        [finding] = host.findings(session)
        assert finding.kind == "check_failed"

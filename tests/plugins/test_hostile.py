"""Hostile plugins, one at a time beside good ones: each costs only itself, and is named.

Some ways are proved elsewhere in full: `test_loading` (sessions, time), `test_tables` (migrations),
`tests/tui/test_guests` (widgets). Here each stands beside the built-in views, as on a screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bakehouse import __version__
from bakehouse.plugin import Area, Table
from core.interchange.demo import make_demo
from core.services import event_service
from core.session import Database, read_session
from plugins import registering, running, watchdog
from plugins.host import Failure, Host, Loaded, State

if TYPE_CHECKING:
    from tests.plugins.conftest import Site

HOOKS = ("views", "checks", "importers", "exporters", "settings", "tables")
MAIN = ("production", "assembly", "shopping", "costs")
IMPORTS = "from bakehouse.plugin import *\n"
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
WRITES = "from sqlalchemy import insert, text\nfrom core.models import Item\n"
VALUES = "slug='x', name='X', kind='supply', unit='each', archived=False"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "GRACE", 0.2)
    # The built-in views must come through on a busy machine too.
    monkeypatch.setattr(running, "HARD_LIMIT", 100)


@pytest.fixture
def demo(sqlite_kitchen: Database) -> Database:
    make_demo()
    return sqlite_kitchen


def with_main(site: Site) -> Site:
    """Install the built-in plugins that the workspace shows together."""
    site.distribute("bakehouse", {name: f"plugins.{name}" for name in MAIN}, __version__)
    return site


def refresh(host: Host) -> dict[str, Loaded | Failure]:
    """Load every view in one transaction, as a screen does; a lost session begins it anew."""
    for _ in range(5):
        outcomes: dict[str, Loaded | Failure] = {}
        with read_session() as session:
            events = event_service.list_events(session)
            for view in host.views():
                event = events[0].id if view.spec.area is Area.EVENT else None
                outcomes[view.id] = outcome = host.load(view, session, event)
                if isinstance(outcome, Failure) and outcome.session_lost:
                    break
            else:
                return outcomes
    raise AssertionError("the session was lost again and again")


def check(site: Site, reason: str, bad: str = "bad") -> Failure:
    """Refresh with the hostile plugin; all else is as it is without it, and it is named."""
    site.offer("a-good", "def load(ctx): return TABLE")
    site.offer("z-good", "def load(ctx): return TABLE")
    expected = refresh(site.host(without=[bad]))
    host = site.host()
    outcomes = refresh(host)
    others = {name: each for name, each in outcomes.items() if name != bad}
    assert others.keys() == expected.keys()
    revisions = set()
    for name, outcome in others.items():
        alone = expected[name]
        assert isinstance(outcome, Loaded), outcome
        assert isinstance(alone, Loaded)
        assert outcome.data == alone.data, name
        revisions.add(outcome.revision)
    assert len(revisions) == 1
    [failure, *_] = host.record(bad).failures
    assert (failure.plugin, failure.version) == (bad, "1.0")
    assert str(failure).startswith(f"Plugin {bad} 1.0")
    assert reason in failure.message
    return failure


REGISTERING = {
    "an import error": ("import nothing_of_this_name", "ModuleNotFoundError"),
    "an exit": ("raise SystemExit(3)", "it called sys.exit(3)"),
    "a cancellation": ("import asyncio\nraise asyncio.CancelledError", "CancelledError"),
    "a panic": ("class Panic(BaseException): pass\nraise Panic('out')", "Panic: out"),
    "an endless import": ("import time\nwhile True: time.sleep(0.01)", "longer than 0.5 s"),
    "a misspelt hook": ("@contribute.imports\ndef f(): return []", "did you mean 'importers'?"),
    "an endless hook": (
        "import time\n@contribute.views\ndef views():\n    while True: time.sleep(0.01)",
        "longer than 0.5 s",
    ),
    **{
        f"an exception in {hook}": (
            f"@contribute.{hook}\ndef f(): raise RuntimeError('no oven')",
            "RuntimeError: no oven",
        )
        for hook in HOOKS
    },
    **{
        f"an exit in {hook}": (f"@contribute.{hook}\ndef f(): raise SystemExit", "sys.exit()")
        for hook in HOOKS
    },
    **{
        f"a wrong thing from {hook}": (f"@contribute.{hook}\ndef f(): return [3]", "one is int")
        for hook in HOOKS
    },
    **{
        f"something async from {hook}": (
            f"@contribute.{hook}\nasync def f(): return []",
            "must not be async",
        )
        for hook in HOOKS
    },
}


@pytest.mark.parametrize(("code", "reason"), REGISTERING.values(), ids=list(REGISTERING))
def test_a_plugin_that_does_wrong_when_it_registers(
    site: Site, demo: Database, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    bad = "bad"
    if "while True" in code:
        monkeypatch.setattr(registering, "REGISTER_SECONDS", 0.5)
        # An import that never ends keeps its module locked for as long as this process lives.
        bad = "endless"
    with_main(site).install(bad, IMPORTS + code)
    check(site, reason, bad)


LOADING = {
    "an exception": ("def load(ctx): raise KeyError('oven')", "", "KeyError: 'oven'"),
    "an exit": ("def load(ctx): sys.exit(3)", "", "it called sys.exit(3)"),
    "a cancellation": (
        "import asyncio\ndef load(ctx): raise asyncio.CancelledError",
        "",
        "CancelledError",
    ),
    "a panic": (
        "class Panic(BaseException): pass\ndef load(ctx): raise Panic('out')",
        "",
        "Panic: out",
    ),
    "a generator that is closed": ("def load(ctx): raise GeneratorExit", "", "GeneratorExit"),
    "an exception that exits when it is said": (
        "class Bad(Exception):\n    def __str__(self): raise SystemExit(5)\n"
        "def load(ctx): raise Bad",
        "",
        "its message cannot be shown",
    ),
    "half a character in an exception": (
        "def load(ctx): raise ValueError('x\\ud800')",
        "",
        "ValueError: x?",
    ),
    "a module that exits when it is asked": (
        "def __getattr__(name): raise SystemExit(3)",
        "",
        "it called sys.exit(3)",
    ),
    "a wrong type": ("def load(ctx): return {'a': 1}", "", "not dict"),
    "something async": ("async def load(ctx): return TABLE", "", "must not be async"),
    "a generator": ("def load(ctx): yield TABLE", "", "not generator"),
    "data that is not frozen": (
        "from dataclasses import dataclass\n@dataclass\nclass Own: x: int = 1\n"
        "def load(ctx): return Own()",
        "show='plugin_bad.view:Own'",
        "a frozen dataclass, not Own",
    ),
    "endless SQL": (
        f"from sqlalchemy import text\ndef load(ctx): ctx.session.execute(text('{ENDLESS}'))",
        "budget_ms=10",
        "was stopped",
    ),
    "a loop that outlasts its time": (
        "def load(ctx):\n    while True: ctx.deadline.check()",
        "budget_ms=10",
        "was stopped",
    ),
    "rows without end": (
        "def load(ctx): return Table([Column('x')], ((n,) for n in iter(int, 1)))",
        "budget_ms=300",
        "at most 200,000 rows",
    ),
    "a gigabyte of text": (
        "TEXT = 'x' * 5_000\n"
        "def load(ctx): return Table([Column('x')], ((TEXT,) for _ in range(200_000)))",
        "budget_ms=300",
        "at most 20,000,000 characters",
    ),
    "cells without end": (
        "from itertools import repeat\n"
        "def load(ctx): return Table([Column('x')], [Row('a', repeat('x'))])",
        "",
        "a Row has cells, at most 200",
    ),
    "a number that nobody can say": (
        "from decimal import Decimal\n"
        "def load(ctx): return Table([Column('x')], [(Decimal('Infinity'),)])",
        "",
        "row '1', column 'x': Infinity is no number",
    ),
    "more text than can be drawn": (
        "def load(ctx): return Markdown('- line\\n' * 200_000)",
        "",
        "at most 1,000 lines",
    ),
    "memory without end": ("def load(ctx): raise MemoryError", "", "MemoryError"),
    "writing by the ORM": (
        WRITES + f"def load(ctx): ctx.session.add(Item({VALUES})); ctx.session.flush()",
        "",
        "lent the session",
    ),
    "writing by Core": (
        WRITES + f"def load(ctx): ctx.session.execute(insert(Item).values({VALUES}))",
        "",
        "session is on loan",
    ),
    "writing by text": (
        WRITES + 'def load(ctx): ctx.session.execute(text("DELETE FROM event_line"))',
        "",
        "session is on loan",
    ),
    "writing by the raw connection": (
        "def load(ctx):\n    raw = ctx.session.connection().connection.dbapi_connection\n"
        "    raw.execute('DELETE FROM event_line')",
        "",
        "not authorized",
    ),
    "ending the transaction": (
        "def load(ctx):\n    raw = ctx.session.connection().connection.dbapi_connection\n"
        "    raw.close()",
        "",
        "session",
    ),
    "another session": (
        "from core.services import event_service\ndef load(ctx): event_service.list_events()",
        "",
        "pass `session=ctx.session`",
    ),
}


@pytest.mark.parametrize(("code", "spec", "reason"), LOADING.values(), ids=list(LOADING))
def test_a_plugin_that_does_wrong_when_it_loads(
    site: Site, demo: Database, code: str, spec: str, reason: str
) -> None:
    with_main(site).offer("bad", code, spec=spec)
    failure = check(site, reason)
    assert failure.view == "bad"


def test_a_dependency_on_a_newer_version_is_seen_before_importing(
    site: Site, demo: Database
) -> None:
    site.with_builtins().offer("bad", "1 / 0", requires=["bakehouse>=99"])
    host = site.host()
    assert all(isinstance(each, Loaded) for each in refresh(host).values())
    assert host.record("bad").state is State.INCOMPATIBLE


def test_a_name_and_a_key_that_are_taken_go_to_who_had_them(site: Site, demo: Database) -> None:
    site.with_builtins().offer("shopping", "1 / 0")
    site.offer("bad", "def load(ctx): return TABLE", spec="key='m'")
    host = site.host()
    assert host.view("shopping").builtin
    assert all(isinstance(each, Loaded) for each in refresh(host).values())
    given, clashes = host.keys(reserved={"m"})
    assert "m" not in given
    assert [(clash.key, clash.lost_by) for clash in clashes] == [("m", ("bad",))]


MARKUP = "[/b] [red]x[/] \\x1b[31m $(rm) <b>"


def test_markup_in_every_string_is_only_text(site: Site, demo: Database) -> None:
    site.with_builtins().offer(
        "bad",
        f"""
        M = "{MARKUP}"
        def load(ctx):
            return Sections((
                (M, Table([Column(M, title=M)], [Row(M, (M,))], empty=M, note=M)),
                (M, Chart("bars", (M,), (Series(M, (1,)),), unit=M, title=M)),
            ))
        """,
        spec=f'help="{MARKUP}"',
    )
    outcome = refresh(site.host())["bad"]
    assert isinstance(outcome, Loaded)
    table = outcome.data.parts[0][1]  # type: ignore[union-attr]
    assert isinstance(table, Table)
    assert table.rows[0].cells == (MARKUP.replace("\\x1b", "\x1b"),)


@pytest.mark.parametrize("name", [*MAIN, "plan", "stock", "problems", "contention"])
def test_removing_a_built_in_plugin_removes_its_views_and_nothing_else(
    site: Site, demo: Database, name: str
) -> None:
    site.with_builtins()
    all_of_them = {view.id: view.plugin for view in site.host().views()}
    left = refresh(site.host(without=[name]))
    assert left.keys() == {view for view, plugin in all_of_them.items() if plugin != name}
    assert all(isinstance(each, Loaded) for each in left.values())

"""What every plugin must hold, to inherit.

A host registers the plugin first: what it refuses fails one test with its words, and those of the
views, checks and formats are skipped. Each of these says in its name what it must hold.
Times are CPU time, so that a busy machine fails nobody.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import ModuleType
from typing import Any, ClassVar

import pytest

from bakehouse.plugin import (
    Area,
    CheckSpec,
    ExporterSpec,
    ImporterSpec,
    Source,
    ViewSpec,
)
from bakehouse.testing.commands import Command
from bakehouse.testing.kitchens import Samples
from bakehouse.testing.registered import missing, registered
from bakehouse.testing.screens import NARROW, WIDE, Screens
from bakehouse.testing.views import Views

REGISTRATION_MS = 50
"""How much CPU time registering may take, Bakehouse's own import not counted."""
HARD_LIMIT = 10
"""How many times its budget a view may take on the biggest event."""
READS = ("SELECT", "WITH", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "SHOW")
Sent = dict[int | None, list[str]]
"""The statements that were sent for an event, or for the whole kitchen."""
HEAVY = ("textual", "sqlalchemy", "core.session", "tui")


class _Registration:
    """What holds for whatever a plugin registers."""

    plugin: ClassVar[ModuleType]
    """The module that the plugin's entry point names."""

    def test_registering_is_light(self) -> None:
        """Importing the plugin pulls in no screen and no database, and takes under 50 ms."""
        code = (
            "import bakehouse.plugin, json, sys, time\n"
            "before = time.process_time()\n"
            f"import {self.plugin.__name__}\n"
            "ms = (time.process_time() - before) * 1000\n"
            f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
            "print(json.dumps([ms, heavy]))"
        )
        path = json.dumps(sys.path)
        done = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path[:] = {path}\n{code}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        ms, heavy = json.loads(done.stdout.splitlines()[-1])
        assert not heavy, f"importing the plugin imports {', '.join(heavy)}; name them in `load`"
        assert ms < REGISTRATION_MS, f"importing the plugin takes {ms:.0f} ms"

    def test_the_host_registers_it(self) -> None:
        """A host asks every hook of it, and takes all that it offers."""
        refusal = registered(self.plugin).refusal
        if refusal:
            pytest.fail(refusal, pytrace=False)

    def test_every_reference_resolves(self) -> None:
        """Functions, migrations and the commands of actions that its specs name are there."""
        wrong = missing(registered(self.plugin).offers)
        if wrong:
            pytest.fail("\n".join(wrong), pytrace=False)


class ViewConformance(_Registration):
    """Every view of a plugin."""

    has_pane: ClassVar[bool] = True
    """Whether the workspace has a pane for its views; those of the program's own screens do not."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test of each kind for each view."""
        _for_each_spec(self.plugin, "views", metafunc)

    def test_it_loads_on_every_event(
        self, spec: ViewSpec, bakehouse_views_of: Any, bakehouse_big_events: Samples
    ) -> None:
        """An empty event, an ordinary one and one of 10,000 lines."""
        views: Views = bakehouse_views_of(self.plugin)
        for event_id in _places(spec, bakehouse_big_events.all()):
            views.load(spec.id, event_id)

    def test_it_keeps_within_its_budget(
        self, spec: ViewSpec, bakehouse_views_of: Any, bakehouse_big_events: Samples
    ) -> None:
        """Its budget on an ordinary event, ten times that on 10,000 lines and the big kitchen."""
        views: Views = bakehouse_views_of(self.plugin)
        for event_id in _places(spec, _full(bakehouse_big_events)):
            limit = 1 if event_id == bakehouse_big_events.typical else HARD_LIMIT
            _keep_within(spec.budget_ms * limit, partial(views.load, spec.id, event_id))

    def test_its_queries_do_not_grow_with_the_data(
        self, spec: ViewSpec, bakehouse_small_and_big: Any
    ) -> None:
        """As many statements in the big kitchen, and for 10,000 lines, as in the sample one."""

        def use(views: Views, events: Samples) -> Sent:
            return _statements(views, partial(views.load, spec.id), _places(spec, _full(events)))

        _compare(*bakehouse_small_and_big(self.plugin, use))

    def test_it_writes_nothing(
        self, spec: ViewSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """It sends statements that read, and nothing else."""
        views: Views = bakehouse_views_of(self.plugin)
        places = _places(spec, _full(bakehouse_events))
        for sent in _statements(views, partial(views.load, spec.id), places).values():
            assert not _writing(sent)

    def test_one_state_gives_the_same_data_twice(
        self, spec: ViewSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """Nothing in it hangs on the order of a set, the clock or chance."""
        views: Views = bakehouse_views_of(self.plugin)
        first, second = views.twice(spec.id, bakehouse_events.typical)
        assert first.data == second.data
        assert first.data == views.load(spec.id, bakehouse_events.typical)

    def test_its_data_is_frozen(
        self, spec: ViewSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """What it returns is a frozen dataclass."""
        views: Views = bakehouse_views_of(self.plugin)
        data = views.load(spec.id, bakehouse_events.typical)
        declared: Any = getattr(data, "__dataclass_params__", None)
        assert declared is not None, f"{type(data).__name__} is no dataclass"
        assert declared.frozen, f"declare {type(data).__name__} with frozen=True"

    @pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
    def test_it_shows_on_the_screen(
        self,
        spec: ViewSpec,
        size: tuple[int, int],
        bakehouse_screens_of: Any,
        bakehouse_events: Samples,
    ) -> None:
        """Its pane shows it, and no error, on a small terminal too."""
        if not self.has_pane:
            pytest.skip("it has a screen of its own")
        screens: Screens = bakehouse_screens_of(self.plugin)
        shown = screens.show(spec.id, bakehouse_events.typical, size=size)
        assert shown.failure is None, str(shown.failure)

    @pytest.mark.parametrize("form", ["--json", "--csv", "--markdown"])
    def test_it_works_on_the_command_line(
        self, spec: ViewSpec, form: str, bakehouse_command_of: Any, bakehouse_events: Samples
    ) -> None:
        """`bakehouse show` prints it in every form."""
        command: Command = bakehouse_command_of(self.plugin)
        event = [str(bakehouse_events.typical)] if spec.area is Area.EVENT else []
        ended = command.run("show", spec.id, *event, form)
        assert ended.code == 0, ended.err
        if form == "--json":
            assert ended.data["view"] == spec.id


class CheckConformance(_Registration):
    """Every check of a plugin."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test of each kind for each check."""
        _for_each_spec(self.plugin, "checks", metafunc)

    def test_it_runs_on_every_event(
        self, spec: CheckSpec, bakehouse_views_of: Any, bakehouse_big_events: Samples
    ) -> None:
        """An empty event, an ordinary one, one of 10,000 lines, and the whole kitchen."""
        views: Views = bakehouse_views_of(self.plugin)
        for event_id in (*bakehouse_big_events.all(), None):
            found = views.findings(event_id, check=spec.id)
            assert not [each for each in found if each.kind == "check_failed"]

    def test_it_keeps_within_its_budget(
        self, spec: CheckSpec, bakehouse_views_of: Any, bakehouse_big_events: Samples
    ) -> None:
        """Its budget on an ordinary event, ten times that on 10,000 lines and the big kitchen."""
        views: Views = bakehouse_views_of(self.plugin)
        for event_id in (*_full(bakehouse_big_events), None):
            limit = 1 if event_id == bakehouse_big_events.typical else HARD_LIMIT
            find = partial(views.findings, event_id, check=spec.id)
            _keep_within(spec.budget_ms * limit, find)

    def test_its_queries_do_not_grow_with_the_data(
        self, spec: CheckSpec, bakehouse_small_and_big: Any
    ) -> None:
        """As many statements in the big kitchen, and for 10,000 lines, as in the sample one."""

        def use(views: Views, events: Samples) -> Sent:
            find = partial(views.findings, check=spec.id)
            return _statements(views, find, [*_full(events), None])

        _compare(*bakehouse_small_and_big(self.plugin, use))

    def test_it_writes_nothing(
        self, spec: CheckSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """It sends statements that read, and nothing else."""
        views: Views = bakehouse_views_of(self.plugin)
        find = partial(views.findings, check=spec.id)
        for sent in _statements(views, find, [bakehouse_events.typical, None]).values():
            assert not _writing(sent)

    def test_one_state_gives_the_same_findings_twice(
        self, spec: CheckSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """Nothing in it hangs on the order of a set, the clock or chance."""
        views: Views = bakehouse_views_of(self.plugin)
        first = views.findings(bakehouse_events.typical, check=spec.id)
        assert first == views.findings(bakehouse_events.typical, check=spec.id)

    def test_the_whole_kitchen_holds_what_is_found_in_each_event(
        self, spec: CheckSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """The list of events counts what concerns each of them in what the whole kitchen has."""
        views: Views = bakehouse_views_of(self.plugin)
        everywhere = views.findings(None, check=spec.id)
        for event_id in bakehouse_events.all():
            found = views.findings(event_id, check=spec.id)
            counted = [each for each in everywhere if each.concerns(event_id)]
            assert len(found) == len(counted), f"of event {event_id}"

    def test_every_finding_says_what_to_do(
        self, spec: CheckSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """A problem without a fix is a complaint."""
        views: Views = bakehouse_views_of(self.plugin)
        for finding in views.findings(None, check=spec.id):
            assert finding.message.strip()
            assert finding.fix.strip(), f"what is to be done about: {finding.message}"


class ImporterConformance(_Registration):
    """Every format that a plugin reads."""

    good: ClassVar[Mapping[str, bytes]]
    """Files that can be imported into the sample kitchen, by name."""
    bad: ClassVar[Mapping[str, bytes]]
    """Files in which something is wrong, by name."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test of each kind for each format."""
        _for_each_spec(self.plugin, "importers", metafunc)

    def test_a_good_file_can_be_imported(
        self, spec: ImporterSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """Every step of it is accepted; it is tried and not kept."""
        from plugins.changes import preview

        views: Views = bakehouse_views_of(self.plugin)
        assert self.good, "give an example of a file"
        for name, content in self.good.items():
            changes = views.read(spec.id, Source(name, content))
            assert changes == views.read(spec.id, Source(name, content))
            preview(changes)

    def test_a_bad_file_is_refused(
        self, spec: ImporterSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """It is told what is wrong with it, also where it is only noise; nothing is done."""
        from core.errors import BakehouseError
        from core.services import journal_service
        from plugins.changes import apply

        views: Views = bakehouse_views_of(self.plugin)
        before = journal_service.revision()
        assert self.bad, "give an example of a file in which something is wrong"
        suffix = (spec.suffixes or ("",))[0]
        for name, content in {**self.bad, f"noise{suffix}": bytes(range(256))}.items():
            with pytest.raises(BakehouseError):
                apply(views.read(spec.id, Source(name, content)))
        assert journal_service.revision() == before


class ExporterConformance(_Registration):
    """Every format that a plugin writes."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test of each kind for each format."""
        _for_each_spec(self.plugin, "exporters", metafunc)

    def test_it_writes_every_event(
        self, spec: ExporterSpec, bakehouse_views_of: Any, bakehouse_big_events: Samples
    ) -> None:
        """An empty event, an ordinary one and one of 10,000 lines, or the whole kitchen."""
        views: Views = bakehouse_views_of(self.plugin)
        for event_id in _places(spec, bakehouse_big_events.all()):
            assert views.write(spec.id, event_id)

    def test_its_queries_do_not_grow_with_the_data(
        self, spec: ExporterSpec, bakehouse_small_and_big: Any
    ) -> None:
        """As many statements in the big kitchen, and for 10,000 lines, as in the sample one."""

        def use(views: Views, events: Samples) -> Sent:
            return _statements(views, partial(views.write, spec.id), _places(spec, _full(events)))

        _compare(*bakehouse_small_and_big(self.plugin, use))

    def test_it_changes_nothing_and_is_the_same_twice(
        self, spec: ExporterSpec, bakehouse_views_of: Any, bakehouse_events: Samples
    ) -> None:
        """One state of the kitchen gives one file."""
        views: Views = bakehouse_views_of(self.plugin)
        for event_id in _places(spec, bakehouse_events.all()):
            with views.statements() as sent:
                first = views.write(spec.id, event_id)
            assert not _writing(sent)
            assert first == views.write(spec.id, event_id)


# -- inside ----------------------------------------------------------------------------------------


def _places(spec: ViewSpec | ExporterSpec, event_ids: Iterable[int]) -> list[int | None]:
    """Return where it is run: on every event, and where it may be, on none."""
    return [*event_ids, None] if spec.area is Area.KITCHEN else [*event_ids]


def _full(events: Samples) -> list[int]:
    """Return the events that want something, the ordinary one first."""
    return [found for found in (events.typical, events.big) if found is not None]


def _statements(
    views: Views, use: Callable[[int | None], object], places: Iterable[int | None]
) -> Sent:
    """Return the statements that each place takes."""
    counted: Sent = {}
    for event_id in places:
        with views.statements() as sent:
            use(event_id)
        counted[event_id] = sent
    return counted


def _compare(small: Sent, big: Sent) -> None:
    """Fail where the big kitchen takes more statements than the same place in the small one."""
    ordinary = next(iter(small.values()))
    for event_id, sent in big.items():
        before = small.get(event_id, ordinary)
        if len(sent) > len(before):
            [(statement, times)] = Counter(sent).most_common(1)
            pytest.fail(
                f"{len(before)} queries became {len(sent)}; {times} times:\n{statement}",
                pytrace=False,
            )


def _writing(sent: Iterable[str]) -> list[str]:
    return [text for text in sent if not text.lstrip(" (\n").upper().startswith(READS)]


def _for_each_spec(plugin: ModuleType, hook: str, metafunc: pytest.Metafunc) -> None:
    """Make one test for each spec of a hook; all are skipped where the host takes no plugin."""
    if "spec" not in metafunc.fixturenames:
        return
    taken = registered(plugin)
    if taken.refusal:
        skipped = pytest.mark.skip("the host does not register the plugin")
        metafunc.parametrize("spec", [pytest.param(None, marks=skipped, id="none")])
    else:
        specs = getattr(taken.offers, hook)
        metafunc.parametrize("spec", specs, ids=[spec.id for spec in specs])


def _keep_within(budget_ms: int, use: Callable[[], object]) -> None:
    """Fail unless it keeps within a budget of CPU time, at the best of four."""
    least = float("inf")
    for _ in range(4):
        before = time.thread_time()
        use()
        least = min(least, (time.thread_time() - before) * 1000)
        if least <= budget_ms:
            return
    pytest.fail(f"{least:.0f} ms of CPU for {budget_ms} ms", pytrace=False)

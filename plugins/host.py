"""The plugin host: which plugins there are, what they offer, and guarded calls of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from bakehouse.plugin import Area, ChangeSet, Finding, Source, TablesSpec
from core.errors import Ambiguous, BadFile, Problem, ViewNotFound
from plugins import formats
from plugins.choosing import keys_of, matching, near
from plugins.consent import Only
from plugins.jobs import Job, OnStuck, Ran
from plugins.memory import TABLES
from plugins.registering import Plugin
from plugins.settings import Held, Settings
from plugins.shelf import Shelf, latest, why_not
from plugins.states import (
    Exporter,
    Failure,
    Importer,
    KeyClash,
    Loaded,
    Offers,
    PluginError,
    Record,
    State,
    View,
)

if TYPE_CHECKING:
    from core.session import Database, KitchenSession

__all__ = [
    "Exporter",
    "Failure",
    "Host",
    "Importer",
    "KeyClash",
    "Loaded",
    "Offers",
    "PluginError",
    "Record",
    "State",
    "View",
]

T = TypeVar("T")


class Host:
    """Finds plugins, loads those that are accepted, and runs what they offer.

    Making a host, `records`, `enable` and `disable` import no plugin. What one plugin does wrong
    costs that plugin only and is told with its name. `notes` says what was odd when looking.
    """

    def __init__(
        self,
        only: Only = None,
        *,
        without: Collection[str] = (),
        consent_file: Path | None = None,
        path: Sequence[str] | None = None,
        state: Path | None = None,
        patience: float = 1,
    ) -> None:
        """Look for plugins.

        Args:
            only: Third-party plugins to load, without asking; "all"; or None for those the user
                has accepted, unless the variable BAKEHOUSE_PLUGINS says otherwise.
            without: Plugins to leave out of this run, built-in ones too.
            consent_file: Where accepted plugins are kept; by default in the user's config folder.
                The folder of single files and the user's block list are beside it.
            path: Folders whose distributions to look at; by default all that is installed.
            state: Where to keep what is remembered; by default the user's state folder.
            patience: How many times longer than usual anything may take before it is called slow
                or stopped; for tests on machines that have other things to do.
        """
        self._shelf = Shelf(only, without, consent_file, path, state, patience)
        self._calls = self._shelf.calls
        self._patience = patience

    @property
    def notes(self) -> list[str]:
        """What was odd when looking."""
        return self._shelf.notes

    @property
    def state_folder(self) -> Path:
        """Where is kept what is remembered from run to run."""
        return self._shelf.state_folder

    # -- plugins -----------------------------------------------------------------------------------

    def records(self) -> list[Record]:
        """Return what is known of every plugin, the built-in ones first; imports nothing."""
        return self._shelf.records()

    def record(self, name: str) -> Record:
        """Return what is known of one plugin; imports nothing. No such plugin: an error."""
        return self._shelf.record(name)

    def settings(self, name: str) -> Settings:
        """Return the settings of a plugin, for a list or a form; loads the plugin.

        Raises:
            PluginNotFound: No such plugin.
            PluginError: It is not loaded; says why.
        """
        return self._shelf.settings(name)

    def offers(self, name: str) -> Offers:
        """Return everything that a plugin offers; loads the plugin.

        Raises:
            PluginNotFound: No such plugin.
            PluginError: It is not loaded; says why.
        """
        return self._shelf.loaded(name).offers

    def known_settings(self, name: str) -> Settings:
        """Return the settings of a plugin as far as they are known; imports nothing."""
        return self._shelf.known_settings(name)

    def keep_setting(self, name: str, key: str, text: str | None) -> Held:
        """Keep what a person typed for a setting in the config file; None for its default again.

        It counts at once. The plugin is loaded only where its settings are not known yet.

        Raises:
            PluginNotFound: No such plugin.
            PluginError: Its settings are not known, and it is not loaded; says why.
            SettingNotFound: No such setting.
            UnreadableArgument: It is no value of this setting.
            BadFile: The config file cannot be written.
        """
        return self._shelf.keep_setting(name, key, text)

    def suggested_keys(self) -> dict[str, str]:
        """Return the key of each view that suggests one, as far as known; imports nothing."""
        return self._shelf.suggested_keys()

    def enable(self, name: str) -> Record:
        """Accept a plugin for good; it is imported when it is next needed.

        One that was left out because it failed again and again gets another try.

        Raises:
            PluginNotFound: No such plugin.
            PluginError: It cannot be used, whatever the user decides.
            BadFile: The decision cannot be kept.
        """
        return self._shelf.enable(name)

    def disable(self, name: str) -> Record:
        """Turn a plugin off for good, and take back what it offered.

        Raises:
            PluginNotFound: No such plugin.
            BadFile: The decision cannot be kept.
        """
        return self._shelf.disable(name)

    # -- views -------------------------------------------------------------------------------------

    def views(self, area: Area | None = None, *, builtin_only: bool = False) -> list[View]:
        """Return the views of the accepted plugins, sorted by order and id; loads the plugins."""
        self._shelf.load(p for p in self._shelf.plugins if p.found.builtin or not builtin_only)
        views = [
            view
            for plugin in self._shelf.plugins
            if plugin.found.builtin or not builtin_only
            for view in _views_of(plugin)
            if area is None or view.spec.area is area
        ]
        return sorted(views, key=lambda view: (view.spec.order, view.id))

    def view(self, name: str) -> View:
        """Return a view by its id, its plugin's name or the last part of its id.

        Raises:
            ViewNotFound: No such view; names those that are near.
            PluginError: Its plugin is not loaded; says why.
            Ambiguous: Several views have this short name.
        """
        mine = [p for p in self._shelf.plugins if _is_of(name, p)]
        self._shelf.load(mine)
        found = matching(name, [view for plugin in mine for view in _views_of(plugin)])
        if not found:
            for plugin in mine:
                if plugin.state is not State.LOADED:
                    raise PluginError(plugin.name, why_not(plugin), latest(plugin))
            found = matching(name, self.views())
        if len(found) > 1:
            raise Ambiguous(name, [view.id for view in found])
        if not found:
            raise ViewNotFound(name, near(name, self.views()))
        return found[0]

    def keys(self, reserved: Collection[str] = ()) -> tuple[dict[str, View], list[KeyClash]]:
        """Return the view of each suggested key, and the keys that are wanted more than once.

        Keys of the program, in `reserved`, win; then built-in views; then the order of views.
        """
        return keys_of(self.views(), reserved)

    def load(
        self,
        view: View,
        session: KitchenSession,
        event_id: int | None = None,
        *,
        on_stuck: OnStuck | None = None,
    ) -> Loaded | Failure:
        """Load a view on `session`, lent for reading, on the session's own thread.

        Past its budget it is slow; past ten times that it is stopped. `on_stuck` is called on
        another thread if it will not stop: then this call may never return, and thread and
        session must be given up. A view that would not stop, or that broke two sessions in a row,
        is not run again until `retry`.

        Raises:
            SessionMisuse: The session cannot be lent.
            Interrupted: Somebody else stopped the session.
            DatabaseError: The database has gone away.
        """
        plugin = self._shelf.usable(view.plugin)
        findings: tuple[Finding, ...] = ()
        if view.spec.findings:
            try:
                findings = tuple(self.findings(session, event_id, on_stuck=on_stuck))
            except PluginError as error:
                if error.failure is None:
                    raise
                return error.failure
        return self._calls.load(plugin, view, session, event_id, findings, on_stuck)

    def retry(self, view_id: str) -> None:
        """Let a view or check run again that was stopped, and its plugin if it was left out."""
        for plugin in self._shelf.plugins:
            if _is_of(view_id, plugin):
                self._calls.retry(plugin, view_id)

    def blame(self, view: View, message: str, error: BaseException | None = None) -> Failure:
        """Note what a view's own widget did wrong, as if its `load` had done it."""
        plugin = self._shelf.named(view.plugin)
        failure = replace(plugin.failure(message, error), view=view.id)
        self._calls.count(plugin, failure)
        return failure

    def plugin_of(self, module: str) -> str | None:
        """Return the third-party plugin that a module belongs to, or None."""
        top = module.partition(".")[0]
        for plugin in self._shelf.plugins:
            if not plugin.found.builtin and plugin.found.module.partition(".")[0] == top:
                return plugin.name
        return None

    # -- checks ------------------------------------------------------------------------------------

    def findings(
        self,
        session: KitchenSession,
        event_id: int | None = None,
        *,
        check: str | None = None,
        on_stuck: OnStuck | None = None,
    ) -> list[Finding]:
        """Return what all checks find, or the one with this id, for one event or the kitchen.

        A check that fails is a finding itself.

        Raises:
            PluginError: A check broke the session; start again on a new one.
        """
        self._shelf.load(self._shelf.plugins)
        found: list[Finding] = []
        for plugin in self._shelf.plugins:
            for spec in plugin.offers.checks:
                if check in (None, spec.id):
                    found += self._calls.check(plugin, spec, session, event_id, on_stuck)
        return [each for each in found if event_id is None or each.concerns(event_id)]

    # -- files ------------------------------------------------------------------------------------

    def importers(self) -> list[Importer]:
        """Return the formats that can be imported, sorted by id; loads the plugins."""
        self._shelf.load(self._shelf.plugins)
        every = [
            (plugin, spec) for plugin in self._shelf.plugins for spec in plugin.offers.importers
        ]
        found = [
            Importer(spec=spec, plugin=plugin.name, version=plugin.found.version)
            for plugin, spec in every
        ]
        return sorted(found, key=lambda each: each.id)

    def exporters(self) -> list[Exporter]:
        """Return the formats that can be exported, sorted by id; loads the plugins."""
        self._shelf.load(self._shelf.plugins)
        every = [
            (plugin, spec) for plugin in self._shelf.plugins for spec in plugin.offers.exporters
        ]
        found = [
            Exporter(spec=spec, plugin=plugin.name, version=plugin.found.version)
            for plugin, spec in every
        ]
        return sorted(found, key=lambda each: each.id)

    def importer_for(
        self, source: Source, session: KitchenSession, *, on_stuck: OnStuck | None = None
    ) -> Importer | None:
        """Return the format that a file has by its name and its look, or None for our own.

        Raises:
            Ambiguous: Several formats fit.
            PluginError: A plugin that was asked failed.
        """

        def fits(importer: Importer) -> bool:
            if importer.spec.sniff is None:
                return True
            job = formats.sniff_job(importer, source)
            return self._run(importer, job, session, None, on_stuck)

        fitting = [each for each in formats.by_suffix(source.name, self.importers()) if fits(each)]
        if len(fitting) > 1:
            raise Ambiguous(source.name, [each.id for each in fitting])
        return fitting[0] if fitting else None

    def read_import(
        self,
        importer: Importer,
        source: Source,
        session: KitchenSession,
        *,
        on_stuck: OnStuck | None = None,
    ) -> ChangeSet:
        """Have a file read on `session`, lent for reading; nothing is changed.

        `plugins.changes` previews and applies what comes of it.

        Raises:
            BadFile: The plugin found something wrong in the file.
            PluginError: It failed.
        """
        return self._run(importer, formats.read_job(importer, source), session, None, on_stuck)

    def write_export(
        self,
        exporter: Exporter,
        session: KitchenSession,
        event_id: int | None = None,
        *,
        on_stuck: OnStuck | None = None,
    ) -> bytes:
        """Return the content of an export, made on `session`, lent for reading.

        Raises:
            PluginError: It failed.
        """
        return self._run(exporter, formats.write_job(exporter), session, event_id, on_stuck)

    # -- tables -----------------------------------------------------------------------------------

    def prepare(self, database: Database, name: str | None = None) -> list[Failure]:
        """Bring the tables of accepted plugins in a kitchen up to date, before it is read.

        Loads the plugins that may have tables: all of them, or the one that the view or format
        `name` is of. Returns those whose tables could not be made: they have failed, and left
        nothing in the kitchen. Each may take a minute; the thread of one that then will not stop is
        given up.
        """
        plugins = [
            plugin
            for plugin in self._shelf.plugins
            if (name is None or _is_of(name, plugin)) and self._shelf.may_have_tables(plugin)
        ]
        self._shelf.load(plugins)
        outcomes = [
            self._prepare(database, plugin, spec)
            for plugin in plugins
            for spec in plugin.offers.tables
        ]
        return [failure for failure in outcomes if failure is not None]

    def _prepare(self, database: Database, plugin: Plugin, spec: TablesSpec) -> Failure | None:
        from plugins.guarding import TablesError
        from plugins.tables import is_known, prepare

        memory = self._shelf.memory
        done = memory.of(plugin.found).get("tables", [])
        if str(database) not in done or not is_known(database, plugin.name):
            try:
                prepare(database, plugin.name, spec, self._patience)
            except TablesError as error:
                return self._shelf.fail(plugin, error, stopped=error.stopped)
            memory.prepared(plugin.found, str(database))
        memory.worked(plugin.found, TABLES)
        return None

    # -- inside ------------------------------------------------------------------------------------

    def _run(
        self,
        format_: Importer | Exporter,
        job: Job[T],
        session: KitchenSession,
        event_id: int | None,
        on_stuck: OnStuck | None,
    ) -> T:
        outcome = self._calls.run(
            self._shelf.usable(format_.plugin), job, session, event_id, on_stuck=on_stuck
        )
        if isinstance(outcome, Ran):
            return outcome.value
        if outcome.bad_file:
            raise BadFile([Problem(format_.title, outcome.message)])
        raise PluginError(format_.plugin, str(outcome), outcome)


def _is_of(name: str, plugin: Plugin) -> bool:
    return name == plugin.name or name.startswith(f"{plugin.name}.")


def _views_of(plugin: Plugin) -> list[View]:
    found = plugin.found
    return [
        View(spec=spec, plugin=found.name, version=found.version, builtin=found.builtin)
        for spec in plugin.offers.views
    ]

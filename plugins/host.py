"""The plugin host: which plugins there are, what they offer, and guarded calls of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_config_path

from bakehouse.plugin import Area, Finding
from core.errors import Ambiguous, PluginNotFound, ViewNotFound
from plugins.calls import Calls
from plugins.choosing import keys_of, matching, near
from plugins.consent import Consent, Limits, Only
from plugins.discovery import Found, clash, discover, incompatible
from plugins.jobs import OnStuck
from plugins.registering import Plugin, Registry
from plugins.states import Failure, KeyClash, Loaded, PluginError, Record, State, View

if TYPE_CHECKING:
    from core.session import KitchenSession

__all__ = ["Failure", "Host", "KeyClash", "Loaded", "PluginError", "Record", "State", "View"]


class Host:
    """Finds plugins, loads those that are accepted, and runs their views and checks.

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
    ) -> None:
        """Look for plugins.

        Args:
            only: Third-party plugins to load, without asking; "all"; or None for those the user
                has accepted, unless the variable BAKEHOUSE_PLUGINS says otherwise.
            without: Plugins to leave out of this run, built-in ones too.
            consent_file: Where accepted plugins are kept; by default in the user's config folder.
            path: Folders whose distributions to look at; by default all that is installed.
        """
        self._limits = Limits.of(only, without, os.environ)
        self._consent = Consent(
            consent_file or user_config_path("bakehouse", appauthor=False) / "plugins.json"
        )
        found, damaged = discover(path)
        self._plugins = [self._judged(each, found) for each in found]
        self._registry = Registry()
        self._loading = threading.RLock()
        self._calls = Calls()
        self.notes = self._notes(damaged)

    # -- plugins -----------------------------------------------------------------------------------

    def records(self) -> list[Record]:
        """Return what is known of every plugin, the built-in ones first; imports nothing."""
        return [plugin.record() for plugin in self._plugins]

    def record(self, name: str) -> Record:
        """Return what is known of one plugin; imports nothing. No such plugin: an error."""
        return self._named(name).record()

    def enable(self, name: str) -> Record:
        """Accept a plugin for good; it is imported when it is next needed.

        Raises:
            PluginNotFound: No such plugin.
            PluginError: It cannot be used, whatever the user decides.
            BadFile: The decision cannot be kept.
        """
        plugin = self._named(name)
        with self._loading:
            if plugin.state in (State.BLOCKED, State.INCOMPATIBLE):
                raise PluginError(name, f"The plugin '{name}' cannot be used: {plugin.reason}.")
            self._consent.enable(plugin.found)
            if plugin.state is not State.LOADED:
                plugin.state, plugin.reason = self._verdict(plugin.found)
        return plugin.record()

    def disable(self, name: str) -> Record:
        """Turn a plugin off for good, and take back what it offered.

        Raises:
            PluginNotFound: No such plugin.
            BadFile: The decision cannot be kept.
        """
        plugin = self._named(name)
        with self._loading:
            self._consent.disable(name)
            if plugin.state not in (State.BLOCKED, State.INCOMPATIBLE):
                self._registry.remove(plugin)
                plugin.state, plugin.reason = self._verdict(plugin.found)
        return plugin.record()

    # -- views -------------------------------------------------------------------------------------

    def views(self, area: Area | None = None, *, builtin_only: bool = False) -> list[View]:
        """Return the views of the accepted plugins, sorted by order and id; loads the plugins."""
        self._load(p for p in self._plugins if p.found.builtin or not builtin_only)
        views = [
            view
            for plugin in self._plugins
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
        mine = [p for p in self._plugins if name == p.name or name.startswith(f"{p.name}.")]
        self._load(mine)
        found = matching(name, [view for plugin in mine for view in _views_of(plugin)])
        if not found:
            for plugin in mine:
                if plugin.state is not State.LOADED:
                    raise PluginError(plugin.name, _why_not(plugin), _latest(plugin))
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
        plugin = self._owner(view.plugin)
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
        """Let a view or check run again that was stopped for good."""
        self._calls.retry(view_id)

    # -- checks ------------------------------------------------------------------------------------

    def findings(
        self,
        session: KitchenSession,
        event_id: int | None = None,
        *,
        on_stuck: OnStuck | None = None,
    ) -> list[Finding]:
        """Return what all checks find, for one event or the whole kitchen.

        A check that fails is a finding itself.

        Raises:
            PluginError: A check broke the session; start again on a new one.
        """
        self._load(self._plugins)
        found: list[Finding] = []
        for plugin in self._plugins:
            for spec in plugin.checks:
                found += self._calls.check(plugin, spec, session, event_id, on_stuck)
        return [each for each in found if event_id is None or each.event_id in (None, event_id)]

    # -- inside ------------------------------------------------------------------------------------

    def _load(self, plugins: Iterable[Plugin]) -> None:
        waiting = [plugin for plugin in plugins if plugin.state is State.ENABLED]
        if not waiting:
            return
        with self._loading:
            for plugin in waiting:
                if plugin.state is State.ENABLED:
                    self._registry.add(plugin)

    def _judged(self, found: Found, everything: list[Found]) -> Plugin:
        taken = clash(found, (other for other in everything if other.name == found.name))
        if taken:
            return Plugin(found, State.BLOCKED, taken)
        wrong = incompatible(found)
        if wrong:
            return Plugin(found, State.INCOMPATIBLE, wrong)
        return Plugin(found, *self._verdict(found))

    def _verdict(self, found: Found) -> tuple[State, str]:
        decided = self._consent.verdict(found)
        if decided[0] is State.DISABLED:
            return decided
        return self._limits.verdict(found) or decided

    def _named(self, name: str) -> Plugin:
        for plugin in self._plugins:
            if plugin.name == name:
                return plugin
        raise PluginNotFound(name, get_close_matches(name, [p.name for p in self._plugins]))

    def _owner(self, name: str) -> Plugin:
        for plugin in self._plugins:
            if plugin.name == name and plugin.state is State.LOADED:
                return plugin
        raise PluginError(name, f"The plugin '{name}' is not loaded any more.")

    def _notes(self, damaged: list[str]) -> list[str]:
        notes = list(damaged)
        if self._consent.trouble:
            notes.append(f"{self._consent.path} {self._consent.trouble}")
        known = {plugin.name for plugin in self._plugins}
        for name in sorted(self._limits.names() - known):
            notes.append(f"There is no plugin '{name}', which this run was told of.")
        return notes


def _views_of(plugin: Plugin) -> list[View]:
    found = plugin.found
    return [
        View(spec=spec, plugin=found.name, version=found.version, builtin=found.builtin)
        for spec in plugin.views
    ]


def _why_not(plugin: Plugin) -> str:
    found = plugin.found
    return (
        f"The plugin {found.name} {found.version} is not loaded ({plugin.state}): {plugin.reason}."
    )


def _latest(plugin: Plugin) -> Failure | None:
    return plugin.failures[-1] if plugin.failures else None

"""The plugins that there are, how far each has come, and loading those that are accepted."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from msgspec.structs import replace

from bakehouse.plugin import prefix_of
from core.errors import PluginNotFound
from core.places import config_file, state_folder
from plugins import bisecting
from plugins.blocking import NAME as BLOCK_LIST
from plugins.blocking import BlockList
from plugins.calls import Calls, quarantined
from plugins.consent import Consent, Limits, Only
from plugins.discovery import Found, clash, discover, incompatible
from plugins.memory import REGISTERING, TABLES, Memory
from plugins.registering import Plugin, Registry, ids_of
from plugins.settings import Held, Settings, described, keep_setting, read_settings, remembered
from plugins.singles import FOLDER, discover_files
from plugins.states import Failure, PluginError, Record, State
from plugins.timing import Helper


class Shelf:
    """Finds plugins and judges them by what is written about them; imports one when it is loaded.

    `calls` keeps account of what they do wrong, `memory` of what is known from earlier runs.
    """

    def __init__(
        self,
        only: Only,
        without: Collection[str],
        consent_file: Path | None,
        path: Sequence[str] | None,
        state: Path | None,
        patience: float,
    ) -> None:
        self._consent = Consent(consent_file or config_file().parent / "plugins.json")
        folder = self._consent.path.parent
        self.state_folder = state or state_folder()
        self.memory = Memory(self.state_folder / "plugins.json")
        self._search = bisecting.load(self.state_folder)
        self._limits = Limits.of(only, without, os.environ)
        self._blocked = BlockList(folder / BLOCK_LIST)
        installed, damaged = discover(path)
        files, odd = discover_files(folder / FOLDER)
        found = [*installed, *files]
        same_name: dict[str, list[Found]] = {}
        for each in found:
            same_name.setdefault(prefix_of(each.name), []).append(each)
        self.plugins = [self._judged(each, same_name[prefix_of(each.name)]) for each in found]
        self._by_name: dict[str, list[Plugin]] = {}
        for plugin in self.plugins:
            self._by_name.setdefault(plugin.name, []).append(plugin)
        self._registry = Registry(patience)
        self._loading = threading.RLock()
        self.calls = Calls(self.memory, patience)
        self.notes = self._notes([*damaged, *odd])

    def records(self) -> list[Record]:
        """Return what is known of every plugin, the built-in ones first; imports nothing."""
        return [self._record(plugin) for plugin in self.plugins]

    def record(self, name: str) -> Record:
        """Return what is known of one plugin; imports nothing. No such plugin: an error."""
        return self._record(self.named(name))

    def settings(self, name: str) -> Settings:
        """Return the settings of a plugin, for a list or a form; loads the plugin.

        Raises:
            PluginNotFound: No such plugin.
            PluginError: It is not loaded; says why.
        """
        plugin = self.loaded(name)
        plugin.settings = read_settings(name, plugin.offers.settings)
        return plugin.settings

    def known_settings(self, name: str) -> Settings:
        """Return the settings of a plugin as far as they are known; imports nothing."""
        plugin = self.named(name)
        if plugin.import_ms is not None:
            return plugin.settings
        try:
            schema = [remembered(each) for each in self.memory.of(plugin.found).get("settings", [])]
        except (KeyError, TypeError, ValueError, ArithmeticError):
            # Somebody has been at the file; the plugin tells its settings when it is next used.
            schema = []
        return read_settings(name, schema)

    def keep_setting(self, name: str, key: str, text: str | None) -> Held:
        """Keep what a person typed for a setting, or its default again; it counts at once.

        The plugin is loaded only where its settings are not known yet.

        Raises:
            PluginNotFound: No such plugin.
            PluginError: Its settings are not known, and it is not loaded; says why.
            SettingNotFound: No such setting.
            UnreadableArgument: It is no value of this setting.
            BadFile: The config file cannot be written.
        """
        known = self.known_settings(name)
        held = (known if known.held else self.settings(name)).of(key)
        keep_setting(name, held.setting, text)
        if self.named(name).state is State.LOADED:
            return self.settings(name).of(key)
        return read_settings(name, [held.setting]).of(key)

    def suggested_keys(self) -> dict[str, str]:
        """Return the key of each view that suggests one, as far as known; imports nothing."""
        return {
            view_id: str(key)
            for plugin in self.plugins
            if plugin.state in (State.ENABLED, State.LOADED)
            for view_id, key in self.memory.of(plugin.found).get("keys", {}).items()
        }

    def enable(self, name: str) -> Record:
        """Accept a plugin for good; it is imported when it is next needed.

        Raises:
            PluginNotFound: No such plugin.
            PluginError: It cannot be used, whatever the user decides.
            BadFile: The decision cannot be kept.
        """
        plugin = self.named(name)
        with self._loading:
            if plugin.state in (State.BLOCKED, State.INCOMPATIBLE):
                raise PluginError(name, f"The plugin '{name}' cannot be used: {plugin.reason}.")
            self._consent.enable(plugin.found)
            self.calls.give_another_try(plugin)
            if plugin.state is not State.LOADED:
                plugin.state, plugin.reason = self._verdict(plugin.found)
        return self._record(plugin)

    def disable(self, name: str) -> Record:
        """Turn a plugin off for good, and take back what it offered.

        Raises:
            PluginNotFound: No such plugin.
            BadFile: The decision cannot be kept.
        """
        plugin = self.named(name)
        with self._loading:
            self._consent.disable(name)
            if plugin.state not in (State.BLOCKED, State.INCOMPATIBLE):
                self._registry.remove(plugin)
                plugin.state, plugin.reason = self._verdict(plugin.found)
        return self._record(plugin)

    def may_have_tables(self, plugin: Plugin) -> bool:
        """Return whether a plugin has tables, or is not known well enough; imports nothing."""
        if plugin.found.builtin:
            return False
        if plugin.import_ms is not None:
            return bool(plugin.offers.tables)
        offers = self.memory.of(plugin.found).get("offers")
        return offers is None or "tables" in offers

    def fail(self, plugin: Plugin, error: Exception, *, stopped: bool = False) -> Failure:
        """Take back what a plugin offered, since it cannot be used after all.

        One that had to be stopped is left out: it would hold up every start as long.
        """
        message = str(error)
        with self._loading:
            self._registry.remove(plugin)
            failure = replace(plugin.failure(message, error.__cause__), stopped=stopped)
            plugin.state, plugin.reason = State.FAILED, message
            if stopped:
                plugin.state, plugin.reason = State.QUARANTINED, quarantined(plugin.name, message)
                self.memory.note(plugin.found, quarantined=message)
            plugin.failures.append(failure)
            self.memory.failed(plugin.found, TABLES, message)
        return failure

    # -- inside ------------------------------------------------------------------------------------

    def load(self, plugins: Iterable[Plugin]) -> None:
        """Import and register those of the plugins that are accepted and wait for it."""
        waiting = [plugin for plugin in plugins if plugin.state is State.ENABLED]
        if not waiting:
            return
        with self._loading, Helper() as helper:
            for plugin in waiting:
                if plugin.state is State.ENABLED:
                    self._registry.add(plugin, helper)
                    self._after_loading(plugin)

    def _after_loading(self, plugin: Plugin) -> None:
        plugin.settings = read_settings(plugin.name, plugin.offers.settings)
        if plugin.found.builtin:
            return
        if plugin.state is not State.LOADED:
            self.memory.failed(plugin.found, REGISTERING, plugin.reason)
            return
        offers = ids_of(plugin.offers)
        there = {each for ids in offers.values() for each in ids}
        if plugin.offers.tables:
            there.add(TABLES)
        self.memory.worked(plugin.found, *(self.memory.failures(plugin.found).keys() - there))
        self.memory.note(
            plugin.found,
            offers=offers or None,
            keys={view.id: view.key for view in plugin.offers.views if view.key} or None,
            deprecated=list(plugin.deprecated) or None,
            settings=[described(each) for each in plugin.offers.settings] or None,
        )

    def _record(self, plugin: Plugin) -> Record:
        record = replace(plugin.record(), last_failures=self._last_failures(plugin.found))
        if plugin.import_ms is not None:
            return record
        told = self.memory.of(plugin.found)
        return replace(
            record,
            offers=told.get("offers", {}),
            deprecated=tuple(told.get("deprecated", ())),
        )

    def _last_failures(self, found: Found) -> tuple[Failure, ...]:
        return tuple(
            Failure(
                plugin=found.name,
                version=found.version,
                view="" if what in (REGISTERING, TABLES) else what,
                message=why,
            )
            for what, why in self.memory.failures(found).items()
        )

    def _judged(self, found: Found, same_name: list[Found]) -> Plugin:
        taken = clash(found, same_name)
        if taken:
            return Plugin(found, State.BLOCKED, taken)
        harmful = self._blocked.reason(found)
        if harmful:
            return Plugin(found, State.BLOCKED, harmful)
        wrong = incompatible(found)
        if wrong:
            return Plugin(found, State.INCOMPATIBLE, wrong)
        return Plugin(found, *self._verdict(found))

    def _verdict(self, found: Found) -> tuple[State, str]:
        decided = self._consent.verdict(found)
        if decided[0] is State.DISABLED:
            return decided
        verdict = self._limits.verdict(found) or decided
        if verdict[0] is not State.ENABLED or found.builtin:
            return verdict
        if self._search is not None and found.name in self._search.left_out:
            return State.DISABLED, "left out while looking for trouble: `bakehouse plugins bisect`"
        message = self.memory.of(found).get("quarantined")
        if message is not None:
            return State.QUARANTINED, quarantined(found.name, str(message))
        return verdict

    def named(self, name: str) -> Plugin:
        """Return a plugin by name. Raises `PluginNotFound`."""
        for plugin in self._by_name.get(name, ()):
            return plugin
        raise PluginNotFound(name, get_close_matches(name, [p.name for p in self.plugins]))

    def loaded(self, name: str) -> Plugin:
        """Load a plugin and return it. Raises `PluginNotFound`, `PluginError`."""
        plugin = self.named(name)
        self.load([plugin])
        if plugin.state is not State.LOADED:
            raise PluginError(name, why_not(plugin), latest(plugin))
        return plugin

    def usable(self, name: str) -> Plugin:
        """Return a plugin whose registration holds. Raises `PluginError`."""
        for plugin in self._by_name.get(name, ()):
            if plugin.state in (State.LOADED, State.QUARANTINED):
                return plugin
        raise PluginError(name, f"The plugin '{name}' is not loaded any more.")

    def _notes(self, damaged: list[str]) -> list[str]:
        notes = list(damaged)
        if self._consent.trouble:
            notes.append(f"{self._consent.path} {self._consent.trouble}")
        if self._blocked.trouble:
            notes.append(self._blocked.trouble)
        known = {plugin.name for plugin in self.plugins}
        for name in sorted(self._limits.names() - known):
            notes.append(f"There is no plugin '{name}', which this run was told of.")
        return notes


def why_not(plugin: Plugin) -> str:
    """Return why a plugin is not loaded."""
    found = plugin.found
    return (
        f"The plugin {found.name} {found.version} is not loaded ({plugin.state}): {plugin.reason}."
    )


def latest(plugin: Plugin) -> Failure | None:
    """Return what a plugin did wrong last."""
    return plugin.failures[-1] if plugin.failures else None

"""Importing plugins and asking them what they offer, each guarded from the others."""

from __future__ import annotations

import inspect
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from types import ModuleType
from typing import Any

from msgspec import Struct, field
from pluggy import HookspecMarker, PluginManager

from bakehouse._deprecation import noting
from bakehouse.plugin import (
    CheckSpec,
    ExporterSpec,
    ImporterSpec,
    Setting,
    TablesSpec,
    ViewSpec,
    hidden_hook,
    unknown_hook,
)
from plugins.discovery import Found
from plugins.failing import describe, traceback_of
from plugins.rows import refuse_others_actions
from plugins.settings import Settings
from plugins.states import Failure, Offers, Record, State
from plugins.timing import Helper

MOST = 1000
"""More specs than this from one hook are taken for an endless generator."""
REGISTER_SECONDS = 10.0
"""How long a plugin's module may take to be imported, and its hooks to answer."""

NOTHING = Offers()
NO_SETTINGS = Settings()

_hookspec = HookspecMarker("bakehouse")


class _Hooks:
    @_hookspec
    def views(self) -> Iterable[ViewSpec]:
        """Return the views that the plugin offers."""
        raise NotImplementedError

    @_hookspec
    def checks(self) -> Iterable[CheckSpec]:
        """Return the checks that the plugin offers."""
        raise NotImplementedError

    @_hookspec
    def importers(self) -> Iterable[ImporterSpec]:
        """Return the formats that the plugin reads."""
        raise NotImplementedError

    @_hookspec
    def exporters(self) -> Iterable[ExporterSpec]:
        """Return the formats that the plugin writes."""
        raise NotImplementedError

    @_hookspec
    def settings(self) -> Iterable[Setting]:
        """Return the settings of the plugin."""
        raise NotImplementedError

    @_hookspec
    def tables(self) -> Iterable[TablesSpec]:
        """Return the tables of the plugin."""
        raise NotImplementedError


_KINDS: dict[str, type] = {
    "views": ViewSpec,
    "checks": CheckSpec,
    "importers": ImporterSpec,
    "exporters": ExporterSpec,
    "settings": Setting,
    "tables": TablesSpec,
}


class Plugin(Struct, eq=False):
    """A plugin and how far it has come. `tries` counts its failures since it was tried anew."""

    found: Found
    state: State
    reason: str
    import_ms: float | None = None
    slowest_ms: float | None = None
    offers: Offers = NOTHING
    failures: deque[Failure] = field(default_factory=lambda: deque(maxlen=20))
    deprecated: dict[str, None] = field(default_factory=dict)
    settings: Settings = NO_SETTINGS
    tries: int = 0

    @property
    def name(self) -> str:
        """Return the name of its entry point."""
        return self.found.name

    def failure(self, message: str, error: BaseException | None = None) -> Failure:
        """Return a failure of the plugin as a whole."""
        return Failure(
            plugin=self.name,
            version=self.found.version,
            message=message,
            traceback_text="" if error is None else traceback_of(error),
        )

    def record(self) -> Record:
        """Return what is known of it now."""
        return Record(
            name=self.name,
            version=self.found.version,
            distribution=self.found.distribution,
            module=self.found.module,
            single_file=self.found.file is not None,
            state=self.state,
            reason=self.reason,
            builtin=self.found.builtin,
            import_ms=self.import_ms,
            slowest_ms=self.slowest_ms,
            views=self.offers.views,
            checks=self.offers.checks,
            failures=tuple(self.failures),
            offers=ids_of(self.offers),
            deprecated=tuple(self.deprecated),
        )


def ids_of(offers: Offers) -> dict[str, list[str]]:
    """Return the ids, or keys, of what is offered, by hook; hooks without any are left out."""
    named = {
        hook: [spec.key if isinstance(spec, Setting) else spec.id for spec in getattr(offers, hook)]
        for hook in offers.__struct_fields__
    }
    return {hook: ids for hook, ids in named.items() if ids}


class Registry:
    """The plugins that are registered, and whose each id is."""

    def __init__(self, patience: float = 1) -> None:
        self._seconds = REGISTER_SECONDS * patience
        self._manager = PluginManager("bakehouse")
        self._manager.add_hookspecs(_Hooks)
        self._owners: dict[tuple[type, str], str] = {}

    def add(self, plugin: Plugin, helper: Helper) -> None:
        """Import a plugin and take what it offers: all of it, or it has failed."""
        # Ours end; another thread for theirs is what an endless loop costs.
        run = _at_once if plugin.found.builtin else partial(helper.run, self._seconds)
        doing = "cannot be imported"
        started = time.perf_counter()
        # Whatever a plugin raises costs that plugin only; Ctrl-C goes through.
        try:
            plugin.deprecated = {}
            with noting(plugin.deprecated):
                module = run(plugin.found.entry.load)
                plugin.import_ms = (time.perf_counter() - started) * 1000
                doing = "cannot be registered"
                _refuse_hidden(module)
                self._manager.register(module, name=plugin.name)
                offered = run(lambda: {hook: self._ask(plugin, hook) for hook in _KINDS})
            self._take(plugin, offered)
            self._refuse_unknown_hooks(module)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.remove(plugin)
            plugin.state = State.FAILED
            plugin.reason = f"{doing}: {describe(error)}"
            plugin.failures.append(plugin.failure(plugin.reason, error))
        else:
            plugin.state, plugin.reason = State.LOADED, ""

    def remove(self, plugin: Plugin) -> None:
        """Take back what a plugin offered."""
        if self._manager.has_plugin(plugin.name):
            self._manager.unregister(name=plugin.name)
        self._owners = {key: who for key, who in self._owners.items() if who != plugin.name}
        plugin.offers = Offers()

    def _ask(self, plugin: Plugin, hook: str) -> list[Any]:
        specs: list[Any] = []
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            if implementation.plugin_name != plugin.name:
                continue
            if implementation.wrapper or implementation.hookwrapper:
                raise TypeError(f"{hook}: hook wrappers are not offered to plugins")
            specs += _consume(implementation.function, hook)
        return specs

    def _take(self, plugin: Plugin, offered: dict[str, list[Any]]) -> None:
        if len(offered["tables"]) > 1:
            raise ValueError("tables: a plugin has one TablesSpec")
        for hook, specs in offered.items():
            kind = _KINDS[hook]
            for spec in specs:
                if kind is Setting:
                    self._own(plugin.name, kind, f"{plugin.name}.{spec.key}")
                else:
                    self._own(plugin.name, kind, spec.id)
        for view in offered["views"]:
            refuse_others_actions(plugin.name, view.actions)
        plugin.offers = Offers(**{hook: tuple(specs) for hook, specs in offered.items()})

    def _own(self, name: str, kind: type, spec_id: str) -> None:
        if spec_id != name and not spec_id.startswith(f"{name}."):
            raise ValueError(
                f"{kind.__name__} '{spec_id}': the id must be '{name}' or begin with '{name}.'"
            )
        owner = self._owners.get((kind, spec_id))
        if owner is not None:
            whose = "twice" if owner == name else f"already, by the plugin {owner}"
            raise ValueError(f"{kind.__name__} '{spec_id}' is there {whose}")
        self._owners[kind, spec_id] = name

    def _refuse_unknown_hooks(self, module: object) -> None:
        for caller in self._manager.get_hookcallers(module) or ():
            optional = all(
                each.optionalhook for each in caller.get_hookimpls() if each.plugin is module
            )
            if not caller.has_spec() and not optional:
                raise ValueError(unknown_hook(caller.name))


def _at_once(work: Callable[[], Any]) -> Any:
    return work()


def _refuse_hidden(module: object) -> None:
    hidden = hidden_hook(module) if isinstance(module, ModuleType) else None
    if hidden is not None:
        raise ValueError(hidden)


def _consume(function: Callable[[], Any], hook: str) -> list[Any]:
    """Call a hook and read all it returns, so that every error is this plugin's."""
    result = function()
    kind = _KINDS[hook]
    wanted = f"must return a list of {kind.__name__}"
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError(f"{hook} {wanted} and must not be async")
    if isinstance(result, str | bytes) or not isinstance(result, Iterable):
        raise TypeError(f"{hook} {wanted}, not {type(result).__name__}")
    specs = list(islice(result, MOST + 1))
    if len(specs) > MOST:
        raise ValueError(f"{hook} returned more than {MOST} specs")
    for spec in specs:
        if not isinstance(spec, kind):
            raise TypeError(f"{hook} {wanted}, but one is {type(spec).__name__}")
    return specs

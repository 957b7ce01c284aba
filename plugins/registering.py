"""Importing plugins and asking them what they offer, each guarded from the others."""

from __future__ import annotations

import inspect
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from pluggy import HookspecMarker, PluginManager

from bakehouse.plugin import CheckSpec, ViewSpec, unknown_hook
from plugins.discovery import Found
from plugins.failing import describe, traceback_of
from plugins.states import Failure, Record, State

MOST = 1000
"""More specs than this from one hook are taken for an endless generator."""

_hookspec = HookspecMarker("bakehouse")

Spec = TypeVar("Spec", ViewSpec, CheckSpec)


class _Hooks:
    @_hookspec
    def views(self) -> Iterable[ViewSpec]:
        """Return the views that the plugin offers."""
        raise NotImplementedError

    @_hookspec
    def checks(self) -> Iterable[CheckSpec]:
        """Return the checks that the plugin offers."""
        raise NotImplementedError


@dataclass(eq=False)
class Plugin:
    """A plugin and how far it has come."""

    found: Found
    state: State
    reason: str
    import_ms: float | None = None
    slowest_ms: float | None = None
    views: tuple[ViewSpec, ...] = ()
    checks: tuple[CheckSpec, ...] = ()
    failures: deque[Failure] = field(default_factory=lambda: deque(maxlen=20))

    @property
    def name(self) -> str:
        """Return the name of its entry point."""
        return self.found.name

    def record(self) -> Record:
        """Return what is known of it now."""
        return Record(
            name=self.name,
            version=self.found.version,
            distribution=self.found.distribution,
            state=self.state,
            reason=self.reason,
            builtin=self.found.builtin,
            import_ms=self.import_ms,
            slowest_ms=self.slowest_ms,
            views=self.views,
            checks=self.checks,
            failures=tuple(self.failures),
        )


class Registry:
    """The plugins that are registered, and whose each id is."""

    def __init__(self) -> None:
        self._manager = PluginManager("bakehouse")
        self._manager.add_hookspecs(_Hooks)
        self._owners: dict[tuple[type, str], str] = {}

    def add(self, plugin: Plugin) -> None:
        """Import a plugin and take what it offers: all of it, or it has failed."""
        doing = "cannot be imported"
        started = time.perf_counter()
        # Whatever a plugin raises costs that plugin only; Ctrl-C goes through.
        try:
            module = plugin.found.entry.load()
            plugin.import_ms = (time.perf_counter() - started) * 1000
            doing = "cannot be registered"
            self._manager.register(module, name=plugin.name)
            plugin.views = self._collect(plugin, "views", ViewSpec)
            plugin.checks = self._collect(plugin, "checks", CheckSpec)
            self._refuse_unknown_hooks(module)
        except (Exception, SystemExit) as error:
            self.remove(plugin)
            plugin.state = State.FAILED
            plugin.reason = f"{doing}: {describe(error)}"
            plugin.failures.append(
                Failure(
                    plugin=plugin.name,
                    version=plugin.found.version,
                    message=plugin.reason,
                    traceback_text=traceback_of(error),
                )
            )
        else:
            plugin.state, plugin.reason = State.LOADED, ""

    def remove(self, plugin: Plugin) -> None:
        """Take back what a plugin offered."""
        if self._manager.has_plugin(plugin.name):
            self._manager.unregister(name=plugin.name)
        self._owners = {key: who for key, who in self._owners.items() if who != plugin.name}
        plugin.views, plugin.checks = (), ()

    def _collect(self, plugin: Plugin, hook: str, kind: type[Spec]) -> tuple[Spec, ...]:
        specs: list[Spec] = []
        caller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            if implementation.plugin_name != plugin.name:
                continue
            if implementation.wrapper or implementation.hookwrapper:
                raise TypeError(f"{hook}: hook wrappers are not offered to plugins")
            specs += _consume(implementation.function, hook, kind)
        for spec in specs:
            self._own(plugin.name, kind, spec.id)
        return tuple(specs)

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


def _consume(function: Callable[[], Any], hook: str, kind: type[Spec]) -> list[Spec]:
    """Call a hook and read all it returns, so that every error is this plugin's."""
    result = function()
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

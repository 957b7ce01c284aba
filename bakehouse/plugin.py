"""The public plugin API: what a plugin registers with, and what its views return.

A plugin is a module named by an entry point of the group `bakehouse.plugins`. It registers with
the six hooks of `contribute`; implementations are named as `"module:function"` and imported on
first use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from inspect import isroutine, unwrap
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from pluggy import HookimplMarker

from bakehouse._cells import Amount, Cell, Money, Number
from bakehouse._context import (
    Argument,
    ChangeSet,
    Deadline,
    DeadlineError,
    Finding,
    Source,
    Step,
    ViewContext,
)
from bakehouse._deprecation import ApiDeprecationWarning
from bakehouse._settings import Setting, SettingKind, SettingValue
from bakehouse._specs import (
    Action,
    Area,
    CheckSpec,
    ExporterSpec,
    ImporterSpec,
    TablesSpec,
    ViewSpec,
    prefix_of,
)
from bakehouse._tables import Align, Column, ColumnKind, Edit, Ref, RefKind, Row, RowStyle, Table
from bakehouse._view_data import (
    Chart,
    ChartKind,
    Markdown,
    Part,
    Sections,
    Series,
    ViewData,
)

__all__ = [
    "Action",
    "Align",
    "Amount",
    "ApiDeprecationWarning",
    "Area",
    "Argument",
    "Cell",
    "ChangeSet",
    "Chart",
    "ChartKind",
    "CheckSpec",
    "Column",
    "ColumnKind",
    "Deadline",
    "DeadlineError",
    "Edit",
    "ExporterSpec",
    "Finding",
    "ImporterSpec",
    "Markdown",
    "Money",
    "Number",
    "Part",
    "Ref",
    "RefKind",
    "Row",
    "RowStyle",
    "Sections",
    "Series",
    "Setting",
    "SettingKind",
    "SettingValue",
    "Source",
    "Step",
    "Table",
    "TablesSpec",
    "ViewContext",
    "ViewData",
    "ViewSpec",
    "contribute",
    "prefix_of",
]

_hookimpl = HookimplMarker("bakehouse")

Views = TypeVar("Views", bound=Callable[[], Iterable[ViewSpec]])
Checks = TypeVar("Checks", bound=Callable[[], Iterable[CheckSpec]])
Importers = TypeVar("Importers", bound=Callable[[], Iterable[ImporterSpec]])
Exporters = TypeVar("Exporters", bound=Callable[[], Iterable[ExporterSpec]])
Settings = TypeVar("Settings", bound=Callable[[], Iterable[Setting]])
Tables = TypeVar("Tables", bound=Callable[[], Iterable[TablesSpec]])
Function = TypeVar("Function", bound=Callable[..., object])

_REMEMBERED = "__bakehouse_hooks__"
"""Where a module keeps the functions that were decorated in it."""


class _Contribute:
    """The hooks, as decorators that a type checker understands. Each function takes nothing."""

    __slots__ = ()

    @staticmethod
    def _to(hook: str, function: Function) -> Function:
        """Mark a function as one of a hook, and have its module remember it."""
        getattr(function, "__globals__", {}).setdefault(_REMEMBERED, []).append(function)
        return _hookimpl(function, specname=hook)

    def views(self, function: Views) -> Views:
        """Offer views."""
        return self._to("views", function)

    def checks(self, function: Checks) -> Checks:
        """Offer checks, whose findings join the problems list."""
        return self._to("checks", function)

    def importers(self, function: Importers) -> Importers:
        """Offer formats of files that can be imported."""
        return self._to("importers", function)

    def exporters(self, function: Exporters) -> Exporters:
        """Offer formats of files that can be exported."""
        return self._to("exporters", function)

    def settings(self, function: Settings) -> Settings:
        """Declare the plugin's settings."""
        return self._to("settings", function)

    def tables(self, function: Tables) -> Tables:
        """Declare the plugin's tables; one spec."""
        return self._to("tables", function)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise AttributeError(unknown_hook(name))


contribute = _Contribute()

HOOKS = ("checks", "exporters", "importers", "settings", "tables", "views")
"""The names of the hooks."""


def hidden_hook(module: ModuleType) -> str | None:
    """Return what to say about a function of a hook that its module has lost, or None."""
    kept = {id(unwrap(value)) for value in vars(module).values() if isroutine(value)}
    for function in vars(module).get(_REMEMBERED, ()):
        if id(unwrap(function)) not in kept:
            name = function.__name__
            other = vars(module).get(name)
            hidden = (
                f"the module '{other.__name__}'" if isinstance(other, ModuleType) else "another"
            )
            return (
                f"its function '{name}' is hidden by {hidden} of the same name; rename one of them"
            )
    return None


def unknown_hook(name: str) -> str:
    """Return what to say about a hook that there is not."""
    near = get_close_matches(name, HOOKS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(HOOKS)}."
    return f"there is no hook '{name}'; {hint}"

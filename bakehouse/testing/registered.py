"""What a host takes of the plugin under test, and what its specs name that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import TYPE_CHECKING

from bakehouse.testing.installed import name_of

if TYPE_CHECKING:
    from bakehouse.plugin import Action, TablesSpec
    from plugins.host import Offers

PATIENCE = 10
"""How many times longer than for people things may take before the host stops them."""
FUNCTIONS = ("load", "show", "check", "read", "sniff", "write")
"""The fields of specs that name something as `"module:function"`."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What a plugin offers, or in the host's words why nothing of it was taken."""

    offers: Offers
    refusal: str = ""


@cache
def registered(plugin: ModuleType) -> Registered:
    """Return what a host that knows nothing of the user's takes of a plugin; asked once."""
    from plugins.host import Host, Offers, PluginError

    with TemporaryDirectory() as folder:
        state = Path(folder)
        try:
            name = name_of(plugin)
            host = Host([name], consent_file=state / "config", state=state, patience=PATIENCE)
            return Registered(host.offers(name))
        except (LookupError, PluginError) as error:
            return Registered(Offers(), str(error))


def missing(offers: Offers) -> list[str]:
    """Return what the specs of a plugin name that is not there, each with the spec it is of."""
    hooks = (offers.views, offers.checks, offers.importers, offers.exporters)
    functions = (
        f"{spec.id}: {field}={reference!r} {wrong}"
        for specs in hooks
        for spec in specs
        for field in FUNCTIONS
        if (reference := getattr(spec, field, None)) and (wrong := _wrong_function(reference))
    )
    actions = (
        f"{view.id}: action {action.id!r}: {wrong}"
        for view in offers.views
        for action in view.actions
        for wrong in _wrong_command(action)
    )
    return [*functions, *actions, *(told for spec in offers.tables for told in _wrong_tables(spec))]


def _wrong_function(reference: str) -> str:
    module, _, name = reference.partition(":")
    try:
        function = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        return f"cannot be imported: {error}"
    return "" if callable(function) else "is no function"


def _wrong_command(action: Action) -> Iterator[str]:
    from core.errors import RuleBroken
    from tui.screens.form.words import read_words

    try:
        read_words(action.command)
    except RuleBroken as error:
        yield str(error)


def _wrong_tables(spec: TablesSpec) -> Iterator[str]:
    try:
        found = find_spec(spec.migrations)
    except ImportError:
        found = None
    if found is None or not found.submodule_search_locations:
        yield f"{spec.id}: migrations={spec.migrations!r} is no package"

"""The name of the plugin under test."""

from __future__ import annotations

from importlib.metadata import entry_points
from types import ModuleType

GROUP = "bakehouse.plugins"


def name_of(plugin: ModuleType) -> str:
    """Return the name of the entry point of a plugin.

    Raises:
        LookupError: It is not installed; a plugin is tested as people will have it.
    """
    for entry in entry_points(group=GROUP):
        if entry.value == plugin.__name__:
            return entry.name
    raise LookupError(
        f"No installed plugin is the module {plugin.__name__}. Install yours into this "
        f"environment (pip install -e .) with an entry point in the group {GROUP}."
    )

"""What the plugin host tells others: states, views, results and failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bakehouse.plugin import CheckSpec, ViewData, ViewSpec
from core.errors import Refused


class State(StrEnum):
    """How far a plugin has come."""

    DISCOVERED = "discovered"
    """Found and not accepted yet: its code is not touched."""
    ENABLED = "enabled"
    """Accepted; imported when it is first needed."""
    INCOMPATIBLE = "incompatible"
    """Asks for another version of Bakehouse."""
    BLOCKED = "blocked"
    """Its name is taken by another plugin."""
    DISABLED = "disabled"
    """Turned off, or left out of this run."""
    FAILED = "failed"
    """Could not be imported or registered."""
    LOADED = "loaded"
    """Registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a plugin did wrong once.

    Attributes:
        plugin: The plugin's name.
        version: Its version.
        view: The id of the view or check, or nothing where the plugin could not be registered.
        message: What happened, for people.
        traceback_text: For the plugin's author; without the values of variables.
        stopped: It went past its hard limit.
        session_lost: It broke the session, which has been closed: start again on a new one.
    """

    plugin: str
    version: str
    view: str = ""
    message: str
    traceback_text: str = ""
    stopped: bool = False
    session_lost: bool = False

    def __str__(self) -> str:
        who = f"Plugin {self.plugin} {self.version}"
        return f"{who}, {self.view}: {self.message}" if self.view else f"{who}: {self.message}"


class PluginError(Refused):
    """A plugin that cannot be used, or that failed; `failure` says more where there is one."""

    def __init__(self, plugin: str, message: str, failure: Failure | None = None) -> None:
        self.plugin = plugin
        self.failure = failure
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view and the plugin it belongs to."""

    spec: ViewSpec
    plugin: str
    version: str
    builtin: bool

    @property
    def id(self) -> str:
        """Return the view's id."""
        return self.spec.id

    @property
    def title(self) -> str:
        """Return the view's title."""
        return self.spec.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a view returned: all of it from one revision.

    `slow` means longer than its budget.
    """

    view: View
    data: ViewData
    revision: int
    as_of: date
    ms: float
    slow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of one plugin at one moment.

    `import_ms` is None until it has been imported, `slowest_ms` until one of its views was loaded.
    """

    name: str
    version: str
    distribution: str
    state: State
    reason: str
    builtin: bool
    import_ms: float | None
    slowest_ms: float | None
    views: tuple[ViewSpec, ...]
    checks: tuple[CheckSpec, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyClash:
    """A key that several views suggest; `kept_by` is empty where the program keeps it."""

    key: str
    kept_by: str
    lost_by: tuple[str, ...]

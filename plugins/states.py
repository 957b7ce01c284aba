"""What the plugin host tells others: states, views, results and failures."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from bakehouse.plugin import (
    CheckSpec,
    ExporterSpec,
    ImporterSpec,
    Setting,
    TablesSpec,
    ViewData,
    ViewSpec,
)
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
    """Its name is taken by another plugin, or this version is known to do harm."""
    DISABLED = "disabled"
    """Turned off, or left out of this run."""
    FAILED = "failed"
    """Could not be imported or registered."""
    LOADED = "loaded"
    """Registered."""
    QUARANTINED = "quarantined"
    """Failed again and again: left out until it is tried anew, or another version comes."""


class Failure(Struct, frozen=True, kw_only=True):
    """What a plugin did wrong once.

    Attributes:
        plugin: The plugin's name.
        version: Its version.
        view: The id of the view or check, or nothing where the plugin could not be registered.
        message: What happened, for people.
        traceback_text: For the plugin's author; without the values of variables.
        stopped: It went past its hard limit.
        session_lost: It broke the session, which has been closed: start again on a new one.
        quarantined: It was not even tried: the plugin is left out until somebody tries it anew.
        bad_file: The plugin found something wrong in the file it was given; no fault of its own.
    """

    plugin: str
    version: str
    view: str = ""
    message: str
    traceback_text: str = ""
    stopped: bool = False
    session_lost: bool = False
    quarantined: bool = False
    bad_file: bool = False

    def __str__(self) -> str:
        return f"{_who(self.plugin, self.version, self.view)}: {self.message}"


class PluginError(Refused):
    """A plugin that cannot be used, or that failed; `failure` says more where there is one."""

    def __init__(self, plugin: str, message: str, failure: Failure | None = None) -> None:
        self.plugin = plugin
        self.failure = failure
        super().__init__(message)


class View(Struct, frozen=True, kw_only=True):
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

    @property
    def source(self) -> str:
        """Return whose it is, for messages."""
        return _who(self.plugin, self.version, self.id)


class Loaded(Struct, frozen=True, kw_only=True):
    """What a view returned: all of it from one revision.

    `slow` means longer than its budget. `own` is what `load` returned for the view's own widget,
    where it has one; `data` then is the same without a screen.
    """

    view: View
    data: ViewData
    revision: int
    as_of: date
    ms: float
    slow: bool
    own: object = None


class Offers(Struct, frozen=True, kw_only=True):
    """What a plugin has registered."""

    views: tuple[ViewSpec, ...] = ()
    checks: tuple[CheckSpec, ...] = ()
    importers: tuple[ImporterSpec, ...] = ()
    exporters: tuple[ExporterSpec, ...] = ()
    settings: tuple[Setting, ...] = ()
    tables: tuple[TablesSpec, ...] = ()


class Importer(Struct, frozen=True, kw_only=True):
    """A format that can be imported, and the plugin it belongs to."""

    spec: ImporterSpec
    plugin: str
    version: str

    @property
    def id(self) -> str:
        """Return the format's id."""
        return self.spec.id

    @property
    def title(self) -> str:
        """Return the format's title."""
        return self.spec.title


class Exporter(Struct, frozen=True, kw_only=True):
    """A format that can be exported, and the plugin it belongs to."""

    spec: ExporterSpec
    plugin: str
    version: str

    @property
    def id(self) -> str:
        """Return the format's id."""
        return self.spec.id

    @property
    def title(self) -> str:
        """Return the format's title."""
        return self.spec.title


class Record(Struct, frozen=True, kw_only=True):
    """What is known of one plugin at one moment.

    `distribution` is what it was installed with, or the path of a single file. `import_ms` is None
    until it has been imported, `slowest_ms` until one of its views was loaded.
    `offers` lists ids by hook, and `deprecated` what it uses of the API that will stop; both are
    remembered from the last run of this version where it has not been loaded in this one.
    `last_failures` is what failed when it was last used, in this run or another, and has not worked
    since.
    """

    name: str
    version: str
    distribution: str
    module: str
    single_file: bool
    state: State
    reason: str
    builtin: bool
    import_ms: float | None
    slowest_ms: float | None
    views: tuple[ViewSpec, ...]
    checks: tuple[CheckSpec, ...]
    failures: tuple[Failure, ...]
    offers: dict[str, list[str]]
    deprecated: tuple[str, ...]
    last_failures: tuple[Failure, ...] = ()

    @property
    def when_last_used(self) -> list[str]:
        """What failed when it was last used, each in one line."""
        told = (
            f"{failure.view}: {failure.message}" if failure.view else failure.message
            for failure in self.last_failures
        )
        return [" ".join(each.split()) for each in told]


class KeyClash(Struct, frozen=True, kw_only=True):
    """A key that several views suggest; `kept_by` is empty where the program keeps it."""

    key: str
    kept_by: str
    lost_by: tuple[str, ...]


def _who(plugin: str, version: str, view: str) -> str:
    who = f"Plugin {plugin} {version}"
    return f"{who}, {view}" if view else who

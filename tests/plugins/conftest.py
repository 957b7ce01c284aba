"""Installing plugins for a test: real modules and real `*.dist-info` folders."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from bakehouse import __version__
from plugins.host import Host

ROOT = Path(__file__).parents[2]


class Site:
    """A folder to install plugins into, and hosts that look only there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.consent_file = folder.parent / "config" / "plugins.json"
        self.state = folder.parent / "state"

    def install(
        self,
        name: str,
        registers: str = "",
        *,
        view: str = "",
        distribution: str | None = None,
        version: str = "1.0",
        requires: Sequence[str] = (),
    ) -> str:
        """Install a plugin whose module registers so, with a module `view` in it."""
        package = "plugin_" + name.replace("-", "_")
        folder = self.folder / package
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").write_text(dedent(registers))
        (folder / "view.py").write_text(dedent(view))
        self.distribute(distribution or f"bakehouse-{name}", {name: package}, version, requires)
        return package

    def offer(self, name: str, load: str, *, spec: str = "", **more: str) -> str:
        """Install a plugin with one view of the same name, whose `load` has this body."""
        package = "plugin_" + name.replace("-", "_")
        registers = f"""
            from bakehouse.plugin import Area, CheckSpec, ViewSpec, contribute

            @contribute.views
            def views():
                return [ViewSpec(id="{name}", title="{name}", area=Area.KITCHEN,
                                 load="{package}.view:load", {spec})]
        """
        view = "import sys\nimport time\nfrom bakehouse.plugin import *\n"
        view += "TABLE = Table([Column('what')], [('fine',)])\n"
        view += dedent(load)
        return self.install(name, registers, view=view, **more)

    def distribute(
        self,
        distribution: str,
        plugins: dict[str, str],
        version: str = "1.0",
        requires: Sequence[str] = (),
    ) -> Path:
        """Write the metadata of a distribution."""
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        metadata = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}"]
        metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
        (info / "METADATA").write_text("\n".join(metadata) + "\n")
        lines = ["[bakehouse.plugins]", *(f"{name} = {at}" for name, at in plugins.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
        importlib.invalidate_caches()
        return info

    def with_builtins(self) -> Site:
        """Install the built-in plugins."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        points = project["project"]["entry-points"]["bakehouse.plugins"]
        self.distribute("bakehouse", points, __version__)
        return self

    def host(self, only: object = "all", **more: object) -> Host:
        """Give a host that sees what is installed here, by default without asking."""
        return Host(
            only,  # type: ignore[arg-type]
            path=[str(self.folder)],
            consent_file=self.consent_file,
            state=self.state,
            **more,  # type: ignore[arg-type]
        )


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give an empty folder to install plugins into; nothing of it stays imported."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield Site(folder)
    for name in [name for name in sys.modules if name.startswith("plugin_")]:
        del sys.modules[name]

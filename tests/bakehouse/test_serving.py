"""`bakehouse serve`: the screen in a browser, where textual-serve is installed."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.bakehouse.conftest import Cli


class Server:
    """Stands for the server of textual-serve, which the tests do not install."""

    started: list[tuple[str, dict[str, Any]]] = []

    def __init__(self, command: str, **facts: Any) -> None:
        self.command, self.facts = command, facts

    def serve(self) -> None:
        self.started.append((self.command, self.facts))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    package, module = ModuleType("textual_serve"), ModuleType("textual_serve.server")
    module.Server = Server  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "textual_serve", package)
    monkeypatch.setitem(sys.modules, "textual_serve.server", module)
    monkeypatch.setattr(Server, "started", [])
    return Server.started


def test_without_the_package_it_says_what_to_install(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    refused = cli("serve")
    assert (refused.code, refused.out) == (1, "")
    assert "bakehouse[web]" in refused.err


def test_it_serves_the_same_kitchen_with_the_same_options(
    cli: Cli, db: Path, started: list[tuple[str, dict[str, Any]]]
) -> None:
    served = cli("--readonly", "--no-plugins=by-store", "serve", "--port", "9001")
    assert served.code == 0, served.err
    [(command, facts)] = started
    words = shlex.split(command)
    assert words[1:] == [
        "-m", "bakehouse.cli", "--db", str(db), "--readonly", "--no-plugins=by-store",
    ]  # fmt: skip
    assert (facts["host"], facts["port"]) == ("localhost", 9001)


def test_an_open_address_is_warned_of(cli: Cli, started: list[tuple[str, dict[str, Any]]]) -> None:
    assert "no password" in cli("serve", "--host", "0.0.0.0").err
    assert "no password" not in cli("serve").err


def test_a_kitchen_that_cannot_be_opened_is_not_served(
    cli: Cli, bare_cli: Cli, tmp_path: Path, started: list[tuple[str, dict[str, Any]]]
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ann, " * 200)
    assert bare_cli("--db", letter, "serve").code == 2
    assert cli("serve", "--port", "99999").code == 2
    assert started == []

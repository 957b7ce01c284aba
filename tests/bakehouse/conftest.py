"""The command line, run in this process on a kitchen of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bakehouse.cli import run
from core import session as sessions

KITCHEN = {
    "format": "bakehouse",
    "version": 1,
    "currency": "USD",
    "items": [
        {
            "slug": "flour",
            "name": "Flour, all purpose",
            "kind": "ingredient",
            "unit": "g",
            "measures": {"cup": "125 g"},
            "display_unit": "lb",
        },
        {"slug": "ribbon", "name": "Ribbon", "kind": "supply", "unit": "each"},
        {"slug": "cookie", "name": "Sugar cookie", "kind": "made", "unit": "each"},
        {"slug": "brownie", "name": "Brownie", "kind": "made", "unit": "each"},
        {"slug": "gift-bag", "name": "Gift bag", "kind": "bundle", "unit": "each"},
    ],
    "products": [
        {
            "slug": "flour-5lb",
            "item": "flour",
            "label": "King Arthur 5 lb",
            "pack": "5 lb",
            "price": "6.00",
            "store": "Wegmans",
            "preferred": True,
        }
    ],
    "recipes": [
        {
            "slug": "sugar-cookies",
            "name": "Sugar cookies",
            "makes": [{"item": "cookie", "amount": "48"}],
            "lines": [{"item": "flour", "amount": "2 cup"}],
        },
        {
            "slug": "brownies",
            "name": "Brownies",
            "makes": [{"item": "brownie", "amount": "24"}],
            "lines": [{"item": "flour", "amount": "1 cup"}],
        },
    ],
    "bundles": [
        {
            "item": "gift-bag",
            "lines": [
                {"item": "cookie", "amount": "6"},
                {"item": "brownie", "amount": "3"},
                {"item": "ribbon", "amount": "1"},
            ],
        }
    ],
    "events": [
        {
            "slug": "christmas-2026",
            "name": "Christmas 2026",
            "date": "2026-12-15",
            "lines": [{"item": "gift-bag", "amount": "50"}],
        }
    ],
    "lots": [
        {"item": "flour", "amount": "10 lb", "product": "flour-5lb", "paid": "12.00"},
        {"item": "ribbon", "amount": "20", "paid": "4.00"},
    ],
}


@dataclass(frozen=True)
class Result:
    """What one command printed and ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Result]


@pytest.fixture
def bare_cli(capfd: pytest.CaptureFixture[str], fixed_clock: datetime, no_kitchen: None) -> Cli:
    """Run commands without a kitchen."""

    def call(*words: object) -> Result:
        capfd.readouterr()
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return call


@pytest.fixture
def kitchen_file(tmp_path: Path) -> Path:
    path = tmp_path / "christmas.json"
    path.write_text(json.dumps(KITCHEN), encoding="utf-8")
    return path


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "kitchen.db"


@pytest.fixture
def cli(bare_cli: Cli, db: Path, kitchen_file: Path) -> Iterator[Cli]:
    """Run commands on a kitchen with an event of fifty gift bags."""

    def call(*words: object) -> Result:
        return bare_cli("--db", db, *words)

    imported = call("import", kitchen_file)
    assert imported.code == 0, imported.err
    yield call
    sessions.database().dispose()

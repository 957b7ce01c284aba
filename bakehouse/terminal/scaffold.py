"""A new plugin from a template: a distribution of its own, with tests that pass."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Final

from bakehouse import __version__
from bakehouse.plugin import prefix_of
from core.errors import BadFile, Problem, RuleBroken

KINDS: Final = ("view", "check", "importer", "exporter", "table")
TRY_IT: Final = {
    "view": "bakehouse show {name}",
    "check": "bakehouse show problems",
    "importer": "bakehouse import FILE --as {name}",
    "exporter": "bakehouse export FILE --as {name}",
    "table": "bakehouse show {name}",
}

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TEMPLATES = "templates"


def scaffold(name: str, kind: str, parent: Path, taken: frozenset[str] = frozenset()) -> list[Path]:
    """Write a new plugin into a folder of its own in `parent`, and return its files.

    Args:
        name: The plugin's name: small letters, digits and dashes.
        kind: One of `KINDS`.
        parent: Where its folder, `bakehouse-NAME`, is made.
        taken: Names of plugins that there are already.

    Raises:
        RuleBroken: The name cannot be used.
        BadFile: The folder is there already, or cannot be written; nothing was changed.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise RuleBroken(
            f"'{name}' cannot be the name of a plugin. Use small letters, digits and dashes, "
            "as in by-store."
        )
    for other in taken:
        if prefix_of(other) == prefix_of(name):
            raise RuleBroken(f"There is a plugin '{other}' already. Choose another name.")
    folder = parent / f"bakehouse-{name}"
    if folder.exists():
        raise _bad(folder, "is there already; remove it or choose another name")
    texts = _texts(name, kind)
    try:
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise _bad(folder, f"cannot be written: {error.strerror}") from error
    return [folder / path for path in texts]


def _texts(name: str, kind: str) -> dict[Path, str]:
    package = f"bakehouse_{name.replace('-', '_')}"
    values = {
        "name": name,
        "package": package,
        "prefix": prefix_of(name),
        "title": name.replace("-", " ").capitalize(),
        "try_it": TRY_IT[kind].format(name=name),
        "version": ".".join(__version__.split(".")[:2]),
        "next_version": str(int(__version__.split(".")[0]) + 1),
    }
    root = files("bakehouse") / _TEMPLATES
    found: dict[Path, str] = {Path(package, "py.typed"): ""}
    for folder in ("common", kind):
        for place, template in _templates(root / folder):
            path = _place(place, folder, package)
            found[path] = Template(template.read_text(encoding="utf-8")).substitute(values)
    return found


def _templates(folder: Traversable, before: Path = Path()) -> Iterator[tuple[Path, Traversable]]:
    """Yield the templates in a folder and in those within it, with their places, by name."""
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from _templates(each, before / each.name)
        else:
            yield before / each.name.removesuffix(".txt"), each


def _place(place: Path, folder: str, package: str) -> Path:
    if folder == "common":
        return place
    return Path("tests", f"test_{package}.py") if place == Path("test.py") else package / place


def _bad(folder: Path, message: str) -> BadFile:
    return BadFile([Problem(str(folder), message)])

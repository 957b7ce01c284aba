"""What was typed but not recorded, kept in files so that no crash and no closed terminal loses it.

Each draft is a file of its own in a folder of its kitchen, so that two terminals do not write over
each other's. They are small and written whole, while one types.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from plugins.storage import replace_file

RECEIPT = "receipt"
"""The form of a receipt."""
MOST_SAID = 4
"""Drafts that are named when the program starts."""
ENDING = ".json"
UNREADABLE = ".unreadable"

log = logging.getLogger("bakehouse.screen")


@dataclass(frozen=True, slots=True)
class Draft:
    """What stood in the fields of a form, by their names, and in its lines if it has any.

    `form` is the command it belongs to, `thing` what is edited.
    """

    form: str
    thing: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[tuple[str, ...]] = ()


class Drafts:
    """The drafts of one kitchen.

    What cannot be read or written is told by `say`; a draft that cannot be written is kept for as
    long as the program runs.
    """

    def __init__(self, folder: Path, kitchen: str, say: Callable[[str], None]) -> None:
        name = hashlib.sha256(kitchen.encode()).hexdigest()[:16]
        self.folder = folder / "drafts" / name
        self._say = say
        self._kept: dict[tuple[str, str], Draft] = {}
        self._told = False

    def find(self, form: str, thing: str = "") -> Draft | None:
        """Return the draft of a form, if one was left."""
        kept = self._kept.get((form, thing))
        return kept or self._read(self._path(form, thing))

    def all(self) -> list[Draft]:
        """Return every draft that was left in this kitchen, by form and thing."""
        found = {(draft.form, draft.thing): draft for draft in self._stored()} | self._kept
        return [found[key] for key in sorted(found)]

    def keep(self, draft: Draft) -> None:
        """Keep a draft in the place of the one before it."""
        self._kept[draft.form, draft.thing] = draft
        try:
            replace_file(self._path(draft.form, draft.thing), json.dumps(asdict(draft)))
        except OSError as error:
            log.warning("a draft could not be written: %s", type(error).__name__)
            if not self._told:
                self._told = True
                self._say(f"What you type is kept only while the program runs: {error.strerror}.")

    def drop(self, form: str, thing: str = "") -> None:
        """Forget a draft: it was recorded, or thrown away."""
        self._kept.pop((form, thing), None)
        try:
            self._path(form, thing).unlink(missing_ok=True)
        except OSError as error:
            log.warning("a draft could not be removed: %s", type(error).__name__)

    def _path(self, form: str, thing: str) -> Path:
        name = hashlib.sha256(f"{form}\0{thing}".encode(errors="replace")).hexdigest()[:16]
        return self.folder / f"{name}{ENDING}"

    def _stored(self) -> Iterator[Draft]:
        try:
            paths = sorted(self.folder.glob(f"[!.]*{ENDING}"))
        except OSError:
            return
        for path in paths:
            draft = self._read(path)
            if draft is not None:
                yield draft

    def _read(self, path: Path) -> Draft | None:
        try:
            return _draft(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.warning("a draft could not be read: %s", type(error).__name__)
            self._say(f"A draft cannot be read: {_set_aside(path)}. What was typed there is lost.")
            return None


def said_drafts(drafts: Sequence[Draft], key: str) -> str:
    """Say what was left unrecorded, and how to go on; `key` opens the receipt."""
    said = [_said(draft, key) for draft in drafts[:MOST_SAID]]
    if len(drafts) > MOST_SAID:
        said.append(f"and {len(drafts) - MOST_SAID} more")
    return "Typed but not recorded, and kept:\n" + "\n".join(said)


def _said(draft: Draft, key: str) -> str:
    if draft.form == RECEIPT:
        many = len(draft.lines)
        return f"a receipt of {many} line{'s' * (many != 1)}, {key} goes on with it"
    kind, _, verb = draft.form.partition(" ")
    name = draft.texts.get("name") or draft.texts.get("label") or draft.thing
    return f"a new {kind} “{name}”" if verb == "add" else f"changes of {kind} “{name}”"


def _draft(read: dict[str, object]) -> Draft:
    """Return a draft as it was written. Raises one of several errors for anything else."""
    texts, lines = read["texts"], read["lines"]
    if not isinstance(texts, dict) or not isinstance(lines, list):
        raise TypeError
    return Draft(
        _text(read["form"]),
        _text(read["thing"]),
        {_text(name): _text(text) for name, text in texts.items()},
        tuple(tuple(_text(part) for part in line) for line in lines),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _set_aside(path: Path) -> Path:
    """Give an unreadable file another name, so that it is told once; return where it is."""
    aside = path.with_suffix(UNREADABLE)
    try:
        return path.replace(aside)
    except OSError:
        return path

"""What was typed but not recorded, kept in files so that no crash and no closed terminal loses it.

Each draft is a file of its own in a folder of its kitchen. They are small and written whole, while
one types. A program holds the files of its drafts until it ends, in whatever way: what one that
still runs holds is not offered to another. Nor do two terminals write over each other's: where a
file does not hold what this one left there, the next name is taken.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from msgspec import Struct, field
from msgspec.structs import asdict

try:
    import fcntl
except ImportError:
    # Files cannot be held on Windows: there, every draft is offered everywhere.
    fcntl = None  # type: ignore[assignment]

RECEIPT = "receipt"
"""The form of a receipt."""
MOST_SAID = 4
"""Drafts that are named when the program starts."""
ENDING = ".json"
UNREADABLE = ".unreadable"

log = logging.getLogger("bakehouse.screen")


class Draft(Struct, frozen=True):
    """What stood in the fields of a form, by their names, and in its lines if it has any.

    `form` is the command it belongs to, `thing` what is edited.
    """

    form: str
    thing: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[tuple[str, ...]] = ()


Key = tuple[str, str]
"""The form and the thing of a draft."""


class _File(Struct, frozen=True):
    """Where a draft is, what it held when this program wrote or read it, and what holds it."""

    path: Path
    content: str
    held: BinaryIO

    def is_as_left(self) -> bool:
        """Whether no other terminal has written there since; a file that is gone is free."""
        try:
            return self.path.read_bytes() == self.content.encode()
        except FileNotFoundError:
            return True


def _name(form: str, thing: str) -> str:
    return hashlib.sha256(f"{form}\0{thing}".encode(errors="replace")).hexdigest()[:16]


class Drafts:
    """The drafts of one kitchen.

    What cannot be read or written is told by `say`; a draft that cannot be written is kept for as
    long as the program runs.
    """

    def __init__(self, folder: Path, kitchen: str, say: Callable[[str], None]) -> None:
        name = hashlib.sha256(kitchen.encode()).hexdigest()[:16]
        self.folder = folder / "drafts" / name
        self._say = say
        self._kept: dict[Key, Draft] = {}
        self._files: dict[Key, _File] = {}
        self._told = False

    def find(self, form: str, thing: str = "") -> Draft | None:
        """Return the draft of a form, if one was left; from now on it is this program's."""
        for path in () if (form, thing) in self._kept else self._stored(form, thing):
            taken = self._take(path)
            if taken is not None:
                self._files[form, thing], self._kept[form, thing] = taken
                break
        return self._kept.get((form, thing))

    def all(self) -> list[Draft]:
        """Return every draft that was left in this kitchen, by form and thing."""
        found = [*self._kept.values()]
        own = {file.path for file in self._files.values()}
        for path in self._stored():
            taken = None if path in own else self._take(path)
            if taken is not None:
                file, draft = taken
                file.held.close()
                found.append(draft)
        return sorted(found, key=lambda draft: (draft.form, draft.thing))

    def keep(self, draft: Draft) -> None:
        """Keep a draft in the place of the one before it."""
        key, content = (draft.form, draft.thing), json.dumps(asdict(draft))
        self._kept[key] = draft
        try:
            path = self._free_path(*key)
            file = _File(path, content, _write(path, content))
            self._let_go(key)
            self._files[key] = file
        except OSError as error:
            log.warning("a draft could not be written: %s", type(error).__name__)
            if not self._told:
                self._told = True
                self._say(f"What you type is kept only while the program runs: {error.strerror}.")

    def drop(self, form: str, thing: str = "") -> None:
        """Forget a draft: it was recorded, or thrown away."""
        self._kept.pop((form, thing), None)
        file = self._files.get((form, thing))
        try:
            if file is not None and file.is_as_left():
                file.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("a draft could not be removed: %s", type(error).__name__)
        self._let_go((form, thing))

    def end(self) -> None:
        """Leave the drafts to others."""
        for key in [*self._files]:
            self._let_go(key)

    def _let_go(self, key: Key) -> None:
        file = self._files.pop(key, None)
        if file is not None:
            file.held.close()

    def _free_path(self, form: str, thing: str) -> Path:
        """Return where to write a draft without writing over that of another terminal."""
        file = self._files.get((form, thing))
        if file is not None and file.is_as_left():
            return file.path
        name = _name(form, thing)
        paths = (self.folder / f"{name}-{number}{ENDING}" for number in count(1))
        return next(path for path in paths if not path.exists())

    def _stored(self, form: str = "", thing: str = "") -> list[Path]:
        """Return the files of all drafts, or of those of one form."""
        name = _name(form, thing) if form else "[!.]*"
        try:
            return sorted(self.folder.glob(f"{name}-*{ENDING}"))
        except OSError:
            return []

    def _take(self, path: Path) -> tuple[_File, Draft] | None:
        """Return a draft and its file, which is held; None for what is somebody's, or no draft."""
        with ExitStack() as stack:
            try:
                file = stack.enter_context(path.open("rb"))
                # Whoever writes it may have put another in its place since.
                if not (_hold(file) and os.path.samestat(os.fstat(file.fileno()), path.stat())):
                    return None
                content = file.read().decode()
                draft = _draft(json.loads(content))
            except FileNotFoundError:
                return None
            except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as no:
                log.warning("a draft could not be read: %s", type(no).__name__)
                self._say(
                    f"A draft cannot be read: {_set_aside(path)}. What was typed there is lost."
                )
                return None
            if fcntl is not None:
                stack.pop_all()
            return _File(path, content, file), draft


def _write(path: Path, content: str) -> BinaryIO:
    """Write a file whole, held before it gets its name; return what holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{uuid4().hex}.new")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(new.open("wb"))
            file.write(content.encode())
            file.flush()
            _hold(file)
            if fcntl is None:
                file.close()
            new.replace(path)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        stack.pop_all()
        return file


def _hold(file: BinaryIO) -> bool:
    """Hold a file until it is closed; False where another living program does."""
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            # Some network shares cannot: there it is as on Windows.
            log.warning("a draft could not be held: %s", type(error).__name__)
    return True


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

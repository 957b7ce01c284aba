"""Writing the journal: one entry for each thing done, with what it edited before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from core import terminal
from core.clock import now
from core.documents import Document, EventDoc, ItemDoc, ProductDoc, RecipeDoc
from core.errors import RuleBroken
from core.models import Change
from core.services._cycles import check_no_cycle
from core.services._read_documents import read_document
from core.services._write_documents import TYPES, remove_document, slug_of, write_document
from core.session import revision_of

Putaway = ItemDoc | ProductDoc | RecipeDoc | EventDoc
"""What can be archived."""
Fields = dict[str, Any]
Patch = dict[str, Any]
"""One changed field: {"field", "was", "now"}, and "at" where only a part of a list changed."""


OUTER = "the change being recorded"
"""Where a session keeps the change that further recordings join."""
EDITS = "the edits of the change being recorded"
"""Where they wait: they are written into it once, at its end, however many there are."""
ALONE = ("undo", "redo")
STEPS = "steps"
"""The kind of an entry that says what each of its steps did."""


def edited(doc: Putaway | None, known: Sequence[Putaway]) -> str:
    """Return in a word what saving a document does, which was `known` before or is new."""
    if not known:
        return "Added"
    if doc is None or doc.archived == known[0].archived:
        return "Edited"
    return "Archived" if doc.archived else "Brought back"


@contextmanager
def recording(session: Session, kind: str, summary: str) -> Iterator[Change]:
    """Add one journal entry for what the block does; its id is the new revision.

    A recording inside another one on the same session joins it: several steps are one entry,
    which one undo takes back. What the block did is taken back when it raises, so that a caller
    who catches the error and goes on in the same session keeps nothing half-written.

    Raises:
        RuleBroken: An undo or a redo inside another recording: it is an entry of its own.
    """
    outer: Change | None = session.info.get(OUTER)
    if outer is not None and kind in ALONE:
        raise RuleBroken(f"A step cannot be {kind}; {kind} by itself.")
    with session.begin_nested():
        if outer is not None:
            edits: list[Fields] = session.info[EDITS]
            before = len(edits), outer.summary
            try:
                yield outer
                if outer.kind == STEPS:
                    first = not outer.summary or outer.summary.endswith(": ")
                    outer.summary += summary if first else f"; {summary}"
                _finish(session, edits)
            except BaseException:
                outer.summary = before[1]
                del edits[before[0] :]
                raise
            return
        change = _begin(session, kind, summary)
        edits = []
        session.info[OUTER], session.info[EDITS] = change, edits
        try:
            yield change
        finally:
            del session.info[OUTER], session.info[EDITS]
        if edits:
            change.edits = edits
        _finish(session, edits)


def _begin(session: Session, kind: str, summary: str) -> Change:
    change = Change(
        id=revision_of(session) + 1,
        at=now(),
        terminal=terminal.name(),
        kind=kind,
        summary=summary,
        edits=[],
    )
    session.add(change)
    session.flush()
    return change


def _finish(session: Session, edits: Sequence[Fields]) -> None:
    if any(edit["kind"] in ("recipe", "bundle") for edit in edits):
        check_no_cycle(session)
    session.flush()


def put(session: Session, doc: Document, before: Document | None = None) -> None:
    """Write a document and note in the change being recorded what it edited.

    `before` is the document as it stands, from those who have just read it.
    """
    kind, slug = slug_of(doc)
    before = before or read_document(session, kind, slug)
    if before == doc:
        return
    write_document(session, doc)
    note_edit(session, kind, slug, before)


def remove(session: Session, kind: str, slug: str, before: Document | None) -> None:
    """Delete what a document describes, as it stands, and note it in the change being recorded."""
    remove_document(session, kind, slug)
    note_edits(session, [difference(kind, slug, before, None)])


def note_edit(session: Session, kind: str, slug: str, before: Document | None) -> None:
    """Note the difference between `before` and the document as it now stands."""
    note_edits(session, [difference(kind, slug, before, read_document(session, kind, slug))])


def note_edits(session: Session, edits: Iterable[Fields | None]) -> None:
    """Note differences in the change being recorded; None is no difference."""
    session.info[EDITS].extend(edit for edit in edits if edit is not None)


def fields_of(doc: Document) -> Fields:
    """Return a document as plain data, defaults left out."""
    fields: Fields = msgspec.to_builtins(doc)
    return fields


def difference(
    kind: str, slug: str, before: Document | None, after: Document | None
) -> Fields | None:
    """Return what changed between two documents of one thing, or None."""
    if before is None or after is None:
        if before is after:
            return None
        created, deleted = (after, None) if before is None else (None, before)
        edit: Fields = {"kind": kind, "slug": slug}
        if created is not None:
            edit["created"] = fields_of(created)
        if deleted is not None:
            edit["deleted"] = fields_of(deleted)
        return edit
    was, is_now = fields_of(before), fields_of(after)
    patches = [
        _patch(field, was.get(field), is_now.get(field))
        for field in type(after).__struct_fields__
        if was.get(field) != is_now.get(field)
    ]
    return {"kind": kind, "slug": slug, "patches": patches} if patches else None


def _patch(field: str, was: Any, is_now: Any) -> Patch:
    """Describe a changed field; of a list, only the part between its equal ends."""
    if not isinstance(was, list) or not isinstance(is_now, list):
        return {"field": field, "was": was, "now": is_now}
    shorter = min(len(was), len(is_now))
    start = next((i for i in range(shorter) if was[i] != is_now[i]), shorter)
    ends = range(1, shorter - start + 1)
    end = next((i - 1 for i in ends if was[-i] != is_now[-i]), shorter - start)
    return {
        "field": field,
        "at": start,
        "was": was[start : len(was) - end],
        "now": is_now[start : len(is_now) - end],
    }


class Conflict(RuleBroken):
    """What an edit would take back has been edited again since."""


def apply_patches(kind: str, fields: Fields, patches: list[Patch], *, backwards: bool) -> Document:
    """Return the document after (or before) patches. Raises `Conflict` where it has moved on."""
    before, after = ("now", "was") if backwards else ("was", "now")
    result = dict(fields)
    for patch in patches:
        field, present = patch["field"], result.get(patch["field"])
        if "at" in patch:
            rows = list(present or [])
            stretch = slice(patch["at"], patch["at"] + len(patch[before]))
            if rows[stretch] != patch[before]:
                raise Conflict(f"'{field}' has been edited since.")
            rows[stretch] = patch[after]
            result[field] = rows
        elif present != patch[before]:
            raise Conflict(f"'{field}' has been edited since.")
        elif patch[after] is None:
            result.pop(field, None)
        else:
            result[field] = patch[after]
    return msgspec.convert(result, TYPES[kind])

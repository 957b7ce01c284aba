"""The journal: what was done, taking it back and bringing it back (domain.md §4)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import terminal
from core.errors import ChangeNotFound, RuleBroken
from core.models import Change
from core.services._naming import sorting
from core.services._rows import change_row, get_fresh
from core.services._taking_back import take_back
from core.services.rows.journal import REDO, UNDO, ChangeRow
from core.session import reading, revision_of, writing

LOOKED_THROUGH = 2_000
"""How many entries are read at a time when words are searched for."""


def revision(session: Session | None = None) -> int:
    """Return the number of the newest entry; 0 in a kitchen where nothing was done yet."""
    with reading(session) as reader:
        return revision_of(reader)


def list_changes(
    *,
    limit: int = 200,
    before: int | None = None,
    words: str = "",
    session: Session | None = None,
) -> list[ChangeRow]:
    """Return the newest entries, newest first; those older than `before` for the next page.

    With `words`, only those with each of them in what was done, its kind, its terminal or its
    number; case and accents are ignored.
    """
    with reading(session) as reader:
        wanted = sorting(words).split()
        size = LOOKED_THROUGH if wanted else limit
        found: list[ChangeRow] = []
        while len(found) < limit:
            page = _page(reader, size, before)
            found += [row for row in page if _has(row, wanted)]
            if len(page) < size:
                break
            before = page[-1].id
        return found[:limit]


def _page(session: Session, size: int, before: int | None) -> list[ChangeRow]:
    query = select(
        Change.id,
        Change.at,
        Change.terminal,
        Change.kind,
        Change.summary,
        Change.undoes,
        Change.undone_by,
    ).order_by(Change.id.desc())
    if before is not None:
        query = query.where(Change.id < before)
    return [ChangeRow(*row) for row in session.execute(query.limit(size))]


def _has(row: ChangeRow, words: list[str]) -> bool:
    if not words:
        return True
    text = sorting(f"#{row.id} {row.kind} {row.terminal} {row.summary}")
    return all(word in text for word in words)


def undo(change_id: int | None = None, *, session: Session | None = None) -> ChangeRow:
    """Take back an entry by a compensating one; by default the last of this terminal.

    Raises:
        ChangeNotFound: No such entry.
        CannotUndo: Something is built on it; names what must be undone first.
        RuleBroken: There is nothing to undo, or it is undone already.
    """
    with writing(session) as writer:
        change = _last_done(writer) if change_id is None else get_fresh(writer, Change, change_id)
        if change is None:
            raise ChangeNotFound(change_id)
        return change_row(take_back(writer, change))


def redo(*, session: Session | None = None) -> ChangeRow:
    """Bring back what this terminal undid last, unless it has done something else since.

    Raises:
        RuleBroken: There is nothing to redo.
        CannotUndo: What it needs is no longer there.
    """
    with writing(session) as writer:
        return change_row(take_back(writer, _last_undone(writer)))


# -- which entry ----------------------------------------------------------------------------------


def _last_done(session: Session) -> Change:
    change = session.scalar(
        select(Change)
        .where(
            Change.terminal == terminal.name(),
            Change.kind.not_in((UNDO, REDO)),
            Change.undone_by.is_(None),
        )
        .order_by(Change.id.desc())
        .limit(1)
    )
    if change is None:
        raise RuleBroken("There is nothing to undo from this terminal. Name a change by number.")
    return change


def _last_undone(session: Session) -> Change:
    mine = select(Change).where(Change.terminal == terminal.name()).order_by(Change.id.desc())
    undone = session.scalar(mine.where(Change.kind == UNDO, Change.undone_by.is_(None)).limit(1))
    done = session.scalar(mine.where(Change.kind.not_in((UNDO, REDO))).limit(1))
    if undone is None or (done is not None and done.id > undone.id):
        raise RuleBroken("There is nothing to redo from this terminal.")
    return undone

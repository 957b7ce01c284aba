"""What one command would change: a what-if of a single step, without its problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.orm import Session

from core.commands.differences import Difference, watch
from core.commands.model import Given
from core.commands.notes import notes_of
from core.commands.registry import run
from core.services._kitchen import no_collecting
from core.services.rows.journal import ChangeRow
from core.session import rehearsal

__all__ = ["Difference", "Preview", "preview", "preview_on"]


class Preview(Struct, frozen=True):
    """What would be recorded, and what it would change in the views of the open events.

    `notes` are what is worth a second look.
    """

    change: ChangeRow
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()


def preview(name: str, values: Mapping[str, Given], *, event_id: int | None = None) -> Preview:
    """Run a command in a rehearsal and return what it would change; nothing is kept.

    With `event_id` only that event's views are compared, else those of all open events. Raises
    what the command itself would raise.
    """
    # What the rehearsal made is gone when it ends, so that no collecting has to go through it.
    with no_collecting(), rehearsal() as session:
        return preview_of(session, name, values, event_id=event_id)


def preview_of(
    session: Session, name: str, values: Mapping[str, Given], *, event_id: int | None = None
) -> Preview:
    """Run a command on a rehearsal's session and return what it changed in the views."""
    seen = preview_on(session, lambda: run(name, values, session), event_id=event_id)
    return replace(seen, notes=notes_of(name, values))


def preview_on(
    session: Session, work: Callable[[], ChangeRow], *, event_id: int | None = None
) -> Preview:
    """Do `work` on a rehearsal's session and return what it changed in the views."""
    watched = watch(session, work, event_id)
    return Preview(watched.change, watched.differences)

"""Steps that were written by a program, done as one change that says which of them was refused."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.commands.registry import run
from core.commands.what_if import Step
from core.errors import BakehouseError, DatabaseError, Refused
from core.services._journal import recording
from core.services._rows import change_row
from core.services.rows.journal import ChangeRow
from core.session import writing

IMPORT = "import"


class StepRefused(Refused):
    """One of several steps cannot be done; nothing has changed. `number` counts from 0."""

    def __init__(self, number: int, step: Step, error: BakehouseError) -> None:
        self.number = number
        self.step = step
        super().__init__(str(error))


def import_steps(
    steps: Sequence[Step], summary: str, *, session: Session | None = None
) -> ChangeRow:
    """Do steps one after the other, all or nothing, as one import that one undo takes back.

    Raises:
        StepRefused: A step cannot be done, with the reason.
        DatabaseError: The database cannot be used now.
    """
    with writing(session) as writer:
        with recording(writer, IMPORT, summary) as change:
            for number, step in enumerate(steps):
                try:
                    run(step.command, step.values, writer)
                except DatabaseError:
                    raise
                except BakehouseError as error:
                    raise StepRefused(number, step, error) from error
        return change_row(change)

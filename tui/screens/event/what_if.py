"""What is being tried in the workspace, and on what; nothing of it is kept by itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from bakehouse.plugin import Row, Table
from tui.screens.event import prefill
from tui.widgets.cells import said

if TYPE_CHECKING:
    from core.commands.trying import Edit, Refused, Try
    from core.services.planning.shapes import EventProgress

NOTHING_TO_TRY = "There is no number on this row to try another one for."


class WhatIf(Struct):
    """The tries so far, the newest last; `typed` is one whose number is being typed."""

    tries: list[Try] = field(default_factory=list)
    typed: Try | None = None

    @property
    def active(self) -> bool:
        """Whether anything is tried."""
        return bool(self.all)

    @property
    def all(self) -> tuple[Try, ...]:
        """Everything that is tried, what is being typed included."""
        typed = self.typed
        return (*self.tries, *([] if typed is None or not typed.text else [typed]))

    def type(self, text: str) -> None:
        """Try what is being typed; an empty text tries nothing."""
        if self.typed is not None:
            self.typed = replace(self.typed, text=text.strip() or None)

    def take_typed(self) -> None:
        """Take what was typed as one of the tries."""
        self.tries = list(self.all)
        self.typed = None

    def forget(self, refused: Collection[Refused]) -> None:
        """Leave out the newest try of each thing that was refused."""
        for each in refused:
            for place in reversed(range(len(self.tries))):
                if self.tries[place].subject == each.tried.subject:
                    del self.tries[place]
                    break

    def drop(self) -> None:
        """Leave out everything."""
        self.tries.clear()
        self.typed = None


def try_on(table: Table, row: Row | None, progress: EventProgress) -> Try | None:
    """Return what can be tried on a row: what a column of its table edits, else by its subject."""
    from core.commands.trying import Try

    if row is None or row.about is None:
        return None
    edits = [column.edit for column in table.columns if column.edit is not None]
    if not edits and row.about.kind in BY_SUBJECT:
        edits = [BY_SUBJECT[row.about.kind]]
    for edit in edits:
        thing = _thing(edit, row, progress)
        if thing is not None:
            return Try(progress["event_id"], edit, thing)
    return None


BY_SUBJECT: dict[str, Edit] = {"recipe": "target", "bundle": "quantity", "item": "stock"}
"""What is tried on a row of a table without columns that edit anything."""


def _thing(edit: Edit, row: Row, progress: EventProgress) -> int | None:
    """Return the id of the recipe or item that a column edits on this row."""
    about = row.about
    assert about is not None
    if edit == "target":
        if about.kind == "recipe":
            return about.id
        recipe = prefill.recipe_of(progress, about)
        return None if recipe is None else recipe["recipe_id"]
    if edit == "stock":
        return about.id if about.kind == "item" else None
    return about.id if about.kind in ("item", "bundle") else None


QUESTIONS: dict[Edit, str] = {
    "target": "Batches in all: {}",
    "quantity": "How many: {}",
    "stock": "In stock: {}",
}


def question(tried: Try, table: Table, row: Row) -> str:
    """Ask for the number that is tried."""
    names = (
        said(cell, column).strip()
        for cell, column in zip(row.cells, table.columns, strict=True)
        if column.kind == "text" and (column.width or 9) > 1
    )
    return QUESTIONS[tried.edit].format(next(filter(None, names), ""))

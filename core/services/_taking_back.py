"""Taking a change back, or bringing it back, by an entry that compensates it (domain.md §4).

The moves of the ledger are cancelled by moves of their own; documents are edited back, or appear
and vanish again. What something in force is built on is refused, with what must be undone first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Text, cast, func, or_, select, update
from sqlalchemy.orm import Session

from core.documents import Document
from core.errors import BakehouseError, CannotUndo, RuleBroken
from core.models import Change, Lot, Run, StockMove
from core.services._journal import (
    Conflict,
    apply_patches,
    fields_of,
    note_edit,
    put,
    recording,
    remove,
)
from core.services._read_documents import READERS
from core.services._referring import LEDGER, drop_parts, referring_tables, stock_in_force
from core.services._rows import fresh
from core.services._rules import WITHDRAWN
from core.services._settings import CURRENCY, has_prices
from core.services._write_documents import MODELS, TYPES, slug_of
from core.services.rows.journal import REDO, UNDO

READ_AT_ONCE = 500
"""How many documents are read at a time when a big change is reversed."""
MOST_TOLD = 12
"""How many entries a refusal names before it counts the others."""
PLUGIN_ROW = "plugin_row"
PLAIN = ("bundle", "setting", PLUGIN_ROW)
"""Kinds that nothing in the ledger can refer to."""
_LOTS_OF: dict[str, tuple[Any, ...]] = {
    "item": (Lot.item_id,),
    "bundle": (Lot.item_id,),
    "product": (Lot.product_id,),
    "event": (Lot.event_id, StockMove.event_id),
}
_RUNS_OF: dict[str, tuple[Any, ...]] = {
    "item": (Run.bundle_id,),
    "bundle": (Run.bundle_id,),
    "recipe": (Run.recipe_id,),
    "event": (Run.event_id,),
}


@dataclass(frozen=True, slots=True)
class _Step:
    """What a compensating entry does: take `origin` back (sign -1) or bring it back (+1)."""

    origin: Change
    backwards: bool


def take_back(session: Session, change: Change) -> Change:
    """Write the entry that undoes `change`, or redoes it if `change` is itself an undo."""
    if change.undone_by is not None:
        raise RuleBroken(f"#{change.id} is already undone, by #{change.undone_by}.")
    step = _step(session, change)
    if step.backwards is (step.origin.undone_by is not None):
        state = f"undone, by #{step.origin.undone_by}" if step.backwards else "in force"
        raise RuleBroken(f"#{step.origin.id} is already {state}.")
    word = "Undo" if step.backwards else "Redo"
    summary = f"{word} #{step.origin.id}: {step.origin.summary}"
    with recording(session, UNDO if step.backwards else REDO, summary) as entry:
        entry.undoes = change.id
        _reverse_ledger(session, entry, step)
        _reverse_edits(session, step)
        change.undone_by = entry.id
        if change is not step.origin:
            step.origin.undone_by = None if not step.backwards else entry.id
    return entry


def _step(session: Session, change: Change) -> _Step:
    """Follow undos of undos back to the entry that did something."""
    backwards = True
    origin = change
    while origin.undoes is not None:
        backwards = not backwards
        origin = session.get_one(Change, origin.undoes)
    return _Step(origin, backwards)


def _reverse_ledger(session: Session, entry: Change, step: _Step) -> None:
    """Add moves that cancel (or repeat) those of the origin, all or nothing."""
    moves = session.scalars(
        select(StockMove).where(StockMove.change_id == step.origin.id).order_by(StockMove.id)
    ).all()
    touched = select(Lot).where(Lot.id.in_({m.lot_id for m in moves}))
    lots = {lot.id: lot for lot in session.scalars(fresh(touched))}
    sign = -1 if step.backwards else 1
    net: dict[int, list[int]] = {lot_id: [0, 0] for lot_id in lots}
    for found in moves:
        net[found.lot_id][0] += sign * found.amount
        net[found.lot_id][1] += sign * found.cost
    blocked = [
        lots[lot_id]
        for lot_id, (amount, cost) in net.items()
        if not 0 <= lots[lot_id].left + amount <= lots[lot_id].amount
        or not 0 <= lots[lot_id].cost_left + cost <= lots[lot_id].paid
    ]
    if blocked:
        _refuse(session, step, _users_of(session, step, [lot.id for lot in blocked]))
    if step.backwards:
        users = _users_of(session, step, _brought_in(session, moves))
        if users:
            _refuse(session, step, users)
    for lot_id, (amount, cost) in net.items():
        lots[lot_id].left += amount
        lots[lot_id].cost_left += cost
    for found in moves:
        session.add(
            StockMove(
                lot_id=found.lot_id,
                change_id=entry.id,
                run_id=found.run_id,
                reason=found.reason,
                amount=sign * found.amount,
                cost=sign * found.cost,
                event_id=found.event_id,
                recipient=found.recipient,
                note=found.note,
            )
        )
    session.execute(
        update(Run).where(Run.change_id == step.origin.id).values(undone=step.backwards)
    )
    session.flush()


def _brought_in(session: Session, moves: Sequence[StockMove]) -> list[int]:
    """Return the lots that came in by one of the moves, which is their first."""
    first = set(
        session.scalars(
            select(func.min(StockMove.id))
            .where(StockMove.lot_id.in_({found.lot_id for found in moves}))
            .group_by(StockMove.lot_id)
        )
    )
    return [found.lot_id for found in moves if found.id in first]


def _users_of(session: Session, step: _Step, lot_ids: Sequence[int]) -> list[int]:
    """Return the later entries, still in force, that used these lots; newest first."""
    query = (
        select(Change.id)
        .join(StockMove, StockMove.change_id == Change.id)
        .where(
            StockMove.lot_id.in_(lot_ids),
            Change.id > step.origin.id,
            Change.undone_by.is_(None),
            Change.kind.not_in((UNDO, REDO)),
        )
        .distinct()
        .order_by(Change.id.desc())
    )
    return list(session.scalars(query))


def _refuse(session: Session, step: _Step, first: Sequence[int]) -> None:
    verb = "undone" if step.backwards else "redone"
    if not first:
        raise CannotUndo(
            step.origin.id, (), f"#{step.origin.id} cannot be {verb}: stock has changed since."
        )
    order = _with_all_built_on(session, step, first)
    shown = order[:MOST_TOLD]
    summaries = dict(
        session.execute(select(Change.id, Change.summary).where(Change.id.in_(shown))).all()
    )
    told = "; ".join(f"#{number} {summaries[number]}" for number in shown)
    if len(order) > len(shown):
        told += f"; and {len(order) - len(shown)} more"
    raise CannotUndo(
        step.origin.id,
        order,
        f"#{step.origin.id} cannot be {verb} yet: something is built on it. Undo first: {told}.",
    )


def _with_all_built_on(session: Session, step: _Step, first: Sequence[int]) -> list[int]:
    """Return entries with all that is built on them, in the order in which to undo them.

    What is built on an entry is newer than it, so the newest comes first.
    """
    found: set[int] = set()
    waiting = set(first)
    while waiting:
        found |= waiting
        changes = session.scalars(select(Change).where(Change.id.in_(waiting))).all()
        moves = session.scalars(select(StockMove).where(StockMove.change_id.in_(waiting))).all()
        users = set(_users_of(session, step, _brought_in(session, moves)))
        for change in changes:
            for edit in change.edits:
                if "created" in edit:
                    own = _Step(change, True)
                    users.update(_editors_of(session, own, edit["kind"], edit["slug"]))
        waiting = users - found
    return sorted(found, reverse=True)


def _reverse_edits(session: Session, step: _Step) -> None:
    edits = list(step.origin.edits)
    if step.backwards:
        edits.reverse()
    documents = _Documents(session, edits)
    for number, edit in enumerate(edits):
        try:
            _check_currency(session, edit)
            _reverse_edit(session, step, edit, documents.present(number))
        except CannotUndo:
            raise
        except Conflict as error:
            users = _editors_of(session, step, edit["kind"], edit["slug"])
            if not users:
                raise _cannot(step, error) from error
            _refuse(session, step, users)
        except BakehouseError as error:
            raise _cannot(step, error) from error


class _Documents:
    """The documents of edits, each as it stands when the edits before it are reversed.

    Those of one kind that follow each other are read together: no document of the kitchen says
    anything of another one of its kind, so that reversing one leaves the others as they were read.
    """

    def __init__(self, session: Session, edits: Sequence[dict[str, Any]]) -> None:
        self._session = session
        self._edits = edits
        self._read_until = 0
        self._found: dict[str, Document] = {}

    def present(self, number: int) -> Document | None:
        """Return the document of an edit, asked for in their order; None where there is none."""
        if number >= self._read_until:
            self._read_from(number)
        return self._found.get(self._edits[number]["slug"])

    def _read_from(self, start: int) -> None:
        kind = self._edits[start]["kind"]
        slugs: dict[str, None] = {}
        # Rows of plugins may take each other along.
        for edit in self._edits[start : start + (1 if kind == PLUGIN_ROW else READ_AT_ONCE)]:
            if edit["kind"] != kind or edit["slug"] in slugs:
                break
            slugs[edit["slug"]] = None
        self._read_until = start + len(slugs)
        self._found = {slug_of(doc)[1]: doc for doc in READERS[kind](self._session, list(slugs))}


def _cannot(step: _Step, error: BakehouseError) -> CannotUndo:
    verb = "undone" if step.backwards else "redone"
    return CannotUndo(step.origin.id, (), f"#{step.origin.id} cannot be {verb}: {error}")


def _check_currency(session: Session, edit: dict[str, Any]) -> None:
    """Refuse to take a currency from under prices: they would be taken for what they are not."""
    if (edit["kind"], edit["slug"]) == ("setting", CURRENCY) and has_prices(session):
        raise RuleBroken("there are prices in the currency it set.")


def _reverse_edit(
    session: Session, step: _Step, edit: dict[str, Any], present: Document | None
) -> None:
    kind, slug = edit["kind"], edit["slug"]
    if "patches" in edit:
        if present is None:
            raise Conflict(f"'{slug}' is not there any more.")
        put(
            session,
            apply_patches(kind, fields_of(present), edit["patches"], backwards=step.backwards),
        )
        return
    appears = ("created" in edit) is not step.backwards
    if appears:
        if present is not None:
            raise Conflict(f"'{slug}' is there again.")
        doc = msgspec.convert(edit["created" if "created" in edit else "deleted"], TYPES[kind])
        _revive(session, kind, slug, step.origin)
        put(session, doc)
        return
    if present is None:
        raise Conflict(f"'{slug}' is not there any more.")
    if fields_of(present) != edit["created" if "created" in edit else "deleted"]:
        raise Conflict(f"'{slug}' has been edited since.")
    _withdraw(session, step, kind, slug, present)


def _withdraw(session: Session, step: _Step, kind: str, slug: str, present: Document) -> None:
    """Delete what an edit created; what the ledger remembers is kept under a withdrawn slug.

    Nothing is ever deleted from the ledger, so an item whose only lots are undone stays as a row
    that no list shows. Raises `CannotUndo` when something in force is built on it.
    """
    if kind in PLAIN:
        remove(session, kind, slug, present)
        return
    row = session.scalars(select(MODELS[kind]).where(MODELS[kind].slug == slug)).one()
    holders = referring_tables(session, row)
    if not holders:
        remove(session, kind, slug, present)
        return
    users = _editors_of(session, step, kind, slug)
    if not holders <= LEDGER or stock_in_force(session, kind, row.id):
        _refuse(session, step, users)
    drop_parts(session, row)
    row.slug = f"{WITHDRAWN}{step.origin.id}{WITHDRAWN}{slug}"
    row.archived = True
    if kind == "product":
        row.preferred = False
    if kind == "event":
        row.status = "cancelled"
    session.flush()
    note_edit(session, kind, slug, present)


def _revive(session: Session, kind: str, slug: str, origin: Change) -> None:
    """Give a withdrawn row its slug back, so that lots and runs find it again."""
    if kind in PLAIN:
        return
    withdrawn = f"{WITHDRAWN}{origin.id}{WITHDRAWN}{slug}"
    row = session.scalar(select(MODELS[kind]).where(MODELS[kind].slug == withdrawn))
    if row is not None:
        row.slug = slug
        session.flush()


def _editors_of(session: Session, step: _Step, kind: str, slug: str) -> list[int]:
    """Return the later entries, still in force, that edited or used what has this slug."""
    used = [cast(Change.edits, Text).contains(f'"{slug}"', autoescape=True)]
    model = MODELS.get("item" if kind == "bundle" else kind)
    if model is not None:
        key = select(model.id).where(model.slug == slug).scalar_subquery()
        moves = select(StockMove.change_id).join(Lot, Lot.id == StockMove.lot_id)
        for column in _LOTS_OF.get(kind, ()):
            used.append(Change.id.in_(moves.where(column == key)))
        for column in _RUNS_OF.get(kind, ()):
            used.append(Change.id.in_(select(Run.change_id).where(column == key)))
    query = (
        select(Change.id)
        .where(
            Change.id > step.origin.id,
            Change.undone_by.is_(None),
            Change.kind.not_in((UNDO, REDO)),
            or_(*used),
        )
        .order_by(Change.id.desc())
    )
    return list(session.scalars(query))

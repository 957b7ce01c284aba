"""Trying numbers of a view: more, less, or what was typed; each becomes a step of a what-if.

A `Try` says what a person meant; the step it becomes depends on the state it is done in. So tries
are replayed from scratch, one after the other, and what cannot be done any more is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.orm import Session

from core.clock import today
from core.commands.openings import decided_batches, produced_batches
from core.commands.registry import run
from core.commands.what_if import Step
from core.documents import EventLineDoc, ItemDoc
from core.errors import BakehouseError, DatabaseError, RuleBroken
from core.services import catalog_service, event_service, stock_service
from core.services._facts import facts_of_items
from core.services.planning.shapes import RecipeProgress
from core.services.rows.journal import ChangeRow
from core.units import Amount, exact, factor_to_stock, parse_amount, unrounded

Edit = Literal["target", "quantity", "stock"]

NUMBER = re.compile(r"[0-9]+([.,/ ][0-9/]+)?|[.,][0-9]+")
LARGE = {"g": 100, "ml": 100}
"""How much of a stock unit more or less is, where an item has neither pack nor display unit."""


class Try(Struct, frozen=True):
    """What is tried on a recipe (`target`) or an item (`quantity`, `stock`) for an event.

    `text` is what was typed, or None; `by` is how often more was wanted after that, or less.
    """

    event_id: int
    edit: Edit
    id: int
    by: int = 0
    text: str | None = None

    @property
    def subject(self) -> tuple[int, str, int]:
        """Return what it is about: a later try of the same replaces it or adds to it."""
        return (0 if self.edit == "stock" else self.event_id, self.edit, self.id)


class Refused(Struct, frozen=True):
    """A try that cannot be done, and why."""

    tried: Try
    message: str


class Replayed(Struct, frozen=True):
    """What tries became: the steps to keep, what the journal would say, and what was refused."""

    steps: tuple[Step, ...]
    said: tuple[str, ...]
    refused: tuple[Refused, ...]


def merged(tries: Iterable[Try]) -> list[Try]:
    """Return one try for each subject, in the order in which they were begun."""
    found: dict[tuple[int, str, int], Try] = {}
    for each in tries:
        before = found.get(each.subject)
        if before is None or each.text is not None:
            found[each.subject] = each
        else:
            found[each.subject] = replace(before, by=before.by + each.by)
    return [each for each in found.values() if each.by or each.text is not None]


def replay(session: Session, tries: Iterable[Try]) -> Replayed:
    """Do tries on a rehearsal's session; what is refused changes nothing and is told."""
    steps: list[Step] = []
    said: list[str] = []
    refused: list[Refused] = []
    for tried in merged(tries):
        try:
            with session.begin_nested():
                step, change = DOING[tried.edit](session, tried)
        except DatabaseError:
            raise
        except BakehouseError as error:
            refused.append(Refused(tried, str(error)))
        else:
            steps.append(step)
            said.append(change.summary)
    return Replayed(tuple(steps), tuple(said), tuple(refused))


def redo(session: Session, steps: Sequence[Step]) -> None:
    """Do steps again on a rehearsal's session, leaving out what is refused."""
    for step in steps:
        try:
            with session.begin_nested():
                run(step.command, step.values, session)
        except DatabaseError:
            raise
        except BakehouseError:
            # The screen that shows the steps says which of them are refused.
            continue


def _done(session: Session, step: Step) -> tuple[Step, ChangeRow]:
    return step, run(step.command, step.values, session)


# -- batches --------------------------------------------------------------------------------------


def _target(session: Session, tried: Try) -> tuple[Step, ChangeRow]:
    recipe = catalog_service.get_recipe(tried.id, session=session)
    step_size = parse_amount(recipe.batch_step).value
    row = _production_row(session, tried)
    produced = produced_batches(row, step_size)
    if tried.text is None:
        decided = decided_batches(tried.event_id, tried.id, row, session)
        if decided is None:
            raise RuleBroken(f"The batches of {recipe.name} are unknown: p lists the fix.")
        batches = decided + tried.by * step_size
    else:
        batches = parse_amount(tried.text, allow_zero=True).value + tried.by * step_size
    values = {
        "event": str(tried.event_id),
        "recipe": str(tried.id),
        "batches": exact(Amount(max(Fraction(0), batches), None)),
    }
    done = _done(session, Step("event target", values))
    planned = _production_row(session, tried)
    if planned is None or planned["remaining_batches"] is None:
        return done
    if unrounded(planned["remaining_batches"]) > max(Fraction(0), batches - produced):
        # The need is greater, so that fewer batches are made only where being short is allowed.
        return _done(session, Step("event target", {**values, "short_ok": True}))
    return done


def _production_row(session: Session, tried: Try) -> RecipeProgress | None:
    progress = event_service.get_production_progress(tried.event_id, session=session)
    return next((row for row in progress["recipes"] if row["recipe_id"] == tried.id), None)


# -- quantities -----------------------------------------------------------------------------------


def _quantity(session: Session, tried: Try) -> tuple[Step, ChangeRow]:
    item = catalog_service.find_item(tried.id, session=session)
    event = event_service.get_event(tried.event_id, session=session)
    lines = [line for line in event.lines if line.item == item.slug]
    if not lines:
        raise RuleBroken(f"{event.name} has no line of its own for {item.name}; n adds one.")
    if tried.text is None:
        line = _line_with_room(lines, tried.by)
        amount = parse_amount(line.amount)
    elif len(lines) > 1:
        raise RuleBroken(f"{item.name} has {len(lines)} lines at {event.name}; n sets one of them.")
    else:
        line = lines[0]
        amount = parse_amount(tried.text, allow_zero=True)
    value = max(Fraction(0), amount.value + tried.by)
    values = {
        "event": str(tried.event_id),
        "item": str(tried.id),
        "quantity": exact(Amount(value, amount.unit)),
        "to": line.recipient,
    }
    return _done(session, Step("event line", values))


def _line_with_room(lines: Sequence[EventLineDoc], by: int) -> EventLineDoc:
    """Return the first line that can be changed by so much without falling below nothing."""
    return next((line for line in lines if parse_amount(line.amount).value + by >= 0), lines[0])


# -- stock ----------------------------------------------------------------------------------------


def _stock(session: Session, tried: Try) -> tuple[Step, ChangeRow]:
    item = catalog_service.get_item(tried.id, session=session)
    if tried.text is None:
        there = _on_hand(session, tried.id) + tried.by * _portion(session, tried, item)
        amount = f"{exact(Amount(max(Fraction(0), there), None))} {item.unit}"
    else:
        amount = _typed(tried, item.display_unit or item.unit)
    return _done(session, Step("count", {"item": str(tried.id), "amount": amount}))


def _typed(tried: Try, unit: str) -> str:
    """Return the amount that was typed; a bare number is one of the unit that is shown."""
    text = (tried.text or "").strip()
    bare = NUMBER.fullmatch(text) is not None
    if not tried.by:
        return f"{text} {unit}" if bare else text
    amount = parse_amount(text, allow_zero=True)
    value = max(Fraction(0), amount.value + tried.by)
    return exact(Amount(value, unit if bare else amount.unit))


def _on_hand(session: Session, item_id: int) -> Fraction:
    lots = stock_service.list_lots(item_id, session=session)
    fresh = (lot for lot in lots if lot.expires is None or lot.expires >= today())
    return sum((Fraction(lot.left) for lot in fresh), Fraction(0))


def _portion(session: Session, tried: Try, item: ItemDoc) -> Fraction:
    """Return what one more is, in stock units: a pack to buy, else one of the unit shown."""
    shopping = event_service.get_shopping_list(tried.event_id, session=session)
    for row in shopping:
        if row["item_id"] == tried.id and row["packs"]:
            pack = row["packs"][0]
            return Fraction(pack["amount"]) / pack["packs"]
    shown = item.display_unit
    factor = (
        None
        if shown is None
        else factor_to_stock(shown, facts_of_items(session, [tried.id])[tried.id])
    )
    return Fraction(LARGE.get(item.unit, 1)) if factor is None else factor


DOING: Mapping[Edit, Callable[[Session, Try], tuple[Step, ChangeRow]]] = {
    "target": _target,
    "quantity": _quantity,
    "stock": _stock,
}
"""How each kind of try becomes a step."""

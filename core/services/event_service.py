"""Events: their progress, their lines, and what is ticked off their shopping list.

The three reads below are the heart of the product: given a session they use it alone and see its
uncommitted changes; without one they read one state of their own.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.errors import EventNotFound, ItemNotFound, RuleBroken
from core.money import parse_money
from core.schema import EVENT, ITEM, OPEN
from core.services import saying
from core.services._kitchen import no_collecting
from core.services._naming import find, slug_for, spelled
from core.services._reading import row_of, rows_of
from core.services._rules import check_not_open
from core.services.planning import _shopping, _views
from core.services.planning.shapes import AssemblyProgress, ProductionProgress, ShoppingRow
from core.services.rows.events import EventRow
from core.session import reading, writing
from core.units import Entered, parse_amount, to_decimal

if TYPE_CHECKING:
    from core.documents import EventDoc
    from core.services.rows.journal import ChangeRow

PACKS = ("preferred", "cheapest")
"""How packs are chosen for a line to buy (domain.md §3)."""

NO_PRICE = ""
"""What takes the price of a line away."""


# -- progress -------------------------------------------------------------------------------------


def get_production_progress(event_id: int, session: Session | None = None) -> ProductionProgress:
    """Return how far the production of an event is, by recipe and output (contract §1).

    Raises:
        EventNotFound: No such event.
    """
    with no_collecting(), reading(session) as reader:
        return _get_production_progress_impl(event_id, reader)


def get_assembly_progress(event_id: int, session: Session | None = None) -> AssemblyProgress:
    """Return how far the assembly of an event is, by bundle (contract §1).

    Raises:
        EventNotFound: No such event.
    """
    with no_collecting(), reading(session) as reader:
        return _get_assembly_progress_impl(event_id, reader)


def get_shopping_list(
    event_id: int, session: Session | None = None, *, packs: str = "preferred"
) -> list[ShoppingRow]:
    """Return what the work still to be done for an event uses, and what to buy (contract §1).

    `packs` is "preferred" (the preferred product only, where one is set) or "cheapest".

    Raises:
        EventNotFound: No such event.
        RuleBroken: No such way to choose packs.
    """
    if packs not in PACKS:
        raise RuleBroken(f"'{packs}' is none of {', '.join(PACKS)}.")
    with no_collecting(), reading(session) as reader:
        return _get_shopping_list_impl(event_id, reader, packs)


def _get_production_progress_impl(event_id: int, session: Session) -> ProductionProgress:
    return _views.production(session, _views.find_event(session, event_id))


def _get_assembly_progress_impl(event_id: int, session: Session) -> AssemblyProgress:
    return _views.assembly(session, _views.find_event(session, event_id))


def _get_shopping_list_impl(event_id: int, session: Session, packs: str) -> list[ShoppingRow]:
    return _shopping.shopping(session, _views.find_event(session, event_id), packs)


# -- which events there are -----------------------------------------------------------------------

_EVENTS = select(
    EVENT.c.id,
    EVENT.c.slug,
    EVENT.c.name,
    EVENT.c.date,
    EVENT.c.status,
    EVENT.c.people,
    EVENT.c.archived,
)
"""Events, as `EventRow` has them."""


def list_events(session: Session | None = None, *, archived: bool = False) -> list[EventRow]:
    """Return events by date; archived ones only when asked for."""
    with reading(session) as reader:
        query = _EVENTS.where(EVENT.c.slug.not_like("~%")).order_by(EVENT.c.date, EVENT.c.slug)
        if not archived:
            query = query.where(EVENT.c.archived.is_(False))
        return [EventRow(*row) for row in rows_of(reader, query)]


def find_event(name: str | int, session: Session | None = None) -> EventRow:
    """Return the event with this slug, id or unique part of its name.

    Raises:
        EventNotFound: Nothing fits; near names are suggested.
        Ambiguous: Several events fit.
    """
    with reading(session) as reader:
        event_id = find(reader, EVENT, name, EventNotFound)
        [row] = rows_of(reader, _EVENTS.where(EVENT.c.id == event_id))
        return EventRow(*row)


def get_event(event_id: int, session: Session | None = None) -> EventDoc:
    """Return an event with its lines, targets and ticks, as the kitchen file has it.

    Raises:
        EventNotFound: No such event.
    """
    with reading(session) as reader:
        return _document(reader, event_id)


def _document(session: Session, event_id: int) -> EventDoc:
    from core.services._read_documents import read_events

    event = row_of(session, EVENT, event_id)
    if event is None:
        raise EventNotFound(event_id)
    [doc] = read_events(session, [event.slug])
    return doc


# -- editing --------------------------------------------------------------------------------------


def add_event(
    name: str,
    date: datetime.date,
    *,
    slug: str | None = None,
    people: int | None = None,
    notes: str | None = None,
    session: Session | None = None,
) -> ChangeRow:
    """Add an event without lines.

    Raises:
        BadDocument: No name, no slug, or a number of people that cannot be.
        RuleBroken: The slug is taken.
    """
    from core.documents import EventDoc

    with writing(session) as writer:
        doc = EventDoc(
            slug=slug_for(writer, EVENT, name, slug),
            name=name,
            date=date.isoformat(),
            people=people,
            notes=notes,
        )
        return _record(writer, f"Added event {name}", doc)


def save_event(
    doc: EventDoc, *, summary: str | None = None, session: Session | None = None
) -> ChangeRow:
    """Write a whole event, new or known by its slug; `summary` is for the journal.

    Raises:
        BadDocument: Every rule the document breaks, with its place.
    """
    from core.services._journal import edited
    from core.services._read_documents import read_events

    with writing(session) as writer:
        known = read_events(writer, [doc.slug])
        told = summary or f"{edited(doc, known)} event {doc.name}"
        return _record(writer, told, doc)


def set_event(
    event_id: int,
    *,
    name: str | None = None,
    date: datetime.date | None = None,
    people: int | None = None,
    notes: str | None = None,
    archived: bool | None = None,
    session: Session | None = None,
) -> ChangeRow:
    """Change what is told; None leaves a field as it is, and empty `notes` take them away.

    Raises:
        EventNotFound: No such event.
        BadDocument: No name, or a number of people that cannot be.
        RuleBroken: It would be put away while it is open.
    """

    def change(doc: EventDoc) -> str:
        from core.services._journal import edited

        before = deepcopy(doc)
        doc.name = doc.name if name is None else name
        doc.date = doc.date if date is None else date.isoformat()
        doc.people = doc.people if people is None else people
        doc.notes = doc.notes if notes is None else notes or None
        doc.archived = doc.archived if archived is None else archived
        check_not_open(doc)
        return f"{edited(doc, [before])} event {doc.name}"

    return _edit(event_id, change, session)


def set_status(event_id: int, status: str, *, session: Session | None = None) -> ChangeRow:
    """Set an event to planned, started, done or cancelled.

    Raises:
        EventNotFound: No such event.
        BadDocument: No such status.
        RuleBroken: It would be open while it is put away.
    """

    def change(doc: EventDoc) -> str:
        if doc.archived and status in OPEN:
            raise RuleBroken(f"{doc.name} is put away. Bring it back, then set it to {status}.")
        doc.status = status
        return f"{doc.name} is {status}"

    return _edit(event_id, change, session)


def set_line(
    event_id: int,
    item_id: int,
    quantity: Entered,
    *,
    recipient: str | None = None,
    price: str | Decimal | int | None = None,
    session: Session | None = None,
) -> ChangeRow:
    """Set the quantity of an item wanted at an event (by a recipient); 0 takes the line away.

    `price` is that of one stock unit; None leaves it as it is, `NO_PRICE` takes it away. A
    recipient who has lines already is found whatever the case and accents of the name.

    Raises:
        EventNotFound, ItemNotFound: No such event or item.
        AmountError: A quantity or price that cannot be read, or out of bounds.
        UnknownUnit: The quantity's unit is neither a standard one nor a measure of the item.
        BadDocument: An item that is bought, which no event hands out.
        RuleBroken: A part of a bundle, or a line to take away that is not there.
    """
    from core.documents import EventLineDoc
    from core.services._writing import stock_amount

    with writing(session) as writer:
        item = row_of(writer, ITEM, item_id)
        if item is None:
            raise ItemNotFound(item_id)
        amount = parse_amount(quantity, allow_zero=True)
        before = _document(writer, event_id)
        doc = deepcopy(before)
        if recipient is not None:
            recipient = spelled(recipient, (line.recipient for line in doc.lines))
        place = next(
            (
                n
                for n, line in enumerate(doc.lines)
                if line.item == item.slug and line.recipient == recipient
            ),
            None,
        )
        for_whom = f" for {recipient}" if recipient else ""
        if not amount.value:
            if place is None:
                raise RuleBroken(f"{doc.name} has no line for {item.name}{for_whom}.")
            del doc.lines[place]
            summary = f"{doc.name}: no {item.name}{for_whom}"
        else:
            number = stock_amount(writer, item, amount)
            _check_whole(item, quantity, number)
            text = quantity if isinstance(quantity, str) else _text(amount.value)
            line = EventLineDoc(item=item.slug, amount=text, recipient=recipient)
            if place is None:
                doc.lines.append(line)
            else:
                line.price = doc.lines[place].price
                doc.lines[place] = line
            summary = f"{doc.name}: {text} × {item.name}{for_whom}"
            if price == NO_PRICE:
                line.price = None
            elif price is not None:
                each = parse_money(price)
                line.price = str(each)
                if number is not None:
                    of_line = to_decimal(Fraction(each) * number)
                    summary += f", {saying.amounts(writer).money(of_line)}"
        return _record(writer, summary, doc, before)


def _check_whole(item: Row[*tuple[Any, ...]], quantity: Entered, number: Fraction | None) -> None:
    """Refuse a part of a bundle: nobody puts half a box together."""
    if item.kind == "bundle" and number is not None and number.denominator != 1:
        fewer = f" or {floor(number)}" if number > 1 else ""
        raise RuleBroken(
            f"{item.name} is put together whole, and '{quantity}' is no whole number. "
            f"Type {ceil(number)}{fewer}."
        )


def copy_event(
    event_id: int,
    name: str,
    date: datetime.date,
    *,
    slug: str | None = None,
    session: Session | None = None,
) -> ChangeRow:
    """Add an event with the same lines; targets and ticks are not copied.

    Raises:
        EventNotFound: No such event.
        BadDocument: No name or no slug.
        RuleBroken: The slug is taken.
    """
    from core.documents import EventDoc

    with writing(session) as writer:
        doc = _document(writer, event_id)
        copied = EventDoc(
            slug=slug_for(writer, EVENT, name, slug),
            name=name,
            date=date.isoformat(),
            people=doc.people,
            lines=doc.lines,
        )
        return _record(writer, f"Added event {name}, a copy of {doc.name}", copied)


def check_item(
    event_id: int, item_id: int, *, checked: bool = True, session: Session | None = None
) -> ChangeRow:
    """Tick an item off an event's shopping list, or take the tick away.

    Raises:
        EventNotFound, ItemNotFound: No such event or item.
    """
    with writing(session) as writer:
        item = row_of(writer, ITEM, item_id)
        if item is None:
            raise ItemNotFound(item_id)

        def change(doc: EventDoc) -> str:
            ticks = {*doc.checked, item.slug} if checked else {*doc.checked} - {item.slug}
            doc.checked = sorted(ticks)
            return f"{doc.name}: {item.name} {'ticked off' if checked else 'to get again'}"

        return _edit(event_id, change, writer)


def _edit(event_id: int, change: Callable[[EventDoc], str], session: Session | None) -> ChangeRow:
    """Apply `change` to an event's document; it returns the summary for the journal."""
    with writing(session) as writer:
        before = _document(writer, event_id)
        doc = deepcopy(before)
        return _record(writer, change(doc), doc, before)


def _record(
    session: Session, summary: str, doc: EventDoc, before: EventDoc | None = None
) -> ChangeRow:
    from core.services._journal import put, recording
    from core.services._rows import change_row

    with recording(session, "event", summary) as entry:
        put(session, doc, before)
    return change_row(entry)


def _text(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else str(value)

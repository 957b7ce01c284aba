"""The commands that edit events: what is wanted, when, and how many batches of it."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from core.commands.model import Arguments
from core.errors import EventNotFound, ItemNotFound, RuleBroken, UnknownAmount
from core.models import Item
from core.money import from_micro, parse_money, to_micro
from core.schema import EVENT, ITEM
from core.services import catalog_service, event_service
from core.services._facts import facts_of
from core.services._naming import find
from core.services._writing import use_unit
from core.services.planning import plan_service, shopping_list
from core.services.rows.journal import ChangeRow
from core.units import missing_fact, parse_amount


def add(given: Arguments, session: Session) -> ChangeRow:
    """Add an event."""
    day = given.day("date")
    if day is None:
        raise RuleBroken("An event needs a date.")
    return event_service.add_event(
        given.text("name"),
        day,
        slug=given.maybe("slug"),
        people=given.number("people"),
        notes=given.maybe("notes"),
        session=session,
    )


def edit(given: Arguments, session: Session) -> ChangeRow:
    """Change an event."""
    doc = event_service.get_event(_event(given, session), session=session)
    day = given.day("date")
    doc.name = given.maybe("name") or doc.name
    doc.date = doc.date if day is None else day.isoformat()
    doc.people = given.number_or_none("people", doc.people)
    doc.notes = given.or_none("notes", doc.notes)
    return event_service.save_event(doc, session=session)


def line(given: Arguments, session: Session) -> ChangeRow:
    """Set how many of an item an event wants."""
    return event_service.set_line(
        _event(given, session),
        _item(given, session),
        given.text("quantity"),
        recipient=given.maybe("to"),
        price=_price_of_stock_unit(given, session),
        session=session,
    )


def _price_of_stock_unit(given: Arguments, session: Session) -> Decimal | str | None:
    """Return the price as lines keep it; of what is weighed it is typed for the unit typed."""
    text = given.or_none("price", "")
    if text is None:
        return event_service.NO_PRICE
    if not text:
        return None
    price, unit = parse_money(text), parse_amount(given.text("quantity"), allow_zero=True).unit
    item = session.get_one(Item, _item(given, session))
    if item.unit == "each" or unit is None:
        return price
    factor = use_unit(session, item, unit)
    if factor is None:
        raise UnknownAmount(item.name, unit, missing_fact(unit, facts_of(session, item)))
    return from_micro(round(to_micro(price) / factor))


def target(given: Arguments, session: Session) -> ChangeRow:
    """Decide on the batches of a recipe."""
    batches = given.text("batches")
    return plan_service.set_target(
        _event(given, session),
        catalog_service.find_recipe(given.text("recipe"), session=session).id,
        None if batches.casefold() == "none" else batches,
        short_ok=given.is_on("short_ok"),
        session=session,
    )


def accept(given: Arguments, session: Session) -> ChangeRow:
    """Accept the planned batches as targets."""
    return plan_service.accept_targets(_event(given, session), session=session)


def status(given: Arguments, session: Session) -> ChangeRow:
    """Set an event's status."""
    return event_service.set_status(_event(given, session), given.text("status"), session=session)


def copy(given: Arguments, session: Session) -> ChangeRow:
    """Add an event with the lines of another."""
    day = given.day("date")
    if day is None:
        raise RuleBroken("An event needs a date.")
    return event_service.copy_event(
        _event(given, session),
        given.text("name"),
        day,
        slug=given.maybe("slug"),
        session=session,
    )


def check(given: Arguments, session: Session) -> ChangeRow:
    """Tick an item off the shopping list."""
    return event_service.check_item(
        _event(given, session),
        _item(given, session),
        checked=not given.is_on("off"),
        session=session,
    )


def shopped(given: Arguments, session: Session) -> ChangeRow:
    """Mark the shopping as done, or not."""
    mark = (
        shopping_list.unmark_shopping_complete
        if given.is_on("off")
        else shopping_list.mark_shopping_complete
    )
    return mark(_event(given, session), session=session)


def archive(given: Arguments, session: Session) -> ChangeRow:
    """Put an event away, or bring it back."""
    return event_service.set_event(
        _event(given, session), archived=not given.is_on("restore"), session=session
    )


def _event(given: Arguments, session: Session) -> int:
    return find(session, EVENT, given.text("event"), EventNotFound)


def _item(given: Arguments, session: Session) -> int:
    return find(session, ITEM, given.text("item"), ItemNotFound)

"""How events are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import today
from core.documents import (
    EventDoc,
)
from core.errors import RuleBroken
from core.models import BatchTarget, Checked, Event, EventLine, Recipe
from core.schema import STATUSES
from core.services._rules import SERVED, check_not_open, check_one_of, check_people
from core.services._writing import (
    Problems,
    check_name,
    found_item,
    items_by_slug,
    line_up,
    plain_number,
    read_date,
    read_lines,
    read_price,
)


def put_event(session: Session, doc: EventDoc) -> None:
    """Write an event with its lines, batch targets and ticked-off items."""
    problems = Problems()
    check_name(problems, doc.slug, doc.name)
    day: date | None = None
    with problems.at("date"):
        day = read_date(doc.date)
    with problems.at("status"):
        check_one_of(doc.status, STATUSES)
    with problems.at("archived"):
        check_not_open(doc)
    with problems.at("people"):
        check_people(doc.people)
    items = items_by_slug(session, [*(line.item for line in doc.lines), *doc.checked])
    lines = read_lines(session, problems, items, "lines", doc.lines, SERVED)
    prices: list[int | None] = []
    for number, line in enumerate(doc.lines):
        with problems.at(f"lines[{number}].price"):
            prices.append(read_price(line.price))
    checked = []
    for number, slug in enumerate(doc.checked):
        with problems.at(f"checked[{number}]"):
            checked.append(found_item(items, slug).id)
    targets = _targets(session, problems, doc)
    problems.check()
    event = session.scalar(select(Event).where(Event.slug == doc.slug))
    if event is None:
        event = Event(slug=doc.slug)
        session.add(event)
    event.name, event.date, event.status = doc.name, day or today(), doc.status
    event.people, event.notes, event.archived = doc.people, doc.notes, doc.archived
    event.shopping_complete = doc.shopping_complete
    session.flush()
    existing = session.scalars(
        select(EventLine).where(EventLine.event_id == event.id).order_by(EventLine.position)
    ).all()
    rows = [
        EventLine(
            event_id=event.id,
            position=n,
            item_id=item.id,
            amount=amount,
            unit=unit,
            recipient=line.recipient,
            price=price,
        )
        for n, ((item, amount, unit), line, price) in enumerate(
            zip(lines, doc.lines, prices, strict=True)
        )
    ]
    line_up(session, existing, rows)
    _match_keys(session, BatchTarget, event.id, "recipe_id", targets)
    _match_keys(session, Checked, event.id, "item_id", {item_id: {} for item_id in checked})
    session.flush()


def _targets(session: Session, problems: Problems, doc: EventDoc) -> dict[int, dict[str, Any]]:
    if not doc.targets:
        return {}
    slugs = [target.recipe for target in doc.targets]
    recipes = {
        recipe.slug: recipe
        for recipe in session.scalars(select(Recipe).where(Recipe.slug.in_(slugs)))
    }
    found: dict[int, dict[str, Any]] = {}
    for number, target in enumerate(doc.targets):
        path = f"targets[{number}]"
        with problems.at(f"{path}.recipe"):
            if target.recipe not in recipes:
                raise RuleBroken(f"There is no recipe '{target.recipe}'.")
            if recipes[target.recipe].id in found:
                raise RuleBroken(f"'{target.recipe}' has two targets.")
        batches = Fraction(0)
        with problems.at(f"{path}.batches"):
            batches = plain_number(target.batches, "batches", allow_zero=True)
        need = None
        with problems.at(f"{path}.accepted_need"):
            if target.accepted_need is not None:
                need = plain_number(target.accepted_need, "batches", allow_zero=True)
        if target.recipe in recipes:
            found[recipes[target.recipe].id] = {
                "batches": batches,
                "short_ok": target.short_ok,
                "accepted_need": need,
            }
    return found


def _match_keys(
    session: Session,
    model: type[BatchTarget] | type[Checked],
    event_id: int,
    key: str,
    wanted: Mapping[int, Mapping[str, Any]],
) -> None:
    """Bring an event's keyed rows in line with `wanted`, by key."""
    existing = {
        getattr(row, key): row
        for row in session.scalars(select(model).where(model.event_id == event_id))
    }
    for found, row in existing.items():
        if found not in wanted:
            session.delete(row)
    for found, values in wanted.items():
        if found in existing:
            for column, value in values.items():
                setattr(existing[found], column, value)
        else:
            session.add(model(event_id=event_id, **{key: found}, **values))

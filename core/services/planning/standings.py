"""How far all open events are, without their rows: what an overview of them shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import Checked, Event
from core.planning.feasibility import bundles_of
from core.schema import OPEN
from core.services._kitchen import EventPlan, load_recipes_made, no_collecting, planned
from core.services.planning._shopping import bought_of, status_of
from core.services.planning._views import find_event, part_of, progress_of, recipes_of, worth
from core.session import reading


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an open event is.

    The percentages are those of its three views, `bought_pct` by lines that are in stock or ticked
    off; None where they are unknown. `recipes`, `bundles` and `lines` say how many rows each view
    has; `items_to_buy` and `unknown` how many lines of the shopping list have that status.
    """

    event_id: int
    recipes: int
    production_pct: Decimal | None
    bundles: int
    assembly_pct: Decimal | None
    lines: int
    bought_pct: Decimal
    items_to_buy: int
    unknown: int


def get_standings(session: Session | None = None) -> list[Standing]:
    """Return how far every open event is, by date; in a number of queries that does not grow.

    Each is what the views of the event say (`get_event_progress`), of one state of the kitchen.
    """
    with no_collecting(), reading(session) as reader:
        made = load_recipes_made(reader)
        checked = _checked(reader)
        return [
            _standing(find_event(reader, event.id), made, checked.get(event.id, ()))
            for event in planned(reader).kitchen.events
        ]


def _checked(session: Session) -> dict[int, set[int]]:
    """Return the items that are ticked off, by open event."""
    found: dict[int, set[int]] = {}
    query = select(Checked.event_id, Checked.item_id).join(Event, Event.id == Checked.event_id)
    for event_id, item_id in session.execute(query.where(Event.status.in_(OPEN))):
        found.setdefault(event_id, set()).add(item_id)
    return found


def _standing(
    found: EventPlan, made: Mapping[int, Iterable[int]], checked: Collection[int]
) -> Standing:
    recipes = [
        worth(recipe, [part_of(found, line.item_id) for line in recipe.outputs])
        for recipe in recipes_of(found, made.get(found.event.id, ()))
    ]
    bundles = [part_of(found, bundle_id) for bundle_id, _ in bundles_of(found.alone, 0)]
    place = found.place or 0
    bought = [
        (item.id, status_of(item.always_on_hand, found.plan.net(item.id, place)))
        for item in bought_of(found.plan, place)
    ]
    return Standing(
        found.event.id,
        len(recipes),
        progress_of(recipes)[0],
        len(bundles),
        progress_of(bundles)[0],
        len(bought),
        _bought_pct(bought, checked),
        sum(status == "buy" for _, status in bought),
        sum(status == "unknown" for _, status in bought),
    )


def _bought_pct(bought: Iterable[tuple[int, str]], checked: Collection[int]) -> Decimal:
    lines = [(item_id, status) for item_id, status in bought if status != "always"]
    there = [item_id for item_id, status in lines if status == "enough" or item_id in checked]
    return Decimal(100 * len(there) // len(lines)) if lines else Decimal(100)

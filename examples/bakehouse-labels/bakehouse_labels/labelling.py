"""What stands on each label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bakehouse_allergens.lists import EU, US, covered

from bakehouse.plugin import ViewContext
from core.services import catalog_service, composition_service, event_service, stock_service
from core.services.composition_service import Component, Composition
from core.services.rows.stock import LotRow


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One ingredient, what is to be emphasised in it, and whether its weight is known."""

    name: str
    allergens: tuple[str, ...]
    weighed: bool


@dataclass(frozen=True, slots=True)
class Label:
    """One label; `lot` and `best_before` are None for what has not been made yet."""

    item: str
    ingredients: tuple[Ingredient, ...]
    allergens: tuple[str, ...]
    lot: int | None
    best_before: date | None


def labels_of(ctx: ViewContext, event_id: int, region: str) -> list[Label]:
    """Return a label for each item of an event and each lot of it that may go out."""
    told = frozenset(US if region == "US" else EU)
    lines = event_service.get_event(event_id, session=ctx.session).lines
    items = catalog_service.list_items(session=ctx.session, archived=True)
    ids = {item.slug: item.id for item in items}
    wanted = list(dict.fromkeys(ids[line.item] for line in lines))
    made = composition_service.get_compositions(wanted, session=ctx.session)
    lots = _lots(ctx, event_id)
    return [
        label for item_id in wanted for label in _labels(made[item_id], lots.get(item_id, ()), told)
    ]


def _lots(ctx: ViewContext, event_id: int) -> dict[int, list[LotRow]]:
    found: dict[int, list[LotRow]] = {}
    for lot in stock_service.list_lots(session=ctx.session):
        expired = lot.expires is not None and lot.expires < ctx.today
        if lot.event_id in (None, event_id) and not expired:
            found.setdefault(lot.item_id, []).append(lot)
    return found


def _labels(
    composition: Composition, lots: list[LotRow] | tuple[()], told: frozenset[str]
) -> Iterator[Label]:
    ingredients = tuple(
        Ingredient(each.name, _emphasised(each, told), each.grams is not None)
        for each in composition.components
        if each.kind != "supply"
    )
    allergens = tuple(sorted({name for each in ingredients for name in each.allergens}))
    places = [(lot.id, lot.expires) for lot in lots] or [(None, None)]
    for lot_id, expires in places:
        yield Label(composition.name, ingredients, allergens, lot_id, expires)


def _emphasised(component: Component, told: frozenset[str]) -> tuple[str, ...]:
    names = {name for word in component.allergens for name in covered(word)}
    return tuple(sorted(names & told))

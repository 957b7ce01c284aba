"""Allergens of the lines of an event, in one pass over what everything is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bakehouse.plugin import ViewContext
from bakehouse_allergens.lists import covered
from core.services import catalog_service, composition_service, event_service
from core.services.composition_service import Component, Composition


@dataclass(frozen=True, slots=True)
class Line:
    """Something that an event wants for somebody, and by what each allergen gets there."""

    item_id: int
    item: str
    recipient: str
    allergens: Mapping[str, tuple[Component, ...]]


def lines_of(ctx: ViewContext, event_id: int) -> list[Line]:
    """Return the lines of an event in their order."""
    wanted = event_service.get_event(event_id, session=ctx.session).lines
    items = catalog_service.list_items(session=ctx.session, archived=True)
    ids = {item.slug: item.id for item in items}
    needed = {ids[line.item] for line in wanted}
    made = composition_service.get_compositions(needed, session=ctx.session)
    rolled = {item_id: by_allergen(found) for item_id, found in made.items()}
    return [
        Line(
            ids[line.item],
            made[ids[line.item]].name,
            line.recipient or "",
            rolled[ids[line.item]],
        )
        for line in wanted
    ]


def by_allergen(composition: Composition) -> dict[str, tuple[Component, ...]]:
    """Return the components that bring each allergen, and what it stands for in law."""
    found: dict[str, list[Component]] = defaultdict(list)
    for component in composition.components:
        names = {name for word in component.allergens for name in covered(word)}
        for name in sorted(names):
            found[name].append(component)
    return {name: tuple(components) for name, components in sorted(found.items())}


def way(component: Component) -> str:
    """Say how an ingredient gets there: "Walnuts in Fudge brownie"."""
    inner = component.through[-1:] if len(component.through) > 1 else ()
    return " in ".join((component.name, *inner))

"""What joins the problems list."""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.plugin import Finding, Ref, ViewContext
from bakehouse_allergens.lists import canonical, covered, hinted
from bakehouse_allergens.rolling import lines_of, way
from core.services import composition_service, event_service

OPEN = ("planned", "started")


def recipients(ctx: ViewContext) -> Iterator[Finding]:
    """Find what would go to somebody who must not have it."""
    avoid = read_avoid(str(ctx.settings.get("avoid", "")))
    if not avoid:
        return
    for event in event_service.list_events(session=ctx.session):
        if event.status not in OPEN or ctx.event_id not in (None, event.id):
            continue
        for line in lines_of(ctx, event.id):
            for allergen in sorted(
                line.allergens.keys() & avoid.get(line.recipient.casefold(), frozenset())
            ):
                ways = ", ".join(way(each) for each in line.allergens[allergen])
                yield Finding(
                    kind="allergen",
                    message=f"{line.item} for {line.recipient} holds {allergen}.",
                    place=event.name,
                    effect=f"It gets there by {ways}.",
                    fix=f"Give {line.recipient} something else, or change the recipe.",
                    about=Ref("item", line.item_id),
                    event_id=event.id,
                )


def missing(ctx: ViewContext) -> Iterator[Finding]:
    """Find ingredients in use whose name says more than what was noted."""
    made = composition_service.get_compositions(session=ctx.session)
    used = {
        component.item_id: (component, composition.name)
        for composition in reversed(made.values())
        for component in composition.components
        if component.kind == "ingredient"
    }
    for item_id, (component, where) in sorted(used.items(), key=lambda pair: pair[1][0].name):
        noted = {name for word in component.allergens for name in covered(word)}
        for allergen in sorted(hinted(component.name)):
            if not covered(allergen) & noted:
                yield Finding(
                    kind="allergen-missing",
                    message=f"{component.name} has no {allergen} among its allergens.",
                    place=f"used in {where}",
                    effect="Labels and the table of allergens leave it out.",
                    fix=f"Note it with the item, if it is so: allergen “{allergen}”.",
                    about=Ref("item", item_id),
                )


def read_avoid(text: str) -> dict[str, frozenset[str]]:
    """Read “Aunt Mary: tree nuts, milk; Tom: sesame”.

    Raises:
        ValueError: A part has no colon; says which.
    """
    avoid: dict[str, frozenset[str]] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        name, colon, allergens = part.partition(":")
        if not colon or not name.strip():
            raise ValueError(f"“{part}” must be a name, a colon and allergens")
        words = [word for word in map(str.strip, allergens.split(",")) if word]
        avoid[name.strip().casefold()] = frozenset(map(canonical, words))
    return avoid

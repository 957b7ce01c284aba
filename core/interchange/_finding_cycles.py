"""Finding recipes and bundles of a file that would contain themselves (domain.md §3.9)."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from core.interchange._world import World
from core.planning.cycles import cycles


def check_cycles(world: World) -> None:
    """Note every cycle at a line of the file that closes it, with the names along it."""
    parts: dict[str, set[str]] = defaultdict(set)
    for recipe in world.recipes.values():
        for output in recipe.makes:
            parts[output.item].update(line.item for line in recipe.lines)
    for bundle in world.bundles.values():
        parts[bundle.item].update(line.item for line in bundle.lines)
    places = _places(world)
    for cycle in cycles(parts):
        steps = list(pairwise(cycle))
        told = [(places[step], step[0]) for step in steps if step in places]
        (path, who), first = min(told) if told else (("items", "It"), cycle[0])
        at = cycle.index(first)
        turned = [*cycle[at:-1], *cycle[:at], first]
        named = " → ".join(
            world.items[slug].name if slug in world.items else slug for slug in turned
        )
        world.wrong(path, f"{who} would contain itself: {named}.")


def _places(world: World) -> dict[tuple[str, str], tuple[str, str]]:
    """Return, for each step from a whole to a part, its line in the file and who has that line."""
    places: dict[tuple[str, str], tuple[str, str]] = {}
    for number, recipe in enumerate(world.doc.recipes):
        who = f"The recipe {recipe.name} ({recipe.slug})"
        for place, line in enumerate(recipe.lines):
            for output in recipe.makes:
                path = f"recipes[{number}].lines[{place}].item"
                places.setdefault((output.item, line.item), (path, who))
    for number, bundle in enumerate(world.doc.bundles):
        item = world.items.get(bundle.item)
        who = f"The bundle {item.name if item else bundle.item} ({bundle.item})"
        for place, part in enumerate(bundle.lines):
            path = f"bundles[{number}].lines[{place}].item"
            places.setdefault((bundle.item, part.item), (path, who))
    return places

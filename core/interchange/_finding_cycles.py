"""Finding recipes and bundles of a file that would contain themselves (domain.md §3.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from core.interchange._world import World


def check_cycles(world: World) -> None:
    """Note every cycle at a line of the file that closes it, with the names along it."""
    parts: dict[str, set[str]] = defaultdict(set)
    for recipe in world.recipes.values():
        for output in recipe.makes:
            parts[output.item].update(line.item for line in recipe.lines)
    for bundle in world.bundles.values():
        parts[bundle.item].update(line.item for line in bundle.lines)
    places = _places(world)
    for cycle in _cycles(parts):
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


def _cycles(parts: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Give a cycle for every step that closes one, each as a path that ends where it begins."""
    finished: set[str] = set()
    for start in sorted(parts):
        if start in finished:
            continue
        path: dict[str, None] = {start: None}
        stack = [(start, iter(sorted(parts[start])))]
        while stack:
            whole, rest = stack[-1]
            part = next(rest, None)
            if part is None:
                stack.pop()
                path.pop(whole)
                finished.add(whole)
            elif part in path:
                loop = list(path)
                yield [*loop[loop.index(part) :], part]
            elif part not in finished and part in parts:
                path[part] = None
                stack.append((part, iter(sorted(parts[part]))))

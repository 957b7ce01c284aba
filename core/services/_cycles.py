"""Refusing recipes and bundles that would contain themselves (domain.md §3.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Cycle
from core.models import BundleLine, Item, RecipeLine, RecipeOutput


def check_no_cycle(session: Session) -> None:
    """Raise `Cycle`, naming the path, when an item is needed to make itself."""
    path = _find_cycle(_components(session))
    if path:
        names = dict(session.execute(select(Item.id, Item.name).where(Item.id.in_(path))).all())
        raise Cycle([names[item_id] for item_id in path])


def _components(session: Session) -> dict[int, set[int]]:
    components: dict[int, set[int]] = defaultdict(set)
    made = (
        select(RecipeOutput.item_id, RecipeLine.item_id)
        .join(RecipeLine, RecipeLine.recipe_id == RecipeOutput.recipe_id)
        .distinct()
    )
    held = select(BundleLine.bundle_id, BundleLine.item_id).distinct()
    for query in (made, held):
        for whole, part in session.execute(query):
            components[whole].add(part)
    return components


def _find_cycle(components: dict[int, set[int]]) -> list[int]:
    finished: set[int] = set()
    for start in components:
        path: dict[int, None] = {start: None}
        stack: list[tuple[int, Iterator[int]]] = [(start, iter(sorted(components[start])))]
        while stack:
            whole, parts = stack[-1]
            part = next(parts, None)
            if part is None:
                stack.pop()
                path.pop(whole)
                finished.add(whole)
            elif part in path:
                loop = list(path)
                return [*loop[loop.index(part) :], part]
            elif part not in finished and part in components:
                path[part] = None
                stack.append((part, iter(sorted(components[part]))))
    return []

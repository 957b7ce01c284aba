"""Refusing recipes and bundles that would contain themselves (domain.md §3.9)."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Cycle
from core.models import BundleLine, Item, RecipeLine, RecipeOutput
from core.planning.cycles import cycles


def check_no_cycle(session: Session) -> None:
    """Raise `Cycle`, naming the path, when an item is needed to make itself."""
    path = next(cycles(_components(session)), None)
    if path is not None:
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

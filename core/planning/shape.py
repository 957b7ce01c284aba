"""The shape of a plan: what demand reaches and what uses how much of it, whatever the amounts.

It depends on no need and no stock, so plans of one catalogue mostly have the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import gcd, lcm

from msgspec import Struct, field

from core.errors import Cycle
from core.planning.kitchen import MICRO, Kitchen, Recipe
from core.planning.plan import Plan, Terms, Use


class Shape(Struct, frozen=True):
    """What demand for some items reaches, and what uses what of it.

    Plans of one catalogue that begin from the same items (`roots`) have the same. The rest is
    that of `Plan`.
    """

    roots: dict[int, None]
    made_by: Mapping[int, Recipe]
    order: list[tuple[str, int]]
    users: Mapping[int, list[Use]]
    terms: dict[int, Terms] = field(default_factory=dict)


def shape_of(kitchen: Kitchen, like: Shape | None = None) -> Shape:
    """Return the shape of a kitchen's plan: `like` itself, one of the same catalogue, if it fits.

    Raises `Cycle` when recipes or bundles contain themselves.
    """
    roots = _roots(kitchen)
    if like is not None and list(like.roots) == list(roots):
        return like
    made_by = {line.item_id: r for r in kitchen.recipes.values() for line in r.outputs}
    order = list(_parents_first(kitchen, made_by, roots))
    return Shape(roots, made_by, order, _users(kitchen, order, roots))


def _users(
    kitchen: Kitchen, order: list[tuple[str, int]], roots: Iterable[int]
) -> dict[int, list[Use]]:
    """Return, for every item that demand reaches, what uses it."""
    users: dict[int, list[Use]] = {item_id: [] for item_id in roots}
    for kind, key in order:
        if kind == "item":
            users.setdefault(key, [])
        lines = kitchen.recipes[key].lines if kind == "recipe" else kitchen.bundles.get(key, ())
        for line in lines:
            users.setdefault(line.item_id, []).append((kind, key, line))
    return users


def _roots(kitchen: Kitchen) -> dict[int, None]:
    """Return the items that event lines and batch targets name."""
    roots: dict[int, None] = {}
    for event in kitchen.events:
        for wanted in event.lines:
            roots[wanted.item_id] = None
        for recipe_id in event.targets:
            for line in kitchen.recipes[recipe_id].outputs:
                roots[line.item_id] = None
    return roots


def _parents_first(
    kitchen: Kitchen, made_by: Mapping[int, Recipe], roots: Iterable[int]
) -> Iterator[tuple[str, int]]:
    """Yield the made items, bundles and recipes that demand reaches, after all that use them."""
    composed = made_by.keys() | kitchen.bundles.keys()
    finished: dict[tuple[str, int], None] = {}
    path: dict[tuple[str, int], None] = {}

    def children(node: tuple[str, int]) -> Iterator[tuple[str, int]]:
        kind, key = node
        if kind == "item" and key not in kitchen.bundles:
            return iter([("recipe", made_by[key].id)])
        lines = kitchen.recipes[key].lines if kind == "recipe" else kitchen.bundles[key]
        return iter([("item", line.item_id) for line in lines if line.item_id in composed])

    for root in [("item", item_id) for item_id in sorted(roots) if item_id in composed]:
        if root in finished:
            continue
        stack = [(root, children(root))]
        path[root] = None
        while stack:
            node, rest = stack[-1]
            child = next(rest, None)
            if child is None:
                stack.pop()
                del path[node]
                finished[node] = None
            elif child in path:
                _raise_cycle(kitchen, list(path), child)
            elif child not in finished:
                path[child] = None
                stack.append((child, children(child)))
    # The other outputs of a reached recipe ask for its batches too, though nobody reached them:
    # they have no need and so no say in the order.
    yield from reversed(finished)


def _raise_cycle(kitchen: Kitchen, path: list[tuple[str, int]], again: tuple[str, int]) -> None:
    loop = [*path[path.index(again) :], again]
    names = [
        kitchen.items[key].name if kind == "item" else kitchen.recipes[key].name
        for kind, key in loop
    ]
    raise Cycle(names)


def terms_of(plan: Plan, item_id: int) -> Terms:
    """Return in what an item is counted; worked out once for all plans of one shape."""
    found = plan.terms.get(item_id)
    if found is not None:
        return found
    scale = MICRO
    parts: list[tuple[str, int, int | None, int]] = []
    for kind, key, line in plan.users[item_id]:
        if line.amount is None:
            parts.append((kind, key, None, 1))
            continue
        # amount x step, without making a fraction of it: that would take ten times as long.
        top, bottom = line.amount.as_integer_ratio()
        if kind == "recipe":
            steps, in_batch = plan.kitchen.recipes[key].step.as_integer_ratio()
            top, bottom = top * steps, bottom * in_batch
        if top * scale % bottom:
            scale = lcm(scale, bottom // gcd(top, bottom))
        parts.append((kind, key, top, bottom))
    takes = [
        (kind, key, None if top is None else top * scale // bottom)
        for kind, key, top, bottom in parts
    ]
    found = plan.terms[item_id] = Terms(scale, takes)
    return found

"""What moving an event past its neighbour would change for those who contend with it.

Events are served in the order of their dates. So the answer to "what if it were moved?" is the
plan made again with the events in another order; only of what the contended item rests on, since
nothing else can change what it gets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from core.planning.contention import Contention, Effect, Move, carried_to, claim_of
from core.planning.kitchen import Event, Kitchen
from core.planning.netting import make_plan
from core.planning.plan import Plan
from core.planning.shape import Shape, shape_of

MOST_WORK = 4_000
"""How much is planned again at most, in items and recipes: each counts once for each plan."""


def with_moves(plan: Plan, found: Sequence[Contention]) -> list[Contention]:
    """Return the contentions with what moving an involved event past its neighbour would change.

    Only those that run out are worked out, in their order and as far as `MOST_WORK` allows; the
    others keep `moves` None.
    """
    result = list(found)
    left = MOST_WORK
    for number, contention in enumerate(found):
        if contention.runs_out_at is None:
            continue
        pairs = list(_neighbours(contention))
        part = _part_under(plan, contention.item_id)
        shape = shape_of(part)
        left -= len(pairs) * (len(part.recipes) + len(part.bundles) + 1)
        if left < 0:
            break
        result[number] = replace(
            contention, moves=tuple(_move(plan, part, shape, contention, *pair) for pair in pairs)
        )
    return result


def _neighbours(contention: Contention) -> Iterator[tuple[int, int]]:
    """Yield (event, the involved event it would be moved past): earlier ones first."""
    places = [claim.e for claim in contention.claims]
    for number, e in enumerate(places):
        if number:
            yield e, places[number - 1]
        if number + 1 < len(places):
            yield e, places[number + 1]


def _part_under(plan: Plan, item_id: int) -> Kitchen:
    """Return the kitchen with only what the needs of an item, and what covers them, rest on.

    That is what uses it, what shares its batches, and so on up to the event lines.
    """
    kitchen = plan.kitchen
    items, recipes = {item_id}, set[int]()
    waiting = [item_id]
    while waiting:
        key = waiting.pop()
        reached = [user for kind, user, _ in plan.users.get(key, ()) if kind == "item"]
        above = [user for kind, user, _ in plan.users.get(key, ()) if kind == "recipe"]
        if key in plan.made_by:
            above.append(plan.made_by[key].id)
        for recipe_id in above:
            recipes.add(recipe_id)
            reached.extend(line.item_id for line in kitchen.recipes[recipe_id].outputs)
        for other in reached:
            if other not in items:
                items.add(other)
                waiting.append(other)
    return replace(
        kitchen,
        recipes={
            key: kitchen.recipes[key]._replace(
                lines=tuple(ln for ln in kitchen.recipes[key].lines if ln.item_id in items)
            )
            for key in recipes
        },
        bundles={
            key: tuple(line for line in kitchen.bundles[key] if line.item_id in items)
            for key in items & kitchen.bundles.keys()
        },
        events=tuple(_part_of(event, items, recipes) for event in kitchen.events),
    )


def _part_of(event: Event, items: set[int], recipes: set[int]) -> Event:
    return replace(
        event,
        lines=tuple(line for line in event.lines if line.item_id in items),
        targets={key: target for key, target in event.targets.items() if key in recipes},
    )


def _move(
    plan: Plan, part: Kitchen, shape: Shape, contention: Contention, e: int, past: int
) -> Move:
    moved = make_plan(_reordered(part, e, past), shape)
    return Move(e, past, e > past, tuple(_effects(plan, moved, contention)))


def _reordered(kitchen: Kitchen, e: int, past: int) -> Kitchen:
    """Return the kitchen with event `e` right before (if it came after) or after `past`."""
    events = list(kitchen.events)
    moved = events.pop(e)
    events.insert(past, moved)
    return replace(kitchen, events=tuple(events))


def _effects(plan: Plan, moved: Plan, contention: Contention) -> Iterator[Effect]:
    carried = carried_to(moved, contention.item_id)
    item = moved.items[contention.item_id]
    for claim in contention.claims:
        e = moved.index[plan.kitchen.events[claim.e].id]
        after = claim_of(item, e, carried).short
        if after != claim.short:
            yield Effect(claim.e, claim.short, after)
